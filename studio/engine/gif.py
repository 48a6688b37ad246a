"""Write animated GIFs in two passes with bounded memory: one palette, then every frame."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
from av.filter import Graph
from av.filter.context import FilterContext

SAMPLES = 8
FASTEST = 30
"""Frames per second. Browsers slow down GIFs that ask for much more."""
MOST_PIXELS = 1_200_000_000
"""Pixels of all frames together; a detailed picture was seen to take 0.9 bytes for each."""
TICK = Fraction(1, 100)


def palette(frames: Iterable[av.VideoFrame]) -> av.VideoFrame:
    """The 256 colours that serve those frames best, as a picture of 16 x 16."""
    graph = Graph()
    entry: FilterContext | None = None
    leave: FilterContext | None = None
    for number, frame in enumerate(frames):
        if entry is None:
            entry = source(graph, frame)
            maker, leave = graph.add("palettegen", "stats_mode=full"), graph.add("buffersink")
            entry.link_to(maker)
            maker.link_to(leave)
            graph.configure()
        frame.pts = number
        entry.push(frame)
    assert entry is not None
    assert leave is not None
    entry.push(None)
    return cast(av.VideoFrame, leave.pull())


def source(graph: Graph, frame: av.VideoFrame) -> FilterContext:
    """An entry that knows which colours the frame is in, or FFmpeg would take them for BT.601."""
    text = (
        f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/100"
        f":colorspace={int(frame.colorspace)}:range={int(frame.color_range)}"
    )
    return graph.add("buffer", text)


class Writer:
    """A GIF in the making, which repeats for ever. `frame()` takes frames in order."""

    def __init__(
        self, target: Path, colours: av.VideoFrame, first: av.VideoFrame, fps: int
    ) -> None:
        self.fps = fps
        self.written = 0
        self.graph = Graph()
        self.entry = source(self.graph, first)
        chart = source(self.graph, colours)
        dither = self.graph.add("paletteuse", "dither=bayer:bayer_scale=3:diff_mode=rectangle")
        self.leave = self.graph.add("buffersink")
        self.entry.link_to(dither, 0, 0)
        chart.link_to(dither, 0, 1)
        dither.link_to(self.leave)
        self.graph.configure()
        chart.push(colours)
        chart.push(None)
        self.container = av.open(str(target), "w", format="gif", options={"loop": "0"})
        self.stream = self.container.add_stream("gif", fps)
        self.stream.width, self.stream.height = first.width, first.height
        self.stream.pix_fmt = "pal8"
        self.stream.codec_context.time_base = TICK

    def frame(self, picture: av.VideoFrame) -> None:
        picture.pts = round(Fraction(self.written, self.fps) / TICK)
        picture.time_base = TICK
        self.entry.push(picture)
        self.written += 1
        self.drain()

    def drain(self) -> None:
        for picture in self.ready():
            self.container.mux(self.stream.encode(picture))

    def ready(self) -> Iterator[av.VideoFrame]:
        while True:
            try:
                yield cast(av.VideoFrame, self.leave.pull())
            except (av.BlockingIOError, av.EOFError):
                return

    def finish(self) -> None:
        self.entry.push(None)
        self.drain()
        self.container.mux(self.stream.encode(None))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.container.close()
