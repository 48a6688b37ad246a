"""What a ZIP may be, in one place. How large it may be packed and unpacked is ARCHIVE_MAX_MB of the
settings. Each file in it has the limits of an upload, or those of a result where it was packed
here."""

from __future__ import annotations

from datetime import timedelta

from assets.services import bulk

KEPT = timedelta(days=7)
LEASE = timedelta(seconds=90)
HINT = timedelta(seconds=30)
MOST_STARTS = 3
MOST_TRIES = 2
MOST_WAITING = 3

MOST_FILES = bulk.MOST
# Each file has a sidecar; folders and what other programs add count as well.
MOST_ENTRIES = 2 * MOST_FILES + 2_000
DIRECTORY_BYTES = 12 * 1024 * 1024
MANIFEST_BYTES = 8 * 1024 * 1024
JSON_VALUES = 400_000
SIDECAR_BYTES = 2 * 1024 * 1024
# Unpacked to packed, of files that are large enough to matter.
RATIO = 200
RATIO_FROM = 4 * 1024 * 1024
NAME_LENGTH = 1_000

MOST_PARENTS = 100
MOST_COLLECTIONS = 20
# Of a recipe.
RECIPE_BYTES = 256 * 1024
DEEPEST = 12
