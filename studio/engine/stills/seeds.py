"""What GrabCut starts from: a guess, or what a person painted and a guess for the rest."""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.stills.files import Pixels

Plane = NDArray[np.float32]

MOST = 0.5
"""Share of the likely subject from which on what is painted is all of it, not a part."""
BAY = 1.0
"""Share of the likelihood that parts the likely from the unlikely, for what lies in a bay."""
NEAR = 20
"""The longer side divided by this is how far from the likely the subject may reach."""
GAP, WALL, WIDE = 0.22, 0.025, 0.3
"""Shares of the longer side: how wide a gap in a rim may be, how thick a rim is at most, and half
of how wide a bay may be."""


def disc(radius: int) -> Pixels:
    side = 2 * max(0, radius) + 1
    return cast(Pixels, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))


def middle_of(seen: Plane) -> float:
    """The likelihood that parts the likely from the unlikely (Otsu's threshold)."""
    levels = np.rint(seen * 255).astype(np.uint8)
    return cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0] / 255


def guessed(seen: Plane) -> Pixels:
    """A trimap from how likely each pixel is the subject, 0 to 1."""
    middle = middle_of(seen)
    trimap = np.where(seen > middle, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    sure = (seen > min(0.95, (middle + 1) / 2)).astype(np.uint8)
    trimap[cv2.erode(sure, np.ones((5, 5), np.uint8)) > 0] = cv2.GC_FGD
    near = cv2.dilate((seen > 0.6 * middle).astype(np.uint8), disc(max(seen.shape) // NEAR))
    trimap[near == 0] = cv2.GC_BGD
    return trimap


def painted(hint: Pixels) -> Pixels:
    """1 where a hint is white; a faint one means its brightest part."""
    marks = (hint > 127).astype(np.uint8)
    return marks if marks.any() else (hint >= max(1, int(hint.max()))).astype(np.uint8)


def hinted(marks: Pixels, seen: Plane) -> Pixels:
    """A trimap from what a person painted. Its core is surely the subject; its rim is probably, as
    a stroke may go beyond the edge. If that is a part only of what stands out there, the rest of it
    is probably the subject too; else nothing far from it is.
    """
    padded = cv2.copyMakeBorder(marks, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inside = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    deep, side = float(inside.max()), max(marks.shape)
    trimap = np.where(marks > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    middle = middle_of(seen) if seen.max() > 0 else 1.0
    core = inside > min(0.35 * deep, 0.03 * side)
    # A broad stroke over what does not stand out at all has gone beyond the edge.
    core &= (seen > 0.5 * middle) | (inside > 0.5 * deep) | (deep < 0.06 * side)
    away = cv2.distanceTransform(1 - marks, cv2.DIST_L2, 5)
    far = away > max(0.06 * side, 0.6 * deep)
    thing = touched((seen > middle).astype(np.uint8), marks)
    if thing.any() and float((marks[thing > 0] > 0).mean()) < MOST:
        guess = guessed(seen)
        trimap[thing > 0] = guess[thing > 0]
        far &= guess == cv2.GC_BGD
    trimap[far] = cv2.GC_BGD
    trimap[core] = cv2.GC_FGD
    return trimap


def touched(found: Pixels, marks: Pixels) -> Pixels:
    """The connected parts of `found` in which something is painted."""
    count, labels = cv2.connectedComponents(found, connectivity=8)
    hit = np.bincount(labels[marks > 0], minlength=count) > 0
    hit[0] = False
    return cast(Pixels, hit[labels].astype(np.uint8))


def rounded(found: Pixels, seen: Plane, trimap: Pixels) -> Pixels:
    """With what lies in a bay of the outline and was likely: a cheek in the colours of the wall."""
    side = max(found.shape)
    if side < 64 or not seen.max() > 0:
        return found
    likely = (seen > BAY * middle_of(seen)) & (trimap != cv2.GC_BGD)
    more = round(WIDE * side)
    wide = cv2.copyMakeBorder(found, more, more, more, more, cv2.BORDER_CONSTANT, value=0)
    bays = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, disc(more))
    added = ((bays[more:-more, more:-more] > 0) & likely & (found == 0)).astype(np.uint8)
    added = cast(Pixels, cv2.morphologyEx(added, cv2.MORPH_OPEN, disc(max(1, side // 80))))
    return cast(Pixels, found | added)


def whole(found: Pixels) -> Pixels:
    """With what is behind a thin rim that leads to the lower border: of a dark thing in front of a
    dark wall only that is seen. What two thick parts enclose, as legs do, stays open."""
    side = max(found.shape)
    if side < 64:
        return found
    gap = disc(round(GAP * side / 2))
    thick = cv2.morphologyEx(found, cv2.MORPH_OPEN, disc(round(WALL * side)))
    pockets = enclosed(found, gap) & ~enclosed(cast(Pixels, thick), gap)
    pockets = cast(Pixels, cv2.morphologyEx(pockets, cv2.MORPH_OPEN, disc(round(WALL * side))))
    if not pockets.any() or pockets.sum() > 0.3 * found.sum():
        return found
    wide = cast(Pixels, cv2.dilate(pockets, gap)) & closed(found, gap)
    return cast(Pixels, found | pockets | wide)


def closed(found: Pixels, gap: Pixels) -> Pixels:
    """Gaps closed, also those towards the lower border."""
    more = gap.shape[0]
    below = cv2.copyMakeBorder(found, more, more, more, more, cv2.BORDER_CONSTANT, value=0)
    below[-more:, more:-more] = 1
    return cast(Pixels, cv2.morphologyEx(below, cv2.MORPH_CLOSE, gap)[more:-more, more:-more])


def enclosed(found: Pixels, gap: Pixels) -> Pixels:
    """What is enclosed by the subject and the lower border."""
    open_ = 1 - closed(found, gap)
    count, labels = cv2.connectedComponents(open_, connectivity=4)
    outside = np.zeros(count, bool)
    outside[labels[0]] = outside[labels[:, 0]] = outside[labels[:, -1]] = True
    outside[0] = True
    return cast(Pixels, (~outside[labels]).astype(np.uint8))
