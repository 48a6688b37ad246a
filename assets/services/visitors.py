"""What people outside may do with a board: open it with its link, look, comment and decide."""

from __future__ import annotations

import hashlib
import math
from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.db.models import F
from django.utils import timezone

from assets.media import Refused
from assets.models import Board, BoardComment, BoardItem, BoardTry, BoardVerdict, Said
from assets.services.boards import checked_text, digest_of
from assets.services.names import clean
from billing.models import User

NAME_LENGTH = 60
# Wrong passwords: of one address, and of all addresses together, on one link.
ADDRESS_TRIES, ADDRESS_TIME = 10, timedelta(minutes=15)
LINK_TRIES, LINK_TIME = 300, timedelta(hours=1)
# Comments of visitors: in ten minutes, and on a board altogether.
BURST, BURST_TIME = 60, timedelta(minutes=10)
MOST_COMMENTS = 2000
MOST_VERDICTS = 200
# A region that is smaller is meant as a spot.
SPOT = 0.01


class Locked(Refused):
    """Too many wrong passwords; the same may work later."""


def find_board(token: str) -> Board | None:
    """The board of a link, also when it has expired; None for a wrong or closed one. Known and
    unknown tokens take the same road: one digest, one query."""
    found = Board.objects.filter(digest=digest_of(token), revoked=None)
    return found.select_related("account").first()


def try_password(board: Board, password: str, address: str) -> bool:
    """Whether it is the password. Each try is noted before it is looked at, so that many at once
    are counted as well. Raises Locked."""
    now = timezone.now()
    who = hashlib.sha256(f"{board.salt}:{address}".encode()).hexdigest()
    BoardTry.objects.filter(created__lt=now - LINK_TIME).delete()
    mine = BoardTry.objects.create(board=board, address=who)
    tries = BoardTry.objects.filter(board=board)
    here = tries.filter(address=who, created__gt=now - ADDRESS_TIME).count()
    if here > ADDRESS_TRIES or tries.count() > LINK_TRIES:
        mine.delete()
        minutes = int(ADDRESS_TIME.total_seconds() // 60)
        raise Locked(
            f"The password was wrong too often. Wait {minutes} minutes and try again, or ask who "
            "sent you the link."
        )
    if not check_password(password[:1000], board.password):
        return False
    tries.filter(address=who).delete()
    return True


def count_visit(board: Board) -> None:
    Board.objects.filter(pk=board.pk).update(visits=F("visits") + 1, visited=timezone.now())


def checked_name(name: str) -> str:
    words = clean(name)
    if not words:
        raise Refused("Your name is empty. Give one, so that they know who speaks.")
    if len(words) > NAME_LENGTH:
        raise Refused(f"Your name has {len(words)} letters; the limit is {NAME_LENGTH}.")
    return words


def comment(
    item: BoardItem,
    *,
    name: str,
    text: str,
    visitor: str = "",
    user: User | None = None,
    at: float | None = None,
    region: tuple[float, float, float, float] | None = None,
    reply_to: BoardComment | None = None,
) -> BoardComment:
    """What a visitor or member says of an item. `at` in seconds, `region` as fractions x, y, w, h;
    a reply has neither. Raises Refused."""
    words = checked_text(text, "comment")
    if not words:
        raise Refused("The comment is empty. Write at least one letter.")
    name = checked_name(name)
    _check_room(item.board, user)
    first = (reply_to.reply_to or reply_to) if reply_to else None
    at, region = (None, None) if first else (_time(item, at), _region(item, region))
    x, y, w, h = region or (None, None, None, None)
    return BoardComment.objects.create(
        item=item,
        user=user,
        visitor=visitor if user is None else "",
        name=name,
        text=words,
        at=at,
        x=x,
        y=y,
        w=w,
        h=h,
        reply_to=first,
    )


def _check_room(board: Board, user: User | None) -> None:
    there = BoardComment.objects.filter(item__board=board)
    if there.count() >= MOST_COMMENTS:
        raise Refused(
            f"There are {MOST_COMMENTS:,} comments on this board, the most. Write to who sent you "
            "the link."
        )
    recent = there.filter(user=None, created__gt=timezone.now() - BURST_TIME)
    if user is None and recent.count() >= BURST:
        raise Refused(
            f"{BURST} comments were written in the last ten minutes, the most. Wait a moment and "
            "send it again."
        )


def _time(item: BoardItem, at: float | None) -> float | None:
    if at is None or not item.asset.duration:
        return None
    if not math.isfinite(at) or not 0 <= at <= item.asset.duration + 0.5:
        raise Refused(f"The time {at:g} s is outside; it lasts {item.asset.duration:.1f} s.")
    return round(min(at, item.asset.duration), 3)


def _region(
    item: BoardItem, region: tuple[float, float, float, float] | None
) -> tuple[float, float, float, float] | None:
    """Inside the picture; a tiny one is a spot in its middle."""
    if region is None or item.asset.kind not in ("image", "video"):
        return None
    x, y, w, h = region
    if not all(math.isfinite(v) for v in region) or not (
        0 <= x <= 1 and 0 <= y <= 1 and 0 <= w <= 1.001 - x and 0 <= h <= 1.001 - y
    ):
        raise Refused("The region lies outside the picture. Mark it again.")
    if w < SPOT and h < SPOT:
        x, y, w, h = x + w / 2, y + h / 2, 0.0, 0.0
    return round(x, 5), round(y, 5), round(w, 5), round(h, 5)


def decide(
    item: BoardItem, verdict: str, *, name: str, visitor: str = "", user: User | None = None
) -> BoardVerdict | None:
    """One verdict of each person, the last one counts; "" takes it back. Raises Refused."""
    who = f"user:{user.pk}" if user else f"visitor:{visitor}"
    mine = BoardVerdict.objects.filter(item=item, who=who)
    if not verdict:
        mine.delete()
        return None
    if verdict not in Said.values:
        raise Refused(f"“{verdict[:40]}” is not known. Choose {' or '.join(Said.values)}.")
    if not mine.exists() and item.verdicts.count() >= MOST_VERDICTS:
        raise Refused(f"{MOST_VERDICTS} people have decided on this, the most. Write a comment.")
    said = {"name": checked_name(name), "verdict": verdict}
    return BoardVerdict.objects.update_or_create(item=item, who=who, defaults=said)[0]


def standing(item: BoardItem) -> str:
    """Where an item stands: changes when anybody wants them, approved when somebody says so and
    nobody else objects."""
    said = {verdict.verdict for verdict in item.verdicts.all()}
    return next((one for one in (Said.CHANGES, Said.APPROVED) if one in said), "")
