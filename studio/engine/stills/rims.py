"""Which colours belong where in a hole: those that its rim has close by, and no others."""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Flags = NDArray[np.bool_]
Places = NDArray[np.int32]
Labels = NDArray[np.uint8]

KINDS = 8
RIM = 5
"""Pixels around a hole whose colours may appear in it."""
ALIKE = 12.0
"""Distance in Lab up to which a place has one of the rim's colours."""
MIXED = 5
"""Pixels that an edge may be wide."""
FARTHER = 1.3
"""How many times as far away as the nearest rim the rim with a colour may be at no cost."""
SLACK = 3.0
DEAR, STRANGE = 1200.0, 3000.0
"""The most that a colour of another side costs, and what one costs that the rim has nowhere, in
squared Lab distance."""


@dataclass(frozen=True)
class Prior:
    """label: the kind of colour of every place, h x w; cost: what each kind costs there, h x w x
    kinds, in squared Lab distance."""

    label: Labels
    cost: Plane

    def at(self, size: tuple[int, int]) -> "Prior":
        """The same for a picture of that width and height."""
        if size == (self.label.shape[1], self.label.shape[0]):
            return self
        way = cv2.INTER_NEAREST
        cost = [
            cv2.resize(plane, size, interpolation=way) for plane in np.moveaxis(self.cost, 2, 0)
        ]
        label = cv2.resize(self.label, size, interpolation=way)
        return Prior(cast(Labels, label), np.stack(cost, -1).astype(np.float32))

    def against(self, places: Places, hole: Flags) -> float:
        """What a fill costs: the sum over the hole."""
        rows, columns = np.nonzero(hole)
        label = self.label[places[rows, columns, 0], places[rows, columns, 1]]
        return float(self.cost[rows, columns, label].sum())


def prior(lab: Plane, hole: Flags) -> Prior:
    """Colours in kinds, and for each kind how far it is along the rim from every pixel of `hole`.

    Kinds are found with k-means; a kind costs nothing where the rim that has it is hardly farther
    than the nearest rim.
    """
    side = 2 * RIM + 1
    around = cv2.dilate(hole.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    rim = around & ~hole
    calm = smooth(lab, ~hole)
    some = calm[rim]
    count = min(KINDS, len(some))
    if count == 0:
        return Prior(np.zeros(hole.shape, np.uint8), np.zeros((*hole.shape, 1), np.float32))
    cv2.setRNGSeed(1)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    centres = cv2.kmeans(some, count, np.empty(0, np.int32), stop, 2, cv2.KMEANS_PP_CENTERS)[2]
    label, apart = nearest(calm, cast(Plane, centres))
    most = max(ALIKE, 1.5 * float(np.percentile(apart[rim], 90)))
    # An edge between two colours has mixtures of both, which are no colours of their own.
    square = np.ones((MIXED, MIXED), np.uint8)
    strange = cv2.morphologyEx((apart > most).astype(np.uint8), cv2.MORPH_OPEN, square)
    if min(label.shape) > MIXED:
        label = cast(Labels, cv2.medianBlur(label, MIXED))
    label[strange > 0] = count
    away = [distance(rim & (label == kind)) for kind in range(count)]
    least = distance(rim)
    thick = max(float(least[hole].max()), 1.0)
    beyond = [np.clip((far - FARTHER * least - SLACK) / thick, 0, 0.5) * 2 for far in away]
    cost = [(DEAR * part**2).astype(np.float32) for part in beyond]
    cost.append(np.full(hole.shape, STRANGE, np.float32))
    return Prior(label, np.stack(cost, -1))


def smooth(lab: Plane, known: Flags) -> Plane:
    """Each place with its eight neighbours, as far as they are known."""
    weight = known.astype(np.float32)
    total = cv2.blur(lab * weight[..., None], (3, 3))
    return cast(Plane, total / np.maximum(cv2.blur(weight, (3, 3)), 1e-6)[..., None])


def nearest(lab: Plane, centres: Plane) -> tuple[Labels, Plane]:
    """The number of the nearest centre, and how far it is, for every pixel."""
    label, best = np.zeros(lab.shape[:2], np.uint8), np.full(lab.shape[:2], np.inf, np.float32)
    for kind, centre in enumerate(centres):
        apart = ((lab - centre) ** 2).sum(-1)
        label[apart < best] = kind
        best = np.minimum(best, apart)
    return label, cast(Plane, np.sqrt(best))


def distance(where: Flags) -> Plane:
    """How far every pixel is from the nearest of those; very far where there is none."""
    if not where.any():
        return np.full(where.shape, 1e4, np.float32)
    return cast(Plane, cv2.distanceTransform((~where).astype(np.uint8), cv2.DIST_L2, 5))
