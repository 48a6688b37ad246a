"""What lies beyond the right edge of a picture, in ways that never show a thing that is not there.

Three ways lie on each other. Deepest the colours along the edge, drawn out and running together
with the distance. On them a mirror image that gets softer, as far as its colours are those that
the edge has close by. And next to the edge, where the picture is even across the edge, its
texture, copied from a band along it. What a higher one shows that the edge does not lead to gives
way to the one below.
"""

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.stills import fill, patches, sources
from studio.engine.stills.files import Pixels

Flags = NDArray[np.bool_]
Plane = NDArray[np.float32]
Places = NDArray[np.int32]

HONEST = 0.2
"""Share of the picture's side up to which its texture is continued; beyond that it would only be
repeated."""
SMALL = 250_000
"""Pixels of the copy on which what is soft is made."""
SEARCH, JOINED = 25_000, 100_000
"""Pixels of the small copy on which it is decided what goes where, and of the joined one."""
BAND = 1.5
"""Width of what texture is copied from, as a multiple of what it is copied to."""
TIED, NEAR = 2_500.0, 400.0
"""Squared Lab distance that a way along the edge, and one away from it, as long as the picture is
worth."""
RUN = 0.35
"""How much wider what runs together gets per pixel of distance."""
FOREIGN = 9.0
"""Distance in Lab from the colours of the edge from which on a colour does not belong there."""
AROUND = 0.06
"""Share of the edge over which what is foreign keeps what is beside it short: a soft border."""
MIRROR = 0.1
"""Share of the picture's longer side up to which a mirror image may be seen."""
ROUGH = 9.0
"""What one doubling of fine detail counts, in Lab distance, where evenness is judged."""
EVEN, UNEVEN = 6.0, 10.0
"""Spread in Lab of what is blurred, away from the edge: a texture, and a thing."""
GRAIN = 0.9
"""Fine detail, in 0 to 100, with which a spread counts half."""
CELLS = 8
"""Places away from the edge at which evenness is judged."""
STEPS = 14


def strip(pixels: Pixels, amount: int, seed: int) -> Pixels:
    """What goes on to the right of `pixels` (height x width x 3 or 4): height x amount."""
    result = calm(pixels, amount)
    reach = min(amount, int(HONEST * pixels.shape[1]))
    if reach < 1 or min(pixels.shape[:2]) < 4 * patches.RADIUS + 4:
        return result
    even = evenness(pixels, reach)
    if even.mean() < 0.1:
        return result
    texture = textured(pixels, reach, seed)
    if texture is None:
        return result
    share = seemly(texture, pixels, max(12, reach // 2), rough=True) * even[:, None]
    if reach < amount:
        share *= falling(np.arange(reach) / reach, 0.5, 1.0)
    mixed(result[:, :reach], texture, share)
    return result


def calm(pixels: Pixels, amount: int) -> Pixels:
    """A mirror image that gets softer, over the colours of the edge that run together."""
    height, width, channels = pixels.shape
    by = max(1, int(np.ceil((height * (amount + min(width, amount)) / SMALL) ** 0.5)))
    high, deep = max(1, height // by), max(1, -(-min(width, max(amount, 8 * by)) // by))
    band = pixels[:, max(0, width - deep * by) :]
    few = cv2.resize(band, (deep, high), interpolation=cv2.INTER_AREA).reshape(high, deep, -1)
    count = -(-amount // by)
    most = max(2.0, max(height, width, amount) / 24 / by)
    soft = softer(cast(Pixels, few), count, most)
    share = seemly(np.rint(soft).astype(np.uint8), cast(Pixels, few))
    share = share * falling((np.arange(count) + 0.5) * by, 0, MIRROR * max(height, width))
    soft = share[..., None] * soft + (1 - share[..., None]) * drawn_out(cast(Pixels, few), count)
    levels = np.clip(np.rint(soft), 0, 255).astype(np.uint8)
    size = (count * by, height)
    large = cv2.resize(levels, size, interpolation=cv2.INTER_LINEAR).reshape(height, -1, channels)
    result = cast(Pixels, np.ascontiguousarray(large[:, :amount]))
    near = min(amount, width, max(1, int(most * by / 3)))
    whole = cv2.resize(share, size, interpolation=cv2.INTER_LINEAR)[:, :near]
    whole = whole * falling(np.arange(near) / near, 0.2, 1.0)
    mixed(result[:, :near], np.ascontiguousarray(pixels[:, ::-1][:, :near]), whole)
    return result


def softer(few: Pixels, count: int, most: float) -> Plane:
    """The mirror image of `few` to its right, the blur growing to a sigma of `most` pixels."""
    border = cv2.BORDER_REFLECT if few.shape[1] > 1 else cv2.BORDER_REPLICATE
    both = cv2.copyMakeBorder(few, 0, 0, 0, count, border).reshape(len(few), -1, few.shape[2])
    away = np.arange(count, dtype=np.float32) + 0.5
    result = both[:, few.shape[1] :].astype(np.float32)
    for sigma in (most / 16, most / 4, most):
        if sigma < 0.3:
            continue
        blur = cv2.GaussianBlur(both.astype(np.float32), (0, 0), sigma).reshape(both.shape)
        share = np.clip(away / (4 * sigma) - 0.25, 0, 1)[None, :, None]
        result += share * (blur[:, few.shape[1] :] - result)
    return result


def drawn_out(few: Pixels, count: int) -> Plane:
    """The colours of the right edge, running together the more the farther they are from it."""
    edge = cast(Plane, few[:, -2:].astype(np.float32).mean(1, keepdims=True))
    sigmas, place = ladder(count, RUN)
    levels = [edge[:, 0]]
    for sigma in sigmas[1:]:
        levels.append(along(edge, sigma)[:, 0])
    stack = np.stack(levels, 1)
    low = place.astype(int).clip(0, len(levels) - 2)
    part = (place - low)[None, :, None]
    return cast(Plane, (stack[:, low] * (1 - part) + stack[:, low + 1] * part).astype(np.float32))


def ladder(count: int, growth: float) -> tuple[list[float], NDArray[np.float64]]:
    """Some widths from 0 up, and for each of `count` pixels its place between two of them."""
    top = max(1.0, growth * count)
    widths = [0.0, *np.geomspace(0.5, max(top, 1.0), STEPS)]
    place = np.interp(growth * (np.arange(count) + 0.5), widths, np.arange(len(widths)))
    return [float(width) for width in widths], place


def along(edge: Plane, sigma: float) -> Plane:
    """Blurred down a column, in three boxes."""
    side = 2 * max(1, round(sigma)) + 1
    for _ in range(3):
        edge = cast(Plane, cv2.blur(edge, (1, side), borderType=cv2.BORDER_REPLICATE))
        edge = edge.reshape(len(edge), 1, -1)
    return edge


def seemly(made: Pixels, pixels: Pixels, depth: int = 3, rough: bool = False) -> Plane:
    """How much of `made`, which is to be right of `pixels`, has colours that the edge leads to:
    height x width, 0 to 1. Farther out the edge may be farther up or down. depth: pixels that are
    the edge. rough: what is rough there may be as rough here."""
    high, count = made.shape[:2]
    by = int((made.shape[0] * made.shape[1] / SMALL) ** 0.5)
    if by > 1:
        near = pixels[:, -by * (depth // by + 12) :]
        few = [
            cast(Pixels, cv2.resize(part, None, fx=1 / by, fy=1 / by, interpolation=cv2.INTER_AREA))
            for part in (made, near)
        ]
        share = seemly(few[0], few[1], max(3, depth // by), rough)
        return cast(Plane, cv2.resize(share, (count, high), interpolation=cv2.INTER_LINEAR))
    edge = lab_of(cv2.GaussianBlur(pixels[:, -depth - 9 :], (0, 0), 1.0))[:, -depth:]
    most = FOREIGN
    if rough:
        most += 1.5 * float(np.sqrt(((lab_of(pixels[:, -depth:]) - edge) ** 2).sum(-1).mean()))
    low, top = edge.min(1, keepdims=True), edge.max(1, keepdims=True)
    widths, place = ladder(count, 0.4)
    step = np.ceil(place).astype(int)
    seen = lab_of(cv2.GaussianBlur(made, (0, 0), 2.5))
    off = np.zeros((high, count), np.float32)
    for number, width in enumerate(widths):
        where = np.flatnonzero(step == number)
        if not len(where):
            continue
        window = np.ones((2 * round(width + 2) + 1, 1), np.uint8)
        least = cv2.erode(low, window).reshape(low.shape)
        greatest = cv2.dilate(top, window).reshape(top.shape)
        part = seen[:, where]
        beyond = np.maximum(np.maximum(least - part, part - greatest), 0)
        off[:, where] = np.sqrt((beyond**2).sum(-1))
    # What lies behind something foreign is foreign too: no scraps beyond a gap.
    good = np.logical_and.accumulate(off < most, axis=1).sum(1, keepdims=True)
    far = np.where(good < count, good, 4 * count).astype(np.float32)  # nothing foreign: no end
    wide = max(1, round(AROUND * high))
    short = cast(Plane, cv2.erode(far, np.ones((2 * wide + 1, 1), np.uint8)))
    short = along(short.reshape(high, 1, 1), wide / 3)[..., 0]
    return falling((np.arange(count) + 0.5) / np.maximum(short, 0.5), 0.3, 1.0)


def evenness(pixels: Pixels, reach: int) -> Plane:
    """How much each row is the same texture from the right edge inwards, as far as `reach`."""
    band = pixels[:, -min(pixels.shape[1], max(reach, CELLS)) :]
    by = max(1, band.shape[1] // CELLS)
    size = CELLS, max(1, round(band.shape[0] / by))
    few = cv2.resize(band, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1)
    grey = fill.over_grey(band).mean(-1) * 100
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 2.0))
    fine = cv2.resize(fine, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0])
    seen = np.dstack([lab_of(cast(Pixels, few)), ROUGH * np.log2(0.5 + fine)])
    seen = cv2.blur(seen.astype(np.float32), (1, 5)).reshape(seen.shape)
    spread = np.sqrt(seen.var(1).sum(-1))[:, None].astype(np.float32)
    # A coarse texture differs from place to place by chance, if it is everywhere.
    spread /= 1 + (fine.min(1, keepdims=True) / GRAIN) ** 2
    wide = cv2.dilate(spread, np.ones((3, 1), np.uint8))
    rows = cv2.resize(wide, (1, pixels.shape[0]), interpolation=cv2.INTER_LINEAR)
    share = falling(cast(Plane, rows), EVEN, UNEVEN).reshape(-1, 1, 1)
    return along(share, max(2.0, by / 2))[:, 0, 0]


def textured(pixels: Pixels, reach: int, seed: int) -> Pixels | None:
    """The texture of a band along the right edge goes on for `reach` pixels."""
    band = pixels[:, -min(pixels.shape[1], round(BAND * reach) + 32) :]
    height, width = band.shape[:2]
    hole = np.zeros((height, width + reach), bool)
    hole[:, width:] = True
    scale, by = sources.scales(hole, SEARCH, JOINED)
    up, right, left = -height % scale, -reach % scale, -width % scale
    border = cv2.BORDER_REFLECT
    whole = cv2.copyMakeBorder(band, up, 0, left, reach + right, border)
    whole = whole.reshape(height + up, -1, band.shape[2])
    hole = np.zeros(whole.shape[:2], bool)
    hole[:, left + width :] = True
    size = hole.shape[1] // scale, hole.shape[0] // scale
    small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1)
    free = np.zeros(small.shape[:2], bool)
    free[:, : (left + width) // scale] = True
    stay = np.full((*free.shape, 2), (TIED, NEAR), np.float32)
    places = patches.found(lab_of(cast(Pixels, small)), ~free, seed, stay)
    if places is None or not free[places[..., 0], places[..., 1]].all():
        return None
    filled = sources.filled(cast(Pixels, whole), hole, places, scale, by)
    return filled[up:, left + width : left + width + reach]


def lab_of(pixels: NDArray[Any]) -> Plane:
    """Lab of RGB or RGBA in 0 to 255, what is transparent as grey."""
    shaped = cast(Pixels, pixels.reshape(*pixels.shape[:2], -1))
    return cast(Plane, cv2.cvtColor(fill.over_grey(shaped), cv2.COLOR_RGB2Lab))


def falling(values: NDArray[np.floating], start: float, end: float) -> Plane:
    """1 up to `start`, 0 from `end` on, smooth in between."""
    part = np.clip((end - values) / (end - start), 0, 1)
    return cast(Plane, (part * part * (3 - 2 * part)).astype(np.float32))


def mixed(under: Pixels, over: Pixels, share: Plane) -> None:
    """Lay `over` on `under`, in place."""
    for top in range(0, len(under), 512):
        rows = np.s_[top : top + 512]
        below = under[rows].astype(np.float32)
        below += share[rows][..., None] * (over[rows] - below)
        under[rows] = np.rint(below)
