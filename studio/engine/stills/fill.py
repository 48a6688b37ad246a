"""A thing taken out of a picture: what is around it goes on in its place."""

from pathlib import Path
from typing import NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, Report, ignore
from studio.engine.stills import files, patches, rims, sources
from studio.engine.stills.files import Pixels

Flags = NDArray[np.bool_]
Places = NDArray[np.int32]
Plane = NDArray[np.float32]

MARKED = 128
"""Of 255: from here on a mask means it."""
THIN = 6
"""Pixels of thickness up to which a stroke is closed from its sides; nothing has to be found."""
BUDGET = 60_000
"""Pixels of the small copy on which it is decided what goes where; time grows with it."""
PLAIN = 0.85
"""Of seams that show alike, few long ones are better than many short ones."""
FEW = 64
MANY = 32
"""Holes that are filled one by one; of more, those close to each other go together."""
MOST = 0.6
"""Share of the picture that can be erased: beyond it too little is left to go on from."""
NEAR = 300.0
"""Squared Lab distance that a way as long as the surroundings is worth."""
LEAST = 24
"""Pixels around a hole that are looked at in any case."""
CODE = np.float32(2.0**-20)
"""What a place counts as a colour: nothing, and yet a float holds it exactly."""
ALL = "Everything is marked, so nothing is left to go on from. Mark only what is to disappear."


class Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int


def erase(
    source: Path,
    mask: Path,
    target: Path,
    *,
    format: str = "png",
    grow: int = 5,
    seed: int = 0,
    report: Report = ignore,
) -> None:
    """Write `source` without what is white in `mask`, in the same size.

    grow: pixels by which the mask is widened. No pixel outside it changes. seed: another
    number may fill it differently. Raises EngineError for a mask that marks nothing or everything,
    or has another size.
    """
    report(0.0, "reading")
    pixels = files.load_rgba(source)
    marks = files.load_mask(mask, (pixels.shape[1], pixels.shape[0]))
    hole = widened(marked(marks), grow)
    result = without(pixels, hole, seed, report)
    report(0.95, "saving")
    files.save(result if not files.is_opaque(result) else result[..., :3], target, format)
    report(1.0, "done")


def marked(mask: Pixels) -> Flags:
    """What the mask means; a faint one means its brightest part. Raises EngineError for none."""
    top = int(mask.max(initial=0))
    if top == 0:
        raise EngineError(
            "The mask is all black, so it marks nothing. Paint over what is meant in white."
        )
    return mask >= min(MARKED, max(1, top // 2))


def widened(hole: Flags, grow: int) -> Flags:
    """`grow` pixels wider all around, exactly round."""
    if grow <= 0 or hole.all():
        return hole
    away = cv2.distanceTransform((~hole).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return away <= grow


def without(pixels: Pixels, hole: Flags, seed: int = 0, report: Report = ignore) -> Pixels:
    """RGBA pixels with the hole filled from what is around it."""
    if hole.all():
        raise EngineError(ALL)
    share = float(hole.mean())
    if share > MOST:
        raise EngineError(
            f"{share:.0%} of the picture is marked, and at most {MOST:.0%} can be erased: the rest "
            "has too little to go on from. Mark less, or crop the picture instead."
        )
    if files.is_opaque(pixels):
        plain = np.ascontiguousarray(pixels[..., :3])
        return files.with_alpha(_without(plain, hole, seed, report))
    return _without(pixels, hole, seed, report)


def _without(pixels: Pixels, hole: Flags, seed: int, report: Report) -> Pixels:
    result = pixels.copy()
    boxes = groups(hole)
    part = min(len(boxes), 16)
    for number, box in enumerate(boxes):
        report(0.1 + 0.85 * number / len(boxes), "filling")
        crop = np.s_[box.top : box.bottom, box.left : box.right]
        result[crop] = patched(
            result[crop], hole[crop], BUDGET // part, sources.LIMIT // part, seed
        )
    return result


def groups(hole: Flags) -> list[Box]:
    """The surroundings in which holes are filled; holes close to each other go together."""
    spots, gap = hole.astype(np.uint8), 1
    count, _, facts, _ = cv2.connectedComponentsWithStats(spots, connectivity=8)
    while count > MANY + 1:
        gap *= 2
        side = np.ones((min(gap, 64) + 1,) * 2, np.uint8)
        spots = cast(Pixels, cv2.dilate(spots, side))
        count, _, facts, _ = cv2.connectedComponentsWithStats(spots, connectivity=8)
    boxes = [Box(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in facts[1:]]
    boxes = together(boxes)
    return [around(box, hole.shape) for box in boxes]


def together(boxes: list[Box]) -> list[Box]:
    """Boxes that come near each other as one."""
    found: list[Box] = []
    for box in sorted(boxes):
        near = LEAST
        while True:
            touching = [
                other
                for other in found
                if other.left - near < box.right
                and box.left - near < other.right
                and other.top - near < box.bottom
                and box.top - near < other.bottom
            ]
            if not touching:
                break
            for other in touching:
                found.remove(other)
                box = Box(
                    min(box.left, other.left),
                    min(box.top, other.top),
                    max(box.right, other.right),
                    max(box.bottom, other.bottom),
                )
        found.append(box)
    return found


def around(box: Box, shape: tuple[int, ...]) -> Box:
    """The box with as much beside it as it is large."""
    wide, high = box.right - box.left, box.bottom - box.top
    more = max(LEAST, (wide + high) // 2)
    return Box(
        max(0, box.left - more),
        max(0, box.top - more),
        min(shape[1], box.right + more),
        min(shape[0], box.bottom + more),
    )


def patched(pixels: Pixels, hole: Flags, budget: int, limit: int, seed: int) -> Pixels:
    """One crop with its hole filled; budget, limit: pixels, as in `sources.scales`."""
    padded = np.pad(hole, 1).astype(np.uint8)
    thick = 2 * float(cv2.distanceTransform(padded, cv2.DIST_L2, 5).max())
    if min(hole.shape) < LEAST:
        return flowed(pixels, hole)
    if thick <= THIN:
        return closed(pixels, hole)
    scale, by = sources.scales(hole, budget, limit)
    height, width = hole.shape
    more = (-height % scale, -width % scale)
    large = cv2.copyMakeBorder(pixels, 0, more[0], 0, more[1], cv2.BORDER_REPLICATE)
    open_ = np.pad(hole, ((0, more[0]), (0, more[1])), mode="edge")
    places = found(cast(Pixels, large), open_, scale, seed)
    if places is None:
        return flowed(pixels, hole)
    whole = sources.filled(cast(Pixels, large), open_, places, scale, by)
    return whole[:height, :width]


def found(pixels: Pixels, hole: Flags, scale: int, seed: int) -> Places | None:
    """For every pixel of the small copy the row and column that it is best taken from.

    Two ways are tried, because one is better with what repeats, such as bricks, and the other with
    what runs on, such as an edge; the one with the fainter seams is taken.
    """
    size = (hole.shape[1] // scale, hole.shape[0] // scale)
    free = cv2.resize((~hole).astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.9999
    if free.sum() < FEW:
        return None
    small = cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    lab = cast(Plane, cv2.cvtColor(over_grey(small), cv2.COLOR_RGB2Lab))
    prior = rims.prior(lab, ~free)
    stay = np.full((*free.shape, 2), NEAR, np.float32)
    ways = ((shifted(lab, free), PLAIN), (patches.found(lab, ~free, seed, stay, prior), 1.0))
    good = [
        (seams(lab, ~free, way) * worth + prior.against(way, ~free), way)
        for way, worth in ways
        if way is not None and free[way[..., 0], way[..., 1]].all()
    ]
    return min(good, key=lambda pair: pair[0], default=(0.0, None))[1]


def shifted(lab: Plane, free: Flags) -> Places | None:
    """The places that OpenCV's INPAINT_SHIFTMAP finds ("Statistics of Patch Offsets for Image
    Completion", He and Sun, ECCV 2012). It answers with colours only, so every pixel carries its
    place along as a fourth one, too small to matter."""
    codes = np.arange(free.size, dtype=np.float32).reshape(free.shape) * CODE
    looked = np.dstack([lab, codes]).astype(np.float32)
    answer = np.zeros_like(looked)
    cv2.setRNGSeed(1)  # its search tree is built at random
    try:
        cv2.xphoto.inpaint(looked, free.astype(np.uint8) * 255, answer, cv2.xphoto.INPAINT_SHIFTMAP)
    except cv2.error:
        return None  # too little is left to repeat
    codes = np.rint(answer[..., 3] / CODE).astype(np.int64).clip(0, free.size - 1)
    places = np.stack(np.divmod(codes, free.shape[1]), -1).astype(np.int32)
    return np.where(free[..., None], patches.grid(free.shape), places).astype(np.int32)


def seams(lab: Plane, hole: Flags, places: Places) -> float:
    """How much the fill shows where pieces meet: the sum over neighbours of the square of how far
    the one is from what would follow the other."""
    high, wide = hole.shape
    total = 0.0
    for down, across in ((0, 1), (1, 0)):
        one = np.s_[: high - down, : wide - across]
        other = np.s_[down:, across:]
        concerned = hole[one] | hole[other]
        here, there = places[one][concerned], places[other][concerned]
        step = np.array([down, across])
        last = np.array([high - 1, wide - 1])

        after = at(lab, (here + step).clip(0, last)) - at(lab, there)
        before = at(lab, here) - at(lab, (there - step).clip(0, last))
        total += float((after**2).sum() + (before**2).sum())
    return total


def at(lab: Plane, places: NDArray[np.integer]) -> Plane:
    rows, columns = places.T
    return cast(Plane, lab[rows, columns])


def over_grey(pixels: Pixels) -> Plane:
    """RGB or RGBA as RGB in 0..1, what is transparent as grey."""
    if pixels.shape[2] == 3:
        return np.divide(pixels, 255, dtype=np.float32)
    share = pixels[..., 3:].astype(np.float32) / 255
    colours = pixels[..., :3].astype(np.float32) / 255
    return cast(Plane, (colours * share + 0.5 * (1 - share)).astype(np.float32))


def closed(pixels: Pixels, hole: Flags) -> Pixels:
    """A narrow hole closed from its sides (Telea, “An Image Inpainting Technique Based on the Fast
    Marching Method”, 2004)."""
    marks = hole.astype(np.uint8)
    parts = np.ascontiguousarray(pixels[..., :3]), np.ascontiguousarray(pixels[..., 3:])
    closed_ = [cv2.inpaint(part, marks, 4, cv2.INPAINT_TELEA) for part in parts if part.size]
    result = pixels.copy()
    result[hole] = np.dstack(closed_)[hole]
    return result


def flowed(pixels: Pixels, hole: Flags) -> Pixels:
    """A hole with too little around it for any texture: the colours of its rim, run together."""
    levels = [(pixels.astype(np.float32), (~hole).astype(np.float32))]
    while levels[-1][1].min() == 0:
        values, weight = levels[-1]
        size = ((weight.shape[1] + 1) // 2, (weight.shape[0] + 1) // 2)
        share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
        total = cv2.resize(values * weight[..., None], size, interpolation=cv2.INTER_AREA)
        mean = total.reshape(*share.shape, -1) / np.maximum(share, 1e-9)[..., None]
        levels.append((mean.astype(np.float32), (share > 0).astype(np.float32)))
    filled = levels[-1][0]
    for values, weight in reversed(levels[:-1]):
        size = weight.shape[1], weight.shape[0]
        larger = cv2.resize(filled, size, interpolation=cv2.INTER_LINEAR).reshape(values.shape)
        filled = np.where(weight[..., None] > 0, values, larger)
    return np.clip(np.rint(filled), 0, 255).astype(np.uint8)
