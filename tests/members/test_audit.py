"""The audit log: what is written of whom, that it stays as it is, and who may read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from assets import services as assets
from assets.models import Asset
from assets.services import bin, boards
from billing import access, audit_log
from billing.models import Account, AuditEvent, Membership, User
from tests.api.conftest import client_of  # noqa: F401 - a fixture
from tests.studio.test_session import PASSWORD, act, try_password

SignIn = Callable[[User], Browser]
Bring = Callable[..., Asset]


@pytest.fixture
def bring(account: Account, picture: Callable[..., bytes]) -> Bring:
    """bring((40, 30), title="Cat"): a picture in the library."""

    def make(size: tuple[int, int], **row: str) -> Asset:
        source = ContentFile(picture(size))
        return assets.ingest(source, account=account, user=None, filename="a.png", **row)

    return make


def lines(**of: Any) -> list[tuple[str, str, str]]:
    """Oldest first: who, what, to what."""
    rows = AuditEvent.objects.filter(**of).order_by("pk")
    return list(rows.values_list("actor", "action", "of"))


@pytest.fixture
def line(account: Account) -> AuditEvent:
    audit_log.write(account, "keys.made", "script", begins="zt_abc")
    return AuditEvent.objects.get()


# --- it stays as it is ----------------------------------------------------------------------------


def test_a_line_is_never_changed_or_removed(line: AuditEvent) -> None:
    line.of = "another"
    for change in (
        line.save,
        line.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(of="another"),
        lambda: AuditEvent.objects.bulk_update([line], ["of"]),
    ):
        with pytest.raises(TypeError, match="never"):
            change()
    assert AuditEvent.objects.get().of == "script"


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(
    "sql", ["UPDATE billing_auditevent SET of = 'x'", "DELETE FROM billing_auditevent"]
)
def test_the_database_refuses_too(line: AuditEvent, sql: str) -> None:
    with (
        pytest.raises(DatabaseError, match="never changed or removed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert AuditEvent.objects.count() == 1


def test_it_outlives_whom_it_names(account: Account, bob: User, sign_in: SignIn) -> None:
    act(sign_in(bob), "create_key", name="script")
    bob.delete()
    assert ("bob", "keys.made", "script") in lines(account=account)


def test_the_admin_shows_it_and_changes_nothing(line: AuditEvent, sign_in: SignIn) -> None:
    operator = User.objects.create_superuser("op")
    browser = sign_in(operator)
    there = reverse("admin:billing_auditevent_changelist")
    assert "script" in browser.get(there).content.decode()
    one = reverse("admin:billing_auditevent_change", args=[line.pk])
    assert browser.get(one).status_code == 200
    assert browser.post(one, {"of": "x"}).status_code == 403
    assert browser.post(f"{one[:-7]}delete/", {"post": "yes"}).status_code == 403
    assert browser.get(reverse("admin:billing_auditevent_add")).status_code == 403


def test_no_secret_and_no_unknown_action_is_written(account: Account) -> None:
    with pytest.raises(ValueError, match="no secrets"):
        audit_log.write(account, "keys.made", "script", secret="zt_1")
    with pytest.raises(ValueError, match="no action"):
        audit_log.write(account, "keys.eaten")
    assert not AuditEvent.objects.exists()


def test_what_is_too_long_or_cannot_be_stored_is_cut(account: Account) -> None:
    audit_log.write(account, "keys.made", "x\0" * 300, note="y\0" * 900)
    found = AuditEvent.objects.get()
    assert (found.of, found.details) == ("x" * 200, {"note": "y" * 300})


def test_it_is_kept_as_long_as_the_setting_says(line: AuditEvent, settings: Any) -> None:
    settings.AUDIT_DAYS = 10
    with time_machine.travel(timezone.now() + timedelta(days=9)):
        assert audit_log.sweep() == 0
    with time_machine.travel(timezone.now() + timedelta(days=11)):
        settings.AUDIT_DAYS = 0  # for good
        assert audit_log.sweep() == 0
        settings.AUDIT_DAYS = 10
        assert audit_log.sweep() == 1
    assert not AuditEvent.objects.exists()


def test_the_hourly_tidying_sweeps(line: AuditEvent, settings: Any) -> None:
    from studio import tasks

    settings.AUDIT_DAYS = 10
    with time_machine.travel(timezone.now() + timedelta(days=11)):
        tasks.tidy()
    assert not AuditEvent.objects.filter(pk=line.pk).exists()


# --- who ------------------------------------------------------------------------------------------


def test_a_person_with_their_address(account: Account, alice: User, sign_in: SignIn) -> None:
    browser = sign_in(alice)
    page = browser.post(
        reverse("account"), {"action": "create_key", "name": "script"}, REMOTE_ADDR="192.0.2.7"
    )
    found = AuditEvent.objects.get(action="keys.made")
    assert (found.by, found.user, found.account) == ("person", alice, account)
    assert found.address == "192.0.2.7"
    assert page.context["secret"] not in str(AuditEvent.objects.values())


def test_a_key_says_which_it_is(account: Account, alice: User, bring: Bring) -> None:
    asset = bring((30, 40), title="Cat")
    _, secret = access.create_key(account, alice, "nightly")
    Browser(headers={"Authorization": f"Bearer {secret}"}).delete(f"/api/v1/assets/{asset.pk}/")
    found = AuditEvent.objects.get(action="deleting.trashed")
    assert (found.by, found.actor, found.of) == ("key", "alice (nightly)", "Cat")


def test_a_key_is_noted_once_a_day_for_each_address(account: Account, alice: User) -> None:
    _, secret = access.create_key(account, alice, "nightly")
    program = Browser(headers={"Authorization": f"Bearer {secret}"})

    def ask(address: str) -> None:
        assert program.get("/api/v1/storage/", REMOTE_ADDR=address).status_code == 200

    for address in ("192.0.2.7", "192.0.2.8", "192.0.2.7"):
        ask(address)
    used = AuditEvent.objects.filter(action="keys.used")
    assert sorted(used.values_list("address", flat=True)) == ["192.0.2.7", "192.0.2.8"]
    audit_log._seen.clear()  # as in another process
    ask("192.0.2.7")
    assert used.count() == 2
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        ask("192.0.2.7")
    assert used.count() == 3


def test_the_studio_itself(account: Account) -> None:
    audit_log.write(account, "keys.revoked", "script")
    assert AuditEvent.objects.get().by == "system"


def test_yes_and_no_are_said_as_people_do(account: Account, alice: User) -> None:
    access.create_key(account, alice, "look", read_only=True)
    access.create_key(account, alice, "script")
    told = [audit_log.told(line) for line in audit_log.events(account).order_by("pk")]
    assert ["read only: yes" in told[0], "read only: no" in told[1]] == [True, True]


def test_an_operator_grants_money(account: Account, sign_in: SignIn) -> None:
    browser = sign_in(User.objects.create_superuser("op"))
    page = browser.get(reverse("admin:billing_account_change", args=[account.pk]))
    grant_id = page.context["adminform"].form["grant_id"].value()
    data = {"name": account.name, "credits": "5", "note": "welcome", "grant_id": grant_id}
    rows = {f"membership_set-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL")}
    for _ in range(2):  # sent twice it is granted, and written, once
        address = reverse("admin:billing_account_change", args=[account.pk])
        assert browser.post(address, {**data, **rows}).status_code == 302
    (found,) = AuditEvent.objects.filter(action="credits.granted")
    assert (found.by, found.actor, found.details) == ("operator", "op", {"note": "welcome"})
    assert found.of.startswith("5")


def test_a_guest_downloads(account: Account, alice: User, bring: Bring) -> None:
    asset = bring((30, 40), title="Cat")
    board = boards.make_board(account, alice, title="For Zoe", assets=[asset], downloads=True)
    key, token = board.items.get().key, boards.token_of(board)
    Browser().get(reverse("share-file", args=[token, key, "download"]))
    found = AuditEvent.objects.get(action="sharing.downloaded")
    assert (found.by, found.account, found.of) == ("guest", account, "Cat")
    assert token not in str(AuditEvent.objects.values())


# --- what -----------------------------------------------------------------------------------------


def test_coming_in_and_going_out(account: Account, alice: User) -> None:
    browser = Browser()
    try_password(browser, "wrong")
    try_password(browser, PASSWORD)
    browser.post(reverse("sign-out"))
    assert lines(account=account) == [
        ("", "sign-in.failed", "alice"),
        ("alice", "sign-in.ok", "alice"),
        ("alice", "sign-in.out", "alice"),
    ]


def test_what_was_typed_in_place_of_a_name_is_not_kept(alice: User) -> None:
    try_password(Browser(), "wrong", "my secret password")
    found = AuditEvent.objects.get()
    assert (found.account, found.of) == (None, "an unknown name")


def test_sharing(account: Account, alice: User) -> None:
    board = boards.make_board(account, alice, title="For Zoe")
    boards.change_board(board, title="For Zoe")  # no matter of the link
    boards.change_board(board, password="a long secret", downloads=True)
    boards.close_board(board)
    boards.close_board(board)
    boards.new_link(board)
    boards.delete_board(board)
    assert [action for _, action, _ in lines(account=account)] == [
        *("sharing.opened", "sharing.changed", "sharing.closed", "sharing.opened"),
        "sharing.closed",
    ]
    changed = AuditEvent.objects.get(action="sharing.changed")
    assert changed.details["changed"] == "downloads, password"
    assert "a long secret" not in str(AuditEvent.objects.values())


def test_deleting(account: Account, alice: User, bring: Bring) -> None:
    first, second = (bring((n, 40), title=name) for n, name in ((40, "Cat"), (50, "Dog")))
    assets.trash(first)
    assets.trash(first)
    assets.restore(first)
    assets.trash(first)
    bin.purge_one(first)
    assets.trash(second)
    bin.empty(account)
    assert lines(account=account) == [
        ("", "deleting.trashed", "Cat"),
        ("", "deleting.restored", "Cat"),
        ("", "deleting.trashed", "Cat"),
        ("", "deleting.purged", "Cat"),
        ("", "deleting.trashed", "Dog"),
        ("", "deleting.purged", "the trash"),
    ]


def test_many_at_once_are_one_line(account: Account, alice: User, bring: Bring) -> None:
    from assets.services import bulk

    made = [bring((n, 40)) for n in (40, 50)]
    done = bulk.apply(account, alice, "trash", None, [one.pk for one in made])
    assert done.change
    bulk.undo(done.change)
    assert [line[1:] for line in lines()] == [
        ("deleting.trashed", "2 files"),
        ("deleting.restored", "2 files"),
    ]


# --- reading --------------------------------------------------------------------------------------


@pytest.fixture
def some(account: Account, charlie: User) -> None:
    """Three lines of Alice's account, and one of Charlie's."""
    ann, ben = (audit_log.Caller(actor=name) for name in ("Ann", "Ben"))
    with time_machine.travel("2026-03-01T22:30:00Z", tick=False):
        audit_log.write(account, "keys.made", "=cmd()", who=ann)
    with time_machine.travel("2026-03-02T12:00:00Z", tick=False):
        audit_log.write(account, "sharing.opened", "Board", who=ben)
    with time_machine.travel("2026-03-03T12:00:00Z", tick=False):
        audit_log.write(account, "keys.revoked", "script", who=ben, begins="zt_1")
    audit_log.write(charlie.accounts.get(), "keys.made", "of Charlie", who=ann)


def found(browser: Browser, **query: str) -> list[str]:
    page = browser.get(reverse("audit"), query)
    return [event.action for event in page.context["rows"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"who": "ann"}, ["keys.made"]),
        ({"area": "keys"}, ["keys.revoked", "keys.made"]),
        ({"since": "2026-03-02"}, ["keys.revoked", "sharing.opened", "keys.made"]),
        ({"since": "2026-03-02", "until": "2026-03-02"}, ["sharing.opened", "keys.made"]),
        ({"until": "2026-03-01"}, []),
        ({"who": "ben", "area": "sharing"}, ["sharing.opened"]),
        ({"who": "\0"}, ["keys.revoked", "sharing.opened", "keys.made"]),
    ],
    ids=["who", "area", "since", "a day", "until", "both", "nul"],
)
def test_the_filters(
    some: None,
    account: Account,
    alice: User,
    sign_in: SignIn,
    query: dict[str, str],
    expected: list[str],
) -> None:
    """Days are those of the account: half past ten at night in London is tomorrow there."""
    Account.objects.filter(pk=account.pk).update(zone="Europe/Helsinki")
    before = {"area": "", **query}
    browser = sign_in(alice)
    rows = [a for a in found(browser, **before) if not a.startswith("sign-in")]
    assert rows == expected


@pytest.mark.parametrize("field", ["since", "until", "area"])
def test_a_wrong_filter_is_told_at_its_field(
    some: None, alice: User, sign_in: SignIn, field: str
) -> None:
    page = sign_in(alice).get(reverse("audit"), {field: "31.1.2026"})
    assert page.status_code == 422
    assert f'id="audit-{field}-error"' in page.content.decode()


def test_no_cell_of_the_table_begins_a_formula(some: None, alice: User, sign_in: SignIn) -> None:
    answer: Any = sign_in(alice).get(reverse("audit-table"), {"who": "Ann"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["who"], row["action"], row["object"]) == ("Ann", "keys.made", "'=cmd()")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_nobody_reads_that_of_another_account(some: None, charlie: User, sign_in: SignIn) -> None:
    browser = sign_in(charlie)
    told = browser.get(reverse("audit")).content.decode()
    assert "of Charlie" in told
    assert "Board" not in told


def test_members_do_not_read_it(some: None, bob: User, vera: User, sign_in: SignIn) -> None:
    for person in (bob, vera):
        for name in ("audit", "audit-table"):
            assert sign_in(person).get(reverse(name)).status_code == 403


def test_it_is_read_page_by_page(
    account: Account, alice: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.views import audit

    monkeypatch.setattr(audit, "PAGE", 2)
    browser = sign_in(alice)
    for number in range(5):
        audit_log.write(account, "keys.made", f"script {number}")
    seen, query = [], "area=keys"
    while query:
        page: Any = browser.get(f"{reverse('audit')}?{query}")
        seen += [event.of for event in page.context["rows"]]
        query = page.context["older"]
    assert seen == [f"script {number}" for number in (4, 3, 2, 1, 0)]


def test_the_api_lists_it(some: None, alice: User, client_of: Any) -> None:  # noqa: F811
    api = client_of(alice)
    rows = api.get("/api/v1/audit/", {"who": "ben", "area": "keys"}).json()["results"]
    assert [(row["action"], row["object"], row["details"]) for row in rows] == [
        ("keys.revoked", "script", {"begins": "zt_1"})
    ]
    since = api.get("/api/v1/audit/", {"since": "2026-03-03", "until": "2026-03-04"}).json()
    assert [row["object"] for row in since["results"]] == ["script"]
    assert api.get("/api/v1/audit/", {"area": "cats"}).status_code == 400


def test_who_is_nowhere_leaves_a_line_for_the_operator(db: None) -> None:
    user = User.objects.create_user("nobody", password=PASSWORD)
    assert not Membership.objects.filter(user=user).exists()
    try_password(Browser(), PASSWORD, "nobody")
    assert lines(account=None) == [("nobody", "sign-in.ok", "nobody")]
