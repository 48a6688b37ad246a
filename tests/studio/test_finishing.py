"""Compress and convert through the studio: presets, what is foreseen, what came of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from assets.models import Asset
from assets.services import ingest
from billing.models import Account, User
from studio import catalogue, jobs
from studio.engine.weight import changed, weight
from studio.jobs import results
from studio.models import Job
from studio.operations import finishing
from studio.orders import OrderForm
from studio.presets.compression import COMPRESSION
from studio.schema import json_schema
from studio.spec import Output
from studio.views.cards import card
from tests.studio.pages import People, said

CONVERT = catalogue.operations()["convert"]
OFFER = catalogue.all_offers()["local-convert"]
SAMPLES = Path(__file__).resolve().parents[2] / "static" / "samples"
USUAL = {p.name: p.default for p in CONVERT.params}


@pytest.fixture
def coffee(account: Account, alice: User) -> Asset:
    return ingest(SAMPLES / "coffee.jpg", account=account, user=alice, filename="coffee.jpg")


def checked(account: Account | None = None, **data: Any) -> OrderForm:
    form = OrderForm(CONVERT, OFFER, data, account=account, resolve=False)
    form.fields["image"].required = False
    assert form.is_valid(), form.problems()
    return form


# --- presets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", COMPRESSION)
def test_a_preset_sets_what_it_says(preset: str) -> None:
    params = checked(preset=preset).params
    for name, value in COMPRESSION[preset].items():
        left_out = name == "quality" and params["format"] == "png"
        assert params.get(name) == (None if left_out or value is None else value)


def test_what_is_said_wins_over_the_preset() -> None:
    params = checked(preset="email", quality=40, target_kb="").params
    assert (params["format"], params["quality"], params["target_kb"]) == ("jpeg", 40, 200)


def test_without_a_preset_nothing_changes() -> None:
    params = checked().params
    assert params == {n: v for n, v in USUAL.items() if n in params}
    assert "progressive" not in params, "of a JPEG only"


def test_programs_read_what_a_preset_stands_for() -> None:
    words = json_schema(CONVERT, OFFER)["properties"]["preset"]["description"]
    assert "email stands for format jpeg, quality 70, target_kb 200, longest_side 1600" in words


def test_the_page_knows_them_too(sign_in: People, alice: User) -> None:
    page = said(sign_in(alice).get("/edit/convert/"))
    assert 'data-name="preset" data-own="own"' in page
    assert re.search(r"data-sets=\"[^\"]*&quot;email&quot;: \{&quot;format&quot;: &quot;jpeg", page)


# --- what is foreseen -----------------------------------------------------------------------------


def test_the_size_and_the_type_are_told_before(account: Account, coffee: Asset) -> None:
    notes = checked(account, image=str(coffee.pk), format="webp", longest_side=300).notes
    found = re.match(r"About (\d+) KB, (\d+) % less than now \((\d+) KB\)\.", notes[0])
    assert found, notes
    assert 9 <= int(found[1]) <= 22
    assert notes[1].startswith("It looks like a photo: WebP or AVIF make it smallest")
    notes = checked(account, image=str(coffee.pk), format="jpeg", target_kb=20).notes
    assert notes[0].startswith("At most 20 KB,")
    assert "quality or size goes down to fit" in notes[0]


def test_an_order_itself_does_not_foresee(account: Account, alice: User, coffee: Asset) -> None:
    data = {"image": str(coffee.pk)}
    form = OrderForm(CONVERT, OFFER, data, account=account, user=alice)
    assert form.is_valid()
    assert form.notes == []


def test_a_grid_is_not_foreseen(account: Account, coffee: Asset) -> None:
    data, grid = {"image": str(coffee.pk)}, {"quality": [50, 60, 70]}
    form = OrderForm(CONVERT, OFFER, data, account=account, resolve=False, grid=grid)
    assert form.is_valid(), form.problems()
    assert form.notes == []


def test_a_file_that_is_missing_is_foreseen_by_nobody(account: Account, coffee: Asset) -> None:
    Path(coffee.file.path).unlink()
    assert checked(account, image=str(coffee.pk)).notes == []


def test_programs_get_it_with_the_estimate(
    coffee: Asset, sign_in: Callable[[User], Client], alice: User
) -> None:
    body = {"operation": "convert", "params": {"image": str(coffee.pk)}}
    client = sign_in(alice)
    notes = client.post("/api/v1/estimate/", body, content_type="application/json").json()["notes"]
    assert notes[0].startswith("About ")


@pytest.mark.parametrize(
    ("operation", "params", "field", "words"),
    [
        ("convert", {"format": "heic"}, "format", "Choose jpeg, png, webp, avif, gif, tiff or bmp"),
        ("convert", {"quality": 0}, "quality", "Quality is 0; the least is 1"),
        ("convert", {"target_kb": 9}, "target_kb", "At most is 9 KB; the least is 10 KB"),
        ("convert", {"color_space": "p3"}, "color_space", "Choose srgb, adobe-rgb or keep"),
        ("convert", {"keep_transparency": "maybe"}, "keep_transparency", "Use true or false"),
        ("convert", {"preset": "fax"}, "preset", "Choose own, web, email, social"),
        (
            "crop",
            {"size_by": "percent", "scale": 401},
            "scale",
            "Scale is 401 %; the most is 400 %",
        ),
        ("watermark", {"text": "N", "position": "attic"}, "position", "smart or custom"),
        ("watermark", {"text": "N", "position": "custom", "spot": [2, 0]}, "spot", "0 to 1"),
    ],
)
def test_bad_values_name_field_value_and_way_out(
    sign_in: People,
    alice: User,
    coffee: Asset,
    operation: str,
    params: dict[str, Any],
    field: str,
    words: str,
) -> None:
    body = {"operation": operation, "params": {"image": str(coffee.pk), **params}}
    answer = sign_in(alice).post("/api/v1/jobs/", body, content_type="application/json")
    assert answer.status_code == 400
    (problem,) = answer.json()["errors"]
    assert problem["field"] == field
    assert words in problem["message"]


# --- what came of it ------------------------------------------------------------------------------


@pytest.fixture
def done(account: Account, alice: User, coffee: Asset, tmp_path: Path) -> Callable[..., Job]:
    """done(**params) → a job that was rendered and brought into the library."""

    def run(**params: Any) -> Job:
        said = {**USUAL, "format": "jpeg", **params, "image": str(coffee.pk)}
        job, _ = jobs.create(
            account=account,
            user=alice,
            operation=finishing.CONVERT,
            offer=OFFER,
            params=said,
            title="Coffee",
        )
        path = tmp_path / "made.jpg"
        image = Image.open(SAMPLES / "coffee.jpg").resize((60, 40))
        exif = image.getexif()
        exif[0x013B] = "Ada"
        image.save(path, exif=exif)
        Job.objects.filter(pk=job.pk).update(state="fetching")
        job.refresh_from_db()
        tells = said["strip_metadata"] is False
        results.collect(job, [Output(path, tells=tells)])
        job.refresh_from_db()
        return job

    return run


def test_the_result_says_old_and_new_size(
    done: Callable[..., Job], account: Account, sign_in: People, alice: User
) -> None:
    job = done()
    made = Asset.objects.get(origin=job.origin)
    line = card(job, account).weight
    assert line.startswith("71 KB")
    assert line.endswith("% less")
    assert f"→ {weight(made.size)}" in line
    assert line in said(sign_in(alice).get("/edit/convert/"))


@pytest.mark.parametrize("strip", [True, False])
def test_the_library_leaves_in_what_was_asked_for(done: Callable[..., Job], strip: bool) -> None:
    made = Asset.objects.get(origin=done(strip_metadata=strip).origin)
    with made.file.open() as file, Image.open(io.BytesIO(file.read())) as image:
        assert image.getexif().get(0x013B) == (None if strip else "Ada")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (9_949, "9.9 KB"),
        (240_400, "240 KB"),
        (999_600, "1.0 MB"),
        (1_840_000, "1.8 MB"),
        (3_000_000_000, "3.0 GB"),
    ],
)
def test_weights_in_words(size: int, words: str) -> None:
    assert weight(size) == words


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (100, 13, "87 % less"),
        (100, 150, "50 % more"),
        (100, 640, "6 times more"),
        (100, 100, "0 % less"),
        (0, 5, "different"),
    ],
)
def test_changes_in_words(old: int, new: int, words: str) -> None:
    assert changed(old, new) == words


def test_sliders_that_are_all_at_nothing_are_refused(account: Account, coffee: Asset) -> None:
    def form(**more: Any) -> OrderForm:
        adjust, offer = catalogue.operations()["adjust"], catalogue.all_offers()["local-adjust"]
        return OrderForm(adjust, offer, {"image": str(coffee.pk), **more}, account=account)

    refused = form()
    assert not refused.is_valid()
    (problem,) = refused.problems()
    assert problem["field"] == "exposure"
    assert "stay as it is" in problem["message"]
    assert form(denoise=5).is_valid()
