"""A film goes on: the camera moves on over its last frame."""

from __future__ import annotations

from pathlib import Path

from studio.engine import Report, ignore, motion
from studio.engine.film import extract, join
from studio.engine.film.clip import FASTEST, look
from studio.engine.film.remake import even_size

# Of the work, the part that drawing the new frames is.
DRAWING = 0.7


def extend(
    source: Path, target: Path, *, seconds: float, strength: float, report: Report = ignore
) -> None:
    """Write the film and `seconds` more to `target`, an MP4: a zoom from the whole last frame into
    it, `strength` 1 (hardly moves) to 100. It is silent there. Frames of the film are copied where
    that is possible."""
    clip = look(source)
    frame, more = target.with_name("last-frame.png"), target.with_name("more.mp4")
    report(0.0, "reading")
    extract.still(source, frame, at=None, format="png")
    width, height = even_size(clip)
    motion.animate(
        frame,
        more,
        motion="zoom",
        direction="in",
        strength=strength,
        easing="ease-in-out",
        duration=seconds,
        width=width,
        height=height,
        fps=min(FASTEST, max(1, round(clip.fps))),
        format="mp4",
        report=lambda done, stage: report(done * DRAWING, stage),
    )
    join.join(
        [("The video", source), ("What follows", more)],
        target,
        transition="cut",
        report=lambda done, stage: report(DRAWING + done * (1 - DRAWING), stage),
    )
    frame.unlink()
    more.unlink()
