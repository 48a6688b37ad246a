"""What the pages of a batch have in common: the batch of the address, its states in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from assets.views.guard import MemberRequest, is_htmx
from assets.views.toast import say, say_now
from billing.owned import check_own
from billing.services import MoneyRefused
from studio import batches
from studio.models import Batch, BatchMapping, BatchState, BatchTemplate, RowState

P = ParamSpec("P")
Kept = TypeVar("Kept", BatchMapping, BatchTemplate)
Act = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
# (look, sign) of a state; the word stands beside them.
LOOKS: dict[str, tuple[str, str]] = {
    BatchState.DRAFT: ("", "pencil"),
    BatchState.SCHEDULED: ("wait", "clock"),
    BatchState.RUNNING: ("wait", "loader-circle"),
    BatchState.PAUSED: ("warn", "pause"),
    BatchState.STOPPED: ("warn", "triangle-alert"),
    BatchState.DONE: ("ok", "circle-check"),
    BatchState.CANCELED: ("", "circle-slash"),
}
ROWS: dict[str, tuple[str, str]] = {
    RowState.NEW: ("", "clock"),
    RowState.READY: ("ok", "check"),
    RowState.COMING: ("wait", "download"),
    RowState.WRONG: ("bad", "triangle-alert"),
    RowState.SKIPPED: ("", "eye-off"),
    RowState.OPEN: ("", "clock"),
    RowState.DONE: ("ok", "circle-check"),
    RowState.FAILED: ("bad", "circle-x"),
    RowState.CANCELED: ("", "circle-slash"),
}
# The parts of the bar in their order.
PARTS = {
    "done": "done",
    "running": "running",
    "failed": "failed",
    "waiting": "waiting",
    "canceled": "canceled",
    "ready": "ready",
    "wrong": "wrong",
    "coming": "waiting for files",
    "new": "not checked",
    "skipped": "left out",
}


@dataclass(frozen=True)
class Part:
    """Of the bar: from where and how wide, for attributes."""

    key: str
    label: str
    count: int
    at: str
    width: str


def bar(counts: Mapping[str, int]) -> list[Part]:
    total = sum(counts.values()) or 1
    parts, at = [], 0.0
    for key, label in PARTS.items():
        if count := counts.get(key, 0):
            width = 100 * count / total
            parts.append(Part(key, label, count, f"{at:.2f}%", f"{width:.2f}%"))
            at += width
    return parts


def look_of(batch: Batch, counts: Mapping[str, int]) -> tuple[str, str, str]:
    """Its look, its sign and its word: done is not all well when rows were wrong or failed."""
    look, sign = LOOKS[batch.state]
    word = str(batch.get_state_display())
    if batch.state == BatchState.DONE and (counts.get("failed") or counts.get("wrong")):
        return "warn", "triangle-alert", f"{word}, not all of it"
    return look, sign, word


def find(request: MemberRequest, pk: UUID) -> Batch:
    """A batch of the account; anybody else's is a 404."""
    return get_object_or_404(Batch.objects.for_account(request.account), pk=pk)


def refused(words: str, status: int = 422) -> HttpResponse:
    """A change that was not made, said at the edge of the page."""
    return say_now(HttpResponse(status=status, headers={"HX-Reswap": "none"}), words, bad=True)


def words_of(error: Exception) -> str:
    return str(getattr(error, "message", "") or error)


# What a person may have done wrong.
NO = (
    batches.Wrong,
    batches.Refused,
    batches.NotNow,
    batches.TermsChanged,
    MoneyRefused,
)


def says_no(view: Act[P]) -> Act[P]:
    """What cannot be done is said, and the page stays as it is."""

    @wraps(view)
    def calm(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except PermissionDenied as error:
            if is_htmx(request):
                return refused(str(error), 403)
            raise
        except NO as error:
            if is_htmx(request):
                return refused(words_of(error))
            say(request, words_of(error))
            pk = kwargs.get("pk")
            return redirect("batch", pk) if pk else redirect("batches")

    return calm


def forget(request: MemberRequest, model: type[Kept], said: str) -> Kept:
    """Throw away what is kept under a name; what was made with it stays as it is."""
    try:
        pk = UUID(said)
    except ValueError:
        raise batches.Wrong("name", "That is gone already. Reload the page.") from None
    mine: Any = model._default_manager
    row: Kept | None = mine.for_account(request.account).filter(pk=pk).first()
    if row is None:
        raise batches.Wrong("name", "That is gone already. Reload the page.")
    check_own(request.account, row)
    row.delete()
    return row


def to_page(request: MemberRequest, batch: Batch) -> HttpResponseBase:
    """The page anew, after something has changed it as a whole."""
    return go(request, reverse("batch", args=[batch.pk]))


def go(request: MemberRequest, address: str) -> HttpResponseBase:
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def number(value: Any, high: int = 10**9) -> int:
    """A whole number out of an address; 0 for what is none."""
    text = str(value or "")
    return min(int(text), high) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
