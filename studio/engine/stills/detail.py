"""Sharpness and noise, worked out in strips so that a large picture needs little room."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from studio.engine import Report, ignore
from studio.engine.stills.files import Pixels

STRIP = 2_000_000
"""Pixels that are worked on at once."""


def sharpened(pixels: Pixels, amount: float) -> Pixels:
    """Unsharp masking on brightness alone, held between the lightest and the darkest neighbour and
    a little more, so that no bright rim appears along edges. `amount` 0 to 1."""
    sigma = max(0.8, max(pixels.shape) * 0.0004)
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * int(np.ceil(sigma)) + 1,) * 2)
    over = 6 * amount

    def sharpen(part: Pixels) -> Pixels:
        light = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).astype(np.float32)
        raised = light + 1.8 * amount * (light - cv2.GaussianBlur(light, (0, 0), sigma))
        raised = np.clip(raised, cv2.erode(light, near) - over, cv2.dilate(light, near) + over)
        change = (raised - light)[..., None]
        return np.asarray(np.clip(np.rint(part + change), 0, 255), np.uint8)

    return _in_strips(pixels, int(4 * sigma) + 2, sharpen)


def denoised(pixels: Pixels, amount: float, report: Report = ignore) -> Pixels:
    """Noise taken out of brightness gently, out of colour strongly. `amount` 0 to 1.

    Brightness: the mean of similar small patches nearby (non-local means). Colour: an average at
    half the size that stops at edges of brightness.
    """
    reach = max(2, round(min(pixels.shape[:2]) * 0.002))

    def clean(part: Pixels) -> Pixels:
        planes = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2YCrCb), np.uint8)
        light = np.ascontiguousarray(planes[..., 0])
        calm = np.asarray(cv2.fastNlMeansDenoising(light, None, 1.5 + 12 * amount, 3, 7), np.uint8)
        colors = [_calm_color(planes[..., c], calm, amount, reach) for c in (1, 2)]
        return np.asarray(cv2.cvtColor(cv2.merge([calm, *colors]), cv2.COLOR_YCrCb2RGB), np.uint8)

    # An even margin, so that halving meets the same pixels in every strip.
    return _in_strips(pixels, 8 * reach + 8, clean, report)


def _calm_color(color: Pixels, light: Pixels, amount: float, reach: int) -> Pixels:
    height, width = light.shape
    half = (max(1, width // 2), max(1, height // 2))
    guide = cv2.resize(light, half, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.resize(color, half, interpolation=cv2.INTER_AREA).astype(np.float32)
    calm = cv2.ximgproc.guidedFilter(guide, small, reach, (4 + 26 * amount) ** 2)
    # What the colour had at full size beyond noise (a thin red line) is put back.
    detail = color - cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    kept = np.sign(detail) * np.maximum(np.abs(detail) - 24 * amount, 0)
    large = cv2.resize(calm, (width, height), interpolation=cv2.INTER_LINEAR) + kept
    return np.asarray(np.clip(np.rint(large), 0, 255), np.uint8)


def _in_strips(
    pixels: Pixels, margin: int, work: Callable[[Pixels], Pixels], report: Report = ignore
) -> Pixels:
    """`work` on some rows at a time, each with `margin` more rows above and below."""
    height, width = pixels.shape[:2]
    rows = max(2 * margin, STRIP // width // 2 * 2, 2)
    result = np.empty_like(pixels)
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        first, last = max(0, top - margin), min(height, bottom + margin)
        done = work(np.ascontiguousarray(pixels[first:last]))
        result[top:bottom] = done[top - first : bottom - first]
        report(0.05 + 0.25 * bottom / height, "cleaning")
    return result
