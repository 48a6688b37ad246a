"""What the plan and the budgets let through, said beforehand and enforced by the hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from billing import budgets, plans
from billing import services as billing
from billing.budgets import set_budget
from billing.models import CREDIT, Account, ApiKey, BudgetAlert, Client, Counter, Plan, User
from billing.services import Asked, Line, Purpose
from tests.billing.plan_rows import BEGUN, subscribed

IMAGE = Purpose("wan", "create", "images", 1)
VIDEO = Purpose("kling", "transform", "videos", 1)


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEGUN, tick=False) as traveller:
        yield traveller
    assert billing.verify_ledger() == []


@pytest.fixture
def rich(account: Account) -> Account:
    billing.grant(account, 1000 * CREDIT, "grant:1")
    return account


def used(account: Account, kind: str = "images") -> int:
    return sum(Counter.objects.filter(account=account, kind=kind).values_list("used", flat=True))


# --- plans ----------------------------------------------------------------------------------------


def test_without_a_plan_nothing_is_limited(rich: Account) -> None:
    for number in range(20):
        billing.hold(rich, CREDIT, f"job:{number}", purpose=VIDEO)
    assert not billing.is_limited(rich)
    assert billing.preflight(rich, [Asked(CREDIT, CREDIT, VIDEO)]).allowed


def test_a_cap_refuses_with_its_figures_and_the_way_out(rich: Account) -> None:
    rich.zone = "Europe/Amsterdam"
    rich.save()
    subscribed(rich)
    for number in range(3):
        billing.hold(rich, CREDIT, f"job:{number}", purpose=IMAGE)
    with pytest.raises(billing.LimitReached) as refusal:
        billing.hold(rich, CREDIT, "job:4", purpose=IMAGE)
    assert str(refusal.value) == (
        "The plan Small has 3 images a month; 3 are used, and this is 1 image more. It starts "
        "again on 28 Feb 2026, 10:00 (Europe/Amsterdam). alice can choose a larger plan before."
    )
    limit = refusal.value.limit
    assert limit
    assert (limit.what, limit.used, limit.cap, limit.after) == ("images", 3, 3, 4)
    rich.refresh_from_db()
    assert (used(rich), rich.held) == (3, 3 * CREDIT)


def test_none_is_no_limit_and_nought_is_none(rich: Account) -> None:
    subscribed(rich, caps={"videos": 0, "edits": None})
    billing.hold(rich, CREDIT, "job:1", purpose=Purpose(kind="edits", count=1000))
    with pytest.raises(billing.LimitReached, match=r"The plan Small has no videos\. alice can"):
        billing.hold(rich, CREDIT, "job:2", purpose=VIDEO)


def test_what_is_released_is_not_counted_and_what_is_charged_is(rich: Account) -> None:
    subscribed(rich)
    for number in range(3):
        billing.hold(rich, CREDIT, f"job:{number}", purpose=IMAGE)
    billing.charge(rich, CREDIT, "job:0")
    billing.release(rich, "job:1")
    billing.release_all(rich, ["job:2"])
    assert used(rich) == 1


def test_it_counts_in_the_month_in_which_it_was_asked_for(
    rich: Account, clock: time_machine.Traveller
) -> None:
    subscribed(rich)
    clock.move_to(datetime(2026, 2, 28, 8, 59, tzinfo=UTC))
    billing.hold(rich, CREDIT, "job:1", purpose=IMAGE)
    billing.hold(rich, CREDIT, "job:2", purpose=IMAGE)
    clock.move_to(datetime(2026, 2, 28, 9, tzinfo=UTC))
    billing.hold(rich, CREDIT, "job:3", purpose=IMAGE)
    billing.charge(rich, CREDIT, "job:1")
    billing.release(rich, "job:2")
    months = Counter.objects.filter(account=rich, kind="images").order_by("period")
    assert list(months.values_list("used", flat=True)) == [1, 1]


@pytest.mark.parametrize(("counts_free", "number"), [(False, 0), (True, 1)])
def test_what_costs_nothing_counts_only_where_the_plan_says_so(
    rich: Account, counts_free: bool, number: int
) -> None:
    subscribed(rich, counts_free=counts_free)
    billing.hold(rich, 0, "job:1", purpose=IMAGE)
    assert used(rich) == number


def test_a_model_that_is_not_in_the_plan(rich: Account) -> None:
    subscribed(rich, offers=["wan"])
    billing.hold(rich, CREDIT, "job:1", purpose=IMAGE)
    with pytest.raises(billing.NotInPlan, match=r"“kling” is not in the plan Small\. Choose"):
        billing.hold(rich, 0, "job:2", purpose=VIDEO)
    assert billing.may_use(rich, "wan")
    assert not billing.may_use(rich, "kling")


def test_many_are_judged_as_a_sum(rich: Account) -> None:
    subscribed(rich)
    lines = [Line(CREDIT, f"job:{number}", "", IMAGE) for number in range(4)]
    with pytest.raises(billing.LimitReached, match="0 are used, and this is 4 images more"):
        billing.hold_all(rich, lines)
    assert used(rich) == 0
    billing.hold_all(rich, lines[:3])
    assert used(rich) == 3


def test_moving_to_another_zone_begins_no_month_anew(rich: Account) -> None:
    subscribed(rich)
    billing.hold_all(rich, [Line(CREDIT, f"job:{n}", "", IMAGE) for n in range(3)])
    rich.zone = "Pacific/Auckland"
    rich.save()
    with pytest.raises(billing.LimitReached, match="Pacific/Auckland"):
        billing.hold(rich, CREDIT, "job:4", purpose=IMAGE)


def test_a_plan_that_has_ended_does_only_what_is_free(
    rich: Account, clock: time_machine.Traveller
) -> None:
    subscribed(rich, renews=False, caps={})
    clock.move_to(datetime(2026, 2, 28, 9, tzinfo=UTC))
    for swept in (False, True):
        with pytest.raises(billing.SubscriptionEnded, match="Small ended on 28 Feb 2026, 09:00"):
            billing.hold(rich, CREDIT, "job:1", purpose=IMAGE)
        billing.hold(rich, 0, f"job:free {swept}", purpose=IMAGE)
        plans.renew_due()


def test_the_plan_names_the_credits_that_come(account: Account) -> None:
    subscribed(account, credits=5 * CREDIT, caps={})
    with pytest.raises(billing.InsufficientCredits) as refusal:
        billing.hold(account, 6 * CREDIT, "job:1")
    assert str(refusal.value) == (
        "This needs 6 credits, available: 5 credits. Choose something cheaper, wait for running "
        "work to end, or ask alice for more credits. The plan Small brings 5 credits on 28 Feb "
        "2026, 09:00 (UTC)."
    )


@pytest.mark.parametrize(
    ("own", "studio", "cap"),
    [(None, None, None), (10, None, 10), (None, 20, 20), (10, 20, 10), (20, 10, 10), (0, 10, 0)],
    ids=["none", "plan", "studio", "plan less", "studio less", "nought"],
)
def test_the_room_of_a_plan(
    account: Account, settings: Any, own: int | None, studio: int | None, cap: int | None
) -> None:
    settings.ACCOUNT_STORAGE_BYTES = studio
    subscribed(account, storage_bytes=own)
    assert billing.storage_cap(account) == cap


def test_the_members_of_a_plan(account: Account) -> None:
    assert billing.members_cap(account) is None
    subscribed(account, members=3)
    assert billing.members_cap(account) == 3


@pytest.mark.parametrize(
    "wrong",
    [{"pictures": 1}, {"images": -1}, {"images": 1.5}, {"images": True}, [1], [], None, ""],
    ids=["unknown", "negative", "part", "yes", "list", "empty list", "null", "text"],
)
def test_caps_that_are_none(db: None, wrong: Any) -> None:
    with pytest.raises(ValidationError, match=r"caps"):
        Plan(key="wrong", name="Wrong", caps=wrong).full_clean()


@pytest.mark.parametrize("wrong", [{}, "", "wan", [1], [""]])
def test_models_that_are_none(db: None, wrong: Any) -> None:
    """Nobody could order anything by it."""
    with pytest.raises(ValidationError, match="offers"):
        Plan(key="wrong", name="Wrong", offers=wrong).full_clean()


# --- budgets --------------------------------------------------------------------------------------


def test_a_hard_budget_refuses_and_a_soft_one_warns(rich: Account, alice: User) -> None:
    set_budget(rich, "account", soft=5 * CREDIT, hard=10 * CREDIT)
    billing.hold(rich, 4 * CREDIT, "job:1")
    look = billing.preflight(rich, [Asked(3 * CREDIT, 2 * CREDIT)])
    assert look.allowed
    assert look.warnings == (
        "Budget of the account: with this 7 credits of 5 credits are spent or promised this "
        "month. It only warns.",
    )
    billing.charge(rich, 2 * CREDIT, "job:1")
    billing.hold(rich, 8 * CREDIT, "job:2")
    look = billing.preflight(rich, [Asked(1, 1)])
    assert (look.allowed, look.warnings) == (False, ()), "what is refused is not warned of"
    with pytest.raises(billing.BudgetReached) as refusal:
        billing.hold(rich, 1, "job:3")
    assert str(refusal.value) == (
        "Budget of the account: 10 credits a month; 10 credits are spent or promised, and this "
        f"may cost 0.000001 credits. It starts again on {budgets_reset(rich)}. alice can raise it "
        "before."
    )
    billing.release(rich, "job:2")
    billing.hold(rich, 8 * CREDIT, "job:4")


def budgets_reset(account: Account) -> str:
    resets = budgets.budgets_of(account)[0].resets
    return f"{resets.day} {resets:%b %Y, %H:%M} (UTC)"


def test_each_budget_is_for_its_own(rich: Account, alice: User, bob: User) -> None:
    client = Client.objects.create(account=rich, name="Acme")
    key = ApiKey.objects.create(account=rich, user=alice, name="CI", digest="1")
    set_budget(rich, "client", client=client, hard=CREDIT)
    set_budget(rich, "member", user=bob, hard=2 * CREDIT)
    set_budget(rich, "key", api_key=key, hard=3 * CREDIT)
    cases = {
        "Budget of Acme": (Purpose(client=client.pk), CREDIT),
        "Budget of bob": (Purpose(user=bob.pk), 2 * CREDIT),
        "Budget of CI": (Purpose(key=key.pk), 3 * CREDIT),
    }
    for name, (purpose, amount) in cases.items():
        billing.hold(rich, amount, f"job:{name}", purpose=purpose)
        with pytest.raises(billing.BudgetReached, match=name):
            billing.hold(rich, 1, f"job:more {name}", purpose=purpose)
    billing.hold(rich, 100 * CREDIT, "job:alice", purpose=Purpose(user=alice.pk))
    look = billing.preflight(rich, [Asked(1, 1, Purpose(user=alice.pk))])
    assert [limit.name for limit in look.limits] == ["Credits"], "nobody else's is told"


def test_a_budget_counts_what_was_spent_before_it_was_set(rich: Account) -> None:
    billing.hold(rich, 4 * CREDIT, "job:1")
    billing.hold(rich, 3 * CREDIT, "job:2")
    billing.charge(rich, 2 * CREDIT, "job:1")
    set_budget(rich, "account", hard=6 * CREDIT)
    (figure,) = budgets.budgets_of(rich)
    assert (figure.spent, figure.held) == (2 * CREDIT, 3 * CREDIT)
    with pytest.raises(billing.BudgetReached):
        billing.hold(rich, 2 * CREDIT, "job:3")
    billing.hold(rich, CREDIT, "job:3")
    billing.refund(rich, CREDIT, "job:1")
    (figure,) = budgets.budgets_of(rich)
    assert (figure.spent, figure.held) == (CREDIT, 4 * CREDIT)


def test_the_plan_caps_what_a_month_costs(rich: Account) -> None:
    subscribed(rich, caps={}, cost_cap=5 * CREDIT)
    billing.hold(rich, 5 * CREDIT, "job:1")
    with pytest.raises(billing.BudgetReached, match="Costs a month of Small: 5 credits a month"):
        billing.hold(rich, 1, "job:2")
    Plan.objects.filter(key="small").update(cost_cap=6 * CREDIT)
    billing.hold(rich, 1, "job:2")


def test_alerts_come_once_a_month_each(rich: Account, clock: time_machine.Traveller) -> None:
    set_budget(rich, "account", hard=10 * CREDIT)

    def spend(amount: int, reference: str) -> list[int]:
        billing.hold(rich, amount, reference)
        assert levels() == before, "what is only promised may come back"
        billing.charge(rich, amount, reference)
        return levels()

    def levels() -> list[int]:
        return sorted(BudgetAlert.objects.values_list("level", flat=True))

    before = levels()
    before = spend(4 * CREDIT, "job:1")
    assert before == []
    before = spend(CREDIT, "job:2")
    assert before == [50]
    before = spend(CREDIT, "job:3")
    assert before == [50]
    before = spend(4 * CREDIT, "job:4")
    assert before == [50, 80, 100]
    assert BudgetAlert.objects.get(level=100).words == (
        "The budget of the account is used up: 10 credits of 10 credits are spent this month. No "
        "more is spent from it until the month ends or somebody raises it."
    )
    billing.refund(rich, 4 * CREDIT, "job:4")
    before = spend(4 * CREDIT, "job:5")
    assert before == [50, 80, 100], "told already"
    clock.shift(timedelta(days=32))
    assert spend(5 * CREDIT, "job:6") == [50, 50, 80, 100]


@pytest.mark.parametrize(
    "said",
    [
        {"of": "client"},
        {"of": "account", "user": "alice"},
        {"of": "member", "user": "charlie"},
        {"of": "account", "soft": 2, "hard": 1},
    ],
    ids=["of nobody", "of too much", "of a stranger", "warns too late"],
)
def test_budgets_that_cannot_be(
    account: Account, alice: User, charlie: User, said: dict[str, Any]
) -> None:
    people = {"alice": alice, "charlie": charlie}
    more = {n: people.get(v, v) for n, v in said.items() if n != "of"}
    with pytest.raises(ValidationError):
        set_budget(account, said["of"], **more)


# --- beforehand -----------------------------------------------------------------------------------


def test_the_tightest_limit_is_the_one_of_which_least_is_left(rich: Account) -> None:
    subscribed(rich, caps={"images": 10}, cost_cap=100 * CREDIT)
    look = billing.preflight(rich, [Asked(CREDIT, CREDIT, IMAGE)] * 5)
    assert look.tightest
    assert (look.tightest.what, look.tightest.after, look.tightest.left) == ("images", 5, 5)
    assert [limit.what for limit in look.limits] == ["credits", "images", "plan"]
    assert (look.most, look.after) == (5 * CREDIT, 995 * CREDIT)


@pytest.mark.parametrize("number", [0, 1, 3, 4, 5])
def test_what_is_said_beforehand_is_what_happens(rich: Account, number: int) -> None:
    subscribed(rich, caps={"images": 4}, cost_cap=8 * CREDIT)
    asked = [Asked(2 * CREDIT, CREDIT, IMAGE)] * number
    look = billing.preflight(rich, asked)
    lines = [Line(one.most, f"job:{n}", "", one.purpose) for n, one in enumerate(asked)]
    met = ""
    try:
        billing.hold_all(rich, lines)
    except billing.MoneyRefused as error:
        met = str(error)
    assert met == str(look.refusal or "")
    if look.allowed:
        assert billing.usage(rich)["available"] == look.after
