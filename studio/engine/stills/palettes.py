"""Colours that go together, mixed as the eye does, and how well letters are seen on them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError

Field = NDArray[np.floating]

# Björn Ottosson, "A perceptual color space for image processing" (2020): linear sRGB to cone
# answers, and their cube roots to Oklab.
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
FROM_CONES, FROM_LAB = np.linalg.inv(TO_CONES), np.linalg.inv(TO_LAB)
# WCAG 2: how bright a colour is, from linear sRGB.
BRIGHT = np.array((0.2126, 0.7152, 0.0722), np.float32)


def linear(rgb: Field) -> Field:
    """R'G'B' of 0 to 255 as light of 0 to 1 (IEC 61966-2-1)."""
    v = np.clip(rgb, 0, 255) / np.float32(255)
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


def encoded(light: Field) -> Field:
    """The other way round."""
    v = np.clip(light, 0, 1)
    low, high = v * 12.92, 1.055 * v ** np.float32(1 / 2.4) - 0.055
    return (np.where(v <= 0.0031308, low, high) * 255).astype(np.float32)


def oklab(rgb: Field) -> Field:
    return np.cbrt(linear(rgb) @ TO_CONES.T) @ TO_LAB.T


def from_oklab(lab: Field) -> Field:
    return encoded((lab @ FROM_LAB.T) ** 3 @ FROM_CONES.T)


def brightness(rgb: Field) -> Field:
    """Relative luminance of R'G'B', from 0 to 1."""
    return np.asarray(linear(rgb) @ BRIGHT, np.float32)


def contrast(one: float, other: float) -> float:
    """Between two luminances, from 1 to 21 (WCAG 2)."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def parsed(color: str) -> tuple[int, int, int]:
    """Raises EngineError for what is no "#rrggbb"."""
    try:
        value = bytes.fromhex(color.removeprefix("#"))
        red, green, blue = value
    except ValueError as error:
        raise EngineError(f"“{color}” is not a color. Write it as #rrggbb.") from error
    return red, green, blue


class Palette(NamedTuple):
    """The ground, and four colours that stand on it."""

    base: str
    first: str
    second: str
    third: str
    fourth: str

    def colours(self) -> Field:
        """All five as R'G'B', 5 x 3."""
        return np.array([parsed(color) for color in self], np.float32)

    @property
    def light(self) -> bool:
        return float(brightness(self.colours()[0])) > 0.3

    def ramp(self) -> Field:
        """The five from dark to bright."""
        all_ = self.colours()
        return all_[np.argsort(brightness(all_), kind="stable")]


PALETTES = {
    "dusk": Palette("#1d1442", "#5a35c8", "#c4407f", "#f2765b", "#fbc98a"),
    "sea": Palette("#052a45", "#0b6ea6", "#1db3c4", "#8fe3d6", "#f1f7e4"),
    "forest": Palette("#11271d", "#2a6b48", "#7aa565", "#d8c274", "#eef0da"),
    "ember": Palette("#220b10", "#8d1b32", "#e2542d", "#ffab3d", "#ffe2b3"),
    "night": Palette("#0a0d1c", "#26357f", "#5468ee", "#19b3c6", "#c3ccff"),
    "sand": Palette("#f6ecdf", "#e0b28c", "#c97a5b", "#8aa399", "#57474a"),
    "candy": Palette("#fff1f3", "#ff8fab", "#ffc873", "#8ccbf0", "#a98bea"),
    "lilac": Palette("#f3effb", "#cbb8f0", "#9a80d6", "#f1b5c8", "#51428a"),
    "citrus": Palette("#fff9e3", "#ffd047", "#ff8d43", "#86b83b", "#11606a"),
    "mono": Palette("#f2f2f0", "#d3d3cf", "#a3a39f", "#5b5b59", "#1d1d1e"),
}


def palette(name: str, own: tuple[str, str, str] | None = None) -> Palette:
    """One of PALETTES, or "own": a ground and two colours on it, from which the others follow.
    Raises EngineError for a name that is not there."""
    if name == "own" and own:
        ground, one, other = own
        between = mixed(one, other, 0.5)
        return Palette(ground, one, between, other, mixed(ground, other, 0.35))
    if name not in PALETTES:
        raise EngineError(f"There is no palette “{name}”. Choose {', '.join(PALETTES)}.")
    return PALETTES[name]


def mixed(one: str, other: str, share: float) -> str:
    a, b = (oklab(np.array(parsed(color), np.float32)) for color in (one, other))
    values = np.rint(from_oklab(a + (b - a) * np.float32(share))).astype(int)
    return "#" + "".join(f"{v:02x}" for v in values)
