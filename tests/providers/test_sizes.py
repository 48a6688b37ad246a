"""Pictures come out in the size that was asked for, whatever a model makes; and that is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio import catalogue
from studio.forms import OperationForm
from studio.jobs import results
from studio.models import Job
from studio.providers import Remote
from studio.providers._pictures import AT_ONCE, by_ratio, made_size, no_larger
from studio.pump import DRAIN, SLICE
from studio.spec import Offer
from tests.fakes.pictures import of_ratio, painted, written

REMOTE = [o for p in catalogue.providers().values() if isinstance(p, Remote) for o in p.offers]
MAKERS = [offer for offer in REMOTE if offer.operation == "text-to-image"]
UPSCALERS = [offer for offer in REMOTE if offer.operation == "upscale"]
# Of templates, and two that are odd.
SIZES = [(1080, 1350), (1080, 1920), (1000, 1500), (820, 312), (728, 90), (1024, 1024), (64, 4096)]
each_maker = pytest.mark.parametrize("offer", MAKERS, ids=lambda offer: offer.key)


def read(offer: Offer, said: dict[str, Any]) -> OperationForm:
    form = OperationForm(catalogue.operations()[offer.operation], offer, said, resolve=False)
    assert form.is_valid(), form.errors
    return form


@pytest.mark.django_db
@each_maker
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_size_of_a_template_is_made(
    offer: Offer, size: tuple[int, int], tmp_path: Path
) -> None:
    """By every model: none refuses a size that others take, and the result has it exactly."""
    width, height = size
    form = read(offer, {"prompt": "a hill", "width": width, "height": height})
    sent = json.dumps(offer.payload(form.params, {}))
    itself = f"{width}*{height}" in sent or f'"width": {width}, "height": {height}' in sent
    assert (f"{width} × {height} here" in " ".join(form.notes)) != itself, "said where it differs"
    came = tmp_path / "came.png"
    ratio = form.params.get("ratio", "3:2")
    came.write_bytes(written(painted("", of_ratio(ratio, 40_000), 3)))
    assert offer.finish
    with Image.open(offer.finish(came, form.params, tmp_path)) as made:
        assert made.size == size
    assert came.exists(), "what was paid for is kept"


def test_the_note_says_shape_and_size_and_what_happens_here() -> None:
    notes = by_ratio(("1:1", "4:5", "16:9"), 1)
    assert list(notes({"width": 1080, "height": 1350}, {})) == [
        "Made at 4:5, about 1 million pixels, then enlarged to 1080 × 1350 here."
    ]
    [words] = notes({"width": 1000, "height": 1000}, {})
    assert words.endswith("then fitted to 1000 × 1000 here.")


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ((1024, 1024), (1024, 1024)),
        ((1080, 1920), (864, 1536)),
        ((300, 200), (384, 256)),
        ((4096, 64), (1536, 256)),
        ((64, 64), (256, 256)),
    ],
)
def test_the_nearest_size_within_limits(asked: tuple[int, int], made: tuple[int, int]) -> None:
    assert made_size({"width": asked[0], "height": asked[1]}, 256, 1536) == made


@pytest.mark.parametrize(
    ("params", "size"),
    [
        ({"size": "4x"}, (2400, 1600)),
        ({"size": "most"}, (2400, 1600)),
        ({"size": "social"}, (1080, 720)),
        ({"size": "web"}, (2048, 1365)),
        ({"size": "4k"}, (2400, 1600)),
        ({"size": "custom", "longest_side": 900}, (900, 600)),
    ],
)
def test_an_upscaled_picture_is_made_no_larger_than_asked(
    params: dict[str, Any], size: tuple[int, int], tmp_path: Path
) -> None:
    came = tmp_path / "came.png"
    came.write_bytes(written(painted("", (2400, 1600), 3)))
    done = no_larger(came, params, tmp_path)
    with Image.open(done) as made:
        assert made.size == size
    assert (done == came) == (size == (2400, 1600))


@pytest.mark.django_db
@pytest.mark.parametrize("offer", UPSCALERS, ids=lambda offer: offer.key)
def test_every_size_of_an_upscaler_has_its_side(offer: Offer) -> None:
    operation = catalogue.operations()["upscale"]
    size = next(p for p in offer.params(operation) if p.name == "size")
    for choice in size.choices:
        said = {"size": choice, "prompt": "a hill", "longest_side": 2000}
        taken = {p.name for p in offer.params(operation)}
        form = read(offer, {n: v for n, v in said.items() if n in taken})
        assert ("longest_side" in form.params) == (choice == "custom")
    assert {o.quality for o in UPSCALERS} == {"draft", "standard", "premium"}


@pytest.mark.parametrize("quality", ["draft", "standard", "premium"])
def test_there_is_a_model_of_each_quality_and_it_costs_something(quality: str) -> None:
    tier = [offer for offer in MAKERS if offer.quality == quality]
    assert len(tier) >= 3
    operation = catalogue.operations()["text-to-image"]
    assert all(o.price.quote(catalogue.usual(operation, o)).amount > 0 for o in MAKERS)


def test_what_cannot_be_fitted_is_kept_as_it_came(tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG and nothing else")
    offer = MAKERS[0]
    job = Job(offer=offer.key, params={"width": 10, "height": 10})
    assert results._finished(job, [broken], tmp_path) == [broken]


def test_the_pump_waits_longer_than_an_answer_may_take(settings: Any) -> None:
    assert AT_ONCE + 15 <= DRAIN
    assert settings.Q_CLUSTER["timeout"] >= SLICE + DRAIN + 15
