"""Money that is held for work that is no more. It should never be there; here it is found and given
back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Sum

from billing import services as billing
from billing.models import Account, Entry, Kind
from studio.grouping import by
from studio.jobs.state import NotPossible
from studio.models import Job, State

MARK = "job:"


@dataclass(frozen=True)
class Stray:
    """A hold that nothing will close. `job` has ended, or is gone."""

    account: Account
    reference: str
    amount: int
    since: datetime
    job: Job | None


def strays() -> list[Stray]:
    """Every one, the oldest first. Accounts whose sum is right are not looked at more closely, so
    that this is quick however long the ledger is."""
    found = [stray for account in _suspects() for stray in _of(account)]
    return sorted(found, key=lambda stray: stray.since)


def _suspects() -> list[Account]:
    live = Job.objects.live().order_by().annotate(whose=by("account"))
    wanted: dict[UUID, int] = dict(live.values_list("whose").annotate(sum=Sum("most")))
    holding = Account.objects.filter(held__gt=0)
    return [account for account in holding if account.held != wanted.get(account.pk, 0)]


def _of(account: Account) -> Iterator[Stray]:
    closed = Entry.objects.filter(
        reference=OuterRef("reference"), kind__in=(Kind.CHARGE, Kind.RELEASE)
    )
    holds = Entry.objects.filter(
        ~Exists(closed), account=account, kind=Kind.HOLD, amount__gt=0, reference__startswith=MARK
    )
    entries = {pk: entry for entry in holds if (pk := _job_id(entry.reference))}
    # Read after the holds: who ended in between has closed its own by now.
    jobs = Job.objects.for_account(account).in_bulk(entries)
    for pk, entry in entries.items():
        job = jobs.get(pk)
        if (job is None or job.is_terminal) and not is_closed(entry.reference):
            yield Stray(account, entry.reference, entry.amount, entry.created, job)


def _job_id(reference: str) -> UUID | None:
    try:
        return UUID(reference.removeprefix(MARK))
    except ValueError:
        return None


def is_closed(reference: str) -> bool:
    """Whether nothing is held for it any more, or never was."""
    closing = Entry.objects.filter(reference=reference, kind__in=(Kind.CHARGE, Kind.RELEASE))
    return (
        closing.exists() or not Entry.objects.filter(reference=reference, kind=Kind.HOLD).exists()
    )


def why_not(reference: str, job: Job | None) -> str:
    """What speaks against giving back what is held under the reference, for `job` or one that is
    gone; empty when nothing does."""
    if job and not job.is_terminal:
        return (
            f"This job is {job.get_state_display().lower()}, and its hold pays for it. Cancel it, "
            "or give it up, to have the money back."
        )
    if is_closed(reference):
        return "Nothing is held for it any more."
    if job and job.state == State.SUCCEEDED:
        return (
            "This job succeeded, so what is held is its price, and giving it back would make the "
            "work free. Leave it, or refund it once it is charged."
        )
    return ""


def release(reference: str, note: str) -> int:
    """Give back what is held for a job that has ended or is gone: the units. Raises NotPossible
    when anything speaks against it."""
    hold = Entry.objects.filter(reference=reference, kind=Kind.HOLD).first()
    pk = _job_id(reference)
    if hold is None or pk is None:
        raise NotPossible(f"Nothing is held for “{reference}”. Look it up in the ledger.")
    with transaction.atomic():
        # One order of locks everywhere: the account, then the job.
        account = Account.objects.select_for_update().get(pk=hold.account_id)
        job = Job.objects.for_account(account).select_for_update().filter(pk=pk).first()
        if problem := why_not(reference, job):
            raise NotPossible(problem)
        billing.release(account, reference, note)
    return hold.amount
