"""What can be done with files and assets. Nothing else writes either of them."""

from assets.media import Mark, Refused
from assets.services.clients import common_client, join
from assets.services.files import Gone, NoRoom, check_disk, local_copy, open_file, room_told
from assets.services.intake import (
    Draft,
    Made,
    from_data_url,
    ingest,
    prepare,
    result_limits,
    upload_limits,
)
from assets.services.library import (
    judge,
    not_in_trash,
    purge,
    refresh_search,
    restore,
    set_favorite,
    set_focus,
    trash,
    update,
)
from assets.services.looks import alike, twin_of
from assets.services.looks import catch_up as catch_up_looks
from assets.services.orphans import remove_orphans
from assets.services.uploads import (
    Busy,
    abort_upload,
    begin_upload,
    complete_upload,
    forget_uploads,
    missing_parts,
    take_part,
)
from assets.services.usage import count, storage
from assets.services.versions import accept_version, show_version, stack_of, withdraw_version

__all__ = [
    "Busy",
    "Draft",
    "Gone",
    "Made",
    "Mark",
    "NoRoom",
    "Refused",
    "abort_upload",
    "accept_version",
    "alike",
    "begin_upload",
    "catch_up_looks",
    "check_disk",
    "common_client",
    "complete_upload",
    "count",
    "forget_uploads",
    "from_data_url",
    "ingest",
    "join",
    "judge",
    "local_copy",
    "missing_parts",
    "not_in_trash",
    "open_file",
    "prepare",
    "purge",
    "refresh_search",
    "remove_orphans",
    "restore",
    "result_limits",
    "room_told",
    "set_favorite",
    "set_focus",
    "show_version",
    "stack_of",
    "storage",
    "take_part",
    "trash",
    "twin_of",
    "update",
    "upload_limits",
    "withdraw_version",
]
