"""What the operator does to people and money is in the audit log, and goes by the same rules as
what owners do."""

from __future__ import annotations

import json

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing import ledger_checks
from billing.models import (
    CREDIT,
    Account,
    ApiKey,
    AuditEvent,
    Budget,
    LedgerCheck,
    Membership,
    Pack,
    Payment,
    Plan,
    Role,
    Subscription,
    User,
)
from billing.models import Client as Acme
from billing.models.team import By
from studio import price_list
from tests.billing.plan_rows import plan, subscribed
from tests.billing.test_admin import account_form, save
from tests.billing.test_admin_money import price, send


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


Lines = list[tuple[str, str, dict[str, object]]]


def lines(action: str = "") -> Lines:
    rows = AuditEvent.objects.filter(by=By.OPERATOR, action__startswith=action).order_by("id")
    return list(rows.values_list("action", "of", "details"))


def row_of(fields: dict[str, str], user: User) -> str:
    """The beginning of the names of the fields of that member."""
    users = {value: name for name, value in fields.items() if name.endswith("-user")}
    return users[str(user.pk)].removesuffix("user")


# --- people ---------------------------------------------------------------------------------------


def test_another_role_is_written_down(operator: Client, account: Account, bob: User) -> None:
    fields = account_form(operator, account)
    save(operator, account, fields | {f"{row_of(fields, bob)}role": Role.ADMIN})
    assert Membership.objects.get(user=bob).role == Role.ADMIN
    assert lines("members") == [("members.role", "bob", {"before": "member", "after": "admin"})]


@pytest.mark.parametrize("way", ["role", "DELETE"])
def test_the_last_owner_stays(
    operator: Client, account: Account, alice: User, bob: User, way: str
) -> None:
    fields = account_form(operator, account)
    value = Role.MEMBER if way == "role" else "on"
    page = save(operator, account, fields | {f"{row_of(fields, alice)}{way}": value})
    assert "Nobody would own the account any more" in page
    assert Membership.objects.get(user=alice).role == Role.OWNER
    assert lines("members") == []


def test_an_owner_goes_when_another_comes(
    operator: Client, account: Account, alice: User, bob: User
) -> None:
    key = ApiKey.objects.create(account=account, user=alice, name="k", prefix="p", digest="d")
    fields = account_form(operator, account)
    said = {f"{row_of(fields, alice)}DELETE": "on", f"{row_of(fields, bob)}role": Role.OWNER}
    save(operator, account, fields | said)
    assert [m.user for m in Membership.objects.filter(account=account)] == [bob]
    key.refresh_from_db()
    assert key.revoked, "as when an owner takes somebody out"
    assert [(action, of) for action, of, _ in lines("members")] == [
        ("members.role", "bob"), ("members.removed", "alice"),
    ]  # fmt: skip


def test_somebody_is_put_in_and_limited(
    operator: Client, account: Account, bob: User, charlie: User
) -> None:
    acme = Acme.objects.create(account=account, name="Acme")
    fields = account_form(operator, account)
    start = row_of(fields, bob)
    prefix = start.rsplit("-", 2)[0]
    new = f"{prefix}-{fields[f'{prefix}-TOTAL_FORMS']}-"
    said = {
        f"{prefix}-TOTAL_FORMS": str(int(fields[f"{prefix}-TOTAL_FORMS"]) + 1),
        f"{new}user": str(charlie.pk), f"{new}role": Role.VIEWER,
        f"{start}limited": "on", f"{start}clients": str(acme.pk),
    }  # fmt: skip
    save(operator, account, fields | said)
    theirs = Membership.objects.filter(account=account)
    assert theirs.get(user=charlie).role == Role.VIEWER
    assert list(theirs.get(user=bob).clients.all()) == [acme]
    assert {(action, of) for action, of, _ in lines("members")} == {
        ("members.joined", "charlie"), ("members.limited", "bob"),
    }  # fmt: skip


# --- money ----------------------------------------------------------------------------------------


def test_grants_to_many_are_written_down_for_each(
    operator: Client, account: Account, charlie: User
) -> None:
    address = reverse("admin:billing_account_changelist")
    chosen = {"action": "grant_many", ACTION_CHECKBOX_NAME: [account.pk, charlie.accounts.get().pk]}
    form = operator.post(address, chosen).context["form"]
    said = {"credits": "5", "note": "sorry", "grant_id": str(form["grant_id"].value())}
    for _ in range(2):
        operator.post(address, {**chosen, **said})
    assert lines() == [("credits.granted", "5 credits", {"note": "sorry"})] * 2


def test_budgets_are_written_down(operator: Client, account: Account) -> None:
    said = {"account": account.pk, "of": "account", "hard": 5 * CREDIT}
    send(operator, "budget_add", said)
    mine = Budget.objects.get()
    send(operator, "budget_change", {"soft": 2 * CREDIT, "hard": 9 * CREDIT}, mine.pk)
    mine.refresh_from_db()
    assert (mine.of, mine.soft, mine.hard) == ("account", 2 * CREDIT, 9 * CREDIT)
    send(operator, "budget_delete", {"post": "yes"}, mine.pk)
    assert not Budget.objects.exists()
    assert [details for _, _, details in lines("settings.budget")] == [
        {"change": "set", "stops": "5 credits"},
        {"change": "set", "warns": "2 credits", "stops": "9 credits"},
        {"change": "removed"},
    ]


def test_plans_of_accounts_are_written_down(operator: Client, account: Account) -> None:
    own = subscribed(account, now=timezone.now())
    large = plan("large", price_month=100)
    send(operator, "subscription_change", {"plan": large.pk, "cycle": "month"}, own.pk)
    operator.post(
        reverse("admin:billing_subscription_changelist"),
        {"action": "stop", ACTION_CHECKBOX_NAME: [own.pk]},
    )
    told = [(action, of) for action, of, _ in lines("plan.")]
    assert told == [
        ("plan.changed", "Large"), ("plan.canceled", "Large"), ("plan.ended", "Large"),
    ]  # fmt: skip


def test_a_plan_that_is_paid_by_card_is_left_to_the_provider(
    operator: Client, account: Account
) -> None:
    own = subscribed(account, external="sub_1")
    large = plan("large", price_month=100)
    said = {"plan": large.pk, "cycle": "month", "renews": "on"}
    Subscription.objects.update(period_end="2999-01-01T00:00Z")
    assert "paid by card (sub_1)" in send(operator, "subscription_change", said, own.pk)
    page = operator.post(
        reverse("admin:billing_subscription_changelist"),
        {"action": "stop", ACTION_CHECKBOX_NAME: [own.pk]},
        follow=True,
    )
    assert "end it at the payment provider (sub_1)" in page.content.decode()
    own.refresh_from_db()
    assert (own.plan.key, own.status) == ("small", "active")


def test_what_a_plan_is_and_what_things_cost_is_written_down(operator: Client) -> None:
    free = Plan.objects.get(key="free")
    said = {
        "name": "Free", "price_month": 500, "price_year": 0, "credits": 0, "position": 0,
        "caps": json.dumps(free.caps), "offers": "null",
    }  # fmt: skip
    send(operator, "plan_change", said, free.pk)
    pack = {"name": "Hundred", "credits": 100 * CREDIT, "cents": 150, "position": 0}
    send(operator, "pack_add", pack)
    send(operator, "price_add", price('{"prices": {"720p": "0.11"}}'))
    price_list.forget()
    told = {action: details for action, _, details in lines("operator")}
    assert told["operator.plan"]["price_month"] == "500"
    assert told["operator.pack"]["cents"] == "150"
    assert "0.11" in str(told["operator.price"]["to"])
    assert (
        "operator.plan"
        in operator.get(reverse("admin:billing_auditevent_changelist")).content.decode()
    )


@pytest.mark.parametrize("cents", ["49", "0", "-1"])
def test_a_pack_that_no_card_pays_is_refused(operator: Client, cents: str) -> None:
    pack = {"name": "Gift", "credits": CREDIT, "cents": cents, "position": 0}
    assert "greater than or equal to" in send(operator, "pack_add", pack)
    assert not Pack.objects.exists()


def test_payments_are_looked_at_and_ticked_off(operator: Client, account: Account) -> None:
    mine = Payment.objects.create(
        account=account, of="credits", name="Hundred", cents=100, attention=True, words="Look!"
    )
    for name in ("payment", "paymentevent", "pack", "ledgercheck", "budgetalert"):
        assert operator.get(reverse(f"admin:billing_{name}_changelist")).status_code == 200
    one = reverse("admin:billing_payment_change", args=[mine.pk])
    assert "Look!" in operator.get(one).content.decode()
    assert operator.post(one, {"cents": "1"}).status_code == 403
    said = {"action": "looked_into", ACTION_CHECKBOX_NAME: [str(mine.pk)]}
    operator.post(reverse("admin:billing_payment_changelist"), said)
    mine.refresh_from_db()
    assert mine.attention is False


# --- the ledger -----------------------------------------------------------------------------------


def test_the_ledger_is_looked_through_and_the_overview_tells(
    operator: Client, account: Account
) -> None:
    def told() -> str:
        panels = {p.title: p for p in operator.get(reverse("admin:index")).context["panels"]}
        (first, *_), rows = panels["Ledger"].figures, panels["Ledger"].rows
        return " ".join([first.text, first.tone, *(row.cells[0].text for row in rows)])

    assert told() == "– "
    assert ledger_checks.check().count == 0
    assert told() == "0 ok"
    Account.objects.filter(pk=account.pk).update(balance=5)
    assert ledger_checks.check().count == 2
    assert told().startswith(f"2 bad account {account.pk}: (balance, held) is (5, 0)")


def test_of_the_looks_the_last_ones_are_kept(db: None) -> None:
    for _ in range(ledger_checks.KEPT + 3):
        ledger_checks.check()
    assert LedgerCheck.objects.count() == ledger_checks.KEPT
