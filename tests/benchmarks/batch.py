"""A sheet of ten thousand rows: checked and priced, admitted, looked at, and taken back; on SQLite
and, if there is one, PostgreSQL. BATCH_ROWS says another number of rows."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests import needs
from tests.benchmarks.common import MEDIA, table

ROWS = int(os.environ.get("BATCH_ROWS", "10000"))
PROMISED = {
    "create from the sheet": "",
    "check and price": f"{ROWS:,} rows < 10 s",
    "the plan": "",
    "admit": f"{ROWS:,} rows < 20 s",
    "a look: counts, a page of rows, eta": "< 150 ms",
    "whose turn it is": "",
    "one job ends": "",
    "the results as a table": "",
    "cancel the rest": "",
    "the plan of three steps": "< 60 ms",
    "whether the trash may take a file, of so many open jobs": "< 30 ms",
}


def run() -> None:
    told: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        for name, env in _databases(stack).items():
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.batch"],
                env=env,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            told[name] = json.loads(done.stdout.splitlines()[-1])
    rows = [
        (case, *(_spelled(measured[case]) for measured in told.values()), PROMISED[case])
        for case in PROMISED
    ]
    title = f"A batch of {ROWS:,} rows: seconds (of this processor), MB more, statements"
    table(title, rows, ("case", *told, "promised"))


def _databases(stack: ExitStack) -> dict[str, dict[str, str]]:
    def fresh() -> dict[str, str]:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        return {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_DIR": folder,
            "LOG_LEVEL": "ERROR",
        }

    base = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    found = {"SQLite": base | fresh()}
    if problem := needs.postgres_problem():
        print(f"PostgreSQL is left out: {problem}")
    else:
        address = stack.enter_context(needs.new_postgres())
        found["PostgreSQL"] = base | fresh() | {"DATABASE_URL": address}
    return found


def _spelled(measured: list[float]) -> str:
    seconds, own, memory, statements = measured
    return f"{seconds:.3f} ({own:.3f}) / {memory:.0f} / {statements:.0f}"


# --- in a process of its own, on that database --------------------------------------------------


@dataclass(frozen=True)
class Line:
    line: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    columns: tuple[str, ...]
    rows: list[Line]
    notes: tuple[str, ...] = ()


def _measure(work: Callable[[], Any]) -> tuple[list[float], Any]:
    from django.db import connection

    count = 0

    def counted(execute: Any, *said: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*said)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, processor = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(counted):
        result = work()
    took = time.perf_counter() - begun
    own = time.process_time() - processor
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return [took, own, memory, count], result


def _sheet() -> Sheet:
    columns = ("picture", "move", "strength", "seconds", "note")
    moves = ("Zoom", "pan", "none")
    rows = [
        Line(
            n + 2, (f"astronaut-{n % 50}", moves[n % 2], str(n % 100 + 1), f"{n % 9 + 1}", f"n {n}")
        )
        for n in range(ROWS)
    ]
    return Sheet(columns, rows)


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(dict(_cases())))


def _cases() -> Any:
    from assets import services as assets
    from billing.models import Account, User
    from studio import batches, jobs
    from studio.jobs import needed
    from studio.jobs.state import end
    from studio.models import BatchRow, Job, State

    user = User.objects.create_user("bench")
    account = Account.objects.create(name="bench")
    for number in range(50):
        path = MEDIA / "astronaut.jpg"
        assets.ingest(path, account=account, filename=f"astronaut-{number}.jpg", user=user)
    mapping = {"picture": "image", "move": "motion", "strength": "strength", "seconds": "duration"}
    steps = [{"operation": "image-to-video", "offer": "local-motion"}]

    def create() -> Any:
        return batches.create(account, user, "bench", _sheet(), steps=steps, mapping=mapping)

    took, batch = _measure(create)
    yield "create from the sheet", took
    yield "check and price", _measure(lambda: batches.check(batch))[0]
    wrong = BatchRow.objects.filter(batch=batch).exclude(state="ready").first()
    assert wrong is None, wrong.problems
    took, plan = _measure(lambda: batches.plan(batch))
    yield "the plan", took
    yield "admit", _measure(lambda: batches.start(batch, user, agreed=plan.shown, key="bench"))[0]

    def look() -> Any:
        rows = BatchRow.objects.filter(batch=batch).defer("work")
        return batches.counts(batch), list(rows[5000:5050]), batches.eta(batch)

    jobs.dispatch()
    yield "a look: counts, a page of rows, eta", _measure(look)[0]
    yield "whose turn it is", _measure(jobs.dispatch)[0]
    job = Job.objects.filter(batch=batch, waits=False).first()
    assert job
    Job.objects.filter(pk=job.pk).update(state=State.FETCHING)
    job.refresh_from_db()
    yield "one job ends", _measure(lambda: end(job, State.SUCCEEDED))[0]
    yield "the results as a table", _measure(lambda: sum(1 for _ in batches.results(batch)))[0]
    file = str(job.params["image"])
    yield (
        "whether the trash may take a file, of so many open jobs",
        _measure(lambda: needed.held([UUID(file)]))[0],
    )
    yield "cancel the rest", _measure(lambda: batches.cancel_rest(batch))[0]
    chain = [
        {"operation": "upscale", "params": {"size": "2x"}},
        {"operation": "watermark", "params": {"text": "bench"}},
        *steps,
    ]
    later = {column: name if name == "image" else f"3.{name}" for column, name in mapping.items()}
    long = batches.create(account, user, "chain", _sheet(), steps=chain, mapping=later)
    batches.check(long)
    yield "the plan of three steps", _measure(lambda: batches.plan(long))[0]


if __name__ == "__main__":
    main()
