"""Sharpness and noise."""

from __future__ import annotations

import cv2
import numpy as np

from studio.engine import Report, ignore
from studio.engine.stills.files import Field, Pixels

STRIP = 512
"""Rows cleaned at once, so that stopping does not have to wait for a whole picture."""
MARGIN = 8


def sharpened(pixels: Pixels, amount: float) -> Pixels:
    """Unsharp masking on brightness alone, held between the lightest and the darkest neighbour and
    a little more, so that no bright rim appears along edges. `amount` 0 to 1."""
    light = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sigma = max(0.8, max(pixels.shape) * 0.0004)
    raised = light + 1.8 * amount * (light - cv2.GaussianBlur(light, (0, 0), sigma))
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * int(np.ceil(sigma)) + 1,) * 2)
    over = 6 * amount
    raised = np.clip(raised, cv2.erode(light, near) - over, cv2.dilate(light, near) + over)
    change = raised - light
    return np.clip(np.rint(pixels + change[..., None]), 0, 255).astype(np.uint8)


def denoised(pixels: Pixels, amount: float, report: Report = ignore) -> Pixels:
    """Noise taken out of brightness gently, out of colour strongly. `amount` 0 to 1.

    Brightness: the mean of similar small patches nearby (non-local means). Colour: an average at
    half the size that stops at edges of brightness.
    """
    parts = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
    light = np.ascontiguousarray(parts[..., 0])
    clean = _clean(light, 1.5 + 12 * amount, report)
    height, width = light.shape
    half = (max(1, width // 2), max(1, height // 2))
    guide = cv2.resize(clean, half, interpolation=cv2.INTER_AREA).astype(np.float32)
    colors = [np.asarray(clean)]
    reach = max(2, round(min(half) * 0.004))
    for channel in (1, 2):
        whole = parts[..., channel]
        small = cv2.resize(whole, half, interpolation=cv2.INTER_AREA).astype(np.float32)
        calm: Field = np.asarray(
            cv2.ximgproc.guidedFilter(guide, small, reach, (4 + 26 * amount) ** 2), np.float32
        )
        # What the colour had at full size beyond noise (a thin red line) is put back.
        detail = whole - cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
        kept = np.sign(detail) * np.maximum(np.abs(detail) - 24 * amount, 0)
        large = cv2.resize(calm, (width, height), interpolation=cv2.INTER_LINEAR) + kept
        colors.append(np.clip(np.rint(large), 0, 255).astype(np.uint8))
    return np.asarray(cv2.cvtColor(cv2.merge(colors), cv2.COLOR_YCrCb2RGB), np.uint8)


def _clean(light: Pixels, strength: float, report: Report) -> Pixels:
    result = np.empty_like(light)
    height = light.shape[0]
    for top in range(0, height, STRIP):
        bottom = min(height, top + STRIP)
        first, last = max(0, top - MARGIN), min(height, bottom + MARGIN)
        strip = cv2.fastNlMeansDenoising(light[first:last], None, strength, 3, 7)
        result[top:bottom] = strip[top - first : bottom - first]
        report(0.05 + 0.25 * bottom / height, "cleaning")
    return result
