"""Stories at work: takes, what is missing, pictures, the film and its files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assets.models import Asset
from assets.services import ingest, restore, trash
from billing.models import CREDIT, Account, Entry, User
from billing.services import verify_ledger
from studio import jobs
from studio.models import Job, Shot, State, Take
from studio.stories import script
from tests.api.conftest import patch, post, refused, shots_of
from tests.assets.make import film as make_film
from tests.assets.make import tone

KEY = {"Idempotency-Key": "story-1"}


@pytest.fixture
def at(story: dict[str, Any]) -> str:
    return f"/api/v1/stories/{story['id']}/"


@pytest.fixture
def first(story: dict[str, Any]) -> str:
    return f"/api/v1/shots/{shots_of(story)[0]['id']}/"


@pytest.fixture
def video(account: Account, alice: User, tmp_path: Path) -> Asset:
    path = make_film(tmp_path / "a.mp4")
    return ingest(path, account=account, user=alice, filename="a.mp4", title="Ready")


def small(api: Client, address: str) -> None:
    """So that a take is made in no time."""
    said = {"width": 64, "height": 64, "duration": 1, "fps": 24}
    assert patch(api, address, {"settings": said}).status_code == 200


class TestTakes:
    def test_ordered_made_and_shown(self, api: Client, first: str, cat: Asset) -> None:
        small(api, first)
        answer = post(api, f"{first}takes/", {})
        take = answer.json()
        assert answer.status_code == 201
        assert (take["state"], take["asset"], take["still"]) == ("queued", None, str(cat.pk))
        assert take["words"] == api.get(first).json()["prompt"]["text"]
        assert "being made" in api.get(first).json()["blocked"]
        jobs.start(Job.objects.get().pk)
        (done,) = api.get(first).json()["takes"]
        assert (done["state"], done["shown"], done["chosen"], done["stale"]) == (
            "succeeded",
            True,
            False,
            False,
        )
        asset = api.get(f"/api/v1/assets/{done['asset']}/").json()
        assert (asset["kind"], asset["job"]) == ("video", take["job"])

    def test_a_take_goes_stale_with_its_picture(
        self, api: Client, first: str, video: Asset, cat: Asset, picture: Any
    ) -> None:
        post(api, f"{first}takes/", {"asset": str(video.pk)})
        other = api.post("/api/v1/assets/", {"file": io.BytesIO(picture((30, 30)))})
        patch(api, first, {"still": other.json()["id"]})
        assert [t["stale"] for t in api.get(first).json()["takes"]] == [True]
        patch(api, first, {"still": str(cat.pk)})
        assert [t["stale"] for t in api.get(first).json()["takes"]] == [False]

    def test_a_take_is_older_than_another_voice(
        self, api: Client, story: Any, first: str, video: Asset, account: Account, tmp_path: Path
    ) -> None:
        patch(api, f"/api/v1/scenes/{story['scenes'][0]['id']}/", {"facts": {"kind": "voice-over"}})
        sounds = [
            ingest(tone(tmp_path / f"{n}.wav", n), account=account, user=None, filename="a.wav")
            for n in (2, 3)
        ]
        for sound, older in zip(sounds, ([], ["voice"]), strict=True):
            patch(api, first, {"voice": str(sound.pk)})
            if not older:
                post(api, f"{first}takes/", {"asset": str(video.pk)})
            (take,) = api.get(first).json()["takes"]
            assert (take["older_than"], take["stale"]) == (older, bool(older))

    def test_a_repeat_is_the_same_take(self, api: Client, first: str) -> None:
        one = post(api, f"{first}takes/", {}, **KEY)
        two = post(api, f"{first}takes/", {}, **KEY)
        assert (one.status_code, two.status_code) == (201, 200)
        assert two["Idempotent-Replayed"] == "true"
        assert one.json()["id"] == two.json()["id"]
        assert Job.objects.count() == Take.objects.count() == 1

    def test_the_same_key_for_another_shot_is_refused(
        self, api: Client, story: Any, first: str
    ) -> None:
        made = post(api, f"/api/v1/scenes/{story['scenes'][0]['id']}/shots/", {"place": 1}).json()
        other = f"/api/v1/shots/{made['id']}/"
        patch(api, other, {"still": shots_of(story)[0]["still"], "facts": {"seconds": 3}})
        assert post(api, f"{first}takes/", {}, **KEY).status_code == 201
        answer = post(api, f"{other}takes/", {}, **KEY)
        assert answer.status_code == 422
        assert api.get(other).json()["takes"] == []

    def test_a_video_of_the_library(self, api: Client, first: str, video: Asset, cat: Any) -> None:
        answer = post(api, f"{first}takes/", {"asset": str(video.pk)})
        assert answer.status_code == 201
        assert (answer.json()["state"], answer.json()["chosen"]) == (None, True)
        refused(post(api, f"{first}takes/", {"asset": str(cat.pk)}), "asset", "video")
        assert not Job.objects.exists()

    def test_choosing(self, api: Client, first: str, video: Asset) -> None:
        takes = [post(api, f"{first}takes/", {"asset": str(video.pk)}).json() for _ in range(2)]
        chosen = post(api, f"{first}choose/", {"take": takes[0]["id"]}).json()
        assert [t["shown"] for t in chosen["takes"]] == [True, False]
        newest = post(api, f"{first}choose/", {"take": None}).json()
        assert [t["shown"] for t in newest["takes"]] == [False, True]
        other = Take.objects.create(shot=Shot.objects.exclude(pk=first.split("/")[4]).get())
        wrong = post(api, f"{first}choose/", {"take": str(other.pk)})
        refused(wrong, "take", "of this shot", status=404)
        refused(post(api, f"{first}choose/", {}), "take")

    def test_a_film_in_the_trash(self, api: Client, at: str, first: str, video: Asset) -> None:
        take = post(api, f"{first}takes/", {"asset": str(video.pk)}).json()
        trash(video)
        wrong = post(api, f"{first}choose/", {"take": take["id"]})
        refused(wrong, "take", "“Ready” is in the trash. Restore it, or choose another.")
        restore(video)
        assert post(api, f"{first}choose/", {"take": take["id"]}).status_code == 200
        trash(video)
        refused(post(api, f"{at}film/", {}), "shot 1", "“Ready” is in the trash", status=409)

    def test_nothing_in_its_place(self, api: Client, first: str) -> None:
        patch(api, first, {"still": None})
        refused(post(api, f"{first}takes/", {}), "shot 1", "no picture", status=409)
        assert not Job.objects.exists()

    def test_a_price_that_is_not_the_agreed_one(
        self, api: Client, first: str, rich: Account, priced: str
    ) -> None:
        patch(api, first, {"offer": priced})
        price = api.get(first).json()["price"]
        assert price["amount"] == 10 * CREDIT
        told = refused(
            post(api, f"{first}takes/", {"agreed": "5000000:credits"}), "agreed", status=409
        )
        assert price["agreed"] in told["message"]
        assert not Entry.objects.filter(kind="hold").exists()
        assert post(api, f"{first}takes/", {"agreed": price["agreed"]}).status_code == 201
        rich.refresh_from_db()
        assert rich.held == 10 * CREDIT

    def test_credits_that_are_not_there(self, api: Client, first: str, priced: str) -> None:
        patch(api, first, {"offer": priced})
        assert post(api, f"{first}takes/", {}).status_code == 402
        assert not Take.objects.exists()

    def test_a_retry_is_stopped_too(self, api: Client, first: str) -> None:
        """What is at work is the last try, not the job that the take began with."""
        post(api, f"{first}takes/", {})
        Job.objects.update(state=State.FAILED)
        again, _ = jobs.retry(Job.objects.get(), None)
        assert api.delete(first).status_code == 409
        assert post(api, f"{first}stop/", {}).json() == {"stopped": 1}
        again.refresh_from_db()
        assert again.state == State.CANCELED


class TestMissing:
    def test_the_plan(self, api: Client, at: str, story: Any) -> None:
        plan = api.get(f"{at}missing/").json()
        one, two = plan["shots"]
        assert (plan["ready"], plan["blocked"], plan["enough"]) == (2, 0, True)
        assert plan["price"]["agreed"] == "0:credits"
        assert (one["after"], two["after"]) == (None, one["shot"])

    def test_the_order(self, api: Client, at: str) -> None:
        answer = post(api, f"{at}missing/", {}, **KEY)
        made = answer.json()["results"]
        assert answer.status_code == 201
        assert len(made) == 2
        assert made[0]["run"] == made[1]["run"]
        assert "waits" in made[1]["stage"]
        again = post(api, f"{at}missing/", {}, **KEY)
        assert again.status_code == 200
        assert again["Idempotent-Replayed"] == "true"
        assert [j["id"] for j in again.json()["results"]] == [j["id"] for j in made]
        assert Take.objects.count() == Job.objects.count() == 2
        assert api.get(f"{at}missing/").json()["shots"] == []
        assert post(api, f"{at}missing/", {}).status_code == 409

    def test_the_same_content_in_another_story_is_another_request(
        self, api: Client, at: str, cat: Asset
    ) -> None:
        text = api.get(f"{at}files/story.json").getvalue().decode()
        other = post(api, "/api/v1/stories/", {"text": text}).json()
        one, two = (shot["id"] for shot in shots_of(other))
        patch(api, f"/api/v1/shots/{one}/", {"still": str(cat.pk)})
        patch(api, f"/api/v1/shots/{two}/", {"linked": True})
        assert post(api, f"{at}missing/", {}, **KEY).status_code == 201
        answer = post(api, f"/api/v1/stories/{other['id']}/missing/", {}, **KEY)
        assert answer.status_code == 422
        assert "story-1" in answer.json()["message"]

    def test_an_empty_body_will_do(self, api: Client, at: str) -> None:
        assert api.post(f"{at}missing/", content_type="application/json").status_code == 201

    def test_what_is_blocked_is_named_and_left_out(self, api: Client, at: str, story: Any) -> None:
        blank = post(api, f"/api/v1/scenes/{story['scenes'][0]['id']}/shots/", {}).json()
        plan = api.get(f"{at}missing/").json()
        assert (plan["ready"], plan["blocked"]) == (2, 1)
        assert "no picture" in plan["shots"][2]["blocked"]
        assert plan["shots"][2]["shot"] == blank["id"]
        assert len(post(api, f"{at}missing/", {}).json()["results"]) == 2

    def test_all_reasons_when_nothing_can_be_made(self, api: Client, at: str, first: str) -> None:
        patch(api, first, {"still": None})
        answer = post(api, f"{at}missing/", {})
        assert answer.status_code == 409
        assert [p["field"] for p in answer.json()["errors"]] == ["shot 1", "shot 2"]

    def test_all_or_nothing(self, api: Client, at: str, rich: Account, priced: str) -> None:
        """The account can pay for one of the two."""
        patch(api, at, {"offer": priced})
        Account.objects.update(balance=15 * CREDIT)
        plan = api.get(f"{at}missing/").json()
        assert (plan["price"]["amount"], plan["enough"]) == (20 * CREDIT, False)
        assert post(api, f"{at}missing/", {}).status_code == 402
        assert not Job.objects.exists()
        assert not Take.objects.exists()

    def test_stopping_gives_the_money_back(
        self, api: Client, at: str, rich: Account, priced: str
    ) -> None:
        patch(api, at, {"offer": priced})
        post(api, f"{at}missing/", {})
        rich.refresh_from_db()
        assert rich.held == 20 * CREDIT
        assert post(api, f"{at}stop/", {}).json() == {"stopped": 2}
        rich.refresh_from_db()
        assert (rich.held, rich.balance) == (0, 100 * CREDIT)
        assert post(api, f"{at}stop/", {}).json() == {"stopped": 0}
        assert verify_ledger() == []


class TestPictures:
    def test_of_one_shot(self, api: Client, first: str, cat: Asset) -> None:
        patch(api, first, {"still": None})
        plan = api.get(f"{first}picture/").json()
        assert plan["prompt"].startswith("A cat sleeps")
        assert (plan["blocked"], plan["price"]["amount"]) == ("", 0)
        one, two = (post(api, f"{first}picture/", {}, **KEY) for _ in range(2))
        assert (one.status_code, two.status_code) == (201, 200)
        assert api.get(first).json()["drawn"] == one.json()["id"]
        jobs.start(one.json()["id"])
        told = api.get(first).json()
        assert told["still"] == Job.objects.get().outputs[0]
        assert told["drawn"] is None

    def test_a_repeat_does_not_hang_the_picture_again(
        self, api: Client, first: str, cat: Asset
    ) -> None:
        job = post(api, f"{first}picture/", {}, **KEY).json()["id"]
        jobs.start(job)
        assert api.get(first).json()["still"] == Job.objects.get().outputs[0]
        patch(api, first, {"still": str(cat.pk)})
        assert post(api, f"{first}picture/", {}, **KEY).status_code == 200
        assert api.get(first).json()["still"] == str(cat.pk)

    def test_without_words_there_is_nothing_to_draw(self, api: Client, first: str) -> None:
        patch(api, first, {"facts": {"description": None}})
        assert "Nothing says" in api.get(f"{first}picture/").json()["blocked"]
        assert post(api, f"{first}picture/", {}).status_code == 409
        refused(post(api, f"{first}picture/", {"offer": "local-motion"}), "offer", "pictures")

    def test_of_all_that_lack_one(self, api: Client, at: str, first: str, story: Any) -> None:
        patch(api, first, {"still": None})
        shots = f"/api/v1/scenes/{story['scenes'][0]['id']}/shots/"
        post(api, shots, {"facts": {"image_prompt": "A dog"}})
        plan = api.get(f"{at}pictures/").json()
        assert [shot["number"] for shot in plan["shots"]] == [1, 3]
        answer = post(api, f"{at}pictures/", {"agreed": plan["price"]["agreed"]}, **KEY)
        assert (answer.status_code, len(answer.json()["results"])) == (201, 2)
        again = post(api, f"{at}pictures/", {}, **KEY)
        assert again.status_code == 200
        assert again.json()["results"][1]["id"] == answer.json()["results"][1]["id"]
        assert post(api, f"{at}pictures/", {}).status_code == 409


class TestFilm:
    def test_the_edit_list(self, api: Client, at: str, cat: Asset) -> None:
        told = api.get(f"{at}film/").json()
        assert [cut["asset"] for cut in told["cuts"]] == [str(cat.pk)] * 2
        assert [cut["seconds"] for cut in told["cuts"]] == [1, 1]
        assert (told["lacking"], told["seconds"]) == (2, 2)
        assert told["params"]["name"] == "The cat"
        assert told["params"]["size"] == "1080p"
        black = api.get(f"{at}film/?missing=black").json()["cuts"]
        assert not any("asset" in cut for cut in black)
        refused(api.get(f"{at}film/?missing=white"), "missing", "black")

    def test_the_order(self, api: Client, at: str) -> None:
        body = {"params": {"size": "720p", "subtitles": "track"}, "missing": "black"}
        one, two = (post(api, f"{at}film/", body, **KEY) for _ in range(2))
        assert (one.status_code, two.status_code) == (201, 200)
        assert one["Location"].endswith(f"/api/v1/jobs/{one.json()['id']}/")
        params = one.json()["params"]
        assert (params["size"], params["subtitles"]) == ("720p", "track")
        assert [cut.get("asset") for cut in params["cuts"]] == [None, None]
        assert api.get(at).json()["films"] == [one.json()["id"]]
        other = post(api, f"{at}film/", {"params": {"size": "square"}}, **KEY)
        assert other.status_code == 422

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"params": {"cuts": []}}, "cuts"),
            ({"params": {"siize": "720p"}}, "siize"),
            ({"params": {"size": "8k"}}, "size"),
            ({"params": []}, "params"),
            ({"lengths": "long"}, "lengths"),
            ({"size": "720p"}, "size"),
        ],
    )
    def test_orders_that_cannot_be(self, api: Client, at: str, body: Any, field: str) -> None:
        refused(post(api, f"{at}film/", body), field)
        assert not Job.objects.exists()

    def test_no_shots_no_film(self, api: Client, at: str, story: Any) -> None:
        api.delete(f"/api/v1/scenes/{story['scenes'][0]['id']}/")
        assert api.get(f"{at}film/").json()["cuts"] == []
        assert post(api, f"{at}film/", {}).status_code == 409

    def test_the_longest_words_fit(self, api: Client, at: str, first: str) -> None:
        patch(api, first, {"facts": {"title": "x" * 200, "narration": "y" * 10_000}})
        assert post(api, f"{at}film/", {}).status_code == 201


class TestFiles:
    def test_the_story_can_be_read_again(self, api: Client, at: str, story: Any) -> None:
        file = api.get(f"{at}files/story.json")
        assert file["Content-Disposition"] == 'attachment; filename="the-cat-story.json"'
        assert file["X-Content-Type-Options"] == "nosniff"
        text = file.getvalue().decode()
        again = post(api, "/api/v1/stories/", {"text": text}).json()
        assert [s["facts"] for s in shots_of(again)] == [s["facts"] for s in shots_of(story)]

    def test_the_table_can_be_read_again(self, api: Client, at: str) -> None:
        text = api.get(f"{at}files/shots.csv").getvalue().decode("utf-8-sig")
        draft = script.read(text).draft
        assert draft
        assert [shot.fields.get("title") for shot in draft.shots] == ["Wall", None]

    def test_the_pictures(self, api: Client, at: str, picture: Any) -> None:
        content = api.get(f"{at}files/stills.zip").getvalue()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.namelist() == ["001-wall.png"]
            assert archive.read("001-wall.png")[:4] == b"\x89PNG"

    @pytest.mark.parametrize("name", ["film.edl", "film.csv"])
    def test_the_lists(self, api: Client, at: str, name: str) -> None:
        assert api.get(f"{at}files/{name}?fps=30&transition=dip").status_code == 200
        refused(api.get(f"{at}files/{name}?fps=31"), "fps", "29.97")

    def test_another_name(self, api: Client, at: str) -> None:
        answer = api.get(f"{at}files/passwd")
        assert answer.status_code == 404
        assert "story.json" in answer.json()["message"]

    def test_the_page_gives_the_same(self, api: Client, at: str, sign_in: Any, alice: Any) -> None:
        page = sign_in(alice).get(reverse("story-file", args=[at.split("/")[4], "shots.csv"]))
        assert page.getvalue() == api.get(f"{at}files/shots.csv").getvalue()
