"""Another sound for a film, or the same one treated: replaced, mixed, faded, muted, leveled."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from studio.engine import EngineError, Report, ignore
from studio.engine.film import sound
from studio.engine.film.clip import Clip, look
from studio.engine.film.loud import leveled
from studio.engine.film.remake import sound_of, with_sound
from studio.engine.film.sound import Pieces

WAYS = ("keep", "replace", "mix", "mute")


@dataclass(frozen=True)
class Wish:
    """way: keep the own sound, replace it by `audio`, mix `audio` under it, or mute.
    own, new: decibels of the two. fades: seconds. loudness: LUFS; None leaves it."""

    way: str = "keep"
    audio: Path | None = None
    own: float = 0.0
    new: float = 0.0
    fade_in: float = 0.0
    fade_out: float = 0.0
    loudness: float | None = None


def change(source: Path, target: Path, wish: Wish, report: Report = ignore) -> None:
    """Write the film with that sound; its picture is copied."""
    clip = look(source)
    report(0.0, "reading")
    if wish.way == "keep" and not clip.sound:
        raise EngineError("The video has no sound. Choose another, or give it one.")
    track: Pieces | None = None
    if wish.way != "mute":
        track = _faded(clip, wish) if wish.loudness is None else _leveled(clip, wish)
    with_sound(clip, target, track, report)


def _leveled(clip: Clip, wish: Wish) -> Pieces:
    """Loudness is that of what is heard, so fades come before."""
    assert wish.loudness is not None
    total = sound.count(clip.seconds)
    return sound.pieces(leveled(lambda: _faded(clip, wish), wish.loudness), total)


def _faded(clip: Clip, wish: Wish) -> Pieces:
    rise, fall = (sound.count(Fraction(s)) for s in (wish.fade_in, wish.fade_out))
    return sound.faded(_sources(clip, wish), sound.count(clip.seconds), rise, fall)


def _sources(clip: Clip, wish: Wish) -> Pieces:
    own = sound_of(clip) or sound.still(clip.seconds)
    if wish.way == "keep":
        return sound.louder(own, wish.own) if wish.own else own
    assert wish.audio is not None
    new = sound.louder(sound.of(wish.audio, "Sound", Fraction(0), clip.seconds), wish.new)
    return new if wish.way == "replace" else sound.mixed(sound.louder(own, wish.own), new)
