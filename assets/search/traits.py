"""What an asset is counted by, in one number: so that tens of thousands are counted in a moment.

The number that is kept (`traits`) is made of what does not change: its maker, kind, color and
shape. A row's `code` has that and what people decide; `Codes` takes codes apart again.
"""

from __future__ import annotations

import zlib
from typing import Any

from assets.models import AssetKind, Flag
from assets.search import colors

KINDS: tuple[str, ...] = tuple(AssetKind.values)
TINTS = ("", *colors.NAMES)
SHAPES = ("", "landscape", "portrait", "square")
WIDE, TALL = 1.02, 0.98


def traits_of(asset: Any) -> int:
    maker = maker_of(asset.module, asset.provider, asset.model)
    kind, tint = KINDS.index(asset.kind), TINTS.index(asset.tint)
    return ((maker * 8 + kind) * 16 + tint) * 4 + SHAPES.index(shape_of(asset.ratio))


def maker_of(module: str, provider: str, model: str) -> int:
    """Two of one account are not the same by chance: it would have to have ten thousands."""
    return zlib.crc32("\0".join((module, provider, model)).encode()) >> 2


def shape_of(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return "landscape" if ratio > WIDE else "portrait" if ratio < TALL else "square"
