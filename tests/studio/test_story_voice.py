"""Shots that speak: what may move in them, and what changes make their takes older."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from assets.models import Asset
from assets.services import trash
from billing.models import Account, User
from studio.models import Job, Shot, Story
from studio.stories import edit, making, parts
from tests.engine.portrait import make
from tests.studio.pages import People, said
from tests.studio.stories import bring, done, generate, give, making_of, shots_of, told, view

pytestmark = pytest.mark.usefixtures("adds_up")


@pytest.fixture
def voice(account: Account, alice: User, tmp_path: Path) -> Asset:
    return bring(make.voice(tmp_path / "voice.wav", 8), account, alice)


@pytest.fixture
def voice_2(account: Account, alice: User, tmp_path: Path) -> Asset:
    return bring(make.voice(tmp_path / "second.wav", 9), account, alice)


@pytest.fixture
def face(account: Account, alice: User) -> Asset:
    return bring(make.ASTRONAUT, account, alice)


@pytest.fixture
def masked(account: Account, alice: User, tmp_path: Path) -> Callable[..., Asset]:
    """masked(width, height) → a mask, white in its middle; light=0 is all black."""

    def paint(width: int = 512, height: int = 512, light: int = 255) -> Asset:
        pixels = np.zeros((height, width), np.uint8)
        pixels[height // 4 : height // 2, width // 4 : width // 2] = light
        path = tmp_path / f"mask-{width}-{light}.png"
        Image.fromarray(pixels).save(path)
        return bring(path, account, alice)

    return paint


@pytest.fixture
def talk(account: Account, alice: User, face: Asset, voice: Asset) -> Story:
    made = told(account, alice, ({"kind": "voice-over"}, [{"narration": "Hello"}]))
    Story.objects.update(voice_offer="local-portrait")
    give(shots_of(made)[0], still=face, voice=voice)
    return Story.objects.get(pk=made.pk)


def the_shot(story: Story) -> Shot:
    return shots_of(story)[0]


# --- what makes a take older ----------------------------------------------------------------------


def older(story: Story) -> tuple[str, ...]:
    shown = view(story).shown
    assert shown
    assert shown.stale == bool(shown.older_than)
    return shown.older_than


def test_another_voice_makes_the_take_older_and_still_of_use(
    talk: Story, clip: Asset, voice: Asset, voice_2: Asset, sign_in: People, alice: User
) -> None:
    (job,) = generate(talk)
    done(job, clip)
    assert older(talk) == ()
    parts.set_file(the_shot(talk), "voice", voice_2)
    assert older(talk) == ("voice",)
    page = said(sign_in(alice).get(reverse("shot-card", args=[the_shot(talk).pk])))
    assert "The film is older than the voice. It can still be used." in page
    parts.set_file(the_shot(talk), "voice", voice)
    assert older(talk) == ()


def test_it_is_told_of_both(talk: Story, clip: Asset, voice_2: Asset, other: Asset) -> None:
    (job,) = generate(talk)
    done(job, clip)
    parts.set_file(the_shot(talk), "voice", voice_2)
    parts.set_file(the_shot(talk), "still", other)
    assert older(talk) == ("picture", "voice")


@pytest.mark.parametrize("part", [(0.0, 4.0), (2.0, None), (1.004, 6.5)])
def test_another_part_of_the_voice_makes_it_older(
    talk: Story, clip: Asset, part: tuple[float, float | None]
) -> None:
    give(the_shot(talk), voice_start=part[0], voice_end=part[1])
    (job,) = generate(talk)
    done(job, clip)
    assert older(talk) == ()
    edit.set_making(the_shot(talk), {"voice_start": 2.5})
    assert older(talk) == ("voice",)


def test_a_video_of_the_library_is_older_as_well(talk: Story, clip: Asset, voice_2: Asset) -> None:
    parts.add_take(the_shot(talk), clip)
    assert older(talk) == ()
    parts.set_file(the_shot(talk), "voice", voice_2)
    assert older(talk) == ("voice",)


def test_a_take_from_before_its_voice_was_kept_knows_it_of_its_job(
    talk: Story, clip: Asset, voice_2: Asset
) -> None:
    (job,) = generate(talk)
    done(job, clip)
    job.take.voice = None
    job.take.save()
    parts.set_file(the_shot(talk), "voice", voice_2)
    assert older(talk) == ("voice",)


def test_a_voice_over_a_moved_picture_is_no_part_of_the_take(
    story: Callable[..., Story], clip: Asset, voice: Asset
) -> None:
    made = story({})
    (job,) = generate(made)
    done(job, clip)
    parts.set_file(the_shot(made), "voice", voice)
    assert older(made) == ()


# --- what may move --------------------------------------------------------------------------------


def test_a_mask_goes_into_the_order(talk: Story, masked: Callable[..., Asset]) -> None:
    mask = masked()
    parts.set_file(the_shot(talk), "mask", mask)
    (job,) = generate(talk)
    assert job.params["mask"] == str(mask.pk)
    edit.duplicate(the_shot(talk))
    assert shots_of(talk)[1].mask == mask


def test_a_mask_belongs_to_its_picture(
    talk: Story, masked: Callable[..., Asset], other: Asset, face: Asset
) -> None:
    parts.set_file(the_shot(talk), "mask", masked())
    parts.set_file(the_shot(talk), "still", face)
    assert the_shot(talk).mask, "it is the same picture"
    parts.set_file(the_shot(talk), "still", other)
    assert the_shot(talk).mask is None


@pytest.mark.parametrize(
    ("size", "words"),
    [((64, 64), "Mask is 64 × 64, the picture is 512 × 512."), ((512, 512, 0), "is all black")],
)
def test_a_mask_that_cannot_be_used_is_refused(
    talk: Story, masked: Callable[..., Asset], size: tuple[int, ...], words: str
) -> None:
    with pytest.raises(edit.NotChanged, match=words):
        parts.set_file(the_shot(talk), "mask", masked(*size))
    assert the_shot(talk).mask is None


def test_a_mask_in_the_trash_is_named(talk: Story, masked: Callable[..., Asset]) -> None:
    mask = masked()
    parts.set_file(the_shot(talk), "mask", mask)
    trash(mask)
    assert "Its mask “Mask-512-255” is in the trash. Restore it" in making_of(talk).blocked


def test_a_linked_shot_has_no_picture_to_paint_on(
    talk: Story, masked: Callable[..., Asset], sign_in: People, alice: User
) -> None:
    give(the_shot(talk), linked=True)
    with pytest.raises(edit.NotChanged, match="Give it one first"):
        parts.set_file(the_shot(talk), "mask", masked())
    answer = sign_in(alice).get(reverse("shot-mask", args=[the_shot(talk).pk]))
    assert answer.status_code == 302


@pytest.fixture
def client(sign_in: People, alice: User) -> Client:
    return sign_in(alice)


def test_the_page_gives_the_mask_and_takes_it_away(
    talk: Story, masked: Callable[..., Asset], client: Client
) -> None:
    shot, mask = the_shot(talk), masked()
    where = reverse("shot-mask", args=[shot.pk])
    form = reverse("shot-form", args=[shot.pk])
    assert "Paint what may move" in said(client.get(form))
    page = said(client.get(where))
    assert 'data-mask-of="image"' in page
    assert f'data-id="{shot.still_id}"' in page
    answer = client.post(where, {"mask": mask.pk})
    assert answer.headers["HX-Redirect"] == f"{reverse('story', args=[talk.pk])}#shot-{shot.pk}"
    assert the_shot(talk).mask == mask
    assert f'data-id="{mask.pk}"' in said(client.get(where))
    assert "Change what may move" in said(client.get(form))
    small = client.post(where, {"mask": masked(64, 64).pk})
    assert small.status_code == 422
    assert "the same size" in json.loads(small.headers["HX-Trigger"])["toast"]["text"]
    assert client.post(where, {"mask": ""}).status_code == 204
    assert the_shot(talk).mask is None


def test_who_takes_no_mask_is_not_told_of_one(talk: Story, client: Client) -> None:
    Story.objects.update(voice_offer="")
    scene = the_shot(talk).scene
    edit.set_facts(scene, {"kind": "animation"})
    assert "what may move" not in said(client.get(reverse("shot-form", args=[the_shot(talk).pk])))


# --- prices follow --------------------------------------------------------------------------------


def test_prices_follow_the_model_of_the_story(
    story: Callable[..., Story], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each card, and the total, in one answer."""
    monkeypatch.setenv("WAVESPEED_API_KEY", "only-for-tests")
    made = story({"description": "x"}, {"description": "x"})
    wave = "wavespeed-kling-2.5-turbo-std"
    page = said(client.post(reverse("story-facts", args=[made.pk]), {"offer": wave}))
    one = making_of(made).terms
    assert one
    assert one.price.amount
    plan = making.plan_missing(Story.objects.get(pk=made.pk), made.account)
    assert plan.terms
    assert page.count(f'name="shown" value="{one.shown}"') == 2
    assert page.count(f'name="shown" value="{plan.terms.shown}"') == 1
    assert not Job.objects.exists()


def test_a_card_that_goes_on_from_another_looks_again_and_ends_no_news(
    story: Callable[..., Story], client: Client
) -> None:
    made = story({}, {})
    give(shots_of(made)[1], linked=True)
    where = reverse("shot-card", args=[shots_of(made)[1].pk])
    answer = client.get(where)
    assert "story-changed from:body" in said(answer)
    assert "HX-Trigger" not in answer.headers, "it would ask for itself for ever"
    assert client.get(f"{where}?busy").headers["HX-Trigger"] == "story-changed"
