"""A picture that goes on beyond its edges."""

from pathlib import Path
from typing import NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, Report, ignore
from studio.engine.stills import files, fill, patches, sources
from studio.engine.stills.files import Pixels

Flags = NDArray[np.bool_]
Plane = NDArray[np.float32]
Places = NDArray[np.int32]

FILLS = ("continue", "mirror", "blur")
MOST = 2000
"""Pixels that can be added at each side."""
HONEST = 0.2
"""Share of the picture's side up to which its texture is continued; beyond that it would only be
repeated, and a soft mirror image says so."""
SEARCH = 50_000
"""Pixels of the small copy on which it is decided what goes where."""


TIED = 2_500.0
NEAR = 100.0
"""Squared Lab distance that a way across, and along, as long as the picture is worth."""


class Sides(NamedTuple):
    """Pixels added at each side."""

    left: int
    right: int
    up: int
    down: int


def extend(
    source: Path,
    target: Path,
    *,
    left: int = 0,
    right: int = 0,
    up: int = 0,
    down: int = 0,
    fill: str = "continue",
    format: str = "png",
    seed: int = 1,
    report: Report = ignore,
) -> None:
    """Write `source` with so many pixels more at each side; it itself does not change by a bit.

    fill: continue (the texture of the border goes on, as far as a fifth of the picture; a soft
    mirror image beyond), mirror, or blur. seed: another number continues differently. Raises
    EngineError for sides outside 0 to 2000, four zeros, or an unknown fill.
    """
    sides = checked(Sides(left, right, up, down), fill)
    report(0.0, "reading")
    pixels = files.load_rgba(source)
    if files.is_opaque(pixels):
        pixels = np.ascontiguousarray(pixels[..., :3])
    size = sides.left + pixels.shape[1] + sides.right, sides.up + pixels.shape[0] + sides.down
    files.check_size(size, format)
    report(0.1, "extending")
    result = extended(pixels, sides, fill, seed, report)
    report(0.9, "saving")
    files.save(result, target, format)
    report(1.0, "done")


def checked(sides: Sides, fill: str) -> Sides:
    if fill not in FILLS:
        raise EngineError(f"There is no fill “{fill}”. Choose {' or '.join(FILLS)}.")
    for name, amount in sides._asdict().items():
        if not 0 <= amount <= MOST:
            raise EngineError(f"“{name}” is {amount} px. Choose 0 to {MOST}.")
    if not any(sides):
        raise EngineError(
            "Left, right, up and down are all 0, so the picture would stay as it is. Give at least "
            f"one of them, from 1 to {MOST} px."
        )
    return sides


def extended(
    pixels: Pixels, sides: Sides, fill: str, seed: int = 1, report: Report = ignore
) -> Pixels:
    """RGB or RGBA pixels with so many more at each side."""
    if fill == "mirror":
        return mirrored(pixels, sides)
    if fill == "blur" or min(pixels.shape[:2]) < 4 * patches.RADIUS + 4:
        return blurred(pixels, sides)
    reach = Sides(
        *(
            min(amount, int(HONEST * pixels.shape[axis]))
            for amount, axis in zip(sides, (1, 1, 0, 0), strict=True)
        )
    )
    near = pixels
    if reach.left or reach.right:
        near = continued(near, reach._replace(up=0, down=0), seed)
    report(0.45, "extending")
    if reach.up or reach.down:
        near = continued(near, reach._replace(left=0, right=0), seed)
    report(0.8, "extending")
    rest = Sides(*(all_ - done for all_, done in zip(sides, reach, strict=True)))
    return blurred(near, rest) if any(rest) else near


def mirrored(pixels: Pixels, sides: Sides) -> Pixels:
    """A mirror image at each side, as often as needed."""
    border = cv2.BORDER_REFLECT if min(pixels.shape[:2]) > 1 else cv2.BORDER_REPLICATE
    bordered = cv2.copyMakeBorder(pixels, sides.up, sides.down, sides.left, sides.right, border)
    return cast(Pixels, bordered)


def blurred(pixels: Pixels, sides: Sides) -> Pixels:
    """A mirror image that gets softer with the distance from the edge: nobody takes it for more."""
    whole = mirrored(pixels, sides)
    height, width = pixels.shape[:2]
    inner = np.s_[sides.up : sides.up + height, sides.left : sides.left + width]
    outside = np.ones(whole.shape[:2], np.uint8)
    outside[inner] = 0
    away = cv2.distanceTransform(outside, cv2.DIST_L2, 3)
    most = max(height, width, *sides) / 24
    level = whole.astype(np.float32)
    result = level
    for step in (most / 16, most / 4, most):
        softer = soft(whole, step)
        share = np.clip(away / (4 * step) - 0.25, 0, 1)[..., None]
        result = result * (1 - share) + softer * share
    final = np.clip(np.rint(result), 0, 255).astype(np.uint8)
    final[inner] = pixels
    return final


def soft(pixels: Pixels, sigma: float) -> Plane:
    """Blurred at a size at which that is cheap."""
    by = max(1, int(sigma / 3))
    height, width = pixels.shape[:2]
    size = max(1, width // by), max(1, height // by)
    few = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.GaussianBlur(few, (0, 0), max(0.5, sigma / by))
    return cast(Plane, cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC))


def continued(pixels: Pixels, sides: Sides, seed: int) -> Pixels:
    """The texture along the border goes on: every piece is copied from within the picture."""
    height, width = pixels.shape[:2]
    scale = max(1, int(np.ceil((height * width / SEARCH) ** 0.5)))
    grid = Sides(*(-(-amount // scale) * scale for amount in sides))
    more = -(grid.up + height + grid.down) % scale, -(grid.left + width + grid.right) % scale
    whole = mirrored(pixels, Sides(grid.left, grid.right + more[1], grid.up, grid.down + more[0]))
    hole = np.ones(whole.shape[:2], bool)
    hole[grid.up : grid.up + height, grid.left : grid.left + width] = False
    places = searched(whole, hole, scale, seed)
    if places is not None:
        whole = sources.filled(whole, hole, places, scale)
    top, left = grid.up - sides.up, grid.left - sides.left
    bottom, right = top + sides.up + height + sides.down, left + sides.left + width + sides.right
    return whole[top:bottom, left:right]


def searched(pixels: Pixels, hole: Flags, scale: int, seed: int) -> Places | None:
    """Where each pixel of the small copy comes from: near its own row at the sides, near its own
    column above and below, so that a horizon stays one."""
    size = hole.shape[1] // scale, hole.shape[0] // scale
    free = cv2.resize((~hole).astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.9999
    small = cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    lab = cast(Plane, cv2.cvtColor(fill.over_grey(small), cv2.COLOR_RGB2Lab))
    places = patches.found(lab, ~free, seed, stay=ties(free))
    if places is None or not free[places[..., 0], places[..., 1]].all():
        return None
    return places


def ties(free: Flags) -> Plane:
    """What it costs to come from another row (at the sides) or column (above and below), and to
    come from far away."""
    rows = np.flatnonzero(free.any(1))
    ways = np.full((*free.shape, 2), NEAR, np.float32)
    ways[..., 0 if rows.max() - rows.min() + 1 == len(free) else 1] = TIED
    return ways
