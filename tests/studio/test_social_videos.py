"""Videos for every platform through the studio."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import av
import pytest

from assets import services
from assets.models import Asset
from billing.models import Account, User
from studio import jobs
from studio.engine.social_film import export
from studio.models import Job, SocialFormat, State
from tests.fakes import films
from tests.studio.pages import PART, People, said

PAGE = "/social/social-videos/"


@pytest.fixture
def clip(account: Account, alice: User, tmp_path: Path) -> Asset:
    path = films.ours(tmp_path / "boat.mp4", 48)
    return services.ingest(path, account=account, user=alice, filename="boat.mp4")


def test_each_is_what_its_place_takes(clip: Asset, sign_in: People, alice: User) -> None:
    SocialFormat.objects.filter(key="tiktok-video").update(max_seconds=1, width=180, height=320)
    SocialFormat.objects.filter(key="twitter-video").update(width=320, height=180)
    wanted = ["tiktok-video", {"format": "twitter-video", "mode": "fit"}]
    sent = {"offer": "local-social-videos", "video": clip.pk, "formats": json.dumps(wanted)}
    response = sign_in(alice).post(PAGE, sent | {"key": "k1", "cover": "on", "level": "on"})
    assert response.status_code == 302, said(response)
    job = Job.objects.get()
    jobs.start(job.pk)
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.error
    rows = Asset.objects.filter(origin=job.origin).order_by("slot")
    assert [(row.kind, row.width, row.height) for row in rows] == [
        ("video", 180, 320),
        ("image", 180, 320),
        ("video", 320, 180),
        ("image", 320, 180),
    ]
    assert rows[0].duration is not None
    assert rows[0].duration <= 1
    for row in rows:
        assert row.parents.get() == clip
    with services.open_file(rows[0]) as file, av.open(file) as film:
        assert film.streams.video[0].codec_context.name == "h264"
    assert "0.0 to 1.0 s of the video" in rows[0].recipe["result"]["checked"]
    assert not any("of the video" in words for words in rows[2].recipe["result"]["checked"])


def test_what_two_places_want_alike_is_made_once(clip: Asset, sign_in: People, alice: User) -> None:
    SocialFormat.objects.filter(media="video").update(
        width=320, height=180, max_seconds=1, max_mb=10, loudness=None
    )
    wanted = ["twitter-video", "linkedin-video"]
    sent = {"offer": "local-social-videos", "video": clip.pk, "formats": json.dumps(wanted)}
    sign_in(alice).post(PAGE, sent | {"key": "k1", "cover": "false", "level": "false"})
    job = Job.objects.get()
    with mock.patch.object(export, "export", wraps=export.export) as made:
        jobs.start(job.pk)
    job.refresh_from_db()
    one, other = Asset.objects.filter(origin=job.origin).order_by("slot")
    assert made.call_count == 1
    assert one.sha256 == other.sha256
    assert one.recipe["result"]["format"] != other.recipe["result"]["format"]


def test_a_box_is_for_pictures(clip: Asset, sign_in: People, alice: User) -> None:
    boxed = [{"format": "twitter-video", "box": [0, 0, 0.5, 1]}]
    sent = {"offer": "local-social-videos", "video": clip.pk, "formats": json.dumps(boxed)}
    answer = sign_in(alice).post(PAGE, sent, headers=PART)
    assert "box is for pictures" in said(answer)


def test_the_page_shows_the_videos(sign_in: People, alice: User) -> None:
    text = said(sign_in(alice).get(PAGE))
    for row in SocialFormat.objects.filter(media="video"):
        assert f'data-format="{row.key}"' in text
    assert 'data-format="pinterest-pin"' not in text
