"""What the readers of each format hand on: rows of text as they come, and what was understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Raw(NamedTuple):
    """The first of them is the header. `line` 0: there is no such row in the file."""

    line: int
    cells: list[str]
    problem: str = ""


@dataclass
class Source:
    """`notes` may grow while the rows are read. `about` is how many there are, if known."""

    raws: Iterable[Raw]
    notes: list[str]
    about: int = 0
