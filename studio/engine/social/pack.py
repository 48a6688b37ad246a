"""The file of a format: the first type that is taken, in the best quality under the limit."""

from __future__ import annotations

from typing import NamedTuple

from studio.engine import EngineError
from studio.engine.social import profile
from studio.engine.social.wanted import Wanted
from studio.engine.stills import convert, files, packing
from studio.engine.stills.files import Color, Pixels
from studio.engine.weight import weight

QUALITY = 95
"""Of a JPEG that may be as large as it wants: platforms compress it once more. They keep its colors
at half the size, so more of them would be bytes to be thrown away."""


class TooHeavy(EngineError):
    """No type that is taken can be small enough."""


class Packed(NamedTuple):
    """quality: None for types that have none. colors: None where none had to be given up."""

    data: bytes
    type: str
    quality: int | None = None
    colors: int | None = None


def packed(pixels: Pixels, want: Wanted) -> Packed:
    """With the color profile. Raises TooHeavy."""
    found = _packed(pixels, want)
    return found._replace(data=profile.tagged(found.data, found.type))


def _packed(pixels: Pixels, want: Wanted) -> Packed:
    least: list[tuple[int, str]] = []
    for type in want.types:
        files.check_size((want.width, want.height), type)
        found = _lowered(pixels, type, want, least)
        if found:
            return found
    found = _of_few_colors(pixels, want, least) if "png" in want.types else None
    if found:
        return found
    raise _refused(want, least)


def _lowered(
    pixels: Pixels, type: str, want: Wanted, least: list[tuple[int, str]]
) -> Packed | None:
    """As that type in the best quality that fits. What is too large is noted in `least`."""
    if type not in files.SEE_THROUGH:
        pixels = opaque(pixels, want.background)
    first = _first(pixels, type)
    most = _most(want)
    if most is None or len(first.data) <= most:
        return first
    if type == "png":
        return None
    steps = convert.ways(pixels, type, QUALITY, _pack(want))
    if len(steps(0)) > most:
        least.append((len(steps(0)), type))
        return None
    step = convert.best(steps, most)
    name = steps.names[step]
    if type in convert.LEAST:
        return Packed(steps(step), type, quality=name)
    return Packed(steps(step), type, colors=name)


def _first(pixels: Pixels, type: str) -> Packed:
    """Without a thought of the limit, and cheaply: nearly always that is small enough."""
    if type == "jpeg":
        return Packed(files.quick_jpeg(pixels, QUALITY, half=True), type, QUALITY)
    quality = QUALITY if type in convert.LEAST else None
    return Packed(files.encoded(pixels, type, quality), type, quality)


def _of_few_colors(pixels: Pixels, want: Wanted, least: list[tuple[int, str]]) -> Packed | None:
    """As a PNG that gives up colors, where no other type is small enough."""
    steps = convert.ways(pixels, "png", QUALITY, _pack(want))
    most = _most(want)
    assert most is not None
    if len(steps(0)) > most:
        least.append((len(steps(0)), "png"))
        return None
    step = convert.best(steps, most)
    return Packed(steps(step), "png", colors=steps.names[step])


def _most(want: Wanted) -> int | None:
    """Bytes of a picture that its color profile comes to."""
    return None if want.most is None else want.most - profile.ROOM


def _pack(want: Wanted) -> packing.Pack:
    return packing.PLAIN._replace(background=want.background, half=True)


def opaque(pixels: Pixels, background: Color) -> Pixels:
    return files.flat(pixels, background) if pixels.shape[2] == 4 else pixels


def _refused(want: Wanted, least: list[tuple[int, str]]) -> TooHeavy:
    size, type = min(least)
    return TooHeavy(
        f"“{want.key}” may have {weight(want.most or 0)}, and its {want.width} × {want.height} px "
        f"take {weight(size)} as {type.upper()} of the lowest quality. Allow at least that, choose "
        "fewer pixels, or a fill of one color."
    )
