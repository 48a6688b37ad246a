"""Changing a story: places stay whole, halves are halves, what is wrong is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import Asset
from billing.models import Account, User
from studio.models import Job, Scene, Shot, State, Story, Take
from studio.stories import edit, parts
from tests import needs
from tests.engine.portrait import make
from tests.fakes import films
from tests.studio.stories import board, bring, give, places, shots_of, told, view

NUMBERS = st.integers(0, 12)
PLACES = st.integers(-5, 15) | st.just(10**9) | st.none()
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add_scene"), PLACES),
        st.tuples(st.just("add_shot"), NUMBERS, PLACES),
        st.tuples(st.just("move_scene"), NUMBERS, PLACES),
        st.tuples(st.just("move_shot"), NUMBERS, PLACES, st.none() | NUMBERS),
        st.tuples(st.just("duplicate"), NUMBERS),
        st.tuples(st.just("split"), NUMBERS),
        st.tuples(st.just("remove_shot"), NUMBERS),
        st.tuples(st.just("remove_scene"), NUMBERS),
    ),
    max_size=12,
)


class Walk:
    """A story and what it should hold: for each scene the titles of its shots, in order. It keeps
    the rows that it was given, however old, as two windows of a browser do."""

    def __init__(self, story: Story) -> None:
        self.story, self.made = story, 0
        self.scenes: list[tuple[Scene, list[Shot]]] = []

    def title(self) -> str:
        self.made += 1
        return f"n{self.made}"

    def scene(self, number: int) -> tuple[Scene, list[Shot]] | None:
        return self.scenes[number % len(self.scenes)] if self.scenes else None

    def shot(self, number: int) -> tuple[list[Shot], Shot] | None:
        every = [(shots, shot) for _, shots in self.scenes for shot in shots]
        return every[number % len(every)] if every else None

    @staticmethod
    def put(rows: list[Any], row: Any, place: int | None) -> None:
        rows.insert(len(rows) if place is None else max(0, min(place - 1, len(rows))), row)

    def step(self, name: str, *said: Any) -> None:
        getattr(self, name)(*said)

    def add_scene(self, place: int | None) -> None:
        found = edit.add_scene(self.story, {"title": self.title()}, place)
        self.put(self.scenes, (found, []), place)

    def add_shot(self, number: int, place: int | None) -> None:
        if found := self.scene(number):
            scene, shots = found
            self.put(shots, edit.add_shot(scene, {"title": self.title()}, place), place)

    def move_scene(self, number: int, place: int | None) -> None:
        if found := self.scene(number):
            edit.move_scene(found[0], place or 1)
            self.scenes.remove(found)
            self.put(self.scenes, found, place or 1)

    def move_shot(self, number: int, place: int | None, to: int | None) -> None:
        if found := self.shot(number):
            shots, shot = found
            target = self.scene(to) if to is not None else None
            edit.move_shot(shot, place or 1, target[0] if target else None)
            shots.remove(shot)
            self.put(target[1] if target else shots, shot, place or 1)

    def duplicate(self, number: int) -> None:
        if found := self.shot(number):
            shots, shot = found
            copy = edit.duplicate(Shot.objects.get(pk=shot.pk))
            edit.set_facts(copy, {"title": self.title()})
            shots.insert(shots.index(shot) + 1, copy)

    def split(self, number: int) -> None:
        if found := self.shot(number):
            shots, shot = found
            before, seconds = len(shots_of(self.story)), board(self.story).seconds
            try:
                second = edit.split(Shot.objects.get(pk=shot.pk))
            except edit.NotChanged as error:
                assert "each half needs" in str(error)  # noqa: PT017
                assert len(shots_of(self.story)) == before
                return
            assert abs(board(self.story).seconds - seconds) < 0.002
            edit.set_facts(second, {"title": self.title()})
            shots.insert(shots.index(shot) + 1, second)

    def remove_shot(self, number: int) -> None:
        if found := self.shot(number):
            edit.remove(Shot.objects.get(pk=found[1].pk))
            found[0].remove(found[1])

    def remove_scene(self, number: int) -> None:
        if found := self.scene(number):
            edit.remove(Scene.objects.get(pk=found[0].pk))
            self.scenes.remove(found)

    def check(self) -> None:
        for at, (place, shots) in enumerate(places(self.story), 1):
            assert (place, shots) == (at, list(range(1, len(shots) + 1)))
        told = [[s.facts["title"] for s in scene.shots.all()] for scene in self.story.scenes.all()]
        kept = [[shot.pk for shot in shots] for _, shots in self.scenes]
        there = [[shot.pk for shot in scene.shots.all()] for scene in self.story.scenes.all()]
        assert there == kept, told


@settings(
    max_examples=needs.often(60),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(steps=STEPS)
def test_any_changes_keep_every_shot_at_a_place_of_its_own(
    account: Account, steps: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        walk = Walk(told(account, None))
        walk.add_scene(None)
        walk.add_shot(0, None)
        walk.add_shot(0, None)
        for step in steps:
            walk.step(*step)
            walk.check()
        transaction.set_rollback(True)


def test_two_windows_move_the_same_shot(account: Account) -> None:
    """What a window knew of places is old; a shot that is gone is not there any more."""
    story = told(account, None, [{}, {}, {}], [{}])
    first, other = shots_of(story)[0], Shot.objects.get(pk=shots_of(story)[0].pk)
    edit.move_shot(first, 1, story.scenes.last())
    edit.move_shot(other, 3, story.scenes.first())
    assert places(story) == [(1, [1, 2, 3]), (2, [1])]
    edit.remove(Shot.objects.get(pk=first.pk))
    with pytest.raises(edit.NotChanged, match="not there any more"):
        edit.move_shot(other, 1)
    assert places(story) == [(1, [1, 2]), (2, [1])]


def test_a_shot_stays_in_its_story(account: Account) -> None:
    one, other = told(account, None, [{}]), told(account, None, [{}])
    with pytest.raises(edit.NotChanged, match="stays in its story"):
        edit.move_shot(shots_of(one)[0], 1, other.scenes.get())


def test_limits_are_told_with_the_way_out(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in (("MOST_SCENES", 2), ("MOST_SHOTS", 3), ("MOST_STORIES", 1)):
        monkeypatch.setattr(edit, name, most)
    story = told(account, None, [{}, {}], [{}])
    with pytest.raises(edit.NotChanged, match=r"at most 2 scenes. Begin another one"):
        edit.add_scene(story, {})
    for change in (edit.duplicate, edit.split, lambda shot: edit.add_shot(shot.scene, {})):
        with pytest.raises(edit.NotChanged, match=r"at most 3 shots. Begin another one"):
            change(shots_of(story)[0])
    with pytest.raises(edit.NotChanged, match=r"1 stories, which is the most. Delete one first"):
        told(account, None)
    edit.trash(story)
    told(account, None)
    assert len(shots_of(story)) == 3


# --- facts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "said", "field", "words"),
    [
        ("shot", {"seconds": 61}, "seconds", "Duration is 61 s; the most is 60 s"),
        ("shot", {"seconds": "0.4"}, "seconds", "Duration is 0.4 s; the least is 0.5 s"),
        ("shot", {"seconds": "long"}, "seconds", "long"),
        ("shot", {"energy": 1.5}, "energy", "Energy is 1.5; the most is 1"),
        ("shot", {"title": "x" * 201}, "title", "201 characters; the most is 200"),
        ("shot", {"title": "a\0b"}, "title", "a character of code 0 in it"),
        ("shot", {"start": 5, "end": 5}, "end", "To is 5 s, and From is 5 s. Choose a later end."),
        ("shot", {"tittle": "x"}, "tittle", "“tittle” is not known of a shot. It has title"),
        ("scene", {"kind": "dance"}, "kind", "animation"),
        ("scene", {"seconds": 5}, "seconds", "“seconds” is not known of a scene"),
        ("story", {"aspect": "round"}, "aspect", "horizontal"),
        ("story", {"energy": 1}, "energy", "“energy” is not known of a story"),
    ],
)
def test_a_wrong_fact_is_named(
    account: Account, level: str, said: dict[str, Any], field: str, words: str
) -> None:
    story = told(account, None, [{"title": "Kept"}])
    part = {"story": story, "scene": story.scenes.get(), "shot": shots_of(story)[0]}[level]
    before = dict(part.facts)
    with pytest.raises(edit.NotChanged) as caught:
        edit.set_facts(part, said)
    assert words in str(caught.value)
    assert caught.value.field == field
    part.refresh_from_db()
    assert part.facts == before


def test_a_time_is_checked_against_the_one_that_is_there(account: Account) -> None:
    (shot,) = shots_of(told(account, None, [{"start": 5.0, "end": 8.0}]))
    for said in ({"end": 4}, {"start": 9}):
        with pytest.raises(edit.NotChanged, match="Choose a later end"):
            edit.set_facts(shot, said)
    edit.set_facts(shot, {"end": None})
    edit.set_facts(shot, {"start": 9})
    assert edit.seconds_of(Shot.objects.get(pk=shot.pk)) == 5


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"at_once": "0"}, "At once is “0”. Give a whole number from 1 to 8"),
        ({"at_once": "9"}, "from 1 to 8"),
        ({"at_once": "00029999"}, "from 1 to 8"),
        ({"at_once": "0002" + "9" * 40}, "from 1 to 8"),
        ({"at_once": "-1"}, "from 1 to 8"),
        ({"at_once": "٣"}, "from 1 to 8"),
        ({"offer": "no-such"}, "There is no model “no-such” for image-to-video"),
        ({"voice_offer": "a\0"}, "There is no model"),
    ],
)
def test_what_is_usual_is_checked(account: Account, said: dict[str, str], words: str) -> None:
    story = told(account, None)
    with pytest.raises(edit.NotChanged) as caught:
        edit.set_usual(story, said)
    assert words in str(caught.value)
    assert caught.value.field == next(iter(said))


# --- halves, files and takes ----------------------------------------------------------------------


@pytest.fixture
def voice(account: Account, alice: User, tmp_path: Path) -> Asset:
    path = make.voice(tmp_path / "voice.wav", 8)
    return bring(path, account, alice)


@pytest.fixture
def film(account: Account, alice: User, tmp_path: Path) -> Asset:
    path = films.ours(tmp_path / "clip.mp4", 15)
    return bring(path, account, alice)


@pytest.mark.parametrize(
    "cut", [(None, None), (1.0, 7.0), (2.5, None), (None, 5.0)], ids=["whole", "part", "to", "from"]
)
def test_halves_share_the_voice(
    account: Account, voice: Asset, cut: tuple[float | None, float | None]
) -> None:
    story = told(account, None, ({"kind": "voice-over"}, [{}]))
    give(shots_of(story)[0], voice=voice, voice_start=cut[0], voice_end=cut[1])
    whole = board(story).seconds
    edit.split(shots_of(story)[0])
    first, second = shots_of(story)
    assert first.voice == second.voice == voice
    assert (first.voice_start, second.voice_end) == cut
    assert first.voice_end == second.voice_start == (cut[0] or 0) + whole / 2
    assert board(story).seconds == pytest.approx(whole)
    assert second.linked


def test_halves_share_the_place_on_the_track(account: Account) -> None:
    story = told(account, None, [{"start": 1.001, "end": 4.002, "narration": "Once"}])
    edit.split(shots_of(story)[0])
    first, second = shots_of(story)
    assert (first.facts["start"], second.facts["end"]) == (1.001, 4.002)
    assert first.facts["end"] == second.facts["start"]
    assert (first.facts["narration"], "narration" in second.facts) == ("Once", False)


def test_halves_without_a_place_of_their_own_claim_none(account: Account) -> None:
    story = told(account, None, [{"seconds": 4, "end": 9.0}])
    edit.split(shots_of(story)[0])
    assert [shot.facts.get("end") for shot in shots_of(story)] == [None, 9.0]


@pytest.mark.parametrize("linked", [True, False])
def test_a_copy_goes_on_from_the_first_and_has_no_time_on_the_track(
    account: Account, linked: bool
) -> None:
    second = {"title": "Gull", "start": 2.0, "end": 5.25, "seconds": 9}
    story = told(account, None, [{"start": 0.0, "end": 2.0}, second])
    give(shots_of(story)[1], linked=linked)
    edit.duplicate(shots_of(story)[1])
    _, first, copy = board(story).shots
    assert first.shot.facts == second
    assert copy.shot.facts == {"title": "Gull", "seconds": 3.25}
    assert (copy.follows, copy.before) == (linked, first)
    assert copy.seconds == first.seconds


def test_too_short_to_be_halved(account: Account) -> None:
    story = told(account, None, [{"seconds": 0.9}])
    with pytest.raises(
        edit.NotChanged, match=r"lasts 0.9 s; each half needs 0.5 s. Make it longer"
    ):
        edit.split(shots_of(story)[0])


def test_a_file_of_another_kind_is_named(
    account: Account, voice: Asset, cat: Asset, film: Asset
) -> None:
    (shot,) = shots_of(told(account, None, [{}]))
    for name, asset, kind in (("still", voice, "picture"), ("voice", cat, "audio")):
        with pytest.raises(edit.NotChanged, match=f"the {name} of a shot is {kind}"):
            parts.set_file(shot, name, asset)
    with pytest.raises(edit.NotChanged, match="a take is a video"):
        parts.add_take(shot, cat)
    (other,) = shots_of(told(account, None, [{}]))
    theirs = parts.add_take(other, film)
    with pytest.raises(edit.NotChanged, match="of another shot"):
        parts.choose(shot, theirs)


def test_a_picture_unlinks_and_stands_against_one_that_comes_late(
    account: Account, cat: Asset, order: Callable[..., Job]
) -> None:
    """Somebody chose it while another was being drawn."""
    story = told(account, None, [{}, {}])
    job, shot = order(), shots_of(story)[1]
    give(shot, drawn=job, linked=True)
    parts.set_file(Shot.objects.get(pk=shot.pk), "still", cat)
    Job.objects.filter(pk=job.pk).update(state=State.SUCCEEDED, outputs=[str(cat.pk)])
    assert view(story, 2).picture == cat
    assert not view(story, 2).follows


def test_what_is_being_made_is_not_removed(account: Account, order: Callable[..., Job]) -> None:
    story = told(account, None, [{}, {}])
    job, (shot, _) = order(), shots_of(story)
    Take.objects.create(shot=shot, job=job)
    Job.objects.filter(pk=job.pk).update(state=State.FAILED)
    again = order(key="again")
    Job.objects.filter(pk=again.pk).update(retry_of=job)
    for part in (shot, shot.scene):
        with pytest.raises(edit.NotChanged, match=r"being made. Stop that first"):
            edit.remove(part)
    Job.objects.filter(pk=again.pk).update(state=State.CANCELED)
    edit.remove(shot)
    assert len(shots_of(story)) == 1
