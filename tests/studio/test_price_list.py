"""One price: what is estimated is held and charged, for every model and whatever is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from billing import services as billing
from billing.models import CREDIT, Account, Hold, User
from billing.pricing import figures
from billing.purpose import KINDS
from studio import catalogue, jobs, price_list
from studio.jobs import Doer, Wanted
from studio.models import Job
from studio.spec import Offer, Operation

OFFERS = [o for o in catalogue.declared_offers().values() if o.provider != "automatic"]


@pytest.fixture(autouse=True)
def fresh(db: None) -> Iterator[None]:
    price_list.forget()
    yield
    price_list.forget()


@pytest.fixture
def rich(account: Account) -> Account:
    billing.grant(account, 1_000_000 * CREDIT, "grant:test")
    return account


def corners(operation: Operation, offer: Offer) -> list[dict[str, Any]]:
    """The usual settings, and each of them with one at its end."""
    usual = catalogue.usual(operation, offer)
    found = [usual]
    for param in offer.params(operation):
        ends: tuple[Any, ...] = ()
        if param.kind == "choice":
            ends = param.choices
        elif param.kind in ("number", "integer"):
            ends = tuple(end for end in (param.low, param.high) if end is not None)
        elif param.kind == "boolean":
            ends = (False, True)
        found += [{**usual, param.name: end} for end in ends]
    return found


def walk(account: Account, user: User, offer: Offer) -> list[Job]:
    """Order all corners of an offer, and say what came of their money."""
    operation = catalogue.operations()[offer.operation]
    each = corners(operation, offer)
    wanted = [Wanted((Doer(offer, params),)) for params in each]
    estimated = [jobs.quote(offer, params, account).amount for params in each]
    made, _ = jobs.create_run(account, user, operation, wanted)
    held = {h.reference: h for h in Hold.objects.filter(account=account)}
    assert [held[job.origin].amount for job in made] == estimated
    for job, amount in zip(made, estimated, strict=True):
        assert billing.charge(account, job.quote, job.origin).amount == amount
    return made


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.key)
def test_estimate_hold_and_charge_are_the_same(rich: Account, alice: User, offer: Offer) -> None:
    made = walk(rich, alice, offer)
    assert {job.price_row for job in made} == {None}
    assert billing.verify_ledger() == []


PRICED = [offer for offer in OFFERS if figures(offer.price)]


def doubled(value: Any) -> Any:
    if isinstance(value, dict):
        return {of: doubled(price) for of, price in value.items()}
    return f"{2 * float(value):.6f}"


@pytest.mark.parametrize("offer", PRICED[::7], ids=lambda offer: offer.key)
def test_another_price_counts_everywhere(rich: Account, alice: User, offer: Offer) -> None:
    before = [offer.price.quote(p).amount for p in corners(_operation(offer), offer)]
    new = {name: doubled(value) for name, value in figures(offer.price).items()}
    row = price_list.change(offer, new, source="their page of May")
    made = walk(rich, alice, offer)
    assert {job.price_row for job in made} == {row}
    for job, amount in zip(made, before, strict=True):
        assert job.quote == pytest.approx(2 * amount, abs=2)
        assert job.expected_cost == job.quote
    assert price_list.listed(offer).note == "their page of May"


def _operation(offer: Offer) -> Operation:
    return catalogue.operations()[offer.operation]


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.key)
def test_every_price_says_where_it_is_from(offer: Offer) -> None:
    assert catalogue.provider_of(offer).label in price_list.listed(offer).note


def test_what_is_counted_is_known_to_plans() -> None:
    counted = {o.key: o.counts.kind for o in catalogue.operations().values() if o.counts}
    assert set(counted.values()) == set(KINDS)
    free = [o for o in OFFERS if catalogue.provider_of(o).local]
    costly = {o.operation for o in OFFERS if not catalogue.provider_of(o).local}
    # No plan has a number of models in 3D; what they cost is limited.
    assert costly - counted.keys() == {"image-to-3d"}
    assert {o.operation for o in free} - counted.keys(), "conversions are not"


def test_an_avatar_counts_its_seconds_a_begun_one_included() -> None:
    counts = catalogue.operations()["talking-avatar"].counts
    assert counts
    assert counts.of({"seconds": 7.2}) == ("avatar_seconds", 8)
    assert counts.of({}) == ("avatar_seconds", 0)


def test_a_job_says_for_whom_it_was_and_counts_against_the_plan(rich: Account, alice: User) -> None:
    offer = next(o for o in OFFERS if o.operation == "text-to-image" and figures(o.price))
    operation = _operation(offer)
    jobs.create(
        account=rich, user=alice, operation=operation, offer=offer,
        params=catalogue.usual(operation, offer),
    )  # fmt: skip
    hold = Hold.objects.get()
    assert (hold.offer, hold.module, hold.user, hold.kind, hold.count) == (
        offer.key, "create", alice, "images", 1,
    )  # fmt: skip
