"""What a file will weigh, and which type suits a picture, told from small parts of it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from studio.engine.stills import files, packing
from studio.engine.stills.convert import KB, Wish, prepared
from studio.engine.stills.files import Pixels

TILE = 48
"""A multiple of the blocks in which all types work."""
ACROSS = 8
"""Tiles on a side: as many pixels as take a moment to encode."""
MOST_PIXELS = 40_000_000
"""A larger picture takes too long to open for an answer at once."""
FLAT = 0.5
"""The share of pixels like their neighbor, from which a picture has flat areas."""
FEW = 2_048
"""Colors of a drawing with its soft edges."""


class Look(NamedTuple):
    """Parts of a picture as it would be written, and how many pixels that has."""

    parts: Pixels
    pixels: int


class Forecast(NamedTuple):
    """Bytes of the file; whether quality or size have to go down for the ceiling; `content` is
    "transparent", "flat" or "photo"."""

    size: int
    lowered: bool
    content: str


def forecast(source: Path, wish: Wish) -> Forecast | None:
    """None for a picture that is too large for a quick look. Raises EngineError."""
    look = _look(source, source.stat().st_mtime_ns, wish.longest_side)
    if look is None:
        return None
    size = round(_weight(look, wish))
    most = (wish.target_kb or 0) * KB
    lowered = 0 < most < size
    return Forecast(most if lowered else size, lowered, content(look.parts))


@lru_cache(maxsize=32)
def _look(source: Path, changed: int, longest_side: int | None) -> Look | None:
    with files.opened(source) as image:
        if image.width * image.height > MOST_PIXELS:
            return None
    pixels = prepared(files.load(source), Wish("png", longest_side=longest_side))
    height, width = pixels.shape[:2]
    count = height * width
    if count <= (ACROSS * TILE) ** 2:
        return Look(pixels, count)
    rows = np.concatenate([np.arange(y, y + TILE) for y in _places(height)])
    columns = np.concatenate([np.arange(x, x + TILE) for x in _places(width)])
    return Look(np.ascontiguousarray(pixels[rows][:, columns]), count)


def _places(length: int) -> list[int]:
    """Where tiles begin, evenly apart; fewer where there is no room."""
    number = max(1, min(ACROSS, length // TILE))
    last = max(0, length - TILE)
    return [round(last * (i + 0.5) / number) // 16 * 16 for i in range(number)]


def _weight(look: Look, wish: Wish) -> float:
    """Bytes of the parts, by how much larger the whole is; what every file has counts once."""
    pack = packing.Pack(wish.optimize, wish.progressive, wish.background)

    def bytes_of(pixels: Pixels) -> int:
        return len(packing.packed(prepared(pixels, part), wish.format, wish.quality, pack))

    part = replace(wish, longest_side=None)
    share = look.pixels / int(np.prod(look.parts.shape[:2]))
    whole = bytes_of(look.parts)
    if share == 1:
        return whole
    always = min(whole, bytes_of(look.parts[:1, :1]))
    return always + (whole - always) * share


def content(pixels: Pixels) -> str:
    """What kind of picture it is, for the choice of a type."""
    if pixels.shape[2] == 4:
        return "transparent"
    same = (pixels[:, 1:] == pixels[:, :-1]).all(-1).mean()
    colors = len(np.unique(pixels.reshape(-1, 3) @ np.array([65_536, 256, 1])))
    return "flat" if same >= FLAT and colors <= FEW else "photo"
