"""The pages of imports, and what the pages of assets do with recipes that came from outside."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assets.models import Asset, Import, PartUpload
from assets.services import imports
from billing.models import Account, User
from studio.operations.transform import IMAGE_TO_VIDEO
from tests.assets.zips import brought, counts, foreign, ours
from tests.studio.pages import said

JSON = {"Accept": "application/json"}
STRANGE: list[dict[str, Any]] = [
    {"operation": IMAGE_TO_VIDEO.key},
    {"operation": IMAGE_TO_VIDEO.key, "params": {"image": 5, "duration": "x", "motion": [1]}},
    {"operation": IMAGE_TO_VIDEO.key, "params": {"image": {"a": []}, "duration": {}, "seed": {}}},
    {"operation": "crop", "offer": "none", "provider": "x", "params": {"box": "no", "image": []}},
    {"operation": "no such", "params": {"items": [1, 2], "a": {"b": None}}, "notes": ["n"]},
    {"imported": "Somebody", "params": {"prompt": "a", "items": "abc"}},
    {"imported": "Somebody", "params": {"prompt": 5, "seed": [1]}},
    {"params": {"prompt": ["x"]}},
]


@pytest.mark.parametrize("recipe", STRANGE, ids=[json.dumps(one)[:60] for one in STRANGE])
def test_a_strange_recipe_breaks_no_page(
    account: Account, alice: User, sign_in: Any, picture: Any, recipe: dict[str, Any]
) -> None:
    row = brought(account, ours(("a.png", picture(), {"title": "A", "recipe": recipe})), alice)
    assert counts(row) == (1, 0, 0)
    asset, client = Asset.objects.get(), sign_in(alice)
    assert client.get(reverse("asset", args=[asset.pk])).status_code == 200
    for module, key in (("transform", IMAGE_TO_VIDEO.key), ("edit", "crop")):
        answer = client.get(f"{reverse('operation', args=[module, key])}?from={asset.pk}")
        assert answer.status_code == 200
    assert client.get(f"/api/v1/assets/{asset.pk}/recipe/").status_code == 200
    assert client.get(f"/api/v1/assets/{asset.pk}/").status_code == 200


def test_the_report(
    account: Account, alice: User, sign_in: Any, charlie: User, picture: Any
) -> None:
    client = sign_in(alice)
    file = SimpleUploadedFile("some.zip", foreign(("a.png", picture()), ("b.pdf", b"%PDF-1.7")))
    answer = client.post(reverse("imports"), {"file": file}, headers=JSON)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["words"], told["over"]) == ("Waiting", False)
    waiting = said(client.get(told["url"]))
    assert 'hx-trigger="every 1s"' in waiting
    assert 'hx-trigger="every 2s"' in said(client.get(reverse("archives")))
    imports.unpack(told["id"])
    told = client.get(told["url"], headers=JSON).json()
    assert (told["words"], told["over"], told["share"]) == ("1 new, 1 refused", True, 1)
    page = said(client.get(told["url"]))
    assert "b.pdf" in page
    assert "a PDF document" in page
    assert "every 1s" not in page
    assert "some.zip" in said(client.get(reverse("archives")))
    assert sign_in(charlie).get(told["url"]).status_code == 404
    assert "some.zip" not in said(sign_in(charlie).get(reverse("archives")))
    assert (
        client.post(reverse("import-delete", args=[told["id"]]))["Location"] == "/library/archives/"
    )
    assert not Import.objects.exists()
    assert Asset.objects.count() == 1


def test_what_is_no_zip_is_refused_in_words(alice: User, sign_in: Any) -> None:
    client = sign_in(alice)
    sent = {"file": SimpleUploadedFile("a.zip", b"GIF89a")}
    answer = client.post(reverse("imports"), sent, headers=JSON)
    assert (answer.status_code, "not a ZIP" in answer.json()["message"]) == (422, True)
    answer = client.post(reverse("imports"), {}, headers=JSON)
    assert "No ZIP was sent" in answer.json()["message"]
    sent = {"file": SimpleUploadedFile("a.zip", b"GIF89a")}
    assert client.post(reverse("imports"), sent)["Location"] == reverse("archives")
    assert "not a ZIP" in said(client.get(reverse("archives")))
    assert client.post(reverse("imports"), {"upload": "no"}).status_code == 404


def test_the_api_says_what_was_refused(account: Account, alice: User, sign_in: Any) -> None:
    client = sign_in(alice)
    row = imports.order(account, alice, ContentFile(foreign(("b.pdf", b"%PDF-1.7"))), "a.zip")
    imports.unpack(row.pk)
    told = client.get(f"/api/v1/imports/{row.pk}/").json()
    assert (told["state"], told["refused"], told["ours"]) == ("done", 1, False)
    assert told["problems"][0]["name"] == "b.pdf"
    body = {"name": "a.png", "size": 9, "kind": "image"}
    begun = client.post("/api/v1/uploads/", body, content_type="application/json").json()
    sent = {"upload": begun["id"]}
    answer = client.post("/api/v1/imports/", sent, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "upload"
    assert "did not begin as a ZIP" in answer.json()["message"]
    theirs = {"upload": "0" * 32}
    assert (
        client.post("/api/v1/imports/", theirs, content_type="application/json").status_code == 404
    )
    assert PartUpload.objects.count() == 1
