"""Files of the library as a sheet: what somebody has selected, or dropped and uploaded."""

from __future__ import annotations

from collections.abc import Sequence

from assets.models import Asset
from studio.batches.limits import MOST_ROWS, Refused, too_many_rows
from studio.batches.sheet import Row, Sheet


def of_files(files: Sequence[Asset]) -> Sheet:
    """A row for each, with its id in the column “file” and its name beside it. Raises Refused."""
    if not files:
        raise Refused("No file is chosen. Select some in the library, or drop a folder.")
    if len(files) > MOST_ROWS:
        raise too_many_rows(len(files))
    rows = [Row(at, (str(f.pk), f.filename)) for at, f in enumerate(files, start=1)]
    return Sheet(("file", "name of the file"), rows)
