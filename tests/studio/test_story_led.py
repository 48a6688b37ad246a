"""The film of a story has no form of its own: people are led to the story."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse

from assets.models import Asset
from billing.models import Account, User
from studio.models import Job, Story
from studio.stories import edit
from tests.engine.portrait import make
from tests.studio.pages import People, said
from tests.studio.stories import bring, broke, give, shots_of, told

FORM = "/story/story-film/"


@pytest.fixture
def story(account: Account, alice: User, cat: Asset) -> Story:
    made = told(account, alice, [{"title": "Sea"}])
    give(shots_of(made)[0], still=cat)
    return made


@pytest.mark.parametrize("how", ["get", "post"])
def test_the_form_of_a_film_leads_to_the_stories(sign_in: People, alice: User, how: str) -> None:
    client = sign_in(alice)
    answer = getattr(client, how)(FORM)
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("stories"))
    assert "A film is made in its story" in said(client.get(reverse("stories")))
    assert not Job.objects.exists()


def test_it_leads_back_to_the_story_of_a_film(story: Story, sign_in: People, alice: User) -> None:
    client = sign_in(alice)
    client.post(reverse("story-film", args=[story.pk]), {"key": "film", "shown": "0:credits"})
    (job,) = story.films.all()
    answer = client.get(FORM, {"job": job.pk})
    assert answer.headers["Location"] == reverse("story", args=[story.pk])
    edit.trash(story)
    assert client.get(FORM, {"job": job.pk}).headers["Location"] == reverse("stories")


def test_a_film_that_is_tried_again_stays_with_its_story(
    story: Story, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    client.post(reverse("story-film", args=[story.pk]), {"key": "film", "shown": "0:credits"})
    broke(story.films.get())
    client.post(reverse("job-retry", args=[story.films.get().pk]))
    assert [job.retry_of is None for job in story.films.order_by("created")] == [True, False]


def test_a_sound_is_not_led_to_it(
    account: Account, sign_in: People, alice: User, tmp_path: Path
) -> None:
    sound = bring(make.voice(tmp_path / "voice.wav", 3), account, alice)
    page = said(sign_in(alice).get(reverse("asset", args=[sound.pk])))
    assert "/avatar/talking-avatar/" in page
    assert FORM not in page
