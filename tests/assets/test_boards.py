"""Boards: every address for owner, member, viewer, stranger and visitor; the link, its limits."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assets import services
from assets.models import Asset, Board, BoardComment, BoardVerdict
from assets.services import boards, visitors
from billing.models import Account, User
from studio.log import HideHooks
from tests.assets.sharing import People, key, link, said

# --- the matrix ---------------------------------------------------------------------------------

MEMBERS = [
    ("boards", "get", {}),
    ("board-new", "get", {}),
    ("board", "get", {}),
    ("board-news", "get", {}),
    ("board-new", "post", {"title": "Another"}),
    ("board-edit", "post", {"title": "New"}),
    ("board-link", "post", {"action": "close"}),
    ("board-items", "post", {"ids": "{cat}"}),
    ("board-comment", "post", {"action": "resolve", "comment": "{comment}"}),
    ("board-delete", "post", {}),
]
IDS = [f"{method} {name}" for name, method, _ in MEMBERS]
FREE = ("boards", "board-new")
each_address = pytest.mark.parametrize(("name", "method", "sent"), MEMBERS, ids=IDS)


@pytest.fixture
def ask(board: Board, cat: Asset) -> Callable[..., Any]:
    comment = visitors.comment(board.items.get(), name="Zoe", text="Brighter", visitor="v")

    def send(client: Client, name: str, method: str, sent: dict[str, str]) -> Any:
        address = reverse(name, args=[] if name in FREE else [board.pk])
        ids = {"cat": cat.pk, "comment": comment.pk}
        return getattr(client, method)(address, {k: v.format(**ids) for k, v in sent.items()})

    return send


@each_address
def test_owner_and_member(
    ask: Any, sign_in: People, alice: User, bob: User, name: str, method: str, sent: dict[str, str]
) -> None:
    expected = 200 if method == "get" else 302
    people = (bob,) if name == "board-delete" else (alice, bob)
    for person in people:
        assert ask(sign_in(person), name, method, sent).status_code == expected


@each_address
def test_a_viewer_looks_only(
    ask: Any, sign_in: People, vera: User, name: str, method: str, sent: dict[str, str]
) -> None:
    looks = method == "get" and name != "board-new"
    assert ask(sign_in(vera), name, method, sent).status_code == (200 if looks else 403)
    assert Board.objects.get().title == "For Acme"


@each_address
def test_a_stranger_finds_nothing(
    ask: Any, sign_in: People, charlie: User, name: str, method: str, sent: dict[str, str]
) -> None:
    answer = ask(sign_in(charlie), name, method, sent)
    if name in FREE:
        assert answer.status_code in (200, 302)
        assert "For Acme" not in said(answer)
    else:
        assert answer.status_code == 404
    assert Board.objects.get(title="For Acme").revoked is None


@each_address
def test_a_visitor_signs_in_first(ask: Any, name: str, method: str, sent: dict[str, str]) -> None:
    answer = ask(Client(), name, method, sent)
    assert (answer.status_code, answer.headers["Location"][:9]) == (302, "/sign-in/")


def test_a_stranger_puts_nothing_of_ours_on_a_board(
    sign_in: People, charlie: User, cat: Asset
) -> None:
    answer = sign_in(charlie).post(reverse("board-new"), {"title": "Mine", "ids": str(cat.pk)})
    assert answer.status_code == 422
    assert not Board.objects.filter(account=charlie.accounts.get()).exists()


OUTSIDE = [
    ("share", "get", ()),
    ("share-item", "get", ("{key}",)),
    ("share-say", "post", ("{key}",)),
    ("share-file", "get", ("{key}", "thumbnail")),
    ("share-file", "get", ("{key}", "poster")),
    ("share-file", "get", ("{key}", "view")),
    ("share-file", "get", ("{key}", "download")),
]
each_outside = pytest.mark.parametrize(("name", "method", "more"), OUTSIDE)


def outside(client: Client, board: Board, name: str, method: str, more: Any, token: str) -> Any:
    address = reverse(name, args=[token, *(part.format(key=key(board)) for part in more)])
    return getattr(client, method)(address, {"name": "Zoe", "text": "Hello", "verdict": "approved"})


@each_outside
def test_the_link_opens_it_for_everybody(
    board: Board, sign_in: People, alice: User, charlie: User, name: str, method: str, more: Any
) -> None:
    boards.change_board(board, downloads=True)
    for client in (Client(), sign_in(alice), sign_in(charlie)):
        answer = outside(client, board, name, method, more, boards.token_of(board))
        assert answer.status_code == (302 if method == "post" else 200)
        assert "noindex" in answer.headers["X-Robots-Tag"]


@each_outside
@pytest.mark.parametrize("how", ["wrong", "closed", "renewed", "expired", "password"])
def test_without_it_nothing_opens(
    board: Board, name: str, method: str, more: Any, how: str
) -> None:
    token = boards.token_of(board)
    boards.change_board(board, downloads=True)
    match how:
        case "wrong":
            token = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
        case "closed":
            boards.close_board(board)
        case "renewed":
            boards.new_link(board)
        case "expired":
            Board.objects.update(expires=timezone.now() - timedelta(seconds=1))
        case "password":
            boards.change_board(board, password="open sesame")
    answer = outside(Client(), board, name, method, more, token)
    expected = {"expired": 410, "password": 200 if name == "share" else 302}.get(how, 404)
    assert answer.status_code == expected
    assert key(board) not in said(answer)
    assert "For Acme" not in said(answer)
    assert not BoardComment.objects.exists()
    assert not BoardVerdict.objects.exists()


def test_wrong_and_closed_links_cannot_be_told_apart(board: Board) -> None:
    closed = link(board)
    boards.close_board(board)
    pages = [Client().get(address) for address in (closed, "/s/nothing/", f"/s/{'x' * 5000}/")]
    assert len({(page.status_code, said(page)) for page in pages}) == 1


def test_no_neighbor_can_be_guessed(
    board: Board, dog: Asset, account: Account, alice: User
) -> None:
    """Neither by the id of an asset, nor with the key of another board's item."""
    other = boards.make_board(account, alice, title="Other", assets=[dog])
    client = Client()
    page = said(client.get(link(board))) + said(client.get(link(board, "share-item", key(board))))
    assert str(board.items.get().asset_id) not in page
    assert str(board.pk) not in page
    for wrong in (key(other), str(dog.pk), str(board.items.get().asset_id)):
        assert client.get(link(board, "share-item", wrong)).status_code == 404
        assert client.get(link(board, "share-file", wrong, "thumbnail")).status_code == 404
        assert client.post(link(board, "share-say", wrong), {"text": "x"}).status_code == 404
    comment = visitors.comment(other.items.get(), name="Zoe", text="Secret", visitor="v")
    answered = {"name": "Eve", "text": "x", "reply_to": str(comment.pk)}
    assert client.post(link(board, "share-say", key(board)), answered).status_code == 422


def test_the_token_is_long_and_not_stored(board: Board) -> None:
    token = boards.token_of(board)
    assert len(token) == 43
    row = " ".join(map(str, Board.objects.values_list().get()))
    assert token not in row


def test_another_secret_key_keeps_the_link_and_cannot_show_it(
    board: Board, settings: Any, sign_in: People, alice: User
) -> None:
    address, old = link(board), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []
    assert boards.token_of(board) == ""
    assert Client().get(address).status_code == 200
    assert "cannot be shown again" in said(sign_in(alice).get(reverse("board", args=[board.pk])))
    settings.SECRET_KEY_FALLBACKS = [old]
    assert link(board) == address


def test_an_expired_link_says_so_and_works_again_with_a_later_day(board: Board) -> None:
    address = link(board)
    Board.objects.update(expires=timezone.now() - timedelta(days=1))
    answer = Client().get(address)
    assert (answer.status_code, "has expired" in said(answer)) == (410, True)
    board.refresh_from_db()
    boards.change_board(board, expires=timezone.now() + timedelta(days=1))
    assert Client().get(address).status_code == 200


# --- the password -------------------------------------------------------------------------------


def test_the_password_opens_this_link_for_this_browser(board: Board) -> None:
    boards.change_board(board, password="open sesame")
    client, address = Client(), link(board)
    assert "For Acme" not in said(client.get(address))
    assert client.post(address, {"password": "open"}).status_code == 403
    assert client.post(address, {"password": "open sesame"}).headers["Location"] == address
    assert "For Acme" in said(client.get(address))
    assert client.get(link(board, "share-file", key(board), "thumbnail")).status_code == 200
    cookie = client.cookies["board"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (address, True, "Lax")
    assert "For Acme" not in said(Client().get(address))
    boards.change_board(board, password="open barley")
    assert "For Acme" not in said(client.get(address))


def test_wrong_passwords_lock_the_link_for_that_address(board: Board, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    boards.change_board(board, password="open sesame")
    client, address = Client(REMOTE_ADDR="192.0.2.1"), link(board)
    for _ in range(visitors.ADDRESS_TRIES):
        assert client.post(address, {"password": "wrong"}).status_code == 403
    locked = client.post(address, {"password": "open sesame"})
    assert (locked.status_code, "too often" in said(locked)) == (429, True)
    other = Client(REMOTE_ADDR="192.0.2.2")
    assert other.post(address, {"password": "open sesame"}).status_code == 302
    board.tries.update(created=timezone.now() - visitors.ADDRESS_TIME - timedelta(seconds=1))
    assert client.post(address, {"password": "open sesame"}).status_code == 302
    assert "192.0.2.1" not in str(list(board.tries.values()))


# --- what is shown ------------------------------------------------------------------------------


def test_prompts_are_hidden_unless_they_are_shown(board: Board) -> None:
    address = link(board, "share-item", key(board))
    assert "secret cat" not in said(Client().get(address))
    boards.change_board(board, prompts=True)
    assert "secret cat" in said(Client().get(address))


def test_pages_are_kept_by_nobody_and_tell_no_other_site(board: Board) -> None:
    answer = Client().get(link(board))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "connect-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "noindex" in said(answer)


def test_trash_takes_off_and_restore_puts_back(board: Board, cat: Asset) -> None:
    item = key(board)
    services.trash(cat)
    client = Client()
    assert "The cat" not in said(client.get(link(board)))
    assert client.get(link(board, "share-item", item)).status_code == 404
    assert client.get(link(board, "share-file", item, "thumbnail")).status_code == 404
    services.restore(cat)
    assert client.get(link(board, "share-item", item)).status_code == 200


def test_visits_are_counted_once_a_browser_and_never_for_members(
    board: Board, sign_in: People, alice: User, vera: User
) -> None:
    client = Client()
    for _ in range(3):
        client.get(link(board))
    sign_in(alice).get(link(board))
    Client().head(link(board))
    board.refresh_from_db()
    assert board.visits == 1


def test_a_log_does_not_tell_the_link(board: Board) -> None:
    record = logging.LogRecord("x", 40, "", 1, "Not Found: %s", (link(board),), None)
    assert HideHooks().filter(record)
    assert record.getMessage() == "Not Found: /s/…/"
