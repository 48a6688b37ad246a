"""Taking an order: the quote, the hold and the row, in one transaction."""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import DatabaseError, IntegrityError, transaction

from assets.models import Asset
from billing import services as billing
from billing.models import Account, User
from billing.pricing import Quote, about
from studio import catalogue, keys, price_list
from studio.jobs import noted, rows
from studio.jobs.money import line
from studio.jobs.sources import asset_ids, client_of
from studio.jobs.state import NotPossible
from studio.jobs.sweep import dispatch
from studio.jobs.turns import STAGE
from studio.models import Event, Job, ProviderKey, State
from studio.spec import Offer, Operation

log = logging.getLogger("zoetrope.jobs")


class KeyReused(Exception):
    """The idempotency key already stands for another request: for `job`, or for one out of sight of
    who asks (None). `fingerprint` is this request's."""

    def __init__(self, key: str, fingerprint: str, job: Job | None) -> None:
        which = f" (job {job.pk})" if job else ""
        message = f"The idempotency key “{key[:40]}” already stands for another request{which}. "
        if job is None:
            message += (
                "A key counts for the whole account, and that request was not for the client that "
                "you work for now. Send the X-Client that it was sent with, or use a new key."
            )
        else:
            message += "Use a new key for a new request."
        super().__init__(message)
        self.key, self.fingerprint = key, fingerprint


@dataclass(frozen=True)
class Doer:
    """Somebody who can do it, with the params as they take them."""

    offer: Offer
    params: Mapping[str, Any]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Wanted:
    """One result that is asked for: who does it first, and who does it instead when the one before
    surely did not take it. `varied` are the values, by name, that set it apart in a grid.

    `operation` is for one that is another than the order's. With `after` it waits for that one of
    the order, by its number, or that job, and the last frame of its video becomes the param
    `begins_with`."""

    doers: tuple[Doer, ...]
    title: str = ""
    varied: Sequence[tuple[str, Any]] = ()
    operation: Operation | None = None
    after: int | Job | None = None
    begins_with: str = ""


@dataclass(frozen=True)
class Terms:
    """What an order costs now, and whose key pays for it at the provider. `most` is what is held:
    who does it instead may cost more than the first."""

    price: Quote
    own_key: ProviderKey | None
    most: int = 0

    @property
    def shown(self) -> str:
        """The terms as a page carries them beside its button: the units, the most that they may
        become, and who pays."""
        most = f"-{self.most}" if self.most > self.price.amount else ""
        return f"{self.price.amount}{most}:{'own' if self.own_key else 'credits'}"

    def are(self, shown: str | None) -> bool:
        """Whether that is what was shown. A page that had no price to show may order what is free;
        None comes from where nothing is shown at all."""
        return shown in (None, self.shown) or (shown == "" and self.shown == "0:credits")


class TermsChanged(Exception):
    """It would cost other than what was shown to the person who ordered it."""

    def __init__(self, shown: str, terms: Terms) -> None:
        super().__init__(f"shown {shown[:40]}, now {terms.shown}")
        self.shown, self.terms = shown, terms


def quote(offer: Offer, params: Mapping[str, Any], account: Account | None = None) -> Quote:
    """What it will cost this account: the same figure for estimate, hold and charge."""
    return terms(offer, params, account).price


def terms(offer: Offer, params: Mapping[str, Any], account: Account | None = None) -> Terms:
    """The price and the key behind it, from one look, so that they cannot differ."""
    price, own_key = price_list.quote(offer, params), keys.own_key(account, offer.provider)
    if own_key is not None:
        label = catalogue.provider_of(offer).label
        price = Quote(0, f"your key; {label} bills you, about {about(price.amount)}")
    return Terms(price, own_key, price.amount)


def terms_of(wanted: Wanted, account: Account | None = None) -> Terms:
    """Those of who does it first; held is what the dearest of them costs."""
    first, *others = [terms(d.offer, d.params, account) for d in wanted.doers]
    return replace(first, most=max(first.most, *(t.most for t in others), 0))


def together(all_terms: Sequence[Terms]) -> Terms:
    """The terms of several results as one order."""
    first, *others = all_terms
    if not others:
        return first
    amount = sum(t.price.amount for t in all_terms)
    same = len({t.price.amount for t in all_terms}) == 1
    words = f"{len(all_terms)} × {first.price.words}" if same else f"{len(all_terms)} together"
    return Terms(Quote(amount, words), first.own_key, sum(t.most for t in all_terms))


def create(
    *,
    account: Account,
    user: User | None,
    operation: Operation,
    offer: Offer,
    params: Mapping[str, Any],
    notes: Sequence[str] = (),
    title: str = "",
    varied: Sequence[tuple[str, Any]] = (),
    **more: Any,
) -> tuple[Job, bool]:
    """Accept a checked request for one result: (the job, whether it is new). See create_run."""
    wanted = Wanted((Doer(offer, params, notes),), title, varied)
    (job,), created = create_run(account, user, operation, [wanted], **more)
    return job, created


def create_run(
    account: Account,
    user: User | None,
    operation: Operation,
    wanted: Sequence[Wanted],
    *,
    key: str | None = None,
    request: str = "",
    retry_of: Job | None = None,
    agreed: str | None = None,
    at_once: int | None = None,
    client: UUID | None = None,
) -> tuple[list[Job], bool]:
    """Accept a checked request, all of it or nothing: (its jobs, whether they are new). At most
    `at_once` of them are worked on at the same time.

    The same `key` with the same request returns the first jobs; with another request KeyReused.
    `request` is a digest of what was sent, for `replayed`; `agreed` are the terms that were shown.
    It is for `client`, else for whom the account works, else for whom its files belong to.
    Raises TermsChanged, Refused for files of different clients, or billing's MoneyRefused, before
    anything is written.
    """
    key = key or str(uuid.uuid4())
    print_ = fingerprint(account, operation, wanted)
    if first := _first(account, key, print_):
        return run_of(first), False
    client = client_of(account, files_of(operation, wanted), client)
    each = [terms_of(one, account) for one in wanted]
    if not (now := together(each)).are(agreed):
        raise TermsChanged(agreed or "", now)
    new = [
        _job(account, user, operation, one, its, key=_nth(key, n), request=request)
        for n, (one, its) in enumerate(zip(wanted, each, strict=True))
    ]
    for job in new:
        job.fingerprint, job.retry_of, job.client_id = print_, retry_of, client
        job.run = uuid.uuid5(uuid.NAMESPACE_OID, f"{account.pk} {key}") if len(new) > 1 else None
    _take_turns(new, wanted, at_once)
    try:
        with transaction.atomic():
            # All of it at once, so that what is missing is said as a whole.
            billing.hold_all(account, [line(job) for job in new])
            for job in new:
                job.save(force_insert=True)
                note = f"asked for, {job.price_words}"
                Event.objects.create(job=job, state=State.QUEUED, note=note[:300])
                noted.spending(job)
    except IntegrityError:
        if first := _first(account, key, print_):
            return run_of(first), False
        raise
    transaction.on_commit(dispatch_calmly)
    return new, True


def _take_turns(new: Sequence[Job], wanted: Sequence[Wanted], at_once: int | None) -> None:
    """Who has to wait: for another one, or because enough are at work before it."""
    ahead = 0
    for job, its in zip(new, wanted, strict=True):
        job.at_once = at_once
        if its.after is not None:
            job.after = new[its.after] if isinstance(its.after, int) else its.after
            job.begins_with = its.begins_with
        job.waits = its.after is not None or (at_once is not None and ahead >= at_once)
        job.stage = STAGE if job.waits else ""
        ahead += not job.waits


def _nth(key: str, number: int) -> str:
    """The key of the first is the caller's own."""
    return key if number == 0 else str(uuid.uuid5(uuid.NAMESPACE_OID, f"{key} #{number}"))


def _job(
    account: Account,
    user: User | None,
    operation: Operation,
    wanted: Wanted,
    its: Terms,
    *,
    key: str,
    request: str,
) -> Job:
    doer, *others = wanted.doers
    operation = wanted.operation or operation
    return Job(
        account=account,
        user=user,
        operation=operation.key,
        offer=doer.offer.key,
        provider=doer.offer.provider,
        module=operation.module,
        title=(wanted.title or operation.label)[:200],
        params=dict(doer.params),
        notes=list(doer.notes),
        varied=[list(pair) for pair in wanted.varied],
        key=key,
        request=request,
        quote=its.price.amount,
        most=its.most,
        own_key=its.own_key,
        api_key_id=account.asked_with,
        expected_cost=price_list.quote(doer.offer, doer.params).amount,
        price_words=its.price.words,
        price_row=price_list.row_of(doer.offer),
        alternatives=[{"offer": d.offer.key, "params": dict(d.params)} for d in others],
    )


def run_of(job: Job) -> list[Job]:
    """All that was ordered together with it, in its order."""
    if job.run is None:
        return [job]
    return list(Job.objects.for_account(job.account).filter(run=job.run).order_by("created", "pk"))


def replayed(account: Account, key: str, request: str) -> Job | None:
    """The job that the very same request made before. Its files need not exist any more."""
    return Job.objects.for_account(account).filter(key=key, request=request).first()


def changed_key(key: str, error: KeyReused) -> str:
    """The key of a page that was changed after an order whose answer got lost: the change is a
    new order, and pressing again is the same new order."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{key} {error.fingerprint}"))


def retry(
    job: Job, user: User | None, key: str | None = None, agreed: str | None = None
) -> tuple[Job, bool]:
    """Ask for the same once more: a new job linked to the old one, priced anew; `agreed` are the
    terms that were shown.

    A second press returns the first retry, and tries that again when it has failed as well. Raises
    NotPossible, TermsChanged, or billing's MoneyRefused.
    """
    last = job.retries.order_by("created").last()
    if last and key is None and last.state in (State.FAILED, State.CANCELED):
        return retry(last, user, agreed=agreed)
    if job.state not in (State.FAILED, State.CANCELED):
        raise NotPossible(
            f"This job is {job.get_state_display().lower()}; only a failed or canceled one can be "
            "tried again. Use “Run again” for a new one."
        )
    offer = catalogue.all_offers().get(job.offer)
    operation = catalogue.operations().get(job.operation)
    if not offer or not operation or offer.provider not in keys.usable(job.account):
        raise NotPossible(f"“{job.offer}” is not offered any more. Choose another model.")
    if problem := keys.problem(job.account, offer):
        raise NotPossible(problem)
    after = _comes_after(job)
    for asset_id in asset_ids(operation, job.params):
        if not Asset.objects.for_account(job.account).live().filter(pk=asset_id).exists():
            raise NotPossible(
                "A file that it needs is in the trash or gone. Restore it, or start with another."
            )
    doer = Doer(offer, job.params, job.notes)
    begins_with = job.begins_with if after else ""
    wanted = Wanted((doer,), job.title, job.varied, after=after, begins_with=begins_with)
    key = key or f"retry-{job.pk}"
    how: dict[str, Any] = {"key": key, "retry_of": job, "agreed": agreed, "client": job.client_id}
    with transaction.atomic():
        (again,), created = create_run(job.account, user, operation, [wanted], **how)
        if created:
            again.stories.set(job.stories.all())
            rows.reopen(again, job)
    return again, created


def _comes_after(job: Job) -> Job | None:
    """Of one that never got the frame that it was to begin with: whose video that is the end of.
    What failed there may have been tried again since. Raises NotPossible."""
    if not (job.waits and job.begins_with):
        return None
    last = last_tries([job.after])[job.after.pk] if job.after else None
    if last is None or last.state in (State.FAILED, State.CANCELED):
        before = "the last frame of a shot" if job.takes is None else "the result of a step"
        raise NotPossible(f"It begins with {before} that was not made. Retry that one first.")
    return last


def last_tries(jobs: Sequence[Job]) -> dict[uuid.UUID, Job]:
    """Of each job the last retry, by the id of the job."""
    ended = (State.FAILED, State.CANCELED)
    last = {job.pk: job for job in jobs}
    heads = {job.pk: job.pk for job in jobs if job.state in ended}
    while heads:
        again = Job.objects.filter(retry_of__in=list(heads)).order_by("created")
        newer = {job.retry_of_id: job for job in again if job.retry_of_id}
        last |= {heads[old]: job for old, job in newer.items()}
        heads = {job.pk: heads[old] for old, job in newer.items() if job.state in ended}
    return last


def files_of(operation: Operation, wanted: Sequence[Wanted]) -> set[str]:
    """The ids of all files of an order."""
    firsts = [(one.operation or operation, one.doers[0]) for one in wanted]
    return {pk for its, doer in firsts for pk in asset_ids(its, doer.params)}


def fingerprint(account: Account, operation: Operation, wanted: Sequence[Wanted]) -> str:
    """What was asked for. Files count by their content: a repeated upload has a new id."""
    doers = [(one.operation or operation, one.doers[0]) for one in wanted]
    ids = files_of(operation, wanted)
    found = Asset.objects.for_account(account).filter(pk__in=ids).values_list("pk", "sha256")
    return digest(doers, {str(pk): sha256 for pk, sha256 in found})


def digest(doers: Sequence[tuple[Operation, Doer]], content: Mapping[str, str]) -> str:
    """The same of what is to be done; `content` says what is in the files, by their ids."""
    said = []
    for its, doer in doers:
        files = {p.name for p in its.params if p.is_asset}
        params = {n: content.get(v, v) if n in files else v for n, v in doer.params.items()}
        said.append([its.key, doer.offer.key, params])
    text = json.dumps(said[0] if len(said) == 1 else said, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _first(account: Account, key: str, print_: str) -> Job | None:
    job = Job.objects.filter(account=account, key=key).first()
    if job is None:
        return None
    in_sight = account.scope.holds(job.client_id)
    if job.fingerprint != print_ or not in_sight:
        raise KeyReused(key, print_, job if in_sight else None)
    job.account = account
    return job


def dispatch_calmly() -> None:
    """The order stands whether or not the hint gets out; the sweeper sends it again."""
    try:
        dispatch()
    except DatabaseError:
        log.exception("dispatch failed; the sweeper will try again")
