"""Write video files: H.264 or VP9 with an optional sound track, streaming and reproducible."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

import av
import cv2
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import PictureType
from av.video.stream import VideoStream

SAMPLE_RATE = 48_000
BT709, LIMITED = 1, 1
CPU_AVX_512F = 13  # OpenCV's number, which its Python module does not name


class Recipe(NamedTuple):
    """What a file format means here. All values are FFmpeg's names and options."""

    muxer: str
    video: str
    pixels: str
    video_options: dict[str, str]
    audio: str
    audio_rate: int
    muxer_options: dict[str, str]


# A still picture has no cuts to look for.
H264 = {"preset": "veryfast", "crf": "20", "sc_threshold": "0"}
if cv2.checkHardwareSupport(CPU_AVX_512F):
    # With AVX-512, x264's macroblock tree depends on what happens to lie in memory, and the same
    # frames make other bytes each time. AVX2 makes the same ones, in no more time.
    H264["x264-params"] = "asm=AVX2,FMA3,BMI2,LZCNT"
VP9 = {
    "deadline": "realtime",
    "cpu-used": "8",
    "crf": "30",
    "b": "0",
    "row-mt": "1",
    "tile-columns": "2",
    "lag-in-frames": "0",
}
# Seconds at which a film can be entered without decoding what is before: where fades end.
ENTRIES = (Fraction(1, 2), Fraction(1))
# Without "bitexact" the WebM writer numbers its tracks at random.
FAST = {"movflags": "+faststart", "fflags": "+bitexact"}
RECIPES = {
    "mp4": Recipe("mp4", "libx264", "nv12", H264, "aac", 160_000, FAST),
    "mov": Recipe("mov", "libx264", "nv12", H264, "aac", 160_000, FAST),
    "webm": Recipe(
        "webm", "libvpx-vp9", "yuv420p", VP9, "libopus", 128_000, {"fflags": "+bitexact"}
    ),
}


class Writer:
    """A video file in the making; a context manager that closes the file.

    `frame()` takes frames in order. Sound is pulled from `sound` as the picture advances, so
    that the two are interleaved and neither piles up.
    """

    def __init__(
        self,
        target: Path,
        format: str,
        width: int,
        height: int,
        fps: int,
        sound: Iterator[AudioFrame] | None = None,
        sound_options: dict[str, str] | None = None,
        layout: str = "stereo",
        video_options: dict[str, str] | None = None,
    ) -> None:
        recipe = RECIPES[format]
        recipe = recipe._replace(video_options=recipe.video_options | (video_options or {}))
        self.fps = fps
        self.written = 0
        self.sound = sound
        self.heard = Fraction(0)
        self.container = av.open(
            str(target), "w", format=recipe.muxer, options=recipe.muxer_options
        )
        try:
            self.video = self.add_video(recipe, width, height)
            self.audio = self.add_audio(recipe, layout) if sound else None
            if self.audio and sound_options:
                self.audio.codec_context.options = sound_options
        except BaseException:
            self.container.close()
            raise

    def add_video(self, recipe: Recipe, width: int, height: int) -> VideoStream:
        stream = cast(VideoStream, self.container.add_stream(cast(Any, recipe.video), self.fps))
        stream.width, stream.height, stream.pix_fmt = width, height, recipe.pixels
        context = stream.codec_context
        context.time_base = Fraction(1, self.fps)
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED
        context.gop_size = 2 * self.fps  # quick to seek in
        # PyAV's default is a single thread.
        context.thread_count, context.thread_type = 0, "AUTO"
        context.options = dict(recipe.video_options)
        if recipe.video == "libx264":
            context.options |= {"forced-idr": "1"}
        return stream

    def add_audio(self, recipe: Recipe, layout: str) -> AudioStream:
        stream = cast(AudioStream, self.container.add_stream(cast(Any, recipe.audio), SAMPLE_RATE))
        stream.codec_context.layout = layout
        stream.codec_context.bit_rate = recipe.audio_rate
        stream.codec_context.time_base = Fraction(1, SAMPLE_RATE)
        return stream

    def frame(self, picture: av.VideoFrame) -> None:
        picture.pts = self.written
        picture.time_base = Fraction(1, self.fps)
        entry = Fraction(self.written, self.fps) in ENTRIES
        picture.pict_type = PictureType.I if entry else PictureType.NONE
        self.container.mux(self.video.encode(picture))
        self.written += 1
        self.catch_up(Fraction(self.written, self.fps))

    def catch_up(self, until: Fraction) -> None:
        """Write the sound of the pictures so far."""
        while self.audio and self.sound and self.heard < until:
            part = next(self.sound, None)
            if part is None:
                break
            self.heard += Fraction(part.samples, SAMPLE_RATE)
            self.container.mux(self.audio.encode(part))

    def finish(self) -> None:
        """Write what the encoders still hold."""
        self.container.mux(self.video.encode(None))
        if self.audio:
            self.container.mux(self.audio.encode(None))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.container.close()
