"""A picture that was opened and looked at once, for as many formats as are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from studio.engine.social import lines
from studio.engine.social.wanted import Fractions
from studio.engine.stills import files
from studio.engine.stills.files import Pixels
from studio.engine.stills.halves import halves, is_more_than_enough
from studio.engine.stills.regard import Face, Regard, regard


class Seen(NamedTuple):
    """A picture in pixels, and what it shows.

    levels: the picture in sRGB, with or without opacity, its half, the half of that and so on.
    texts: lines of letters, as parts of the picture.
    """

    width: int
    height: int
    regard: Regard
    texts: tuple[Fractions, ...]
    levels: tuple[Pixels, ...]

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def faces(self) -> tuple[Fractions, ...]:
        """Heads, as parts of the picture, the largest first."""
        return tuple(
            (f.left / self.width, f.top / self.height, f.right / self.width, f.bottom / self.height)
            for f in self.regard.heads
        )


def look(source: Path, known: Seen | None = None) -> Seen:
    """Open a picture of any type the studio takes, upright and in sRGB, and look at it.

    known: what was seen in a copy of it of any size. It is taken over, so that every cut is the
    same; a copy looked at anew may be cut a little differently. Raises EngineError for a file that
    cannot be read.
    """
    return at_pixels(files.load(source), known)


def at_pixels(pixels: Pixels, known: Seen | None = None) -> Seen:
    """The same for pixels, three channels or four."""
    size = (pixels.shape[1], pixels.shape[0])
    levels = halves(pixels)
    if known:
        return Seen(*size, known.regard.of_size(*size), known.texts, levels)
    small = next(level for level in levels if not is_more_than_enough(level))
    return Seen(*size, regard(small, size), lines.found(small), levels)


def told(seen: Seen) -> dict[str, Any]:
    """What was seen without the pixels, ready for JSON: a few kilobytes to be kept beside a
    picture."""
    told = seen.regard._asdict() | {"heads": [list(head) for head in seen.regard.heads]}
    return told | {"texts": [list(text) for text in seen.texts]}


def recalled(told: Mapping[str, Any]) -> Seen:
    """The same again, to take boxes from or to be `known` for the picture; it has no pixels."""
    heads = tuple(Face(*head) for head in told["heads"])
    across, down = tuple(told["across"]), tuple(told["down"])
    found = Regard(told["width"], told["height"], heads, across, down)
    texts = tuple((text[0], text[1], text[2], text[3]) for text in told["texts"])
    return Seen(found.width, found.height, found, texts, ())
