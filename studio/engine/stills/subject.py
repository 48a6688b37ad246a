"""Where the subject of a photograph is, roughly: a guess for the cut-out to start from.

Regions of one colour count as background the more of their rim lies on the picture's border, and
as subject the more they differ from such background ("Saliency Optimization from Robust Background
Detection", Zhu, Liang, Wei and Sun, CVPR 2014). To that come faces with what is below them, and
sharpness, for a subject that fills the picture in front of something out of focus.
"""

from pathlib import Path
from typing import NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.stills.files import Pixels

Values = NDArray[np.float64]
Plane = NDArray[np.float32]
Labels = NDArray[np.int32]

SIDE = 320
"""The longer side in pixels at which regions are looked for."""
REGION = 16
SAME_COLOUR = 7.0
"""Distance in CIE Lab within which two regions count as alike (the paper takes 5 to 10)."""
NEAR = 0.25
"""Share of the picture's longer side within which regions are compared (the paper's figure)."""
SMALL = 0.05
"""Share of the picture below which what stands out may be a detail of a larger subject."""
CASCADE = str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_alt2.xml")
FLAT = 0.02
"""The paper's measure for a picture in which nothing differs from its border."""


class Regions(NamedTuple):
    """labels: height x width; colour: n x 3 in Lab; place: n x 2 in shares of the longer side."""

    labels: Labels
    colour: Values
    place: Values


def likelihood(rgb: Pixels) -> Plane:
    """How likely each pixel belongs to the subject, 0 to 1, height x width.

    All 0 where the picture has no subject at all.
    """
    height, width = rgb.shape[:2]
    if min(height, width) < 8:
        return np.zeros((height, width), np.float32)
    by = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * by)), max(8, round(height * by)))
    small = cast(Pixels, cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
    seen = standing_out(small)
    if float((seen > 0.5).mean()) < SMALL:
        seen = np.maximum(seen, in_focus(small))
    seen = np.maximum(seen, people(rgb, size))
    return cast(Plane, cv2.resize(seen, (width, height), interpolation=cv2.INTER_LINEAR))


def standing_out(rgb: Pixels) -> Plane:
    """What differs from what lies along the border; 0 to 1."""
    found = regions(rgb)
    apart = distances(found.colour, found.colour)
    beside = neighbours(found.labels, len(apart))
    rim = np.unique(
        np.concatenate([found.labels[[0, -1]].ravel(), found.labels[:, [0, -1]].ravel()])
    )
    ground = background(apart, beside, rim)
    near = np.exp(-(distances(found.place, found.place) ** 2) / (2 * NEAR**2))
    contrast = (apart * near * ground).sum(1)
    if np.ptp(contrast) < 1e-6 or apart.max() < SAME_COLOUR:
        return np.zeros(rgb.shape[:2], np.float32)
    contrast = (contrast - contrast.min()) / np.ptp(contrast)
    smooth = smoothed(apart, beside, rim, ground, contrast)
    top = np.percentile(smooth[found.labels], 99)
    if top < FLAT:
        return np.zeros(rgb.shape[:2], np.float32)
    return np.clip(smooth / top, 0, 1)[found.labels].astype(np.float32)


def regions(rgb: Pixels) -> Regions:
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab).reshape(-1, 3)
    blurred = cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 1), cv2.COLOR_RGB2LAB)
    slic = cv2.ximgproc.createSuperpixelSLIC(blurred, cv2.ximgproc.SLIC, REGION, 20.0)
    slic.iterate(6)
    slic.enforceLabelConnectivity(25)
    labels = cast(Labels, slic.getLabels())
    flat, count = labels.ravel(), slic.getNumberOfSuperpixels()
    many = np.maximum(np.bincount(flat, minlength=count), 1)
    down, across = np.mgrid[: rgb.shape[0], : rgb.shape[1]] / max(rgb.shape[:2])

    def means(*planes: NDArray[np.floating]) -> Values:
        return np.stack([np.bincount(flat, plane.ravel(), count) / many for plane in planes], 1)

    return Regions(labels, means(*lab.T), means(across, down))


def distances(some: Values, others: Values) -> Values:
    return cast(Values, np.linalg.norm(some[:, None] - others[None], axis=-1))


def neighbours(labels: Labels, count: int) -> NDArray[np.bool_]:
    beside = np.zeros((count, count), bool)
    pairs = (
        (labels[:, :-1], labels[:, 1:]),
        (labels[:-1], labels[1:]),
        (labels[:-1, :-1], labels[1:, 1:]),
        (labels[1:, :-1], labels[:-1, 1:]),
    )
    for one, other in pairs:
        beside[one.ravel(), other.ravel()] = True
    beside |= beside.T
    np.fill_diagonal(beside, False)
    return beside


def background(apart: Values, beside: NDArray[np.bool_], rim: NDArray[np.int32]) -> Values:
    """How much each region belongs to the border: 0 for not at all, towards 1."""
    joined = beside.copy()
    joined[np.ix_(rim, rim)] = True
    usual = np.where(beside, apart, np.inf).min(1)
    usual = float(usual[np.isfinite(usual)].mean()) if np.isfinite(usual).any() else 0.0
    path = np.where(joined, np.maximum(apart - usual, 0), np.inf)
    np.fill_diagonal(path, 0)
    for via in range(len(path)):  # Floyd and Warshall: the way over the smallest colour steps
        np.minimum(path, path[:, via : via + 1] + path[via], out=path)
    alike = np.exp(-(path**2) / (2 * SAME_COLOUR**2))
    on_rim = alike[:, rim].sum(1) / np.sqrt(alike.sum(1))
    return cast(Values, 1 - np.exp(-(on_rim**2) / 2))


def smoothed(
    apart: Values,
    beside: NDArray[np.bool_],
    rim: NDArray[np.int32],
    ground: Values,
    contrast: Values,
) -> Values:
    """The paper's least squares: background to 0, contrast to 1, neighbours of one colour alike."""
    linked = beside | (beside.astype(np.float32) @ beside.astype(np.float32) > 0)
    linked[np.ix_(rim, rim)] = True
    np.fill_diagonal(linked, False)
    pull = np.where(linked, np.exp(-(apart**2) / (2 * SAME_COLOUR**2)) + 0.1, 0)
    system = np.diag(pull.sum(1) + 5 * ground + contrast + 1e-6) - pull
    return cast(Values, np.linalg.solve(system, contrast))


def in_focus(rgb: Pixels) -> Plane:
    """Where there is fine detail, if it keeps to the middle; 0 to 1."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = (grey - cv2.GaussianBlur(grey, (0, 0), 1)) ** 2
    fine = np.sqrt(cv2.GaussianBlur(fine, (0, 0), max(rgb.shape) / 24))
    band = max(2, min(grey.shape) // 16)
    rim = np.ones(grey.shape, bool)
    rim[band:-band, band:-band] = False
    middle = float(fine[~rim].mean())
    spread = float((fine[~rim] > middle / 2).mean())
    if float(np.median(fine[rim])) > 0.75 * middle or spread < 0.4:
        return np.zeros(grey.shape, np.float32)
    return cast(Plane, np.clip(fine / max(1.6 * middle, 1e-6), 0, 1).astype(np.float32))


def people(rgb: Pixels, size: tuple[int, int]) -> Plane:
    """Faces with hair, and the body below each of them; 0 to 1 at `size`."""
    seen = np.zeros((size[1], size[0]), np.float32)
    for x, y, side in faces(rgb, size):
        middle = (round(x), round(y))
        body = np.array(
            [
                (x - 0.6 * side, y + 0.6 * side),
                (x + 0.6 * side, y + 0.6 * side),
                (x + 1.5 * side, y + 2.2 * side),
                (x + 1.5 * side, size[1]),
                (x - 1.5 * side, size[1]),
                (x - 1.5 * side, y + 2.2 * side),
            ]
        )
        cv2.fillPoly(seen, [np.rint(body).astype(np.int32)], 0.6)
        cv2.ellipse(seen, middle, (round(0.55 * side), round(0.75 * side)), 0, 0, 360, 0.7, -1)
        cv2.ellipse(seen, middle, (round(0.36 * side), round(0.5 * side)), 0, 0, 360, 1.0, -1)
    return seen


def faces(rgb: Pixels, size: tuple[int, int]) -> list[tuple[float, float, float]]:
    """Middle and side of every face, in pixels of a picture of `size`."""
    by = min(1.0, 640 / max(rgb.shape[:2]))
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(grey, None, fx=by, fy=by, interpolation=cv2.INTER_AREA)
    if min(grey.shape) < 40:
        return []
    cascade = cv2.CascadeClassifier(CASCADE)
    boxes = cascade.detectMultiScale(grey, 1.1, 6, minSize=(36, 36))
    scale = size[0] / grey.shape[1]
    return [((x + w / 2) * scale, (y + h / 2) * scale, float(w) * scale) for x, y, w, h in boxes]
