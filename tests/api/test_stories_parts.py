"""Scenes and shots for programs: added, changed, moved, duplicated, split and removed."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.models import Asset
from assets.services import ingest, trash
from billing.models import Account, User
from studio.models import Shot
from tests.api.conftest import patch, post, refused, shots_of
from tests.assets.make import tone


@pytest.fixture
def voice(account: Account, alice: User, tmp_path: Path) -> Asset:
    path = tone(tmp_path / "voice.wav", 4)
    return ingest(path, account=account, user=alice, filename="voice.wav", title="The voice")


@pytest.fixture
def first(story: dict[str, Any]) -> str:
    return f"/api/v1/shots/{shots_of(story)[0]['id']}/"


@pytest.fixture
def second(story: dict[str, Any]) -> str:
    return f"/api/v1/shots/{shots_of(story)[1]['id']}/"


def order(api: Client, story: dict[str, Any]) -> list[str]:
    """Titles of the shots, in their order, with their number checked."""
    shots = shots_of(api.get(f"/api/v1/stories/{story['id']}/").json())
    assert [shot["number"] for shot in shots] == list(range(1, len(shots) + 1))
    return [shot["facts"].get("title", "") for shot in shots]


def test_a_scene_at_a_place(api: Client, story: dict[str, Any]) -> None:
    address = f"/api/v1/stories/{story['id']}/scenes/"
    made = post(api, address, {"facts": {"title": "Night"}, "place": 1})
    assert made.status_code == 201
    assert (made.json()["place"], made.json()["shots"]) == (1, [])
    last = post(api, address, {}).json()
    assert last["place"] == 3
    moved = post(api, f"/api/v1/scenes/{last['id']}/move/", {"place": 1}).json()
    assert moved["place"] == 1
    scenes = api.get(f"/api/v1/stories/{story['id']}/").json()["scenes"]
    assert [s["facts"].get("title") for s in scenes] == [None, "Night", "Morning"]
    assert api.delete(f"/api/v1/scenes/{last['id']}/").status_code == 204
    scenes = api.get(f"/api/v1/stories/{story['id']}/").json()["scenes"]
    assert [s["place"] for s in scenes] == [1, 2]


def test_the_facts_of_a_scene(api: Client, story: dict[str, Any]) -> None:
    address = f"/api/v1/scenes/{story['scenes'][0]['id']}/"
    told = patch(api, address, {"facts": {"kind": "voice-over", "title": None}}).json()
    assert told["facts"] == {"kind": "voice-over"}
    assert all(shot["speaks"] for shot in told["shots"])
    refused(patch(api, address, {"facts": {"kind": "opera"}}), "kind", "opera", "animation")
    refused(patch(api, address, {"facts": "x"}), "facts")
    refused(patch(api, address, {}), "facts")


def test_a_shot_with_all_that_is_known(api: Client, story: dict[str, Any], cat: Asset) -> None:
    address = f"/api/v1/scenes/{story['scenes'][0]['id']}/shots/"
    said = {"facts": {"title": "New", "seconds": 2}, "still": str(cat.pk), "place": 1}
    answer = post(api, address, {**said, "offer": "local-motion", "settings": {"motion": "pan"}})
    made = answer.json()
    assert answer.status_code == 201, made
    assert made == api.get(answer["Location"]).json()
    assert (made["number"], made["still"], made["settings"]) == (1, str(cat.pk), {"motion": "pan"})
    assert (made["blocked"], made["price"]["amount"]) == ("", 0)
    assert order(api, story) == ["New", "Wall", ""]


def test_a_shot_that_is_refused_is_not_added(api: Client, story: dict[str, Any]) -> None:
    address = f"/api/v1/scenes/{story['scenes'][0]['id']}/shots/"
    answer = post(api, address, {"facts": {"energy": 2}, "settings": {"nothing": 1}})
    fields = [p["field"] for p in answer.json()["errors"]]
    assert (answer.status_code, fields) == (400, ["energy", "settings.nothing"])
    assert order(api, story) == ["Wall", ""]


def test_the_prompt_tells_where_its_words_come_from(api: Client, first: str) -> None:
    told = patch(api, first, {"facts": {"camera_language": "pan left", "energy": 0.9}}).json()
    prompt = told["prompt"]
    assert "".join(piece["text"] for piece in prompt["pieces"]) == prompt["text"]
    fields = {piece["field"]: piece["text"] for piece in prompt["pieces"]}
    assert fields["shot.camera_language"] == "Pan left"
    assert fields["shot.description"] == "A cat sleeps"


def test_files_of_a_shot(api: Client, first: str, second: str, cat: Asset, voice: Asset) -> None:
    told = patch(api, second, {"still": str(cat.pk)}).json()
    assert (told["still"], told["linked"]) == (str(cat.pk), False)
    refused(patch(api, first, {"still": str(voice.pk)}), "still", "audio")
    refused(patch(api, first, {"voice": str(cat.pk)}), "voice", "picture")
    refused(patch(api, first, {"voice": str(uuid.uuid4())}), "voice", "library", status=404)
    said = {"voice": str(voice.pk), "voice_start": 1, "voice_end": 3}
    told = patch(api, first, said).json()
    assert (told["voice_start"], told["voice_end"]) == (1, 3)
    told = patch(api, first, {"voice": None}).json()
    assert (told["voice"], told["voice_start"]) == (None, None)
    trash(cat)
    assert "trash" in api.get(first).json()["blocked"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"voice_start": 3, "voice_end": 2}, "voice_end"),
        ({"voice_start": -1}, "voice_start"),
        ({"voice_start": "1"}, "voice_start"),
        ({"linked": "yes"}, "linked"),
        ({"linked": 1}, "linked"),
        ({"offer": "local-story-film"}, "offer"),
        ({"settings": {"motion": "jump"}}, "settings.motion"),
        ({"settings": {"image": "x"}}, "settings.image"),
        ({"settings": []}, "settings"),
        ({"facts": {"start": 5, "end": 4}}, "end"),
        ({"facts": {"seconds": 61}}, "seconds"),
        ({"still": "x"}, "still"),
        ({"title": "New"}, "title"),
    ],
)
def test_changes_that_cannot_be(api: Client, first: str, said: Any, field: str) -> None:
    before = api.get(first).json()
    refused(patch(api, first, said), field)
    assert api.get(first).json() == before


def test_an_end_is_held_against_the_start_that_is_there(api: Client, first: str) -> None:
    patch(api, first, {"facts": {"start": 5, "end": 8}})
    refused(patch(api, first, {"facts": {"end": 4}}), "end", "later end")
    refused(patch(api, first, {"facts": {"start": 9}}), "end", "later end")
    assert api.get(first).json()["seconds"] == 3


def test_settings_are_replaced_as_a_whole(api: Client, first: str) -> None:
    patch(api, first, {"settings": {"motion": "pan", "strength": 70}})
    assert patch(api, first, {"settings": {"strength": 20}}).json()["settings"] == {"strength": 20}
    assert patch(api, first, {"settings": {}}).json()["settings"] == {}


def test_moving_between_scenes(api: Client, story: dict[str, Any], second: str) -> None:
    other = post(api, f"/api/v1/stories/{story['id']}/scenes/", {}).json()["id"]
    moved = post(api, f"{second}move/", {"place": 1, "scene": other}).json()
    assert (moved["scene"], moved["place"], moved["number"]) == (other, 1, 2)
    back = post(api, f"{second}move/", {"place": 1, "scene": story["scenes"][0]["id"]}).json()
    assert (back["place"], back["number"]) == (1, 1)
    assert order(api, story) == ["", "Wall"]
    refused(post(api, f"{second}move/", {"place": 0}), "place")
    elsewhere = post(api, "/api/v1/stories/", {"title": "Other"}).json()["scenes"][0]["id"]
    refused(post(api, f"{second}move/", {"place": 1, "scene": elsewhere}), "scene", "its story")
    assert order(api, story) == ["", "Wall"]


def test_the_mask_of_a_shot(
    api: Client, first: str, cat: Asset, account: Account, alice: User, picture: Any
) -> None:
    file = SimpleUploadedFile("mask.png", picture((cat.width, cat.height)))
    mask = ingest(file, account=account, user=alice, filename="mask.png")
    given = patch(api, first, {"mask": str(mask.pk)}).json()
    assert given["mask"] == str(mask.pk)
    file = SimpleUploadedFile("small.png", picture((16, 16)))
    small = ingest(file, account=account, user=alice, filename="small.png")
    refused(patch(api, first, {"mask": str(small.pk)}), "mask", "the same size")
    assert patch(api, first, {"mask": None}).json()["mask"] is None
    patch(api, first, {"mask": str(mask.pk), "still": str(cat.pk)})
    assert patch(api, first, {"still": str(small.pk)}).json()["mask"] is None


def test_duplicate(api: Client, story: dict[str, Any], first: str) -> None:
    made = post(api, f"{first}duplicate/", {})
    assert made.status_code == 201
    was, now = api.get(first).json(), made.json()
    assert (now["facts"], now["still"], now["number"]) == (was["facts"], was["still"], 2)
    assert (now["takes"], now["linked"]) == ([], False)
    assert order(api, story) == ["Wall", "Wall", ""]


def test_split(api: Client, first: str) -> None:
    made = post(api, f"{first}split/", {}).json()
    assert (made["seconds"], made["linked"], made["number"]) == (0.5, True, 2)
    assert api.get(first).json()["seconds"] == 0.5
    refused(post(api, f"{first}split/", {}), "seconds", "0.5 s")


def test_halves_share_the_voice(api: Client, story: Any, first: str, voice: Asset) -> None:
    patch(api, f"/api/v1/scenes/{story['scenes'][0]['id']}/", {"facts": {"kind": "voice-over"}})
    patch(api, first, {"voice": str(voice.pk), "voice_start": 1, "voice_end": 3})
    half = post(api, f"{first}split/", {}).json()
    whole = api.get(first).json()
    assert (whole["voice_start"], whole["voice_end"]) == (1, 2)
    assert (half["voice_start"], half["voice_end"]) == (2, 3)
    assert (whole["seconds"], half["seconds"]) == (1, 1)


def test_what_is_being_made_is_not_removed(api: Client, story: Any, first: str) -> None:
    post(api, f"{first}takes/", {})
    for address in (first, f"/api/v1/scenes/{story['scenes'][0]['id']}/"):
        answer = api.delete(address)
        assert answer.status_code == 409
        assert "being made" in answer.json()["message"]
    post(api, f"{first}stop/", {})
    assert api.delete(first).status_code == 204
    assert api.get(first).status_code == 404
    assert Shot.objects.count() == 1


def test_the_prompt_is_written_and_kept(api: Client, first: str) -> None:
    patch(api, first, {"facts": {"motion_prompt": "Mine.", "camera_language": "pan left"}})
    written = post(api, f"{first}prompt/", {}).json()
    assert written["writer"] == "rules"
    assert "Pan left" in written["text"]
    told = api.get(first).json()
    assert told["facts"]["motion_prompt"] == told["prompt"]["text"] == written["text"]
    assert told["prompt"]["pieces"][0]["field"] == "shot.motion_prompt"
