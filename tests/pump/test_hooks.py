"""News that providers send: believed as far as the signature goes, and only a hint."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django import db
from django.test import Client
from django.utils import timezone

from assets.models import Asset
from studio import jobs, keys, pump, secrets
from studio.models import Health, Job, Notice, State
from studio.spec import ErrorKind, ProviderError, Update
from studio.spec import Status as Said
from tests.fakes.parts import DONE
from tests.fakes.plain import SIGNED_WITH, FakePlain
from tests.fakes.wavespeed import FakeWaveSpeed
from tests.pump.conftest import PRICE, Order, settle
from tests.pump.test_road import kinds, states

HOOKED = "plainwebhook"
Running = Callable[..., Job]


@pytest.fixture(autouse=True)
def public(settings: Any, plain: FakePlain) -> None:
    """Reachable, as the provider believes; in truth the tests bring the news."""
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    plain.faults.no_news = -1


@pytest.fixture
def running(order: Order, plain: FakePlain) -> Running:
    """running() → a job that its provider works on until it is ended."""

    def make(offer: str = HOOKED) -> Job:
        plain.seconds = None
        job = order(offer)
        settle(until=lambda: Job.objects.get(pk=job.pk).state == State.RUNNING)
        job.refresh_from_db()
        return job

    return make


def letter(plain: FakePlain, job: Job, ref: str = "") -> dict[str, Any]:
    """What its provider would send."""
    headers, body = plain.news(plain.predictions[ref or job.provider_ref])
    return {"data": body, "headers": headers, "content_type": "application/json"}


def address(job: Job, provider: str = "") -> str:
    return f"/hooks/{provider or job.provider}/{job.hook}"


def bring(plain: FakePlain, job: Job, ref: str = "") -> int:
    return Client().post(address(job), **letter(plain, job, ref)).status_code


def test_news_makes_it_due_now(running: Running, plain: FakePlain) -> None:
    """Without it the next question would come after a minute."""
    job = running()
    plain.end(job.provider_ref)
    pump.run_slice(0.4)
    job.refresh_from_db()
    assert job.state == State.RUNNING
    assert bring(plain, job) == 200
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.SUCCEEDED, ["hold", "charge"])


def test_news_before_the_work_is_done_decides_nothing(running: Running, plain: FakePlain) -> None:
    """The provider is asked; what the letter says of the outcome is not read at all."""
    job = running()
    assert bring(plain, job) == 200
    pump.run_slice(0.4)
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.RUNNING, ["hold"])
    plain.end(job.provider_ref)
    bring(plain, job)
    settle()


@pytest.mark.parametrize("change", ["body", "signature", "none", "secret"])
def test_forged_news_is_turned_away(change: str, running: Running, plain: FakePlain) -> None:
    job = running()
    sent = letter(plain, job)
    if change == "body":
        sent["data"] += b" "
    elif change == "signature":
        sent["headers"]["X-Signature"] = "0" * 64
    elif change == "none":
        sent["headers"] = {}
    else:
        other = secrets.encrypt("another secret")
        Health.objects.filter(pk=HOOKED).update(hook_keys=other)
    assert Client().post(address(job), **sent).status_code == 400
    assert not Notice.objects.exists()


def test_old_news_is_turned_away(order: Order) -> None:
    job = order()
    Job.objects.update(provider="wavespeed")
    job.refresh_from_db()
    with FakeWaveSpeed() as fake:
        said = {"hook_keys": secrets.encrypt(fake.hook_secret), "hook_keys_at": timezone.now()}
        Health.objects.create(name="wavespeed", provider="wavespeed", **said)
        body, now = b'{"id": "x"}', timezone.now().timestamp()
        statuses = [
            Client()
            .post(
                address(job),
                data=body,
                content_type="application/json",
                headers=fake.sign(body, at=now - age, id=f"letter {age}"),
            )
            .status_code
            for age in (360, -360, 30)
        ]
    assert statuses == [400, 400, 200]
    assert Notice.objects.count() == 1


def test_a_letter_that_comes_fifty_times_at_once_counts_once(
    running: Running, plain: FakePlain
) -> None:
    job = running()
    plain.end(job.provider_ref)
    sent = letter(plain, job)

    def post(_: int) -> int:
        try:
            return Client().post(address(job), **sent).status_code
        finally:
            db.connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(post, range(50))) == {200}
    assert Notice.objects.count() == 1
    settle()
    assert kinds(job) == ["hold", "charge"]
    assert bring(plain, job) == 200, "calm about a finished job"
    assert Notice.objects.count() == 1


def test_news_of_another_job_says_nothing_of_this_one(running: Running, plain: FakePlain) -> None:
    one, two = running(), running()
    for ref in (one.provider_ref, two.provider_ref):
        plain.end(ref)
    assert Client().post(address(one), **letter(plain, two)).status_code == 200
    assert not Notice.objects.exists()
    assert bring(plain, two) == bring(plain, one) == 200
    settle()


def test_addresses_that_are_nobodys(running: Running, plain: FakePlain) -> None:
    job = running()
    sent = letter(plain, job)
    status = {
        path: Client().post(path, **sent).status_code
        for path in (
            f"/hooks/{HOOKED}/unknown",
            address(job, "plainlookup"),
            address(job, "local"),
            address(job, "nobody"),
        )
    }
    assert list(status.values()) == [200, 200, 404, 404]
    assert Client().get(address(job)).status_code == 405
    assert not Notice.objects.exists()


def test_too_much_is_not_read(running: Running, plain: FakePlain) -> None:
    job = running()
    sent = letter(plain, job) | {"data": b"x" * 10 * 1024 * 1024}
    assert Client().post(address(job), **sent).status_code == 413


def test_news_without_a_key_to_check_it_may_come_again(running: Running, plain: FakePlain) -> None:
    job = running()
    Health.objects.filter(pk=HOOKED).update(hook_keys="")
    answer = Client().post(address(job), **letter(plain, job))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert not Notice.objects.exists()


def test_a_key_that_may_be_old_is_learned_anew(running: Running, plain: FakePlain) -> None:
    job = running()
    old = timezone.now() - timedelta(minutes=11)
    changed = {"hook_keys": secrets.encrypt("before the change"), "hook_keys_at": old}
    Health.objects.filter(pk=HOOKED).update(**changed)
    assert bring(plain, job) == 503
    pump.run_slice(0.5)
    assert secrets.decrypt(Health.objects.get(pk=HOOKED).hook_keys) == SIGNED_WITH
    plain.end(job.provider_ref)
    assert bring(plain, job) == 200
    settle()


# --- news of work that nobody knew of ------------------------------------------------------------


@pytest.mark.parametrize("fault", ["cut_after", "error_after"])
def test_an_unclear_submit_is_found_by_its_news(fault: str, order: Order, plain: FakePlain) -> None:
    keys.health(keys.access(_provider()))
    Health.objects.update(hook_keys=secrets.encrypt(SIGNED_WITH), hook_keys_at=timezone.now())
    setattr(plain.faults, fault, 1)
    job = order(HOOKED)
    settle(until=lambda: Job.objects.get().state == State.UNKNOWN)
    [ref] = plain.predictions
    for _ in range(2):
        assert bring(plain, job, ref) == 200
    settle()
    job.refresh_from_db()
    assert (job.state, job.provider_ref) == (State.SUCCEEDED, ref)
    assert (kinds(job), len(plain.predictions)) == (["hold", "charge"], 1)


def _provider() -> Any:
    from studio import catalogue

    return catalogue.remote(HOOKED)


def test_news_decides_what_waited_for_a_person(order: Order, plain: FakePlain) -> None:
    plain.faults.cut_after = 1
    job = order("plainnone")
    settle(until=lambda: Job.objects.get().state == State.REVIEW)
    [ref] = plain.predictions
    assert bring(plain, job, ref) == 200
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.SUCCEEDED, ["hold", "charge"])


def test_without_news_a_person_is_asked_after_the_usual_time(
    order: Order, plain: FakePlain
) -> None:
    plain.faults.cut_before = 1
    job = order(HOOKED)
    settle(until=lambda: Job.objects.get().state == State.UNKNOWN)
    job.refresh_from_db()
    assert 30 <= (job.next_at - job.unclear_since).total_seconds() <= 32
    long_ago = timezone.now() - timedelta(seconds=40)
    Job.objects.update(unclear_since=long_ago, next_at=long_ago)
    settle(until=lambda: Job.objects.get().state == State.REVIEW)


@pytest.mark.parametrize("lost", [False, True])
def test_news_that_is_quicker_than_the_answer(
    lost: bool, running: Running, order: Order, plain: FakePlain
) -> None:
    """It came while the submit was under way; whatever becomes of that, it is not forgotten."""
    first = running()
    plain.end(first.provider_ref)
    bring(plain, first)
    settle()
    job = order(HOOKED)
    Job.objects.filter(pk=job.pk).update(state=State.SUBMITTING, fence=1)
    known = plain.add("plain", {"reference": f"{job.pk}.1"}, reference=f"{job.pk}.1")
    plain.end(known.id, DONE)
    assert bring(plain, job, known.id) == 200
    held = pump.lease.take()
    assert held
    Job.objects.filter(pk=job.pk).update(epoch=held.epoch)
    with pump.Courier(held.is_sure) as courier:
        pump.Desk(held, courier).look(sends=False)
    held.give_back()
    assert not Notice.objects.get(job=job).taken
    job.refresh_from_db()
    if lost:
        error = ProviderError("cut", ErrorKind.UNCLEAR)
        jobs.apply(job, Update(Said.FAILED, error=error))
    else:
        jobs.apply(job, Update(Said.RUNNING, ref=known.id))
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.SUCCEEDED, ["hold", "charge"])


def test_news_and_question_at_the_same_moment(running: Running, plain: FakePlain) -> None:
    job = running()
    stop = threading.Event()

    def post() -> None:
        while not stop.is_set():
            assert bring(plain, job) == 200
        db.connection.close()

    threads = [threading.Thread(target=post) for _ in range(3)]
    for thread in threads:
        thread.start()
    plain.end(job.provider_ref)
    try:
        settle()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert kinds(job) == ["hold", "charge"]
    assert Asset.objects.filter(origin=job.origin).count() == 1
    assert states(job).count("fetching") == 1
    job.refresh_from_db()
    assert job.quote == PRICE


def test_news_of_the_first_start_saves_the_second(order: Order, plain: FakePlain) -> None:
    """Sent again on a person's word, it waits for its turn when the first one reports."""
    plain.seconds, plain.faults.cut_after = None, 1
    job = order(HOOKED)
    settle(until=lambda: Job.objects.get().state == State.UNKNOWN)
    Job.objects.update(state=State.REVIEW)
    job.refresh_from_db()
    (ref,) = plain.predictions
    job = jobs.send_again(job)
    Job.objects.update(next_at=timezone.now() + timedelta(hours=1))
    assert bring(plain, job, ref) == 200
    settle(until=lambda: Job.objects.get().state == State.RUNNING)
    job.refresh_from_db()
    assert (job.provider_ref, job.suspense) == (ref, 0)
    plain.end(ref)
    settle()
    assert kinds(job) == ["hold", "charge"]
    assert len(plain.predictions) == 1
