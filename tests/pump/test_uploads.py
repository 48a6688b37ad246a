"""Pictures on their way to a provider: brought there once. And keys that people bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from assets import services as assets
from assets.models import Asset
from billing.models import Account, User
from studio import catalogue, jobs, keys, pump
from studio.models import Health, Job, ProviderKey, State, Upload
from studio.providers import Remote
from tests.fakes.fal import FakeFal
from tests.fakes.parts import DONE
from tests.fakes.plain import FakePlain
from tests.pump.conftest import Order, settle
from tests.pump.test_road import kinds

OFFER = "fal-wan-2.6"
Animate = Callable[[Asset], Job]


@pytest.fixture
def fal(plain: FakePlain, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFal]:
    monkeypatch.setattr(type(catalogue.providers()["fal"]), "poll_first", 0.1)
    with FakeFal(seconds=0.1) as fake:
        for name, value in fake.variables().items():
            monkeypatch.setenv(name, value)
        yield fake


@pytest.fixture
def cat(rich: Account, alice: User, picture: Callable[..., bytes], work: Path) -> Asset:
    path = work / "cat.png"
    path.write_bytes(picture((640, 480)))
    return assets.ingest(path, filename="cat.png", account=rich, user=alice)


@pytest.fixture
def animate(rich: Account, alice: User, fal: FakeFal) -> Animate:
    def place(asset: Asset) -> Job:
        offer = catalogue.all_offers()[OFFER]
        operation = catalogue.operations()[offer.operation]
        said = catalogue.usual(operation, offer)
        said |= {"image": str(asset.pk), "prompt": "a cat", "duration": 5}
        job, _ = jobs.create(
            account=rich, user=alice, operation=operation, offer=offer, params=said
        )
        return job

    return place


def test_the_same_picture_is_brought_once(animate: Animate, cat: Asset, fal: FakeFal) -> None:
    first = animate(cat)
    settle()
    second = animate(cat)
    settle()
    for job in (first, second):
        assert kinds(job) == ["hold", "charge"], Job.objects.get(pk=job.pk).error
    assert (len(fal.uploads), len(fal.predictions)) == (1, 2)
    assert fal.leaks == []


def test_what_is_gone_there_is_brought_once_more(
    animate: Animate, cat: Asset, fal: FakeFal
) -> None:
    animate(cat)
    settle()
    fal.uploads.clear()
    job = animate(cat)
    settle(
        until=lambda: Job.objects.get(pk=job.pk).events.filter(note__startswith="later").exists()
    )
    Job.objects.filter(pk=job.pk).update(next_at=timezone.now())
    settle()
    assert kinds(job) == ["hold", "charge"], Job.objects.get(pk=job.pk).error
    assert (len(fal.uploads), len(fal.predictions)) == (1, 2)


@pytest.mark.parametrize("change", ["expired", "another key", "another picture"])
def test_what_does_not_lie_there_is_brought(
    change: str,
    animate: Animate,
    cat: Asset,
    fal: FakeFal,
    monkeypatch: pytest.MonkeyPatch,
    picture: Callable[..., bytes],
    work: Path,
) -> None:
    animate(cat)
    settle()
    if change == "expired":
        # Soon is as good as now: the provider has yet to read it.
        Upload.objects.update(expires=timezone.now() + timedelta(minutes=29))
    elif change == "another key":
        fal.secret = "fal-secret-of-somebody-else"
        monkeypatch.setenv("FAL_KEY", fal.secret)
    else:
        path = work / "dog.png"
        path.write_bytes(picture((480, 640)))
        cat = assets.ingest(path, filename="dog.png", account=cat.account, user=None)
    job = animate(cat)
    settle()
    assert kinds(job) == ["hold", "charge"]
    assert len(fal.uploads) == 2


def test_a_picture_that_cannot_be_brought_costs_nothing_and_waits(
    animate: Animate, cat: Asset, fal: FakeFal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was handed over, so it is no unclear start."""

    async def no(*_: Any) -> Any:
        raise jobs_error()

    monkeypatch.setattr(type(catalogue.providers()["fal"]), "upload", no)
    job = animate(cat)
    pump.run_slice(0.4)
    job.refresh_from_db()
    assert (job.state, job.attempts, len(fal.predictions)) == (State.QUEUED, 0, 0)


def jobs_error() -> Exception:
    from studio.spec import ErrorKind, ProviderError

    return ProviderError("The storage did not answer.", ErrorKind.UNCLEAR)


# --- keys that people bring ----------------------------------------------------------------------


@pytest.fixture
def own(rich: Account, alice: User, plain: FakePlain) -> ProviderKey:
    provider = catalogue.providers()["plainlookup"]
    assert isinstance(provider, Remote)
    plain.secret = "the account's own secret key"
    return keys.save(rich, alice, provider, plain.secret)


def test_with_ones_own_key_it_costs_nothing_here(
    own: ProviderKey, order: Order, plain: FakePlain
) -> None:
    """The operator's key is another one, which this provider does not accept now."""
    job = order()
    assert (job.quote, job.own_key_id) == (0, own.pk)
    settle()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    assert kinds(job) == ["hold", "charge"]
    assert plain.leaks == []


def test_what_a_key_does_is_not_held_against_another(
    own: ProviderKey, order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = order()
    settle(until=lambda: Health.objects.exists())
    assert set(Health.objects.values_list("name", flat=True)) == {f"plainlookup:{own.pk}"}
    settle()
    plain.secret = "the operator's own, and now the account's is wrong"
    monkeypatch.setenv("PLAINLOOKUP_KEY", plain.secret)
    failed = order()
    settle()
    failed.refresh_from_db()
    assert (failed.state, failed.error_kind) == (State.FAILED, "key")
    keys.remove(job.account, catalogue.remote("plainlookup"))
    paid = order()
    assert paid.quote > 0
    settle()
    assert kinds(paid) == ["hold", "charge"]


def test_a_key_that_is_taken_back_is_used_to_the_end(
    own: ProviderKey, order: Order, plain: FakePlain
) -> None:
    plain.seconds = None
    job = order()
    settle(until=lambda: Job.objects.get().state == State.RUNNING)
    assert keys.remove(job.account, catalogue.remote("plainlookup")) == 1
    plain.end(next(iter(plain.predictions)), DONE)
    settle()
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED
