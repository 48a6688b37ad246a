"""Platforms and formats for programs, and how operators change them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from assets import services
from assets.models import Asset
from billing.models import User
from studio import social_rows
from studio.models import SocialFormat, SocialPlatform
from studio.presets.social import FORMATS, PLATFORMS
from tests.api.test_words import refused

AT = "/api/v1/social/"


def results(api: Client, path: str) -> list[dict[str, Any]]:
    answer = api.get(AT + path)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_seven_platforms_with_all_their_formats(api: Client) -> None:
    told = {row["key"]: row["formats"] for row in results(api, "platforms/")}
    assert [*told] == [*PLATFORMS]
    assert len(told) == 7
    for platform, keys in told.items():
        assert keys == [row.key for row in FORMATS if row.platform == platform]
        assert [row["key"] for row in results(api, f"platforms/{platform}/formats/")] == keys


def test_twenty_pictures_and_the_videos(api: Client) -> None:
    assert len(results(api, "formats/?media=image")) == 20
    videos = results(api, "formats/?media=video")
    assert len(videos) == len(FORMATS) - 20
    assert all(row["max_seconds"] and row["types"][0] == "mp4" for row in videos)


def test_a_format_tells_all_that_a_file_must_be(api: Client) -> None:
    (portrait,) = (
        r for r in results(api, "formats/") if r["key"] == "instagram-feed-post-portrait"
    )
    assert portrait == {
        "key": "instagram-feed-post-portrait",
        "platform": "instagram",
        "name": "Feed post (portrait)",
        "media": "image",
        "width": 1080,
        "height": 1350,
        "ratio": "4:5",
        "safe_zone": {"top": 20, "bottom": 20, "left": 10, "right": 10},
        "types": ["jpeg", "png"],
        "max_bytes": 8_000_000,
        "max_seconds": None,
        "loudness": None,
        "source": portrait["source"],
        "checked": portrait["checked"],
    }


def test_every_rule_has_a_source_and_a_day(api: Client) -> None:
    for row in results(api, "formats/"):
        assert row["source"].startswith("https://"), row
        assert date.fromisoformat(row["checked"]) <= date.today()


def test_ratios_follow_from_the_size(api: Client) -> None:
    told = {row["key"]: row["ratio"] for row in results(api, "formats/")}
    assert told["facebook-cover-photo"] == "2.63:1"
    assert told["linkedin-company-cover"] == "5.91:1"
    assert told["youtube-thumbnail"] == "16:9"


def test_an_unknown_platform_is_named_with_the_way_out(api: Client) -> None:
    answer = api.get(f"{AT}platforms/myspace/formats/")
    assert answer.status_code == 404
    assert "myspace" in answer.json()["message"]
    assert "/api/v1/social/platforms/" in answer.json()["message"]
    refused(api.get(f"{AT}formats/?media=hologram"), "media", "image")


def test_one_row_is_a_new_platform(api: Client, operator: Client) -> None:
    answer = operator.post(
        reverse("admin:studio_socialplatform_add"),
        {"key": "mastodon", "name": "Mastodon", "order": "8"},
    )
    assert answer.status_code == 302, answer.content
    platform = SocialPlatform.objects.get(key="mastodon")
    answer = operator.post(reverse("admin:studio_socialformat_add"), row(platform.pk))
    assert answer.status_code == 302, answer.content
    (told,) = results(api, "platforms/mastodon/formats/")
    assert (told["width"], told["height"], told["ratio"]) == (1280, 720, "16:9")
    assert told["max_bytes"] == 16_500_000
    assert told["checked"] == "2026-11-28"


def test_null_finds_the_point_anew(api: Client, cat: Asset) -> None:
    services.set_focus(cat, (0.1, 0.5))
    params = {"image": str(cat.pk), "formats": ["instagram-story"]}
    for said, kept in (({}, [0.1, 0.5]), ({"focus": [0, 0.2]}, [0, 0.2]), ({"focus": None}, None)):
        sent = {"operation": "social-pictures", "params": params | said}
        answer = api.post("/api/v1/jobs/", sent, content_type="application/json")
        assert answer.status_code == 201, answer.content
        assert answer.json()["params"].get("focus") == kept


def row(platform: int, **more: str) -> dict[str, str]:
    usual = {
        "platform": str(platform),
        "key": "mastodon-post",
        "name": "Post",
        "media": "image",
        "width": "1280",
        "height": "720",
        "safe_top": "0",
        "safe_bottom": "0",
        "safe_left": "0",
        "safe_right": "0",
        "types": "jpeg, png",
        "max_mb": "16.5",
        "source": "https://docs.joinmastodon.org/user/posting/",
        "checked": "2026-11-28",
        "shown": "on",
        "order": "1",
    }
    return usual | more


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"width": "8"}, "8 px is not possible. Use 16 to 8,192."),
        ({"media": "video", "types": "mp4", "height": "721"}, "721 px is odd"),
        ({"media": "video", "types": "mp4", "width": "8192"}, "Use 16 to 4,096."),
        ({"source": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"safe_top": "60", "safe_bottom": "40"}, "60 % and 40 % leave nothing between them"),
        ({"types": "jpeg, bmp"}, "“bmp” is no type for this. Use some of jpeg, png, webp, gif."),
        ({"types": "gif"}, "None of these can be written here. Name one of jpeg, png, webp."),
        ({"types": ""}, "This field is required"),
        ({"max_seconds": "10"}, "A picture has no length. Leave it empty."),
        ({"max_mb": "0"}, "greater than or equal to 0.01"),
        ({"key": "instagram-story"}, "already exists"),
    ],
)
def test_a_row_that_cannot_be_is_refused_in_words(
    operator: Client, changed: dict[str, str], words: str
) -> None:
    platform = SocialPlatform.objects.get(key="tiktok")
    answer = operator.post(reverse("admin:studio_socialformat_add"), row(platform.pk, **changed))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not SocialFormat.objects.filter(key="mastodon-post").exists()


def test_what_operators_changed_stays_and_what_is_missing_comes_back(api: Client) -> None:
    changed = SocialFormat.objects.get(key="tiktok-video")
    changed.max_seconds, changed.checked = 600, date(2026, 11, 1)
    changed.save()
    SocialFormat.objects.filter(key="youtube-thumbnail").delete()
    social_rows.fill(apps)
    (told,) = results(api, "platforms/tiktok/formats/?media=video")
    assert (told["max_seconds"], told["checked"]) == (600, "2026-11-01")
    assert SocialFormat.objects.count() == len(FORMATS)


def test_what_is_hidden_is_no_choice(api: Client) -> None:
    SocialFormat.objects.filter(platform__key="tiktok").update(shown=False)
    assert "tiktok" not in {row["key"] for row in results(api, "platforms/")}
    assert "tiktok-video" not in {row["key"] for row in results(api, "formats/")}


def test_what_the_studio_brings_is_not_deleted(operator: Client) -> None:
    brought = SocialFormat.objects.get(key="tiktok-video")
    answer = operator.post(
        reverse("admin:studio_socialformat_delete", args=[brought.pk]), {"post": "yes"}
    )
    assert answer.status_code == 403
    own = SocialFormat.objects.create(
        platform=brought.platform, key="tiktok-own", name="Own", width=100, height=100
    )
    operator.post(reverse("admin:studio_socialformat_delete", args=[own.pk]), {"post": "yes"})
    assert not SocialFormat.objects.filter(key="tiktok-own").exists()


@pytest.mark.django_db
def test_every_row_that_is_brought_is_sound() -> None:
    for one in SocialFormat.objects.select_related("platform"):
        try:
            one.full_clean()
        except ValidationError as error:
            raise AssertionError(f"{one}: {error}") from error
    assert SocialFormat.objects.count() == len(FORMATS)


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client
