"""Pictures for every platform through the studio: the page, the order, and the files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from assets import services
from assets.models import Asset, Collection
from billing.models import Account, User
from studio import jobs
from studio.engine.picture import is_srgb
from studio.models import Job, SocialFormat, State
from studio.presets.social import FORMATS
from tests.studio.pages import PART, People, said

SAMPLES = Path(__file__).resolve().parents[2] / "static" / "samples"
PAGE = "/social/social-pictures/"
STILLS = [row.key for row in FORMATS if row.media == "image"]


@pytest.fixture
def astronaut(account: Account, alice: User) -> Asset:
    path = SAMPLES / "astronaut.jpg"
    return services.ingest(path, account=account, user=alice, filename="astronaut.jpg")


def order(client: Client, image: Asset, formats: Any, **more: Any) -> Job:
    sent = {"offer": "local-social-pictures", "image": image.pk, "formats": json.dumps(formats)}
    response = client.post(PAGE, sent | {"key": "k1"} | more)
    assert response.status_code == 302, said(response)
    job = Job.objects.get()
    jobs.start(job.pk)
    job.refresh_from_db()
    return job


def made(job: Job) -> dict[str, Asset]:
    assert job.state == State.SUCCEEDED, job.error
    rows = Asset.objects.filter(origin=job.origin).order_by("slot")
    return {asset.recipe["result"]["format"]: asset for asset in rows}


def opened(asset: Asset) -> Image.Image:
    with services.open_file(asset) as file:
        return Image.open(io.BytesIO(file.read()))


def test_every_format_from_one_picture_in_one_press(
    astronaut: Asset, sign_in: People, alice: User
) -> None:
    job = order(sign_in(alice), astronaut, STILLS)
    files = made(job)
    assert [*files] == STILLS
    for key, asset in files.items():
        row = SocialFormat.objects.get(key=key)
        image = opened(asset)
        assert image.size == (row.width, row.height) == (asset.width, asset.height)
        assert asset.size <= (row.max_bytes or asset.size)
        assert image.format in ("JPEG", "PNG")
        assert "icc_profile" in image.info or "srgb" in image.info
        assert is_srgb(image.info.get("icc_profile"))
        assert not image.getexif()
    assert job.quote == 0
    assert {asset.parents.get() for asset in files.values()} == {astronaut}


def test_names_tell_platform_format_and_size(
    astronaut: Asset, sign_in: People, alice: User
) -> None:
    (asset,) = made(order(sign_in(alice), astronaut, ["pinterest-pin"])).values()
    assert asset.title == "Astronaut · Pinterest: Pin 1000x1500"
    assert asset.filename == "astronaut-pinterest-pin-1000x1500.jpg"


def test_the_file_is_what_was_checked(astronaut: Asset, sign_in: People, alice: User) -> None:
    SocialFormat.objects.filter(key="youtube-thumbnail").update(max_mb="0.05")
    (asset,) = made(order(sign_in(alice), astronaut, ["youtube-thumbnail"])).values()
    result = asset.recipe["result"]
    assert asset.size == result["bytes"] <= 50_000
    assert result["quality"] < 95
    assert result["checked"]


def test_the_page_of_a_file_says_what_was_checked(
    astronaut: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    (asset,) = made(order(client, astronaut, ["instagram-story"])).values()
    text = said(client.get(reverse("asset", args=[asset.pk])))
    for words in (*asset.recipe["result"]["checked"], *asset.recipe["result"]["warnings"]):
        assert words in text.replace("&#x27;", "'")


def test_the_point_of_a_person_wins_and_one_may_be_cut_alone(
    astronaut: Asset, sign_in: People, alice: User
) -> None:
    asked = ["instagram-story", {"format": "tiktok-video-cover", "focus": [0.9, 0.5]}]
    files = made(order(sign_in(alice), astronaut, asked, focus="0.1,0.5"))
    left = files["instagram-story"].recipe["result"]["box"]
    own = files["tiktok-video-cover"].recipe["result"]["box"]
    assert left[0] == 0
    assert own[2] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("said", "left"),
    [({}, 0), ({"focus": "0.9,0.5"}, 0.4375), ({"mode": "center"}, 0.21875)],
    ids=["remembered", "said now", "center"],
)
def test_the_point_that_was_chosen_before_holds_until_another_is_said(
    said: dict[str, str], left: float, astronaut: Asset, sign_in: People, alice: User
) -> None:
    services.set_focus(astronaut, (0.1, 0.5))
    files = made(order(sign_in(alice), astronaut, ["instagram-story"], **said))
    box = files["instagram-story"].recipe["result"]["box"]
    assert box[0] == pytest.approx(left, abs=0.01)


def test_center_is_the_middle_whatever_point_was_chosen(
    astronaut: Asset, sign_in: People, alice: User
) -> None:
    services.set_focus(astronaut, (0.1, 0.5))
    asked = ["tiktok-video-cover", {"format": "instagram-story", "mode": "center"}]
    files = made(order(sign_in(alice), astronaut, asked))
    assert files["tiktok-video-cover"].recipe["result"]["box"][0] == 0
    assert files["instagram-story"].recipe["result"]["box"][0] == pytest.approx(7 / 32, abs=0.01)


def test_one_format_alone_may_be_fitted_and_filled(
    astronaut: Asset, sign_in: People, alice: User
) -> None:
    asked = [{"format": "twitter-header", "mode": "fit"}]
    files = made(order(sign_in(alice), astronaut, asked, fill="color", background_color="#102030"))
    image = opened(files["twitter-header"]).convert("RGB")
    assert image.getpixel((5, 250)) == pytest.approx((16, 32, 48), abs=3)


def test_an_order_means_the_rule_of_its_day(astronaut: Asset, sign_in: People, alice: User) -> None:
    client = sign_in(alice)
    sent = {"offer": "local-social-pictures", "image": astronaut.pk, "key": "k1"}
    client.post(PAGE, sent | {"formats": "twitter-card"})
    SocialFormat.objects.filter(key="twitter-card").update(width=600, height=600)
    job = Job.objects.get()
    jobs.start(job.pk)
    job.refresh_from_db()
    (asset,) = made(job).values()
    assert (asset.width, asset.height) == (1200, 600)


@pytest.mark.parametrize(
    ("formats", "words"),
    [
        ("", "Formats is missing"),
        ("myspace-post", "is no format here"),
        ("tiktok-video", "which is for videos"),
    ],
)
def test_no_platform_and_an_unknown_format_are_refused(
    formats: str, words: str, astronaut: Asset, sign_in: People, alice: User
) -> None:
    sent = {"offer": "local-social-pictures", "image": astronaut.pk, "formats": formats}
    response = sign_in(alice).post(PAGE, sent, headers=PART)
    assert response.status_code == 422
    assert words in said(response)
    assert not Job.objects.exists()


def test_too_few_pixels_may_be_refused(
    account: Account, sign_in: People, alice: User, picture: Any
) -> None:
    tiny = services.ingest(
        io.BytesIO(picture((40, 30))), account=account, user=alice, filename="tiny.png"
    )
    job = order(sign_in(alice), tiny, ["pinterest-pin"], small="refuse")
    assert job.state == State.FAILED
    assert "Allow it to be enlarged" in job.error
    assert job.quote == 0


def test_what_is_refused_leaves_the_others_alone(
    account: Account, sign_in: People, alice: User, picture: Any
) -> None:
    small = services.ingest(
        io.BytesIO(picture((900, 900))), account=account, user=alice, filename="small.png"
    )
    asked = ["twitter-header", "facebook-cover-photo", "pinterest-pin"]
    job = order(sign_in(alice), small, asked, small="refuse")
    assert [*made(job)] == ["facebook-cover-photo"]
    told = [note for note in job.notes if note.startswith("Left out:")]
    assert ["twitter-header" in told[0], "pinterest-pin" in told[1]] == [True, True]


def test_all_results_are_collected_under_the_name_of_the_job(
    astronaut: Asset, sign_in: People, alice: User, charlie: User
) -> None:
    client = sign_in(alice)
    job = order(client, astronaut, ["pinterest-pin", "tiktok-video-cover"])
    at = reverse("job-collect", args=[job.pk])
    for _ in range(2):
        assert client.post(at).status_code == 302
    kept = Collection.objects.get()
    assert kept.name == job.title
    assert {str(pk) for pk in kept.items.values_list("asset", flat=True)} == set(job.outputs)
    assert sign_in(charlie).post(at).status_code == 404


def test_the_page_shows_a_wall_of_every_format(sign_in: People, alice: User) -> None:
    text = said(sign_in(alice).get(PAGE))
    for row in SocialFormat.objects.filter(media="image"):
        assert f'data-format="{row.key}"' in text
        assert f"{row.width} × {row.height}" in text
    assert 'data-format="tiktok-video"' not in text


def test_what_is_seen_is_told_to_the_page(
    astronaut: Asset, sign_in: People, alice: User, charlie: User
) -> None:
    at = reverse("asset-regard", args=[astronaut.pk])
    seen = sign_in(alice).get(at).json()
    assert seen["focus"] is None
    assert seen["faces"], "the astronaut has one"
    assert set(seen["boxes"]) == {row.shape for row in SocialFormat.objects.all()}
    for shape, (left, top, right, bottom) in seen["boxes"].items():
        wide, tall = (right - left) * astronaut.width, (bottom - top) * astronaut.height
        assert wide / tall == pytest.approx(float(shape), rel=0.02)
    assert sign_in(charlie).get(at).status_code == 404


def test_the_preview_is_cut_as_the_file(astronaut: Asset, sign_in: People, alice: User) -> None:
    client = sign_in(alice)
    boxes = client.get(reverse("asset-regard", args=[astronaut.pk])).json()["boxes"]
    for key, asset in made(order(client, astronaut, STILLS)).items():
        shown = boxes[SocialFormat.objects.get(key=key).shape]
        assert asset.recipe["result"]["box"] == pytest.approx(shown, abs=2 / 512), key


def test_the_point_is_remembered_on_the_picture(
    astronaut: Asset, sign_in: People, alice: User, charlie: User
) -> None:
    at, client = reverse("asset-focus", args=[astronaut.pk]), sign_in(alice)
    assert client.post(at, {"focus": "0.25,0.5"}).json() == {"focus": [0.25, 0.5]}
    assert client.get(reverse("asset-regard", args=[astronaut.pk])).json()["focus"] == [0.25, 0.5]
    for wrong in ("2,0", "left", "0.1", "nan,0"):
        answer = client.post(at, {"focus": wrong})
        assert answer.status_code == 422, wrong
        assert "0.3,0.5" in answer.json()["message"]
    astronaut.refresh_from_db()
    assert astronaut.focus == (0.25, 0.5)
    client.post(at, {"focus": ""})
    astronaut.refresh_from_db()
    assert astronaut.focus is None
    assert sign_in(charlie).post(at, {"focus": "0,0"}).status_code == 404


@pytest.mark.parametrize("fill", ["blur", "extend"])
def test_a_fitted_preview_is_as_the_file(
    fill: str, astronaut: Asset, sign_in: People, alice: User, charlie: User
) -> None:
    client = sign_in(alice)
    shape = SocialFormat.objects.get(key="instagram-story").shape
    at = reverse("asset-fitted", args=[astronaut.pk]) + f"?shape={shape}&fill={fill}"
    shown = Image.open(io.BytesIO(client.get(at).content))
    files = made(order(client, astronaut, ["instagram-story"], mode="fit", fill=fill))
    file = opened(files["instagram-story"]).resize(shown.size, Image.Resampling.BOX)
    apart = np.abs(np.asarray(shown, int) - np.asarray(file, int))
    assert apart.mean() < 6
    assert sign_in(charlie).get(at).status_code == 404
    assert client.get(at.replace(shape, "9.0000")).status_code == 404
    assert client.get(at.replace(fill, "white")).status_code == 404
