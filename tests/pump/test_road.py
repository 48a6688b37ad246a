"""Work elsewhere, from the order to the library, and whatever its provider answers."""

from __future__ import annotations

import pytest

from assets.models import Asset
from billing.models import Account, Entry
from billing.services import verify_ledger
from studio import jobs, pump
from studio.models import Attempt, Health, Job, State
from tests.cluster.harness import free_port
from tests.fakes.plain import MODES, FakePlain
from tests.pump.conftest import PRICE, Order, settle

OFFERS = ["plain" + mode.partition("_")[0] for mode in MODES]


def kinds(job: Job) -> list[str]:
    mine = Entry.objects.filter(reference=job.origin).order_by("id")
    return list(mine.values_list("kind", flat=True))


def states(job: Job) -> list[str]:
    return list(job.events.values_list("state", flat=True))


@pytest.fixture(autouse=True)
def sums(rich: Account) -> object:
    """After every test: nothing is held for what has ended, and the ledger adds up."""
    yield
    verify_ledger()
    for job in Job.objects.all():
        assert (kinds(job)[-1] in ("charge", "release")) == job.is_terminal, job.state
        assert ("charge" in kinds(job)) == (job.state == State.SUCCEEDED)


@pytest.mark.parametrize("offer", OFFERS)
def test_from_the_order_to_the_library(offer: str, order: Order, plain: FakePlain) -> None:
    job = order(offer)
    settle()
    job.refresh_from_db()
    assert states(job) == ["queued", "submitting", "running", "fetching", "succeeded"]
    [asset] = Asset.objects.filter(origin=job.origin)
    assert (asset.kind, asset.recipe["params"], asset.recipe["offer"]) == (
        "video",
        {"prompt": "waves"},
        offer,
    )
    assert kinds(job) == ["hold", "charge"]
    assert (len(plain.predictions), plain.leaks) == (1, [])
    assert Attempt.objects.get(job=job).outcome == "succeeded"


def test_the_name_at_the_provider_is_known_before_anything_is_asked(
    order: Order, plain: FakePlain
) -> None:
    plain.seconds = None
    job = order()
    pump.run_slice(0.5)
    job.refresh_from_db()
    assert (job.state, job.provider_ref) == (State.RUNNING, next(iter(plain.predictions)))


def test_nothing_is_sent_twice_by_two_slices(order: Order, plain: FakePlain) -> None:
    for _ in range(10):
        order()
    settle()
    settle()
    assert len(plain.predictions) == 10
    assert set(plain.paid().values()) == {1}


# --- answers to a submit ------------------------------------------------------------------------


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("fault", ["cut_after", "error_after", "unreadable"])
def test_an_answer_that_got_lost(fault: str, offer: str, order: Order, plain: FakePlain) -> None:
    """Found again where the provider can tell; else a person decides. Never bought twice."""
    setattr(plain.faults, fault, 1)
    job = order(offer)
    settle(until=lambda: Job.objects.filter(state__in=("succeeded", "review")).exists())
    job.refresh_from_db()
    assert "unknown" in states(job)
    found = offer in ("plainidempotency", "plainlookup")
    assert job.state == (State.SUCCEEDED if found else State.REVIEW)
    assert len(plain.predictions) == 1
    if not found:
        assert kinds(job) == ["hold"]
        jobs.give_up(job)
        assert (job.state, job.suspense) == (State.FAILED, PRICE)


@pytest.mark.parametrize("offer", ["plainidempotency", "plainlookup"])
def test_a_submit_that_never_arrived_is_sent_again(
    offer: str, order: Order, plain: FakePlain
) -> None:
    plain.faults.cut_before = 1
    job = order(offer)
    settle()
    job.refresh_from_db()
    assert (job.state, len(plain.predictions)) == (State.SUCCEEDED, 1)


def test_what_the_provider_does_not_have_is_sent_again_only_after_a_while(
    order: Order, plain: FakePlain, settings: object
) -> None:
    settings.SETTLE_SECONDS = 3600  # type: ignore[attr-defined]
    plain.faults.cut_before = 1
    job = order("plainlookup")
    pump.run_slice(0.4)
    job.refresh_from_db()
    assert (job.state, len(plain.predictions)) == (State.UNKNOWN, 0)


def test_asked_to_wait_it_waits_and_it_was_no_start(order: Order, plain: FakePlain) -> None:
    plain.faults.too_many, plain.faults.retry_after = 1, "30"
    job = order()
    pump.run_slice(0.4)
    job.refresh_from_db()
    assert (job.state, job.attempts, kinds(job)) == (State.QUEUED, 0, ["hold"])
    # A little later than asked, each its own little.
    assert 25 < (job.next_at - job.events.last().at).total_seconds() <= 34
    assert len(plain.predictions) == 0


@pytest.mark.parametrize("text", ["", "soon", "-5", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_wait_that_makes_no_sense_is_a_short_one(
    text: str, order: Order, plain: FakePlain
) -> None:
    plain.faults.too_many, plain.faults.retry_after = 1, text
    job = order()
    pump.run_slice(0.4)
    job.refresh_from_db()
    assert job.state == State.QUEUED
    assert (job.next_at - job.events.last().at).total_seconds() < 61


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("no_credit", "no_credit", "no credit left"),
        ("refused", "refused", "prompt is too long"),
        ("bad_key", "key", "does not accept the key"),
        ("moderated", "moderated", "moderated"),
        ("failed", "refused", "failed"),
    ],
)
def test_a_no_costs_nothing_and_says_why(
    fault: str, kind: str, words: str, order: Order, plain: FakePlain
) -> None:
    setattr(plain.faults, fault, 1)
    job = order()
    settle()
    job.refresh_from_db()
    assert (job.state, job.error_kind, kinds(job)) == (State.FAILED, kind, ["hold", "release"])
    assert words in job.error


# --- answers to questions -----------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["server_error", "malformed", "missing", "wrong_word", "slow"])
def test_a_question_without_an_answer_says_nothing(
    fault: str, order: Order, plain: FakePlain
) -> None:
    plain.seconds = None
    job = order()
    settle(until=lambda: Job.objects.get().state == State.RUNNING)
    setattr(plain.faults, fault, 0.5 if fault == "slow" else 3)
    for _ in range(2):
        pump.run_slice(0.4)
    job.refresh_from_db()
    assert job.state == State.RUNNING
    plain.faults.slow = 0
    plain.end(job.provider_ref)
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.SUCCEEDED, ["hold", "charge"])


def test_success_without_a_result_is_a_failure(order: Order, plain: FakePlain) -> None:
    plain.faults.no_outputs = -1
    job = order()
    settle()
    job.refresh_from_db()
    assert (job.state, kinds(job)) == (State.FAILED, ["hold", "release"])


def test_eleven_results_are_ten(order: Order, plain: FakePlain) -> None:
    plain.faults.many_outputs = -1
    job = order()
    settle()
    assert Asset.objects.filter(origin=job.origin).count() == 10


# --- what it cost there -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "flag"),
    [
        (None, False),
        (PRICE, False),
        (int(PRICE * 1.2), False),
        (int(PRICE * 1.21), True),
        (int(PRICE * 0.7), True),
        (0, True),
    ],
)
def test_their_cost_stands_beside_our_charge(
    cost: int | None, flag: bool, order: Order, plain: FakePlain
) -> None:
    plain.seconds = None
    job = order()
    settle(until=lambda: Job.objects.get().state == State.RUNNING)
    job.refresh_from_db()
    plain.predictions[job.provider_ref].extra["cost"] = cost
    plain.end(job.provider_ref)
    settle()
    job.refresh_from_db()
    assert (job.provider_cost, job.cost_differs, job.quote) == (cost, flag, PRICE)


# --- the circuit --------------------------------------------------------------------------------


def test_a_provider_that_is_down_is_left_alone(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was sent, so all of it is queued; after some tries nobody tries for a while."""
    monkeypatch.setenv("PLAINLOOKUP_URL", f"http://127.0.0.1:{free_port()}")
    placed = [order() for _ in range(8)]
    pump.run_slice(0.5)
    assert set(Job.objects.values_list("state", flat=True)) == {"queued"}
    health = Health.objects.get(pk="plainlookup")
    assert health.is_open
    assert "could not be reached" in health.last_error

    def tries() -> int:
        Job.objects.update(next_at=placed[0].created)
        pump.run_slice(0.3)
        return sum(Job.objects.values_list("fence", flat=True))

    before = tries()
    assert tries() == before
    Health.objects.update(open_until=placed[0].created)
    assert tries() == before + 1, "one tries"
    assert Health.objects.get().is_open

    monkeypatch.setenv("PLAINLOOKUP_URL", plain.url)
    Health.objects.update(open_until=placed[0].created)
    Job.objects.update(next_at=placed[0].created)
    settle()
    assert set(Job.objects.values_list("state", flat=True)) == {"succeeded"}
    assert not Health.objects.get().opened
