"""What members do with boards: make one, change it, and answer what is said on it.

The token of a link is not stored. It is made from the salt of the board and the secret key of the
studio, so that the page can show it again and a copy of the database alone opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from assets.media import Refused
from assets.models import Asset, Board, BoardComment, BoardItem, BoardVerdict
from assets.services.clients import join
from assets.services.names import checked_title, clean
from billing import audit_log
from billing.models import Account, User

MOST_BOARDS = 500
MOST_ITEMS = 200
NOTE_LENGTH = 2000
TEXT_LENGTH = 2000
PASSWORD_LENGTHS = (6, 128)
MOST_DAYS = 366
FLAGS = ("downloads", "prompts", "metadata")
# Told, in the same transaction, which files were put on a board.
LISTENERS: list[Callable[[Board, Sequence[UUID]], None]] = []


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _token(salt: str, key: str) -> str:
    made = hmac.digest(key.encode(), f"zoetrope.board:{salt}".encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def token_of(board: Board) -> str:
    """The token of its link; empty when the key that it was made with is gone from the settings.
    The link still works then, but only who has it knows it."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(digest_of(token := _token(board.salt, key)), board.digest):
            return token
    return ""


def _renew(board: Board) -> None:
    board.salt = secrets.token_urlsafe(32)
    board.digest = digest_of(_token(board.salt, settings.SECRET_KEY))


# --- the board ----------------------------------------------------------------------------------


def boards_of(account: Account) -> QuerySet[Board]:
    """The account's boards with `shown` (items in sight) and `fresh` (comments of visitors that no
    member has seen)."""
    unseen = Q(items__comments__user=None) & (
        Q(seen=None) | Q(items__comments__created__gt=F("seen"))
    )
    return Board.objects.for_account(account).annotate(
        shown=Count(
            "items",
            of_its_client("items__", "client") & Q(items__asset__trashed=None),
            distinct=True,
        ),
        fresh=Count("items__comments", unseen & of_its_client("items__", "client"), distinct=True),
    )


def make_board(
    account: Account, user: User, *, title: str, assets: Sequence[Asset] = (), **wishes: Any
) -> Board:
    """A board with a link that works at once. `wishes` as `change_board` takes them.
    Raises Refused."""
    if Board.objects.filter(account=account).count() >= MOST_BOARDS:
        raise Refused(f"There are {MOST_BOARDS} boards, the most. Delete one that is done with.")
    board = Board(account=account, user=user, title=checked_title(title))
    _renew(board)
    _wish(board, **wishes)
    with transaction.atomic():
        board.save()
        add_items(board, assets)
        _note(board, "sharing.opened")
    return board


def change_board(board: Board, **wishes: Any) -> Board:
    """Changes what is given: title, note, downloads, prompts, metadata; `password`, of which ""
    takes it away; `expires`, of which None is never. Raises Refused."""
    _wish(board, **wishes)
    if wishes:
        board.save(update_fields=[*wishes, "updated"])
    # Not what a password is, only that it is another.
    if of_link := sorted(wishes.keys() - {"title", "note"}):
        _note(board, "sharing.changed", changed=", ".join(of_link))
    return board


def delete_board(board: Board) -> None:
    """With all that was said on it, and its link."""
    _note(board, "sharing.closed", deleted=True)
    board.delete()


def _note(board: Board, action: str, **details: Any) -> None:
    audit_log.write(board.account, action, board.title, board=board.pk, **details)


def _wish(board: Board, **wishes: Any) -> None:
    for name, value in wishes.items():
        match name:
            case "title":
                board.title = checked_title(value)
            case "note":
                board.note = checked_text(value, "note", NOTE_LENGTH)
            case "password":
                board.password = _hashed(value)
            case "expires":
                board.expires = _checked_end(value)
            case "downloads" | "prompts" | "metadata":
                setattr(board, name, bool(value))
            case _:
                raise TypeError(name)


def checked_text(text: str, called: str, most: int = TEXT_LENGTH) -> str:
    """Several lines, each cleaned. Raises Refused when they are too long."""
    lines = [clean(line) for line in text.strip().splitlines()]
    words = "\n".join(lines).strip()
    if len(words) > most:
        raise Refused(
            f"The {called} has {len(words):,} letters; the limit is {most:,}. Shorten it."
        )
    return words


def _hashed(password: str) -> str:
    if not password:
        return ""
    least, most = PASSWORD_LENGTHS
    if not least <= len(password) <= most:
        raise Refused(
            f"The password has {len(password)} letters. Give {least} to {most}, or none at all."
        )
    return make_password(password)


def _checked_end(expires: datetime | None) -> datetime | None:
    if expires is None:
        return None
    now = timezone.now()
    if expires <= now:
        raise Refused(
            f"The link would have expired on {expires:%-d %B %Y}, which is over. Choose a later "
            "day, or leave it empty."
        )
    if expires > now + timedelta(days=MOST_DAYS):
        raise Refused(
            f"The link would expire in more than {MOST_DAYS} days, the most. Choose an earlier "
            "day, or leave it empty for a link without an end."
        )
    return expires


def new_link(board: Board) -> Board:
    """The old link stops working, the new one works at once, also where it was closed."""
    _renew(board)
    board.revoked = None
    if board.is_expired:
        board.expires = None
    board.save(update_fields=["salt", "digest", "revoked", "expires", "updated"])
    _note(board, "sharing.opened", anew=True)
    return board


def close_board(board: Board) -> Board:
    """Its link stops working; a second time changes nothing."""
    if board.revoked is None:
        board.revoked = timezone.now()
        board.save(update_fields=["revoked", "updated"])
        _note(board, "sharing.closed")
    return board


def close_boards(account: Account, client: UUID) -> int:
    """All open links of a client stop working. Returns how many."""
    now = timezone.now()
    its = Board.objects.filter(account=account.pk, client=client).open()
    closed = its.update(revoked=now, updated=now)
    if closed:
        audit_log.write(account, "sharing.closed", "all of a client", client=client, links=closed)
    return closed


# --- what is on it ------------------------------------------------------------------------------


def of_its_client(item: str = "", client: str = "board__client") -> Q:
    """The items without those that were moved to another client, which are not for this one to
    see; by the ways to the item and to the client of the board."""
    asset = f"{item}asset__client"
    return Q(**{client: None}) | Q(**{asset: None}) | Q(**{asset: F(client)})


def all_shown(items: QuerySet[BoardItem]) -> QuerySet[BoardItem]:
    """Those that are to be seen on their boards."""
    return items.filter(of_its_client(), asset__trashed=None, asset__account=F("board__account"))


def shown_items(board: Board) -> QuerySet[BoardItem]:
    """What is to be seen of it, in order."""
    return all_shown(board.items.all()).select_related("asset")


def chosen(account: Account, ids: Iterable[str]) -> list[Asset]:
    """The account's assets of these ids, in that order, each once. Raises Refused for one that is
    not there."""
    wanted = list(dict.fromkeys(text.strip() for one in ids for text in one.split(",")))
    wanted = [text for text in wanted if text]
    if len(wanted) > MOST_ITEMS:
        raise Refused(f"{len(wanted)} files are chosen; a board shows {MOST_ITEMS}. Choose fewer.")
    try:
        keys = [UUID(text) for text in wanted]
    except ValueError:
        raise Refused("One of the ids is none. Choose the files again.") from None
    found = Asset.objects.for_account(account).live().in_bulk(keys)
    if missing := next((key for key in keys if key not in found), None):
        raise Refused(f"There is no file {missing} in your library. Choose the files again.")
    return [found[key] for key in keys]


def add_items(board: Board, assets: Sequence[Asset]) -> int:
    """Adds what is not on it yet, at the end. Returns how many that were. Raises Refused."""
    there = set(board.items.values_list("asset_id", flat=True))
    new = [a for a in assets if a.pk not in there and a.account_id == board.account_id]
    if len(there) + len(new) > MOST_ITEMS:
        raise Refused(
            f"The board has {len(there)} files and {len(new)} more were chosen; the most is "
            f"{MOST_ITEMS}. Take some off, or make a second board."
        )
    with transaction.atomic():
        join(board, new)
        last = board.items.aggregate(last=Max("place"))["last"] or 0
        BoardItem.objects.bulk_create(
            [BoardItem(board=board, asset=a, place=last + n) for n, a in enumerate(new, 1)],
            ignore_conflicts=True,
        )
        for told in LISTENERS if new else ():
            told(board, [asset.pk for asset in new])
    return len(new)


def move_item(item: BoardItem, step: int) -> None:
    """One place to the front (-1) or to the back (1); what is off the board by now stays so."""
    with transaction.atomic():
        # Two who move at once: one waits for the other.
        Board.objects.filter(pk=item.board_id).update(title=F("title"))
        items = list(BoardItem.objects.filter(board=item.board_id))
        if item not in items:
            return
        at = items.index(item)
        to = min(max(at + step, 0), len(items) - 1)
        items.insert(to, items.pop(at))
        for place, one in enumerate(items):
            one.place = place
        BoardItem.objects.bulk_update(items, ["place"])


# --- what is said on it -------------------------------------------------------------------------


def said_on(board: Board) -> QuerySet[BoardComment]:
    said = BoardComment.objects.filter(
        of_its_client("item__", "item__board__client"), item__board=board
    )
    return said.select_related("item__asset", "user")


def answer(comment: BoardComment, user: User, text: str) -> BoardComment:
    """A member's reply, which stands beneath the first comment. Raises Refused."""
    words = checked_text(text, "answer")
    if not words:
        raise Refused("The answer is empty. Write at least one letter.")
    first = comment.reply_to or comment
    return BoardComment.objects.create(
        item=first.item, user=user, name=str(user)[:60], text=words, reply_to=first
    )


def set_resolved(comment: BoardComment, resolved: bool) -> BoardComment:
    """A first comment with its replies; a repeat keeps the first time."""
    first = comment.reply_to or comment
    if resolved != (first.resolved is not None):
        first.resolved = timezone.now() if resolved else None
        first.save(update_fields=["resolved"])
    return first


def held(ids: Sequence[UUID]) -> dict[UUID, str]:
    """{asset: why it must stay} for those of `ids` of which something is said on an open board:
    that would go with it."""
    said = Exists(BoardComment.objects.filter(item=OuterRef("pk")))
    decided = Exists(BoardVerdict.objects.filter(item=OuterRef("pk")))
    shown = BoardItem.objects.filter(said | decided, asset__in=ids, board__in=Board.objects.open())
    whose = "asset__client", "board__client"
    return {
        pk: f"{_called(title, *clients)} has comments or verdicts on it (close its link to let go)"
        for pk, title, *clients in shown.values_list("asset", "board__title", *whose)
    }


def _called(title: str, client: UUID | None, boards: UUID | None) -> str:
    """Who works for the client of a file alone does not know the boards of others."""
    return f"the open board “{title}”" if client in (None, boards) else "an open board"


def looked(board: Board) -> None:
    """A member has seen what was said so far."""
    Board.objects.filter(pk=board.pk).update(seen=timezone.now())


def fresh_comments(account: Account) -> int:
    """How many comments of visitors nobody of the account has seen."""
    unseen = Q(item__board__seen=None) | Q(created__gt=F("item__board__seen"))
    mine = account.scope.q("item__board__client")
    there = of_its_client("item__", "item__board__client")
    said = BoardComment.objects.filter(unseen, mine, there, item__board__account=account)
    return said.filter(user=None).count()


def set_items(board: Board, assets: Sequence[Asset]) -> None:
    """Exactly these, in this order. What stays keeps what was said of it; what is in the trash
    stays behind them. Raises Refused."""
    with transaction.atomic():
        keep = [asset.pk for asset in assets]
        board.items.filter(asset__trashed=None).exclude(asset__in=keep).delete()
        add_items(board, assets)
        items = list(board.items.all())
        order = {pk: place for place, pk in enumerate(keep)}
        for item in items:
            item.place = order.get(item.asset_id, len(order))
        BoardItem.objects.bulk_update(items, ["place"])
