"""The lines of a picture: as ink, as pencil, or as edges to steer another picture with."""

import math
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, Report, ignore
from studio.engine.picture import Plane
from studio.engine.stills import files
from studio.engine.stills.files import Pixels
from studio.engine.stills.upscale import directions

Field = NDArray[np.floating]

MANNERS = ("ink", "pencil", "edges")
NORMAL = 1024
"""The longer side at which the widths below are meant."""
# Winnemöller, "XDoG: advanced image stylization with extended difference-of-Gaussians" (2011).
RATIO, SHARPEN = 1.6, 18.0


def render(
    source: Path,
    target: Path,
    *,
    manner: str,
    detail: int,
    format: str = "png",
    report: Report = ignore,
) -> None:
    """Write the lines of `source` to `target`. Raises EngineError."""
    report(0.0, "reading")
    image = files.load_rgb(source)
    report(0.2, "drawing")
    lines = draw(image, manner, detail)
    report(0.8, "saving")
    files.save(cast(Pixels, cv2.cvtColor(lines, cv2.COLOR_GRAY2RGB)), target, format)
    report(1.0, "saving")


def draw(rgb: Pixels, manner: str, detail: int) -> Plane:
    """The lines of a picture (height x width x 3), of the same size, in grey.

    manner: "ink" and "pencil" are dark on white, "edges" is white on black.
    detail: 1, the strongest lines only, to 100. Raises EngineError for another manner.
    """
    if manner not in MANNERS:
        raise EngineError(f"There is no manner “{manner}”. Choose {', '.join(MANNERS)}.")
    fine = min(max(detail, 1), 100) / 100
    wide = max(rgb.shape[:2]) / NORMAL
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if manner == "ink":
        return _ink(grey, fine, max(wide, 0.45))
    if manner == "pencil":
        return _pencil(grey, fine, max(wide, 0.3))
    return _edges(rgb, fine, max(wide, 0.45))


def _soft(image: Field, reach: float) -> Field:
    """A Gaussian blur; a wide one on a smaller picture."""
    if reach < 6:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), max(reach, 0.3)))
    by = int(reach // 3)
    height, width = image.shape[:2]
    size = (max(1, width // by), max(1, height // by))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), reach / by)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))


def _evened(grey: Field, wide: float) -> Field:
    """With the same contrast in light and in shade, as far as there is any."""
    mean = _soft(grey, 40 * wide)
    spread = np.sqrt(np.maximum(_soft((grey - mean) ** 2, 40 * wide), 0))
    return (grey - mean) * (42 / (spread + 14))


def _ink(grey: Field, fine: float, wide: float) -> Plane:
    """Differences of two blurs, thresholded softly and drawn out along the lines."""
    thick = wide * (2.0 - 1.35 * fine)
    even = _evened(grey, wide)
    near, far = _soft(even, thick), _soft(even, thick * RATIO)
    lines = _drawn_out((near + SHARPEN * (near - far)) / 128, even, thick, wide)
    level = -0.62 + 0.42 * fine
    shade = 1 + np.tanh(np.minimum((lines - level) * 3.2, 0))
    deep = np.clip((_soft(grey, 2 * wide) - 4) / 14, 0, 1)  # what is black stays an area of ink
    return _byte(255 * np.minimum(shade, 0.12 + 0.88 * deep))


def _drawn_out(lines: Field, even: Field, thick: float, wide: float) -> Field:
    """Smoothed along the lines, which makes strokes out of bits."""
    across, down, clear = directions(even[..., None].repeat(3, 2), 1.6 * thick + wide)
    height, width = lines.shape
    columns = np.arange(width, dtype=np.float32)[None, :]
    rows = np.arange(height, dtype=np.float32)[:, None]
    total = lines.copy()
    for far in (-2.4 * wide, -1.2 * wide, 1.2 * wide, 2.4 * wide):
        x, y = columns + across * np.float32(far), rows + down * np.float32(far)
        total += cv2.remap(lines, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return lines + (total / 5 - lines) * clear


def _pencil(grey: Field, fine: float, wide: float) -> Plane:
    """Divided by its own blur, which leaves lines and shading; darker where it is dark."""
    calm = _soft(grey, (1.3 - 1.1 * fine) * wide)
    around = _soft(calm, wide * (22 - 12 * fine))
    drawn = np.minimum((calm + 4) / (around + 4), 1)
    strokes = drawn ** np.float32(1.6 + 2.6 * fine)
    tone = 0.78 + 0.22 * np.clip(_soft(grey, 3 * wide) / 150, 0, 1)
    return _byte(255 * np.clip(strokes * tone * 1.03, 0, 1))


def _edges(rgb: Pixels, fine: float, wide: float) -> Plane:
    """The crests of the strongest change of any of the three colours, one line for each edge."""
    soft = _soft(rgb.astype(np.float32), wide * (1.9 - 1.0 * fine))
    gx = cv2.Scharr(soft, cv2.CV_32F, 1, 0, scale=1 / 32)
    gy = cv2.Scharr(soft, cv2.CV_32F, 0, 1, scale=1 / 32)
    power = np.sqrt(gx * gx + gy * gy)
    best = power.argmax(2)[..., None]
    gx, gy = (np.take_along_axis(g, best, 2)[..., 0] for g in (gx, gy))
    strong = power.max(2)
    high = 3.0 + 26 * (1 - fine) ** 1.6
    # Canny's thinning and its tracing of weak parts of strong lines, at sixteenths.
    sixteenth = [np.clip(g * 16, -32767, 32767).astype(np.int16) for g in (gx, gy)]
    thin = cv2.Canny(sixteenth[0], sixteenth[1], high * 16 * 0.4, high * 16, L2gradient=True)
    reach = 0.62 * max(1.0, wide)
    line = cv2.GaussianBlur(thin.astype(np.float32), (0, 0), reach)
    light = 0.62 + 0.38 * np.clip(strong / (4 * high), 0, 1)
    return _byte(np.clip(line * math.sqrt(2 * math.pi) * reach * 1.05, 0, 255) * light)


def _byte(values: Field) -> Plane:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
