"""The subject of a picture alone: its alpha, and its colours without those behind it."""

from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, Report, ignore
from studio.engine.stills import files, seeds, subject
from studio.engine.stills.files import Pixels
from studio.engine.stills.seeds import disc

Plane = NDArray[np.float32]

CUT = 320
"""The longer side in pixels at which GrabCut runs; more is slower and finds no better border."""
FINE = 1000
"""The longer side in pixels at which the edge is worked out before it goes to full size."""
SPREAD = 800
"""The longer side in pixels at which colours are carried over the border."""
TILE = 256
ROUNDS = 4
FRAYED = 5
"""Pixels of the copy that GrabCut sees within which an edge is straightened."""
PINHOLE = 0.002
"""Share of the picture up to which a hole in the subject is a mistake."""
EVEN = 150.0
"""Variance of colour, in 0..255 squared, below which the guided filter sees one surface."""
TELLING = 60.0
"""Distance in RGB at which two sides of a border are told apart by colour half of the way."""
TEXTURE = 12.0
"""How many times the variance of a texture the squared distance of two sides has to be."""
NOTHING = (
    "No subject stands out in this picture. Paint roughly over what is to stay (the hint), and try "
    "again."
)


def remove_background(
    source: Path,
    target: Path,
    *,
    format: str = "png",
    hint: Path | None = None,
    edge: int = 1,
    report: Report = ignore,
) -> None:
    """Write the subject of `source` on nothing, in the same size.

    hint: a mask, white on what surely belongs to the subject, all of it or a part; the rest is
    found. edge: pixels over
    which the border fades. What was transparent stays so. Raises EngineError where there is no
    subject, or the input cannot be used.
    """
    if format not in ("png", "webp"):
        raise EngineError(f"A {format} keeps no transparency. Choose png or webp.")
    report(0.0, "reading")
    rgba = files.load_rgba(source)
    mask = files.load_mask(hint, (rgba.shape[1], rgba.shape[0])) if hint else None
    report(0.1, "looking for the subject")
    cut = cut_out(rgba, mask, edge, report)
    report(0.8, "saving")
    files.save(cut, target, format)
    report(1.0, "done")


def cut_out(
    rgba: Pixels, hint: Pixels | None = None, edge: int = 1, report: Report = ignore
) -> Pixels:
    """The subject as RGBA in the same size, with none of the old background in its edge."""
    rgb = np.ascontiguousarray(rgba[..., :3])
    alpha = matte(rgb, hint, edge)
    report(0.5, "cleaning the edge")
    colours = cleaned(rgb, alpha)
    if not files.is_opaque(rgba):
        alpha = cast(Pixels, cv2.multiply(alpha, rgba[..., 3], scale=1 / 255))
    colours[alpha == 0] = 0
    return files.with_alpha(colours, alpha)


def matte(rgb: Pixels, hint: Pixels | None = None, edge: int = 1) -> Pixels:
    """How much of each pixel is the subject, 0 to 255, height x width.

    Raises EngineError where nothing is found.
    """
    small = fitted(rgb, CUT)
    size = (small.shape[1], small.shape[0])
    seen = subject.likelihood(fitted(rgb, 640))
    seen = cast(Plane, cv2.resize(seen, size, interpolation=cv2.INTER_LINEAR))
    painted = None
    if hint is not None:
        painted = seeds.painted(cast(Pixels, cv2.resize(hint, size, interpolation=cv2.INTER_AREA)))
    trimap = guessed(seen) if painted is None else seeds.hinted(painted, seen)
    alpha = refined(rgb, grabbed(small, trimap, painted, seen))
    return softened(alpha, edge) if edge > 1 else alpha


def fitted(pixels: Pixels, side: int) -> Pixels:
    """At most `side` pixels wide and high."""
    by = side / max(pixels.shape[:2])
    if by >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * by)), max(1, round(pixels.shape[0] * by)))
    return cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def guessed(seen: Plane) -> Pixels:
    """A trimap for GrabCut from how likely each pixel is the subject."""
    if not seen.max() > 0:
        raise EngineError(NOTHING)
    return seeds.guessed(seen)


def grabbed(
    rgb: Pixels, trimap: Pixels, painted: Pixels | None = None, seen: Plane | None = None
) -> Pixels:
    """1 where the subject is, in the size of the trimap; with `painted`, only what touches it."""
    kinds = set(np.unique(trimap))
    has = {cv2.GC_FGD, cv2.GC_PR_FGD} & kinds, {cv2.GC_BGD, cv2.GC_PR_BGD} & kinds
    if all(has) and min(rgb.shape[:2]) > 1:
        cv2.setRNGSeed(1)
        front, back = np.zeros((1, 65)), np.zeros((1, 65))
        trimap = trimap.copy()
        box = (0, 0, 1, 1)  # not looked at: the trimap says it all
        cv2.grabCut(rgb, trimap, box, front, back, ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = ((trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD)).astype(np.uint8)
    if not found.any():
        raise EngineError(NOTHING)
    sure = (trimap == cv2.GC_FGD).astype(np.uint8)
    kept = tidy(found, sure, painted)
    if seen is not None:
        kept = seeds.rounded(kept, seen, trimap)
    if painted is None:
        kept = seeds.whole(kept)
    if min(kept.shape) > FRAYED:
        kept = cast(Pixels, cv2.medianBlur(kept, FRAYED) | (kept & sure))
    return kept


def tidy(found: Pixels, sure: Pixels, painted: Pixels | None = None) -> Pixels:
    """Without crumbs and pinholes."""
    count, labels, facts, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    sizes = facts[:, cv2.CC_STAT_AREA].astype(float)
    sizes[0] = 0
    weight = sizes + 3 * np.bincount(labels[sure > 0], minlength=count)[:count]
    good = weight > 0.12 * weight.max()
    if painted is not None:
        touched = np.bincount(labels[(painted > 0) & (found > 0)], minlength=count)[:count] > 0
        good = touched if touched.any() else good
    kept = good[labels] & (found > 0)
    count, labels, facts, _ = cv2.connectedComponentsWithStats(1 - kept.astype(np.uint8))
    pin = facts[:, cv2.CC_STAT_AREA] < PINHOLE * found.size
    kept |= pin[labels] & ~kept
    return cast(Pixels, kept.astype(np.uint8))


def refined(rgb: Pixels, rough: Pixels) -> Pixels:
    """The alpha in full size: the rough border moves to where the colours change."""
    height, width = rgb.shape[:2]
    fine = fitted(rgb, FINE)
    size = (fine.shape[1], fine.shape[0])
    reach = max(2, round(2.5 * max(size) / max(rough.shape)))
    soft = cv2.GaussianBlur(rough.astype(np.float32), (0, 0), 0.8)
    step = cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC)
    whole = (step > 0.5).astype(np.uint8)
    inner = cast(Pixels, cv2.erode(whole, disc(reach)))
    outer = cast(Pixels, cv2.dilate(whole, disc(reach)))
    band = (outer > 0) & (inner == 0)
    alpha = guided(fine, whole.astype(np.float32), reach)
    alpha = by_colour(fine, alpha, inner, outer, 3 * reach)
    alpha = np.where(band, alpha, whole).astype(np.float32)
    alpha = combed(alpha, max(3, reach | 1))
    if (width, height) == size:
        return as_alpha(alpha)
    return enlarged(rgb, alpha)


def combed(alpha: Plane, side: int) -> Plane:
    """Without the teeth that a texture behind the subject leaves in its edge."""
    levels = np.rint(alpha * 255).astype(np.uint8)
    calm = cv2.medianBlur(levels, min(side, 2 * ((min(levels.shape) - 1) // 2) + 1))
    return cast(Plane, np.divide(calm, 255, dtype=np.float32))


def enlarged(rgb: Pixels, alpha: Plane) -> Pixels:
    """The alpha at the size of `rgb`, its edge following that picture's detail.

    Tile by tile: most of a picture is all subject or all background.
    """
    height, width = rgb.shape[:2]
    by = max(width, height) / max(alpha.shape)
    result = cv2.resize(as_alpha(alpha), (width, height), interpolation=cv2.INTER_LINEAR)
    reach, whole = max(2, round(2 * by)), result.copy()
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            part = whole[top : top + TILE, left : left + TILE]
            if int(part.min()) == int(part.max()):
                continue
            y, x = max(0, top - 2 * reach), max(0, left - 2 * reach)
            near = np.s_[y : top + TILE + 2 * reach, x : left + TILE + 2 * reach]
            step = np.divide(whole[near], 255, dtype=np.float32)
            fine = as_alpha(guided(rgb[near], step, reach, scale=1 / max(1, int(by / 2))))
            rows, columns = part.shape
            result[top : top + rows, left : left + columns] = fine[
                top - y : top - y + rows, left - x : left - x + columns
            ]
    return cast(Pixels, result)


def as_alpha(values: Plane) -> Pixels:
    """0..1 as 0..255, with the haze that a guided filter leaves at both ends taken off."""
    levels = np.clip(np.rint((values - 0.08) * (255 / 0.84)), 0, 255)
    return cast(Pixels, levels.astype(np.uint8))


def guided(rgb: Pixels, values: Plane, radius: int, scale: float = 1) -> Plane:
    """He, Sun and Tang's guided filter with the picture's three colours as the guide."""
    parts = cv2.ximgproc.guidedFilter(rgb, values, radius, EVEN, scale=scale)
    return cast(Plane, parts)


def by_colour(rgb: Pixels, alpha: Plane, inner: Pixels, outer: Pixels, reach: int) -> Plane:
    """Between the sure subject and the sure background a pixel is as much subject as its colour
    lies on the way from one to the other, as far as the two differ there."""
    colours = rgb.astype(np.float32)
    front = around(colours, (inner > 0).astype(np.float32), reach)
    back = around(colours, (outer == 0).astype(np.float32), reach)
    way = front - back
    length = (way**2).sum(-1)
    share = np.clip(((colours - back) * way).sum(-1) / np.maximum(length, 1), 0, 1)
    # A texture is not told apart by the mean of its colours.
    rough = cv2.blur(((colours - cv2.blur(colours, (5, 5))) ** 2).sum(-1), (9, 9))
    calm = np.minimum(1, length / np.maximum(TEXTURE * rough, 1)) ** 2
    sure = calm * length / (length + TELLING**2)
    return cast(Plane, (sure * share + (1 - sure) * alpha).astype(np.float32))


def around(colours: Plane, where: Plane, reach: int) -> Plane:
    """The mean colour of the places `where` within `reach` of every pixel; grey where none is."""
    side = (2 * reach + 1, 2 * reach + 1)
    weight = cv2.blur(cv2.blur(where, side), side)
    total = cv2.blur(cv2.blur(colours * where[..., None], side), side)
    return cast(Plane, total / np.maximum(weight, 1e-6)[..., None])


def softened(alpha: Pixels, edge: int) -> Pixels:
    """Faded over `edge` pixels, inwards: what is outside stays outside."""
    side = (edge | 1, edge | 1)
    blurred = cv2.blur(cv2.blur(alpha, side), side)
    return cast(Pixels, cv2.min(alpha, cv2.addWeighted(blurred, 2, blurred, 0, -255)))


def cleaned(rgb: Pixels, alpha: Pixels) -> Pixels:
    """The subject's own colours where the old background shines through.

    Blurred colours of both sides, then the rest of the pixel's own ("Fast Multi-Level Foreground
    Estimation", Germer et al., and "Approximate Fast Foreground Colour Estimation", Forte, 2021).
    """
    result = rgb.copy()
    near = disc(max(2, round(max(alpha.shape) / 1000)))
    mixed = cv2.dilate((alpha < 255).astype(np.uint8), near)
    rows, columns = np.nonzero((alpha > 0) & (mixed > 0))
    if not len(rows):
        return result
    front, back = sides(rgb, alpha)
    own = front[rows, columns].astype(np.float32)
    behind = back[rows, columns].astype(np.float32)
    colour = rgb[rows, columns].astype(np.float32)
    way = own - behind
    length = (way**2).sum(-1)
    # An edge that the alpha shows narrower than it is has pixels that are more mixed than it says.
    seen = np.clip(((colour - behind) * way).sum(-1) / np.maximum(length, 1), 0, 1)
    share = alpha[rows, columns].astype(np.float32) / 255
    share = np.where(length > TELLING**2, np.minimum(share, seen), share)[:, None]
    rest = colour - share * own - (1 - share) * behind
    result[rows, columns] = np.clip(np.rint(own + share * rest), 0, 255).astype(np.uint8)
    return result


def sides(rgb: Pixels, alpha: Pixels) -> tuple[Pixels, Pixels]:
    """The colours of the subject and of what is behind it, carried over the border: full size."""
    small = fitted(rgb, SPREAD).astype(np.float32)
    share = fitted(alpha, SPREAD).astype(np.float32) / 255
    height, width = alpha.shape
    found = []
    for weight in (share, 1 - share):
        # What is mixed, or close to it, says little of either side.
        pure = cv2.erode(weight, np.ones((5, 5), np.uint8))
        weight = pure**16 + 1e-4 * weight**16 + 1e-9
        spread = np.zeros_like(small)
        total = np.zeros_like(share)
        for reach, worth in ((2, 1.0), (8, 1e-2), (40, 1e-4)):
            side = (2 * reach + 1, 2 * reach + 1)
            spread += worth * cv2.blur(small * weight[..., None], side)
            total += worth * cv2.blur(weight, side)
        colours = np.clip(spread / np.maximum(total, 1e-12)[..., None], 0, 255).astype(np.uint8)
        found.append(cv2.resize(colours, (width, height), interpolation=cv2.INTER_LINEAR))
    return cast(Pixels, found[0]), cast(Pixels, found[1])
