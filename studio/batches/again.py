"""Rows that failed, once more: with the same model or another one. Steps that are done stay so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone

from billing import audit_log
from billing import services as billing
from billing.models import Account, User
from billing.services import Asked, as_credits
from studio import catalogue, jobs, keys
from studio.batches.admit import CHUNK, JobMaker, TermsChanged, check_files, told_as_a_whole
from studio.batches.check import Checker
from studio.batches.money import against, together
from studio.batches.plans import Share
from studio.batches.steps import Step
from studio.batches.wrong import NotNow, Wrong, it_is
from studio.jobs.handed import Files, handed_on, in_trash, made_by
from studio.jobs.money import line
from studio.models import Batch, BatchRow, BatchState, Job, RowState, State
from studio.spec import Offer

# The jobs of a row that were done, by step and slot.
Done = dict[tuple[int, int], Job]
WRITTEN = (
    "state",
    "offer",
    "work",
    "costs",
    "notes",
    "quote",
    "most",
    "print",
    "problems",
    "error",
    "ended",
)


@dataclass
class Retry:
    """What trying again would cost. `refused` are the rows that it cannot be done for, by number,
    with the reason; they stay as they are. Of `anew` rows a step that was done is done and paid
    again, because its result is gone for good."""

    rows: int = 0
    anew: int = 0
    amount: int = 0
    most: int = 0
    models: tuple[Share, ...] = ()
    refused: dict[int, str] = field(default_factory=dict)
    available: int = 0
    blocked: str = ""
    shown: str = ""


def plan_retry(
    batch: Batch, user: User | None, offer: str = "", *, canceled: bool = False
) -> Retry:
    """The dry run of retry_failed, or with an `offer` of change_model. Raises Wrong, NotNow."""
    with keys.seen_once():
        again = _Again(batch, user, offer, canceled)
        asked = [
            Asked(job.most, job.quote, line(job).purpose)
            for _, new in again.chunks()
            for job in new
        ]
        told = again.told()
        look = billing.preflight(batch.account, together(asked))
        return replace(told, blocked=told.blocked or against(look.refusal, told.rows))


def retry_failed(
    batch: Batch,
    user: User | None,
    *,
    agreed: str | None = None,
    offer: str = "",
    canceled: bool = False,
) -> Retry:
    """Try the failed rows once more, and the `canceled` ones where that is said: all that can be,
    or nothing. A second press finds nothing that failed.

    Raises NotNow, Wrong, TermsChanged or a MoneyRefused; then nothing has happened.
    """
    with transaction.atomic(), keys.seen_once():
        Account.objects.select_for_update().get(pk=batch.account_id)
        batch.refresh_from_db(fields=["state", "ended", "round", "client"])
        again = _Again(batch, user, offer, canceled)
        for rows, new in again.chunks():
            again.write(rows, new)
        told = again.told()
        if agreed is not None and agreed != told.shown:
            raise TermsChanged(agreed, told.shown, told.amount)
        if told.rows:
            _go_on(batch)
            price = as_credits(told.amount)
            audit_log.write(
                batch.account, "spending.retried", batch.title, batch=batch.pk, price=price
            )
        transaction.on_commit(jobs.dispatch_calmly)
    batch.refresh_from_db()
    return told


def change_model(
    batch: Batch, offer: str, user: User | None, *, agreed: str | None = None
) -> Retry:
    """Try the failed rows with another model. See retry_failed."""
    if not offer:
        raise Wrong("offer", "No model is named. Choose the one that is to do the failed rows.")
    return retry_failed(batch, user, agreed=agreed, offer=offer)


def _go_on(batch: Batch) -> None:
    """A batch that has ended or was stopped runs again; a paused one stays so."""
    now = timezone.now()
    fresh = {"ended": None, "changed": now, "failures": 0, "spent": 0, "words": ""}
    mine = Batch.objects.filter(pk=batch.pk)
    mine.update(round=batch.round + 1, **fresh)
    at_rest = (BatchState.DONE, BatchState.STOPPED, BatchState.CANCELED)
    mine.filter(state__in=at_rest).update(state=BatchState.RUNNING)


class _Again:
    """Checks the rows anew, at the prices of this moment, and makes the jobs that are missing."""

    def __init__(self, batch: Batch, user: User | None, offer: str, canceled: bool) -> None:
        busy = batch.state == BatchState.CANCELED and batch.ended is None
        if batch.state in (BatchState.DRAFT, BatchState.SCHEDULED) or busy:
            so = "This batch is being canceled" if busy else it_is(batch)
            raise NotNow(f"{so}; nothing of it can be tried again now.")
        self.batch, self.user = batch, user
        self.states = [RowState.FAILED, *([RowState.CANCELED] if canceled else [])]
        self.checker = Checker(batch)
        self.maker = JobMaker(batch, user)
        self.offer = self._known(offer) if offer else None
        self.refused: dict[int, str] = {}
        self.anew = 0

    def _known(self, key: str) -> Offer:
        found = catalogue.all_offers().get(key)
        if found is None or found.provider not in keys.usable(self.batch.account):
            raise Wrong("offer", f"“{key[:60]}” is not offered here. Choose another model.")
        return found

    def chunks(self) -> Iterator[tuple[list[BatchRow], list[Job]]]:
        after = 0
        while True:
            mine = BatchRow.objects.filter(
                batch=self.batch, state__in=self.states, number__gt=after
            )
            some = list(mine.order_by("number")[:CHUNK])
            if not some:
                return
            after = some[-1].number
            yield self._made(some)

    def _made(self, some: Sequence[BatchRow]) -> tuple[list[BatchRow], list[Job]]:
        done = self._done(some)
        files = made_by([job for its in done.values() for job in its.values()])
        said = [self.checker.said(row) for row in some]
        if self.offer:
            for its in said:
                its.steps = [self._with(step, self.offer) for step in its.steps]
        self.checker.library.forget()
        self.checker.learn(said)
        rows, new = [], []
        for row, its in zip(some, said, strict=True):
            if self.offer and not any(
                step.offer.key == self.offer.key and not self._is_done(row, at, done)
                for at, step in enumerate(its.steps)
            ):
                continue  # it did not fail in a step that this model could do
            self.checker.fill(row, its)
            if row.problems:
                self.refused[row.number] = " ".join(p["message"] for p in row.problems)
                continue
            its_done, in_trash = _kept(row, done.get(row.pk, {}), files)
            if in_trash:
                self.refused[row.number] = in_trash
                continue
            self.anew += len(its_done) < len(done.get(row.pk, {}))
            rows.append(row)
            new += self.maker.of_row(row, its_done)
        return rows, new

    @staticmethod
    def _with(step: Step, offer: Offer) -> Step:
        return replace(step, offer=offer) if step.operation.key == offer.operation else step

    @staticmethod
    def _is_done(row: BatchRow, step: int, done: dict[int, Done]) -> bool:
        old = [w["count"] for w in row.work]
        count = old[step] if step < len(old) else 1
        return all((step, slot) in done.get(row.pk, {}) for slot in range(count))

    @staticmethod
    def _done(some: Sequence[BatchRow]) -> dict[int, Done]:
        """The steps that were done, by row: nobody pays for them twice."""
        found: dict[int, Done] = {}
        made = Job.objects.filter(row__in=[row.pk for row in some], state=State.SUCCEEDED)
        for job in made.order_by("created", "pk"):
            assert job.row_id
            found.setdefault(job.row_id, {})[job.step, job.slot] = job
        return found

    def write(self, rows: Sequence[BatchRow], new: Sequence[Job]) -> None:
        check_files(self.batch.account, rows)
        self._link(rows, new)
        with told_as_a_whole(self.maker.tally.rows):
            jobs.place(self.batch.account, new)
        for row in rows:
            row.state, row.error, row.ended = RowState.OPEN, "", None
        BatchRow.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=WRITTEN
        )

    @staticmethod
    def _link(rows: Sequence[BatchRow], new: Sequence[Job]) -> None:
        """Each new job is the retry of the one that failed."""
        old = Job.objects.filter(row__in=[row.pk for row in rows]).order_by("created", "pk")
        fields = ("row", "step", "slot")
        last = {(job.row_id, job.step, job.slot): job for job in old.only(*fields)}
        for job in new:
            job.retry_of = last.get((job.row_id, job.step, job.slot))

    def told(self) -> Retry:
        tally = self.maker.tally
        available = Account.objects.get(pk=self.batch.account_id).available
        return Retry(
            rows=tally.rows,
            anew=self.anew,
            amount=tally.amount,
            most=tally.most,
            models=tally.shares,
            refused=self.refused,
            available=available,
            blocked="" if tally.rows else "No row that failed can be tried again like this.",
            shown=tally.shown,
        )


def _kept(row: BatchRow, done: Done, files: Files) -> tuple[Done, str]:
    """Of what was done, without that of which the result is gone and wanted; or why the row has to
    wait: what is in the trash can be had for nothing."""
    kept = dict(done)
    for step in range(len(row.work) - 1, 0, -1):
        work, makes = row.work[step], row.work[step - 1]["makes"]
        for slot in range(work["count"]):
            place = step - 1, slot // makes
            before = kept.get(place)
            if before is None or (step, slot) in kept:
                continue
            found = handed_on(before, work["operation"], work["takes"], slot % makes, files)
            if found is None:
                del kept[place]
            elif found.trashed:
                return kept, in_trash(found, before.title)
    return kept, ""
