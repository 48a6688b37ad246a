"""What the processes cost, how soon they are there, and how soon again after a kill.

The peer is a plain `manage.py qcluster` with django-q's own defaults on the same database.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.common import table
from tests.cluster.harness import ROOT, Studio, wait_for

IDLE_SECONDS = 20
STARTS = 3
PATIENCE = 30

PLAIN = """
from config.settings import *
Q_CLUSTER = {"name": "engine", "orm": "default", "workers": 4, "timeout": 60, "retry": 240}
LOGGING["root"]["level"] = "CRITICAL"
"""

# Sends tasks at odd times and prints after how many milliseconds each one ran.
SEND = """
import random, time
from django.utils import timezone
from django_q.tasks import async_task
from studio.models import Beat
sent = {}
for number in range(60):
    name = f"sample-{number}"
    sent[name] = timezone.now()
    async_task("studio.tasks.beat", name, cluster="engine")
    time.sleep(random.uniform(0.15, 0.35))
time.sleep(2)
for beat in Beat.objects.filter(name__in=sent):
    print((beat.seen - sent[beat.name]).total_seconds() * 1000)
"""


def run() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        studio = stack.enter_context(Studio(Path(folder) / "studio"))
        starts = [_start_and_stop(studio) for _ in range(STARTS)]
        studio.start()
        memory, load = _memory(studio), _load(studio)
        delays = _delays(studio)
        healed = _heal(studio)
        studio.stop()
        with _plain_cluster(studio) as cluster:
            plain_delays = _delays(studio)
            plain_healed = _heal_plain(cluster, studio)
    ours, plain = statistics.median(delays), statistics.median(plain_delays)
    table(
        "Processes",
        [
            ("start to ready", f"{statistics.median(starts):.1f} s", "-", "-", "≤ 5 s"),
            (
                "a task is put in until it runs, median",
                f"{ours:.0f} ms",
                f"{plain:.0f} ms",
                f"{plain / ours:.1f}",
                "≤ 150 ms",
            ),
            (
                "the same, 95 of 100",
                f"{_p95(delays):.0f} ms",
                f"{_p95(plain_delays):.0f} ms",
                f"{_p95(plain_delays) / _p95(delays):.1f}",
                "-",
            ),
            (
                "next task after all waiting workers were killed",
                healed,
                plain_healed,
                "-",
                "≤ 15 s",
            ),
            ("memory of all processes, idle (PSS)", f"{memory:.0f} MB", "-", "-", "-"),
            ("one core, idle", f"{load:.1%}", "-", "-", "≤ 5 %"),
        ],
    )


def _start_and_stop(studio: Studio) -> float:
    begin = time.monotonic()
    studio.start()
    seconds = time.monotonic() - begin
    studio.stop()
    return seconds


def _memory(studio: Studio) -> float:
    """Megabytes; what processes share is counted once."""
    files = [Path(f"/proc/{p.pid}/smaps_rollup").read_text() for p in studio.processes()]
    lines = (line.split() for file in files for line in file.splitlines())
    return sum(int(words[1]) for words in lines if words[0] == "Pss:") / 1024


def _load(studio: Studio) -> float:
    """Share of one core while nobody asks for anything."""
    before = _ticks(studio)
    time.sleep(IDLE_SECONDS)
    return (_ticks(studio) - before) / os.sysconf("SC_CLK_TCK") / IDLE_SECONDS


def _ticks(studio: Studio) -> int:
    stats = (Path(f"/proc/{p.pid}/stat").read_text() for p in studio.processes())
    return sum(sum(map(int, text.rpartition(")")[2].split()[11:13])) for text in stats)


def _delays(studio: Studio) -> list[float]:
    return [float(line) for line in studio.manage("shell", "-v0", "-c", SEND).stdout.split()]


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _heal(studio: Studio) -> str:
    for pid in studio.workers("engine", 1):
        os.kill(pid, signal.SIGKILL)
    time.sleep(1)  # what was under way has come through
    return f"{1 + studio.wait_beat('engine', PATIENCE):.0f} s"


@contextmanager
def _plain_cluster(studio: Studio) -> Iterator[int]:
    settings = studio.folder / "plain_settings.py"
    settings.write_text(PLAIN)
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "qcluster", "--skip-checks"],
        env=studio.environment
        | {"PYTHONPATH": f"{ROOT}:{studio.folder}", "DJANGO_SETTINGS_MODULE": settings.stem},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _family(studio, process.pid), what="the plain cluster")
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _family(studio: Studio, leader: int) -> list[int]:
    """Its four workers, monitor and pusher."""
    guard = studio.children(leader)
    found = [p.pid for p in studio.children(guard[0].pid)] if guard else []
    return found if len(found) == 6 else []


def _heal_plain(cluster: int, studio: Studio) -> str:
    for pid in _family(studio, cluster)[:4]:
        os.kill(pid, signal.SIGKILL)
    time.sleep(1)
    studio.manage(
        "shell",
        "-v0",
        "-c",
        "from django_q.tasks import async_task\n"
        "async_task('studio.tasks.beat', 'after', cluster='engine')",
    )
    begin = time.monotonic()
    try:
        wait_for(lambda: studio.rows("SELECT 1 FROM studio_beat WHERE name = 'after'"), PATIENCE)
    except AssertionError:
        return f"not within {PATIENCE} s"
    return f"{time.monotonic() - begin:.0f} s"
