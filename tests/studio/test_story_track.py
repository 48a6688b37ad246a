"""A track sets the pace: its beats are heard, shots lie on them, and pauses stay pauses."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from django.urls import reverse
from django_q.models import OrmQ

from assets.models import Asset
from billing.models import Account, User
from studio import tasks
from studio.models import Story
from studio.stories import edit, film, laying, podcast, reading
from tests.engine import drums
from tests.studio.pages import People
from tests.studio.stories import board, bring, shots_of, told


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sounds")
    song, _ = drums.song("rock", 120, seconds=24)
    return {
        "song": drums.write(folder / "song.wav", song),
        "quiet": drums.write(folder / "quiet.wav", song * 0),
    }


def heard(story: Story, track: Asset) -> Story:
    """With that track, listened to as the queue does."""
    edit.set_track(story, track)
    laying.listen(story)
    tasks.listen(str(story.pk))
    story.refresh_from_db()
    return story


@pytest.fixture
def song(account: Account, alice: User, sounds: dict[str, Path]) -> Asset:
    return bring(sounds["song"], account, alice)


@pytest.mark.django_db
def test_shots_fill_the_track_and_cut_on_its_beats(account: Account, alice: User, song: Asset):
    story = heard(told(account, alice, [{"seconds": 4}, {"seconds": 2}, {"seconds": 6}]), song)
    assert story.pace["bpm"] == pytest.approx(120, abs=1.5)
    words = laying.lay(story)
    assert "3 shots lie over" in words
    assert "2 of 2 cuts on a beat" in words
    spans = [(s.facts["start"], s.facts["end"]) for s in shots_of(story)]
    assert spans[0][0] == 0
    assert spans[-1][1] == pytest.approx(story.pace["seconds"], abs=0.01)
    assert all(a[1] == b[0] for a, b in pairwise(spans))
    for _, end in spans[:-1]:
        assert min(abs(end - beat) for beat in story.pace["beats"]) < 0.02
    assert all(0 <= s.facts["energy"] <= 1 for s in shots_of(story)), "how loud it is there"
    cuts = film.cuts_of(board(story))
    assert sum(cut["seconds"] for cut in cuts) == pytest.approx(story.pace["seconds"], abs=0.01)
    edit.unpace(story)
    assert all("start" not in s.facts for s in shots_of(story))


@pytest.mark.django_db
def test_it_is_listened_to_once_and_in_the_background(account: Account, alice: User, song: Asset):
    story = told(account, alice, [{}])
    laying.listen(story)
    assert not OrmQ.objects.exists(), "there is nothing to hear"
    edit.set_track(story, song)
    with pytest.raises(edit.NotChanged, match="still being listened to"):
        laying.lay(story)
    laying.listen(story)
    assert OrmQ.objects.count() == 1
    tasks.listen(str(story.pk))
    found = Story.objects.get(pk=story.pk).pace
    tasks.listen(str(story.pk))
    assert Story.objects.get(pk=story.pk).pace == found
    edit.set_track(story, None)
    assert Story.objects.get(pk=story.pk).pace is None, "what was heard in another is forgotten"


@pytest.mark.django_db
def test_as_many_empty_shots_as_suit_the_track(account: Account, alice: User, song: Asset):
    story = heard(edit.create(account, alice, {"title": "Song"}, [({}, [{}])]), song)
    count = laying.suits(story)
    assert count
    laying.storyboard(story)
    assert (story.scenes.count(), len(shots_of(story))) == (count.sequences, count.shots)
    assert shots_of(story)[-1].facts["end"] == pytest.approx(story.pace["seconds"], abs=0.01)
    with pytest.raises(edit.NotChanged, match="has shots already"):
        laying.storyboard(story)


@pytest.mark.django_db
def test_silence_sets_no_pace(account: Account, alice: User, sounds: dict[str, Path]):
    quiet = bring(sounds["quiet"], account, alice)
    story = heard(told(account, alice, [{"seconds": 3}, {"seconds": 3}]), quiet)
    assert story.pace["silent"]
    assert laying.suits(story) is None
    assert "on a beat" not in laying.lay(story)


@pytest.mark.django_db
def test_pauses_between_speakers_stay_where_they_are(
    account: Account, alice: User, song: Asset, cat: Asset
) -> None:
    """What is said at 6 s is seen at 6 s, however long the pause before it."""
    said = podcast.read("00:02 - 00:04 Ann: Hello\n00:06 - 00:09 Ben: Hi\n00:09 Ann", song.duration)
    assert not said.problems
    story = reading.podcast(account, alice, "Talk", song, said.segments, {"Ann": cat, "Ben": cat})
    cuts = film.cuts_of(board(story))
    begins, at = [], 0.0
    for cut in cuts:
        begins.append(at)
        at += cut["seconds"]
    assert begins == pytest.approx([0, 2, 6, 9], abs=0.001)
    assert at == pytest.approx(song.duration or 0, abs=0.01)
    assert board(story).seconds == pytest.approx(at)
    assert "voice" not in cuts[1], "it is in the track already"
    assert (cuts[1]["seconds"], cuts[1]["spoken"]) == (4, 2), "a pause has no subtitle"
    assert [s.voice_start for s in shots_of(story)] == [2, 6, 9]


@pytest.mark.django_db
def test_an_episode_lasts_as_long_as_its_audio(
    account: Account, alice: User, song: Asset, cat: Asset
) -> None:
    """Music after the last word is heard as well, under the last speaker."""
    said = podcast.read("00:01 - 00:02 Ann: Hello", song.duration)
    story = reading.podcast(account, alice, "Talk", song, said.segments, {"Ann": cat})
    cuts = film.cuts_of(board(story))
    assert sum(cut["seconds"] for cut in cuts) == pytest.approx(song.duration, abs=0.01)


def test_the_page_lays_and_tells(
    account: Account, alice: User, song: Asset, sign_in: People, cat: Asset
) -> None:
    client = sign_in(alice)
    story = told(account, alice, [{"seconds": 4}, {"seconds": 2}])
    set_ = client.post(reverse("story-track", args=[story.pk]), {"track": str(song.pk)})
    assert b"Listening for beats" in set_.content
    early = client.post(reverse("story-lay", args=[story.pk]))
    assert early.status_code == 422
    tasks.listen(str(story.pk))
    assert b"beats a minute" in client.get(reverse("story-heard", args=[story.pk])).content
    assert client.post(reverse("story-lay", args=[story.pk])).status_code == 204
    assert Story.objects.get(pk=story.pk).paced
    wrong = client.post(reverse("story-track", args=[story.pk]), {"track": str(cat.pk)})
    assert wrong.status_code == 422
    assert "is no sound" in wrong.headers["HX-Trigger"]


def test_the_page_makes_a_storyboard(
    account: Account, alice: User, song: Asset, sign_in: People
) -> None:
    story = heard(edit.create(account, alice, {"title": "Song"}, [({}, [{}])]), song)
    client = sign_in(alice)
    page = client.get(reverse("story-heard", args=[story.pk])).content.decode()
    assert f"{laying.suits(story).shots} empty shots" in page
    assert client.post(reverse("story-storyboard", args=[story.pk])).status_code == 204
    again = client.post(reverse("story-storyboard", args=[story.pk]))
    assert (again.status_code, "has shots already" in again.headers["HX-Trigger"]) == (422, True)


@pytest.mark.django_db
def test_without_a_track_shots_have_their_own_seconds(account: Account, alice: User, song: Asset):
    story = heard(told(account, alice, [{"seconds": 4}, {"seconds": 2}]), song)
    laying.lay(story)
    edit.set_track(story, None)
    story.refresh_from_db()
    assert not story.paced
    assert [cut["seconds"] for cut in film.cuts_of(board(story))] == [4, 2]
