"""How a batch stands, when it will end, and what came of each row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from studio import catalogue, keys
from studio.models import LIVE, Batch, BatchRow, Job, RowState, State

CHUNK = 500
HISTORY = 100  # rows that ended last, by which the rest is reckoned
BAD = (RowState.WRONG, RowState.FAILED)
ENOUGH = 3  # jobs before which nothing is said of the time


def counts(batch: Batch) -> dict[str, int]:
    """The rows by state, without those that are 0. Open ones are “waiting” or “running”."""
    mine = BatchRow.objects.filter(batch=batch).order_by()
    found = dict(mine.values_list("state").annotate(Count("pk")))
    open_ = found.pop(RowState.OPEN, 0)
    at_work = Job.objects.filter(batch=batch, waits=False, state__in=LIVE)
    running = at_work.order_by().values("row").distinct().count() if open_ else 0
    found |= {"running": running, "waiting": max(open_ - running, 0)}
    return {str(state): count for state, count in found.items() if count}


def newest(batch: Batch, after: datetime | None = None, most: int = HISTORY) -> list[BatchRow]:
    """Rows that have ended since then, the last one first."""
    mine = BatchRow.objects.filter(batch=batch, ended__isnull=False)
    mine = mine.filter(ended__gt=after) if after else mine
    return list(mine.order_by("-ended")[:most])


def newest_tried(batch: Batch, most: int) -> list[BatchRow]:
    """The rows that were done or failed last; thousands may have been canceled since."""
    tried = BatchRow.objects.filter(batch=batch, state__in=(RowState.DONE, RowState.FAILED))
    return list(tried.exclude(ended=None).defer("work").order_by("-ended")[:most])


@dataclass(frozen=True)
class Eta:
    """Seconds of work until the end: as the middle of its own jobs took, and the slow tenth."""

    usual: float
    slow: float


def eta(batch: Batch) -> Eta | None:
    """From its own jobs that are done; None before there are some, or when nothing is left."""
    last = [row.pk for row in newest(batch)]
    done = Job.objects.filter(row__in=last, state=State.SUCCEEDED).exclude(started=None)
    times = done.values_list("started", "finished")
    took = sorted((end - start).total_seconds() for start, end in times if start and end)
    live = Job.objects.filter(batch=batch, state__in=LIVE).order_by()
    left = Counter(dict(live.values_list("provider").annotate(Count("pk"))))
    if len(took) < ENOUGH or not left:
        return None
    # Providers work beside each other, so the one with most to do decides.
    turns = max(count / _at_once(batch, provider) for provider, count in left.items())
    turns = max(turns, 1)
    return Eta(turns * _at(took, 0.5), turns * _at(took, 0.9))


def _at_once(batch: Batch, provider: str) -> int:
    known = catalogue.providers().get(provider)
    return min(batch.at_once, keys.slots(known)) if known else batch.at_once


def _at(took: Sequence[float], share: float) -> float:
    return took[round(share * (len(took) - 1))]


# --- what came of it ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What came of a row. `assets` are the results of its last step, `cost` is in units, `seconds`
    are those of work."""

    number: int
    line: int | None
    cells: Sequence[str]
    title: str
    state: str
    assets: Sequence[str]
    cost: int
    seconds: float | None
    error: str


def results(batch: Batch) -> Iterator[Result]:
    """Of every row, in their order; a chunk at a time, whatever the size of the batch."""
    after = 0
    while some := _some(batch, after):
        after = some[-1].number
        yield from of_rows(some)


def _some(batch: Batch, after: int, **those: Any) -> list[BatchRow]:
    mine = BatchRow.objects.filter(batch=batch, number__gt=after, **those)
    return list(mine.defer("work", "notes").order_by("number")[:CHUNK])


def of_rows(some: Sequence[BatchRow]) -> Iterator[Result]:
    """What came of these rows."""
    made = Job.objects.filter(row__in=[row.pk for row in some], state=State.SUCCEEDED)
    jobs: dict[int, list[Job]] = defaultdict(list)
    fields = ("row", "step", "slot", "outputs", "started", "finished")
    for job in made.only(*fields).order_by("step", "slot", "created", "pk"):
        assert job.row_id
        jobs[job.row_id].append(job)
    at_work = rows_at_work(some)
    for row in some:
        yield _result(row, jobs[row.pk], row.pk in at_work)


def rows_at_work(some: Sequence[BatchRow]) -> set[int]:
    """Those of which a job is at work."""
    opened = [row.pk for row in some if row.state == RowState.OPEN]
    live = Job.objects.filter(row__in=opened, waits=False, state__in=LIVE).order_by()
    return {pk for pk in live.values_list("row", flat=True) if pk} if opened else set()


def word_of(row: BatchRow, is_at_work: bool) -> str:
    """Its state as people and programs are told: an open one is “running” or “waiting”."""
    return str(row.state) if row.state != RowState.OPEN else "running" if is_at_work else "waiting"


def _result(row: BatchRow, made: Sequence[Job], is_at_work: bool) -> Result:
    # Of a step that was done twice the last time counts.
    last = {(job.step, job.slot): job for job in made}
    end = max((step for step, _ in last), default=0) if row.state == RowState.DONE else None
    assets = [pk for (step, _), job in sorted(last.items()) if step == end for pk in job.outputs]
    times = [job.ran.total_seconds() for job in made if job.ran is not None]
    words = row.error or " ".join(str(p["message"]) for p in row.problems)
    return Result(
        number=row.number,
        line=row.line,
        cells=row.cells,
        title=row.title,
        state=word_of(row, is_at_work),
        assets=assets,
        cost=row.cost,
        seconds=round(sum(times), 3) if times else None,
        error=words,
    )


def bad_rows(batch: Batch) -> Iterator[tuple[BatchRow, str]]:
    """The rows that are wrong or failed, each with all that is wrong with it, in words: the sheet
    to correct and bring again."""
    after = 0
    while some := _some(batch, after, state__in=BAD):
        after = some[-1].number
        for row in some:
            said = [f"{p['column']}: {p['message']}".removeprefix(": ") for p in row.problems]
            yield row, " ".join([*said, row.error] if row.error else said)
