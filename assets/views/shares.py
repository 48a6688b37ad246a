"""A board as people outside see it: with its link, without signing in.

Every address begins with the token, and an item is called by a key of this board. A wrong or closed
link is the same 404 everywhere; one that has expired says so to those who hold it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote, unquote
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from assets.media import Refused
from assets.models import Board, BoardComment, BoardItem, BoardVerdict, Said
from assets.services import boards, visitors
from assets.services.usage import count
from billing import access
from billing.models import User

P = ParamSpec("P")
OPENED, VISITOR, SEEN = "board", "visitor", "seen"
MOST_SEEN = 400  # a cookie has room for no more
OPENED_SECONDS = 12 * 3600
VISITOR_SECONDS = 180 * 24 * 3600
TOKEN_LENGTH = 100
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    # The address is the key: no other site may learn it. Without any, forms would have no origin.
    "Referrer-Policy": "same-origin",
}


class Visit(HttpRequest):
    """A request that passed `outside`. `member` is who may write in the board's account; `visitor`
    the key of a browser and the name that was given in it, both "" for a new one."""

    board: Board
    member: User | None
    visitor: str
    visitor_name: str


View = Callable[Concatenate[Visit, P], HttpResponseBase]


def outside(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Only with a link that works and, where there is one, its password."""

    @wraps(view)
    def guarded(
        request: Visit, /, token: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        board = visitors.find_board(token) if len(token) <= TOKEN_LENGTH else None
        if board is None:
            return _with_headers(render(request, "share/closed.html", status=404))
        if board.is_expired:
            context = {"board": board}
            return _with_headers(render(request, "share/closed.html", context, status=410))
        _know(request, board, token)
        if not _may_enter(request):
            return _with_headers(_ask_password(request))
        return _with_headers(view(request, *args, **kwargs))

    return guarded


def _with_headers(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in HEADERS.items():
        if "Accept-Ranges" not in response.headers:
            response.headers[name] = value
    setattr(response, "_csp_config", {**settings.SECURE_CSP, "connect-src": ["'none'"]})  # noqa: B010
    return response


def _know(request: Visit, board: Board, token: str) -> None:
    request.board, request.token = board, token  # type: ignore[attr-defined]
    request.member = request.user if _is_ours(request, board) else None  # type: ignore[assignment]
    try:
        salt = f"visitor:{board.pk}"
        told = request.get_signed_cookie(VISITOR, "", salt=salt, max_age=VISITOR_SECONDS) or ""
    except signing.BadSignature:
        told = ""
    request.visitor, _, name = told.partition(":")
    request.visitor_name = unquote(name)


def _is_ours(request: Visit, board: Board) -> bool:
    """Whether who comes may write on the board inside; a client whom they do not work for is as
    far away as another account."""
    account = getattr(request, "account", None)
    if account != board.account or not access.can_write(getattr(request, "role", None)):
        return False
    return bool(account.scope.widest().holds(board.client_id))


def _may_enter(request: Visit) -> bool:
    board = request.board
    if not board.password or request.member:
        return True
    try:
        salt = _opened_salt(board)
        return bool(request.get_signed_cookie(OPENED, "", salt=salt, max_age=OPENED_SECONDS))
    except signing.BadSignature:
        return False


def _opened_salt(board: Board) -> str:
    """Another link or another password, and the way in is closed again."""
    return f"board:{board.digest}:{board.password}"


def _ask_password(request: Visit) -> HttpResponse:
    """The form; or, when it was sent, the board."""
    asked, status, problem = reverse("share", args=[_token(request)]), 200, ""
    if request.path != asked:
        return redirect(asked)
    if request.method == "POST":
        try:
            said, address = request.POST.get("password", ""), request.META.get("REMOTE_ADDR", "")
            if visitors.try_password(request.board, said, address):
                response = redirect(asked)
                _keep(request, response, OPENED, "1", _opened_salt(request.board), OPENED_SECONDS)
                return response
            problem, status = "This is not the password. Look again, or ask for it.", 403
        except visitors.Locked as error:
            problem, status = str(error), 429
    context = {"board": request.board, "problem": problem}
    return render(request, "share/password.html", context, status=status)


def _token(request: Visit) -> str:
    return str(request.token)  # type: ignore[attr-defined]


def _keep(
    request: Visit, response: HttpResponse, name: str, value: str, salt: str, seconds: int
) -> None:
    """A cookie that is sent to this link alone."""
    response.set_signed_cookie(
        name,
        value,
        salt=salt,
        max_age=seconds,
        path=reverse("share", args=[_token(request)]),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _remember(request: Visit, response: HttpResponse, name: str = "") -> None:
    """Who this browser is, from the first page on; it counts the visit."""
    if request.member:
        return
    if not request.visitor:
        request.visitor = secrets.token_urlsafe(16)
        visitors.count_visit(request.board)
    value = f"{request.visitor}:{quote(name or request.visitor_name)}"
    _keep(request, response, VISITOR, value, f"visitor:{request.board.pk}", VISITOR_SECONDS)


# --- pages --------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@outside
def board(request: Visit) -> HttpResponseBase:
    """All that it shows."""
    items = list(_items(request.board))
    rows = [{"item": item, "standing": visitors.standing(item)} for item in items]
    context = {"board": request.board, "token": _token(request), "rows": rows}
    response = render(request, "share/board.html", context)
    if request.method == "GET":
        _remember(request, response)
    return response


def _items(board: Board) -> Any:
    said = BoardComment.objects.order_by("created", "id")
    verdicts = BoardVerdict.objects.order_by("updated")
    return boards.shown_items(board).prefetch_related(
        Prefetch("comments", said), Prefetch("verdicts", verdicts)
    )


@require_http_methods(["GET", "HEAD"])
@outside
def item(request: Visit, key: str) -> HttpResponseBase:
    """One of them, large, with what is said of it."""
    context = _item_page(request, key)
    if context is None:
        return _missing_page(request)
    response = render(request, "share/item.html", context)
    if request.method == "GET":
        _remember(request, response)
        _count(request, response, context["item"])
    return response


def _count(request: Visit, response: HttpResponse, found: BoardItem) -> None:
    """A visitor opens it: once in a visit, which is as long as the way in stays open."""
    if request.member or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return
    salt = f"seen:{request.board.pk}"
    try:
        seen = request.get_signed_cookie(SEEN, "", salt=salt, max_age=OPENED_SECONDS) or ""
    except signing.BadSignature:
        seen = ""
    marks, mark = seen.split("."), hashlib.sha256(found.key.encode()).hexdigest()[:6]
    if mark in marks:
        return
    count(found.asset_id, "shares")
    _keep(request, response, SEEN, ".".join([*marks, mark][-MOST_SEEN:]), salt, OPENED_SECONDS)


def _missing_page(request: Visit) -> HttpResponse:
    return render(request, "share/closed.html", {"within": _token(request)}, status=404)


def _item_page(request: Visit, key: str) -> dict[str, Any] | None:
    items = list(_items(request.board))
    at = next((n for n, one in enumerate(items) if one.key == key), None)
    if at is None:
        return None
    found = items[at]
    who = f"user:{request.member.pk}" if request.member else f"visitor:{request.visitor}"
    mine = next((v.verdict for v in found.verdicts.all() if v.who == who), "")
    asset = found.asset
    return {
        "board": request.board,
        "token": _token(request),
        "item": found,
        "asset": asset,
        "prompt": prompt_of(found) if request.board.prompts else "",
        "before": items[at - 1] if at else None,
        "after": items[at + 1] if at + 1 < len(items) else None,
        "place": at + 1,
        "total": len(items),
        "threads": threads(found, request.visitor),
        "standing": visitors.standing(found),
        "mine": mine,
        "verdicts": Said.choices,
        "plays": plays(asset),
        "name": str(request.member) if request.member else request.visitor_name,
        "known": bool(request.member),
    }


def prompt_of(item: BoardItem) -> str:
    return str(item.asset.recipe.get("params", {}).get("prompt", "") or "")


def plays(asset: Any) -> str:
    """How the page shows it: video, audio, or a still; what moves is sent as it is."""
    if asset.kind == "video":
        return "video" if asset.mime.startswith("video/") else "moving"
    return "audio" if asset.kind == "audio" else ("moving" if asset.animated else "still")


def threads(item: BoardItem, visitor: str = "") -> list[dict[str, Any]]:
    """First comments, numbered, each with its replies; `mine` are those of this browser."""
    said = list(item.comments.all())
    replies: dict[Any, list[BoardComment]] = {}
    for one in said:
        one.mine = bool(visitor) and one.visitor == visitor  # type: ignore[attr-defined]
        replies.setdefault(one.reply_to_id, []).append(one)
    firsts = replies.get(None, [])
    return [
        {"number": n, "first": c, "replies": replies.get(c.pk, [])} for n, c in enumerate(firsts, 1)
    ]


# --- what visitors say --------------------------------------------------------------------------


@require_POST
@outside
def say(request: Visit, key: str) -> HttpResponseBase:
    """A comment, a verdict, or both: `text`, `verdict`, `name`, and where: `at`, or x, y, w, h."""
    found = boards.shown_items(request.board).filter(key=key).first()
    if found is None:
        return _missing_page(request)
    name = str(request.member)[:60] if request.member else request.POST.get("name", "")
    if not request.member and not request.visitor:
        request.visitor = secrets.token_urlsafe(16)
    try:
        anchor = _take(request, found, name)
    except Refused as error:
        context = _item_page(request, key) or {}
        sent = {k: request.POST.get(k, "") for k in ("name", "text", "at", "x", "y", "w", "h")}
        context |= {"problem": str(error), "sent": sent}
        return render(request, "share/item.html", context, status=422)
    response = redirect(reverse("share-item", args=[_token(request), key]) + anchor)
    _remember(request, response, visitors.checked_name(name) if name else "")
    return response


def _take(request: Visit, found: BoardItem, name: str) -> str:
    """Does what was asked for; the place on the page where it is to be seen."""
    sent, who = request.POST, {"visitor": request.visitor, "user": request.member}
    if gone := sent.get("withdraw", ""):
        mine = found.comments.filter(visitor=request.visitor).exclude(visitor="")
        mine.filter(pk=_uuid(gone)).delete()
        return "#said"
    anchor = "#verdict"
    if sent.get("text", "").strip() or "verdict" not in sent:
        first = _first(found, sent.get("reply_to", ""))
        at, region = _number(sent.get("at", "")), _four(sent)
        said = visitors.comment(
            found,
            name=name,
            text=sent.get("text", ""),
            at=at,
            region=region,
            reply_to=first,
            **who,  # type: ignore[arg-type]
        )
        anchor = f"#c-{said.pk}"
    if "verdict" in sent:
        visitors.decide(found, sent["verdict"], name=name, **who)  # type: ignore[arg-type]
    return anchor


def _first(found: BoardItem, wanted: str) -> BoardComment | None:
    if not wanted:
        return None
    first = found.comments.filter(pk=_uuid(wanted)).first()
    if first is None:
        raise Refused("The comment that you answer is gone. Reload the page.")
    return first


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("The comment that you mean is not on this board. Reload the page.") from None


def _number(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise Refused(f"“{text[:20]}” is not a time. Give seconds, such as 2.5.") from None


def _four(sent: Any) -> tuple[float, float, float, float] | None:
    x, y, w, h = (_number(sent.get(name, "")) for name in "xywh")
    return None if x is None or y is None else (x, y, w or 0.0, h or 0.0)
