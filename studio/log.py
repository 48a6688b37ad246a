"""What does not belong into a log."""

from __future__ import annotations

import logging
import re

# The last part of the address that news is sent to is known to its sender alone, and the link of a
# board to who got it.
HOOK = re.compile(r"(/hooks/[\w-]+/|/s/)[\w-]+")


class HideHooks(logging.Filter):
    """Leaves the secret part of such addresses out."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/hooks/" in said or "/s/" in said:
            record.msg, record.args = HOOK.sub(r"\1…", said), ()
        return True
