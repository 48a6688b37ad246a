"""Words as a poster: set by a design over a background, always with enough contrast.

It shows the words, not what they mean.
"""

import zlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, Report, ignore, lettering
from studio.engine.picture import Plane
from studio.engine.stills import files, patterns
from studio.engine.stills.layouts import DESIGNS, Layout
from studio.engine.stills.palettes import (
    BRIGHT,
    Field,
    Palette,
    brightness,
    contrast,
    linear,
    oklab,
)
from studio.engine.stills.scene import dithered

MOST = 200
"""Characters."""
ENOUGH = 4.5
"""The least contrast between letters and what is behind them (WCAG 2, AA)."""
AIM = 4.8  # a little more, for what rounding takes
CLEAR = 7.0  # a colour of the palette is used for letters where it stands out as much
WHITE, BLACK = (252.0, 250.0, 247.0), (16.0, 15.0, 18.0)


def draw(
    text: str,
    target: Path,
    *,
    design: str,
    pattern: str,
    palette: Palette,
    width: int,
    height: int,
    seed: int | None = None,
    format: str = "png",
    report: Report = ignore,
) -> None:
    """Write a poster of `text` to `target`. The first line is the headline, others are smaller.

    seed: another number makes another background; without one it follows from the text. The same
    call makes the same bytes. Raises EngineError for input that cannot be used, such as letters
    that the font lacks.
    """
    report(0.0, "drawing")
    made = picture(text, design, pattern, palette, (width, height), seed)
    report(0.8, "saving")
    files.save(made, target, format)
    report(1.0, "saving")


def picture(
    text: str,
    design: str,
    pattern: str,
    palette: Palette,
    size: tuple[int, int],
    seed: int | None = None,
) -> NDArray[np.uint8]:
    """The poster as pixels (height x width x 3)."""
    if len(text) > MOST:
        raise EngineError(f"The text has {len(text)} characters; a card holds {MOST}. Shorten it.")
    if design not in DESIGNS:
        raise EngineError(f"There is no design “{design}”. Choose {', '.join(DESIGNS)}.")
    said = lettering.paragraphs(text)
    number = zlib.crc32(text.encode(errors="surrogatepass")) if seed is None else seed
    ground = patterns.field(pattern, palette, *size, number)
    layout = DESIGNS[design](said, size)
    return dithered(composed(ground, layout, palette))


def composed(ground: Field, layout: Layout, palette: Palette) -> Field:
    """Ground, panels, ornaments and letters on top of each other."""
    ink = None
    if layout.panel is not None:
        panel = _lit(palette.ramp()[-1], 0.35) if layout.bright else palette.colours()[0]
        cover = _share(layout.panel)
        if layout.shadow:
            ground *= 1 - 0.28 * _shadow(cover, layout.shadow)
        ground += cover * (panel - ground)
        ink = letters_on(panel, palette)
    letters = _share(layout.letters)
    if ink is None:
        ground, ink = calmed(ground, layout, palette)
    if layout.ornament is not None:
        ground += _share(layout.ornament) * (accent(palette, ink) - ground)
    ground += letters * (ink - ground)
    return ground


def _share(mask: Plane) -> Field:
    return (mask.astype(np.float32) / 255)[..., None]


def _shadow(cover: Field, reach: float) -> Field:
    """Below the panel, wide and soft."""
    small = cv2.resize(cover[..., 0], None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), max(0.5, reach / 4))
    large = cv2.resize(soft, cover.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    move = np.array([[1, 0, 0], [0, 1, reach * 0.5]], np.float32)
    moved = cv2.warpAffine(large, move, cover.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)[..., None]


def letters_on(ground: Field, palette: Palette) -> Field:
    """A colour for letters on a plain ground: one of the palette, or nearly black or white."""
    behind = float(brightness(ground))
    found = max(palette.colours()[1:], key=lambda c: contrast(float(brightness(c)), behind))
    if contrast(float(brightness(found)), behind) >= CLEAR:
        return np.asarray(found, np.float32)
    plain = [np.array(c, np.float32) for c in (WHITE, BLACK, (255, 255, 255), (0, 0, 0))]
    good = [c for c in plain if contrast(float(brightness(c)), behind) >= AIM]
    best = max(plain, key=lambda c: contrast(float(brightness(c)), behind))
    return good[0] if good else best


def accent(palette: Palette, ink: Field) -> Field:
    """For what is drawn beside the letters: a strong colour, as bright as they are rather than as
    the ground is."""
    colours = palette.colours()[1:4]
    side = 1 if float(brightness(ink)) > 0.3 else -1
    return np.asarray(
        max(colours, key=lambda c: side * float(brightness(c)) + 0.002 * float(np.ptp(c))),
        np.float32,
    )


def calmed(ground: Field, layout: Layout, palette: Palette) -> tuple[Field, Field]:
    """The ground with a veil that is just strong enough, and the colour of the letters.

    Light and dark letters are tried; those that need less of a veil win, but a dark palette would
    rather have light ones. A restless ground gets more of it than contrast alone asks for.
    """
    near = layout.behind > 0
    seen = linear(ground[near])
    ramp = palette.ramp()
    tries = []
    for ink, veil in ((_lit(ramp[-1]), _dim(ramp[0])), (_dim(ramp[0]), _lit(ramp[-1]))):
        tries.append((_veil_needed(seen, ground[near], ink, veil), ink, veil))
    tries.sort(key=lambda found: found[0])
    fitting = float(brightness(tries[1][1])) < 0.2  # dark letters
    if fitting == palette.light and tries[1][0] <= tries[0][0] + 0.35:
        tries.reverse()
    share, ink, veil = tries[0]
    share = max(share, _restless(ground[near]))
    # Half of it lies on everything, the rest where the letters are.
    over = 0.5 * share
    local = 1 - (1 - share) / (1 - over) if over < 1 else 0.0
    cover = 1 - (1 - over) * (1 - local * _share(layout.calm))
    return ground + cover * (veil - ground), ink


def _restless(shown: Field) -> float:
    """How much of a veil a ground needs because of its own contrasts: 0 to 0.7."""
    light = oklab(shown[:: max(1, len(shown) // 8192)])[:, 0]
    return float(np.clip((light.std() - 0.06) / 0.2, 0, 0.7))


def _lit(colour: Field, share: float = 0.8) -> Field:
    """So bright that dark letters are clear on it."""
    return np.asarray(colour + (np.array(WHITE, np.float32) - colour) * np.float32(share))


def _dim(colour: Field) -> Field:
    dark = colour * np.float32(0.25 if float(brightness(colour)) > 0.02 else 0.8)
    return np.asarray(np.maximum(dark, 4), np.float32)


def _veil_needed(seen: Field, shown: Field, ink: Field, veil: Field) -> float:
    """The least share of the veil, in steps of a fiftieth, at which every place is far enough from
    the ink. At 1 it is the veil itself."""
    own = float(brightness(ink))
    bright = seen @ BRIGHT
    rows = np.concatenate(
        (_outer(bright, shown), np.clip(shown[:: max(1, len(shown) // 4096)], 0, 255))
    )
    low, high = 0, 50
    while low < high:
        middle = (low + high) // 2
        lights = brightness(rows + np.float32(middle / 50) * (veil - rows))
        worst = min(contrast(own, float(lights.min())), contrast(own, float(lights.max())))
        low, high = (low, middle) if worst >= AIM else (middle + 1, high)
    return low / 50


def _outer(bright: Field, shown: Field) -> Field:
    """The darkest and the brightest thousand places: one of them is the worst."""
    order = np.argsort(bright)
    ends = np.concatenate((shown[order[:1000]], shown[order[-1000:]]))
    return np.asarray(np.clip(ends, 0, 255), np.float32)
