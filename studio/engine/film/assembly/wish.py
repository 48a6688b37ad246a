"""What is wanted of a film: its cuts, and how they become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from studio.engine import EngineError, path
from studio.engine.card import MOST
from studio.engine.encode import RECIPES
from studio.engine.lettering import paragraphs

NTSC = Fraction(1000, 1001)
RATES = (24 * NTSC, Fraction(24), Fraction(25), 30 * NTSC, Fraction(30), Fraction(50), Fraction(60))
TRANSITIONS = ("cut", "crossfade", "dip")
GROUNDS = ("black", "blur")
SUBTITLES = ("none", "burned", "track")
LOUDNESS = (-14.0, -16.0, -23.0)
LARGEST = 4096
EASING = "linear"  # a move that slows down inside a transition looks broken


@dataclass(frozen=True)
class Cut:
    """One cut of the film. `name` is what messages call it: "Shot 3".

    path: a video or a picture; None is black.
    seconds: how long it lasts in the film; None is all of the video from `start` on. A longer video
        is cut, a shorter one holds its last frame. Pictures and black need it.
    start: seconds of the video that are left out at its beginning.
    motion: of a picture: "type", "direction" and "strength" (0…100), as path.view takes them, and
        perhaps "easing" and "focus"; None stands still.
    voice: a sound in place of the clip's own, from `voice_start` to `voice_end` seconds of it,
        beginning with the cut and ending with it at the latest.
    muted: its own sound is dropped.
    text: what is said, for subtitles.
    spoken: seconds that this takes, where there is no voice that tells; None is all of the cut.
    """

    name: str
    path: Path | None = None
    seconds: float | None = None
    start: float = 0.0
    motion: Mapping[str, Any] | None = None
    voice: Path | None = None
    voice_start: float = 0.0
    voice_end: float | None = None
    muted: bool = False
    text: str = ""
    spoken: float | None = None


@dataclass(frozen=True)
class Wish:
    """How the cuts become one film.

    size: even pixels. fps: one of RATES, as a fraction or rounded (29.97).
    transition: "cut", "crossfade" or "dip" (through black), over `seconds`.
    fade_in, fade_out: seconds in which the whole film comes from black and silence and goes there.
    ground: what is beside pictures of another shape, "black" or "blur".
    subtitles: "none", "burned" (drawn into the picture) or "track" (can be switched off).
    title: of a card at the beginning, for `title_seconds`; its first line is the headline.
    track: a sound under the whole film, from `track_start` seconds of it on.
    clip_level, track_level: decibels. loudness: LUFS; None leaves it as it is.
    format: mp4, mov or webm.
    skip_damaged: cuts that cannot be read are left out instead of ending the work.
    """

    size: tuple[int, int] = (1920, 1080)
    fps: Fraction | float = 30
    transition: str = "crossfade"
    seconds: float = 0.5
    fade_in: float = 0.0
    fade_out: float = 0.0
    ground: str = "black"
    subtitles: str = "none"
    title: str = ""
    title_seconds: float = 3.0
    track: Path | None = None
    track_start: float = 0.0
    clip_level: float = 0.0
    track_level: float = -12.0
    loudness: float | None = None
    format: str = "mp4"
    skip_damaged: bool = False

    @property
    def rate(self) -> Fraction:
        """The exact frames per second."""
        near = min(RATES, key=lambda rate: abs(rate - Fraction(self.fps)))
        if abs(near - Fraction(self.fps)) > Fraction(1, 100):
            known = ", ".join(f"{float(rate):.5g}" for rate in RATES)
            raise EngineError(f"{float(self.fps):g} frames per second is not offered. Use {known}.")
        return near


@dataclass(frozen=True)
class Made:
    """seconds: of the film. left_out: what could not be used, each with its name and the reason.
    begins: seconds at which each cut begins; one that was left out begins where the next does."""

    seconds: Fraction
    left_out: tuple[str, ...]
    begins: tuple[Fraction, ...]


def exact(seconds: float | Fraction) -> Fraction:
    """Without the noise of binary numbers, so that ten times 0.1 is 1."""
    return Fraction(seconds).limit_denominator(1_000_000)


def check(cuts: Sequence[Cut], wish: Wish) -> None:
    """Raise EngineError for what cannot be made, before a file is opened."""
    if not cuts:
        raise EngineError("The film has no cut. Choose at least one.")
    width, height = wish.size
    if width % 2 or height % 2 or not 16 <= min(wish.size) <= max(wish.size) <= LARGEST:
        raise EngineError(
            f"A film cannot have {width} × {height} pixels. Use even numbers from 16 to {LARGEST}."
        )
    _among("transition", wish.transition, TRANSITIONS)
    _among("ground", wish.ground, GROUNDS)
    _among("kind of subtitles", wish.subtitles, SUBTITLES)
    _among("format", wish.format, tuple(RECIPES))
    if wish.loudness is not None and wish.loudness not in LOUDNESS:
        raise EngineError(f"Loudness {wish.loudness:g} LUFS is not offered. Use -14, -16 or -23.")
    for name in ("seconds", "fade_in", "fade_out", "track_start"):
        if not 0 <= getattr(wish, name) < 86_400:
            raise EngineError(f"{name.replace('_', ' ').capitalize()} cannot be less than 0 s.")
    if wish.title.strip():
        _check_title(wish)
    frame = 1 / wish.rate  # or it says which rates there are
    for cut in cuts:
        _check_cut(cut, frame)


def _among(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise EngineError(f"There is no {what} “{value}”. Choose {' or '.join(known)}.")


def _check_title(wish: Wish) -> None:
    if len(wish.title) > MOST:
        raise EngineError(
            f"The title has {len(wish.title)} characters; a card holds {MOST}. Shorten it."
        )
    if not wish.title_seconds >= 0.5:
        raise EngineError("Nobody can read a title in less than 0.5 s. Give it more seconds.")
    paragraphs(wish.title)


def _check_cut(cut: Cut, frame: Fraction) -> None:
    if cut.seconds is None and cut.path is None:
        raise EngineError(f"{cut.name} is black and has no length. Give its seconds.")
    if cut.seconds is not None and not exact(cut.seconds) >= frame:
        raise EngineError(
            f"{cut.name} lasts {cut.seconds:g} s, which is less than one frame. Make it longer, or "
            "leave it out."
        )
    if not cut.start >= 0 or not cut.voice_start >= 0:
        raise EngineError(f"{cut.name} begins before its file does. Start at 0 s or later.")
    if cut.voice_end is not None and not cut.voice_end > cut.voice_start:
        raise EngineError(
            f"The voice of {cut.name} ends at {cut.voice_end:g} s, before it begins at "
            f"{cut.voice_start:g} s. Swap them."
        )
    if cut.motion is not None:
        path.check(*words_of(cut.motion), cut.motion.get("easing") or EASING)


def words_of(motion: Mapping[str, Any]) -> tuple[str, str]:
    """Its type and direction; the first direction where none is given."""
    kind = str(motion.get("type") or "zoom")
    return kind, str(motion.get("direction") or path.DIRECTIONS.get(kind, ("",))[0])
