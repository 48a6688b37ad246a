"""A film of ten clips with crossfades: copied where they match, drawn where not, silent and with
sound, against the encoder alone and FFmpeg's own graph of xfade filters, both without sound."""

from __future__ import annotations

import tempfile
import wave
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph

from studio.engine import motion
from studio.engine.encode import Writer
from studio.engine.film.assembly import Cut, Wish, assemble
from studio.engine.film.clip import look
from studio.engine.film.frames import frames
from tests.benchmarks.common import MEDIA, PICTURES, alternate, ratio, table

CLIPS, SECONDS, FADE, FPS = 10, 5, 0.5, 30
SIZE = (1920, 1080)
OTHER = (1280, 720)
ROUNDS = 3


def noise(folder: Path) -> Path:
    """A sound that no encoder finds easy."""
    target = folder / "noise.wav"
    samples = np.random.default_rng(1).normal(0, 2000, (SECONDS * 48_000, 2)).astype("<i2")
    with wave.open(str(target), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(samples.tobytes())
    return target


def clip(
    folder: Path, number: int, size: tuple[int, int], fps: int = FPS, sound: Path | None = None
) -> Path:
    """A camera move over a photograph, as the studio makes it."""
    target = folder / f"{number}-{size[0]}-{fps}{'-heard' if sound else ''}.mp4"
    ways = [("zoom", "in"), ("pan", "left"), ("zoom", "out"), ("rotation", "right")]
    kind, way = ways[number % len(ways)]
    motion.animate(
        MEDIA / PICTURES[number % len(PICTURES)],
        target,
        motion=kind,
        direction=way,
        strength=50,
        easing="linear",
        duration=SECONDS,
        width=size[0],
        height=size[1],
        fps=fps,
        format="mp4",
        audio=sound,
    )
    return target


def encode_only(ready: list[av.VideoFrame], count: int, target: Path) -> None:
    """As many frames as the joined film has, made before."""
    with Writer(target, "mp4", *SIZE, FPS) as writer:
        for number in range(count):
            writer.frame(ready[number % len(ready)])
        writer.finish()


def xfade(paths: list[Path], target: Path) -> None:
    """FFmpeg's filters: scale, fps and a chain of xfade, pulled through by PyAV."""
    graph, clips = Graph(), [look(path) for path in paths]
    entries, sources, last, length = [], [], None, 0.0
    for path_clip in clips:
        size = f"{path_clip.width}x{path_clip.height}"
        base = f"{path_clip.base.numerator}/{path_clip.base.denominator}"
        options = f"video_size={size}:pix_fmt=yuv420p:time_base={base}:frame_rate={path_clip.fps}"
        entry = graph.add("buffer", options + ":colorspace=1:range=1")
        node = entry
        for name, said in (
            ("scale", f"{SIZE[0]}:{SIZE[1]}:flags=bicubic"),
            ("fps", str(FPS)),
            ("settb", f"1/{FPS}"),
        ):
            node = _after(graph, node, name, said)
        if last is not None:
            fade = graph.add("xfade", f"transition=fade:duration={FADE}:offset={length - FADE:.4f}")
            last.link_to(fade, 0, 0)
            node.link_to(fade, 0, 1)
            node, length = fade, length - FADE
        last, length = node, length + float(path_clip.seconds)
        entries.append(entry)
        sources.append(frames(path_clip))
    sink = graph.add("buffersink")
    assert last is not None
    last.link_to(sink)
    graph.configure()
    with Writer(target, "mp4", *SIZE, FPS) as writer:
        for frame in _pulled(entries, sources, sink):
            writer.frame(frame)
        writer.finish()


def _after(graph: Graph, node: av.filter.context.FilterContext, name: str, said: str):
    made = graph.add(name, said)
    node.link_to(made)
    return made


def _pulled(entries, sources, sink) -> Iterator[av.VideoFrame]:
    """Clip after clip is fed; what is ready comes out."""
    for entry, source in zip(entries, sources, strict=True):
        for frame in source:
            entry.push(frame)
            yield from _ready(sink)
        entry.push(None)
        yield from _ready(sink)


def _ready(sink) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        same = [clip(folder, n, SIZE) for n in range(CLIPS)]
        heard = [clip(folder, n, SIZE, sound=noise(folder)) for n in range(CLIPS)]
        mixed, mixed_heard = list(same), list(heard)
        mixed[1::2] = [clip(folder, n, OTHER, 25) for n in range(1, CLIPS, 2)]
        mixed_heard[1::2] = [
            clip(folder, n, OTHER, 25, sound=noise(folder)) for n in range(1, CLIPS, 2)
        ]
        count = len(look(_film(same, folder / "copied.mp4")).index)
        ready = [f for path in same[:4] for f in frames(look(path), 40, 60)]
        cases = {
            "encoder alone": lambda: encode_only(ready, count, folder / "encoded.mp4"),
            "matching": lambda: _film(same, folder / "copied.mp4"),
            "matching, with sound": lambda: _film(heard, folder / "copied-heard.mp4"),
            "mixed": lambda: _film(mixed, folder / "drawn.mp4"),
            "mixed, with sound": lambda: _film(mixed_heard, folder / "drawn-heard.mp4"),
            "xfade, matching": lambda: xfade(same, folder / "xfade.mp4"),
            "xfade, mixed": lambda: xfade(mixed, folder / "xfade-mixed.mp4"),
        }
        seconds = alternate(cases, ROUNDS)
    report(seconds)


def _film(paths: list[Path], target: Path) -> Path:
    cuts = [Cut(f"Shot {number}", path) for number, path in enumerate(paths, 1)]
    assemble(cuts, target, Wish(SIZE, FPS, seconds=FADE))
    return target


def report(seconds: dict[str, list[float]]) -> None:
    alone = seconds["encoder alone"]
    rows = []
    for kind, promised in (("matching", "≤ 0.30"), ("mixed", "≤ 1.60, below xfade")):
        for case in (kind, f"{kind}, with sound"):
            ours, peer = ratio(seconds[case], alone), ratio(seconds[f"xfade, {kind}"], alone)
            rows.append((case, f"{ours:.2f}", f"{peer:.2f}", f"{ours / peer:.2f}", promised))
    title = (
        f"A film of {CLIPS} clips of {SECONDS} s, fades of {FADE} s, 1080p; the encoder alone is 1"
    )
    table(f"{title} ({Fraction(FPS)} fps, CPU time)", rows)


if __name__ == "__main__":
    run()
