"""A mask for a model that knows none: it stays here, and what is black is the original."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assets import services as assets
from assets.models import Asset
from billing.models import Account, User
from studio import catalogue, jobs
from studio.models import Job
from tests.fakes.plain import FakePlain
from tests.fakes.wavespeed import FakeWaveSpeed
from tests.pump.conftest import settle

OFFER = "wavespeed-qwen-edit"
SIZE = (640, 480)
Stored = Callable[[str, Image.Image], Asset]


@pytest.fixture
def wavespeed(plain: FakePlain, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWaveSpeed]:
    monkeypatch.setattr(type(catalogue.providers()["wavespeed"]), "poll_first", 0.1)
    with FakeWaveSpeed(seconds=0.1) as fake:
        for name, value in fake.variables().items():
            monkeypatch.setenv(name, value)
        yield fake


@pytest.fixture
def stored(rich: Account, alice: User, work: Path) -> Stored:
    def keep(name: str, image: Image.Image) -> Asset:
        image.save(work / name)
        return assets.ingest(work / name, filename=name, account=rich, user=alice)

    return keep


def hill() -> Image.Image:
    rng = np.random.default_rng(3)
    return Image.fromarray(rng.integers(0, 255, (SIZE[1], SIZE[0], 3)).astype(np.uint8))


def left_half() -> Image.Image:
    mask = Image.new("L", SIZE)
    mask.paste(255, (0, 0, SIZE[0] // 2, SIZE[1]))
    return mask


@pytest.fixture
def ordered(
    rich: Account, alice: User, stored: Stored, wavespeed: FakeWaveSpeed
) -> Callable[..., Job]:
    def place(**more: Any) -> Job:
        operation = catalogue.operations()["edit-by-words"]
        offer = catalogue.all_offers()[OFFER]
        said = {"image": str(stored("hill.png", hill()).pk), "prompt": "snow", "format": "png"}
        job, _ = jobs.create(
            account=rich, user=alice, operation=operation, offer=offer, params=said | more
        )
        settle()
        job.refresh_from_db()
        assert job.state == "succeeded", job.error
        return job

    return place


def pixels(asset: Asset) -> np.ndarray:
    with assets.open_file(asset) as file, Image.open(file) as image:
        return np.asarray(image.convert("RGB"))


def test_what_is_black_is_put_back(
    ordered: Callable[..., Job], stored: Stored, wavespeed: FakeWaveSpeed
) -> None:
    mask = stored("mask.png", left_half())
    job = ordered(mask=str(mask.pk))
    (prediction,) = wavespeed.predictions.values()
    assert set(prediction.input) == {"image", "prompt", "output_format"}
    assert str(mask.pk) not in json.dumps(prediction.input)
    assert len(wavespeed.uploads) == 1, "the mask does not leave this computer"
    made, came = Asset.objects.filter(origin=job.origin).order_by("slot")
    half, before = SIZE[0] // 2, np.asarray(hill())
    assert np.array_equal(pixels(made)[:, half:], before[:, half:])
    assert np.array_equal(pixels(made)[:, :half], pixels(came)[:, :half])
    assert not np.array_equal(pixels(came)[:, half:], before[:, half:])
    assert mask in made.parents.all()


def test_without_a_mask_the_result_is_as_it_came(ordered: Callable[..., Job]) -> None:
    job = ordered()
    assert Asset.objects.filter(origin=job.origin).count() == 1


def test_a_mask_that_is_gone_costs_no_result(
    ordered: Callable[..., Job], stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was paid for: without its mask it is kept as it came."""

    def gone(*_: Any) -> None:
        raise assets.Refused("Mask is gone from the library. Choose another.")

    monkeypatch.setattr("studio.jobs.results.source_assets", gone)
    job = ordered(mask=str(stored("mask.png", left_half()).pk))
    (only,) = Asset.objects.filter(origin=job.origin)
    assert (only.width, only.height) == SIZE
