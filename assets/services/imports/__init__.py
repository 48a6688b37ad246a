"""ZIPs into the library: those that were packed here with all that was known of their files, others
as uploads whose folders are tags.

What is decided here:

- A file is the same when its checksum is. One that is in the library already is not taken twice:
  it keeps its title, alternative text, rating, flag and recipe, and gets what it has none of; tags
  and collections are added, a favorite stays or becomes one. From the trash it comes back. A file
  that is in the ZIP twice stands for two.
- Ids of a ZIP are names inside of it. What was deleted for good has its id again, so that what
  names it finds it; where somebody has that id, here or in another account, it gets one of its own
  and recipes follow. Only in its own account an id means what is there already.
- What was packed here may be as large as what is made here; files of others as large as uploads.
- Where a file came from (`origin`) is not taken over: it would name work that this account did
  not do.
"""

from assets.services.imports.orders import delete, order, order_parts, rescue, tidy_imports
from assets.services.imports.work import unpack

__all__ = ["delete", "order", "order_parts", "rescue", "tidy_imports", "unpack"]
