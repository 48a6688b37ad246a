"""Large files over the API."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.models import Asset, PartUpload
from assets.services import uploads
from tests.api.conftest import post

BYTES = "application/octet-stream"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 1000)


def test_a_file_in_parts(api: Client, picture: Callable[..., bytes]) -> None:
    whole = picture((60, 40), "BMP")
    told = {"name": "big.bmp", "size": len(whole), "tags": ["sea"]}
    begun = post(api, "/api/v1/uploads/", told)
    assert begun.status_code == 201
    said, path = begun.json(), begun["Location"]
    assert said["part_size"] == 1000
    assert said["missing"] == list(range(1, said["parts"] + 1))
    for number in said["missing"]:
        part = whole[(number - 1) * 1000 : number * 1000]
        checksum = {"X-Part-SHA256": hashlib.sha256(part).hexdigest()}
        answer = api.put(f"{path}parts/{number}/", part, content_type=BYTES, headers=checksum)
        assert answer.status_code == 200, answer.content
    assert api.get(path).json()["missing"] == []
    made = api.post(f"{path}complete/")
    assert made.status_code == 201
    assert made.json()["tags"] == ["sea"]
    assert made.json()["twin"] is None
    assert api.post(f"{path}complete/").json()["id"] == made.json()["id"]
    assert (
        api.get(path).json() | {"state": "done", "asset": made.json()["id"]} == api.get(path).json()
    )
    again = api.put(f"{path}parts/1/", whole[:1000], content_type=BYTES)
    assert again.status_code == 409
    assert api.get("/api/v1/uploads/").json()["results"][0]["id"] == said["id"]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert Asset.objects.count() == 1


def test_what_is_wrong_is_named(api: Client, picture: Callable[..., bytes]) -> None:
    whole = picture((60, 40), "BMP")
    path = post(api, "/api/v1/uploads/", {"name": "a.bmp", "size": len(whole)})["Location"]
    for part, number, status, words in (
        (whole[:10], 1, 400, "it must have exactly 1000"),
        (b"", 1, 400, "has 0 bytes"),
        (whole[:1000], 99, 400, "There is no part 99"),
        (bytes(9 * 1024**2), 1, 413, "The request is too large"),
    ):
        answer = api.put(f"{path}parts/{number}/", part, content_type=BYTES)
        assert answer.status_code == status
        assert words in answer.json()["message"]
    answer = api.put(f"{path}parts/1/", "{}", content_type="application/json")
    assert answer.status_code == 415
    answer = api.post(f"{path}complete/")
    assert answer.status_code == 400
    assert "parts are missing: 1, 2" in answer.json()["message"]
    for body in ({"name": "a", "size": 0}, {"name": "a"}, {"name": "", "size": 5}, []):
        assert post(api, "/api/v1/uploads/", body).status_code == 400  # type: ignore[arg-type]
    large = post(api, "/api/v1/uploads/", {"name": "a", "size": 10**12})
    assert large.status_code == 400
    assert "at most 200 MB" in large.json()["message"]
    assert PartUpload.objects.count() == 1


def test_an_upload_tells_what_it_equals(api: Client, picture: Callable[..., bytes]) -> None:
    def send() -> Any:
        file = SimpleUploadedFile("a.png", picture())
        return api.post("/api/v1/assets/", {"file": file}).json()

    first, second = send(), send()
    assert first["twin"] is None
    assert second["twin"]["asset"] == first["id"]
    assert second["twin"]["exact"] is True
    assert "is the same file as “A”" in second["twin"]["message"]


def test_alike(api: Client, cat: Asset, picture: Callable[..., bytes]) -> None:
    file = SimpleUploadedFile("near.jpg", picture(format="JPEG"))
    near = api.post("/api/v1/assets/", {"file": file}).json()
    found = api.get(f"/api/v1/assets/{cat.pk}/alike/").json()
    assert [row["id"] for row in found["results"]] == [near["id"]]
    listed = api.get(f"/api/v1/assets/?like={cat.pk}").json()["results"]
    assert {row["id"] for row in listed} == {near["id"], str(cat.pk)}
    assert api.get("/api/v1/assets/?like=cat").status_code == 400


def test_storage(api: Client, cat: Asset) -> None:
    told = api.get("/api/v1/storage/").json()
    assert told["used"] == cat.size
    assert told["limit"] is None
    image = {"name": "image", "label": "Picture", "files": 1, "size": cat.size}
    assert told["kinds"] == [image]
    assert told["trash"]["files"] == 0
