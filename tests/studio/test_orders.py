"""Several results with one press, a grid of values, and the cheapest model that can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assets.services import ingest
from billing import services as billing
from billing.models import CREDIT, Account, Entry, User
from billing.services import InsufficientCredits
from studio import catalogue, jobs
from studio.models import Health, Job, State
from studio.orders import MOST, OrderForm
from studio.spec import ErrorKind, ProviderError, Status, Update

OPERATION = catalogue.operations()["text-to-image"]
CHEAP = "wavespeed-qwen-image"


def keys(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    for name in names:
        monkeypatch.setenv(name, "only-for-tests")


Picture = Callable[..., bytes]


@pytest.fixture
def make(account: Account, alice: User) -> Callable[..., OrderForm]:
    """make("local-card", prompt="…", count=3) → the checked form."""

    def checked(offer: str, count: Any = 1, grid: Any = None, **said: Any) -> OrderForm:
        found = catalogue.all_offers()[offer]
        data = {"prompt": "A paper boat", **said}
        return OrderForm(
            OPERATION, found, data, account=account, user=alice, count=count, grid=grid
        )

    return checked


Make = Callable[..., OrderForm]


def offers_of(form: OrderForm) -> list[list[str]]:
    assert form.is_valid(), form.problems()
    return [[doer.offer.key for doer in one.doers] for one in form.wanted]


def placed(form: OrderForm, key: str) -> tuple[list[Job], bool]:
    assert form.is_valid(), form.problems()
    return form.create_jobs(key=key)


def messages(form: OrderForm) -> str:
    assert not form.is_valid()
    return " ".join(str(p["message"]) for p in form.problems())


# --- how many ------------------------------------------------------------------------------------


def test_each_of_several_has_a_seed_of_its_own(make: Make) -> None:
    made, created = placed(make("local-card", count=4, seed=7), "one press")
    assert created
    assert [job.params["seed"] for job in made] == [7, 8, 9, 10]
    assert len({job.run for job in made}) == 1
    assert len({job.key for job in made}) == 4


def test_without_a_seed_they_differ_and_a_repeat_is_the_same(make: Make) -> None:
    first, _ = placed(make("local-card", count=3), "one press")
    again, created = placed(make("local-card", count=3), "one press")
    assert not created
    assert [job.pk for job in again] == [job.pk for job in first]
    assert len({job.params["seed"] for job in first}) == 3
    assert Job.objects.count() == 3


def test_another_number_under_the_same_key_is_another_order(make: Make) -> None:
    placed(make("local-card", count=3), "one press")
    with pytest.raises(jobs.KeyReused):
        placed(make("local-card", count=2), "one press")
    assert Job.objects.count() == 3


@pytest.mark.parametrize("count", [0, 11, -1, "many", None, 1.5, ""])
def test_a_number_that_cannot_be(make: Make, count: Any) -> None:
    assert "makes 1 to 10 at once" in messages(make("local-card", count=count))


def test_all_of_it_or_nothing(
    make: Make, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(monkeypatch, "WAVESPEED_API_KEY")
    billing.grant(account, 5 * CREDIT, "grant:test")
    form = make(CHEAP, count=3)
    assert form.is_valid()
    assert form.terms.price.amount == 6 * CREDIT
    with pytest.raises(InsufficientCredits):
        placed(form, "too dear")
    account.refresh_from_db()
    assert (Job.objects.count(), account.held) == (0, 0)
    made, _ = placed(make(CHEAP, count=2), "affordable")
    account.refresh_from_db()
    assert (len(made), account.held) == (2, 4 * CREDIT)


# --- a grid --------------------------------------------------------------------------------------


def test_a_grid_has_a_result_for_each_pair(make: Make) -> None:
    form = make("local-card", grid={"seed": [1, "2"], "format": ["png", "webp", "jpeg"]})
    assert len(offers_of(form)) == 6
    pairs = [(w.doers[0].params["seed"], w.doers[0].params["format"]) for w in form.wanted]
    assert pairs == [(s, f) for s in (1, 2) for f in ("png", "webp", "jpeg")]


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        ({"seeed": [1]}, "The grid cannot vary “seeed”"),
        ({"seed": 5}, "needs values for Seed, such as 1, 2, 3."),
        ({"seed": []}, "needs values for Seed, such as 1, 2, 3."),
        ({"seed": [1, "x"]}, "Grid, seed x: Seed is “x”, which is not a whole number"),
        ({"seed": [1], "format": ["png"], "width": [64]}, "the most is 2"),
        ({"seed": list(range(MOST + 1))}, f"the most at once is {MOST}"),
    ],
)
def test_a_grid_that_cannot_be(make: Make, grid: Any, words: str) -> None:
    assert words in messages(make("local-card", grid=grid))


# --- who -----------------------------------------------------------------------------------------

AUTO = "auto-text-to-image"


def test_there_is_nothing_automatic_without_a_choice(account: Account) -> None:
    assert AUTO not in [o.key for o in catalogue.offers("text-to-image", {"local", "automatic"})]
    usable = {"local", "automatic", "stability"}
    assert AUTO in [o.key for o in catalogue.offers("text-to-image", usable)]


def test_the_cheapest_that_can_is_first_and_the_others_are_in_reserve(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(monkeypatch, "WAVESPEED_API_KEY", "STABILITY_API_KEY", "GEMINI_API_KEY")
    form = make(AUTO, quality="standard")
    (order,) = offers_of(form)
    amounts = [jobs.quote(d.offer, d.params).amount for d in form.wanted[0].doers]
    assert amounts == sorted(amounts)
    assert all(catalogue.all_offers()[key].quality == "standard" for key in order)
    assert len(order) > 1
    assert form.terms.most == max(amounts)
    assert f"-{max(amounts)}:" in form.terms.shown


def test_only_who_takes_what_was_said(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    keys(monkeypatch, "WAVESPEED_API_KEY", "STABILITY_API_KEY", "HF_TOKEN", "GEMINI_API_KEY")
    for quality in ("draft", "standard", "premium"):
        form = make(AUTO, quality=quality, negative_prompt="fog", seed=5)
        if not form.is_valid():
            assert "can do all of this" in messages(make(AUTO, quality=quality, seed=5, steps=90))
            continue
        for doer in form.wanted[0].doers:
            assert doer.params["negative_prompt"] == "fog"
            assert doer.params["seed"] == 5


def test_the_price_with_a_picture_is_known_before_the_order(
    account: Account, alice: User, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys(monkeypatch, "WAVESPEED_API_KEY")
    operation, offers = catalogue.operations()["edit-by-words"], catalogue.all_offers()
    upload = SimpleUploadedFile("cat.png", picture((320, 240)))
    cat = ingest(upload, account=account, user=alice, filename="cat.png")
    form = OrderForm(
        operation,
        offers["auto-edit-by-words"],
        {"image": str(cat.pk), "prompt": "snow", "quality": "draft"},
        account=account,
        resolve=False,
    )
    assert form.is_valid(), messages(form)
    assert form.chosen.key == "wavespeed-qwen-edit"
    assert form.terms.price.amount == 2 * CREDIT


def test_nobody_can_is_said_with_reasons(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    keys(monkeypatch, "HF_TOKEN")
    form = make(AUTO, quality="standard", steps=140)
    assert "No model of quality “standard” can do all of this. FLUX" in messages(form)
    (problem,) = form.problems()
    assert (problem["field"], problem["value"]) == ("steps", "140")


def test_one_that_does_not_answer_is_asked_last(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from django.utils import timezone

    keys(monkeypatch, "WAVESPEED_API_KEY", "STABILITY_API_KEY")
    first = offers_of(make(AUTO, quality="standard"))[0][0]
    provider = catalogue.all_offers()[first].provider
    soon = timezone.now() + timedelta(minutes=1)
    Health.objects.create(name=provider, provider=provider, open_until=soon)
    now = offers_of(make(AUTO, quality="standard"))[0]
    assert catalogue.all_offers()[now[0]].provider != provider
    assert first in now


# --- somebody else does it ------------------------------------------------------------------------


@pytest.fixture
def sent(make: Make, account: Account, monkeypatch: pytest.MonkeyPatch) -> Job:
    """An automatic order that is being handed over to the first of several."""
    keys(monkeypatch, "WAVESPEED_API_KEY", "STABILITY_API_KEY")
    billing.grant(account, 100 * CREDIT, "grant:test")
    (job,), _ = placed(make(AUTO, quality="standard"), "auto")
    assert job.alternatives
    Job.objects.filter(pk=job.pk).update(state=State.SUBMITTING, fence=1, attempts=1)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("kind", [ErrorKind.KEY, ErrorKind.NO_CREDIT, ErrorKind.REFUSED])
def test_a_refusal_hands_it_on_within_what_is_held(
    sent: Job, account: Account, kind: ErrorKind
) -> None:
    first, held = sent.offer, sent.most
    error = ProviderError("WaveSpeed says no.", kind)
    jobs.apply(sent, Update(Status.FAILED, error=error))
    sent.refresh_from_db()
    account.refresh_from_db()
    assert (sent.state, sent.attempts) == (State.QUEUED, 0)
    assert sent.offer != first
    assert sent.provider == catalogue.all_offers()[sent.offer].provider
    assert sent.quote <= sent.most == held == account.held
    assert "does it instead" in sent.events.last().note


@pytest.mark.parametrize("kind", [ErrorKind.INPUT, ErrorKind.MODERATED])
def test_what_is_wrong_with_the_request_is_wrong_everywhere(sent: Job, kind: ErrorKind) -> None:
    jobs.apply(sent, Update(Status.FAILED, error=ProviderError("No.", kind)))
    sent.refresh_from_db()
    assert sent.state == State.FAILED


def test_an_unclear_answer_is_never_handed_on(sent: Job) -> None:
    """It may have been accepted, so it may have been paid for."""
    first = sent.offer
    jobs.apply(sent, Update(Status.FAILED, error=ProviderError("?", ErrorKind.UNCLEAR)))
    sent.refresh_from_db()
    assert (sent.state, sent.offer) == (State.UNKNOWN, first)


def test_who_asks_to_wait_is_waited_for_once(sent: Job) -> None:
    first, later = sent.offer, ProviderError("Busy.", ErrorKind.LATER)
    jobs.apply(sent, Update(Status.FAILED, error=later))
    sent.refresh_from_db()
    assert (sent.state, sent.offer) == (State.QUEUED, first)
    Job.objects.filter(pk=sent.pk).update(state=State.SUBMITTING, fence=2)
    sent.refresh_from_db()
    jobs.apply(sent, Update(Status.FAILED, error=later))
    sent.refresh_from_db()
    assert (sent.state, sent.offer == first) == (State.QUEUED, False)


def test_the_price_of_who_did_it_is_charged_and_the_rest_comes_back(
    sent: Job, account: Account
) -> None:
    jobs.apply(sent, Update(Status.FAILED, error=ProviderError("No.", ErrorKind.REFUSED)))
    sent.refresh_from_db()
    price = sent.quote
    Job.objects.filter(pk=sent.pk).update(state=State.FETCHING)
    sent.refresh_from_db()
    from studio.jobs.state import end

    assert end(sent, State.SUCCEEDED)
    account.refresh_from_db()
    assert (account.balance, account.held) == (100 * CREDIT - price, 0)
    assert Entry.objects.get(reference=sent.origin, kind="charge").amount == price
    assert billing.verify_ledger() == []


def test_the_last_one_fails_for_good(sent: Job, account: Account) -> None:
    refused = ProviderError("No.", ErrorKind.REFUSED)
    for _ in range(10):
        jobs.apply(sent, Update(Status.FAILED, error=refused))
        sent.refresh_from_db()
        if sent.state == State.FAILED:
            break
        Job.objects.filter(pk=sent.pk).update(state=State.SUBMITTING, fence=sent.fence + 1)
        sent.refresh_from_db()
    account.refresh_from_db()
    assert (sent.state, account.held, account.balance) == (State.FAILED, 0, 100 * CREDIT)
