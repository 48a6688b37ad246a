"""One thing or one colour of a picture in another colour; light and shade stay."""

from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, Report, ignore
from studio.engine.stills import files, fill
from studio.engine.stills.files import Pixels

Plane = NDArray[np.float32]

ROWS = 512
"""Rows worked on at a time: a large picture in float32 takes half a gigabyte."""
REACH = 0.6
"""Distance in Lab per step of tolerance: 30 takes a colour with its light and shade, 100 most."""
SHADE, FULL = 0.2, 0.4
"""How much a difference of lightness and one of chroma count against one of hue: a thing in shadow
or in a highlight is still the same thing."""
SOFT = 0.4
"""Share of the reach over which the change fades."""
GREY = 12.0
"""Chroma below which a colour has hardly any hue, so that its lightness tells it apart."""
CALM = 5
"""Pixels across within which the noise of a camera is taken out before colors are compared."""
SPECK = 0.0002
"""Share of the picture up to which a hole in what is like the color is closed."""
EVEN = 150.0
"""Variance of color, in 0..255 squared, below which the edge of the selection is smoothed."""


def recolor(
    source: Path,
    target: Path,
    *,
    color: str,
    mask: Path | None = None,
    from_color: str | None = None,
    tolerance: int = 30,
    grow: int = 0,
    format: str = "png",
    report: Report = ignore,
) -> None:
    """Write `source` with what is white in `mask`, or like `from_color`, or both, in `color`.

    color, from_color: "#rrggbb". tolerance: 1 to 100, how far from `from_color` others count as the
    same. grow: pixels by which the mask is widened. No other pixel changes by a bit. Raises
    EngineError when neither a mask nor a colour to change is given, or nothing is like it.
    """
    new = rgb_of(color)
    if mask is None and from_color is None:
        raise EngineError(
            "Nothing is marked to be recolored. Paint a mask, or pick the color to change."
        )
    report(0.0, "reading")
    pixels = files.load_rgba(source)
    share = np.full(pixels.shape[:2], 255, np.uint8)
    if mask is not None:
        marks = files.load_mask(mask, (pixels.shape[1], pixels.shape[0]))
        hole, share = fill.marked(marks), marks
        if grow > 0:
            share = np.where(fill.widened(hole, grow), 255, marks).astype(np.uint8)
    report(0.2, "finding the color")
    if from_color is not None:
        share = alike(pixels[..., :3], share, rgb_of(from_color), tolerance)
        if not share.any():
            raise EngineError(
                f"Nothing in the picture is like {from_color} within a tolerance of {tolerance}. "
                "Raise the tolerance, or pick the color in the picture."
            )
    report(0.5, "coloring")
    colored = recolored(pixels, share, new)
    report(0.8, "saving")
    files.save(colored if not files.is_opaque(colored) else colored[..., :3], target, format)
    report(1.0, "done")


def rgb_of(color: str) -> tuple[int, int, int]:
    """ "#rrggbb" as three numbers. Raises EngineError for anything else."""
    try:
        if len(color) != 7 or not color.startswith("#"):
            raise ValueError(color)
        red, green, blue = bytes.fromhex(color[1:])
    except ValueError as error:
        message = f"“{color}” is no color. Write it as #rrggbb, such as #2f6fed."
        raise EngineError(message) from error
    return red, green, blue


def lab_of(pixels: NDArray[np.uint8]) -> Plane:
    return cast(Plane, cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2Lab))


def lab_color(rgb: tuple[int, int, int]) -> Plane:
    return cast(Plane, lab_of(np.array([[rgb]], np.uint8))[0, 0])


def alike(rgb: Pixels, share: Pixels, color: tuple[int, int, int], tolerance: int) -> Pixels:
    """`share` where a pixel is like `color`, less where it is less like it, 0 elsewhere.

    A color picked by hand is seldom the middle of what it is picked from, so what lies around
    that middle counts too, if it is near (a step of mean shift, "Mean Shift: A Robust Approach
    toward Feature Space Analysis", Comaniciu and Meer, PAMI 2002).
    """
    wanted, reach = lab_color(color), REACH * max(1, min(tolerance, 100))
    calm = cast(Pixels, cv2.medianBlur(rgb, CALM)) if min(rgb.shape[:2]) >= CALM else rgb
    like = likeness(calm, share, wanted, reach)
    where = like >= 128
    if where.any():
        way = usual_color(calm, where) - wanted
        way *= min(1.0, reach / 2 / max(float(np.linalg.norm(way)), 1e-6))
        like = np.maximum(like, likeness(calm, share, wanted + way, reach))
    like = followed(rgb, without_specks(like))
    return cast(Pixels, cv2.multiply(like, share, scale=1 / 255))


def usual_color(rgb: Pixels, where: NDArray[np.bool_]) -> Plane:
    """The mean of a and b, and the median lightness, of the places `where`, in Lab."""
    rows, columns = np.nonzero(where)
    every = max(1, len(rows) // 100_000)
    lab = lab_of(np.ascontiguousarray(rgb[rows[::every], columns[::every]][None]))[0]
    return np.array([np.median(lab[:, 0]), *lab[:, 1:].mean(0)], np.float32)


def likeness(rgb: Pixels, share: Pixels, wanted: Plane, reach: float) -> Pixels:
    """255 where a pixel is close to the Lab color `wanted`, 0 from `reach` on; 0 without share."""
    chroma = float(np.hypot(*wanted[1:]))
    plain = max(0.0, 1 - chroma / (2 * GREY))
    weights = [kept + (1 - kept) * plain for kept in (SHADE, FULL)]
    result = np.zeros_like(share)
    for top in range(0, len(rgb), ROWS):
        part = share[top : top + ROWS]
        if not part.any():
            continue
        lab = lab_of(rgb[top : top + ROWS])
        full = np.hypot(lab[..., 1], lab[..., 2])
        turned = ((lab[..., 1:] - wanted[1:]) ** 2).sum(-1) - (full - chroma) ** 2
        # In shadow the same difference of hue is a smaller distance.
        turned *= chroma / np.clip(full, max(chroma, GREY) / 3, None)
        far = turned + (weights[0] * (lab[..., 0] - wanted[0])) ** 2
        far = np.sqrt(np.maximum(far + (weights[1] * (full - chroma)) ** 2, 0))
        like = np.clip((reach - far) / (SOFT * reach), 0, 1)
        like = like * like * (3 - 2 * like)
        result[top : top + ROWS] = np.where(part > 0, np.rint(255 * like), 0).astype(np.uint8)
    return result


def without_specks(like: Pixels) -> Pixels:
    """Small holes closed and lone dots taken out."""
    most = max(2, round(SPECK * like.size))
    for inverted in (True, False):
        spots = ((like >= 128) != inverted).astype(np.uint8)
        _, labels, facts, _ = cv2.connectedComponentsWithStats(spots, connectivity=4)
        small = facts[:, cv2.CC_STAT_AREA] <= (most if inverted else most // 8)
        small[0] = False
        if small.any() and not small[1:].all():
            like = np.where(small[labels], np.uint8(255 if inverted else 0), like)
    return like


def followed(rgb: Pixels, like: Pixels) -> Pixels:
    """The selection with the edges that the picture has there (He, Sun and Tang, "Guided Image
    Filtering", PAMI 2013)."""
    if not int(like.max()) > 0 or int(like.min()) == 255:
        return like
    radius = max(2, round(max(like.shape) / 250))
    result = np.zeros_like(like)
    for top in range(0, len(like), ROWS):
        low, high = max(0, top - 2 * radius), top + ROWS + 2 * radius
        part = like[low:high]
        if not part.any():
            continue
        step = np.divide(part, 255, dtype=np.float32)
        soft = cv2.ximgproc.guidedFilter(
            rgb[low:high], step, radius, EVEN, scale=1 / shrink(radius)
        )
        levels = np.clip(np.rint((soft - 0.1) * (255 / 0.8)), 0, 255).astype(np.uint8)
        result[top : top + ROWS] = levels[top - low : top - low + len(result[top : top + ROWS])]
    return result


def shrink(radius: int) -> int:
    """By how much the guided filter may shrink what it measures: the edges stay those of `rgb`."""
    return max(1, radius // 4)


def recolored(pixels: Pixels, share: Pixels, color: tuple[int, int, int]) -> Pixels:
    """RGBA pixels in `color` as far as `share` says, with the light and shade they had.

    The middle lightness of what changes becomes that of the new colour; what is lighter or darker
    than it keeps its ratio (towards black) or its distance (towards white).
    """
    result = pixels.copy()
    rows = np.flatnonzero(share.any(1))
    if not len(rows):
        return result
    middle = usual(pixels, share)
    new = lab_color(color)
    for top in range(int(rows[0]), int(rows[-1]) + 1, ROWS):
        part = np.s_[top : min(top + ROWS, int(rows[-1]) + 1)]
        amount = share[part].astype(np.float32)[..., None] / 255
        old = pixels[part][..., :3].astype(np.float32)
        painted = 255 * cv2.cvtColor(shaded(lab_of(pixels[part][..., :3]), middle, new), FROM_LAB)
        mixed = np.rint(old + amount * (np.clip(painted, 0, 255) - old)).astype(np.uint8)
        result[part][..., :3] = np.where(share[part][..., None] > 0, mixed, pixels[part][..., :3])
    return result


FROM_LAB = cv2.COLOR_Lab2RGB


def usual(pixels: Pixels, share: Pixels) -> float:
    """The median lightness of what is to change, 0 to 100."""
    rows, columns = np.nonzero(share >= min(128, int(share.max())))
    every = max(1, len(rows) // 100_000)
    some = pixels[rows[::every], columns[::every], :3][None]
    return float(np.median(lab_of(np.ascontiguousarray(some))[..., 0]))


def shaded(lab: Plane, middle: float, new: Plane) -> Plane:
    """Lab pixels around lightness `middle` as shades of the colour `new`."""
    light = lab[..., 0]
    aim = float(new[0])
    middle = float(np.clip(middle, 4, 96))
    below = aim * light / middle
    # Never less than a third of the contrast: white gets shade, black gets shine.
    room = max(100 - aim, (100 - middle) / 3)
    above = aim + (light - middle) * room / (100 - middle)
    shade = np.where(light < middle, np.minimum(below, aim - (middle - light) / 4), above)
    shade = np.clip(shade, 0, 100).astype(np.float32)
    # A colour in deep shadow or in a highlight has less of itself.
    fullness = np.minimum(
        np.clip(shade / max(aim, 1), 0, 1.15), np.clip((104 - shade) / max(104 - aim, 4), 0, 1)
    )
    return np.dstack([shade, new[1] * fullness, new[2] * fullness]).astype(np.float32)
