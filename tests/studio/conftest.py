"""A provider whose every answer the test decides, beside the real one of this computer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assets.models import Asset
from assets.services import ingest
from billing import services as billing
from billing.models import CREDIT, Account, Entry, User
from billing.pricing import Flat
from studio import catalogue, jobs
from studio.models import Job
from studio.operations.transform import IMAGE_TO_VIDEO
from studio.providers import Renderer
from studio.providers.local.video import MOTION
from studio.spec import Call, Update
from tests.studio.acme import FakeAcme
from tests.studio.keyring import GOOD


class Paper(Renderer):
    """`answers` are given one by one: an Update is returned, an exception raised, a function
    called with the Call."""

    key = "paper"
    label = "Paper"
    reconcile = "none"
    offers = (replace(MOTION, key="paper-motion", provider="paper", price=Flat("0.12")),)

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.calls: list[Call] = []

    def render(self, call: Call) -> Update:
        self.calls.append(call)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer(call) if callable(answer) else answer


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> Iterator[Paper]:
    provider = Paper()
    everybody = {**catalogue.providers(), "paper": provider}
    monkeypatch.setattr(catalogue, "providers", lambda: everybody)
    catalogue.declared_offers.cache_clear()
    yield provider
    monkeypatch.undo()
    catalogue.declared_offers.cache_clear()


@pytest.fixture
def acme(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAcme]:
    """Acme is there too; its server accepts the key GOOD, and its operator has none."""
    settings.EXTRA_PROVIDERS = ["tests.studio.acme"]
    catalogue.clear()
    with FakeAcme(secret=GOOD) as fake:
        monkeypatch.setenv("ACME_URL", fake.url)
        monkeypatch.delenv("ACME_API_KEY", raising=False)
        yield fake
    catalogue.clear()


@pytest.fixture
def rich(account: Account) -> Account:
    """The account with 100 credits."""
    billing.grant(account, 100 * CREDIT, "grant:test")
    account.refresh_from_db()
    return account


@pytest.fixture
def cat(account: Account, alice: User, picture: Callable[..., bytes]) -> Asset:
    upload = SimpleUploadedFile("cat.png", picture())
    return ingest(upload, account=account, user=alice, filename="cat.png")


@pytest.fixture
def order(account: Account, alice: User, cat: Asset) -> Callable[..., Job]:
    """order(offer="local-motion", key=None, **params) → a queued job."""

    def place(offer: str = "local-motion", key: str | None = None, **params: Any) -> Job:
        small = {"width": 64, "height": 64, "duration": 1, "fps": 24, "format": "mp4"}
        fixed = {"motion": "zoom", "direction": "in", "strength": 50, "easing": "linear"}
        job, _ = jobs.create(
            account=account,
            user=alice,
            operation=IMAGE_TO_VIDEO,
            offer=catalogue.all_offers()[offer],
            params={"image": str(cat.pk), "focus": [0.5, 0.5], **fixed, **small, **params},
            title="Cat · zoom in",
            key=key,
        )
        return job

    return place


@pytest.fixture
def video(tmp_path: Path, order: Callable[..., Job]) -> Path:
    """A small real video, made by the engine."""
    from studio.engine import motion

    job = order(key="to borrow its picture")
    source = Path(Asset.objects.get(pk=job.params["image"]).file.path)
    target = tmp_path / "ready.mp4"
    motion.animate(
        source,
        target,
        motion="zoom",
        direction="in",
        strength=50,
        easing="linear",
        duration=1,
        width=64,
        height=64,
        fps=24,
        format="mp4",
    )
    Job.objects.filter(pk=job.pk).delete()
    return target


def kinds(job: Job) -> list[str]:
    return list(
        Entry.objects.filter(reference=job.origin).order_by("id").values_list("kind", flat=True)
    )
