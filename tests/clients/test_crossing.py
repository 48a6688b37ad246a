"""Ways by which something of one client could have come to another; each is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from assets import services
from assets.models import Archive, Asset, BoardComment, Collection, Tag
from assets.services import archives, boards, bulk, collections, tags
from billing import clients
from billing.models import Account, Client, User
from billing.scope import Scope
from studio.models import Job, Persona, Story, Take
from studio.stories import edit, parts
from studio.stories.board import read
from tests.clients.test_scope import Bring, Seen, member


def moved(seen: Seen, alice: User, asset: Asset, client: Client) -> bulk.Outcome:
    return bulk.apply(seen(None), alice, "move", str(client.pk), [asset.pk])


def test_a_move_is_not_undone_when_a_story_of_the_new_client_has_the_file(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    asset = bring(acme, title="mine")
    done = moved(seen, alice, asset, zen)
    story = edit.create(seen(zen), alice, {"title": "Film"}, [({}, [{}])])
    asset.refresh_from_db()
    parts.set_file(story.scenes.get().shots.get(), "still", asset)
    assert done.change
    with pytest.raises(services.Refused, match="the story “Film” has it"):
        bulk.undo(done.change)
    done.change.refresh_from_db()
    assert done.change.undone is None


def test_an_undone_move_leaves_the_collections_that_came_since(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    asset = bring(acme)
    done = moved(seen, alice, asset, zen)
    theirs = collections.make(seen(zen), "Theirs")
    bulk.apply(seen(zen), alice, "collect", str(theirs.pk), [asset.pk])
    assert done.change
    bulk.undo(done.change)
    assert not theirs.items.exists()


def test_who_does_not_work_for_both_does_not_use_an_undo_up(
    bring: Bring, seen: Seen, account: Account, alice: User, acme: Client, zen: Client
) -> None:
    done = moved(seen, alice, bring(acme), zen)
    assert done.change
    done.change.account = account.seen(Scope(acme.pk, frozenset({acme.pk})))
    with pytest.raises(services.Refused, match="you do not work for"):
        bulk.undo(done.change)
    done.change.refresh_from_db()
    assert done.change.undone is None


def test_a_picture_that_was_drawn_for_a_shot_and_moved_does_not_hang_there(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    story = edit.create(seen(acme), alice, {"title": "Film"}, [({}, [{}])])
    shot = story.scenes.get().shots.get()
    drawn = bring(acme)
    job = Job.objects.create(
        account=seen(acme), operation="text-to-image", key="k", outputs=[str(drawn.pk)]
    )
    type(shot).objects.filter(pk=shot.pk).update(drawn=job)
    moved(seen, alice, drawn, zen)
    read(Story.objects.for_account(seen(acme)).get(pk=story.pk))
    shot.refresh_from_db()
    assert shot.still is None


def test_a_collection_stays_with_its_client(seen: Seen, acme: Client, zen: Client) -> None:
    mine, theirs = collections.make(seen(acme), "Mine"), collections.make(seen(zen), "Theirs")
    free = collections.make(seen(None), "Free")
    for parent in (theirs, free):
        with pytest.raises(services.Refused, match="different clients"):
            collections.move(mine, parent)
    collections.delete(theirs)
    assert Collection.objects.filter(pk=mine.pk).exists()


def test_a_step_is_among_those_of_the_same_client(seen: Seen, acme: Client, zen: Client) -> None:
    first = collections.make(seen(acme), "First")
    collections.make(seen(zen), "Between")
    collections.make(seen(acme), "Second")
    collections.step(first, 1)
    assert [n.collection.name for n in collections.tree(seen(acme))] == ["Second", "First"]


def test_versions_are_of_one_client(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    source = bring(acme)
    result = bring(acme, parents=[source], title="result")
    there = moved(seen, alice, result, zen)
    result.refresh_from_db()
    with pytest.raises(services.Refused, match="different clients"):
        services.accept_version(result, source)
    back = moved(seen, alice, result, acme)
    assert there.change
    assert back.change
    result.refresh_from_db()
    services.accept_version(result, source)
    with pytest.raises(services.Refused, match="it is a version of"):
        bulk.undo(back.change)


def test_a_board_of_nobody_shows_files_of_one_client_at_most(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    one, two = bring(None, title="one"), bring(None, title="two")
    boards.make_board(seen(None), alice, title="Open", assets=[one, two])
    moved(seen, alice, one, acme)
    with pytest.raises(services.Refused, match="The board “Open” shows some of these"):
        moved(seen, alice, two, zen)
    moved(seen, alice, two, acme)


def test_a_tag_is_changed_only_by_who_sees_all_clients(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    bring(acme, tags=["launch"])
    bring(zen, tags=["launch"])
    tag = account_tag(seen)
    for change in (
        lambda: tags.rename(seen(acme), alice, tag, "start"),
        lambda: tags.delete(seen(acme), alice, tag),
    ):
        with pytest.raises(services.Refused, match="words of all clients"):
            change()
    assert tags.rename(seen(None), alice, tag, "start")


def account_tag(seen: Seen) -> Tag:
    return tags.listed(seen(None))[0].tag


def test_nesting_is_drawn_below_what_is_there(bring: Bring, account: Account, acme: Client) -> None:
    bring(None, tags=["only", "shared/tag", "shared/tag/deep"])
    rows = [(row.depth, row.last) for row in tags.listed(account)]
    assert rows == [(0, "only"), (0, "shared/tag"), (1, "deep")]


@pytest.fixture
def page(sign_in: Callable[[User], Browser], lara: User) -> Browser:
    return sign_in(lara)


def test_what_serves_all_clients_is_not_changed_by_who_is_limited(
    page: Browser, account: Account
) -> None:
    shared = Persona.objects.create(account=account, name="House", look="calm")
    url = f"/api/v1/personas/{shared.pk}/"
    assert page.get(url).status_code == 200
    for answer in (
        page.patch(url, {"look": "loud"}, content_type="application/json"),
        page.delete(url),
        page.patch(
            "/api/v1/library/settings/", {"accept_rules": True}, content_type="application/json"
        ),
        page.post(f"/personas/{shared.pk}/", {"name": "House", "look": "loud"}),
        page.post(f"/personas/{shared.pk}/delete/"),
    ):
        assert answer.status_code == 403
    shared.refresh_from_db()
    assert shared.look == "calm"


def test_who_works_for_nobody_makes_nothing(
    page: Browser, acme: Client, lara: User, picture: Callable[..., bytes]
) -> None:
    clients.archive(acme)
    assert clients.working_scope(member(lara)).client is None
    file = SimpleUploadedFile("a.png", picture())
    for answer in (
        page.post("/library/upload/", {"file": file}),
        page.post("/library/collections/", {"name": "Mine"}),
        page.post("/personas/", {"name": "Mine"}),
        page.post("/api/v1/personas/", {"name": "Mine"}, content_type="application/json"),
    ):
        assert answer.status_code == 403
    assert not Asset.objects.exists()
    assert not Persona.objects.exists()
    assert not Collection.objects.exists()


def test_a_zip_goes_when_a_file_in_it_goes_to_another_client(
    bring: Bring,
    seen: Seen,
    alice: User,
    acme: Client,
    zen: Client,
    django_capture_on_commit_callbacks: Any,
) -> None:
    asset, other = bring(acme), bring(acme)
    mixed = archives.order(seen(acme), alice, [asset.pk, other.pk])
    archives.pack(mixed.pk)
    mixed.refresh_from_db()
    kept = archives.order(seen(acme), alice, [other.pk])
    everything = archives.order(seen(None), alice, [asset.pk])
    dry = bulk.preview(seen(None), "move", str(zen.pk), [asset.pk])
    assert dry.zips == 1
    assert Archive.objects.count() == 3
    with django_capture_on_commit_callbacks(execute=True):
        done = moved(seen, alice, asset, zen)
    assert done.words == "1 file is moved. A ZIP of the former client with some of them is deleted."
    assert set(Archive.objects.all()) == {kept, everything}
    assert not default_storage.exists(str(mixed.file.name))
    theirs = archives.order(seen(zen), alice, [asset.pk])
    assert done.change
    bulk.undo(done.change)
    assert not Archive.objects.filter(pk=theirs.pk).exists()


def test_a_zip_is_fetched_by_who_may_see_all_in_it_now(
    page: Browser, bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    asset = bring(acme)
    archive = archives.order(seen(acme), alice, [asset.pk])
    archives.pack(archive.pk)
    for url in (f"/library/archives/{archive.pk}/", f"/api/v1/archives/{archive.pk}/file/"):
        assert page.get(url).status_code == 200
    Asset.objects.filter(pk=asset.pk).update(client=zen)
    answer = page.get(f"/library/archives/{archive.pk}/")
    assert answer.status_code == 403
    assert "have gone to another client" in answer.content.decode()
    answer = page.get(f"/api/v1/archives/{archive.pk}/file/")
    assert answer.status_code == 409
    assert "have gone to another client" in answer.content.decode()


@pytest.mark.parametrize("same", [True, False])
def test_a_film_that_came_back_in_another_account_is_no_take(
    account: Account, alice: User, charlie: User, picture: Callable[..., bytes], same: bool
) -> None:
    there = account if same else charlie.accounts.get()
    film = services.ingest(ContentFile(picture()), account=there, filename="a.png", user=None)
    story = edit.create(account, alice, {"title": "Film"}, [({}, [{}])])
    shot = story.scenes.get().shots.get()
    job = Job.objects.create(
        account=account, operation="image-to-video", key="k", outputs=[str(film.pk)]
    )
    take = Take.objects.create(shot=shot, job=job)
    shown = read(Story.objects.for_account(account).get(pk=story.pk))
    found = shown.scenes[0].shots[0].takes[0]
    assert found.take == take
    assert found.asset == (film if same else None)


def test_where_files_were_moved_is_told_to_who_works_for_that_client(
    page: Browser, bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client, lara: User
) -> None:
    done = bulk.apply(seen(acme), alice, "move", str(zen.pk), [bring(acme).pk])
    assert done.change
    here = "/api/v1/bulk/"
    assert page.get(here).json()["results"][0]["value"] is None
    assert page.get(f"{here}{done.change.pk}/").json()["value"] is None
    clients.limit(member(lara), [acme, zen])
    page.post("/clients/choose/", {"client": str(acme.pk)})
    assert page.get(here).json()["results"][0]["value"] == str(zen.pk)


def test_comments_on_what_went_to_another_client_are_not_waiting(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    asset, other = bring(acme), bring(acme)
    board = boards.make_board(seen(acme), alice, title="Open", assets=[asset, other])
    for item in board.items.all():
        BoardComment.objects.create(item=item, visitor="v", name="Vera", text="Nice")
    assert boards.boards_of(seen(acme)).get().fresh == boards.fresh_comments(seen(acme)) == 2
    Asset.objects.filter(pk=asset.pk).update(client=zen)
    for eyes in (seen(acme), seen(None)):
        assert boards.boards_of(eyes).get().fresh == boards.fresh_comments(eyes) == 1
