"""Who may do what with stories, for every endpoint of theirs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from assets.models import Asset
from billing.models import User
from studio.api.auth import Burst, Writes
from studio.api.story.urls import urlpatterns
from studio.models import Job, Scene, Shot, Story
from tests.api.conftest import shots_of

# name, method, path, whether it changes something, the body
TABLE: list[tuple[str, str, str, bool, Any]] = [
    ("stories", "get", "stories/", False, None),
    ("stories", "post", "stories/", True, {"title": "New"}),
    ("podcasts", "post", "podcasts/", True, {"audio": "{asset}", "times": "00:00 Anna"}),
    ("story", "get", "stories/{story}/", False, None),
    ("story", "patch", "stories/{story}/", True, {"facts": {"style": "ink"}}),
    ("story", "delete", "stories/{story}/", True, None),
    ("story-client", "post", "stories/{story}/client/", True, {"client": "none"}),
    ("story-lay", "post", "stories/{story}/lay/", True, {}),
    ("story-lay", "delete", "stories/{story}/lay/", True, None),
    ("story-missing", "get", "stories/{story}/missing/", False, None),
    ("story-missing", "post", "stories/{story}/missing/", True, {}),
    ("story-pictures", "get", "stories/{story}/pictures/", False, None),
    ("story-pictures", "post", "stories/{story}/pictures/", True, {}),
    ("story-stop", "post", "stories/{story}/stop/", True, {}),
    ("story-film", "get", "stories/{story}/film/", False, None),
    ("story-film", "post", "stories/{story}/film/", True, {}),
    ("story-file", "get", "stories/{story}/files/story.json", False, None),
    ("scenes", "post", "stories/{story}/scenes/", True, {"facts": {"title": "B"}}),
    ("scene", "patch", "scenes/{scene}/", True, {"facts": {"title": "B"}}),
    ("scene", "delete", "scenes/{scene}/", True, None),
    ("scene-move", "post", "scenes/{scene}/move/", True, {"place": 1}),
    ("shots", "post", "scenes/{scene}/shots/", True, {}),
    ("shot", "get", "shots/{shot}/", False, None),
    ("shot", "patch", "shots/{shot}/", True, {"facts": {"energy": 0.5}}),
    ("shot", "delete", "shots/{shot}/", True, None),
    ("shot-move", "post", "shots/{shot}/move/", True, {"place": 2}),
    ("shot-duplicate", "post", "shots/{shot}/duplicate/", True, {}),
    ("shot-split", "post", "shots/{shot}/split/", True, {}),
    ("takes", "post", "shots/{shot}/takes/", True, {}),
    ("shot-choose", "post", "shots/{shot}/choose/", True, {"take": None}),
    ("shot-stop", "post", "shots/{shot}/stop/", True, {}),
    ("shot-picture", "get", "shots/{shot}/picture/", False, None),
    ("shot-picture", "post", "shots/{shot}/picture/", True, {}),
    ("shot-prompt", "post", "shots/{shot}/prompt/", True, {}),
]
# Sound requests that this story gives no reason for.
NOT_NOW = {
    "podcasts": (400,),
    "story-client": (400,),
    "story-lay": (409, 204),
    "story-pictures": (200, 409),
}
Ask = Callable[..., Any]


@pytest.fixture
def ask(story: dict[str, Any], cat: Asset, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """ask(client, row, **ids) → the answer to a request about Alice's story, however many there
    are in a second."""
    monkeypatch.setattr(Burst, "rate", "1000/s")
    mine = {
        "story": story["id"],
        "scene": story["scenes"][0]["id"],
        "shot": shots_of(story)[0]["id"],
    }

    def send(client: Client, row: Any, **ids: Any) -> Any:
        _, method, path, _, body = row
        path = "/api/v1/" + path.format(**{**mine, **ids})
        if isinstance(body, dict) and "audio" in body:
            body = {**body, "audio": str(cat.pk)}
        if method == "get":
            return client.get(path)
        return getattr(client, method)(path, body, content_type="application/json")

    return send


def test_the_table_has_every_endpoint() -> None:
    methods = {
        (pattern.name, method)
        for pattern in urlpatterns
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.view_class, method)  # type: ignore[union-attr]
    }
    assert methods == {(name, method) for name, method, _, _, _ in TABLE}


def test_members_may_do_everything(ask: Ask, bob: User, client_of: Any) -> None:
    client = client_of(bob)
    kinds = ("shots", "scenes", "stories", "podcasts")
    # What is deleted comes last, the shot before its scene before its story.
    last = sorted(
        TABLE, key=lambda r: (r[1] == "delete", kinds.index(r[2].split("/")[0]), -len(r[2]))
    )
    for row in last:
        expected = NOT_NOW.get(row[0], (200, 201, 204))
        assert ask(client, row).status_code in expected, row


def test_a_visitor_gets_nowhere(ask: Ask) -> None:
    for row in TABLE:
        answer = ask(Client(), row)
        assert answer.status_code == 401, row
        assert set(answer.json()) == {"message", "errors"}


def test_a_stranger_finds_nothing(ask: Ask, charlie: User, client_of: Any) -> None:
    client = client_of(charlie)
    for row in TABLE:
        about = next((kind for kind in ("story", "scene", "shot") if f"{{{kind}}}" in row[2]), "")
        if not about:
            continue
        answer, missing = ask(client, row), ask(client, row, **{about: uuid.uuid4()})
        assert answer.status_code == missing.status_code == 404, row
        told, words = answer.json()["message"], missing.json()["message"]
        assert told.rsplit(" ", 1)[0] == words.rsplit(" ", 1)[0], row
    assert client.get("/api/v1/stories/").json() == {"results": [], "next": None}
    assert not Job.objects.exists()
    assert (Story.objects.count(), Scene.objects.count(), Shot.objects.count()) == (1, 1, 2)


def test_a_strangers_files_are_not_taken(
    charlie: User, client_of: Any, cat: Asset, story: Any
) -> None:
    """Nor his scenes: a shot stays in its story."""
    client = client_of(charlie)
    mine = client.post("/api/v1/stories/", {"title": "Mine"}, content_type="application/json")
    shot = shots_of(mine.json())[0]["id"]
    theirs = str(cat.pk)
    for path, body in (
        (f"shots/{shot}/takes/", {"asset": theirs}),
        (f"shots/{shot}/move/", {"place": 1, "scene": story["scenes"][0]["id"]}),
        ("podcasts/", {"audio": theirs, "times": "00:00 Anna"}),
    ):
        answer = client.post(f"/api/v1/{path}", body, content_type="application/json")
        assert answer.status_code == 404, path
    for path, body in (
        (f"shots/{shot}/", {"still": theirs}),
        (f"shots/{shot}/", {"voice": theirs}),
        (f"stories/{mine.json()['id']}/", {"track": theirs}),
    ):
        answer = client.patch(f"/api/v1/{path}", body, content_type="application/json")
        assert answer.status_code == 404, path
        assert answer.json()["errors"][0]["field"] == next(iter(body))


def test_a_viewer_and_a_read_only_key_may_look_only(
    ask: Ask, alice: User, vera: User, client_of: Any, sign_in: Any
) -> None:
    before = list(Shot.objects.values_list("pk", "facts", "still", "linked"))
    for client in (sign_in(vera), client_of(alice, read_only=True)):
        for row in TABLE:
            answer = ask(client, row)
            assert answer.status_code == (403 if row[3] else 200), row
    assert not Job.objects.exists()
    assert Story.objects.live().count() == 1
    assert list(Shot.objects.values_list("pk", "facts", "still", "linked")) == before


def test_a_deleted_story_is_gone_with_its_parts(api: Client, ask: Ask) -> None:
    assert ask(api, ("", "delete", "stories/{story}/", True, None)).status_code == 204
    for row in TABLE:
        if "{" in row[2]:
            assert ask(api, row).status_code == 404, row


def test_writes_are_counted(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Writes, "rate", "2/min")
    body = {"title": "Again"}
    codes = [
        api.post("/api/v1/stories/", body, content_type="application/json").status_code
        for _ in range(3)
    ]
    assert codes == [201, 201, 429]
