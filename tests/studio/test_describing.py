"""A model proposes tags and descriptions: what it sees, what is believed, and who decides."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from assets import services
from assets.models import Asset, Description
from assets.services import described, hints
from billing.models import Account, User
from studio import describing, tasks
from studio.models import Beat
from tests.fakes.writer import FakeWriter

GOOD = {"description": "A red field beside a blue one.", "tags": ["Red", "field", "abstract"]}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    caches["local"].clear()


@pytest.fixture
def model(settings: Any) -> Iterator[FakeWriter]:
    with FakeWriter() as fake:
        settings.WRITER = ""
        settings.WRITER_URL = f"{fake.url}/v1"
        settings.WRITER_KEY = fake.secret
        settings.WRITER_MODEL = "eyes-1"
        fake.say = lambda _: json.dumps(GOOD)  # type: ignore[method-assign]
        yield fake


@pytest.fixture
def asset(account: Account, alice: User, picture: Callable[..., bytes]) -> Asset:
    source = ContentFile(picture((3000, 1500)))
    made = services.ingest(source, account=account, user=alice, filename="x.png")
    hints.refuse(made)
    return services.update(made, alt="Before")


def test_it_sees_a_small_picture_and_proposes(model: FakeWriter, asset: Asset) -> None:
    describing.describe(asset.pk)
    text, image = model.bodies[0]["messages"][1]["content"]
    head, _, data = image["image_url"]["url"].partition(",")
    assert head == "data:image/jpeg;base64"
    sent = Image.open(io.BytesIO(base64.b64decode(data)))
    assert sent.size == (1024, 512)
    assert not sent.getexif()
    assert json.loads(text["text"]) == {"task": "Describe the picture."}
    assert [hint.name for hint in hints.open_hints(asset)] == ["red", "field", "abstract"]
    asset.refresh_from_db()
    assert asset.alt == "Before"
    described.decide_description(asset, accepted=True)
    asset.refresh_from_db()
    assert asset.alt == GOOD["description"]
    described.decide_description(asset, accepted=False)
    assert Description.objects.get().state == "accepted"


@pytest.mark.parametrize(
    "said",
    [
        "no JSON at all",
        json.dumps({"description": "x" * 301, "tags": []}),
        json.dumps({"description": "", "tags": []}),
        json.dumps({"description": "See http://evil.example", "tags": []}),
        json.dumps({"description": "<script>alert(1)</script>", "tags": []}),
        json.dumps({"description": "Fine.", "tags": "red"}),
        json.dumps({"description": "Fine.", "tags": [7]}),
        json.dumps({"description": "Fine.", "tags": ["www.evil.example"]}),
        json.dumps({"description": ["Fine."], "tags": []}),
    ],
)
def test_what_is_not_believed(model: FakeWriter, asset: Asset, said: str) -> None:
    model.say = lambda _: said  # type: ignore[method-assign]
    describing.describe(asset.pk)
    row = Description.objects.get(asset=asset)
    assert row.state == "failed"
    assert row.problem == "The answer of the model could not be used. Try again."
    assert hints.open_hints(asset) == []


def test_a_model_that_fails_and_one_that_is_asked_too_often(
    model: FakeWriter, asset: Asset, settings: Any
) -> None:
    model.status = 500
    describing.describe(asset.pk)
    assert "answered with an error" in Description.objects.get(asset=asset).problem
    settings.WRITER_HOURLY = 0
    describing.describe(asset.pk)
    assert "often in the last hour" in Description.objects.get(asset=asset).problem
    services.purge(services.trash(asset))
    describing.describe(asset.pk)


def test_on_the_page(
    model: FakeWriter,
    asset: Asset,
    sign_in: Callable[[User], Client],
    alice: User,
    vera: User,
    charlie: User,
) -> None:
    client, page = sign_in(alice), f"/library/{asset.pk}/"
    for path in ("describe/", "described/"):
        assert sign_in(vera).post(f"{page}{path}").status_code == 403
        assert sign_in(charlie).post(f"{page}{path}").status_code == 404
    assert sign_in(charlie).get(f"{page}hints/part/").status_code == 404
    assert not Description.objects.exists()
    assert client.post(f"{page}describe/").status_code == 302
    assert "A model looks at it" in client.get(page).content.decode()
    describing.describe(asset.pk)
    part = client.get(f"{page}hints/part/").content.decode()
    assert "<del>Before</del>" in part
    assert f"<ins>{GOOD['description']}</ins>" in part
    client.post(f"{page}described/", {"accept": "0"})
    asset.refresh_from_db()
    assert asset.alt == "Before"
    assert Description.objects.get().state == "refused"


def test_without_a_model_it_says_what_is_missing(
    asset: Asset, sign_in: Callable[[User], Client], alice: User, settings: Any
) -> None:
    settings.WRITER = settings.WRITER_URL = ""
    headers = {"Accept": "application/json"}
    answer = sign_in(alice).post(f"/library/{asset.pk}/describe/", headers=headers)
    assert answer.status_code == 422
    assert "WRITER_URL" in answer.json()["message"]
    assert not Description.objects.exists()


def test_many_by_program_and_only_the_own(
    model: FakeWriter, asset: Asset, account: Account, charlie: User
) -> None:
    theirs = services.ingest(
        ContentFile(b"words"), account=charlie.accounts.get(), user=charlie, filename="a.txt"
    )
    assert describing.ask(account, [asset.pk, theirs.pk]) == [asset]
    assert describing.ask(charlie.accounts.get(), [asset.pk, theirs.pk]) == []


def test_what_was_never_answered_can_be_asked_again(model: FakeWriter, asset: Asset) -> None:
    described.await_description(asset)
    Description.objects.update(changed=timezone.now() - timedelta(minutes=29))
    tasks.beat("engine")
    assert Description.objects.get().state == "waiting"
    Description.objects.update(changed=timezone.now() - timedelta(minutes=31))
    Beat.objects.all().delete()
    tasks.beat("engine")
    given_up = Description.objects.get()
    assert (given_up.state, given_up.problem) == ("failed", described.NO_ANSWER)
    describing.describe(asset.pk)  # it was only late
    assert Description.objects.get().state == "open"


def test_a_storage_that_does_not_answer_is_said(
    model: FakeWriter, asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(asset: Asset) -> bytes:
        raise OSError("the disk is away")

    monkeypatch.setattr(described, "picture_for_a_model", away)
    described.await_description(asset)
    describing.describe(asset.pk)
    told = Description.objects.get()
    assert (told.state, "could not be read" in told.problem) == ("failed", True)
