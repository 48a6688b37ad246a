"""A cell of a sheet as a form reads it: people write “yes”, “1,5” and “5 s” in sheets."""

from __future__ import annotations

import re
from typing import Any

from studio.fields import shown
from studio.spec import Param

NUMBERS = ("integer", "number", "seed")
COMMA = re.compile(r"[+-]?\d*,\d+")
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")


class Unclear(ValueError):
    """It can be read in two ways."""


def read(param: Param, cell: str) -> Any:
    """What the form gets. Raises Unclear."""
    text = cell.strip()
    return _number(param, text) if param.kind in NUMBERS else text


def _number(param: Param, text: str) -> str:
    unit = param.unit.strip()
    if unit and text.lower().endswith(unit.lower()):
        text = text[: -len(unit)].strip()
    if GROUPED.fullmatch(text):
        plain = text.replace(",", "")
        point = text.replace(",", ".", 1)
        point = text.replace(",", ".", 1)
        raise Unclear(
            f"{param.label} is “{shown(text)}”, which may be {point} or {plain}. Write it without "
            "a comma."
        )
    return text.replace(",", ".") if COMMA.fullmatch(text) else text
