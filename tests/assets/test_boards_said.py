"""What visitors say on a board, what it comes to, and its limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assets import services
from assets.models import Asset, Board, BoardComment, BoardItem, BoardVerdict
from assets.services import Refused, boards, shared, visitors
from billing.models import User
from tests.assets.sharing import People, key, link, said

# --- what is said -------------------------------------------------------------------------------


def test_a_comment_on_a_region_and_its_answer(board: Board, sign_in: People, alice: User) -> None:
    client, address = Client(), link(board, "share-say", key(board))
    place = {"x": "0.25", "y": "0.5", "w": "0.1", "h": "0.2"}
    answer = client.post(address, {"name": "Zoe", "text": "Brighter\nhere", **place})
    comment = BoardComment.objects.get()
    assert answer.headers["Location"].endswith(f"#c-{comment.pk}")
    assert (comment.x, comment.y, comment.w, comment.h) == (0.25, 0.5, 0.1, 0.2)
    owner = sign_in(alice)
    assert "1 new" in said(owner.get(reverse("boards")))
    page = said(owner.get(reverse("board", args=[board.pk])))
    assert "Brighter<br>here" in page
    assert 'x="25.00%"' in page
    assert "1 new" not in said(owner.get(reverse("boards")))
    do = {"comment": comment.pk, "action": "answer", "text": "Done"}
    owner.post(reverse("board-comment", args=[board.pk]), do)
    owner.post(reverse("board-comment", args=[board.pk]), {**do, "action": "resolve"})
    page = said(client.get(link(board, "share-item", key(board))))
    assert "Done" in page
    assert "resolved" in page
    assert 'value="Zoe"' in page  # the name is remembered


def test_the_page_of_a_member_is_told_what_came_since(
    board: Board, sign_in: People, alice: User
) -> None:
    owner, address = sign_in(alice), reverse("board-news", args=[board.pk])
    before = timezone.now().timestamp()
    item = board.items.get()
    visitors.comment(item, name="Zoe", text="Brighter", visitor="v")
    visitors.decide(item, "changes", name="Zoe", visitor="v")
    told = said(owner.get(f"{address}?since={before:f}"))
    assert "1 new comment" in told
    assert "1 new verdict" in told
    for since in (f"{timezone.now().timestamp():f}", "", "x", "1e99"):
        assert "new" not in said(owner.get(address, {"since": since})).replace("news", "")


def test_only_ones_own_comment_is_withdrawn(board: Board) -> None:
    zoe, eve, address = Client(), Client(), link(board, "share-say", key(board))
    zoe.post(address, {"name": "Zoe", "text": "Brighter"})
    pk = str(BoardComment.objects.get().pk)
    eve.post(address, {"withdraw": pk})
    assert BoardComment.objects.exists()
    zoe.post(address, {"withdraw": pk})
    assert not BoardComment.objects.exists()


def test_a_verdict_of_each_and_what_it_comes_to(board: Board) -> None:
    zoe, eve, address = Client(), Client(), link(board, "share-say", key(board))
    item = board.items.get()
    zoe.post(address, {"name": "Zoe", "verdict": "approved"})
    assert visitors.standing(item) == "approved"
    eve.post(address, {"name": "Eve", "verdict": "changes", "text": "Warmer"})
    assert visitors.standing(item) == "changes"
    zoe.post(address, {"name": "Zoe", "verdict": "approved"})
    assert BoardVerdict.objects.count() == 2
    eve.post(address, {"name": "Eve", "verdict": ""})
    assert visitors.standing(item) == "approved"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": "Zoe", "text": " "}, "comment is empty"),
        ({"name": "", "text": "x"}, "name is empty"),
        ({"name": "z" * 61, "text": "x"}, "limit is 60"),
        ({"name": "Zoe", "text": "x" * 2001}, "limit is 2,000"),
        ({"name": "Zoe", "text": "x", "x": "2", "y": "0"}, "outside the picture"),
        ({"name": "Zoe", "text": "x", "x": "nan", "y": "0"}, "outside the picture"),
        ({"name": "Zoe", "text": "x", "x": "a", "y": "0"}, "not a time"),
        ({"name": "Zoe", "verdict": "maybe"}, "Choose approved or changes"),
        ({"name": "Zoe", "text": "x", "reply_to": "7"}, "not on this board"),
    ],
)
def test_bad_words_are_refused_by_name(board: Board, sent: dict[str, str], words: str) -> None:
    answer = Client().post(link(board, "share-say", key(board)), sent)
    assert (answer.status_code, words in said(answer)) == (422, True)
    assert not BoardComment.objects.exists()


def test_what_is_written_is_text(board: Board) -> None:
    client = Client()
    client.post(
        link(board, "share-say", key(board)), {"name": "<b>Z", "text": "<script>1</script>"}
    )
    page = said(client.get(link(board, "share-item", key(board))))
    assert "<script>1" not in page
    assert "<b>Z" not in page


def test_a_flood_is_stopped(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "BURST", 2)
    client, address = Client(), link(board, "share-say", key(board))
    codes = [client.post(address, {"name": "Z", "text": str(n)}).status_code for n in range(3)]
    assert codes == [302, 302, 422]


def test_a_form_needs_its_proof(board: Board) -> None:
    client = Client(enforce_csrf_checks=True)
    page = said(client.get(link(board, "share-item", key(board))))
    sent = {"name": "Zoe", "text": "Hello"}
    assert client.post(link(board, "share-say", key(board)), sent).status_code == 403
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    sent["csrfmiddlewaretoken"] = found[1]
    assert client.post(link(board, "share-say", key(board)), sent).status_code == 302


# --- limits and tidying -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"title": " "}, "title is empty"),
        ({"note": "x" * 2001}, "limit is 2,000"),
        ({"password": "short"}, "has 5 letters"),
        ({"expires": timezone.now() - timedelta(days=2)}, "which is over"),
        ({"expires": timezone.now() + timedelta(days=400)}, "more than 366 days"),
    ],
)
def test_impossible_wishes_are_refused(board: Board, wish: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        boards.change_board(board, **wish)


def test_a_bad_day_is_said_in_the_form(sign_in: People, alice: User) -> None:
    sent = {"title": "A", "expires": "2026-02-31"}
    answer = sign_in(alice).post(reverse("board-new"), sent)
    assert (answer.status_code, "not a day" in said(answer)) == (422, True)


def test_a_board_has_room_for_so_many(
    board: Board, dog: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "MOST_ITEMS", 1)
    with pytest.raises(Refused, match="most is 1"):
        boards.add_items(board, [dog])


def test_order_and_twice_the_same(board: Board, cat: Asset, dog: Asset) -> None:
    assert boards.add_items(board, [cat, dog]) == 1
    boards.move_item(board.items.get(asset=dog), -1)
    assert [item.asset for item in board.items.all()] == [dog, cat]


def test_what_is_taken_off_meanwhile_is_not_moved(board: Board, dog: Asset, cat: Asset) -> None:
    boards.add_items(board, [dog])
    gone = board.items.get(asset=dog)
    BoardItem.objects.filter(pk=gone.pk).delete()
    boards.move_item(gone, -1)
    assert [item.asset for item in board.items.all()] == [cat]


def test_a_change_of_one_wish_leaves_the_others(board: Board) -> None:
    stale = Board.objects.get(pk=board.pk)
    boards.close_board(board)
    boards.change_board(stale, note="Look")
    again = Board.objects.get(pk=board.pk)
    assert (again.note, again.is_open) == ("Look", False)


def test_copies_go_when_no_board_needs_them(board: Board, cat: Asset) -> None:
    boards.change_board(board, downloads=True)
    assert Client().get(link(board, "share-file", key(board), "download")).status_code == 200
    folder = f"shared/{cat.pk}"
    assert default_storage.listdir(folder)[1]
    assert shared.tidy() == 0
    boards.close_board(board)
    assert shared.tidy() == 1
    assert not default_storage.exists(folder)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_deleted_for_good_leaves_no_copy(
    board: Board, cat: Asset, stored: Callable[[], list[str]]
) -> None:
    boards.change_board(board, downloads=True)
    assert Client().get(link(board, "share-file", key(board), "download")).status_code == 200
    services.trash(cat)
    services.purge(cat)
    assert stored() == []
    assert not board.items.exists()


def test_odd_letters_in_an_address_find_nothing(board: Board, sign_in: People, alice: User) -> None:
    for odd in ("%00", "%0a", "..%2f", "ü"):
        assert Client().get(f"{link(board)}{odd}/").status_code == 404
        assert Client().get(f"/s/{odd}/").status_code == 404
    address = reverse("board-items", args=[board.pk])
    assert sign_in(alice).post(address, {"key": "a\0", "action": "up"}).status_code == 404
