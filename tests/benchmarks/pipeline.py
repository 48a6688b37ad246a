"""How soon something happens after the press of the button, through the whole running studio."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from tests.benchmarks.common import table
from tests.cluster.harness import Studio
from tests.cluster.person import Person

PRESSES = 20
BIG = {"width": "1080", "height": "1080", "duration": "5", "fps": "30"}
LOOK = 0.02  # seconds between two looks

Moments = dict[str, float]


def run() -> None:
    with tempfile.TemporaryDirectory() as folder, Studio(Path(folder) / "studio") as studio:
        person = Person(studio.start())
        person.wait(person.order().json()["id"])
        pressed = [_press(person) for _ in range(PRESSES)]
    table(
        "A 5 s video at 1080×1080 from the press on, over the API, medians (95th percentile)",
        [
            _row("the answer that it is accepted", pressed, "accepted", "–"),
            _row("the render has started", pressed, "started", "–"),
            _row("accepted to started", pressed, "queue", "p50 < 0.25 s"),
            _row("the first progress can be seen", pressed, "progress", "< 0.5 s"),
            _row("the video is in the library", pressed, "done", "–"),
        ],
    )


def _press(person: Person) -> Moments:
    """Seconds from sending a picture until each thing can be seen from outside."""
    begin = time.monotonic()
    job_id = person.order(**BIG).json()["id"]
    seen: Moments = {"accepted": time.monotonic() - begin}
    while "done" not in seen:
        job = person.job(job_id)
        now = time.monotonic() - begin
        if job["state"] != "queued":
            seen.setdefault("started", now)
        if job["progress"] is not None or job["state"] == "succeeded":
            seen.setdefault("progress", now)
        if job["state"] == "succeeded":
            seen["done"], seen["queue"] = now, job["waited_seconds"]
        time.sleep(LOOK)
    return seen


def _row(
    name: str, pressed: list[Moments], moment: str, promised: str
) -> tuple[str, str, str, str, str]:
    seconds = sorted(moments[moment] for moments in pressed)
    late = seconds[round(0.95 * (len(seconds) - 1))]
    return name, f"{statistics.median(seconds):.2f} s ({late:.2f})", "–", "–", promised
