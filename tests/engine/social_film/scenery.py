"""Films with a subject whose place is known, on ground that is not empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.encode import SAMPLE_RATE
from tests.fakes.films import as_frames

SIZE = (480, 270)
SIDE = 60
"""Of the subject, a square."""

Way = Callable[[float], tuple[float, float]]
"""The middle of the subject at a second, in shares of width and height."""


def ground(size: tuple[int, int], seed: int = 1, level: float = 110) -> NDArray[np.uint8]:
    """Soft texture everywhere."""
    width, height = size
    noise = np.random.default_rng(seed).normal(0, 1, (height, width, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 4)
    return np.clip(level + soft / soft.std() * 14, 0, 255).astype(np.uint8)


def square(side: int) -> NDArray[np.uint8]:
    """Orange and dark, in fields."""
    rows, columns = np.mgrid[:side, :side] * 4 // side
    on = ((rows + columns) % 2)[..., None]
    return np.where(on, (240, 120, 30), (40, 30, 60)).astype(np.uint8)


def across(seconds: float) -> tuple[float, float]:
    """To and fro, once in eight seconds."""
    return 0.5 - 0.36 * float(np.cos(2 * np.pi * seconds / 8)), 0.55


def at(x: float, y: float = 0.5) -> Way:
    return lambda seconds: (x, y)


def pictures(
    way: Way, count: int, fps: float, size: tuple[int, int] = SIZE, side: int = SIDE, seed: int = 1
) -> Iterator[NDArray[np.uint8]]:
    back, front = ground(size, seed), square(side)
    for number in range(count):
        x, y = way(number / fps)
        left, top = (round(s * whole - side / 2) for s, whole in zip((x, y), size, strict=True))
        picture = back.copy()
        picture[top : top + side, left : left + side] = front
        yield picture


def written(
    path: Path,
    shown: Iterator[NDArray[np.uint8]],
    fps: int = 30,
    *,
    sound: NDArray[np.float32] | None = None,
    times: list[int] | None = None,
    pixels: str = "yuv420p",
    crf: str = "18",
) -> Path:
    """times: milliseconds at which the frames are shown, for an uneven rate."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", fps, options={"preset": "veryfast", "crf": crf})
        stream.pix_fmt = pixels
        base = Fraction(1, 1000) if times else Fraction(1, fps)
        stream.codec_context.time_base = base
        audio = container.add_stream("aac", SAMPLE_RATE) if sound is not None else None
        for number, picture in enumerate(shown):
            if not number:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(format=pixels, dst_colorspace=1)
            frame.pts, frame.time_base = times[number] if times else number, base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        for part in as_frames(sound) if sound is not None and audio else ():
            container.mux(audio.encode(part))
        if audio:
            container.mux(audio.encode(None))
    return path


# Turned by a quarter, as phones store it (ISO/IEC 14496-12, the matrix of a track header).
UPRIGHT = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
QUARTER = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)


def turned(path: Path) -> Path:
    """The same file, to be shown turned by 90° clockwise."""
    data = path.read_bytes()
    plain, quarter = (
        b"".join(value.to_bytes(4, "big", signed=True) for value in matrix)
        for matrix in (UPRIGHT, QUARTER)
    )
    head = data.index(b"tkhd")
    place = data.index(plain, head)
    path.write_bytes(data[:place] + quarter + data[place + len(plain) :])
    return path
