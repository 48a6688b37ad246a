"""Work elsewhere on the pages: who does it, what nobody knows, what a person decides."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing import services
from billing.models import CREDIT, Account, User
from billing.pricing import units
from studio import secrets
from studio.models import Event, Job, ProviderKey, State
from tests.studio.acme import Acme, FakeAcme
from tests.studio.pages import NOBODY, PART, People, said

Put = Callable[..., Job]
HIDDEN = "https://cdn.acme.example/out.mp4?sig=hush"


@pytest.fixture
def put(acme: FakeAcme, rich: Account, order: Callable[..., Job]) -> Put:
    """put("review", **fields) → a job for Acme in that state, which holds 12 credits."""

    def make(state: str, **fields: Any) -> Job:
        job = order("acme-motion", key=f"{state} {fields}"[:100])
        now = timezone.now()
        at_work = {"started": now, "unclear_since": now, "next_at": now + timedelta(hours=24)}
        Job.objects.filter(pk=job.pk).update(state=state, **at_work | fields)
        job.refresh_from_db()
        return job

    return make


@pytest.fixture
def own_key(account: Account, alice: User) -> ProviderKey:
    return ProviderKey.objects.create(
        account=account, user=alice, provider="acme", cipher=secrets.encrypt("k" * 20), tail="kkkk"
    )


def shown(client: Client, job: Job) -> dict[str, str]:
    """The card and the page of it, without line breaks and doubled spaces."""
    pages = {name: said(client.get(reverse(name, args=[job.pk]))) for name in ("job-card", "job")}
    return {name: " ".join(text.split()) for name, text in pages.items()}


def test_work_that_was_never_answered_is_told_with_hold_time_and_both_ways_out(
    put: Put, sign_in: People, alice: User
) -> None:
    job = put("review")
    for text in shown(sign_in(alice), job).values():
        for words in (
            "Acme never said whether it accepted this.",
            "12 cr stay on hold until",
            f'datetime="{timezone.localtime(job.next_at).isoformat()}"',
            "(24 h), then they come back.",
            "It may have been charged by Acme, not by us.",
            "may be paid for it twice; here it stays one price",
            "Send again",
            "Give up, 12 cr back",
            reverse("job-send-again", args=[job.pk]),
            reverse("job-give-up", args=[job.pk]),
        ):
            assert words in text
        assert reverse("job-cancel", args=[job.pk]) not in text


def test_work_that_is_far_over_its_time_can_be_given_up_only(
    put: Put, sign_in: People, alice: User
) -> None:
    job = put("review", provider_ref="ref-7")
    for text in shown(sign_in(alice), job).values():
        for words in (
            "Still waiting; it is asked now and then.",
            "A late result is kept and charged once.",
            "Give up, 12 cr back",
        ):
            assert words in text
        assert reverse("job-send-again", args=[job.pk]) not in text


def test_what_is_still_being_found_out_can_be_given_up(
    put: Put, sign_in: People, alice: User, vera: User
) -> None:
    job = put("unknown")
    words = "Given up, 12 cr come back now and a late result is not kept; otherwise we keep finding"
    for text in shown(sign_in(alice), job).values():
        assert f"It may have been accepted. {words}" in text
        assert "Give up, 12 cr back" in text
        assert reverse("job-give-up", args=[job.pk]) in text
        assert reverse("job-send-again", args=[job.pk]) not in text
    for text in shown(sign_in(vera), job).values():
        assert reverse("job-give-up", args=[job.pk]) not in text


def test_what_is_still_being_found_out_with_a_key_of_ones_own(
    put: Put, sign_in: People, alice: User, own_key: ProviderKey
) -> None:
    for text in shown(sign_in(alice), put("unknown")).values():
        assert "charged to your account there. Given up, a late result is not kept" in text
        assert "Give up</button>" in text


def test_with_a_key_of_ones_own_it_is_said_who_may_have_paid(
    put: Put, sign_in: People, alice: User, own_key: ProviderKey
) -> None:
    job = put("review")
    assert job.own_key == own_key
    assert job.quote == 0
    for text in shown(sign_in(alice), job).values():
        assert "your key" in text
        assert "may have charged your account there" in text
        assert "may be paid for it twice by you" in text
        assert "not by us" not in text
        assert "0 cr stay" not in text
        assert "0 cr back" not in text


@pytest.mark.parametrize("way", ["page", "part"])
def test_send_again_queues_it_once_and_keeps_the_price(
    way: str, put: Put, sign_in: People, alice: User, rich: Account
) -> None:
    job, client = put("review"), sign_in(alice)
    address = reverse("job-send-again", args=[job.pk])
    answer = client.post(address, headers=PART if way == "part" else {})
    job.refresh_from_db()
    rich.refresh_from_db()
    assert (job.state, job.suspense) == (State.QUEUED, units("0.12"))
    assert rich.held == 12 * CREDIT
    if way == "part":
        assert f'id="job-{job.pk}"' in said(answer)
        assert "toast" not in json.loads(answer.headers["HX-Trigger"])
    else:
        assert answer.headers["Location"] == reverse("job", args=[job.pk])
    again = client.post(address, follow=True)
    assert "only one of unknown outcome can be sent again" in said(again)
    assert job.events.filter(note="sent again on request").count() == 1


@pytest.mark.parametrize(("state", "ref"), [("review", ""), ("review", "ref-7"), ("unknown", "")])
def test_giving_up_returns_the_price_at_once(
    state: str, ref: str, put: Put, sign_in: People, alice: User, rich: Account
) -> None:
    job, client = put(state, provider_ref=ref), sign_in(alice)
    page = said(client.post(reverse("job-give-up", args=[job.pk]), follow=True))
    assert "Given up. You were not charged." in page
    assert "It cost nothing: 12 cr were returned." in page
    job.refresh_from_db()
    rich.refresh_from_db()
    assert (job.state, job.error_kind) == (State.FAILED, "possibly_charged")
    assert (rich.held, rich.balance) == (0, 100 * CREDIT)
    part = client.post(reverse("job-give-up", args=[job.pk]), headers=PART)
    assert json.loads(part.headers["HX-Trigger"])["toast"]["bad"] is True
    assert services.verify_ledger() == []


@pytest.mark.parametrize("name", ["job-send-again", "job-give-up"])
def test_who_may_decide(
    name: str, put: Put, sign_in: People, vera: User, charlie: User, bob: User
) -> None:
    job = put("review")
    address = reverse(name, args=[job.pk])
    assert sign_in(charlie).post(address).status_code == 404
    assert sign_in(bob).post(reverse(name, args=[NOBODY])).status_code == 404
    assert sign_in(vera).post(address).status_code == 403
    assert sign_in(bob).get(address).status_code == 405
    assert Client().post(address).status_code == 302
    for text in shown(sign_in(vera), job).values():
        assert "never said whether" in text
        assert address not in text
    job.refresh_from_db()
    assert job.state == State.REVIEW
    sign_in(bob).post(address)
    job.refresh_from_db()
    assert job.state != State.REVIEW


@pytest.mark.parametrize(
    ("state", "stage", "words"),
    [
        ("queued", "", "Waiting for a free place at Acme"),
        ("submitting", "sending", "Sending it to Acme"),
        ("running", "", "Acme is working on it"),
        ("running", "waiting in line", "Waiting in line"),
        ("running", "still waiting", "Still waiting for Acme"),
        ("unknown", "", "Acme has not answered."),
        ("unknown", "", "12 cr stay on hold"),
        ("fetching", "saving", "Saving to the library</span>"),
        ("fetching", "waiting for room", "Saving to the library: waiting for room"),
    ],
)
def test_what_is_going_on_elsewhere_in_words(
    state: str, stage: str, words: str, put: Put, sign_in: People, alice: User
) -> None:
    for text in shown(sign_in(alice), put(state, stage=stage)).values():
        assert words in text
        assert "Acme</span>" in text
        assert " % ·" not in text


def test_only_the_percent_that_a_provider_gives_is_shown(
    put: Put, sign_in: People, alice: User
) -> None:
    assert "25 % ·" in shown(sign_in(alice), put("running", progress=0.25))["job-card"]


@pytest.mark.parametrize("stops", [True, False])
def test_what_runs_elsewhere_is_stopped_only_where_that_is_possible(
    stops: bool, put: Put, sign_in: People, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Acme, "cancels", stops)
    job, client = put("running"), sign_in(alice)
    address = reverse("job-cancel", args=[job.pk])
    for text in shown(client, job).values():
        assert (address in text) == stops
        assert ("Cannot be stopped once it runs at Acme" in text) != stops
    page = said(client.post(address, follow=True))
    assert ("Asked Acme to stop." in page) == stops
    assert ("Acme cannot stop what it has begun" in page) != stops
    if stops:
        for text in shown(client, job).values():
            assert "Asked Acme to stop" in text
            assert address not in text


@pytest.mark.parametrize(
    ("age", "here", "elsewhere"),
    [(1, "150", "1000"), (10, "400", "1000"), (60, "1000", "3000"), (600, "3000", "5000")],
)
def test_work_elsewhere_is_looked_at_less_often(
    age: int,
    here: str,
    elsewhere: str,
    put: Put,
    order: Callable[..., Job],
    sign_in: People,
    alice: User,
) -> None:
    far, near = put("running"), order(key="near")
    Job.objects.update(created=timezone.now() - timedelta(seconds=age))
    client = sign_in(alice)
    assert f"every {elsewhere}ms" in shown(client, far)["job-card"]
    assert f"every {elsewhere}ms" in shown(client, far)["job"]
    assert f"every {here}ms" in shown(client, near)["job-card"]


# --- failures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "icon", "words", "own_words"),
    [
        ("moderated", "shield", "edit the prompt, or", "edit the prompt, or"),
        ("no_credit", "coins", "Its operator was told", "Your account at Acme is empty"),
        ("key", "key", "does not take the key of this server", "does not take your key"),
        ("result_lost", "file-warning", "could not be brought here", "could not be brought here"),
        ("possibly_charged", "circle-slash", "Cost nothing", "Look into your account at Acme"),
        ("refused", "triangle-alert", "Cost nothing", "Cost nothing"),
    ],
)
@pytest.mark.parametrize("own", [False, True], ids=["server's key", "own key"])
def test_failures_are_told_apart(
    own: bool,
    kind: str,
    icon: str,
    words: str,
    own_words: str,
    put: Put,
    sign_in: People,
    alice: User,
    request: pytest.FixtureRequest,
) -> None:
    if own:
        request.getfixturevalue("own_key")
    job = put("failed", error_kind=kind, error="They said no.")
    text = shown(sign_in(alice), job)
    assert (own_words if own else words) in text["job-card"]
    assert f"sprite.svg#{icon}" in text["job-card"]
    assert f"sprite.svg#{icon}" in text["job"]
    if kind == "moderated":
        assert "primary" in text["job-card"].split("Change")[-2]


def test_nothing_of_a_providers_addresses_is_ever_shown(
    put: Put, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    words = {"error": f"No: {HIDDEN}", "error_detail": f"GET {HIDDEN} 403", "stage": HIDDEN}
    links = {"links": {"status": HIDDEN}, "results": [{"url": HIDDEN, "own": False}]}
    job = put("queued", provider_ref=HIDDEN, **words, **links)
    Event.objects.create(job=job, state=job.state, note=f"asking anew: {HIDDEN}")
    for state in State.values:
        Job.objects.filter(pk=job.pk).update(state=state)
        pages = [*shown(client, job).values(), said(client.get(f"/api/v1/jobs/{job.pk}/"))]
        for text in [*pages, said(client.get("/jobs/")), said(client.get("/"))]:
            assert "cdn.acme" not in text
            assert "hush" not in text
            assert job.hook not in text
        if state == State.FAILED:
            assert all("No: …" in text for text in pages)


# --- what it costs them -------------------------------------------------------------------------


def test_who_manages_the_account_sees_what_the_provider_took(
    put: Put, sign_in: People, alice: User, bob: User
) -> None:
    facts = {"provider_cost": units("0.25"), "cost_differs": True, "suspense": units("0.12")}
    job = put("succeeded", finished=timezone.now(), **facts)
    page = shown(sign_in(alice), job)["job"]
    assert '<dt>Acme lists</dt><dd class="number">$0.12</dd>' in page
    assert '<dt>Acme says</dt><dd class="number">$0.25</dd>' in page
    assert "differs from its list price by more than a fifth" in page
    assert "Acme may have charged $0.12 for an earlier start of this" in page
    assert "Acme says" not in shown(sign_in(bob), job)["job"]


def test_a_cost_that_nobody_knows_is_not_shown_as_nothing(
    put: Put, sign_in: People, alice: User
) -> None:
    page = shown(sign_in(alice), put("running"))["job"]
    assert "Acme lists" in page
    assert "Acme says" not in page
    assert "may have charged" not in page
    assert "$0.00" in shown(sign_in(alice), put("running", provider_cost=0))["job"]


def test_work_of_this_computer_shows_none_of_this(
    order: Callable[..., Job], sign_in: People, alice: User
) -> None:
    job = order()
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING)
    text = shown(sign_in(alice), job)
    assert "Done by</dt><dd>this computer" in text["job"]
    assert "lists</dt>" not in text["job"]
    assert "Cannot be stopped" not in text["job-card"]
    assert ' who"' not in text["job-card"]
