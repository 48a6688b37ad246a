"""What is asked for, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from studio.engine import EngineError, picture
from studio.engine.stills import crop, files
from studio.engine.stills.files import Color

MODES = ("smart", "center", "fit")
FILLS = ("white", "color", "blur", "extend")
TYPES = ("jpeg", "png", "webp", "avif", "gif")
"""File types that are written; platforms take the first, the second, rarely the others."""
Fractions = tuple[float, float, float, float]
"""Left, top, right and bottom of a part, in shares of the width and the height."""


class Safe(NamedTuple):
    """How much at each side a platform may cover with buttons and words, as shares of the side."""

    top: float = 0
    bottom: float = 0
    left: float = 0
    right: float = 0


EVERYWHERE = Safe()


@dataclass(frozen=True)
class Wanted:
    """One file.

    key: names it, in the folder too. types: those taken, the preferred one first. most: bytes; None
    for any number.
    mode: "smart" keeps faces and what stands out, "center" the middle, "fit" all of it, with `fill`
    beside it. background: for the fill "color", and behind what is transparent in a JPEG.
    focus: x and y from 0 to 1, the spot a person wants to see; wins over smart and center.
    box: the part that a person has cut; wins over everything. Of another shape than the format, it
    is widened to it, as far as the picture goes.
    enlarge: whether a part with fewer pixels than the format is made larger, or refused.
    """

    key: str
    width: int
    height: int
    types: tuple[str, ...] = ("jpeg", "png")
    most: int | None = None
    mode: str = "smart"
    fill: str = "white"
    background: Color = files.WHITE
    focus: tuple[float, float] | None = None
    box: Fractions | None = None
    safe: Safe = EVERYWHERE
    enlarge: bool = True

    @property
    def ratio(self) -> float:
        return self.width / self.height


class Made(NamedTuple):
    """A file that was written, and what it was found to be when it was opened again.

    quality: of a JPEG, WebP or AVIF; None for others. box: the part of the picture that it shows.
    enlarged: pixels across for each one of the picture, 1 where it was not enlarged.
    warnings: what a person should look at. checked: what was found to be right, in words.
    """

    key: str
    path: Path
    width: int
    height: int
    bytes: int
    type: str
    quality: int | None
    box: Fractions
    enlarged: float
    warnings: tuple[str, ...]
    checked: tuple[str, ...]


def check(wanted: Sequence[Wanted]) -> None:
    """Raise EngineError for the first thing that cannot be."""
    if not wanted:
        raise EngineError("No format is chosen. Choose at least one.")
    for key, count in Counter(want.key.casefold() for want in wanted).items():
        if count > 1:
            raise EngineError(f"The format “{key}” is there {count} times. Give each its own key.")
    for want in wanted:
        _check_file(want)
        _check_size(want)
        _check_view(want)


def _check_file(want: Wanted) -> None:
    if not want.key or want.key[0] == "." or set(want.key) & set('/\\:*?"<>|\0'):
        raise EngineError(f"The key “{want.key}” cannot name a file. Use letters, digits, - and _.")
    if not want.types:
        raise EngineError(f"“{want.key}” takes no file type. Give at least one: {_list(TYPES)}.")
    for type in want.types:
        _choice(want, "type", type, TYPES)
    if want.most is not None and want.most < 1:
        raise EngineError(f"The limit of “{want.key}” is {want.most} bytes. Give 1 or more.")


def _check_size(want: Wanted) -> None:
    for name, value in (("width", want.width), ("height", want.height)):
        if not 1 <= value <= crop.LARGEST:
            raise EngineError(
                f"The {name} of “{want.key}” is {value} px. Use 1 to {crop.LARGEST:,}."
            )
    if want.width * want.height > picture.MAX_PIXELS:
        raise EngineError(f"“{want.key}” is too large. {picture.ALLOWED}")


def _check_view(want: Wanted) -> None:
    _choice(want, "mode", want.mode, MODES)
    _choice(want, "fill", want.fill, FILLS)
    if want.focus and not all(0 <= value <= 1 for value in want.focus):
        x, y = want.focus
        raise EngineError(f"The focus of “{want.key}” is at {x:g}, {y:g}. Use 0 to 1 for both.")
    if want.box:
        left, top, right, bottom = want.box
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            said = ", ".join(f"{value:g}" for value in want.box)
            raise EngineError(
                f"The box of “{want.key}” is {said}. Give left, top, right and bottom from 0 to 1, "
                "left before right and top before bottom."
            )
    safe = want.safe
    if min(safe) < 0 or safe.top + safe.bottom >= 1 or safe.left + safe.right >= 1:
        raise EngineError(
            f"The safe zone of “{want.key}” leaves nothing. Give shares from 0, of which top and "
            "bottom, and left and right, are less than 1 together."
        )


def _choice(want: Wanted, name: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise EngineError(f"The {name} of “{want.key}” is “{value}”. Choose from {_list(choices)}.")


def _list(choices: Sequence[str]) -> str:
    return ", ".join(choices)
