"""A written video opened again: nothing is believed that was only asked for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from studio.engine import EngineError
from studio.engine.film import sound
from studio.engine.film.clip import FASTEST, Clip, look, opened
from studio.engine.film.loud import SILENT, measured
from studio.engine.social_film.wanted import Wanted
from studio.engine.weight import weight

PIXELS = "yuv420p"


@dataclass(frozen=True)
class Proof:
    """seconds: of the longer of picture and sound. loudness: LUFS, None where nothing is heard."""

    width: int
    height: int
    seconds: float
    bytes: int
    loudness: float | None
    checked: tuple[str, ...]


def proved(path: Path, wanted: Wanted, heard: bool) -> Proof:
    """Read the file. `heard`: whether it should have sound.

    Raises EngineError with what is wrong with it.
    """
    clip, size = look(path, f"The file for {wanted.key}"), path.stat().st_size
    seconds = length_of(clip)
    limit = seconds if wanted.seconds is None else Fraction(str(wanted.seconds))
    most = size if wanted.bytes is None else wanted.bytes
    checks = {
        f"{clip.width} × {clip.height} px": (clip.width, clip.height) == wanted.size,
        f"{float(seconds):.3f} s": seconds <= limit,
        weight(size): size <= most,
        f"{clip.codec}, {clip.pixels}": (clip.codec, clip.pixels) == ("h264", PIXELS),
        "MP4, begins at once": "mp4" in clip.format and begins_at_once(path),
        "upright, square pixels": clip.turn == 0 and clip.stretch == 1,
        f"{float(clip.fps):.2f} frames a second": clip.fps <= FASTEST,
        "with sound" if clip.sound else "without sound": clip.sound == heard,
        "sound in AAC" if clip.sound else "": _codec(clip) in ("aac", ""),
    }
    wrong = [name for name, right in checks.items() if not right]
    if wrong:
        raise EngineError(
            f"The file for {wanted.key} was written but is not as it was asked for: "
            f"{', '.join(wrong)}. Try again, or choose another video."
        )
    return Proof(*wanted.size, float(seconds), size, loudness_of(clip), tuple(filter(None, checks)))


def loudness_of(clip: Clip) -> float | None:
    if not clip.sound:
        return None
    found = measured(sound.of(clip.path, clip.name, clip.origin, clip.seconds)).integrated
    return found if found > SILENT else None


def length_of(clip: Clip) -> Fraction:
    """Seconds until picture and sound are over, as the file says."""
    found = clip.seconds
    with opened(clip.path, clip.name) as container:
        for stream in container.streams:
            if isinstance(stream, av.AudioStream) and stream.duration and stream.time_base:
                found = max(found, (stream.start_time or 0) + stream.duration * stream.time_base)
    return found


def _codec(clip: Clip) -> str:
    with opened(clip.path, clip.name) as container:
        return next((s.codec_context.name for s in container.streams.audio), "")


def begins_at_once(path: Path) -> bool:
    """Whether the index stands before the pictures (ISO/IEC 14496-12: moov before mdat)."""
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, kind = int.from_bytes(head[:4], "big"), head[4:]
            if kind in (b"moov", b"mdat"):
                return kind == b"moov"
            if size < 8:
                return False
            file.seek(size - 8, 1)
    return False
