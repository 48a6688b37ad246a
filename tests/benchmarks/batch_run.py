"""A batch from its start to its end in a studio of real processes: how fast its rows are done, what
the processes hold, and what others notice meanwhile. BATCH_RUN_ROWS says how many rows. Linux only.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.common import table
from tests.cluster.harness import ROOT, Studio
from tests.cluster.person import Person

ROWS = int(os.environ.get("BATCH_RUN_ROWS", "10000"))
LOOK_EVERY = 5.0  # seconds
SINGLES = 10
ALONE = json.dumps(
    {"operation": "background", "params": {"width": 64, "height": 64, "pattern": "mesh"}}
)


def run() -> None:
    if not Path("/proc/self/smaps_rollup").exists():
        print("Left out: memory is read from /proc.")
        return
    with tempfile.TemporaryDirectory() as folder, Studio(Path(folder) / "studio") as studio:
        studio.start()
        _watch(studio)


def _watch(studio: Studio) -> None:
    person = Person(studio)
    idle = _memory(studio)
    batch = _hand(studio, f"batch local-background {ROWS}")
    begun, looks, memory, singles = time.monotonic(), [], [], []
    while (told := _look(person, batch, looks))["state"] == "running":
        memory.append(_memory(studio))
        done = told["rows"].get("done", 0)
        if len(singles) < SINGLES and done >= len(singles) * ROWS / (SINGLES + 2):
            singles.append(_alone(person))
        time.sleep(LOOK_EVERY)
    took = time.monotonic() - begun
    waits = [_waited(person.wait(pk)) for pk in singles]
    assert (told["state"], told["rows"]["done"]) == ("done", ROWS), told
    table(
        f"A batch of {ROWS:,} small pictures, to its end",
        [
            ("rows a second", f"{ROWS / took:.1f} ({took:.0f} s)", ""),
            ("a look by the API: half of them, the slowest", _span(looks), "< 0.150 s"),
            ("a single job waits: half of them, the longest", _span(waits), "starts before"),
            (
                "memory of all processes: idle, first fifth, last fifth, most",
                _grown(idle, memory),
                "does not grow",
            ),
        ],
        ("case", "measured", "promised"),
    )


def _hand(studio: Studio, line: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.hand", line],
        cwd=ROOT,
        env=studio.environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _look(person: Person, batch: str, looks: list[float]) -> dict[str, Any]:
    before = time.monotonic()
    answer = person.call("GET", f"batches/{batch}/")
    looks.append(time.monotonic() - before)
    found: dict[str, Any] = answer.json()
    return found


def _alone(person: Person) -> str:
    headers = {"Content-Type": "application/json"}
    answer = person.call("POST", "jobs/", data=ALONE.encode(), headers=headers)
    assert answer.status == 201, answer
    return str(answer.json()["id"])


def _waited(job: dict[str, Any]) -> float:
    queued, started = (datetime.fromisoformat(job[name]) for name in ("queued_at", "started_at"))
    return (started - queued).total_seconds()


def _memory(studio: Studio) -> float:
    """Megabytes; what processes share is counted once."""
    total = 0
    for process in studio.processes():
        try:
            lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has just ended
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def _span(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.3f}, {max(seconds):.3f} s"


def _grown(idle: float, seen: list[float]) -> str:
    fifth = max(len(seen) // 5, 1)
    first, last = (statistics.median(some) for some in (seen[:fifth], seen[-fifth:]))
    return f"{idle:.0f}, {first:.0f}, {last:.0f}, {max(seen):.0f} MB"
