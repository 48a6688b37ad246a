"""Beginning a batch: all of its rows become jobs and their price is held, or nothing happens."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from assets.models import Asset
from billing import audit_log
from billing import services as billing
from billing.models import Account, User
from billing.services import InsufficientCredits, MoneyRefused
from studio import catalogue, jobs, keys, price_list
from studio.batches import schedule, step_problems
from studio.batches.money import preflight, too_dear
from studio.batches.plans import UNMAPPED, Tally, is_unmapped, prints_of, rows, work_of
from studio.batches.wrong import NotNow, Wrong, it_is
from studio.jobs import Doer, Wanted
from studio.jobs.sources import asset_ids
from studio.models import Batch, BatchRow, BatchState, Job, RowState, State

CHUNK = 500
STAGE = "waits for its turn"
NOTHING = "Nothing was begun, nothing is held."


class TooDear(InsufficientCredits):
    """The whole of it cannot be paid, so nothing of it was begun."""

    def __init__(self, needed: int, available: int, count: int) -> None:
        super().__init__(needed, available)
        self.args = (f"{too_dear(needed, available, count)} {NOTHING}",)


@contextlib.contextmanager
def told_as_a_whole(count: int) -> Iterator[None]:
    """What one of many runs into is said of all of them."""
    try:
        yield
    except InsufficientCredits as error:
        raise TooDear(error.needed, error.available, count) from error
    except MoneyRefused as error:
        raise error.also(NOTHING) from error


class TermsChanged(Exception):
    """It would cost other than what was shown, or be other work; `shown` are the terms now."""

    def __init__(self, agreed: str, shown: str, amount: int) -> None:
        same = agreed.split(":")[0] == shown.split(":")[0]
        what = (
            "The rows, or what is to be done with them, have changed"
            if same
            else f"The price has changed: it is {billing.as_credits(amount)} now"
        )
        super().__init__(f"{what}. Nothing was begun. Look at the plan again.")
        self.agreed, self.shown = agreed, shown


def start(
    batch: Batch,
    user: User | None,
    *,
    agreed: str | None = None,
    key: str = "",
    without_wrong: bool = False,
) -> tuple[Batch, bool]:
    """Begin a batch, now or when it is scheduled: (it, whether that is new). The same `key` begins
    it once. `agreed` are the terms of the plan that was shown; `without_wrong` leaves the rows out
    that are wrong.

    Raises NotNow, Wrong, TermsChanged, TooDear or another MoneyRefused; then nothing has happened.
    """
    with transaction.atomic(), keys.seen_once():
        # One order of locks everywhere: the account comes first.
        Account.objects.select_for_update().get(pk=batch.account_id)
        Batch.objects.select_for_update().get(pk=batch.pk)
        batch.refresh_from_db(fields=["state", "key", "client", "round"])
        if batch.state != BatchState.DRAFT:
            if key and batch.key == key:
                return batch, False
            raise NotNow(f"{it_is(batch)} already.")
        _check(batch, user, without_wrong)
        tally = _Admission(batch, user).admit()
        if agreed is not None and agreed != tally.shown:
            raise TermsChanged(agreed, tally.shown, tally.amount)
        _begin(batch, key, tally.shown)
        price = billing.as_credits(tally.amount)
        audit_log.write(batch.account, "spending.started", batch.title, batch=batch.pk, price=price)
        transaction.on_commit(jobs.dispatch_calmly)
    return batch, True


def _check(batch: Batch, user: User | None, without_wrong: bool) -> None:
    if words := step_problems.words_of(batch):
        raise Wrong("steps", f"{words} Nothing was begun.")
    mine = BatchRow.objects.filter(batch=batch)
    for state, words in (
        (RowState.NEW, "not checked yet. Check them first."),
        (RowState.COMING, "waiting for files that are being fetched. Wait for them."),
        (RowState.WRONG, "wrong. Correct them, or leave them out."),
    ):
        count = mine.filter(state=state).count()
        if count and not (without_wrong and state == RowState.WRONG):
            raise Wrong("rows", f"{rows(count)} {words} Nothing was begun.")
    if is_unmapped(batch):
        raise Wrong("mapping", f"{UNMAPPED} Nothing was begun.")
    ready = mine.filter(state=RowState.READY)
    if not ready.exists():
        raise Wrong("rows", "No row is ready, so there is nothing to begin.")
    if error := preflight(batch, ready, user).refusal:
        with told_as_a_whole(ready.count()):
            raise error


def _begin(batch: Batch, key: str, shown: str) -> None:
    now = timezone.now()
    later = batch.starts_at is not None and batch.starts_at > now
    begins = batch.starts_at if later and batch.starts_at else now
    batch.opens, batch.closes = schedule.times(batch, begins).values()
    # One that was repeated knows already when it comes again.
    batch.next_at = batch.next_at or schedule.next_time(batch, begins)
    batch.state = BatchState.SCHEDULED if later else BatchState.RUNNING
    batch.key, batch.agreed, batch.round = key, shown, batch.round + 1
    batch.started, batch.changed, batch.words = None if later else now, now, ""
    batch.failures = batch.spent = 0
    fields = ["state", "key", "agreed", "round", "started", "changed", "words"]
    batch.save(update_fields=[*fields, "failures", "spent", "opens", "closes", "next_at"])
    BatchRow.objects.filter(batch=batch, state=RowState.READY).update(state=RowState.OPEN)


class _Admission:
    """Makes the jobs of all ready rows, a chunk at a time."""

    def __init__(self, batch: Batch, user: User | None) -> None:
        self.batch, self.user = batch, user
        self.maker = JobMaker(batch, user)
        self.tally = self.maker.tally

    def admit(self) -> Tally:
        ready = BatchRow.objects.filter(batch=self.batch, state=RowState.READY)
        self.tally.work = work_of(prints_of(ready))
        after = 0
        while some := self._some(after):
            new = [job for row in some for job in self.maker.of_row(row)]
            check_files(self.batch.account, some)
            with told_as_a_whole(self.tally.rows):
                jobs.place(self.batch.account, new)
            after = some[-1].number
        return self.tally

    def _some(self, after: int) -> list[BatchRow]:
        mine = BatchRow.objects.filter(batch=self.batch, state=RowState.READY, number__gt=after)
        wanted = mine.only("number", "work", "batch_id").order_by("number")
        return list(wanted[:CHUNK])


def check_files(account: Account, some: Sequence[BatchRow]) -> None:
    """Whether the files of these rows are still there. Raises Wrong."""
    known = catalogue.operations()
    ids: dict[str, int] = {}
    for row in some:
        for work in row.work:
            for pk in asset_ids(known[work["operation"]], work["doers"][0]["params"]):
                ids.setdefault(pk, row.number)
    there = (
        Asset.objects.for_account(account).live().filter(pk__in=ids).values_list("pk", flat=True)
    )
    gone = ids.keys() - {str(pk) for pk in there}
    if gone:
        first = min(ids[pk] for pk in gone)
        raise Wrong(
            "rows",
            f"A file of row {first} is in the trash or gone. Restore it, or check the rows again. "
            "Nothing was begun.",
        )


class JobMaker:
    """The jobs of a row, as its work says, at the price of this moment. `tally` adds them up."""

    def __init__(self, batch: Batch, user: User | None) -> None:
        self.batch, self.user, self.account = batch, user, batch.account
        self.tally = Tally(batch.account)
        self.round = batch.round + 1
        self._refused: dict[str, str] = {}
        self._offers, self._operations = catalogue.all_offers(), catalogue.operations()

    def of_row(self, row: BatchRow, done: dict[tuple[int, int], Job] | None = None) -> list[Job]:
        """Its jobs in their order; of those that are `done`, by step and slot, the next ones go
        on. Raises Wrong when its model is not offered any more."""
        done = done or {}
        self.tally.rows += 1
        new: list[Job] = []
        before: list[Job] = []
        for step, work in enumerate(row.work):
            makes = row.work[step - 1]["makes"] if step else 1
            at = []
            for slot in range(work["count"]):
                job = done.get((step, slot))
                if job is None:
                    job = self._job(row, work, step, slot)
                    if step:
                        self._follow(job, work, before[slot // makes], slot % makes)
                    new.append(job)
                at.append(job)
            before = at
        return new

    def _job(self, row: BatchRow, work: dict[str, Any], step: int, slot: int) -> Job:
        offers, operation = self._offers, self._operations[work["operation"]]
        doers = [
            Doer(offers[d["offer"]], d["params"], d["notes"])
            for d in work["doers"]
            if d["offer"] in offers
        ]
        self._refuse(row, work, doers)
        its = jobs.terms_of(Wanted(tuple(doers)), self.account)
        first, *others = doers
        self.tally.add(first.offer.key, 1, its.price.amount, its.most)
        client = work.get("client")
        return Job(
            account=self.account,
            client_id=uuid.UUID(client) if client else self.batch.client_id,
            user=self.user,
            operation=operation.key,
            offer=first.offer.key,
            provider=first.offer.provider,
            module=operation.module,
            title=work["title"] or operation.label,
            params=dict(first.params),
            notes=list(first.notes),
            key=str(uuid.uuid5(self.batch.pk, f"{self.round}/{row.number}/{step}/{slot}")),
            fingerprint=work["print"],
            quote=its.price.amount,
            most=its.most,
            own_key=its.own_key,
            api_key_id=self.account.asked_with,
            expected_cost=price_list.quote(first.offer, first.params).amount,
            price_words=its.price.words,
            price_row=price_list.row_of(first.offer),
            alternatives=[{"offer": d.offer.key, "params": dict(d.params)} for d in others],
            batch=self.batch,
            row=row,
            step=step,
            slot=slot,
            turn=None if step else row.number,
            waits=True,
            stage=STAGE,
        )

    def _refuse(self, row: BatchRow, work: dict[str, Any], doers: Sequence[Doer]) -> None:
        wanted = work["doers"][0]["offer"]
        if not doers or doers[0].offer.key != wanted:
            raise Wrong("rows", f"Row {row.number}: “{wanted}” is not offered any more.")
        if wanted not in self._refused:
            usable = doers[0].offer.provider in keys.usable(self.account)
            problem = keys.problem(self.account, doers[0].offer) if usable else ""
            gone = f"“{doers[0].offer.label}” is not offered here any more."
            self._refused[wanted] = (problem or "") if usable else gone
        if self._refused[wanted]:
            raise Wrong("rows", f"Row {row.number}: {self._refused[wanted]} Nothing was begun.")

    def _follow(self, job: Job, work: dict[str, Any], before: Job, takes: int) -> None:
        job.after, job.begins_with, job.takes = before, work["takes"], takes
        # What it comes after may be done since an earlier try.
        job.turn = job.row.number if before.state == State.SUCCEEDED and job.row else None
