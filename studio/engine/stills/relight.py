"""The subject of a picture in front of something else, with light that fits."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, Report, ignore
from studio.engine.stills import extend, files, matte
from studio.engine.stills.files import Pixels
from studio.engine.stills.recolor import rgb_of

Plane = NDArray[np.float32]
Change = Callable[[Plane, slice], Plane]
"""From the Lab of some rows, and which rows these are, to their Lab as it should be."""

DIRECTIONS = {"none": (0, 0), "left": (-1, 0), "right": (1, 0), "above": (0, -1), "below": (0, 1)}
BLUR = 0.0006
"""Blur of the background: this share of the picture's longer side for every step up to 100."""
STOPS = 2.4
"""How many stops lighter the side towards the light gets at full strength, and darker the other."""
SHIFT = (9.0, 7.0, 7.0)
"""How far the subject's mean may move towards the background's in L, a and b: a hint, no tint."""
SMALL = 512
"""The longer side at which light and colour are measured."""


def replace_background(
    source: Path,
    target: Path,
    *,
    background: Path | None = None,
    color: str | None = None,
    hint: Path | None = None,
    blur: int = 0,
    light_direction: str = "none",
    light_strength: float = 0.3,
    keep_subject: float = 0.6,
    format: str = "png",
    report: Report = ignore,
) -> None:
    """Write the subject of `source` in front of `background` (cropped to cover), in the same size.

    Without a background picture what is behind is the old background, blurred, if `blur` is above 0
    (as a camera does it in portrait mode), else `color`. hint: a mask, white on what surely
    belongs to the subject, all of it or a part. blur: 0 to 100. light_direction: where the light
    comes from; light_strength: 0 to 1. keep_subject: 1 leaves its colours as they are, 0 fits them
    to the new background. Raises EngineError where no subject is found or there
    is nothing to put behind it.
    """
    if light_direction not in DIRECTIONS:
        raise EngineError(
            f"There is no light from “{light_direction}”. Choose {', '.join(DIRECTIONS)}."
        )
    if background is None and blur <= 0 and color is None:
        raise EngineError(
            "Nothing to put behind it. Choose a picture or a color, or raise the blur."
        )
    report(0.0, "reading")
    rgba = files.load_rgba(source)
    size = rgba.shape[1], rgba.shape[0]
    behind = files.load_rgb(background, "The background picture") if background else None
    mask = files.load_mask(hint, size) if hint else None
    report(0.1, "looking for the subject")
    cut = matte.cut_out(rgba, mask)
    report(0.5, "placing it")
    ground = backdrop(rgba, cut, behind, color, blur)
    if background is not None or blur <= 0:
        matched(cut, ground, 1 - keep_subject)
    lit(cut, light_direction, light_strength)
    report(0.8, "saving")
    files.save(over(cut, ground), target, format)
    report(1.0, "done")


def backdrop(
    rgba: Pixels, cut: Pixels, behind: Pixels | None, color: str | None, blur: int
) -> Pixels:
    """What is behind the subject, RGB in its size."""
    height, width = rgba.shape[:2]
    sigma = BLUR * blur * max(width, height)
    if behind is not None:
        ground = covering(behind, (width, height))
    elif blur > 0:
        return out_of_focus(rgba, cut, sigma)
    else:
        ground = np.empty((height, width, 3), np.uint8)
        ground[:] = rgb_of(color or "#ffffff")
    return rounded(extend.soft(ground, sigma)) if behind is not None and blur > 0 else ground


def covering(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The middle of a picture, filling the size."""
    height, width = pixels.shape[:2]
    by = max(size[0] / width, size[1] / height)
    wide, high = min(width, max(1, round(size[0] / by))), min(height, max(1, round(size[1] / by)))
    left, top = (width - wide) // 2, (height - high) // 2
    way = cv2.INTER_AREA if by < 1 else cv2.INTER_CUBIC
    part = pixels[top : top + high, left : left + wide]
    return cast(Pixels, cv2.resize(part, size, interpolation=way))


def out_of_focus(rgba: Pixels, cut: Pixels, sigma: float) -> Pixels:
    """The old background blurred without the subject's colours running into it."""
    by = max(1, int(sigma / 3))
    height, width = rgba.shape[:2]
    size = max(1, width // by), max(1, height // by)
    away = 1 - cv2.resize(cut[..., 3], size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    away = away**4  # what is half subject has its colours
    small = cv2.resize(rgba[..., :3], size, interpolation=cv2.INTER_AREA).astype(np.float32)
    total, weight = np.zeros_like(small), np.zeros_like(away)
    # A wider blur fills what the subject hides.
    for wide, worth in ((1.0, 1.0), (4.0, 1e-3), (16.0, 1e-6)):
        reach = max(0.5, sigma / by * wide)
        total += worth * cv2.GaussianBlur(small * away[..., None], (0, 0), reach)
        weight += worth * cv2.GaussianBlur(away, (0, 0), reach)
    mean = total / np.maximum(weight, 1e-12)[..., None]
    return rounded(cast(Plane, cv2.resize(mean, (width, height), interpolation=cv2.INTER_CUBIC)))


def rounded(values: Plane) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def matched(cut: Pixels, ground: Pixels, amount: float) -> None:
    """Move the subject's colours towards those of what is behind it, a little, in place.

    Reinhard, Ashikhmin, Gooch and Shirley, "Color Transfer between Images" (2001): mean and spread
    in an opponent space, here Lab and limited.
    """
    small = matte.fitted(cut, SMALL)
    inside = small[..., 3] > 200
    if amount <= 0 or not inside.any():
        return
    own = small[..., :3][inside][None].astype(np.float32) / 255
    there = matte.fitted(ground, SMALL).reshape(1, -1, 3).astype(np.float32) / 255
    own, there = cv2.cvtColor(own, cv2.COLOR_RGB2Lab)[0], cv2.cvtColor(there, cv2.COLOR_RGB2Lab)[0]
    limit = np.array(SHIFT, np.float32)
    shift = amount * np.clip(there.mean(0) - own.mean(0), -limit, limit)
    spread = np.clip((there.std(0) + 8) / (own.std(0) + 8), 0.9, 1.1) ** amount
    middle = own.mean(0)

    def change(lab: Plane, rows: slice) -> Plane:
        return cast(Plane, (lab - middle) * spread + middle + shift)

    _in_lab(cut, change)


def lit(cut: Pixels, direction: str, strength: float) -> None:
    """Light from one side, in place: lighter there, darker on the other, in stops.

    The form is guessed from the outline: what is near the rim towards the light gets most.
    """
    across, down = DIRECTIONS[direction]
    if strength <= 0 or not (across or down) or not cut[..., 3].any():
        return
    height, width = cut.shape[:2]
    field = falloff(cut[..., 3], (across, down)) * min(1.0, strength) * STOPS
    big = cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR)

    def change(lab: Plane, rows: slice) -> Plane:
        gain = np.exp2(big[rows] / 2.4)  # lightness goes with about the 2.4th root of light
        light = lab[..., 0] * gain
        # Towards white it gets slower, so that nothing burns out.
        over_ = np.maximum(light - 80, 0)
        lab[..., 0] = np.minimum(light, 80) + 20 * (1 - np.exp(-over_ / 20))
        lab[..., 1:] *= np.clip(gain, 0.8, 1.1)[..., None]
        return lab

    _in_lab(cut, change)


def falloff(alpha: Pixels, towards: tuple[int, int]) -> Plane:
    """-1 away from the light to 1 towards it, at a small size: by place and by roundness."""
    small = matte.fitted(alpha, SMALL).astype(np.float32) / 255
    rows, columns = np.nonzero(small > 0.5)
    if not len(rows):
        return np.zeros_like(small)
    place = np.zeros_like(small)
    for axis, (step, found) in enumerate(zip(towards[::-1], (rows, columns), strict=True)):
        low, high = float(found.min()), float(found.max())
        along = (np.arange(small.shape[axis]) - (low + high) / 2) / max((high - low) / 2, 1)
        place += step * np.clip(along, -1, 1).reshape((-1, 1) if axis == 0 else (1, -1))
    wide = max(1.0, float(np.sqrt(len(rows))) / 6)
    # Round as a whole, and its parts, such as a head, for themselves.
    shape = cast(Plane, small)
    whole, part = faced(shape, towards, wide), faced(shape, towards, wide / 2)
    field = np.clip(0.56 * place + 0.34 * whole + 0.5 * part, -1, 1).astype(np.float32)
    return cast(Plane, cv2.GaussianBlur(field, (0, 0), wide / 4))


def faced(alpha: Plane, towards: tuple[int, int], wide: float) -> Plane:
    """How much a shape whose outline is rounded over `wide` pixels faces the light, -1 to 1."""
    bulge = cv2.GaussianBlur(alpha, (0, 0), wide)
    across, down = cv2.Sobel(bulge, cv2.CV_32F, 1, 0), cv2.Sobel(bulge, cv2.CV_32F, 0, 1)
    facing = -(across * towards[0] + down * towards[1])
    most = float(np.percentile(np.abs(facing[alpha > 0.5]), 95))
    return cast(Plane, np.clip(facing / max(most, 1e-6), -1, 1).astype(np.float32))


def _in_lab(cut: Pixels, change: Change) -> None:
    """Change the visible pixels, some rows at a time."""
    for top in range(0, len(cut), 512):
        rows = slice(top, top + 512)
        part = cut[rows]
        if not part[..., 3].any():
            continue
        lab = cv2.cvtColor(part[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
        changed = cv2.cvtColor(change(cast(Plane, lab), rows), cv2.COLOR_Lab2RGB)
        part[..., :3] = rounded(cast(Plane, 255 * changed))


def over(cut: Pixels, ground: Pixels) -> Pixels:
    """The subject in front of the ground; where it is whole it stays as it is."""
    front, alpha = np.ascontiguousarray(cut[..., :3]), cut[..., 3].astype(np.float32) / 255
    return cast(Pixels, cv2.blendLinear(front, ground, alpha, 1 - alpha))
