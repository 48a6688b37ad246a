"""The pages that order a library: who may see them, who may change something by them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from assets import services
from assets.media import filesize
from assets.models import Archive, Asset, BulkChange, Collection, Import, Tag
from assets.services import archives, bulk, collections, imports
from assets.views import cull
from billing.models import Account, User
from studio import jobs
from studio.jobs import needed
from studio.models import Job
from tests.studio.pages import NOBODY, said

PAGES = ("collections", "tags", "archives", "cull")
ACTIONS = ("bulk-undo", "collection-change", "collection-delete", "archive-delete", "asset-judge")
ACTIONS += ("import-delete",)
TAG_ACTIONS = ("tag-rename", "tag-delete")
JSON = {"Accept": "application/json"}


@pytest.fixture
def ids(cat: Asset, account: Account, alice: User) -> dict[str, Any]:
    change = bulk.apply(account, alice, "tag", ["sea"], [cat.pk]).change
    assert change
    archive = archives.order(account, alice, [cat.pk])
    box = collections.make(account, "Box")
    tag = Tag.objects.get().pk
    row = imports.order(account, alice, ContentFile(b"PK\3\4nothing"), "a.zip")
    return {"import": row.pk, "bulk": change.pk, "collection": box.pk, "archive": archive.pk} | {
        "asset": cat.pk,
        "tag": tag,
    }


def address(name: str, ids: dict[str, Any]) -> str:
    return reverse(name, args=[ids[name.split("-")[0]]])


def everything() -> list[Any]:
    return [list(m.objects.values()) for m in (Asset, Collection, Tag, BulkChange, Archive, Import)]


@pytest.mark.parametrize("page", PAGES)
def test_every_member_sees_them_and_strangers_see_nothing_of_ours(
    page: str, ids: dict[str, Any], sign_in: Any, alice: User, vera: User, charlie: User
) -> None:
    for person in (alice, vera):
        text = said(sign_in(person).get(reverse(page)))
        assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", text)
    theirs = said(sign_in(charlie).get(reverse(page)))
    assert not any(str(pk) in theirs for pk in ids.values() if pk != ids["tag"])
    assert Client().get(reverse(page)).status_code == 302
    posts = re.findall(r'<form[^>]+method="post"', said(sign_in(vera).get(reverse(page))))
    assert posts == []


@pytest.mark.parametrize("name", [*ACTIONS, *TAG_ACTIONS])
def test_only_writers_of_the_account_change_things(
    name: str, ids: dict[str, Any], sign_in: Any, bob: User, vera: User, charlie: User
) -> None:
    before = everything()
    assert sign_in(vera).post(address(name, ids)).status_code == 403
    assert sign_in(charlie).post(address(name, ids)).status_code == 404
    assert sign_in(bob).get(address(name, ids)).status_code == 405
    nobody = 999 if name in TAG_ACTIONS else NOBODY
    assert sign_in(bob).post(reverse(name, args=[nobody])).status_code == 404
    assert everything() == before


@pytest.mark.parametrize("name", ["bulk", "trash-empty", "collections", "archives", "imports"])
def test_a_viewer_makes_and_empties_nothing(name: str, ids: Any, sign_in: Any, vera: User) -> None:
    before = everything()
    assert sign_in(vera).post(reverse(name), {"ids": str(ids["asset"])}).status_code == 403
    assert everything() == before


def test_a_stranger_changes_nothing_by_bulk(ids: Any, sign_in: Any, charlie: User) -> None:
    before = everything()
    sent = {"verb": "trash", "ids": str(ids["asset"])}
    answer = sign_in(charlie).post(reverse("bulk"), sent, headers=JSON)
    assert answer.json()["matched"] == 0
    assert everything() == before


def test_bulk_without_a_script(cat: Asset, sign_in: Any, alice: User) -> None:
    client = sign_in(alice)
    sent = {"verb": "rate:5", "value": "", "ids": [str(cat.pk)], "next": "/library/?kind=image"}
    answer = client.post(reverse("bulk"), sent)
    assert answer["Location"] == "/library/?kind=image"
    assert Asset.objects.get().rating == 5
    page = said(client.get(reverse("library")))
    undo = re.search(r'action="(/library/bulk/[^"]+/undo/)"', page)
    assert undo
    client.post(undo[1])
    assert Asset.objects.get().rating == 0


def test_bulk_over_a_filter_is_counted_first(cat: Asset, sign_in: Any, alice: User) -> None:
    client = sign_in(alice)
    sent = {"verb": "flag", "value": "pick", "filter": "kind=image", "dry": "1"}
    assert client.post(reverse("bulk"), sent, headers=JSON).json()["changed"] == 1
    assert Asset.objects.get().flag == ""
    del sent["dry"]
    assert client.post(reverse("bulk"), sent, headers=JSON).json()["undo"]
    assert Asset.objects.get().flag == "pick"
    wrong = client.post(reverse("bulk"), sent | {"filter": "kind=soup"}, headers=JSON)
    assert (wrong.status_code, "soup" in wrong.json()["message"]) == (422, True)


def test_what_is_wrong_is_said(cat: Asset, sign_in: Any, alice: User) -> None:
    judge = reverse("asset-judge", args=[cat.pk])
    for sent, word in (({"rating": "9"}, "0 (none)"), ({"flag": "soup"}, "soup")):
        answer = sign_in(alice).post(judge, sent, headers=JSON)
        assert (answer.status_code, word in answer.json()["message"]) == (422, True)
    made = sign_in(alice).post(reverse("collections"), {"name": " "}, headers=JSON)
    assert made.status_code == 422
    listed = sign_in(alice).get(f"{reverse('cull')}?kind=soup", headers=JSON)
    assert listed.status_code == 422


def test_a_job_keeps_its_source_in_the_trash(
    order: Callable[..., Job], cat: Asset, account: Account, sign_in: Any, alice: User
) -> None:
    job = order()
    assert needed.held([cat.pk]) == {cat.pk: f"the job “{job.title}” needs it"}
    services.trash(cat)
    answer = sign_in(alice).post(reverse("trash-empty"), follow=True)
    assert "must stay for now" in said(answer)
    jobs.cancel(job)
    assert needed.held([cat.pk]) == {}
    sign_in(alice).post(reverse("trash-empty"))
    assert not Asset.objects.exists()


def test_emptying_the_trash_says_beforehand_what_goes(
    cat: Asset, sign_in: Any, alice: User
) -> None:
    services.trash(cat)
    page = said(sign_in(alice).get(f"{reverse('library')}?status=trashed"))
    assert f"for good: 1 file, {filesize(cat.size)} become free" in page


def test_culling_goes_on_behind_what_was_shown(
    account: Account,
    alice: User,
    picture: Callable[..., bytes],
    sign_in: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cull, "PART", 2)
    for number in range(5):
        content = ContentFile(picture((64, 40 + number)))
        services.ingest(content, account=account, user=alice, filename=f"{number}.png")
    client, query, seen = sign_in(alice), "q=is:unrated", []
    after: str | None = ""
    while after is not None:
        told = client.get(f"{reverse('cull')}?{query}&after={after}", headers=JSON).json()
        for file in told["results"]:
            seen.append(file["title"])
            client.post(reverse("asset-judge", args=[file["id"]]), {"rating": "3"}, headers=JSON)
        after = told["next"] or None
    assert seen == ["4", "3", "2", "1", "0"]
    wrong = client.get(f"{reverse('cull')}?after=nothing", headers=JSON)
    assert (wrong.status_code, "cursor" in wrong.json()["message"]) == (422, True)
