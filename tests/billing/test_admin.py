"""What the operator can do with accounts and keys, and that the ledger is only looked at."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from billing import access, clients
from billing import services as ledger
from billing.models import CREDIT, Account, ApiKey, Entry, Membership, Role, User
from billing.services import verify_ledger


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def account_form(client: Client, account: Account, **changes: str) -> dict[str, str]:
    """What a browser would send from the page of the account."""
    page = client.get(reverse("admin:billing_account_change", args=[account.pk]))
    form = page.context["adminform"].form
    members = page.context["inline_admin_formsets"][0].formset
    fields = {"name": account.name, "grant_id": str(form["grant_id"].value())}
    for part in (members.management_form, *members.initial_forms):
        fields |= {field.html_name: str(field.value()) for field in part if field.value()}
    return fields | changes


def save(client: Client, account: Account, fields: dict[str, str]) -> str:
    address = reverse("admin:billing_account_change", args=[account.pk])
    page = client.post(address, fields, follow=True)
    assert page.status_code == 200
    return page.content.decode()


def test_credits_are_granted_with_a_note(operator: Client, account: Account) -> None:
    fields = account_form(operator, account, credits="12.5", note="welcome")
    assert "Granted 12.5 credits" in save(operator, account, fields)
    entry = Entry.objects.get()
    assert (entry.kind, entry.amount, entry.note) == ("grant", 12_500_000, "welcome")
    assert verify_ledger() == []


def test_a_form_that_is_sent_twice_grants_once(operator: Client, account: Account) -> None:
    fields = account_form(operator, account, credits="10")
    save(operator, account, fields)
    save(operator, account, fields)
    assert "cannot become" in save(operator, account, fields | {"credits": "11"})
    account.refresh_from_db()
    assert account.balance == 10 * CREDIT
    save(operator, account, account_form(operator, account, credits="10"))
    account.refresh_from_db()
    assert account.balance == 20 * CREDIT


@pytest.mark.parametrize("wrong", ["-1", "0.0000001", "1e30", "NaN", "many"])
def test_a_wrong_amount_is_refused(operator: Client, account: Account, wrong: str) -> None:
    save(operator, account, account_form(operator, account, credits=wrong, name="other"))
    account.refresh_from_db()
    assert account.name == "alice's studio"
    assert not Entry.objects.exists()


def test_saving_the_name_leaves_the_money_alone(operator: Client, account: Account) -> None:
    """Also what moved since the page was opened, and what somebody writes into the form."""
    fields = account_form(operator, account, name="new name", balance="999", held="999")
    ledger.grant(account, 100, "grant:1")
    ledger.hold(account, 40, "job:1")
    save(operator, account, fields)
    account.refresh_from_db()
    assert (account.name, account.balance, account.held) == ("new name", 100, 40)


def test_a_role_is_changed_in_the_account(operator: Client, account: Account, bob: User) -> None:
    fields = account_form(operator, account)
    users = {value: name for name, value in fields.items() if name.endswith("-user")}
    row = users[str(bob.pk)]
    save(operator, account, fields | {row.replace("-user", "-role"): Role.VIEWER})
    assert Membership.objects.get(user=bob).role == Role.VIEWER


def test_an_account_is_made_here_and_never_deleted(operator: Client, account: Account) -> None:
    page = operator.get(reverse("admin:billing_account_add"))
    grant_id = str(page.context["adminform"].form["grant_id"].value())
    prefix = page.context["inline_admin_formsets"][0].formset.prefix
    fields = {"name": "team", "credits": "5", "grant_id": grant_id}
    counts = {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    operator.post(reverse("admin:billing_account_add"), fields | counts)
    assert Account.objects.get(name="team").balance == 5 * CREDIT
    address = reverse("admin:billing_account_delete", args=[account.pk])
    assert operator.post(address, {"post": "yes"}).status_code == 403


def test_the_ledger_is_only_looked_at(operator: Client, account: Account) -> None:
    entry = ledger.grant(account, 100 * CREDIT, "grant:1", "hello")
    page = operator.get(reverse("admin:billing_entry_changelist"), {"q": "grant:1"})
    assert "100 credits" in page.content.decode()
    address = reverse("admin:billing_entry_change", args=[entry.pk])
    assert operator.get(address).status_code == 200
    assert operator.post(address, {"amount": "1"}).status_code == 403
    for forbidden in ("add", "delete"):
        args = [entry.pk] if forbidden == "delete" else []
        address = reverse(f"admin:billing_entry_{forbidden}", args=args)
        assert operator.post(address, {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": str(entry.pk), "post": "yes"}
    operator.post(reverse("admin:billing_entry_changelist"), bulk)
    assert Entry.objects.get().amount == 100 * CREDIT


def test_keys_are_revoked_and_nothing_tells_the_secret(
    operator: Client, account: Account, alice: User
) -> None:
    key, secret = access.create_key(account, alice, "script")
    changelist = reverse("admin:billing_apikey_changelist")
    for address in (changelist, reverse("admin:billing_apikey_change", args=[key.pk])):
        page = operator.get(address).content.decode()
        assert key.prefix in page
        assert secret not in page
        assert key.digest not in page
    operator.post(changelist, {"action": "revoke", "_selected_action": str(key.pk)})
    assert access.find_key(secret) is None


def test_who_may_only_look_revokes_nothing(
    account: Account, alice: User, sign_in: Callable[[User], Client]
) -> None:
    key, secret = access.create_key(account, alice, "script")
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_apikey"))
    changelist = reverse("admin:billing_apikey_changelist")
    client = sign_in(clerk)
    assert client.get(changelist).status_code == 200
    client.post(changelist, {"action": "revoke", "_selected_action": str(key.pk)})
    assert access.find_key(secret) == key
    assert ApiKey.objects.get().revoked is None


@pytest.mark.parametrize("page", ["user", "account", "entry", "apikey"])
def test_the_pages_work_without_anything_inline(
    operator: Client, account: Account, page: str
) -> None:
    """The content security policy would stop it."""
    ledger.grant(account, 1, "grant:1")
    html = operator.get(reverse(f"admin:billing_{page}_changelist")).content.decode()
    assert not re.search(r"<style|\son\w+=|<script(?![^>]*\bsrc=)(?![^>]*json)", html)


# --- clients --------------------------------------------------------------------------------------


def test_clients_are_listed_searched_and_only_looked_at(
    operator: Client, account: Account, charlie: User
) -> None:
    mine = clients.make(account, "Acme")
    clients.archive(clients.make(charlie.accounts.get(), "Zen"))
    there = reverse("admin:billing_client_changelist")
    for query, seen, unseen in (
        ({"q": "acm"}, "Acme", "Zen"),
        ({"archived__isempty": "0"}, "Zen", "Acme"),
    ):
        rows = operator.get(there, query).context["cl"].queryset
        names = {one.name for one in rows}
        assert seen in names
        assert unseen not in names
    page = operator.get(reverse("admin:billing_client_change", args=[mine.pk])).content.decode()
    assert "Acme" in page
    assert 'name="_save"' not in page
    assert operator.get(reverse("admin:billing_client_add")).status_code == 403


def test_a_member_is_limited_to_clients_of_the_account_alone(
    operator: Client, account: Account, bob: User, charlie: User
) -> None:
    acme = clients.make(account, "Acme")
    theirs = clients.make(charlie.accounts.get(), "Theirs")
    formset = (
        operator.get(reverse("admin:billing_account_change", args=[account.pk]))
        .context["inline_admin_formsets"][0]
        .formset
    )
    (at,) = [n for n, form in enumerate(formset.forms) if form.instance.user_id == bob.pk]
    assert list(formset.forms[at].fields["clients"].queryset) == [acme]
    limit = {f"membership_set-{at}-limited": "on"}
    chosen = f"membership_set-{at}-clients"
    page = save(
        operator, account, account_form(operator, account, **limit, **{chosen: str(theirs.pk)})
    )
    assert "not one of the available choices" in page
    page = save(operator, account, account_form(operator, account, **{chosen: str(acme.pk)}))
    assert "Who is not limited sees all clients" in page
    save(operator, account, account_form(operator, account, **limit, **{chosen: str(acme.pk)}))
    limited = Membership.objects.get(user=bob)
    assert (limited.limited, list(limited.clients.all())) == (True, [acme])
    owner = {f"membership_set-{1 - at}-limited": "on"}
    assert "Owners and admins see all clients" in save(
        operator, account, account_form(operator, account, **owner)
    )
    assert not Membership.objects.get(role=Role.OWNER, account=account).limited
