"""The best frame of a part of a video, as the picture that is shown before it plays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path as File

import cv2
import numpy as np
from av.video.frame import VideoFrame
from PIL import Image

from studio.engine import Report, ignore
from studio.engine.film.clip import Clip, look
from studio.engine.film.draw import LIMITED
from studio.engine.film.frames import frames
from studio.engine.film.remake import cut_of
from studio.engine.motion import beside
from studio.engine.social_film.path import Path
from studio.engine.social_film.watch import CUT, apart, tones_of
from studio.engine.social_film.window import Through
from studio.engine.stills.files import Pixels
from studio.engine.stills.icc import srgb
from studio.engine.stills.regard import Face, faces

TRIED = 16
"""Frames among which is chosen, evenly over the part."""
EDGE = 0.04
"""How much of the part is left out at either end: films fade there."""
JUDGED = 480
"""The longer side of the picture that is judged."""
FLAT, DARK, BRIGHT = 8.0, 20.0, 240.0
"""Levels of spread and of mean light beyond which there is nothing to see."""
FACE = 1.5
"""What a face that fills a tenth of the picture adds, in doublings of sharpness."""
NOTHING = -100.0
"""What speaks against a frame with nothing on it, or between two scenes."""


@dataclass(frozen=True)
class Cover:
    """seconds: of the video at which it is shown. faces: how many are seen from the front."""

    path: File
    width: int
    height: int
    seconds: float
    faces: int


@dataclass(frozen=True)
class _Judged:
    worth: float
    frame: VideoFrame
    seconds: float
    faces: int


def cover(
    source: File,
    target: File,
    start: float,
    end: float,
    size: tuple[int, int],
    path: Path,
    report: Report = ignore,
) -> Cover:
    """Write the best frame from `start` to `end` seconds as a JPEG of that size, cut by `path`.

    Sharp, with a face where there is one, neither black nor fading, and not beside a cut. Raises
    EngineError for a part without frames.
    """
    clip = look(source)
    through = Through(clip, size, path)
    best: _Judged | None = None
    cut_of(clip, start, end)
    places = _places(clip, start, end)
    for count, number in enumerate(places):
        report(count / len(places), "looking")
        for judged in _judged(clip, through, number):
            if best is None or judged.worth > best.worth:
                best = judged
    if best is None:
        raise clip.damaged(clip.time(places[0]))
    with beside(target) as partial:
        picture_of(best.frame).save(partial, "JPEG", quality=95, subsampling=0, icc_profile=srgb())
    report(1.0, "finishing")
    return Cover(target, *size, best.seconds, best.faces)


def _places(clip: Clip, start: float, end: float) -> list[int]:
    edge = EDGE * (end - start)
    times = np.linspace(start + edge, end - edge, TRIED)
    return sorted({min(clip.frame_at(float(at)), len(clip.index) - 1) for at in times})


def _judged(clip: Clip, through: Through, number: int) -> Iterator[_Judged]:
    """The frame with that number; those before and after say whether the film cuts here."""
    low, high = max(0, number - 1), min(len(clip.index), number + 2)
    near = list(frames(clip, low, high))
    if not near:
        return
    frame = near[min(number - low, len(near) - 1)]
    seconds = float((frame.pts or 0) * clip.base - clip.origin)
    tones = [tones_of(other) for other in near]
    step = max((apart(a, b) for a, b in pairwise(tones)), default=0.0)
    made = through(frame)
    picture = np.asarray(picture_of(made, JUDGED))
    found = faces(picture)
    worth = _sharpness(picture) + _worth_of(found, picture)
    if step > CUT or not _shows_something(picture):
        worth += NOTHING
    yield _Judged(worth, made, seconds, len(found))


def _shows_something(picture: Pixels) -> bool:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return bool(grey.std() > FLAT and DARK < grey.mean() < BRIGHT)


def _sharpness(picture: Pixels) -> float:
    """Doublings of the spread of its edges: a fade has fewer than the picture that it fades."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return float(np.log2(1 + np.std(cv2.Laplacian(grey, cv2.CV_32F))))


def _worth_of(found: list[Face], picture: Pixels) -> float:
    area = picture.shape[0] * picture.shape[1]
    shares = [(f.right - f.left) * (f.bottom - f.top) / area for f in found[:3]]
    return FACE * min(2.0, float(np.sqrt(sum(shares) / 0.1))) if found else 0.0


def picture_of(frame: VideoFrame, longest: int | None = None) -> Image.Image:
    """A frame in sRGB; `longest` is the most pixels on a side."""
    by = min(1.0, longest / max(frame.width, frame.height)) if longest else 1.0
    rgb = frame.reformat(
        max(2, round(frame.width * by)),
        max(2, round(frame.height * by)),
        format="rgb24",
        src_colorspace=1,
        src_color_range=LIMITED,
        dst_color_range=2,
        interpolation="BICUBIC",
    )
    return Image.fromarray(rgb.to_ndarray())
