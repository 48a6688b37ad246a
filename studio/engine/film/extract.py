"""Out of a film: one frame as a picture, its sound as a file, a part of it as a GIF."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from PIL import Image

from studio.engine import EngineError, Report, gif, ignore
from studio.engine.encode import SAMPLE_RATE
from studio.engine.film import sound
from studio.engine.film.clip import Clip, look
from studio.engine.film.draw import FULL, LIMITED, Fit, even, swscale
from studio.engine.film.frames import Feed, frames
from studio.engine.motion import beside

# Name of the file type → (muxer, encoder, bits per second).
SOUNDS = {
    "wav": ("wav", "pcm_s16le", 0),
    "mp3": ("mp3", "libmp3lame", 192_000),
    "m4a": ("ipod", "aac", 192_000),
}
PICTURES: dict[str, dict[str, Any]] = {
    "png": {"optimize": False},
    "jpeg": {"quality": 95, "subsampling": 0},
    "webp": {"quality": 95},
}
TRIED = 12
"""Frames that are drawn to tell how heavy a GIF will be."""


def still(
    source: Path, target: Path, *, at: float | None, format: str, report: Report = ignore
) -> None:
    """Write the frame that is shown at `at` seconds, or the last one, as a picture."""
    clip = look(source)
    report(0.0, "reading")
    number = len(clip.index) - 1
    if at is not None:
        if at > clip.seconds:
            raise EngineError(
                f"At is {at:g} s, and the video is {float(clip.seconds):.3f} s long. Choose an "
                "earlier frame."
            )
        number = max(0, clip.frame_at(Fraction(at) + Fraction(2, 1000)) - 1)
    frame = next(frames(clip, number, number + 1))
    with beside(target) as partial:
        as_picture(clip, frame).save(partial, format.upper(), **PICTURES[format])
    report(1.0, "finishing")


def as_picture(clip: Clip, frame: VideoFrame) -> Image.Image:
    """Upright RGB, with square pixels."""
    full = int(frame.color_range) == FULL or frame.format.is_rgb
    rgb = frame.reformat(
        format="rgb24",
        src_colorspace=swscale(clip.colors.matrix),
        src_color_range=FULL if full else LIMITED,
        dst_color_range=FULL,
        interpolation="BICUBIC",
    )
    picture = Image.fromarray(np.rot90(rgb.to_ndarray(), clip.turn).copy())
    return picture if picture.size == clip.size else picture.resize(clip.size)


def audio(source: Path, target: Path, *, format: str, report: Report = ignore) -> None:
    """Write its sound as wav, mp3 or m4a."""
    clip = look(source)
    report(0.0, "reading")
    if not clip.sound:
        raise EngineError("The video has no sound. Choose another.")
    muxer, codec, rate = SOUNDS[format]
    total = sound.count(clip.seconds)
    track = sound.of(clip.path, clip.name, clip.origin, clip.seconds)
    options = {"fflags": "+bitexact"}
    with (
        beside(target) as partial,
        av.open(str(partial), "w", format=muxer, options=options) as container,
    ):
        stream = cast(AudioStream, container.add_stream(cast(Any, codec), SAMPLE_RATE))
        stream.codec_context.layout = "stereo"
        if rate:
            stream.codec_context.bit_rate = rate
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="stereo", rate=SAMPLE_RATE
        )
        for frame in sound.as_frames(track):
            report(min((frame.pts or 0) / total, 1.0), "writing")
            for part in resampler.resample(frame):
                container.mux(stream.encode(part))
        container.mux(stream.encode(None))


# --- GIF ------------------------------------------------------------------------------------------


def gif_size(clip: Clip, width: int) -> tuple[int, int]:
    """Never larger than the film, and in its shape."""
    wide = min(width, clip.size[0])
    return even(wide), even(clip.size[1] * wide / clip.size[0])


def span(clip: Clip, fps: int, start: float, end: float | None) -> tuple[int, int]:
    """The frames, at that rate, from `start` to `end` seconds."""
    length = float(clip.seconds)
    stop = length if end is None else min(end, length)
    if start >= stop:
        raise EngineError(
            f"Start is {start:g} s, and the part ends at {stop:g} s. Choose an earlier start."
        )
    first = round(start * fps)
    return first, max(first + 1, round(stop * fps))


def animation(
    source: Path,
    target: Path,
    *,
    width: int,
    fps: int,
    start: float = 0.0,
    end: float | None = None,
    report: Report = ignore,
) -> None:
    """Write a part of the film as a GIF that repeats for ever."""
    clip = look(source)
    report(0.0, "reading")
    size, (first, last) = gif_size(clip, width), span(clip, fps, start, end)
    if size[0] * size[1] * (last - first) > gif.MOST_PIXELS:
        raise EngineError(
            f"A GIF of {size[0]} × {size[1]} with {last - first} frames would be larger than a "
            "gigabyte. Make it smaller or shorter."
        )
    with beside(target) as partial:
        _animate(clip, partial, size, fps, first, last, report)


def _animate(
    clip: Clip, target: Path, size: tuple[int, int], fps: int, first: int, last: int, report: Report
) -> None:
    fit = Fit(clip, size, mode="stretch")
    few = np.linspace(first, last - 1, min(gif.SAMPLES, last - first)).astype(int)
    samples = [_colored(fit(next(Feed(clip, Fraction(fps)).take(n, n + 1)))) for n in few.tolist()]
    with gif.Writer(target, gif.palette(iter(samples)), samples[0], fps) as writer:
        for number, frame in enumerate(_drawn(clip, fit, fps, first, last), 1):
            writer.frame(frame)
            report(number / (last - first), "drawing")
        report(1.0, "finishing")
        writer.finish()


def _drawn(clip: Clip, fit: Fit, fps: int, first: int, last: int) -> Iterator[VideoFrame]:
    for frame in Feed(clip, Fraction(fps)).take(first, last):
        yield _colored(fit(frame))


def _colored(frame: VideoFrame) -> VideoFrame:
    """Color for every pixel, and its kind said, as the GIF writer wants it."""
    full = frame.reformat(format="yuv444p")
    full.colorspace, full.color_range = 1, LIMITED
    return full


def weight_of_gif(
    source: Path, folder: Path, *, width: int, fps: int, start: float, end: float | None
) -> int:
    """About how many bytes it will have, by a short piece from its middle."""
    clip = look(source)
    size, (first, last) = gif_size(clip, width), span(clip, fps, start, end)
    middle = max(first, (first + last - TRIED) // 2)
    stop = min(last, middle + TRIED)
    sizes = []
    for until in (middle + 1, stop):
        path = folder / f"{until}.gif"
        _animate(clip, path, size, fps, middle, until, ignore)
        sizes.append(path.stat().st_size)
    each = (sizes[1] - sizes[0]) / max(1, stop - middle - 1)
    return round(sizes[0] + each * (last - first - 1))
