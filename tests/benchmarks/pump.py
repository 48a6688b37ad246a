"""Ten thousand open predictions: asked about every twenty seconds by one process, while some end
and land in the library; then the same while this computer renders as much as it can.

The provider is a fake in this process, with 100 ms to every answer. Reads /proc, so Linux only.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.common import table
from tests.cluster.harness import Studio, wait_for
from tests.fakes.parts import Prediction
from tests.fakes.plain import FakePlain

OPEN = 10_000
LATENCY = 0.1
SLICE = 80  # seconds, as in studio.pump
ENDS_EVERY = 1.0
RENDERS = 60
SAID = re.compile(r"asked (\d+) times, late by ([\d.]+) s \(median\), ([\d.]+) s")

FILL = f"""
from datetime import timedelta
from django.utils import timezone
from billing import services as billing
from billing.models import Account, CREDIT
from studio.models import Job, State
account = Account.objects.get()
billing.grant(account, {OPEN} * CREDIT, "grant:bench")
now = timezone.now()
jobs = [
    Job(account=account, operation="text-to-video", offer="plaincalm", provider="plaincalm",
        module="transform", title=f"wave {{n}}", params={{"prompt": "waves"}}, key=f"bench-{{n}}",
        fingerprint="-", quote=CREDIT, expected_cost=CREDIT, state=State.RUNNING, fence=1,
        attempts=1, started=now, deadline=now + timedelta(hours=1),
        next_at=now + timedelta(hours=1), provider_ref=f"run-{{n}}")
    for n in range({OPEN})
]
Job.objects.bulk_create(jobs, batch_size=500)
for job in jobs[:1000]:
    billing.hold(account, job.quote, job.origin)
"""

RENDER = f"""
from billing.models import Account
from studio import catalogue, jobs
offer = catalogue.all_offers()["local-title-card"]
operation = catalogue.operations()["text-to-video"]
defaults = {{p.name: p.default for p in offer.params(operation) if p.default is not None}}
for n in range({RENDERS}):
    params = defaults | {{"prompt": f"Frame {{n}}", "duration": 10}}
    jobs.create(account=Account.objects.get(), user=None, operation=operation, offer=offer,
                params=params, title=f"card {{n}}")
"""


@dataclass(frozen=True)
class Seen:
    """One slice: questions, seconds that they were late, and what the asking process took."""

    asked: int
    median: float
    most: float
    megabytes: float
    core: float


def run() -> None:
    with tempfile.TemporaryDirectory() as folder, FakePlain(seconds=None) as fake:
        fake.faults.slow = LATENCY
        now = time.monotonic()
        for n in range(OPEN):
            fake.predictions[f"run-{n}"] = Prediction(f"run-{n}", "plain", {}, now, None)
        variables = fake.variables() | {"EXTRA_PROVIDERS": "tests.fakes.plain.calm"}
        with Studio(Path(folder) / "studio", **variables) as studio:
            studio.manage("shell", "-c", FILL)
            _measure(studio, Ender(fake))


def _measure(studio: Studio, ender: Ender) -> None:
    studio.start()
    ender.start()
    _slice(studio)  # everything is asked about for the first time, and told how far it is
    idle = min(_private(pid) for pid in _engine(studio))
    alone = _slice(studio)
    studio.manage("shell", "-c", RENDER)
    beside = _slice(studio)
    ender.over.set()
    ended = ender.ended
    saved = "SELECT count(*) FROM studio_job WHERE offer = 'plaincalm' AND state = 'succeeded'"
    wait_for(lambda: studio.rows(saved)[0][0] >= ended, 60, "the last result")
    _print(alone, beside, idle, ended)


def _slice(studio: Studio) -> Seen:
    """Wait for the next slice of the pump to end."""
    before, begin, said = _ticks(studio), time.monotonic(), len(SAID.findall(studio.output))
    memory = 0.0
    while len(SAID.findall(studio.output)) <= said:
        assert time.monotonic() < begin + 3 * SLICE, studio.output[-2000:]
        memory = max(memory, max(_resident(pid) for pid in _engine(studio)))
        time.sleep(1)
    asked, median, most = SAID.findall(studio.output)[said]
    used = (_ticks(studio) - before) / (time.monotonic() - begin)
    return Seen(int(asked), float(median), float(most), memory, used)


def _print(alone: Seen, beside: Seen, idle: float, ended: int) -> None:
    name = f"{OPEN:,} open, asked every 20 s, {alone.asked / SLICE:.0f} questions a second"
    worker = idle * OPEN
    table(
        "Work elsewhere",
        [
            (f"{name}: late, median", f"{alone.median:.2f} s", "-", "-", "-"),
            ("late, 95 of 100", f"{alone.most:.2f} s", "-", "-", "< 3 s"),
            (
                "the same while this computer renders",
                f"{beside.most:.2f} s",
                f"{alone.most:.2f} s",
                f"{beside.most / max(alone.most, 0.01):.1f}",
                "< 2, or < 3 s",
            ),
            (
                "memory of the asking process; peer: a worker of the queue for each",
                f"{max(alone.megabytes, beside.megabytes):.0f} MB",
                f"{worker / 1024:.0f} GB ({idle:.1f} MB each)",
                f"{worker / alone.megabytes:.0f}",
                "< 150 MB",
            ),
            (
                "one core, alone and while rendering",
                f"{alone.core:.2f}, {beside.core:.2f}",
                "-",
                "-",
                "-",
            ),
            ("ended meanwhile, and saved in the library", f"{ended}", "-", "-", "all"),
        ],
    )


class Ender(threading.Thread):
    """Has one prediction end every second."""

    def __init__(self, fake: FakePlain) -> None:
        super().__init__(daemon=True)
        self.fake, self.over, self.ended = fake, threading.Event(), 0

    def run(self) -> None:
        while not self.over.wait(ENDS_EVERY):
            self.fake.end(f"run-{self.ended}")
            self.ended += 1


def _engine(studio: Studio) -> list[int]:
    return [p.pid for p in studio.children(studio.sentinel("engine"))]


def _ticks(studio: Studio) -> float:
    """Processor seconds of the cluster that asks."""
    stats = (Path(f"/proc/{pid}/stat").read_text() for pid in _engine(studio))
    return sum(sum(map(int, text.rpartition(")")[2].split()[11:13])) for text in stats) / 100


def _rollup(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def _resident(pid: int) -> float:
    return _rollup(pid, "Rss:")


def _private(pid: int) -> float:
    """Megabytes that it shares with nobody."""
    return _rollup(pid, "Private_")
