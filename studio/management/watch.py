"""Watching a batch from a terminal: one bar of its states, or lines where nobody looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TextIO

from studio import batches
from studio.models import Batch, BatchState, RowState

WIDTH = 40
TICK = 1.0
LINE_EVERY = 10.0  # seconds between two lines
ETA_EVERY = 5.0
# What of the bar is which state, in its order.
SIGNS = (
    ("done", "█"),
    ("failed", "x"),
    ("canceled", "-"),
    ("running", "▒"),
    ("waiting", "░"),
)
# Nothing happens any more until somebody decides.
OVER = (BatchState.DONE, BatchState.CANCELED)


def of_work(counts: Mapping[str, int]) -> dict[str, int]:
    """The rows that were begun, by state."""
    return {name: counts.get(name, 0) for name, _ in SIGNS}


def is_over(batch: Batch) -> bool:
    return batch.state == BatchState.STOPPED or (batch.state in OVER and batch.ended is not None)


def bar(counts: Mapping[str, int], width: int = WIDTH) -> str:
    """Each state as long as its share; whatever there is of one is seen."""
    known = of_work(counts)
    total = sum(known.values())
    if not total:
        return "░" * width
    lengths = {n: max(1, round(width * count / total)) for n, count in known.items() if count}
    # What was rounded up, or is seen though it is little, comes off the longest.
    longest = max(lengths, key=lambda name: lengths[name])
    lengths[longest] += width - sum(lengths.values())
    return "".join(sign * lengths.get(name, 0) for name, sign in SIGNS)


def told(counts: Mapping[str, int]) -> str:
    """“120 of 300 done, 2 failed, 2 running”."""
    known = of_work(counts)
    total = sum(known.values())
    rest = [f"{known[n]:,} {n}" for n in ("failed", "canceled", "running") if known[n]]
    return ", ".join([f"{known[RowState.DONE]:,} of {total:,} done", *rest])


def about(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


@dataclass
class Watch:
    """Looks again and again until the batch is over. `is_terminal`: somebody sees the bar."""

    batch: Batch
    out: TextIO
    is_terminal: bool
    sleep: Callable[[float], None] = time.sleep
    _last: str = ""
    _at: float = float("-inf")
    _eta: str = ""
    _eta_at: float = float("-inf")

    def run(self) -> dict[str, int]:
        """How it ended, by state."""
        while True:
            self.batch.refresh_from_db()
            over = is_over(self.batch)
            counts = batches.counts(self.batch)
            self._show(counts, over)
            if over:
                return of_work(counts)
            self.sleep(TICK)

    def _show(self, counts: Mapping[str, int], over: bool) -> None:
        words = told(counts)
        if self.batch.state in (BatchState.PAUSED, BatchState.SCHEDULED):
            words += f", {self.batch.state}"
        now = time.monotonic()
        if self.is_terminal:
            left = "" if over else self._left(now)
            # The rest of a longer line before it is wiped out.
            self.out.write(f"\r{bar(counts)} {words}{left}\x1b[K" + ("\n" if over else ""))
        elif words != self._last and (over or now - self._at >= LINE_EVERY):
            self._last, self._at = words, now
            self.out.write(words + "\n")
        self.out.flush()

    def _left(self, now: float) -> str:
        if now - self._eta_at >= ETA_EVERY:
            found, self._eta_at = batches.eta(self.batch), now
            self._eta = f", about {about(found.usual)} left" if found else ""
        return self._eta
