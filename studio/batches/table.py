"""What a batch is made of: a sheet, however it came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Line(Protocol):
    """A row of a sheet."""

    @property
    def line(self) -> int: ...
    @property
    def cells(self) -> Sequence[str]: ...
    @property
    def problem(self) -> str: ...


class Table(Protocol):
    """A sheet as it was read (studio.batches.sheet)."""

    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def rows(self) -> Sequence[Any]: ...
    @property
    def notes(self) -> Sequence[str]: ...
