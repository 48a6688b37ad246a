"""The colours and the texture of one picture for another one. It carries moods over, no things.

Colours move as a whole: the linear map that turns one cloud of colours into the other with the
least change (Monge-Kantorovich; Pitié and Kokaram, 2007), in CIE Lab, held back where it would
exaggerate. Shadows, middle tones and lights then take the tint that they have in the style picture.
"""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import Report, ignore
from studio.engine.stills import files
from studio.engine.stills.files import Pixels
from studio.engine.stills.scene import dithered

Field = NDArray[np.floating]
Matrix = NDArray[np.float64]

LOOK = 384
"""The longer side at which the pictures are compared."""
LEAST_GAIN, MOST_GAIN = 0.55, 1.9  # of the spread of colours
NOISE = 9.0  # Lab units squared; keeps grey pictures from being blown up
TINT = 0.75  # how far each zone goes to the tint of the style picture
STEEPEST, FLATTEST = 2.0, 0.45  # of the curve of light
BANDS = (1.2, 3.5, 10.0)  # pixels at 1024 on the longer side
ROUGHEST, SMOOTHEST = 1.8, 0.55  # gains of the texture


class Look(NamedTuple):
    """What is taken from a picture: its colours (n x 3, Lab), its texture in each band."""

    colours: Field
    texture: tuple[float, ...]


def render(
    source: Path,
    style: Path,
    target: Path,
    *,
    style_strength: float,
    composition_fidelity: float,
    format: str = "png",
    report: Report = ignore,
) -> None:
    """Write `source` with the colours and the texture of `style` to `target`, of the size of
    `source`; what is transparent stays so. See `transferred`. Raises EngineError."""
    report(0.0, "reading")
    image, model = files.load_rgba(source), files.load_rgb(style)
    report(0.2, "transferring")
    made = transferred(
        np.ascontiguousarray(image[..., :3]), model, style_strength, composition_fidelity
    )
    report(0.85, "saving")
    whole = made if int(image[..., 3].min()) == 255 else np.dstack((made, image[..., 3]))
    files.save(whole, target, format)
    report(1.0, "saving")


def transferred(image: Pixels, style: Pixels, strength: float, fidelity: float) -> Pixels:
    """`image` (height x width x 3) in the manner of `style`.

    strength: 0 is the picture as it was, 1 takes all of the colours.
    fidelity: 1 keeps light, shade and texture, 0 takes those of the style picture too.
    """
    if strength <= 0:
        return image
    free = min(1.0, 2 * (1 - fidelity))
    lab = _lab(image)
    have, want = _look(image), _look(style)
    light = _light_curve(have.colours[:, 0], want.colours[:, 0], free)
    moved = lab[..., 0]
    grey = np.interp(moved, light[0], light[1]).astype(np.float32)
    grey = _textured(grey, have, want, 0.8 * free)
    tint = _tinted(lab, grey, have.colours, want.colours, light)
    lab[..., 0] += (grey - moved) * np.float32(strength)
    lab[..., 1:] += (tint - lab[..., 1:]) * np.float32(strength)
    return dithered(_rgb(lab))


def _lab(rgb: Pixels) -> Field:
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab))


def _rgb(lab: Field) -> Field:
    """Back again. What no screen can show loses colour, not light."""
    rgb = cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)
    over = np.maximum(rgb.max(2) - 1, -rgb.min(2))
    if float(over.max()) > 0:
        grey = np.clip(cv2.cvtColor(np.clip(rgb, 0, 1), cv2.COLOR_RGB2GRAY), 0, 1)[..., None]
        room = np.clip(1 - 1.2 * over, 0, 1)[..., None]
        rgb = np.where(over[..., None] > 0, grey + (rgb - grey) * room, rgb)
    return np.asarray(np.clip(rgb, 0, 1) * 255, np.float32)


def _look(rgb: Pixels) -> Look:
    by = min(1.0, LOOK / max(rgb.shape[:2]))
    size = (max(1, round(rgb.shape[1] * by)), max(1, round(rgb.shape[0] * by)))
    small = _lab(np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)))
    wide = max(rgb.shape[:2]) / 1024
    grey = _lab(rgb)[..., 0] if max(rgb.shape[:2]) <= 1024 else _middle(rgb)
    bands = _bands(grey, min(wide, 1.0))
    return Look(small.reshape(-1, 3), tuple(float(band.std()) for band in bands[1:]))


def _middle(rgb: Pixels) -> Field:
    by = 1024 / max(rgb.shape[:2])
    size = (max(1, round(rgb.shape[1] * by)), max(1, round(rgb.shape[0] * by)))
    return _lab(np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)))[..., 0]


def _bands(grey: Field, wide: float) -> list[Field]:
    """What is left after all blurs, then each band from fine to coarse. Together they are
    `grey`."""
    found, rest = [], grey
    for reach in BANDS:
        soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), max(0.4, reach * wide)), np.float32)
        found.append(rest - soft)
        rest = soft
    return [rest, *found]


def _textured(grey: Field, have: Look, want: Look, share: float) -> Field:
    """With as much detail in each band as the style picture has, within limits."""
    if share <= 0:
        return grey
    rest, *bands = _bands(grey, max(grey.shape) / 1024)
    out: Field = rest
    for band, old, new in zip(bands, have.texture, want.texture, strict=True):
        gain = float(np.clip((new + 0.4) / (old + 0.4), SMOOTHEST, ROUGHEST)) ** share
        # Strong edges have enough: only what is weaker grows.
        out = out + band * (1 + (gain - 1) * np.exp(-((band / 9) ** 2)))
    return np.asarray(np.clip(out, 0, 100), np.float32)


def _light_curve(have: Field, want: Field, share: float) -> tuple[Field, Field]:
    """A rising curve from the lights of one picture towards those of the other one, neither steep
    nor flat anywhere, so that no steps appear and nothing is lost."""
    marks = np.linspace(0, 100, 65)
    old, new = np.percentile(have, marks), np.percentile(want, marks)
    at = np.linspace(0, 100, 129)
    goal = np.interp(at, np.maximum.accumulate(old + np.arange(65) * 1e-6), new)
    slope = np.clip(np.gradient(at + (goal - at) * share, at), FLATTEST, STEEPEST)
    slope = np.convolve(np.pad(slope, 8, mode="edge"), np.hanning(19)[1:-1] / 9, "valid")
    curve = np.concatenate(([0], np.cumsum((slope[1:] + slope[:-1]) / 2) * (at[1] - at[0])))
    middle = float(np.interp(np.median(have), at, curve))
    aim = float(np.median(have) + (np.median(want) - np.median(have)) * share * 0.8)
    curve = curve + (aim - middle)
    # The ends stay inside, softly.
    low, high = float(curve[0]), float(curve[-1])
    if low < 0 or high > 100:
        curve = np.clip(curve, min(0, low), max(100, high))
        curve = (curve - min(0, low)) * 100 / (max(100, high) - min(0, low))
    return at.astype(np.float32), curve.astype(np.float32)


def _tinted(lab: Field, grey: Field, have: Field, want: Field, light: tuple[Field, Field]) -> Field:
    """The two colour channels: height x width x 2."""
    old, new = have[:, 1:].astype(np.float64), want[:, 1:].astype(np.float64)
    map_ = nearest_map(np.cov(old.T, bias=True), np.cov(new.T, bias=True))
    centre, goal = old.mean(0), new.mean(0)
    moved = ((lab[..., 1:] - centre) @ map_.T + goal).astype(np.float32)
    mapped = (old - centre) @ map_.T + goal
    now = np.interp(have[:, 0], *light)
    for low, middle, high in _zones(np.concatenate((now, want[:, 0]))):
        shift = _mean(new, want[:, 0], low, middle, high) - _mean(mapped, now, low, middle, high)
        weight = _hat(grey, low, middle, high)[..., None]
        moved += weight * (TINT * shift).astype(np.float32)
    return _skin_kept(lab, _whites_kept(lab, moved))


def _whites_kept(lab: Field, moved: Field) -> Field:
    """What is white stays nearly white: a tint that suits skin or sky is glaring on it."""
    colour = np.hypot(lab[..., 1], lab[..., 2])
    white = np.clip((lab[..., 0] - 68) / 26, 0, 1) * np.exp(-((colour / 14) ** 2))
    return np.asarray(lab[..., 1:] + (moved - lab[..., 1:]) * (1 - 0.75 * white[..., None]))


def nearest_map(have: Matrix, want: Matrix) -> Matrix:
    """The symmetric matrix that turns one covariance into the other, its gains within limits."""
    have = have + np.eye(2) * NOISE
    want = want + np.eye(2) * NOISE
    root = _root(have)
    back = np.linalg.inv(root)
    found = back @ _root(root @ want @ root) @ back
    gains, ways = np.linalg.eigh((found + found.T) / 2)
    return np.asarray(ways @ np.diag(np.clip(gains, LEAST_GAIN, MOST_GAIN)) @ ways.T)


def _root(matrix: Matrix) -> Matrix:
    values, ways = np.linalg.eigh(matrix)
    return np.asarray(ways @ np.diag(np.sqrt(np.maximum(values, 0))) @ ways.T)


def _zones(light: NDArray[np.floating]) -> list[tuple[float, float, float]]:
    """Shadows, middle tones, lights: where each begins, is whole, and ends."""
    dark, middle, bright = (float(v) for v in np.percentile(light, (12, 50, 88)))
    middle, bright = max(middle, dark + 4), max(bright, dark + 8, middle + 4)
    return [(-1e9, dark, middle), (dark, middle, bright), (middle, bright, 1e9)]


def _hat(value: NDArray[np.floating], low: float, middle: float, high: float) -> Field:
    rising = np.clip((value - low) / (middle - low), 0, 1) if low > -1e8 else 1.0
    falling = np.clip((high - value) / (high - middle), 0, 1) if high < 1e8 else 1.0
    share = np.minimum(rising, falling)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _mean(
    colours: Matrix, light: NDArray[np.floating], low: float, middle: float, high: float
) -> Matrix:
    """Of the colours in a zone; of all of them where hardly any are in it."""
    weight = _hat(light, low, middle, high).astype(np.float64) + 1e-3
    return np.asarray((colours * weight[:, None]).sum(0) / weight.sum())


def _skin_kept(lab: Field, moved: Field) -> Field:
    """Colours of skin follow half of the way only, and never leave for green or blue."""
    a, b, light = lab[..., 1], lab[..., 2], lab[..., 0]
    # Where skin of all shades lies in Lab: reddish, more yellow than blue, neither black nor pale.
    turn = np.arctan2(b, np.maximum(a, 0.1))
    like = _hat(turn, 0.2, 0.85, 1.4) * _hat(np.hypot(a, b), 6, 24, 62) * _hat(light, 15, 55, 99)
    like = np.clip(1.7 * cv2.GaussianBlur(like, (0, 0), max(1.0, max(like.shape) / 400)), 0, 1)
    half = lab[..., 1:] + 0.45 * (moved - lab[..., 1:])
    half[..., 0] = np.maximum(half[..., 0], 0.55 * np.maximum(a, 0))
    half[..., 1] = np.maximum(half[..., 1], 0.3 * np.maximum(b, 0))
    return np.asarray(moved + like[..., None] * (half - moved), np.float32)
