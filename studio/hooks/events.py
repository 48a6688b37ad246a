"""What addresses can be told of: one table, with an example of each payload.

A payload says what a receiver needs to ask further, with its own key: ids, names, costs and
addresses of the API. It has no secret in it and no address of a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Sum
from django.urls import reverse

from assets.models import Board
from billing.models import CREDIT, Client
from studio.models import Batch, BatchRow, Job, State
from studio.redaction import redacted

Data = dict[str, Any]

TEST = "webhook.test"
ID, OTHER = "01990c1f-7d3a-7000-8000-5b2f6a1c9e10", "01990c20-11aa-7000-8000-0d6c1f5e2b7a"


@dataclass(frozen=True)
class Event:
    """`words` say when it happens, `example` is what is told then, as `data`."""

    key: str
    title: str
    words: str
    example: Mapping[str, Any]


def _link(name: str, *args: Any) -> str:
    """The whole address where the studio knows its own, else the path."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"


def amount(units: int) -> Data:
    return {"amount": units, "credits": units / CREDIT}


def client(pk: UUID | None) -> Data | None:
    if pk is None:
        return None
    name = Client.objects.filter(pk=pk).values_list("name", flat=True).first()
    return {"id": str(pk), "name": name or ""}


# --- jobs -----------------------------------------------------------------------------------------

OF_STATE = {
    State.SUCCEEDED: "job.succeeded",
    State.FAILED: "job.failed",
    State.CANCELED: "job.canceled",
    State.REVIEW: "job.review",
}


def job(one: Job) -> Data:
    done = one.state == State.SUCCEEDED
    return {
        "id": str(one.pk),
        "title": one.title,
        "state": one.state,
        "operation": one.operation,
        "offer": one.offer,
        "client": client(one.client_id),
        "batch": str(one.batch_id) if one.batch_id else None,
        "cost": amount(one.quote if done else 0),
        "assets": [_asset(pk) for pk in one.outputs] if done else [],
        "error": redacted(one.error),
        "created": one.created.isoformat(),
        "finished": one.finished.isoformat() if one.finished else None,
        "links": {"api": _link("api:job", one.pk), "page": _link("job", one.pk)},
    }


def _asset(pk: Any) -> Data:
    return {"id": str(pk), "links": {"api": _link("api:asset", pk), "page": _link("asset", pk)}}


# --- batches, shared files ------------------------------------------------------------------------


def batch(one: Batch, ended: str, words: str) -> Data:
    rows = BatchRow.objects.filter(batch=one).order_by()
    found = list(rows.values_list("state").annotate(Count("pk"), Sum("cost")))
    return {
        "id": str(one.pk),
        "title": one.title,
        "ended": ended.replace(" ", "_"),
        "words": words,
        "rows": {state: count for state, count, _ in found},
        "client": client(one.client_id),
        "cost": amount(sum(cost for _, _, cost in found)),
        "links": {"api": _link("api:batch", one.pk), "page": _link("batch", one.pk)},
    }


def shared(board: Board, assets: Iterable[UUID]) -> Data:
    return {
        "board": {
            "id": str(board.pk),
            "title": board.title,
            "links": {"api": _link("api:board", board.pk), "page": _link("board", board.pk)},
        },
        "client": client(board.client_id),
        "assets": [_asset(pk) for pk in assets],
    }


# --- the table ------------------------------------------------------------------------------------


def _links(kind: str, page: str) -> Data:
    base = "https://studio.example"
    return {"api": f"{base}/api/v1/{kind}/{ID}/", "page": f"{base}/{page}/{ID}/"}


_CLIENT = {"id": OTHER, "name": "Acme"}
_FILE = {"id": ID, "links": _links("assets", "library")}
_JOB = {
    "id": ID,
    "title": "The cat, zoom",
    "state": "succeeded",
    "operation": "image-to-video",
    "offer": "local-motion",
    "client": _CLIENT,
    "batch": None,
    "cost": amount(12 * CREDIT),
    "assets": [_FILE],
    "error": "",
    "created": "2026-01-31T18:00:00+00:00",
    "finished": "2026-01-31T18:00:09+00:00",
    "links": _links("jobs", "jobs"),
}
_NOT_DONE = {"cost": amount(0), "assets": []}
_FAILED = {"state": "failed", "error": "The picture is too small for this model.", **_NOT_DONE}
_BATCH = {
    "id": ID,
    "title": "Spring shop",
    "ended": "done",
    "words": "1 of 40 rows failed.",
    "rows": {"done": 39, "failed": 1},
    "client": _CLIENT,
    "cost": amount(468 * CREDIT),
    "links": _links("batches", "batch"),
}
_STOPPED = {"ended": "stopped", "words": "Stopped because 3 rows failed; the limit is 3."}
_BOARD = {"id": ID, "title": "For Acme", "links": _links("boards", "library/boards")}
_BUDGET = {
    "budget": {"id": 7, "of": "client", "name": "Acme"},
    "client": _CLIENT,
    "percent": 80,
    "spent": amount(800 * CREDIT),
    "limit": amount(1000 * CREDIT),
    "refuses": True,
    "month": "2026-01-12T09:30:00+00:00",
    "words": "The budget of Acme has come to 80 %: 800 credits of 1,000 credits are spent this "
    "month.",
}

_ALL = (
    Event("job.succeeded", "A job is done", "Its results are in the library.", _JOB),
    Event("job.failed", "A job failed", "What was held for it went back.", _JOB | _FAILED),
    Event(
        "job.canceled",
        "A job was canceled",
        "By somebody, or because the step before it was not done.",
        _JOB | {"state": "canceled", **_NOT_DONE},
    ),
    Event(
        "job.review",
        "A job needs a decision",
        "Nobody knows whether its provider took it; somebody has to decide.",
        _JOB | {"state": "review", "finished": None, **_NOT_DONE},
    ),
    Event("batch.finished", "A batch is finished", "No row of it is open any more.", _BATCH),
    Event(
        "batch.stopped",
        "A batch stopped by itself",
        "At its limit of failures or credits, or it could not begin. Somebody has to decide.",
        _BATCH | _STOPPED,
    ),
    Event(
        "asset.shared",
        "Files were shared",
        "They were put on a board; its link opens them.",
        {"board": _BOARD, "client": _CLIENT, "assets": [_FILE]},
    ),
    Event("budget.alert", "A budget is used up so far", "Once for each mark passed.", _BUDGET),
)
EVENTS: dict[str, Event] = {event.key: event for event in _ALL}
