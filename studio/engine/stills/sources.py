"""A hole filled with other places of the same picture, in full size and without seams.

What goes where is decided on a small copy; here every piece of it is found again in the large
picture, moved until it fits to the pixel, copied, and joined in the gradient domain ("Poisson Image
Editing", Pérez, Gangnet and Blake, SIGGRAPH 2003).
"""

from typing import NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.stills.files import Pixels
from studio.engine.stills.patches import grid

Plane = NDArray[np.float32]
Flags = NDArray[np.bool_]
Places = NDArray[np.int32]

RING = 3
"""Pixels around a piece by which its place is judged."""
SAMPLES = 1500
FEW = 12
"""Pixels of the small copy below which a piece stays where that had it."""
LIMIT = 400_000
"""Pixels of a hole that are joined in full size; a larger one is joined in a smaller copy."""
ROWS = 256
CYCLES = 3
EDGE = 40.0
"""Distance of colours at which a seam counts half as a step of light, half as an edge."""
FADE = 40.0
"""How soon a correction dies out away from its seam: within about a sixth of the hole."""
CROSS = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32)


class Piece(NamedTuple):
    """rows, columns: its pixels in the large picture; down, across: where they come from."""

    rows: Places
    columns: Places
    down: int
    across: int


def scales(hole: Flags, looked: int, limit: int = LIMIT) -> tuple[int, int]:
    """How many pixels one of the small copy stands for, and one of the copy that is joined.

    The first is a multiple of the second. looked: pixels of the small copy; limit: pixels of the
    hole to be joined. Time grows with both, and so has a bound whatever the size of the picture.
    """
    many = float(hole.sum())
    by = max(1, int(np.ceil((many / limit) ** 0.5)))
    # Time goes with the pixels of the hole, and a hole may be most of what is looked at.
    scale = max(1, int(np.ceil((max(hole.size, 4 * many) / looked) ** 0.5)))
    return -(-scale // by) * by, by


def filled(pixels: Pixels, hole: Flags, places: Places, scale: int, by: int = 1) -> Pixels:
    """`pixels` (height x width x channels, multiples of `scale`) with `hole` filled.

    places: for every pixel of the small copy, each `scale` pixels wide and high, the row and the
    column (h x w x 2, of the small copy) that it is taken from; never from within the hole. by: a
    divisor of `scale`; above 1 the hole is filled in a copy so many times smaller, and gets its
    fine detail from the places in full size.
    """
    if by == 1:
        return copied(pixels, hole, places, scale)[0]
    size = hole.shape[1] // by, hole.shape[0] // by
    few = cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    touched = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 1e-6
    few, origin = copied(few.reshape(*touched.shape, -1), touched, places, scale // by)
    smooth = cv2.resize(few, hole.shape[::-1], interpolation=cv2.INTER_CUBIC)
    result = pixels.copy()
    for top in range(0, len(hole), ROWS):
        rows, columns = np.nonzero(hole[top : top + ROWS])
        if not len(rows):
            continue
        rows += top
        there = origin[rows // by, columns // by].astype(np.int64) * by
        from_ = there[:, 0] + rows % by, there[:, 1] + columns % by
        fine = pixels[from_].astype(np.int16) - smooth[from_]
        result[rows, columns] = np.clip(smooth[rows, columns] + fine, 0, 255)
    return result


def copied(pixels: Pixels, hole: Flags, places: Places, scale: int) -> tuple[Pixels, Places]:
    """The filled picture, and the row and column that each of its pixels is from."""
    known = ~hole
    canvas = pixels.astype(np.float32)
    origin = grid(hole.shape)
    for piece in pieces(hole, places, scale):
        down, across = settled(canvas, hole, known, piece, scale)
        rows, columns = piece.rows + down, piece.columns + across
        canvas[piece.rows, piece.columns] = pixels[rows, columns]
        origin[piece.rows, piece.columns] = np.stack([rows, columns], -1)
        known[piece.rows, piece.columns] = True
    joined(canvas, pixels, hole, origin)
    feathered(canvas, hole, origin)
    result = pixels.copy()
    result[hole] = np.clip(np.rint(canvas[hole]), 0, 255).astype(np.uint8)
    return result, origin


def pieces(hole: Flags, places: Places, scale: int) -> list[Piece]:
    """Connected pixels with one origin, those that touch the most first."""
    small = places.shape[:2]
    shift = places - grid(small)
    codes = (shift[..., 0] + small[0]) * (2 * small[1] + 1) + shift[..., 1] + small[1]
    rows, columns = np.nonzero(hole)
    here = codes[rows // scale, columns // scale]
    order = np.argsort(here, kind="stable")
    down_, across_ = rows[order].astype(np.int32), columns[order].astype(np.int32)
    kinds, starts = np.unique(here[order], return_index=True)
    found = []
    for code, start, end in zip(kinds, starts, [*starts[1:], len(order)], strict=True):
        down, across = divmod(int(code), 2 * small[1] + 1)
        away = (down - small[0]) * scale, (across - small[1]) * scale
        found.append(Piece(down_[start:end], across_[start:end], *away))
    return sorted(found, key=lambda piece: -len(piece.rows))


def settled(canvas: Plane, hole: Flags, known: Flags, piece: Piece, scale: int) -> tuple[int, int]:
    """The shift near the piece's own that fits best to what is around it, to the pixel."""
    if scale == 1:
        return piece.down, piece.across
    rows, columns = ring(known, piece)
    if len(rows) < 8 or len(piece.rows) < scale * scale * FEW:
        return piece.down, piece.across
    around = canvas[rows, columns]
    best, least = (piece.down, piece.across), np.inf
    step = max(1, scale // 2)
    middle, reach = best, 2 if scale > 2 else 1
    every = max(1, len(piece.rows) // SAMPLES)
    some = Piece(piece.rows[::every], piece.columns[::every], 0, 0)
    while True:
        for down in range(-reach * step, reach * step + 1, step):
            for across in range(-reach * step, reach * step + 1, step):
                shift = (middle[0] + down, middle[1] + across)
                if not allowed(hole, some, shift):
                    continue
                cost = misfit(canvas, hole, rows, columns, around, shift)
                # What fits no better stays where the small copy had it.
                cost *= 1 + 0.01 * (abs(down) + abs(across)) / scale
                if cost < least:
                    best, least = shift, cost
        if step == 1:
            return best if allowed(hole, piece, best) else (piece.down, piece.across)
        step, middle, reach = max(1, step // 2), best, 1


def ring(known: Flags, piece: Piece) -> tuple[Places, Places]:
    """Known pixels around the piece, at most SAMPLES of them."""
    height, width = known.shape
    top, left = max(0, int(piece.rows.min()) - RING), max(0, int(piece.columns.min()) - RING)
    bottom = min(height, int(piece.rows.max()) + RING + 1)
    right = min(width, int(piece.columns.max()) + RING + 1)
    spot = np.zeros((bottom - top, right - left), np.uint8)
    spot[piece.rows - top, piece.columns - left] = 1
    wide = cv2.dilate(spot, np.ones((2 * RING + 1, 2 * RING + 1), np.uint8)) > spot
    rows, columns = np.nonzero(wide & known[top:bottom, left:right])
    every = max(1, len(rows) // SAMPLES)
    return (rows[::every] + top).astype(np.int32), (columns[::every] + left).astype(np.int32)


def allowed(hole: Flags, piece: Piece, shift: tuple[int, int]) -> bool:
    """Whether nothing of the piece would come from the hole or from beside the picture."""
    rows, columns = piece.rows + shift[0], piece.columns + shift[1]
    if rows.min() < 0 or columns.min() < 0:
        return False
    if rows.max() >= hole.shape[0] or columns.max() >= hole.shape[1]:
        return False
    return not bool(hole[rows, columns].any())


def misfit(
    canvas: Plane,
    hole: Flags,
    rows: Places,
    columns: Places,
    around: Plane,
    shift: tuple[int, int],
) -> float:
    """Mean squared difference of what is around the piece here and there."""
    there = (
        (rows + shift[0]).clip(0, hole.shape[0] - 1),
        (columns + shift[1]).clip(0, hole.shape[1] - 1),
    )
    seen = ~hole[there]
    if seen.sum() < max(8, len(rows) // 3):
        return np.inf
    return float(((canvas[there] - around)[seen] ** 2).mean())


def joined(canvas: Plane, pixels: Pixels, hole: Flags, origin: Places) -> None:
    """Change the fill of `canvas` so that its steps are those of its sources, also over seams.

    A step that is far off is an edge of something and stays as it is: spreading it would smear.
    """
    rows, columns = np.nonzero(hole)
    top, left = max(0, int(rows.min()) - 1), max(0, int(columns.min()) - 1)
    near = np.s_[top : int(rows.max()) + 2, left : int(columns.max()) + 2]
    inside, place = hole[near], origin[near]
    part = canvas[near]
    rows, columns = rows - top, columns - left
    missing = np.zeros_like(part)
    count = np.zeros(inside.shape, np.float32)
    for down, across in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        beside = (rows + down, columns + across)
        valid = within(beside, inside.shape)
        here = rows[valid], columns[valid]
        there = here[0] + down, here[1] + across
        count[here] += 1
        seam = (place[there] - place[here] != (down, across)).any(-1)
        here, there = (here[0][seam], here[1][seam]), (there[0][seam], there[1][seam])
        off = beyond(pixels, hole, place[here] + (down, across), part[there])
        back = -beyond(pixels, hole, place[there] - (down, across), part[here])
        off = np.where(inside[there][:, None], (off + back) / 2, off)
        missing[here] += off / (1 + ((off**2).sum(-1, keepdims=True) / EDGE**2) ** 2)
    correction = solved(missing, inside, count)
    part[inside] += correction[inside]


def feathered(canvas: Plane, hole: Flags, origin: Places) -> None:
    """Soften the seams in the fill that are still steps; nobody believes a cut with scissors."""
    steps = np.zeros(hole.shape, np.float32)
    for axis, step in ((1, (0, 1)), (0, (1, 0))):
        one, other = np.s_[: -step[0] or None, : -step[1] or None], np.s_[step[0] :, step[1] :]
        seam = (np.diff(origin, axis=axis) != step).any(-1) & (hole[one] | hole[other])
        size = np.sqrt((np.diff(canvas, axis=axis) ** 2).sum(-1)) * seam
        strong = np.clip(size / EDGE - 0.5, 0, 1)
        steps[one] = np.maximum(steps[one], strong)
        steps[other] = np.maximum(steps[other], strong)
    if not steps.any():
        return
    rows, columns = np.nonzero(cv2.dilate(steps, np.ones((9, 9), np.uint8)))
    near = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    share = cv2.GaussianBlur(cv2.dilate(steps[near], np.ones((3, 3), np.uint8)), (0, 0), 1.5)
    share[~hole[near]] = 0
    part = canvas[near]
    part += share[..., None] * (cv2.GaussianBlur(part, (0, 0), 1.8).reshape(part.shape) - part)


def within(at: tuple[NDArray[np.integer], NDArray[np.integer]], shape: tuple[int, ...]) -> Flags:
    rows, columns = at
    return (rows >= 0) & (columns >= 0) & (rows < shape[0]) & (columns < shape[1])


def beyond(pixels: Pixels, hole: Flags, at: NDArray[np.integer], seen: Plane) -> Plane:
    """How much lighter what is `seen` is than what would follow the piece, which lies `at`; 0 where
    nothing follows it."""
    rows, columns = at.T
    valid = within((rows, columns), hole.shape)
    rows, columns = rows.clip(0, hole.shape[0] - 1), columns.clip(0, hole.shape[1] - 1)
    valid &= ~hole[rows, columns]
    return np.where(valid[:, None], seen - pixels[rows, columns], 0).astype(np.float32)


def solved(missing: Plane, inside: Flags, count: Plane) -> Plane:
    """The correction e of the fill with count e - sum of its neighbours = missing; 0 outside.

    Multigrid: a few rounds on every size remove what is rough there.
    """
    count = count + np.float32(FADE / max(inside.shape) ** 2)
    correction = np.zeros_like(missing)
    for _ in range(CYCLES):
        rest = missing - count[..., None] * correction + neighbours(correction)
        rest[~inside] = 0
        correction += cycle(rest, inside, count)
    return correction


def neighbours(values: Plane) -> Plane:
    return cast(Plane, cv2.filter2D(values, -1, CROSS, borderType=cv2.BORDER_CONSTANT))


def cycle(rest: Plane, inside: Flags, count: Plane) -> Plane:
    weight = np.where(inside, 0.8 / np.maximum(count, 1), 0).astype(np.float32)[..., None]
    found = weight * rest
    found += weight * (rest - count[..., None] * found + neighbours(found))
    if min(inside.shape) >= 6:
        left = np.where(inside[..., None], rest - count[..., None] * found + neighbours(found), 0)
        guess = coarser(left.astype(np.float32), inside, float(count.max()) - 4)
        found += np.where(inside[..., None], guess, 0)
    for _ in range(2):
        found += weight * (rest - count[..., None] * found + neighbours(found))
    return cast(Plane, found)


def coarser(left: Plane, inside: Flags, fade: float) -> Plane:
    """A cycle at half the size, brought back to this one."""
    height, width = inside.shape
    odd = (height % 2, width % 2)
    even = cv2.copyMakeBorder(left, 0, odd[0], 0, odd[1], cv2.BORDER_CONSTANT)
    size = (even.shape[1] // 2, even.shape[0] // 2)
    mask = np.pad(inside, ((0, odd[0]), (0, odd[1])))
    within = mask[::2, ::2] & mask[1::2, ::2] & mask[::2, 1::2] & mask[1::2, 1::2]
    mean = cv2.resize(even, size, interpolation=cv2.INTER_AREA)
    coarse = cast(Plane, np.where(within[..., None], 4 * mean, 0).astype(np.float32))
    guess = cycle(coarse, within, np.full(within.shape, 4 + 4 * fade, np.float32))
    large = cv2.resize(guess, (2 * size[0], 2 * size[1]), interpolation=cv2.INTER_LINEAR)
    return cast(Plane, large)[:height, :width]
