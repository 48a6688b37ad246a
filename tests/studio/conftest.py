"""A provider whose every answer the test decides, beside the real one of this computer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assets.models import Asset
from billing import services as billing
from billing.models import CREDIT, Account, Entry, User
from billing.pricing import Flat
from billing.services import verify_ledger
from studio import catalogue, jobs
from studio.models import Job, Shot, Story
from studio.operations.transform import IMAGE_TO_VIDEO
from studio.providers import Renderer
from studio.providers.local.video import MOTION
from studio.spec import Call, Update
from tests.fakes import films
from tests.studio.acme import FakeAcme
from tests.studio.keyring import GOOD
from tests.studio.stories import bring, told
from tests.studio.turning import wanted


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
def cat(account: Account, alice: User, picture: Callable[..., bytes], tmp_path: Path) -> Asset:
    path = tmp_path / "cat.png"
    path.write_bytes(picture())
    return bring(path, account, alice)


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


# --- stories ---


@pytest.fixture
def adds_up(db: None) -> Iterator[None]:
    """The ledger is sound in the end, and holds what work is open."""
    yield
    assert verify_ledger() == []
    for account in Account.objects.all():
        assert account.held == sum(job.most for job in Job.objects.live().filter(account=account))


@pytest.fixture
def run(rich: Account, alice: User, cat: Asset, paper: Paper) -> Callable[..., list[Job]]:
    """run(None, 0, at_once=2) → a shot, and one after it."""

    def place(*afters: Any, at_once: int | None = None, **more: Any) -> list[Job]:
        offer = more.pop("offer", "paper-motion")
        each = [wanted(cat, after, offer) for after in afters]
        return jobs.create_run(rich, alice, IMAGE_TO_VIDEO, each, at_once=at_once, **more)[0]

    return place


@pytest.fixture
def film(account: Account, alice: User, tmp_path: Path) -> Asset:
    """Thirty frames that say their number; the last is 29."""
    path = films.ours(tmp_path / "thirty.mp4", 30)
    return bring(path, account, alice)


@pytest.fixture
def other(account: Account, alice: User, picture: Callable[..., bytes], tmp_path: Path) -> Asset:
    path = tmp_path / "dog.png"
    path.write_bytes(picture((512, 384)))
    return bring(path, account, alice, title="The dog")


@pytest.fixture
def still(account: Account, alice: User, picture: Callable[..., bytes], tmp_path: Path) -> Asset:
    """Large enough for every model."""
    path = tmp_path / "rock.png"
    path.write_bytes(picture((640, 480)))
    return bring(path, account, alice, title="The rock")


@pytest.fixture
def clip(account: Account, alice: User, tmp_path: Path) -> Asset:
    path = films.ours(tmp_path / "clip.mp4", 15, size=(320, 192))
    return bring(path, account, alice, title="The clip")


@pytest.fixture
def story(account: Account, alice: User, still: Asset) -> Callable[..., Story]:
    """story({…}, {…}, offer=…) → one whose shots have a picture."""

    def write(*shots: dict[str, Any], offer: str = "local-motion", **facts: Any) -> Story:
        made = told(account, alice, list(shots), **facts)
        Shot.objects.filter(scene__story=made).update(still=still)
        Story.objects.filter(pk=made.pk).update(offer=offer)
        return Story.objects.get(pk=made.pk)

    return write
