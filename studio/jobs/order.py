"""Taking an order: the quote, the hold and the row, in one transaction."""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction

from assets.models import Asset
from billing import services as billing
from billing.models import Account, User
from billing.pricing import Quote, about
from studio import catalogue, keys
from studio.jobs.state import NotPossible
from studio.jobs.sweep import dispatch
from studio.models import Event, Job, ProviderKey, State
from studio.spec import Offer, Operation

log = logging.getLogger("zoetrope.jobs")


class KeyReused(Exception):
    """The idempotency key already stands for another request; `fingerprint` is this one's."""

    def __init__(self, message: str, fingerprint: str) -> None:
        super().__init__(message)
        self.fingerprint = fingerprint


@dataclass(frozen=True)
class Terms:
    """What an order costs now, and whose key pays for it at the provider."""

    price: Quote
    own_key: ProviderKey | None

    @property
    def shown(self) -> str:
        """The terms as a page carries them beside its button: the units, and who pays."""
        return f"{self.price.amount}:{'own' if self.own_key else 'credits'}"

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
    price, own_key = offer.price.quote(params), keys.own_key(account, offer.provider)
    if own_key is not None:
        label = catalogue.provider_of(offer).label
        price = Quote(0, f"your key; {label} bills you, about {about(price.amount)}")
    return Terms(price, own_key)


def create(
    *,
    account: Account,
    user: User | None,
    operation: Operation,
    offer: Offer,
    params: Mapping[str, Any],
    notes: Sequence[str] = (),
    title: str = "",
    key: str | None = None,
    request: str = "",
    retry_of: Job | None = None,
    agreed: str | None = None,
) -> tuple[Job, bool]:
    """Accept a checked request: (the job, whether it is new).

    The same `key` with the same request returns the first job; with another request KeyReused.
    `request` is a digest of what was sent, for `replayed`; `agreed` are the terms that were shown.
    Raises TermsChanged, or billing's InsufficientCredits, before anything is written.
    """
    key = key or str(uuid.uuid4())
    print_ = fingerprint(account, operation, offer, params)
    if first := _first(account, key, print_):
        return first, False
    now = terms(offer, params, account)
    if not now.are(agreed):
        raise TermsChanged(agreed or "", now)
    price = now.price
    job = Job(
        account=account,
        user=user,
        operation=operation.key,
        offer=offer.key,
        provider=offer.provider,
        module=operation.module,
        title=(title or operation.label)[:200],
        params=dict(params),
        notes=list(notes),
        key=key,
        fingerprint=print_,
        request=request,
        quote=price.amount,
        own_key=now.own_key,
        expected_cost=offer.price.quote(params).amount,
        price_words=price.words,
        retry_of=retry_of,
    )
    try:
        with transaction.atomic():
            billing.hold(account, price.amount, job.origin, job.title)
            job.save(force_insert=True)
            Event.objects.create(job=job, state=State.QUEUED, note=f"asked for, {price.words}")
    except IntegrityError:
        if first := _first(account, key, print_):
            return first, False
        raise
    transaction.on_commit(_dispatch_calmly)
    return job, True


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
    NotPossible, TermsChanged, or billing's InsufficientCredits.
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
    for asset_id in _asset_ids(operation, job.params):
        if not Asset.objects.for_account(job.account).live().filter(pk=asset_id).exists():
            raise NotPossible(
                "A file that it needs is in the trash or gone. Restore it, or start with another."
            )
    return create(
        account=job.account,
        user=user,
        operation=operation,
        offer=offer,
        params=job.params,
        notes=job.notes,
        title=job.title,
        key=key or f"retry-{job.pk}",
        retry_of=job,
        agreed=agreed,
    )


def _asset_ids(operation: Operation, params: Mapping[str, Any]) -> list[str]:
    return [params[p.name] for p in operation.params if p.is_asset and params.get(p.name)]


def fingerprint(
    account: Account, operation: Operation, offer: Offer, params: Mapping[str, Any]
) -> str:
    """What was asked for. Files count by their content: a repeated upload has a new id."""
    said = dict(params)
    ids = _asset_ids(operation, params)
    found = Asset.objects.for_account(account).filter(pk__in=ids).values_list("pk", "sha256")
    content = {str(pk): sha256 for pk, sha256 in found}
    for param in operation.params:
        if param.is_asset and said.get(param.name):
            said[param.name] = content.get(said[param.name], said[param.name])
    text = json.dumps([operation.key, offer.key, said], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _first(account: Account, key: str, print_: str) -> Job | None:
    job = Job.objects.for_account(account).filter(key=key).first()
    if job and job.fingerprint != print_:
        raise KeyReused(
            f"The idempotency key “{key[:40]}” already stands for another request "
            f"(job {job.pk}). Use a new key for a new request.",
            print_,
        )
    return job


def _dispatch_calmly() -> None:
    """The order stands whether or not the hint gets out; the sweeper sends it again."""
    try:
        dispatch()
    except DatabaseError:
        log.exception("dispatch failed; the sweeper will try again")
