"""Whom a person works for, what they see then, and that nothing crosses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client as Browser
from django.urls import reverse

from assets import services
from assets.models import Asset, Board, Collection, Tag
from assets.search import BadFilter, facets, filter_assets, suggest
from assets.services import boards, bulk, collections
from billing import access, clients
from billing.models import Account, Client, Membership, Role, User
from billing.scope import Scope, common
from studio import catalogue
from studio.models import Job
from studio.operations.transform import IMAGE_TO_VIDEO
from studio.orders import OrderForm
from studio.stories import edit, parts

Seen = Callable[[Client | None], Account]
Bring = Callable[..., Asset]


def member(user: User) -> Membership:
    return Membership.objects.select_related("account").get(user=user)


def found(account: Account, **params: str) -> set[str]:
    mine = filter_assets(Asset.objects.for_account(account), params)
    return set(mine.values_list("title", flat=True))


# --- who sees what ------------------------------------------------------------------------------


def test_who_is_limited_sees_their_clients_and_nothing_else(
    lara: User, acme: Client, zen: Client
) -> None:
    assert clients.scope_for(member(lara)) == Scope(acme.pk, frozenset({acme.pk}))
    assert list(clients.of(member(lara))) == [acme]
    with pytest.raises(clients.NoClient, match=r"no client “Zen” for you. Use one of: Acme"):
        clients.scope_for(member(lara), "Zen")
    with pytest.raises(clients.NoClient):
        clients.scope_for(member(lara), str(zen.pk))


def test_a_client_is_named_by_id_or_by_name_in_any_case(
    alice: User, acme: Client, zen: Client
) -> None:
    for word in (str(zen.pk), "zen", "ZEN"):
        assert clients.scope_for(member(alice), word) == Scope(zen.pk)
    for word in (None, "", "all", "ALL"):
        assert clients.scope_for(member(alice), word) == Scope()


def test_who_is_limited_to_none_sees_nothing(
    account: Account, lara: User, bring: Bring, acme: Client
) -> None:
    bring(acme)
    bring(None)
    clients.limit(member(lara), [])
    scope = clients.working_scope(member(lara))
    assert not Asset.objects.for_account(account.seen(scope)).exists()


def test_an_archived_client_is_not_worked_for_by_who_is_limited(lara: User, acme: Client) -> None:
    clients.archive(acme)
    assert clients.working_scope(member(lara)) == Scope(None, frozenset())


def test_owners_and_admins_are_never_limited(alice: User, acme: Client) -> None:
    with pytest.raises(PermissionDenied, match="Owners and admins see all clients"):
        clients.limit(member(alice), [acme])


def test_a_client_of_another_account_cannot_be_given(
    lara: User, charlie: User, account: Account
) -> None:
    theirs = clients.make(charlie.accounts.get(), "Acme")
    with pytest.raises(ValueError, match="another account"):
        clients.limit(member(lara), [theirs])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("  ", "has no name"),
        ("a" * 61, "61 letters; the limit is 60"),
        ("all", "has a meaning in searches"),
        ("None", "has a meaning in searches"),
        ("ACME", "is a client “ACME” already"),
        ("a\0b", "character .code 0. that cannot be shown"),
        ("*", "“.” has neither a letter nor a digit"),
        ("– … –", "neither a letter nor a digit"),
        ("\u200b\u200d\u2060", "has no name"),
        ("\u3164 \u115f", "has no name"),
        ("-\u3164-", "neither a letter nor a digit"),
        ("A\u200bCME ", "is a client “ACME” already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_words(
    account: Account, acme: Client, name: str, words: str
) -> None:
    with pytest.raises(clients.NotKept, match=words):
        clients.make(account, name)


def test_a_name_has_one_spelling(account: Account, lara: User, acme: Client) -> None:
    cafe = clients.make(account, " Cafe\u0301\u200b  Zoe\u0308 ")
    assert cafe.name == "Caf\xe9 Zo\xeb"
    with pytest.raises(clients.NotKept, match="already"):
        clients.make(account, "CAF\xc9 ZO\xcb")
    alice = Membership.objects.exclude(user=lara).filter(account=account, limited=False).first()
    assert alice
    assert clients.scope_for(alice, "cafe\u0301 zoe\u0308").client == cafe.pk
    assert clients.make(account, "می\u200cخواهم").name == "می\u200cخواهم"


def test_an_old_name_does_not_stand_in_the_way_of_a_note(acme: Client) -> None:
    Client.objects.filter(pk=acme.pk).update(name="*")
    acme.refresh_from_db()
    assert clients.change(acme, note="Spring").note == "Spring"


def test_what_is_made_for_a_client_belongs_to_it_and_is_seen_by_nobody_else(
    bring: Bring, seen: Seen, acme: Client, zen: Client
) -> None:
    bring(acme, title="for acme", tags=["launch"])
    bring(zen, title="for zen", tags=["secret"])
    bring(None, title="for nobody")
    assert found(seen(acme)) == {"for acme"}
    assert found(seen(zen)) == {"for zen"}
    assert found(seen(None)) == {"for acme", "for zen", "for nobody"}
    assert found(seen(None), q="client:acme") == {"for acme"}
    assert found(seen(None), q="client:none") == {"for nobody"}
    assert found(seen(None), q="client:acme OR client:zen") == {"for acme", "for zen"}
    assert found(seen(acme), q="client:zen") == set()


def test_tags_and_suggestions_and_facets_tell_nothing_of_others(
    bring: Bring, seen: Seen, acme: Client, zen: Client
) -> None:
    bring(acme, title="harbor", tags=["launch"])
    bring(zen, title="harborside", tags=["secret"])
    assert set(Tag.objects.for_account(seen(acme)).values_list("name", flat=True)) == {"launch"}
    assert [s.label for s in suggest(seen(acme), "tag:se", 6)] == []
    assert "harborside" not in {s.label for s in suggest(seen(acme), "harb", 4)}
    assert {s.label for s in suggest(seen(acme), "client:", 7)} >= {"Acme"}
    told = {f.name: {c.value: c.count for c in f.choices} for f in facets(seen(acme), {})}
    assert "secret" not in told["tag"]
    assert told["type"]["image"] == 1


def test_looks_alike_stays_with_the_client(
    bring: Bring, seen: Seen, acme: Client, zen: Client
) -> None:
    mine, theirs = bring(acme, title="mine"), bring(zen, title="theirs")
    mine = Asset.objects.for_account(seen(acme)).get(pk=mine.pk)
    assert services.alike(mine) == []
    assert found(seen(acme), q=f"like:{theirs.pk}") == set()
    assert found(seen(acme), q=f"like:{mine.pk}") == {"mine"}
    both = Asset.objects.for_account(seen(None)).get(pk=mine.pk)
    assert [asset.title for asset in services.alike(both)] == ["theirs"]


def test_collections_have_their_client(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    mine = collections.make(seen(acme), "Launch")
    collections.make(seen(zen), "Launch")  # the same name is free for another one
    assert [n.collection.client for n in collections.tree(seen(acme))] == [acme]
    inner = collections.make(seen(None), "Inner", parent=mine)
    assert inner.client == acme
    asset = bring(zen, title="theirs")
    with pytest.raises(services.Refused, match=r"“theirs” is not theirs\. Move"):
        bulk.apply(seen(None), alice, "collect", str(mine.pk), [asset.pk])
    with pytest.raises(services.Refused, match="no collection"):
        bulk.apply(seen(zen), alice, "collect", str(mine.pk), [asset.pk])


# --- nothing crosses ----------------------------------------------------------------------------


def test_the_client_of_several_things() -> None:
    one, other = Client().pk, Client().pk
    assert common([]) is None
    assert common([None, one, None, one]) == one
    with pytest.raises(ValueError, match="different clients"):
        common([one, other])


def test_a_job_belongs_to_the_client_of_its_files(
    bring: Bring, seen: Seen, alice: User, acme: Client
) -> None:
    picture = bring(acme)
    form = order(seen(None), alice, image=str(picture.pk))
    assert form.is_valid(), form.problems()
    job, _ = form.create_job()
    assert job.client == acme
    assert list(Job.objects.for_account(seen(acme))) == [job]


def order(account: Account, user: User, **params: Any) -> OrderForm:
    offer = catalogue.offers(IMAGE_TO_VIDEO.key, {"local"})[0]
    return OrderForm(IMAGE_TO_VIDEO, offer, params, account=account, user=user, resolve=True)


def test_a_picture_of_another_client_is_not_there(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    form = order(seen(zen), alice, image=str(bring(acme).pk))
    assert not form.is_valid()
    assert "there is no asset" in str(form.problems())


def test_the_same_key_of_another_client_is_told_apart_without_naming_the_job(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    from studio.jobs import KeyReused

    for client in (acme, zen):
        form = order(seen(client), alice, image=str(bring(client).pk))
        assert form.is_valid(), form.problems()
        if client is acme:
            first, _ = form.create_job(key="same")
        else:
            with pytest.raises(KeyReused) as told:
                form.create_job(key="same")
            assert str(first.pk) not in str(told.value)
            assert "Send the X-Client that it was sent with, or use a new key" in str(told.value)


def test_a_board_takes_files_of_one_client(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    mine, theirs, free = bring(acme, title="mine"), bring(zen, title="theirs"), bring(None)
    board = boards.make_board(seen(None), alice, title="For review", assets=[mine, free])
    assert Board.objects.get(pk=board.pk).client == acme
    with pytest.raises(services.Refused, match=r"different clients: .*“theirs” to Zen"):
        boards.add_items(board, [theirs])
    assert not Board.objects.for_account(seen(zen)).exists()


def test_what_was_moved_to_another_client_is_not_on_the_board_any_more(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    asset = bring(acme)
    board = boards.make_board(seen(acme), alice, title="For review", assets=[asset])
    assert boards.shown_items(board).count() == 1
    done = bulk.apply(seen(None), alice, "move", str(zen.pk), [asset.pk])
    assert boards.shown_items(board).count() == 0
    assert done.change
    bulk.undo(done.change)
    assert boards.shown_items(board).count() == 1


def test_moving_takes_all_versions_and_leaves_collections_of_the_old_client_with_undo(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    first = bring(acme, title="first")
    second = bring(acme, title="second", parents=[first])
    services.accept_version(second, first)
    launch = collections.make(seen(acme), "Launch")
    bulk.apply(seen(acme), alice, "collect", str(launch.pk), [second.pk])
    done = bulk.apply(seen(acme), alice, "move", str(zen.pk), [second.pk])
    assert done.changed == 2
    assert found(seen(zen), versions="all") == {"first", "second"}
    assert not launch.items.exists()
    assert found(seen(acme), versions="all") == set()
    assert done.change
    assert bulk.undo(done.change) == 2
    assert found(seen(acme), versions="all") == {"first", "second"}
    assert launch.items.count() == 1


def test_who_is_limited_moves_between_their_own_clients_only(
    bring: Bring, account: Account, alice: User, acme: Client, zen: Client
) -> None:
    asset = bring(acme)
    limited = account.seen(Scope(acme.pk, frozenset({acme.pk})))
    for value in (str(zen.pk), "none", "nonsense"):
        with pytest.raises(services.Refused, match="client"):
            bulk.apply(limited, alice, "move", value, [asset.pk])


def test_a_story_takes_files_of_one_client_and_keeps_them(
    bring: Bring, seen: Seen, alice: User, acme: Client, zen: Client
) -> None:
    story = edit.create(seen(None), alice, {"title": "Launch film"}, [({}, [{}, {}])])
    one, two = [shot for scene in story.scenes.all() for shot in scene.shots.all()]
    mine, theirs = bring(acme, title="mine"), bring(zen, title="theirs")
    parts.set_file(one, "still", mine)
    story.refresh_from_db()
    assert story.client == acme
    two.refresh_from_db()
    with pytest.raises(edit.NotChanged, match="different clients"):
        parts.set_file(two, "still", theirs)
    with pytest.raises(services.Refused, match="the story “Launch film” has it"):
        bulk.apply(seen(None), alice, "move", str(zen.pk), [mine.pk])


# --- in the browser and for programs -------------------------------------------------------------


@pytest.fixture
def page(sign_in: Callable[[User], Browser], lara: User) -> Browser:
    return sign_in(lara)


def test_somebody_who_is_limited_gets_404_for_all_others(
    page: Browser, bring: Bring, acme: Client, zen: Client
) -> None:
    mine, theirs, free = bring(acme), bring(zen), bring(None)
    assert page.get(reverse("asset", args=[mine.pk])).status_code == 200
    for asset in (theirs, free):
        assert page.get(reverse("asset", args=[asset.pk])).status_code == 404
        assert page.get(f"/api/v1/assets/{asset.pk}/").status_code == 404
    told = page.get("/api/v1/assets/").json()
    assert [row["id"] for row in told["results"]] == [str(mine.pk)]


def test_a_page_stays_with_its_client_whatever_is_chosen_elsewhere(
    sign_in: Callable[[User], Browser], alice: User, bring: Bring, acme: Client, zen: Client
) -> None:
    browser = sign_in(alice)
    mine = bring(acme)
    session = browser.session
    session[access.CLIENT_KEY] = str(zen.pk)
    session.save()
    url = f"/api/v1/assets/{mine.pk}/"
    assert browser.get(url).status_code == 404
    assert browser.get(url, headers={"X-Client": str(acme.pk)}).status_code == 200
    assert browser.get(url, headers={"X-Client": "all"}).status_code == 200
    gone = browser.get(url, headers={"X-Client": "nobody"})
    assert gone.status_code == 409
    assert "no client “nobody”" in gone.json()["message"]


def test_a_key_takes_the_limits_of_its_person(
    account: Account, lara: User, bring: Bring, acme: Client, zen: Client
) -> None:
    mine, theirs = bring(acme), bring(zen)
    _, secret = access.create_key(account, lara, "a program")
    browser = Browser(headers={"Authorization": f"Bearer {secret}"})
    assert browser.get(f"/api/v1/assets/{mine.pk}/").status_code == 200
    assert browser.get(f"/api/v1/assets/{theirs.pk}/").status_code == 404
    refused = browser.get("/api/v1/assets/", headers={"X-Client": "Zen"})
    assert refused.status_code == 400
    assert "no client “Zen” for you" in refused.json()["message"]


def test_a_program_for_several_clients_says_for_which_it_writes(
    account: Account, lara: User, bring: Bring, acme: Client, zen: Client
) -> None:
    clients.limit(member(lara), [acme, zen])
    mine, theirs = bring(acme), bring(zen)
    _, secret = access.create_key(account, lara, "a program")
    browser = Browser(headers={"Authorization": f"Bearer {secret}"})
    told = browser.get("/api/v1/assets/").json()
    assert {row["id"] for row in told["results"]} == {str(mine.pk), str(theirs.pk)}
    change = {"path": f"/api/v1/assets/{mine.pk}/", "data": {"rating": 3}}
    refused = browser.patch(**change, content_type="application/json")
    assert refused.status_code == 400
    assert "header X-Client" in refused.json()["message"]
    done = browser.patch(**change, content_type="application/json", headers={"X-Client": "acme"})
    assert done.status_code == 200


def test_a_search_for_a_client_that_is_not_there_finds_nothing(seen: Seen, acme: Client) -> None:
    try:
        assert found(seen(None), q="client:nobody") == set()
    except BadFilter:
        pytest.fail("an unknown name is no error")


def test_the_viewer_role_may_be_limited_too(account: Account, vera: User, acme: Client) -> None:
    clients.limit(member(vera), [acme])
    assert member(vera).role == Role.VIEWER
    assert clients.working_scope(member(vera)).client == acme.pk
    assert Collection.objects.for_account(account.seen(Scope(acme.pk))).count() == 0
