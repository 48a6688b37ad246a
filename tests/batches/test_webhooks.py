"""What addresses and people are told of jobs and batches: with what it tells of, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from assets.models import Asset
from assets.services import boards
from billing import clients
from billing.models import Account, Membership, User
from billing.scope import Scope
from studio import alerts, batches, hooks, jobs, notices
from studio.hooks import outbox
from studio.jobs.state import move
from studio.models import Batch, Job, State, WebhookDelivery, WebhookTarget
from tests.batches.sheets import fail, job_of, succeed

pytestmark = pytest.mark.usefixtures("adds_up", "rich")
Draft = Callable[..., Batch]
URL = "https://93.184.216.34/hook"


def listen(account: Account, user: User, *events: str) -> WebhookTarget:
    chosen = events or tuple(hooks.EVENTS)
    return hooks.make(account, user, name="Shop", url=URL, events=chosen)[0]


def told(target: WebhookTarget) -> list[str]:
    return list(target.deliveries.order_by("created", "id").values_list("type", flat=True))


def data(target: WebhookTarget, type: str) -> dict[str, Any]:
    said = json.loads(target.deliveries.get(type=type).body)
    assert said["type"] == type
    return dict(said["data"])


@pytest.fixture
def begun(draft: Draft, alice: User) -> Batch:
    batch = draft(2)
    batches.start(batch, alice)
    jobs.dispatch()
    return batch


def test_the_ends_of_jobs_and_of_their_batch(
    begun: Batch, account: Account, alice: User, cat: Asset
) -> None:
    target = listen(account, alice)
    succeed(begun, 1, cat)
    fail(begun, 2)
    assert sorted(told(target)) == ["batch.finished", "job.failed", "job.succeeded"]
    done = data(target, "job.succeeded")
    job = job_of(begun, 1)
    assert set(done) == set(hooks.EVENTS["job.succeeded"].example)
    assert (done["id"], done["state"], done["batch"]) == (str(job.pk), "succeeded", str(begun.pk))
    assert done["cost"] == {"amount": job.quote, "credits": 12.0}
    assert done["links"]["api"] == f"/api/v1/jobs/{job.pk}/"
    assert data(target, "job.failed")["cost"]["amount"] == 0
    end = data(target, "batch.finished")
    assert set(end) == set(hooks.EVENTS["batch.finished"].example)
    assert (end["ended"], end["rows"]) == ("done", {"done": 1, "failed": 1})
    assert end["cost"]["credits"] == 12.0


def test_only_what_was_chosen(begun: Batch, account: Account, alice: User) -> None:
    target = listen(account, alice, "job.failed")
    succeed(begun, 1)
    fail(begun, 2)
    assert told(target) == ["job.failed"]


def test_a_stop_and_a_cancel(draft: Draft, account: Account, alice: User) -> None:
    target = listen(account, alice)
    batch = draft(4, stop_failures=1, at_once=1)
    batches.start(batch, alice)
    jobs.dispatch()
    fail(batch, 1)
    assert told(target) == ["job.failed", "batch.stopped"]
    assert data(target, "batch.stopped")["ended"] == "stopped"
    batch.refresh_from_db()
    batches.cancel_rest(batch)
    assert told(target).count("job.canceled") == 3, "each of those that waited"


def test_a_job_that_needs_a_decision(begun: Batch, account: Account, alice: User) -> None:
    target = listen(account, alice, "job.review")
    job = job_of(begun, 1)
    Job.objects.filter(pk=job.pk).update(state=State.UNKNOWN)
    job.refresh_from_db()
    assert move(job, State.REVIEW)
    assert data(target, "job.review")["state"] == "review"


def test_what_a_provider_says_is_told_without_its_secrets(
    begun: Batch, account: Account, alice: User
) -> None:
    target = listen(account, alice, "job.failed")
    fail(begun, 1, error="GET https://cdn.example/a?sig=1: 403")
    assert data(target, "job.failed")["error"] == "GET … 403"


def test_what_is_taken_back_is_not_told(
    begun: Batch, account: Account, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = listen(account, alice)

    def broken(*args: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as killed:
        killed.setattr("studio.jobs.state.close_attempt", broken)
        with pytest.raises(RuntimeError):
            succeed(begun, 1)
    assert told(target) == []
    succeed(begun, 1)
    assert told(target) == ["job.succeeded"]


def test_work_for_one_client_is_not_told_to_the_address_of_another(
    account: Account, alice: User
) -> None:
    acme, zen = clients.make(account, "Acme"), clients.make(account, "Zen")
    all_ = listen(account, alice)
    for_acme = listen(account.seen(Scope(acme.pk)), alice)
    assert for_acme.client == acme
    for client in (acme.pk, zen.pk, None):
        outbox.happened(account.pk, client, "job.failed", dict)
    assert (len(told(all_)), len(told(for_acme))) == (3, 1)


def test_whoever_is_limited_since_hears_only_of_their_clients(
    account: Account, alice: User, bob: User
) -> None:
    acme, zen = clients.make(account, "Acme"), clients.make(account, "Zen")
    target = listen(account, bob)
    clients.limit(Membership.objects.get(account=account, user=bob), [acme])
    heard = [outbox.happened(account.pk, c, "job.failed", dict) for c in (acme.pk, zen.pk, None)]
    assert heard == [1, 0, 0]
    assert len(told(target)) == 1


def test_another_account_hears_nothing(account: Account, charlie: User) -> None:
    theirs = listen(charlie.accounts.get(), charlie)
    outbox.happened(account.pk, None, "job.failed", dict)
    assert told(theirs) == []


def test_files_on_a_board_are_told_without_its_link(
    account: Account, alice: User, cat: Asset
) -> None:
    target = listen(account, alice)
    board = boards.make_board(account, alice, title="For Acme", assets=[cat])
    said = data(target, "asset.shared")
    assert set(said) == set(hooks.EVENTS["asset.shared"].example)
    assert (said["board"]["id"], said["assets"][0]["id"]) == (str(board.pk), str(cat.pk))
    assert boards.token_of(board) not in WebhookDelivery.objects.get().body
    boards.add_items(board, [cat])
    assert told(target) == ["asset.shared"], "it was there already"


# --- notices --------------------------------------------------------------------------------------


def test_who_began_a_batch_is_told_of_its_end_once(
    begun: Batch, account: Account, alice: User, bob: User
) -> None:
    succeed(begun, 1)
    fail(begun, 2)
    jobs.tell(begun.pk, "done")
    (notice,) = notices.of(account, alice)
    assert (notice.title, notice.text) == ("“Many cats” is done", "1 of 2 rows failed.")
    assert notice.link == f"/batch/{begun.pk}/"
    assert notices.unread(account, alice) == "1"
    assert not notices.of(account, bob)
    batches.seen(begun)
    assert notices.unread(account, alice) == ""


def test_a_notice_leads_on_and_is_read_then(
    account: Account, alice: User, bob: User, sign_in: Any
) -> None:
    for number in (1, 2):
        words = {"kind": "test", "title": f"Number {number}", "link": "/jobs/"}
        notices.tell(account, [alice], **words)
    first, second = notices.of(account, alice)
    client, other = sign_in(alice), sign_in(bob)
    assert '<span class="badge">2</span>' in client.get("/jobs/status/").content.decode()
    assert other.post(f"/notices/{first.pk}/").status_code == 404
    answer = client.post(f"/notices/{first.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, "/jobs/")
    assert notices.unread(account, alice) == "1"
    text = client.get("/notices/").content.decode()
    assert text.count('class="unread"') == 1
    client.post("/notices/seen/")
    assert notices.unread(account, alice) == ""
    assert second.read is None


def test_a_budget_alert_goes_all_ways(account: Account, alice: User, bob: User) -> None:
    target = listen(account, alice, "budget.alert")
    told = hooks.EVENTS["budget.alert"].example
    alerts.alert(
        account, "Acme: 80 % used", "800 of 1,000.", "/account/", "budget.alert", dict(told)
    )
    (notice,) = notices.of(account, alice)
    assert (notice.title, notice.mail_at) == ("Acme: 80 % used", None), "she has no e-mail address"
    assert not notices.of(account, bob)
    assert data(target, "budget.alert") == told


def test_an_e_mail_is_tried_again_and_sent_once(
    account: Account, alice: User, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.com")
    alerts.alert(account, "Budget", "Used up.", "/account/", "budget.alert", {})

    def away(*args: Any) -> None:
        raise ConnectionRefusedError("no server")

    with monkeypatch.context() as broken:
        broken.setattr("studio.notices.send_mail", away)
        assert notices.send_due() == 0
    assert notices.send_due() == 0, "not at once"
    notices.of(account, alice).update(mail_at=timezone.now())
    assert notices.send_due() == 1
    assert notices.send_due() == 0
    (sent,) = mailoutbox
    assert (sent.subject, sent.to) == ("Budget", ["alice@example.com"])
