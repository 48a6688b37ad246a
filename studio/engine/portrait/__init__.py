"""A portrait that is moved by a voice: an honest puppet of one picture, not a speaking person.

The head sways and breathes by itself, the jaw follows the syllables. All of that is bending of the
picture: nothing is painted into it, so a smile stays a smile.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, Report, audio, ignore
from studio.engine.ahead import Ahead
from studio.engine.encode import Writer
from studio.engine.motion import beside
from studio.engine.picture import Picture, load, plane
from studio.engine.portrait import face, fields, lettered, lids, life, voice
from studio.engine.portrait.stage import Stage
from studio.engine.stills.files import load_mask

FPS = 25
SIZES = {"480p": (854, 480), "720p": (1280, 720)}
SOUND = {"aac_coder": "fast"}
"""Of a voice nobody hears the difference, and it is a fifth of all the work."""
PICTURE = {"preset": "superfast", "threads": "1"}
"""Little moves here, and little at a time. Drawing keeps a core busy, the encoder the other one."""
NATURAL = 70
"""The strength at which everything moves as its field says."""


class Extras(NamedTuple):
    """What may be laid over it, and whether the eyes blink."""

    words: str = ""
    strip: bool = False
    blink: bool = True


def animate(
    source: Path,
    sound: Path,
    target: Path,
    *,
    resolution: str,
    strength: float = NATURAL,
    seed: int = 0,
    mask: Path | None = None,
    start: float = 0,
    end: float | None = None,
    extras: Extras | None = None,
    report: Report = ignore,
) -> None:
    """Write an MP4 of the face in `source`, moved by `sound` and as long as it to 20 ms.

    resolution: "480p" or "720p"; the video has the shape of the picture and goes into 854 x 480 or
        1280 x 720, lying or standing.
    strength: how much it moves, 0 to 100.
    mask: a picture of the same size: what is black in it stays where it is.
    start, end: the part of the sound in seconds; None is its end.
    report: as in motion.animate.

    The same call makes the same bytes. Raises EngineError for input that cannot be used.
    """
    if resolution not in SIZES:
        raise EngineError(f"There is no resolution “{resolution}”. Choose {' or '.join(SIZES)}.")
    extras = extras or Extras()
    report(0.0, "listening")
    audio.check(sound)
    heard = voice.listen(sound, FPS, start, end)
    picture = load(source)
    width, height = size_of(picture, resolution)
    stage = _stage(picture, mask, width, height, extras.blink)
    del picture
    lines = lettered.cues(extras.words, heard, width, height) if extras.words.strip() else []
    overlay = lettered.Overlay(lines, heard, width, height, strip=extras.strip)
    layout = audio.layout_of(sound)
    track = audio.track(sound, heard.seconds, heard.start, fading=False, layout=layout)
    frames = _frames(stage, overlay, heard, strength / NATURAL, seed)
    with (
        beside(target) as partial,
        Writer(partial, "mp4", width, height, FPS, track, SOUND, layout, PICTURE) as writer,
    ):
        with Ahead(writer.frame) as ahead:
            for number, frame in enumerate(frames, 1):
                ahead.frame(frame)
                report(number / len(heard.open), "rendering")
        writer.catch_up(heard.seconds)
        report(1.0, "finishing")
        writer.finish()


def size_of(picture: Picture, resolution: str) -> tuple[int, int]:
    """As large as goes into 720p or 480p, lying or standing; in even numbers."""
    longer, shorter = SIZES[resolution]
    wide, high = picture.width, picture.height
    by = min(longer / max(wide, high), shorter / min(wide, high))
    return max(2, round(wide * by / 2) * 2), max(2, round(high * by / 2) * 2)


def _stage(picture: Picture, mask: Path | None, width: int, height: int, blink: bool) -> Stage:
    pixels, small = face.as_rgb(picture, face.LOOKED)
    marked = None if mask is None else _marked(mask, picture)
    found = face.find(pixels, small, marked)
    by = width / (picture.width * small)
    here = found.scaled(by)
    eyes = lids.eyes(pixels, found) if blink and here.size >= lids.LEAST else []
    shut = [lids.Lid(eye.scaled(by), here.size) for eye in eyes]
    held = None if marked is None else fields.inside(marked, width, height)
    made = fields.make(here, width, height, held)
    if not made.stack.size:
        raise EngineError(
            "The mask leaves nothing that could move: it is too small, or beside the face. Paint "
            "it over the whole head, from the hair to the chin."
        )
    return Stage(picture, width, height, made, shut)


def _marked(mask: Path, picture: Picture) -> NDArray[np.float32]:
    size = (picture.width, picture.height)
    return np.asarray(load_mask(mask, size) / np.float32(255), np.float32)


def _frames(
    stage: Stage, overlay: lettered.Overlay, heard: voice.Voice, strength: float, seed: int
) -> Iterator[av.VideoFrame]:
    """Every frame; the next one is drawn over it."""
    moves = life.movements(heard, FPS, seed) * np.float32(strength)
    shut = life.blinks(heard, FPS, seed)
    luma, colors = plane(stage.frame, 0), plane(stage.frame, 1)
    for number, amounts in enumerate(moves):
        stage.restore(overlay.top)
        stage.draw(amounts, float(shut[number]))
        overlay.draw(luma, colors, number)
        yield stage.frame
