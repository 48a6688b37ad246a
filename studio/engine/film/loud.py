"""Loudness after EBU R128: measured once, then turned to a target by one gain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import av
from av.filter import Graph

from studio.engine import EngineError
from studio.engine.encode import SAMPLE_RATE
from studio.engine.film.sound import Pieces, as_frames, filtered, louder

SILENT = -69.0
"""LUFS at which FFmpeg's meter, which begins at -70, has heard nothing."""
CEILING = -1.0
"""Decibels below full scale that peaks keep."""


@dataclass(frozen=True)
class Loudness:
    """The whole of a sound, in LUFS."""

    integrated: float


def measured(parts: Pieces) -> Loudness:
    """Hear all of it with FFmpeg's meter."""
    graph = Graph()
    entry = graph.add_abuffer(
        format="fltp", sample_rate=SAMPLE_RATE, layout="stereo", time_base=Fraction(1, SAMPLE_RATE)
    )
    meter, leave = graph.add("ebur128", "metadata=1:framelog=quiet"), graph.add("abuffersink")
    entry.link_to(meter)
    meter.link_to(leave)
    graph.configure()
    found = Loudness(-70.0)
    for frame in as_frames(parts):
        entry.push(frame)
        found = _heard(leave.pull, found)
    entry.push(None)
    return _heard(leave.pull, found)


def _heard(pull: Callable[[], object], found: Loudness) -> Loudness:
    while True:
        try:
            frame = pull()
        except (av.BlockingIOError, av.EOFError):
            return found
        said = frame.metadata  # type: ignore[attr-defined]
        if "lavfi.r128.I" in said:
            found = Loudness(float(said["lavfi.r128.I"]))


def leveled(again: Callable[[], Pieces], target: float) -> Pieces:
    """The sound that `again` gives, as loud as `target` (LUFS). Two passes: one to hear it, one to
    turn it."""
    found = measured(again()).integrated
    if found <= SILENT:
        raise EngineError(
            "The video is silent, so its loudness cannot be changed. Choose another, or give it "
            "a sound."
        )
    return turned(again(), target - found)


def turned(parts: Pieces, gain: float) -> Pieces:
    """Louder by so many decibels, and peaks held below CEILING by a limiter that looks ahead."""
    limit = 10 ** (CEILING / 20)
    options = f"limit={limit:.4f}:attack=5:release=50:level=false:latency=true"
    return filtered(louder(parts, gain), ("alimiter", options))
