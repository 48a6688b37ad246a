"""Stories for programs: a text becomes a story, all of it is told, and it is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assets.models import Asset
from assets.services import ingest
from billing.models import Account, User
from studio import price_list
from studio.models import Shot, Story
from studio.providers.local.story import ASSEMBLER
from studio.stories import podcast
from studio.stories.fields import LEVELS
from tests.api.conftest import patch, post, refused, shots_of
from tests.assets.make import tone

STORIES = "/api/v1/stories/"
SCRIPT = """Title: The lighthouse keeper
Style: ink

SCENE 1: The island
A lighthouse on a rock.
camera: slow push in
energy: 0.3

The keeper climbs the stairs.
"""


@pytest.fixture
def sound(account: Account, alice: User, tmp_path: Path) -> Asset:
    path = tone(tmp_path / "song.wav", 3)
    return ingest(path, account=account, user=alice, filename="song.wav", title="The song")


def test_a_script_becomes_a_story(api: Client) -> None:
    answer = post(api, STORIES, {"text": SCRIPT})
    made = answer.json()
    assert answer.status_code == 201
    assert made["facts"] == {"title": "The lighthouse keeper", "style": "ink"}
    first, second = shots_of(made)
    assert first["facts"]["camera_language"] == "slow push in"
    assert (first["number"], second["number"], second["place"]) == (1, 2, 2)
    assert first["scene"] == made["scenes"][0]["id"]
    again = api.get(answer["Location"]).json()
    assert again | {"notes": made["notes"]} == made


def test_a_table_and_json_are_read_as_text_too(api: Client) -> None:
    for text in ("title,description\nA,A cat\nB,A dog\n", '[{"title": "A"}, {"title": "B"}]'):
        made = post(api, STORIES, {"text": text}).json()
        assert [shot["facts"]["title"] for shot in shots_of(made)] == ["A", "B"]


def test_what_is_told_can_be_sent_again(api: Client) -> None:
    """Facts come back in the shape in which they are sent, lists as lists."""
    told = {
        "title": "Rain",
        "cast": ["Ada", "Ben"],
        "scenes": [{"title": "One", "shots": [{"description": "A puddle", "energy": 0.5}]}],
    }
    made = post(api, STORIES, {"story": told}).json()
    assert made["facts"]["cast"] == ["Ada", "Ben"]
    scenes = [
        {**scene["facts"], "shots": [shot["facts"] for shot in scene["shots"]]}
        for scene in made["scenes"]
    ]
    again = post(api, STORIES, {"story": {**made["facts"], "scenes": scenes}}).json()
    assert again["facts"] == made["facts"]
    assert [s["facts"] for s in shots_of(again)] == [s["facts"] for s in shots_of(made)]
    answer = patch(api, f"{STORIES}{again['id']}/", {"facts": again["facts"]})
    assert answer.json()["facts"] == again["facts"]


def test_an_empty_story_has_one_shot_to_begin_with(api: Client) -> None:
    made = post(api, STORIES, {"title": "Rain"}).json()
    assert made["title"] == made["facts"]["title"] == "Rain"
    (shot,) = shots_of(made)
    assert "no picture" in shot["blocked"]
    assert shot["price"] is None


def test_all_that_is_wrong_with_a_text_is_told_by_its_line(api: Client) -> None:
    text = SCRIPT.replace("0.3", "3") + "energy: wild\n"
    answer = post(api, STORIES, {"text": text})
    assert answer.status_code == 400
    first, second = answer.json()["errors"]
    assert first["field"] == "line 7, energy"
    assert first["value"] == "energy: 3"
    assert "most is 1" in first["message"]
    assert second["field"] == "line 10, energy"
    assert not Story.objects.exists()


def test_all_that_is_wrong_with_json_is_told_by_its_place(api: Client) -> None:
    shots = [{"description": "x", "energy": 7}, {"seconds": "long", "camera_langage": "pan"}]
    answer = post(api, STORIES, {"story": {"scenes": [{"title": "A"}, {"shots": shots}]}})
    assert answer.status_code == 400
    wrong = {p["field"]: p["value"] for p in answer.json()["errors"]}
    assert wrong == {
        "scenes[1].shots[0].energy": "7",
        "scenes[1].shots[1].seconds": "long",
        "scenes[1].shots[1].camera_langage": "pan",
    }
    assert "camera_language" in answer.json()["message"]


def test_more_problems_than_are_shown_are_counted(api: Client) -> None:
    shots = [{"energy": 7}] * 50
    answer = post(api, STORIES, {"story": {"scenes": [{"shots": shots}]}}).json()
    assert len(answer["errors"]) == 20
    assert answer["message"].endswith("And 30 more.")


@pytest.mark.parametrize(
    "body",
    [{}, {"text": "A cat", "title": "B"}, {"story": {"scenes": []}, "text": "x"}],
    ids=["nothing", "text and title", "story and text"],
)
def test_one_of_three_ways(api: Client, body: Any) -> None:
    refused(post(api, STORIES, body), "", "text, story or title")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": 5}, "text"),
        ({"text": ""}, "text"),
        ({"story": "x"}, "story"),
        ({"story": {}}, "scenes"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"script": "A cat"}, "script"),
        ([], ""),
    ],
)
def test_bodies_that_cannot_be(api: Client, body: Any, field: str) -> None:
    answer = post(api, STORIES, body)
    assert answer.status_code == 400
    assert [p["field"] for p in answer.json()["errors"]] == [field]
    assert not Story.objects.exists()


def test_the_list_is_in_pages_the_last_changed_first(api: Client) -> None:
    ids = [post(api, STORIES, {"title": f"Story {n}"}).json()["id"] for n in range(5)]
    patch(api, f"{STORIES}{ids[1]}/", {"facts": {"style": "ink"}})
    seen: list[str] = []
    address: str | None = f"{STORIES}?page_size=2"
    while address:
        page = api.get(address).json()
        seen += [row["id"] for row in page["results"]]
        assert all((row["scenes"], row["shots"]) == (1, 1) for row in page["results"])
        address = page["next"]
    assert seen == [ids[1], ids[4], ids[3], ids[2], ids[0]]


def test_a_change_is_all_or_nothing(api: Client, story: dict[str, Any], cat: Asset) -> None:
    address = f"{STORIES}{story['id']}/"
    said = {"facts": {"style": "ink", "mood": 5, "energi": 1}, "offer": "nobody", "at_once": 3}
    answer = patch(api, address, {**said, "track": str(cat.pk)})
    assert answer.status_code == 400
    fields = [p["field"] for p in answer.json()["errors"]]
    assert sorted(fields) == ["energi", "mood", "offer", "track"]
    assert api.get(address).json() == story


def test_facts_are_taken_away_by_null(api: Client, story: dict[str, Any]) -> None:
    address = f"{STORIES}{story['id']}/"
    patch(api, address, {"facts": {"style": "ink", "tags": ["old", "grainy"]}})
    told = patch(api, address, {"facts": {"style": None, "title": "Puss"}}).json()
    assert told["facts"] == {"title": "Puss", "tags": ["old", "grainy"]}
    assert told["title"] == "Puss"


@pytest.mark.parametrize("at_once", [0, 9, 1.5, "2", True, None])
def test_at_once_has_limits(api: Client, story: dict[str, Any], at_once: Any) -> None:
    refused(patch(api, f"{STORIES}{story['id']}/", {"at_once": at_once}), "at_once")


def test_a_model_must_be_for_what_it_does(api: Client, story: dict[str, Any]) -> None:
    address = f"{STORIES}{story['id']}/"
    refused(patch(api, address, {"offer": ASSEMBLER.key}), "offer", "image-to-video")
    told = patch(api, address, {"offer": "local-motion"}).json()
    assert told["offer"] == "local-motion"
    assert patch(api, address, {"offer": ""}).json()["offer"] == ""


def test_the_track(api: Client, story: dict[str, Any], sound: Asset, cat: Asset) -> None:
    address = f"{STORIES}{story['id']}/"
    refused(patch(api, address, {"track": str(cat.pk)}), "track", "sound")
    told = patch(api, address, {"track": str(sound.pk)}).json()
    assert (told["track"], told["pace"]) == (str(sound.pk), None)
    early = post(api, f"{address}lay/", {})
    assert early.status_code == 409
    assert "listened" in early.json()["message"]
    Story.objects.update(pace={"problem": "The track is silent."})
    assert post(api, f"{address}lay/", {}).json()["message"] == "The track is silent."
    assert api.get(address).json()["pace"]["problem"] == "The track is silent."
    assert patch(api, address, {"track": None}).json()["track"] is None


def test_off_the_track_shots_have_their_own_seconds(api: Client, story: dict[str, Any]) -> None:
    Story.objects.update(paced=True)
    shot = shots_of(story)[0]["id"]
    patch(api, f"/api/v1/shots/{shot}/", {"facts": {"start": 2, "end": 5}})
    assert api.get(f"/api/v1/shots/{shot}/").json()["seconds"] == 3
    assert api.delete(f"{STORIES}{story['id']}/lay/").status_code == 204
    told = api.get(f"/api/v1/shots/{shot}/").json()
    assert (told["seconds"], "start" in told["facts"]) == (1, False)


def queries(api: Client, address: str) -> int:
    price_list.forget()  # or the one would read it, and the other find it read
    with CaptureQueriesContext(connection) as seen:
        assert api.get(address).status_code == 200
    return len(seen)


@pytest.mark.parametrize("address", ["", "missing/", "pictures/", "film/", "files/film.csv"])
def test_thirty_shots_take_as_many_queries_as_three(
    api: Client, story: dict[str, Any], cat: Asset, priced: str, address: str
) -> None:
    """With pictures, links, takes that are stale, and prices."""
    story_row, scene = Story.objects.get(), story["scenes"][0]["id"]
    video = Asset.objects.create(
        account=story_row.account, kind="video", title="Take", duration=1, status="ready", size=1
    )

    def add(count: int) -> None:
        for n in range(count):
            shot = Shot.objects.create(
                scene_id=scene,
                place=10 + n,
                still=cat if n % 3 else None,
                linked=n % 3 == 0,
                offer=priced if n % 2 else "",
                facts={"description": "A cat", "seconds": 1},
            )
            if n % 3 == 1:
                shot.takes.create(asset=video, still=cat)
            if n % 3 == 2:
                blank = Shot.objects.create(scene_id=scene, place=50 + n, facts=shot.facts)
                blank.takes.create(asset=None)

    path = f"{STORIES}{story['id']}/{address}"
    add(3)
    queries(api, path)  # what is looked up once for all requests
    few = queries(api, path)
    add(30)
    assert queries(api, path) == few


def test_lists_of_stories_take_few_queries(api: Client, story: dict[str, Any]) -> None:
    few = queries(api, STORIES)
    for n in range(10):
        post(api, STORIES, {"title": str(n)})
    assert queries(api, STORIES) == few


class TestPodcasts:
    SEGMENTS = (("Anna", 0.0, 1.0, "Hello"), ("Ben", 1.0, 2.5, "Hi"), ("Anna", 2.5, 3.0, ""))

    @pytest.fixture
    def heard(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = [podcast.Segment(*one) for one in self.SEGMENTS]
        monkeypatch.setattr(podcast, "read", lambda text, seconds: podcast.Speakers(found))

    def test_an_episode(self, api: Client, sound: Asset, cat: Asset, heard: None) -> None:
        faces = {"Anna": str(cat.pk), "Ben": str(cat.pk)}
        body = {"audio": str(sound.pk), "times": "00:00 Anna", "portraits": faces}
        answer = post(api, "/api/v1/podcasts/", body)
        made = answer.json()
        assert answer.status_code == 201, made
        assert made["title"] == "The song · episode"
        assert made["track"] == str(sound.pk)
        shots = shots_of(made)
        assert [(s["voice_start"], s["voice_end"]) for s in shots] == [
            (start, end) for _, start, end, _ in self.SEGMENTS
        ]
        assert all(s["speaks"] and s["voice"] == str(sound.pk) for s in shots)
        assert all(s["still"] == str(cat.pk) for s in shots)

    def test_missing_and_strange_portraits_are_named(
        self, api: Client, sound: Asset, cat: Asset, heard: None
    ) -> None:
        body = {"audio": str(sound.pk), "times": "x", "portraits": {"Zoe": str(cat.pk)}}
        answer = post(api, "/api/v1/podcasts/", body)
        assert answer.status_code == 400
        fields = [p["field"] for p in answer.json()["errors"]]
        assert fields == ["portraits.Anna", "portraits.Ben", "portraits.Zoe"]
        assert not Story.objects.exists()

    def test_a_portrait_is_a_picture_and_the_audio_a_sound(
        self, api: Client, sound: Asset, cat: Asset, heard: None
    ) -> None:
        faces = {"Anna": str(cat.pk), "Ben": str(sound.pk)}
        body = {"audio": str(sound.pk), "times": "x", "portraits": faces}
        refused(post(api, "/api/v1/podcasts/", body), "portraits.Ben", "no picture")
        body = {"audio": str(cat.pk), "times": "x"}
        refused(post(api, "/api/v1/podcasts/", body), "audio", "no sound")

    def test_times_that_are_wrong_are_told_by_their_line(
        self, api: Client, sound: Asset, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from studio.stories.times import Problem

        wrong = [Problem(2, None, "time", "00:99 is no time. Write 01:39.")]
        monkeypatch.setattr(podcast, "read", lambda text, seconds: podcast.Speakers([], wrong))
        body = {"audio": str(sound.pk), "times": "00:00 Anna\n00:99 Ben"}
        told = refused(post(api, "/api/v1/podcasts/", body), "line 2, time", "01:39")
        assert told["value"] == "00:99 Ben"


def test_the_description_names_every_fact(api: Client) -> None:
    parts = api.get("/api/schema/?format=json").json()["components"]["schemas"]
    for level, params in LEVELS.items():
        for name in (f"{level.capitalize()}Facts", f"{level.capitalize()}FactsRequest"):
            assert set(parts[name]["properties"]) == {p.name for p in params}
            assert parts[name]["additionalProperties"] is False
    assert "cuts" not in parts["FilmParamsRequest"]["properties"]
    assert "subtitles" in parts["FilmParamsRequest"]["properties"]
