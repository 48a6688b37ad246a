"""What an operator sees of a job and does with it: asked first, done by the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from billing.models import CREDIT, Account, AuditEvent, Entry, User
from billing.services import verify_ledger
from studio import jobs
from studio.models import Attempt, Event, Job, Notice
from studio.office.timeline import timeline
from tests.studio.acme import FakeAcme

Order = Callable[..., Job]
LIST = "admin:studio_job_changelist"


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def looker(db: None, sign_in: Callable[[User], Client]) -> Client:
    user = User.objects.create_user("looker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return sign_in(user)


@pytest.fixture
def unclear(acme: FakeAcme, rich: Account, order: Order) -> Job:
    job = order("acme-motion")
    Job.objects.filter(pk=job.pk).update(state="review")
    job.refresh_from_db()
    return job


def press(client: Client, job: Job, action: str, *, sure: bool = False) -> str:
    """As the button on the page of the job does, and the one that confirms."""
    sent = {"action": action, "_selected_action": str(job.pk), "back": str(job.pk)}
    sent |= {"confirmed": "yes"} if sure else {}
    page = client.post(reverse(LIST), sent, follow=True)
    assert page.status_code == 200
    return page.content.decode()


def buttons(client: Client, job: Job) -> list[str]:
    page = client.get(reverse("admin:studio_job_change", args=[job.pk]))
    return [deed.name for deed in page.context["buttons"]]


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("queued", ["cancel"]),
        ("review", ["send_again", "give_up"]),
        ("failed", ["retry", "release"]),
        ("succeeded", []),
    ],
)
def test_a_job_has_the_buttons_that_can_be_pressed(
    operator: Client, looker: Client, unclear: Job, state: str, names: list[str]
) -> None:
    """Here its money is still held, whatever state it is in; its provider has a key."""
    Job.objects.filter(pk=unclear.pk).update(state=state)
    found = buttons(operator, unclear)
    # Without a key of its provider it cannot be tried again.
    assert found == [name for name in names if name != "retry"]
    assert buttons(looker, unclear) == []


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("give_up", "that are held go back to alice&#x27;s studio"),
        ("send_again", "may be paid twice"),
    ],
)
def test_before_a_review_is_decided_it_is_told_what_happens_to_money(
    operator: Client, unclear: Job, action: str, words: str
) -> None:
    assert words in press(operator, unclear, action)
    unclear.refresh_from_db()
    assert unclear.state == "review"


def test_given_up_the_price_goes_back(operator: Client, unclear: Job) -> None:
    page = press(operator, unclear, "give_up", sure=True)
    assert "given up, nothing charged" in page
    assert "View job" in page  # back where the button was
    unclear.refresh_from_db()
    unclear.account.refresh_from_db()
    assert (unclear.state, unclear.account.held) == ("failed", 0)
    assert unclear.suspense == unclear.expected_cost
    assert verify_ledger() == []
    noted = AuditEvent.objects.get(action="operator.job")
    assert (noted.by, noted.account, noted.of) == ("operator", unclear.account, unclear.title)
    assert noted.details == {"did": "given up, nothing charged", "job": str(unclear.pk)}


def test_what_cannot_be_done_is_told_and_not_done(operator: Client, order: Order) -> None:
    job = order()
    page = press(operator, job, "give_up")
    assert "Left as it is: it is queued; only one of unknown outcome can be given up" in page
    assert 'type="submit" class="default"' not in page
    assert "only one of unknown outcome" in press(operator, job, "give_up", sure=True)
    job.refresh_from_db()
    assert job.state == "queued"


def test_a_retry_tells_todays_price_and_holds_it(operator: Client, order: Order) -> None:
    job = jobs.cancel(order())
    assert "A new job at today&#x27;s price: 0 credits" in press(operator, job, "retry")
    assert not job.retries.exists()
    press(operator, job, "retry", sure=True)
    assert job.retries.count() == 1


def test_only_of_an_ended_job_what_is_held_is_released(operator: Client, unclear: Job) -> None:
    press(operator, unclear, "release", sure=True)
    assert not Entry.objects.filter(kind="release").exists()
    Job.objects.filter(pk=unclear.pk).update(state="failed")
    press(operator, unclear, "release", sure=True)
    assert Entry.objects.get(kind="release").reference == unclear.origin
    assert verify_ledger() == []


@pytest.mark.parametrize("action", ["cancel", "retry", "send_again", "give_up", "release"])
def test_who_may_only_look_does_nothing(looker: Client, unclear: Job, action: str) -> None:
    press(looker, unclear, action, sure=True)
    unclear.refresh_from_db()
    assert unclear.state == "review"
    assert list(Entry.objects.values_list("kind", flat=True)) == ["hold", "grant"]


def test_its_course_is_one_line_of_moments(order: Order) -> None:
    job = order()
    begun = job.events.get().at
    start = Attempt.objects.create(job=job, number=1)
    moments = ((start, "started", 5), (start, "ended", 65))
    for row, column, seconds in moments:
        at = begun + timedelta(seconds=seconds)
        type(row).objects.filter(pk=row.pk).update(**{column: at})
    Attempt.objects.filter(pk=start.pk).update(outcome="lost")
    notice = Notice.objects.create(provider="fal", delivery="d-1", job=job, ref="r-1")
    Notice.objects.filter(pk=notice.pk).update(at=begun + timedelta(seconds=30))
    event = Event.objects.create(job=job, state="failed", note="died")
    Event.objects.filter(pk=event.pk).update(at=begun + timedelta(seconds=66))
    told = [(moment.kind, moment.after) for moment in timeline(job)]
    assert told == [
        ("state", ""),
        ("start", "+5.0 s"),
        ("notice", "+25 s"),
        ("start", "+35 s"),
        ("state", "+1.0 s"),
    ]
    assert "ended: lost, after 1 min" in timeline(job)[3].words


def test_a_job_shows_its_files_its_money_and_what_it_belongs_to(
    operator: Client, rich: Account, paper: object, order: Order
) -> None:
    job = order("paper-motion")
    page = operator.get(reverse("admin:studio_job_change", args=[job.pk])).content.decode()
    file = reverse("admin:assets_asset_file", args=[job.params["image"], "thumbnail"])
    hold = Entry.objects.get(kind="hold")
    for shown in (file, reverse("admin:billing_entry_change", args=[hold.pk]), "12 credits"):
        assert shown in page


def test_an_account_shows_its_ledger_jobs_and_files(
    operator: Client, rich: Account, paper: object, order: Order
) -> None:
    order("paper-motion")
    page = operator.get(reverse("admin:billing_account_change", args=[rich.pk]))
    html = page.content.decode()
    for words in ("88 credits", "held for work under way", "stored, without a limit", "Queued"):
        assert words in html


def test_credits_are_granted_to_many_once(
    operator: Client, looker: Client, account: Account, charlie: User
) -> None:
    chosen = [str(account.pk), str(charlie.accounts.get().pk)]
    there = reverse("admin:billing_account_changelist")
    sent = {"action": "grant_many", "_selected_action": chosen}
    form = operator.post(there, sent).context["form"]
    said = {"credits": "3", "note": "welcome", "grant_id": str(form["grant_id"].value())}
    looker.post(there, sent | said)
    assert not Entry.objects.exists()
    for _ in range(2):
        operator.post(there, sent | said)
    told = Entry.objects.values_list("kind", "amount", "note")
    assert list(told) == [("grant", 3 * CREDIT, "welcome")] * 2
    assert verify_ledger() == []


def test_a_ledger_row_is_safe_from_every_address_and_action(
    operator: Client, rich: Account
) -> None:
    entry = Entry.objects.get()
    before = Entry.objects.values().get()
    sent = {
        "amount": "1",
        "kind": "grant",
        "account": str(rich.pk),
        "reference": "grant:evil",
        "balance_after": "1",
        "held_after": "0",
        "post": "yes",
        "_save": "Save",
        "_selected_action": str(entry.pk),
    }
    for page, args in (("add", []), ("change", [entry.pk]), ("delete", [entry.pk])):
        address = reverse(f"admin:billing_entry_{page}", args=args)
        assert operator.post(address, sent).status_code == 403, page
    there = reverse("admin:billing_entry_changelist")
    for action in ("delete_selected", "grant_many", "release", "", "update"):
        operator.post(there, sent | {"action": action, "index": "0"})
        operator.post(there, sent | {"action": action})
    operator.post(there, sent | {"form-TOTAL_FORMS": "1", "form-0-id": str(entry.pk)})
    assert Entry.objects.values().get() == before
