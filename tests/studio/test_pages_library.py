"""The library: paging, filters, hearts, trash, editing, lineage."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assets import services
from assets.models import Asset
from assets.services import collections
from billing.models import Account, User
from studio.views.shell import modules
from tests.studio.pages import NOBODY, People, said


@pytest.fixture
def many(account: Account, alice: User, picture: Callable[..., bytes]) -> list[Asset]:
    """Forty pictures; the first is the oldest."""
    first = services.ingest(
        SimpleUploadedFile("sea.png", picture()), account=account, user=alice, filename="sea.png"
    )
    rows = [
        Asset(
            account=account,
            kind="image",
            title=f"Sea {n}",
            file=first.file,
            size=1,
            mime="image/png",
        )
        for n in range(39)
    ]
    return [first, *Asset.objects.bulk_create(rows)]


def test_pages_of_the_library_show_everything_once(
    many: list[Asset], sign_in: People, alice: User
) -> None:
    client, seen, following = sign_in(alice), [], reverse("library")
    while following:
        text = said(client.get(following))
        seen += re.findall(r'class="link-cover" href="/library/([^/]+)/"', text)
        more = re.search(r'hx-get="(\?[^"]*after=[^"]+)"', text)
        following = reverse("library") + more[1].replace("&amp;", "&") if more else ""
    assert sorted(seen) == sorted(str(asset.pk) for asset in many)
    assert len(seen) == 40


def test_an_empty_result_says_which_filter_to_drop(
    cat: Asset, sign_in: People, alice: User
) -> None:
    text = said(sign_in(alice).get(f"{reverse('library')}?kind=video&q=cat"))
    assert "Nothing fits all of this" in text
    assert re.search(r'href="\?q=cat">without <b>type:video</b> → 1 file<', text)
    assert "without <b>cat</b>" not in text, "that would find nothing either"
    text = said(sign_in(alice).get(f"{reverse('library')}?q=nowhere+type:video"))
    assert "Show everything" in text
    assert "Take one filter off" not in text


@pytest.mark.parametrize(
    "query",
    ["kind=poem", "status=lost", "added_after=yesterday", "favorite=perhaps", "q=" + "x" * 9000],
)
def test_a_filter_that_cannot_be_is_explained(
    query: str, cat: Asset, sign_in: People, alice: User
) -> None:
    response = sign_in(alice).get(f"{reverse('library')}?{query}")
    assert response.status_code == 200
    assert 'class="notice bad"' in said(response)


@pytest.mark.parametrize("after", ["nonsense", str(NOBODY), ""])
def test_a_place_in_the_list_that_is_gone_begins_again(
    after: str, cat: Asset, sign_in: People, alice: User
) -> None:
    assert str(cat.pk) in said(sign_in(alice).get(f"{reverse('library')}?after={after}"))


def test_the_picker_offers_one_kind(cat: Asset, sign_in: People, alice: User) -> None:
    assert str(cat.pk) in said(sign_in(alice).get(f"{reverse('library')}?pick=image"))
    assert str(cat.pk) not in said(sign_in(alice).get(f"{reverse('library')}?pick=audio"))


def test_a_heart_is_what_was_asked_for(cat: Asset, sign_in: People, alice: User) -> None:
    client, address = sign_in(alice), reverse("asset-favorite", args=[cat.pk])
    for wanted in ("1", "1", "0"):
        answer = client.post(address, {"favorite": wanted}, headers={"Accept": "application/json"})
        assert answer.json() == {"favorite": wanted == "1"}
    for wanted, expected in (("/library/", "/library/"), ("https://evil.example/", None)):
        response = client.post(address, {"favorite": "1", "next": wanted})
        assert response.headers["Location"] == (expected or reverse("asset", args=[cat.pk]))
    cat.refresh_from_db()
    assert cat.favorite


def test_trash_can_be_undone_from_the_page_it_leads_to(
    cat: Asset, sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    page = said(client.post(reverse("asset-trash", args=[cat.pk]), follow=True))
    undo = reverse("asset-restore", args=[cat.pk])
    assert f'action="{undo}"' in page
    assert str(cat.pk) in said(client.get(f"{reverse('library')}?status=trashed"))
    client.post(undo)
    cat.refresh_from_db()
    assert cat.trashed is None


def test_only_what_is_in_the_trash_is_deleted_for_good(
    cat: Asset, sign_in: People, alice: User
) -> None:
    client, address = sign_in(alice), reverse("asset-purge", args=[cat.pk])
    client.post(address)
    assert Asset.objects.filter(pk=cat.pk).exists()
    client.post(reverse("asset-trash", args=[cat.pk]))
    assert f'action="{address}"' in said(client.get(reverse("asset", args=[cat.pk])))
    client.post(address)
    assert not Asset.objects.filter(pk=cat.pk).exists()


def test_title_tags_and_description_are_edited_in_place(
    cat: Asset, sign_in: People, alice: User
) -> None:
    client, address = sign_in(alice), reverse("asset-edit", args=[cat.pk])
    client.post(address, {"title": "<Tom>", "tags": "pets, Red, pets", "alt": "A red cat"})
    cat.refresh_from_db()
    assert (cat.title, cat.alt) == ("<Tom>", "A red cat")
    assert list(cat.tags.values_list("name", flat=True)) == ["pets", "red"]
    page = said(client.get(reverse("asset", args=[cat.pk])))
    assert "&lt;Tom&gt;" in page
    refused = client.post(address, {"title": " ", "tags": "kept", "alt": ""})
    assert refused.status_code == 422
    assert "The title is empty." in said(refused)
    assert 'value="kept"' in said(refused)


def test_lineage_leads_both_ways(cat: Asset, sign_in: People, alice: User) -> None:
    made = Asset.objects.create(
        account=cat.account, kind="video", title="Film", size=1, mime="video/mp4"
    )
    made.parents.add(cat)
    client = sign_in(alice)
    assert f'href="{reverse("asset", args=[made.pk])}"' in said(
        client.get(reverse("asset", args=[cat.pk]))
    )
    assert f'href="{reverse("asset", args=[cat.pk])}"' in said(
        client.get(reverse("asset", args=[made.pk]))
    )


def test_a_missing_file_is_said_and_never_shown_broken(
    cat: Asset, sign_in: People, alice: User
) -> None:
    Asset.objects.update(status="damaged")
    page = said(sign_in(alice).get(reverse("asset", args=[cat.pk])))
    assert "missing from the storage" in page
    assert reverse("asset-file", args=[cat.pk, "original"]) not in page


# --- the first time -----------------------------------------------------------------------------


def test_an_empty_library_has_all_that_its_first_files_will_need(
    sign_in: People, alice: User, vera: User
) -> None:
    text = said(sign_in(alice).get(reverse("library")))
    for part in ("finder", "facets", "found", "collect", "storage"):
        assert f'id="{part}"' in text
    assert 'class="empty panel first-time"' in text
    assert "found-bar" not in text
    assert "Drop pictures" in text
    watched = said(sign_in(vera).get(reverse("library")))
    assert "What the members of this account make appears here." in watched
    assert "Drop pictures" not in watched


def test_the_first_file_is_counted_at_once(
    account: Account, picture: Callable[..., bytes], sign_in: People, alice: User
) -> None:
    client = sign_in(alice)
    assert "What takes how much" not in said(client.get(reverse("library")))
    services.ingest(
        SimpleUploadedFile("sea.png", picture()), account=account, user=alice, filename="sea.png"
    )
    assert "1 file takes " in said(client.get(reverse("library")))


def test_every_module_says_what_is_done_there(sign_in: People, alice: User) -> None:
    text = said(sign_in(alice).get(reverse("library")))
    empty = text[text.index("first-time") :]
    for module in modules():
        verb, *more = module.invitation.split()
        assert more, f"{module.key} has no invitation"
        assert verb[0].isupper()
        assert f"</svg> {module.invitation}</a>" in empty


# --- what the pills say -------------------------------------------------------------------------


def test_a_collection_is_shown_by_its_name(
    cat: Asset, account: Account, charlie: User, sign_in: People, alice: User
) -> None:
    box = collections.make(account, "Box & Co")
    theirs = collections.make(charlie.accounts.get(), "Secret")

    def pills(**query: str) -> list[str]:
        text = said(sign_in(alice).get(reverse("library"), query))
        return re.findall(r'class="pill" aria-current.*?<span class="cut">(.*?)</span>', text)

    assert pills(collection=str(box.pk)) == ["In “Box &amp; Co”"]
    assert pills(collection=str(theirs.pk)) == ["In a collection that is not there"]
    assert pills(collection="none") == ["In no collection"]
    assert pills(like=str(cat.pk)) == [f"Looks like “{cat.title}”"]
    assert pills(like=str(NOBODY)) == ["Looks like a file that is not there"]
    assert pills(q=f"in:{box.pk} -in:{box.pk} like:{cat.pk}") == [
        "in:&quot;Box &amp; Co&quot;",
        "-in:&quot;Box &amp; Co&quot;",
        f"like:{cat.title}",
    ]
    assert pills(q=f"in:{theirs.pk} -(cat OR dog)") == [f"in:{theirs.pk}", "-(cat OR dog)"]


def test_a_verdict_does_not_cover_the_picture_of_a_row(
    cat: Asset, sign_in: People, alice: User
) -> None:
    text = said(sign_in(alice).get(reverse("library"), {"view": "list"}))
    row = text[text.index('role="row" data-asset') :]
    assert '<span class="verdict">' in row[row.index('class="cell title') : row.index("link-cover")]
