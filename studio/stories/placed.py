"""Where shots lie on the track of their story."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.stories.board import Board

SHORTEST = 0.1
"""Seconds of a cut."""


def laid(board: Board) -> tuple[float, list[float]] | None:
    """Of shots that lie on the track: the seconds before the first, and of each until the next
    begins, so that a pause does not move what follows. None where they do not lie in order."""
    if not (board.story.paced and board.story.track_id and board.shots):
        return None
    begins = [view.shot.facts.get("start") for view in board.shots]
    last = _last(board)
    marks = [float(mark) for mark in (*begins, last) if mark is not None]
    lengths = [round(b - a, 3) for a, b in pairwise(marks)]
    if len(marks) != len(board.shots) + 1 or min(lengths) <= 0:
        return None
    return (marks[0] if marks[0] >= SHORTEST else 0.0), _with_lead(lengths, marks[0])


def _last(board: Board) -> float | None:
    """Where the last shot ends. One that speaks a part of the track is seen until the track ends:
    nothing that is said after it is lost."""
    view = board.shots[-1]
    said, track = view.shot.facts.get("end"), board.story.track
    end = None if said is None else float(said)
    if end is None or track is None or view.shot.voice_id != track.pk:
        return end
    return max(end, track.duration or 0.0)


def _with_lead(lengths: list[float], lead: float) -> list[float]:
    """A moment that is too short for a cut of its own belongs to the first shot."""
    return lengths if lead >= SHORTEST else [round(lengths[0] + lead, 3), *lengths[1:]]
