"""Ids as people paste them."""

from __future__ import annotations

import re

_ID = re.compile(r"(?i)(?:\w+:)?([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})")


def id_in(text: str) -> str:
    """The 32 hexadecimal digits of an id, or of `job:<id>`; "" when it is none."""
    found = _ID.fullmatch(text.strip())
    return found[1].replace("-", "").lower() if found else ""
