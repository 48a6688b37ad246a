"""How a picture looks, in a few bytes, so that copies of it can be found.

The hash says where it is light and dark: one bit for each of the 64 lowest frequencies. The layout
says which colors lie where: 4 × 4 fields in CIELAB. Copies that were saved again, made smaller,
cropped a little or given other colors differ in few bits of the hash; other pictures in about half.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from assets.media.still import fitted

BANDS = 4
BAND_BITS = 16
_SIDE = 32
_KEPT = 8
_FIELDS = 4
# Below this much light and shade (in gray levels) the hash would be made of noise.
_FLAT = 1.5
# A coefficient must stand out by so much, or its bit is as likely the noise of the encoder.
_NOISE = 0.05
# With so few other bits a copy may have lost its colors.
_GRAYED_BITS = 6
_LIKE_BITS = 10
# A cropped copy has more other bits, but still its colors in the same places.
MOST_OTHER_BITS = 15
_CROPPED_LAYOUT = 6.0
_RECOLORED_LAYOUT = 15.0
_SAME_BITS = 3
_SAME_LAYOUT = 4.0

Floats = npt.NDArray[np.float64]
_STEPS = np.arange(_SIDE)
_COSINES: Floats = np.cos(np.pi * (2 * _STEPS + 1) * np.arange(_KEPT)[:, None] / (2 * _SIDE))
_LAB = ImageCms.buildTransform(
    ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
)


@dataclass(frozen=True)
class Likeness:
    """`hash` is 64 bits, None for a picture without light and shade, which is like too many.
    `layout` is 48 bytes: L, a and b of 16 fields, row by row."""

    hash: int | None
    layout: bytes


def likeness(still: Image.Image) -> Likeness:
    """How an upright picture (RGB or RGBA) looks; what is transparent counts as gray."""
    small = still.resize(fitted(still.size, 256), Image.Resampling.BOX, reducing_gap=2.0)
    if small.mode == "RGBA":
        ground = Image.new("RGBA", small.size, (128, 128, 128, 255))
        small = Image.alpha_composite(ground, small)
    small = small.convert("RGB")
    return Likeness(_hash(small), _layout(small))


def _hash(picture: Image.Image) -> int | None:
    gray = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    levels = np.asarray(gray, np.float64)
    if levels.std() < _FLAT:
        return None
    waves = (_COSINES @ levels @ _COSINES.T) / (_SIDE * _SIDE)
    waves[0, 0] = 0.0
    bits = waves.ravel() > np.median(waves) + _NOISE
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def _layout(picture: Image.Image) -> bytes:
    fields = picture.resize((_FIELDS, _FIELDS), Image.Resampling.BOX)
    lab = ImageCms.applyTransform(fields, _LAB)
    return lab.tobytes() if lab else bytes(3 * _FIELDS * _FIELDS)


def bands(hash: int) -> tuple[int, ...]:
    """The hash in pieces of BAND_BITS: hashes with few other bits have one piece nearly equal."""
    low = (1 << BAND_BITS) - 1
    return tuple(hash >> (BAND_BITS * number) & low for number in range(BANDS))


def neighbors(band: int) -> list[int]:
    """`band` itself and every value that has one or two other bits."""
    flips = [0, *(1 << bit for bit in range(BAND_BITS))]
    flips += [1 << a | 1 << b for a, b in combinations(range(BAND_BITS), 2)]
    return [band ^ flip for flip in flips]


def other_bits(a: int, b: int) -> int:
    return (a ^ b).bit_count()


def layout_distance(a: bytes, b: bytes) -> float:
    """The mean difference of the fields, 0…255."""
    return float(np.abs(_lab(a) - _lab(b)).mean())


def _shifted_distances(a: bytes, b: bytes) -> tuple[float, float]:
    """The mean difference of the fields and that of their lightness alone, where a picture that is
    brighter or warmer as a whole counts as the same."""
    difference = _lab(a) - _lab(b)
    difference = np.abs(difference - difference.mean(axis=0))
    return float(difference.mean()), float(difference[:, 0].mean())


def _lab(layout: bytes) -> Floats:
    """L from 0 to 255; a and b are signed bytes."""
    raw = np.frombuffer(layout, np.uint8).reshape(-1, 3)
    lab = raw.astype(np.float64)
    lab[:, 1:] = raw[:, 1:].view(np.int8)
    return lab


def is_like(a: Likeness, b: Likeness) -> bool:
    """Whether one is a copy of the other: saved again, resized, a little cropped, recolored."""
    if a.hash is None or b.hash is None:
        return False
    bits = other_bits(a.hash, b.hash)
    if bits > MOST_OTHER_BITS:
        return False
    layout, lightness = _shifted_distances(a.layout, b.layout)
    if bits <= _GRAYED_BITS:
        return lightness <= _RECOLORED_LAYOUT
    return layout <= (_RECOLORED_LAYOUT if bits <= _LIKE_BITS else _CROPPED_LAYOUT)


def is_same(a: Likeness, b: Likeness) -> bool:
    """Whether a person would hardly see a difference."""
    if a.hash is None or b.hash is None:
        return False
    return (
        other_bits(a.hash, b.hash) <= _SAME_BITS
        and layout_distance(a.layout, b.layout) <= _SAME_LAYOUT
    )
