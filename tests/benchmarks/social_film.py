"""A video of 1080p cut to other shapes with the window that follows, against decoding and encoding
alone at that size, and against a cut from the middle."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np

from studio.engine.encode import H264
from studio.engine.film.clip import Clip, Colors, look
from studio.engine.film.frames import frames
from studio.engine.film.output import film
from studio.engine.social_film import path as paths
from studio.engine.social_film.export import export
from studio.engine.social_film.wanted import Wanted
from tests.benchmarks.common import MEDIA, Work, alternate, ratio, table

SECONDS, FPS, SIZE, SIDE = 10, 30, (1920, 1080), 220
SHAPES = ((1080, 1920), (1080, 1080))
WAYS = ("smart", "center")
ROUNDS = 1


def place(seconds: float) -> tuple[float, float]:
    """The middle of the subject in pixels: to and fro once in eight seconds."""
    return SIZE[0] * (0.5 - 0.38 * math.cos(2 * math.pi * seconds / 8)), SIZE[1] * 0.55


def pictures() -> Iterator[np.ndarray]:
    """A photograph, and a part of another that moves over it."""
    back, front = (cv2.imread(str(MEDIA / name)) for name in ("coffee.jpg", "chelsea.jpg"))
    assert back is not None, f"{MEDIA} lacks a picture"
    assert front is not None, f"{MEDIA} lacks a picture"
    back = cv2.resize(back, SIZE, interpolation=cv2.INTER_CUBIC)
    front = cv2.resize(front, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    for number in range(SECONDS * FPS):
        left, top = (round(middle - SIDE / 2) for middle in place(number / FPS))
        picture = back.copy()
        picture[top : top + SIDE, left : left + SIDE] = front
        yield picture


def source(folder: Path) -> Path:
    target = folder / "source.mp4"
    with film(target, "mp4", None) as made:
        made.drawn(SIZE, Fraction(FPS), Fraction(1, FPS), Colors(), "libx264", H264)
        for number, picture in enumerate(pictures()):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame = frame.reformat(format="yuv420p", dst_colorspace=1)
            made.frame(frame, number, Fraction(1, FPS))
        made.finish()
    return target


def again(made: Clip, target: Path) -> None:
    """Decode and encode alone: the same pictures at the same size, so that the encoder has the
    same work with a window that moves as with one that stays."""
    base = 1 / made.fps
    with film(target, "mp4", None) as written:
        written.drawn(made.size, made.fps, base, Colors(), "libx264", H264)
        for number, frame in enumerate(frames(made)):
            written.frame(frame, number, base)
        written.finish()


def kept(path: paths.Path) -> tuple[float, float]:
    """How much of the subject is in view on average, and in how many frames nearly all of it is."""
    shares = []
    for number in range(SECONDS * FPS):
        box, middles = path.box(number / FPS), place(number / FPS)
        low, high = max(middles[0] - SIDE / 2, box.left), min(middles[0] + SIDE / 2, box.right)
        shares.append(max(0.0, high - low) / SIDE)
    return float(np.mean(shares)), float((np.array(shares) >= 0.95).mean())


def hardest(path: paths.Path) -> float:
    """The largest acceleration, in pixels of the source per frame²."""
    lefts = [path.box(number / FPS).left for number in range(SECONDS * FPS)]
    return float(np.abs(np.diff(lefts, 2)).max())


def run() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        file = source(folder)
        clip = look(file)
        for size in SHAPES:
            measure(clip, file, folder, size)


def measure(clip: Clip, file: Path, folder: Path, size: tuple[int, int]) -> None:
    cases: dict[str, Work] = {}
    for way in WAYS:
        made = folder / f"{way}.mp4"
        export(file, made, Wanted(way, *size, mode=way))
        cases[way] = partial(export, file, folder / "made.mp4", Wanted(way, *size, mode=way))
        cases[f"{way} alone"] = partial(again, look(made), folder / "again.mp4")
    seconds = alternate(cases, ROUNDS)
    rows = []
    for way in WAYS:
        focus = paths.MIDDLE if way == "center" else None
        path = paths.path_of(clip, 0, len(clip.index), size[0] / size[1], focus)
        share, whole = kept(path)
        times = f"{ratio(seconds[way], seconds[f'{way} alone']):.2f}"
        cost = f"{np.median(seconds[way]):.1f} s"
        rows.append((way, times, cost, f"{share:.1%}", f"{whole:.1%}", f"{hardest(path):.2f}"))
    heads = ("mode", "times decode + encode", "CPU", "in view", "frames ≥ 95 %", "px/frame²")
    table(f"{SECONDS} s of 1080p to {size[0]} × {size[1]}", rows, heads)


if __name__ == "__main__":
    run()
