"""Color spaces: profiles made from published numbers, and pictures brought into them."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from studio.engine import picture
from studio.engine.stills import files
from studio.engine.stills.files import Pixels

SPACES = ("keep", "srgb", "adobe-rgb")
# Adobe RGB (1998) Color Image Encoding, version 2005-05: chromaticities of red, green and blue, the
# white of D65, and a gamma of 2 51/256.
ADOBE_PRIMARIES = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
ADOBE_GAMMA = 563 / 256
D65 = (0.3127, 0.3290)
D50_XYZ = (0.9642, 1.0, 0.8249)
"""The white of every profile (ICC.1:2001-04)."""
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
DATE = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
HAVE_PROFILES = ("RGB", "RGBA", "CMYK", "L", "LAB")
"""Modes of Pillow whose numbers a profile explains."""


class Seen(NamedTuple):
    """Pixels, and the profile that says what their numbers mean; empty for sRGB."""

    pixels: Pixels
    profile: bytes


def load(path: Path, space: str = "srgb") -> Seen:
    """The picture upright in a color space: 3 channels, or 4 where something is transparent.

    "keep" is the picture's own space, where that is one of red, green and blue; else sRGB. Raises
    EngineError for what cannot be read.
    """
    if space == "srgb":
        return Seen(files.load(path), b"")
    with files.opened(path) as image:
        said = image.info.get("icc_profile") or b""
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        seen = picture.unfolded(image)
        is_plain = seen.mode not in HAVE_PROFILES or picture.is_srgb(said)
        if not is_plain and space == "adobe-rgb":
            return Seen(_pixels(picture.to_space(seen, said, adobe_rgb())), adobe_rgb())
        if not is_plain and seen.mode in ("RGB", "RGBA") and of_rgb(said):
            return Seen(_pixels(seen), said)
    pixels = files.load(path)
    if space == "keep":
        return Seen(pixels, b"")
    moved = picture.to_space(Image.fromarray(pixels), srgb(), adobe_rgb())
    return Seen(np.asarray(moved), adobe_rgb())


def _pixels(image: Image.Image) -> Pixels:
    pixels = np.asarray(image)
    if pixels.shape[2] == 4 and files.is_opaque(pixels):
        pixels = np.ascontiguousarray(pixels[..., :3])
    return pixels


def of_rgb(profile: bytes) -> bool:
    """Whether a profile speaks of red, green and blue."""
    return profile[16:20] == b"RGB "


@lru_cache(maxsize=1)
def srgb() -> bytes:
    """A profile of sRGB, the same every time."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made[:24] + DATE + made[36:]


@lru_cache(maxsize=1)
def adobe_rgb() -> bytes:
    """A profile that is compatible with Adobe RGB (1998): the same primaries, white and curve."""
    return rgb_profile("Compatible with Adobe RGB (1998)", ADOBE_PRIMARIES, ADOBE_GAMMA)


def rgb_profile(name: str, primaries: Sequence[tuple[float, float]], gamma: float) -> bytes:
    """The bytes of a display profile (ICC.1:2001-04) of three primaries around D65.

    primaries: x and y of red, green and blue. gamma: of all three curves, in steps of 1/256.
    """
    red, green, blue = colorants(primaries).T
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    parts = {
        b"desc": _description(name),
        b"cprt": b"text" + bytes(4) + b"No copyright, use freely\0",
        b"wtpt": _xyz(D50_XYZ),
        b"rXYZ": _xyz(red),
        b"gXYZ": _xyz(green),
        b"bXYZ": _xyz(blue),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body = struct.pack(">I", len(parts)), b""
    begin = 128 + 4 + 12 * len(parts)
    places: dict[bytes, int] = {}
    for tag, data in parts.items():
        if data not in places:
            places[data] = begin + len(body)
            body += data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", tag, places[data], len(data))
    return _header(begin + len(body)) + table + body


def _header(size: int) -> bytes:
    head = struct.pack(">I4xI4s4s4s", size, 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += DATE + b"acsp" + bytes(28)
    return (head + _fixed(D50_XYZ)).ljust(128, b"\0")


def colorants(primaries: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """XYZ of full red, green and blue in columns, adapted from D65 to D50 by Bradford's matrix
    (Lindbloom, RGB/XYZ Matrices; ICC.1:2001-04, annex E)."""
    one = np.array([_of_xy(x, y) for x, y in primaries]).T
    white = _of_xy(*D65)
    whole = one * np.linalg.solve(one, white)
    cones = (BRADFORD @ D50_XYZ) / (BRADFORD @ white)
    return np.asarray(np.linalg.inv(BRADFORD) @ np.diag(cones) @ BRADFORD @ whole)


def _of_xy(x: float, y: float) -> NDArray[np.float64]:
    return np.array([x / y, 1, (1 - x - y) / y])


def _fixed(values: Sequence[float] | NDArray[np.float64]) -> bytes:
    return struct.pack(">3i", *(round(float(v) * 65536) for v in values))


def _xyz(values: Sequence[float] | NDArray[np.float64]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(values)


def _description(name: str) -> bytes:
    text = name.encode("ascii") + b"\0"
    # Neither in Unicode nor for the Macintosh.
    return b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(8 + 3 + 67)


def name_of(profile: bytes) -> str:
    """What a profile calls itself; empty where nobody can read it."""
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.getProfileDescription(opened).strip()
    except (ImageCms.PyCMSError, OSError):
        return ""
