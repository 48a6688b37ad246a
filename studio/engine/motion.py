"""Turn a still picture into a video by moving a camera over it."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av

from studio.engine import EngineError, Report, gif, ignore, path
from studio.engine import audio as sound
from studio.engine.camera import Camera
from studio.engine.encode import BT709, LIMITED, RECIPES, Writer
from studio.engine.picture import Picture, load, plane
from studio.engine.pyramid import Pyramid

FORMATS = (*RECIPES, "gif")


def animate(
    source: Path,
    target: Path,
    *,
    motion: str,
    direction: str,
    strength: float,
    easing: str,
    duration: float,
    width: int,
    height: int,
    fps: int,
    format: str,
    focus: tuple[float, float] = (0.5, 0.5),
    audio: Path | None = None,
    report: Report = ignore,
) -> None:
    """Write a video of `source` to `target`, with the camera moving as path.view says.

    duration: seconds; the video has the nearest whole number of frames, at least one.
    width, height: of the video in pixels, both even.
    format: mp4 or mov (H.264, AAC), webm (VP9, Opus) or gif (silent, at most 30 fps).
    focus: the point of the picture to keep in sight, as shares of its size.
    audio: a sound file. It is cut to the video's length with a short fade, and followed by
        silence where it is shorter.
    report: hears 0 "reading" before any work, then "rendering" after every frame, then
        "finishing". Whatever it raises ends the work and leaves no file behind.

    The same call makes the same bytes. Raises EngineError for input that cannot be used.
    """
    check(duration, width, height, fps, format)
    path.check(motion, direction, easing)
    report(0.0, "reading")
    if audio:
        sound.check(audio)
    picture = load(source)
    count = max(1, round(duration * fps))
    views = [
        path.view(
            motion,
            direction,
            strength,
            easing,
            (picture.width, picture.height),
            (width, height),
            focus,
            number / (count - 1) if count > 1 else 0.0,
        )
        for number in range(count)
    ]
    with beside(target) as partial:
        if format == "gif":
            write_gif(partial, picture, views, width, height, fps, report)
        else:
            track = sound.track(audio, Fraction(count, fps)) if audio else None
            with Writer(partial, format, width, height, fps, track) as writer:
                stage = Stage(picture, views, width, height, "nv12")
                stage.play(writer.frame, report)
                report(1.0, "finishing")
                writer.finish()


def check(duration: float, width: int, height: int, fps: int, format: str) -> None:
    """Raise EngineError for a video that cannot be made."""
    if format not in FORMATS:
        raise EngineError(f"There is no format “{format}”. Choose {' or '.join(FORMATS)}.")
    if width < 2 or height < 2 or width % 2 or height % 2:
        raise EngineError(f"A video cannot have {width} × {height} pixels. Use even numbers.")
    if not duration > 0:
        raise EngineError("The duration must be longer than 0 seconds.")
    if format == "gif" and width * height * fps * duration > gif.MOST_PIXELS:
        raise EngineError(
            f"A GIF of {width} × {height} for {duration:g} s at {fps} frames per second would be "
            "larger than a gigabyte. Make it smaller or shorter, or choose mp4."
        )
    if fps < 1 or (format == "gif" and fps > gif.FASTEST):
        raise EngineError(f"A {format} cannot have {fps} frames per second. Use 1 to 30.")


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A temporary file in the same folder, renamed on success and removed otherwise."""
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex[:12]}.part")
    try:
        yield partial
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def write_gif(
    target: Path,
    picture: Picture,
    views: list[path.View],
    width: int,
    height: int,
    fps: int,
    report: Report,
) -> None:
    few = [views[round(at * (len(views) - 1) / (gif.SAMPLES - 1))] for at in range(gif.SAMPLES)]
    sketch = Stage(picture, few, width, height, "nv24")
    colours = gif.palette(sketch.still(at) for at in few)
    del sketch  # it holds copies of the picture
    stage = Stage(picture, views, width, height, "nv24")
    with gif.Writer(target, colours, stage.blank(), fps) as writer:
        stage.play(writer.frame, report)
        report(1.0, "finishing")
        writer.finish()


class Stage:
    """Draws the views of one picture."""

    def __init__(
        self, picture: Picture, views: list[path.View], width: int, height: int, format: str
    ) -> None:
        self.views = views
        self.size = (width, height)
        self.format = format
        self.chroma = 2 if format == "nv12" else 1
        self.pyramid = Pyramid(picture, views, self.size, self.chroma, self.chroma)
        self.camera = Camera(self.size)

    def blank(self) -> av.VideoFrame:
        frame = av.VideoFrame(*self.size, self.format)
        frame.colorspace, frame.color_range = BT709, LIMITED
        return frame

    def still(self, at: path.View) -> av.VideoFrame:
        frame = self.blank()
        self.draw(at, frame)
        return frame

    def draw(self, at: path.View, frame: av.VideoFrame) -> None:
        for index, layer in enumerate(self.pyramid.layers(at)):
            step = self.chroma if index else 1
            self.camera.draw(layer, at, plane(frame, index), step, step, left=True)

    def play(self, show: Callable[[av.VideoFrame], None], report: Report) -> None:
        """Draw every view and hand it to `show`, in order.

        `show` must be done with the frame when it returns: the next view is drawn over it.
        A thread for the drawing would not make an H.264 video sooner, as the encoder has threads
        of its own, and would cost processor time for handing over.
        """
        frame = self.blank()
        for number, at in enumerate(self.views, 1):
            self.draw(at, frame)
            show(frame)
            report(number / len(self.views), "rendering")
