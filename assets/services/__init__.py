"""What can be done with files and assets. Nothing else writes either of them."""

from assets.media import Limits, Refused
from assets.services.files import Gone, NoRoom, check_disk, local_copy, open_file, room_told
from assets.services.intake import (
    Draft,
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
    refresh_search_of,
    restore,
    set_favorite,
    trash,
    update,
)
from assets.services.orphans import remove_orphans
from assets.services.versions import accept_version, show_version, stack_of, withdraw_version

__all__ = [
    "Draft",
    "Gone",
    "Limits",
    "NoRoom",
    "Refused",
    "accept_version",
    "check_disk",
    "from_data_url",
    "ingest",
    "judge",
    "local_copy",
    "not_in_trash",
    "open_file",
    "prepare",
    "purge",
    "refresh_search",
    "refresh_search_of",
    "remove_orphans",
    "restore",
    "result_limits",
    "room_told",
    "set_favorite",
    "show_version",
    "stack_of",
    "trash",
    "update",
    "upload_limits",
    "withdraw_version",
]
