"""Boards for the members of an account: make, change, close, and answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.media import Refused
from assets.models import Board, BoardComment, BoardVerdict
from assets.search import BadFilter
from assets.services import boards, bulk, visitors
from assets.services.names import clean
from assets.views.guard import MemberRequest, member, polled, writer
from assets.views.shares import prompt_of, threads
from assets.views.toast import say
from billing.models import Account

LISTED = 200


@require_safe
@member
def all_boards(request: MemberRequest) -> HttpResponseBase:
    """The newest first, with what is new on each."""
    rows = list(boards.boards_of(request.account)[:LISTED])
    for row in rows:
        row.covers = list(boards.shown_items(row)[:4])  # type: ignore[attr-defined]
    return render(request, "library/boards.html", {"boards": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@writer
def new(request: MemberRequest) -> HttpResponseBase:
    """The form for a board with ids=… on it, or with what filter=…, a query string of the library,
    finds; sent with a title, the board."""
    given = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {"sent": given, "first": _today() + timedelta(days=1)}
    status = 200
    try:
        context["assets"] = boards.chosen(request.account, _ids(request.account, given))
        if request.method == "POST" and "title" in given:
            made = boards.make_board(
                request.account, request.user, assets=context["assets"], **_wishes(given)
            )
            say(request, "The board is made. Copy its link and send it.")
            return redirect("board", made.pk)
    except (Refused, BadFilter) as error:
        context["problem"], status = str(error), 422
    mine = boards.boards_of(request.account)[:LISTED] if context.get("assets") else []
    return render(request, "library/board_new.html", context | {"boards": mine}, status=status)


def _ids(account: Account, given: QueryDict) -> list[str]:
    query = given.get("filter")
    if query is None or given.getlist("ids"):
        return given.getlist("ids")
    params = dict(parse_qsl(query.removeprefix("?")))
    return [str(pk) for pk in bulk.chosen(account, params=params, most=boards.MOST_ITEMS)]


def _today() -> date:
    return timezone.localdate()


def _wishes(sent: Any) -> dict[str, Any]:
    """The fields of the form. An empty password changes nothing, unless it is to go."""
    wishes: dict[str, Any] = {
        "title": sent.get("title", ""),
        "note": sent.get("note", ""),
        "expires": _end_of(sent.get("expires", "")),
        **{name: sent.get(name) == "1" for name in boards.FLAGS},
    }
    if sent.get("no_password") == "1":
        wishes["password"] = ""
    elif password := sent.get("password", ""):
        wishes["password"] = password
    return wishes


def _end_of(text: str) -> datetime | None:
    """The end of that day, where the studio is."""
    if not text.strip():
        return None
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    if day is None:
        raise Refused(f"“{text[:20]}” is not a day. Write it as 2026-01-31.")
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


def find(request: MemberRequest, pk: UUID) -> Board:
    """A board of the account; anybody else's is a 404."""
    return get_object_or_404(Board.objects.for_account(request.account), pk=pk)


@require_safe
@member
def board(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    found = find(request, pk)
    context = _page(request, found)
    boards.looked(found)
    return render(request, "library/board.html", context)


def _page(request: HttpRequest, board: Board) -> dict[str, Any]:
    token = boards.token_of(board)
    link = request.build_absolute_uri(reverse("share", args=[token])) if token else ""
    since = timezone.now().timestamp()
    return {
        "board": board,
        "link": link,
        "since": since,
        "first": _today() + timedelta(days=1),
        **_rows(board),
    }


def _rows(board: Board) -> dict[str, Any]:
    items = list(boards.shown_items(board).prefetch_related("comments", "verdicts"))
    rows = [
        {
            "item": item,
            "standing": visitors.standing(item),
            "verdicts": list(item.verdicts.all()),
            "threads": threads(item),
            "prompt": prompt_of(item),
        }
        for item in items
    ]
    hidden = board.items.count() - len(items)
    return {"rows": rows, "hidden": hidden, "board": board}


@require_safe
@polled
def news(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """How much was said since the page was loaded (?since=, seconds), asked for by the page. What
    somebody writes on it must not be replaced."""
    found = find(request, pk)
    try:
        since = datetime.fromtimestamp(float(request.GET.get("since", "")), UTC)
    except (ValueError, OverflowError, OSError):
        since = timezone.now()
    said = boards.said_on(found).filter(user=None, created__gt=since).count()
    decided = BoardVerdict.objects.filter(item__board=found, updated__gt=since).count()
    context = {"said": said, "decided": decided, "board": found, "since": since.timestamp()}
    return render(request, "library/board_news.html", context)


@require_POST
@writer
def edit(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    found = find(request, pk)
    try:
        boards.change_board(found, **_wishes(request.POST))
    except Refused as error:
        context = _page(request, find(request, pk)) | {"problem": str(error), "sent": request.POST}
        return render(request, "library/board.html", context, status=422)
    say(request, "Saved.")
    return redirect("board", pk)


@require_POST
@writer
def link(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """action=new makes another link, action=close ends the one there is."""
    found = find(request, pk)
    if request.POST.get("action") == "close":
        boards.close_board(found)
        say(request, "The link is closed. Nobody outside sees the board any more.")
    else:
        boards.new_link(found)
        say(request, "The board has a new link; an older one does not work any more.")
    return redirect("board", pk)


@require_POST
@writer
def delete(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """With all that was said on it; the files stay in the library."""
    found = find(request, pk)
    boards.delete_board(found)
    say(request, f"The board “{found.title}” is deleted. Its files are in the library as before.")
    return redirect("boards")


@require_POST
@writer
def items(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """ids=… are added; action=remove, up or down is about the item of that key."""
    found = find(request, pk)
    action = request.POST.get("action", "add")
    if action == "add":
        return _add(request, found)
    item = get_object_or_404(found.items, key=clean(request.POST.get("key", "")))
    if action == "remove":
        title = item.asset.title
        item.delete()
        say(request, f"“{title}” is off the board, with what was said of it.")
    elif action in ("up", "down"):
        boards.move_item(item, -1 if action == "up" else 1)
    return redirect(f"{reverse('board', args=[pk])}#items")


def _add(request: MemberRequest, found: Board) -> HttpResponse:
    try:
        added = boards.add_items(found, boards.chosen(request.account, request.POST.getlist("ids")))
    except Refused as error:
        messages.error(request, str(error))
    else:
        say(request, f"{added} file{'' if added == 1 else 's'} added to “{found.title}”.")
    return redirect("board", found.pk)


@require_POST
@writer
def comment(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """action=answer with text, resolve, reopen or delete, of the comment of that id."""
    found = find(request, pk)
    said = _comment(found, request.POST.get("comment", ""))
    match request.POST.get("action", ""):
        case "answer":
            try:
                said = boards.answer(said, request.user, request.POST.get("text", ""))
            except Refused as error:
                messages.error(request, str(error))
        case "resolve" | "reopen" as action:
            boards.set_resolved(said, action == "resolve")
        case "delete":
            said.delete()
            return redirect(f"{reverse('board', args=[pk])}#items")
    return redirect(f"{reverse('board', args=[pk])}#c-{said.pk}")


def _comment(board: Board, wanted: str) -> BoardComment:
    try:
        return get_object_or_404(boards.said_on(board), pk=UUID(wanted))
    except ValueError:
        raise Http404 from None
