"""Ten thousand open predictions: asked about every twenty seconds by one process, while some end
and land in the library; then the same while this computer renders as much as it can.

The provider is a fake in this process, with 100 ms to every answer.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
from pathlib import Path

from tests.benchmarks.common import table
from tests.cluster.harness import Studio, wait_for
from tests.fakes.parts import Prediction
from tests.fakes.plain import FakePlain

OPEN = 3_000
EVERY = 20
LATENCY = 0.1
SLICE = 100  # seconds, as in studio.pump
ENDS_EVERY = 1.0
SAID = re.compile(r"asked (\d+) times, late by ([\d.]+) s \(median\), ([\d.]+) s")

FILL = """
from datetime import timedelta
from django.utils import timezone
from billing import services as billing
from billing.models import Account, CREDIT
from studio.models import Job, State
account = Account.objects.get()
billing.grant(account, {count} * 10 * CREDIT, "grant:bench")
now = timezone.now()
jobs = [
    Job(account=account, operation="text-to-video", offer="plaincalm", provider="plaincalm",
        module="transform", title=f"wave {{n}}", params={{"prompt": "waves"}}, key=f"bench-{{n}}",
        fingerprint="-", quote=10 * CREDIT, expected_cost=10 * CREDIT, state=State.RUNNING,
        fence=1, attempts=1, started=now, deadline=now + timedelta(hours=1),
        next_at=now + timedelta(hours=1), provider_ref=f"run-{{n}}")
    for n in range({count})
]
Job.objects.bulk_create(jobs, batch_size=500)
for job in jobs[:{paid}]:
    billing.hold(account, job.quote, job.origin)
"""

RENDER = """
from assets.models import Asset
from billing.models import Account
from studio import catalogue, jobs
offer = catalogue.all_offers()["local-title-card"]
operation = catalogue.operations()["text-to-video"]
defaults = {{p.name: p.default for p in offer.params(operation) if p.default is not None}}
for n in range({count}):
    params = defaults | {{"prompt": f"Frame {{n}}", "width": 1280, "height": 720, "duration": 10}}
    jobs.create(account=Account.objects.get(), user=None, operation=operation, offer=offer,
                params=params, title=f"card {{n}}")
"""


def run() -> None:
    with tempfile.TemporaryDirectory() as folder, FakePlain(seconds=None) as fake:
        fake.faults.slow = LATENCY
        now = time.monotonic()
        for n in range(OPEN):
            fake.predictions[f"run-{n}"] = Prediction(f"run-{n}", "plain", {}, now, None)
        variables = fake.variables() | {"EXTRA_PROVIDERS": "tests.fakes.plain.calm"}
        with Studio(Path(folder) / "studio", **variables) as studio:
            studio.manage("shell", "-c", FILL.format(count=OPEN, paid=OPEN // 10))
            _measure(studio, fake)


def _measure(studio: Studio, fake: FakePlain) -> None:
    ender = Ender(fake)
    studio.start()
    ender.start()
    rows = []
    seen = 0
    wait_for(lambda: len(_said(studio)) > 0, SLICE * 2, "the first slice")  # the burst at the start
    seen = len(_said(studio))
    for name, renders in (("alone", 0), ("while this computer renders", 40)):
        if renders:
            studio.manage("shell", "-c", RENDER.format(count=renders))
        before, begin = _used(studio), time.monotonic()
        wait_for(lambda: len(_said(studio)) > seen, SLICE * 2, "a slice")  # noqa: B023
        asked, median, most = _said(studio)[seen]
        seen += 1
        pid, memory = max(_memories(studio), key=lambda found: _cpu(found[0]))
        core = (_used(studio) - before) / (time.monotonic() - begin)
        rows.append((name, asked, median, most, memory, core, pid))
    ender.over.set()
    time.sleep(8)
    saved = studio.rows("SELECT count(*) FROM assets_asset WHERE kind = 'video'")[0][0]
    _print(rows, saved, ender.ended)
    Path("/tmp/bench_out.txt").write_text(studio.output)


def _print(rows: list[tuple], saved: int, ended: int) -> None:  # type: ignore[type-arg]
    print(rows, saved, ended)


class Ender(threading.Thread):
    """Has one prediction end every second."""

    def __init__(self, fake: FakePlain) -> None:
        super().__init__(daemon=True)
        self.fake, self.over, self.ended = fake, threading.Event(), 0

    def run(self) -> None:
        while not self.over.wait(ENDS_EVERY):
            self.fake.end(f"run-{self.ended}")
            self.ended += 1


def _said(studio: Studio) -> list[tuple[int, float, float]]:
    found = SAID.findall(studio.output)
    return [(int(asked), float(median), float(most)) for asked, median, most in found]


def _engine(studio: Studio) -> list[int]:
    return [p.pid for p in studio.children(studio.sentinel("engine"))]


def _cpu(pid: int) -> float:
    text = Path(f"/proc/{pid}/stat").read_text()
    return sum(map(int, text.rpartition(")")[2].split()[11:13])) / 100


def _used(studio: Studio) -> float:
    return sum(_cpu(pid) for pid in _engine(studio))


def _memories(studio: Studio) -> list[tuple[int, float]]:
    found = []
    for pid in _engine(studio):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        words = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
        found.append((pid, words["Rss:"] / 1024))
    return found


if __name__ == "__main__":
    run()
