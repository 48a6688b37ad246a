"""The same movement made in the usual ways: FFmpeg's zoompan and moviepy."""

import logging
import subprocess
from pathlib import Path
from typing import NamedTuple

FPS, SECONDS = 30, 5
FRAMES = FPS * SECONDS
NEARER = 0.4  # the picture ends 1.4 times as large
CODEC = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p")


class Shot(NamedTuple):
    """A straight zoom into the middle of a picture."""

    source: Path
    target: Path
    picture: tuple[int, int]
    output: tuple[int, int]

    @property
    def crop(self) -> tuple[int, int]:
        """The largest part of the picture, in its middle, that has the shape of the output."""
        fit = min(self.picture[0] / self.output[0], self.picture[1] / self.output[1])
        return round(self.output[0] * fit), round(self.output[1] * fit)

    def where(self, x: float, y: float, done: float) -> tuple[float, float]:
        """Where a point of the picture ought to be on the screen."""
        grow = self.output[0] / self.crop[0] * (1 + NEARER * done)
        return (
            self.output[0] / 2 + (x - self.picture[0] / 2) * grow,
            self.output[1] / 2 + (y - self.picture[1] / 2) * grow,
        )


def zoompan(shot: Shot, enlarge: int = 1) -> None:
    """FFmpeg's filter; `enlarge` is the well-known cure for its trembling."""
    import imageio_ffmpeg  # type: ignore[import-untyped]

    width, height = shot.crop
    steps = [f"crop={width}:{height}"]
    if enlarge > 1:
        steps.append(f"scale={width * enlarge}:{height * enlarge}")
    steps.append(
        f"zoompan=z='1+{NEARER}*on/{FRAMES - 1}':x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2'"
        f":d={FRAMES}:s={shot.output[0]}x{shot.output[1]}:fps={FPS}"
    )
    program = imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-v", "error", "-y", "-i", str(shot.source), "-vf", ",".join(steps)]
    subprocess.run(
        [*command, "-frames:v", str(FRAMES), *CODEC, str(shot.target)], check=True, timeout=600
    )


def moviepy(shot: Shot) -> None:
    """The recipe of its documentation: resize the clip by a function of time, centred."""
    from moviepy import CompositeVideoClip, ImageClip  # type: ignore[import-untyped]

    logging.getLogger("imageio_ffmpeg").setLevel(logging.ERROR)
    fit = shot.output[0] / shot.crop[0]
    last = (FRAMES - 1) / FPS
    clip = ImageClip(str(shot.source)).with_duration(SECONDS)
    moving = clip.resized(lambda t: fit * (1 + NEARER * t / last)).with_position("center")
    CompositeVideoClip([moving], size=shot.output).write_videofile(
        str(shot.target),
        fps=FPS,
        codec="libx264",
        preset="veryfast",
        ffmpeg_params=["-crf", "20"],
        audio=False,
        logger=None,
    )
