"""Which place of a picture fits best into each pixel of a hole, judged by the patch around it.

Coarse to fine, by turns: find the nearest patch of every pixel ("PatchMatch", Barnes, Shechtman,
Finkelstein and Goldman, SIGGRAPH 2009), then let the patches vote for the colours ("Space-Time
Completion of Video", Wexler, Shechtman and Irani, PAMI 2007). The votes only serve the search: what
is handed out are places, so that nothing is blurred.
"""

from collections.abc import Iterator
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.stills.rims import Prior

Plane = NDArray[np.float32]
Flags = NDArray[np.bool_]
Places = NDArray[np.int32]

RADIUS = 3
SMALLEST = 10
"""Thickness of the hole in pixels at which the search begins."""
ROUNDS = 5
BESIDE = ((0, -1), (-1, 0), (0, 1), (1, 0))
APART = 60.0
"""What it costs a pixel, in squared colour distance per patch pixel, to differ in origin from one
neighbour: rather large pieces than small gains."""


def found(
    colours: Plane,
    hole: Flags,
    seed: int = 1,
    stay: Plane | None = None,
    prior: Prior | None = None,
) -> Places | None:
    """For every pixel the row and column it is best taken from, h x w x 2.

    Outside the hole that is itself. colours: height x width x 3, Lab. stay: two numbers per pixel,
    what it costs to come from another row or column, in squared colour distance for a way as long
    as the picture. prior: what the colour of a place costs, by where it goes. None where no patch
    is free of the hole.
    """
    random = np.random.default_rng(seed)
    levels = pyramid(colours, hole)
    search: Search | None = None
    finer: Search | None = None
    for colours, hole in reversed(levels):
        size = hole.shape[1], hole.shape[0]
        ties = None if stay is None else cv2.resize(stay, size, interpolation=cv2.INTER_NEAREST)
        wanted = None if prior is None else prior.at(size)
        finer = Search(colours, hole, random, cast(Plane | None, ties), wanted)
        if not len(finer.free):
            continue
        finer.begin(search)
        for _ in range(ROUNDS if search else 2 * ROUNDS):
            finer.improve()
            finer.vote()
        search = finer
    if search is None or search is not finer:
        return None
    return search.places()


def grid(shape: tuple[int, ...]) -> Places:
    """The row and column of every pixel, height x width x 2."""
    return np.ascontiguousarray(np.moveaxis(np.indices(shape[:2], np.int32), 0, -1))


def bordered(colours: Plane) -> Plane:
    around = cv2.copyMakeBorder(colours, RADIUS, RADIUS, RADIUS, RADIUS, cv2.BORDER_REFLECT_101)
    return cast(Plane, around)


def pyramid(colours: Plane, hole: Flags) -> list[tuple[Plane, Flags]]:
    levels = [(colours, hole)]
    while True:
        colours, hole = levels[-1]
        thick = 2 * cv2.distanceTransform(np.pad(hole, 1).astype(np.uint8), cv2.DIST_L2, 5).max()
        if thick <= SMALLEST or min(hole.shape) < 8 * RADIUS:
            return levels
        size = ((hole.shape[1] + 1) // 2, (hole.shape[0] + 1) // 2)
        seen = (~hole).astype(np.float32)
        weight = cv2.resize(seen, size, interpolation=cv2.INTER_AREA)
        total = cv2.resize(colours * seen[..., None], size, interpolation=cv2.INTER_AREA)
        smaller = (total / np.maximum(weight, 1e-6)[..., None]).astype(np.float32)
        levels.append((smaller, weight < 0.5))


class Search:
    """One size of the picture. Rows and columns count within a border of RADIUS pixels."""

    def __init__(
        self,
        colours: Plane,
        hole: Flags,
        random: np.random.Generator,
        stay: Plane | None = None,
        prior: Prior | None = None,
    ) -> None:
        self.random = random
        marks = hole.astype(np.uint8)
        self.colours = colours.copy()
        for channel in range(3):  # a first idea of what is there
            plane = np.ascontiguousarray(colours[..., channel])
            plane[hole] = 0
            self.colours[..., channel] = cv2.inpaint(plane, marks, 3, cv2.INPAINT_NS)
        self.colours = bordered(self.colours)
        self.hole = np.pad(hole, RADIUS)
        self.wide = self.hole.shape[1]
        side = 2 * RADIUS + 1
        touched = cv2.dilate(self.hole.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
        inside = np.zeros_like(self.hole)
        inside[RADIUS:-RADIUS, RADIUS:-RADIUS] = True
        usable = inside & ~touched
        usable[: 2 * RADIUS] = usable[-2 * RADIUS :] = False
        usable[:, : 2 * RADIUS] = usable[:, -2 * RADIUS :] = False
        self.usable = usable.ravel()
        self.free = np.flatnonzero(self.usable)
        self.target = np.flatnonzero((touched & inside).ravel())
        self.number = np.full(self.hole.size, -1, np.int64)
        self.number[self.target] = np.arange(len(self.target))
        steps = np.arange(-RADIUS, RADIUS + 1)
        self.delta = (steps[:, None] * self.wide + steps[None]).ravel()
        away = cv2.distanceTransform(self.hole.astype(np.uint8), cv2.DIST_L2, 5)
        trust = np.where(inside, 1.25 ** -np.minimum(away, 24), 1e-4)
        self.trust = trust.ravel().astype(np.float32)
        self.stay: NDArray[np.floating] | None = None
        if stay is not None:
            padded = np.pad(stay, ((RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0)), mode="edge")
            self.stay = padded.reshape(-1, 2)[self.target] / np.array(hole.shape) ** 2
        self.kind: NDArray[np.uint8] | None = None
        if prior is not None:
            self.kind = np.pad(prior.label, RADIUS, mode="edge").ravel()
            border = ((RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0))
            dear = np.pad(prior.cost, border, mode="edge")
            self.dear = dear.reshape(-1, dear.shape[2])[self.target]
        self.look()

    def look(self) -> None:
        self.flat = np.ascontiguousarray(self.colours.reshape(-1, 3))
        at = self.target[:, None] + self.delta
        self.patches = self.flat[at]
        weight = self.trust[at]
        self.weight = weight / weight.sum(1, keepdims=True)

    def begin(self, coarse: "Search | None") -> None:
        if coarse is None:
            self.source = self.random.choice(self.free, len(self.target))
        else:
            rows, columns = np.divmod(self.target, self.wide)
            rows, columns = rows - RADIUS, columns - RADIUS
            high, wide = coarse.hole.shape
            near = (rows // 2).clip(0, high - 2 * RADIUS - 1) + RADIUS
            beside = (columns // 2).clip(0, wide - 2 * RADIUS - 1) + RADIUS
            known = coarse.number[near * coarse.wide + beside]
            there = coarse.source[np.maximum(known, 0)]
            down, across = np.divmod(there, coarse.wide)
            source = (rows + 2 * (down - near) + RADIUS) * self.wide + (
                columns + 2 * (across - beside) + RADIUS
            )
            good = (known >= 0) & (source >= 0) & (source < self.usable.size)
            good[good] &= self.usable[source[good]]
            self.source = np.where(good, source, self.random.choice(self.free, len(source)))
        self.cost = self.costs(np.arange(len(self.target)), self.source)
        if coarse is not None:
            self.vote()

    def costs(self, which: NDArray[np.int64], source: NDArray[np.int64]) -> Plane:
        apart = self.flat[source[:, None] + self.delta] - self.patches[which]
        cost = np.einsum("npc,npc,np->n", apart, apart, self.weight[which])
        if self.stay is not None:
            here, there = np.divmod(self.target[which], self.wide), np.divmod(source, self.wide)
            for axis in range(2):
                cost += self.stay[which, axis] * (here[axis] - there[axis]) ** 2
        if self.kind is not None:
            cost += self.dear[which, self.kind[source]]
        return cast(Plane, cost.astype(np.float32))

    def offer(self, source: NDArray[np.int64], extra: Plane | float = 0.0) -> None:
        """Take another source where it fits better."""
        good = (source >= 0) & (source < self.usable.size) & (source != self.source)
        good[good] &= self.usable[source[good]]
        which = np.flatnonzero(good)
        cost = self.costs(which, source[which])
        change = cost - self.cost[which]
        if not isinstance(extra, float):
            change = change + extra[which]
        better = change < 0
        self.source[which[better]] = source[which[better]]
        self.cost[which[better]] = cost[better]

    def improve(self) -> None:
        for offered in self.beside():
            self.offer(offered)
        reach = max(self.hole.shape)
        while reach >= 1:
            down = self.random.integers(-reach, reach + 1, len(self.source))
            across = self.random.integers(-reach, reach + 1, len(self.source))
            self.offer(self.source + down * self.wide + across)
            reach //= 3

    def beside(self) -> Iterator[NDArray[np.int64]]:
        """What each pixel would have if it went on like its neighbour, for four neighbours."""
        for down, across in BESIDE:
            step = down * self.wide + across
            neighbour = self.number[self.target + step]
            yield np.where(neighbour >= 0, self.source[neighbour] - step, -1)

    def vote(self) -> None:
        """Every pixel of the hole gets the mean of what the patches over it say, the good ones
        first."""
        pixels = np.flatnonzero(self.hole.ravel())
        voters = self.number[pixels[:, None] - self.delta]
        says = self.source[voters] + self.delta
        usual = max(float(np.percentile(self.cost, 60)), 1e-3)
        weight = np.exp(-self.cost[voters] / (2 * usual)) * self.trust[pixels[:, None] - self.delta]
        weight += 1e-6
        total = np.einsum("npc,np->nc", self.flat[says], weight)
        self.colours.reshape(-1, 3)[pixels] = total / weight.sum(1, keepdims=True)
        self.look()
        self.cost = self.costs(np.arange(len(self.target)), self.source)

    def places(self) -> Places:
        """The places, in pieces as large as can be."""
        for _ in range(6):
            offers = list(self.beside())
            for offered in offers:
                now = sum((other != self.source) & (other >= 0) for other in offers)
                then = sum((other != offered) & (other >= 0) for other in offers)
                self.offer(offered, (APART * (then - now)).astype(np.float32))
        height, width = self.hole.shape
        result = grid((height, width)).reshape(-1, 2)
        own = self.number[np.flatnonzero(self.hole.ravel())]
        result[self.target[own]] = np.stack(np.divmod(self.source[own], self.wide), -1)
        inner = result.reshape(height, width, 2)[RADIUS:-RADIUS, RADIUS:-RADIUS] - RADIUS
        return cast(Places, inner.astype(np.int32))
