"""A sheet as it comes out of a file, what became of a batch, and its work done by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from billing.models import Account
from studio import jobs
from studio.jobs.state import end
from studio.models import Batch, BatchNews, BatchRow, Job, State
from tests.studio.turning import hints


@dataclass(frozen=True)
class Line:
    line: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    rows: Sequence[Line]
    notes: tuple[str, ...] = ()


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    return Table(tuple(columns), [Line(at, tuple(row)) for at, row in enumerate(rows, start=2)])


def states(batch: Batch) -> list[str]:
    rows = BatchRow.objects.filter(batch=batch).order_by("number")
    return list(rows.values_list("state", flat=True))


def problems(batch: Batch) -> dict[int, list[tuple[str, str]]]:
    rows = BatchRow.objects.filter(batch=batch).exclude(problems=[]).order_by("number")
    return {r.number: [(p["column"], p["message"]) for p in r.problems] for r in rows}


def at_work(batch: Batch) -> list[int]:
    """The numbers of the rows of which something is at work once all hints are out, in order."""
    jobs.dispatch()
    live = Job.objects.live().filter(batch=batch, waits=False)
    return sorted(live.values_list("row__number", flat=True))


def job_of(batch: Batch, number: int, step: int = 0, slot: int = 0) -> Job:
    """The last try."""
    mine = Job.objects.filter(batch=batch, row__number=number, step=step, slot=slot)
    found = mine.order_by("created", "pk").last()
    assert found
    return found


def succeed(batch: Batch, number: int, *outputs: Any, step: int = 0, slot: int = 0) -> None:
    job = job_of(batch, number, step, slot)
    Job.objects.filter(pk=job.pk).update(state=State.FETCHING)
    job.refresh_from_db()
    assert end(job, State.SUCCEEDED, outputs=[str(asset.pk) for asset in outputs])
    jobs.dispatch()


def fail(batch: Batch, number: int, step: int = 0, error: str = "It broke.") -> None:
    assert end(job_of(batch, number, step), State.FAILED, note=error, error=error)
    jobs.dispatch()


def work_off(most: int = 200) -> int:
    """Do what the queue says until it says nothing: real work of this computer."""
    done = 0
    while done < most:
        jobs.dispatch()
        ready = hints("run")
        if not ready:
            break
        for pk in ready:
            jobs.start(pk)
            done += 1
    return done


def held(account: Account) -> int:
    account.refresh_from_db()
    return account.held


def told(batch: Batch) -> list[str]:
    mine = BatchNews.objects.filter(batch=batch, way=BatchNews.Way.PAGE)
    return list(mine.order_by("created").values_list("kind", flat=True))
