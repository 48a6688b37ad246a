"""Scenes one after the other with transitions between them, drawn or copied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Protocol

import numpy as np
from av.video.frame import VideoFrame

from studio.engine.film.clip import Clip, Colors
from studio.engine.film.draw import blank, blend
from studio.engine.film.output import Film, Splice, Timeline
from studio.engine.film.remake import packets

Tell = Callable[[int], None]
"""Hears how many frames are done."""


class Run(NamedTuple):
    """Packets low…high-1 of a clip; the frame `low` is frame `first` of its scene."""

    clip: Clip
    low: int
    high: int
    first: int


class Scene(Protocol):
    """Pictures at the rate of the film, all of its size."""

    @property
    def length(self) -> int: ...

    def frames(self, first: int, last: int) -> Iterator[VideoFrame]: ...

    def copied(self, first: int, last: int) -> Run | None:
        """The packets that show nothing but frames of first…last-1, if there are any."""

    def close(self) -> None:
        """It will not be asked again."""


class Layer(Protocol):
    """Something that lies over the whole film in places, the frames first…last-1 each."""

    @property
    def places(self) -> Sequence[tuple[int, int]]: ...

    def over(self, frame: VideoFrame, number: int) -> VideoFrame:
        """That frame of the film with the layer on it, in a new picture where it differs."""


@dataclass(frozen=True)
class Reel:
    """`edges` are the frames at both ends of each scene that belong to a transition, `begins` the
    frame of the film at which each scene begins, and at last its length. A transition that is no
    crossfade goes through black."""

    scenes: Sequence[Scene]
    crossfade: bool
    size: tuple[int, int]
    rate: Fraction
    edges: Sequence[tuple[int, int]]
    begins: Sequence[int]
    layers: Sequence[Layer] = ()

    @property
    def length(self) -> int:
        return self.begins[-1]

    def body(self, at: int) -> tuple[int, int]:
        """The frames of a scene that are shown as they are."""
        head, tail = self.edges[at]
        return head, self.scenes[at].length - tail

    def passage(self, at: int) -> Iterator[VideoFrame]:
        """The frames between the body of scene `at` and that of the next, if there is one."""
        one = self.scenes[at]
        if at + 1 < len(self.scenes):
            other, end = self.scenes[at + 1], one.length
            head, tail = self.edges[at + 1][0], self.edges[at][1]
            before, behind = one.frames(end - tail, end), other.frames(0, head)
            if self.crossfade:
                for number, (a, b) in enumerate(zip(before, behind, strict=True), 1):
                    yield blend(a, b, number / (tail + 1))
            else:
                dark = blank(self.size)
                for number, frame in enumerate(before, 1):
                    yield blend(frame, dark, number / (tail + 1))
                for number, frame in enumerate(behind, 1):
                    yield blend(dark, frame, number / (head + 1))
        one.close()

    def finished(self, pictures: Iterator[VideoFrame], begin: int) -> Iterator[VideoFrame]:
        """Pictures from that frame of the film on, with the layers over them."""
        for number, picture in enumerate(pictures, begin):
            for layer in self.layers:
                picture = layer.over(picture, number)
            yield picture

    def bare(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """The parts of those frames of the film on which no layer lies."""
        for low, high in sorted(place for layer in self.layers for place in layer.places):
            if first < min(low, last):
                yield first, min(low, last)
            first = max(first, high)
        if first < last:
            yield first, last


def drawn(made: Film, reel: Reel, colors: Colors, tell: Tell) -> None:
    """All frames anew."""
    base = 1 / reel.rate
    made.drawn(reel.size, reel.rate, base, colors)
    for number, frame in enumerate(reel.finished(_pictures(reel), 0)):
        made.frame(frame, number, base)
        tell(number + 1)


def _pictures(reel: Reel) -> Iterator[VideoFrame]:
    for at, scene in enumerate(reel.scenes):
        yield from scene.frames(*reel.body(at))
        yield from reel.passage(at)


def poured(made: Film, reel: Reel, model: Clip, depth: int, tell: Tell) -> None:
    """Packets as they are, and between them frames drawn with the settings of `model`.

    depth: how many frames later than decoded a frame of the clips may be shown."""
    splice = Splice(model)
    tick = reel.rate * model.base
    ticks = np.round(np.arange(reel.length) * float(1 / tick)).astype(np.int64)
    timeline = Timeline(ticks, model.base, max(2, depth), round(reel.length / tick))
    made.like(model)
    for begin, pictures, run in _blocks(reel):
        for packet in splice.encoded(reel.finished(pictures, begin)):
            made.pour(timeline.place(packet, begin + int(packet.pts or 0)))
            tell(timeline.at)
        if run:
            for packet, number in packets(run.clip, run.low, run.high):
                made.pour(timeline.place(packet, begin + number - run.low))
                tell(timeline.at)


def _blocks(reel: Reel) -> Iterator[tuple[int, Iterator[VideoFrame], Run | None]]:
    """(frame of the film, pictures to be drawn, packets to be copied), one of the two each."""
    waiting: list[Iterator[VideoFrame]] = []
    begin = 0
    for at, scene in enumerate(reel.scenes):
        offset, (done, last) = reel.begins[at], reel.body(at)
        for low, high in reel.bare(offset + done, offset + last):
            run = scene.copied(low - offset, high - offset)
            if run is None:
                continue
            yield begin, _chain([*waiting, scene.frames(done, run.first)]), None
            yield offset + run.first, iter(()), run
            done = run.first + run.high - run.low
            waiting, begin = [], offset + done
        waiting += [scene.frames(done, last), reel.passage(at)]
    yield begin, _chain(waiting), None


def _chain(parts: list[Iterator[VideoFrame]]) -> Iterator[VideoFrame]:
    for part in parts:
        yield from part
