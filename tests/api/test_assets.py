"""The library for programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.models import Asset
from billing.models import User
from tests.api.conftest import post

ASSETS = "/api/v1/assets/"


def upload(client: Client, content: bytes, name: str = "sea.png", **fields: Any) -> Any:
    return client.post(ASSETS, {"file": SimpleUploadedFile(name, content), **fields})


def patch(client: Client, pk: Any, data: Any) -> Any:
    return client.patch(f"{ASSETS}{pk}/", json.dumps(data), content_type="application/json")


def test_an_upload_is_an_asset(api: Client, picture: Any, alice: User) -> None:
    answer = upload(api, picture((80, 60)), title="The sea", tags=["Holiday, blue", "water"])
    assert answer.status_code == 201
    told = answer.json()
    assert answer["Location"].endswith(f"{ASSETS}{told['id']}/")
    assert (told["kind"], told["status"], told["title"]) == ("image", "ready", "The sea")
    assert sorted(told["tags"]) == ["blue", "holiday", "water"]
    assert (told["width"], told["height"], told["mime"]) == (80, 60, "image/png")
    assert told["filename"] == "sea.png"
    assert told["job"] is told["trashed"] is None
    assert Asset.objects.get().user == alice
    assert told.pop("twin") is None
    assert api.get(answer["Location"]).json() == told


def test_the_addresses_of_its_files(api: Client, cat: Asset) -> None:
    addresses = api.get(f"{ASSETS}{cat.pk}/").json()["files"]
    original = api.get(addresses["original"])
    content = b"".join(original.streaming_content)
    assert content == cat.file.open().read()
    assert original["Content-Type"] == "image/png"
    assert original["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in original["Content-Security-Policy"]
    assert not original["Content-Disposition"].startswith("attachment")
    kept = api.get(addresses["download"])
    assert kept["Content-Disposition"] == 'attachment; filename="cat.png"'
    for still in ("thumbnail", "poster"):
        assert api.get(addresses[still])["Content-Type"].startswith("image/")
    part = api.get(addresses["original"], headers={"Range": "bytes=1-3"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"PNG")
    assert part["Content-Range"] == f"bytes 1-3/{len(content)}"
    same = api.get(addresses["original"], headers={"If-None-Match": original["ETag"]})
    assert same.status_code == 304
    beyond = api.get(addresses["original"], headers={"Range": "bytes=9999999-"})
    assert beyond.status_code == 416


def test_a_file_that_is_gone(api: Client, cat: Asset) -> None:
    cat.file.storage.delete(cat.file.name)
    answer = api.get(f"{ASSETS}{cat.pk}/file/")
    assert answer.status_code == 404
    assert set(answer.json()) == {"message", "errors"}
    assert api.get(f"{ASSETS}{cat.pk}/").json()["status"] == "damaged"


def test_changes(api: Client, cat: Asset) -> None:
    told = patch(api, cat.pk, {"title": "Tom", "tags": ["Grey", "soft"], "alt": "A cat"}).json()
    assert (told["title"], told["tags"], told["alt"]) == ("Tom", ["grey", "soft"], "A cat")
    told = patch(api, cat.pk, {"favorite": True, "tags": []}).json()
    assert (told["title"], told["tags"], told["favorite"]) == ("Tom", [], True)
    assert patch(api, cat.pk, {}).status_code == 200
    cat.refresh_from_db()
    assert (cat.title, cat.alt, cat.favorite) == ("Tom", "A cat", True)


def test_favorites(api: Client, cat: Asset) -> None:
    address = f"{ASSETS}{cat.pk}/favorite/"
    for _ in range(2):
        assert api.post(address).json()["favorite"] is True
    for _ in range(2):
        assert api.delete(address).json()["favorite"] is False


def test_trash_and_restore(api: Client, cat: Asset) -> None:
    assert api.delete(f"{ASSETS}{cat.pk}/").status_code == 204
    assert api.get(ASSETS).json()["results"] == []
    (trashed,) = api.get(f"{ASSETS}?status=trashed").json()["results"]
    assert trashed["trashed"]
    assert api.get(f"{ASSETS}{cat.pk}/").status_code == 200
    told = api.post(f"{ASSETS}{cat.pk}/restore/").json()
    assert told["trashed"] is None
    assert len(api.get(ASSETS).json()["results"]) == 1


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"title": ""}, "title", "at least one letter"),
        ({"title": "x" * 201}, "title", "200"),
        ({"title": 5}, "title", "Give text"),
        ({"title": None}, "title", "null"),
        ({"title": "a\x00b"}, "title", "Null"),
        ({"alt": "x" * 301}, "alt", "300"),
        ({"alt": ["x"]}, "alt", "Give text"),
        ({"tags": "sea"}, "tags", "list"),
        ({"tags": ["x" * 61]}, "tags", "60"),
        ({"tags": [5]}, "tags", "Give text"),
        ({"tags": [{}]}, "tags", "Give text"),
        ({"tags": ["x"] * 51}, "tags", "50"),
        ({"tags": {"a": 1}}, "tags", "list"),
        ({"favorite": "yes"}, "favorite", "true or false"),
        ({"favorite": 1}, "favorite", "true or false"),
        ({"favorite": None}, "favorite", "null"),
        ({"focus": [0.5]}, "focus", "2"),
        ({"focus": [0.5, 1.5]}, "focus", "1"),
        ({"focus": "left"}, "focus", "list"),
        ({"kind": "video"}, "kind", "not known"),
        ({"id": "x"}, "id", "not known"),
        ([], "", "object"),
        ("x", "", "object"),
        (None, "", "object"),
    ],
    ids=lambda v: repr(v)[:30],
)
def test_a_change_that_cannot_be(
    api: Client, cat: Asset, data: Any, field: str, words: str
) -> None:
    answer = patch(api, cat.pk, data)
    assert answer.status_code == 400
    wrong = answer.json()["errors"][0]
    assert wrong["field"] == field
    assert words in wrong["message"]
    cat.refresh_from_db()
    assert (cat.title, cat.alt, cat.favorite, cat.tags.count()) == ("The cat", "", False, 0)


def test_the_point_that_stays_in_view(api: Client, cat: Asset) -> None:
    assert api.get(f"{ASSETS}{cat.pk}/").json()["focus"] is None
    assert patch(api, cat.pk, {"focus": [0.25, 0.75]}).json()["focus"] == [0.25, 0.75]
    assert patch(api, cat.pk, {"alt": "A cat"}).json()["focus"] == [0.25, 0.75]
    assert patch(api, cat.pk, {"focus": None}).json()["focus"] is None


def test_a_title_of_nothing_that_shows(api: Client, cat: Asset) -> None:
    answer = patch(api, cat.pk, {"title": "\x07\x07"})
    assert answer.status_code == 400
    assert "title is empty" in answer.json()["message"]


def test_an_upload_that_cannot_be(api: Client, picture: Any, db: None) -> None:
    for fields, field in (
        ({"title": "x" * 201}, "title"),
        ({"tags": "x" * 61}, "tags"),
        ({"kind": "image"}, "kind"),
        ({"title": ["a", "b"]}, "title"),
    ):
        answer = upload(api, picture(), **fields)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == field
    without = api.post(ASSETS, {"title": "The sea"})
    assert without.status_code == 400
    assert without.json()["errors"][0]["field"] == "file"
    text = api.post(ASSETS, {"file": "the sea"})
    assert text.status_code == 400
    as_json = post(api, ASSETS, {"file": "x"})
    assert as_json.status_code == 415
    assert "multipart/form-data" in as_json.json()["message"]
    assert not Asset.objects.exists()


class TestList:
    @pytest.fixture
    def several(self, api: Client, picture: Any) -> list[str]:
        ids = [
            upload(api, picture((40 + n, 40)), f"{n}.png", title=title, tags=tags).json()["id"]
            for n, (title, tags) in enumerate(
                [("Harbour", "sea"), ("Alps", "snow"), ("Beach", "sea"), ("Harbour", "night")]
            )
        ]
        api.post(f"{ASSETS}{ids[1]}/favorite/")
        return ids

    def titles(self, api: Client, query: str) -> list[str]:
        answer = api.get(f"{ASSETS}?{query}")
        assert answer.status_code == 200, answer.content
        return [asset["title"] for asset in answer.json()["results"]]

    def test_search_and_filters(self, api: Client, several: list[str]) -> None:
        assert self.titles(api, "q=harb") == ["Harbour", "Harbour"]
        assert self.titles(api, "tag=sea") == ["Beach", "Harbour"]
        assert self.titles(api, "tag=sea&q=beach") == ["Beach"]
        assert self.titles(api, "favorite=true") == ["Alps"]
        assert self.titles(api, "kind=video") == []
        assert self.titles(api, "origin=upload&module=upload&page_size=1") == ["Harbour"]
        assert self.titles(api, "added_before=2020-01-01") == []
        assert len(self.titles(api, "added_after=2020-01-01&status=ready")) == 4

    def test_order(self, api: Client, several: list[str]) -> None:
        assert self.titles(api, "ordering=created") == ["Harbour", "Alps", "Beach", "Harbour"]
        assert self.titles(api, "ordering=title") == ["Alps", "Beach", "Harbour", "Harbour"]

    @pytest.mark.parametrize(
        "order", ["-created", "created", "-updated", "updated", "title", "-title", "size", "-size"]
    )
    def test_pages_in_every_order_have_everything_once(
        self, api: Client, several: list[str], order: str
    ) -> None:
        seen, address = [], f"{ASSETS}?page_size=1&ordering={order}"
        while address:
            page = api.get(address).json()
            seen += page["results"]
            address = page["next"]
        field = order.lstrip("-")
        values = [asset[field] for asset in seen]
        assert values == sorted(values, reverse=order.startswith("-"))
        assert sorted(asset["id"] for asset in seen) == sorted(several)

    @pytest.mark.parametrize(
        "query",
        [
            "kind=picture",
            "status=lost",
            "favorite=maybe",
            "added_after=never",
            "added_before=9999-12-31",
            "q=" + "x" * 1001,
            "q=" + "+".join("abcdefghijklmnopqrstuvwxyz" * 2),
            "q=%00",
            "tag=" + "x" * 201,
            "ordering=duration",
            "ordering=account__balance",
            "limit=5",
            "page_size=x",
            "cursor=" + "x" * 3000,
        ],
    )
    def test_a_query_that_cannot_be(self, api: Client, several: list[str], query: str) -> None:
        answer = api.get(f"{ASSETS}?{query}")
        assert answer.status_code == 400
        assert answer.json()["message"]

    def test_words_that_mean_something_to_a_database(self, api: Client, several: list[str]) -> None:
        for text in ("a%25", "a_", "a'", "' OR 1=1 --", "a -", 'a "" -""', "a*", "NEAR a", "a:* x"):
            answer = api.get(ASSETS, {"q": text})
            assert answer.status_code in (200, 400)
        for text in ('"', "\\", "-", "*", "(", "NEAR(", "typ:image"):
            wrong = api.get(ASSETS, {"q": text})
            assert wrong.status_code == 400
            problem = wrong.json()["errors"][0]
            assert problem["field"] == "q"
            assert 0 <= problem["start"] <= problem["end"] <= len(text)

    def test_the_number_of_queries_does_not_grow(
        self, api: Client, several: list[str], django_assert_max_num_queries: Any
    ) -> None:
        # Of the two for the page one looks among the newest, where most pages are.
        with django_assert_max_num_queries(7):
            assert len(api.get(ASSETS).json()["results"]) == 4


class TestForGood:
    def test_only_what_is_in_the_trash_goes_for_good(self, api: Client, cat: Asset) -> None:
        address = f"/api/v1/assets/{cat.pk}/"
        refused = api.delete(f"{address}?forever=true")
        assert refused.status_code == 409
        assert "Move it there first" in refused.json()["message"]
        assert api.delete(address).status_code == 204
        assert api.delete(f"{address}?forever=true").status_code == 204
        assert api.get(address).status_code == 404
