"""From which grant credits are taken, to which they come back, and what becomes of what expires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from billing import services as billing
from billing.lots import REFUND_STAYS, STAYS
from billing.models import Account, Entry, Kind, Lot, Source

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
    assert billing.verify_ledger() == []


def left(account: Account) -> dict[str, tuple[int, int]]:
    """(left, held) of each grant that has something, by its reference."""
    rows = Lot.objects.filter(account=account, left__gt=0).order_by("id")
    return {lot.reference: (lot.left, lot.held) for lot in rows}


def grants(account: Account) -> None:
    billing.grant(account, 10, "bought", source=Source.BOUGHT)
    billing.grant(account, 10, "plan", source=Source.PLAN, expires=NOON + 20 * DAY)
    billing.grant(account, 10, "promo", source=Source.PROMO)
    billing.grant(account, 10, "soon", source=Source.BOUGHT, expires=NOON + DAY)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (5, {"soon": 5}),
        (15, {"soon": 10, "plan": 5}),
        (25, {"soon": 10, "plan": 10, "promo": 5}),
        (40, {"soon": 10, "plan": 10, "promo": 10, "bought": 10}),
    ],
)
def test_what_expires_soonest_goes_first_and_what_was_bought_last(
    account: Account, amount: int, expected: dict[str, int]
) -> None:
    grants(account)
    billing.hold(account, amount, "job:1")
    assert {name: held for name, (_, held) in left(account).items() if held} == expected


def test_what_is_not_charged_goes_back_to_the_grant_it_was_from(account: Account) -> None:
    grants(account)
    billing.hold(account, 25, "job:1")
    billing.charge(account, 12, "job:1")
    assert left(account) == {"bought": (10, 0), "plan": (8, 0), "promo": (10, 0)}
    billing.hold(account, 20, "job:2")
    billing.release(account, "job:2")
    assert left(account) == {"bought": (10, 0), "plan": (8, 0), "promo": (10, 0)}


def test_what_expires_leaves_the_balance_with_a_line(
    account: Account, clock: time_machine.Traveller
) -> None:
    grants(account)
    clock.move_to(NOON + DAY)
    assert billing.usage(account)["available"] == 30, "before anybody has swept"
    assert billing.expire_due() == 1
    assert billing.expire_due() == 0
    account.refresh_from_db()
    assert account.balance == 30
    entry = Entry.objects.get(kind=Kind.EXPIRE)
    assert (entry.amount, entry.balance_after, entry.note) == (10, 30, "expired of soon")


def test_nobody_spends_what_has_expired_though_nobody_swept(
    account: Account, clock: time_machine.Traveller
) -> None:
    billing.grant(account, 10, "plan", expires=NOON + DAY)
    clock.move_to(NOON + DAY)
    with pytest.raises(billing.InsufficientCredits) as refusal:
        billing.hold(account, 1, "job:1")
    assert (refusal.value.needed, refusal.value.available) == (1, 0)


def test_what_was_promised_when_its_grant_expired_is_charged_all_the_same(
    account: Account, clock: time_machine.Traveller
) -> None:
    billing.grant(account, 10, "plan", expires=NOON + DAY)
    billing.hold(account, 6, "job:1")
    clock.move_to(NOON + 2 * DAY)
    billing.expire_due()
    assert left(account) == {"plan": (6, 6)}
    billing.charge(account, 6, "job:1")
    account.refresh_from_db()
    assert (account.balance, account.held) == (0, 0)


def test_what_comes_back_to_an_expired_grant_may_be_used_for_a_day(
    account: Account, clock: time_machine.Traveller
) -> None:
    billing.grant(account, 10, "plan", expires=NOON + DAY)
    billing.hold(account, 6, "job:1")
    clock.move_to(NOON + 2 * DAY)
    billing.release(account, "job:1")
    billing.hold(account, 6, "job:2")
    billing.release(account, "job:2")
    assert billing.usage(account)["available"] == 6
    clock.shift(STAYS)
    assert billing.usage(account)["available"] == 0
    billing.expire_due()
    assert left(account) == {}
    assert Entry.objects.filter(kind=Kind.EXPIRE).count() == 2, "it expired in two parts"


def test_a_refund_goes_to_the_grant_it_was_from(account: Account) -> None:
    grants(account)
    billing.hold(account, 15, "job:1")
    billing.charge(account, 15, "job:1")
    billing.refund(account, 12, "job:1")
    assert left(account) == {
        "bought": (10, 0), "plan": (10, 0), "promo": (10, 0), "soon": (7, 0),
    }  # fmt: skip


def test_a_refund_after_the_grant_has_expired_may_be_used_for_a_month(
    account: Account, clock: time_machine.Traveller
) -> None:
    billing.grant(account, 10, "plan", expires=NOON + DAY)
    billing.hold(account, 10, "job:1")
    billing.charge(account, 10, "job:1")
    clock.move_to(NOON + 2 * DAY)
    entry = billing.refund(account, 4, "job:1", "it was upside down")
    assert entry.note == (
        "it was upside down; the credits it was paid with had expired; these may be used until "
        "11 Apr 2026"
    )
    lot = Lot.objects.get(source=Source.REFUND)
    assert (lot.left, lot.expires) == (4, NOON + 2 * DAY + REFUND_STAYS)
    billing.hold(account, 4, "job:2")


def test_a_hold_says_what_it_is_for(account: Account) -> None:
    billing.grant(account, 10, "grant")
    its = billing.Purpose("wan", "transform", "videos", 1)
    billing.hold(account, 4, "job:1", "a cat", its)
    billing.hold(account, 5, "job:2", "a dog", its)
    billing.charge(account, 3, "job:2", offer="kling")
    held = account.holds.get(state="open")
    assert (held.reference, held.note, held.offer, held.module) == (
        "job:1", "a cat", "wan", "transform",
    )  # fmt: skip
    spent = account.holds.get(state="charged")
    assert (spent.charged, spent.offer) == (3, "kling"), "who did it in the end"
