"""Runway's developer API: pictures and words into videos, one task each, asked after by polling.

It knows shapes as a few pairs of pixels and the camera only by words, so a wanted size becomes the
nearest shape and the motion controls become words of the prompt.
"""

from __future__ import annotations

import asyncio
import mimetypes
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from billing.pricing import CREDIT
from studio.engine import EngineError
from studio.engine.shape import nearest_ratio, size_of
from studio.http import Reply, Wire
from studio.providers import Remote
from studio.providers._answers import (
    field,
    handed_over,
    harmless,
    no_news,
    succeeded,
    text,
    unreadable,
)
from studio.providers.runway.offers import AUTO, OFFERS, PROMPT_UNITS
from studio.spec import (
    Call,
    ErrorKind,
    Handle,
    ProviderError,
    Status,
    Update,
    Uploaded,
)

VERSION = "2024-11-06"
STATUSES = {
    "PENDING": Status.QUEUED,
    "THROTTLED": Status.QUEUED,
    "RUNNING": Status.RUNNING,
    "SUCCEEDED": Status.SUCCEEDED,
    "FAILED": Status.FAILED,
    "CANCELLED": Status.CANCELED,
}
STAGES = {"PENDING": "waiting at Runway", "THROTTLED": "waiting for a free place at Runway"}
# How a task failed, by the beginning of its code: the words for it and what follows.
FAILURES = (
    ("SAFETY.INPUT", "Runway refused the prompt or the picture", ErrorKind.MODERATED),
    ("SAFETY.OUTPUT", "Runway made a video and refused it", ErrorKind.MODERATED),
    ("SAFETY", "Runway refused it", ErrorKind.MODERATED),
    ("ASSET", "Runway cannot use the picture; choose another", ErrorKind.INPUT),
    ("INPUT_PREPROCESSING", "Runway cannot use what was given; change it", ErrorKind.INPUT),
    ("", "Runway could not make the video; try again or another model", ErrorKind.REFUSED),
)
MOST_CREDITS = 1_000_000  # more in one task is no number that can be meant
CREDIT_WORDS = ("credit", "billing", "balance")


class Runway(Remote):
    key = "runway"
    label = "Runway"
    home = "https://api.dev.runwayml.com"
    key_name = "RUNWAYML_API_SECRET"
    offers = OFFERS
    slots = 1
    cancels = True
    uploads = True
    poll_first = 5.3  # never under 5 s, which jitter must not cross
    poll_most = 15.0

    def headers(self, key: str) -> dict[str, str]:
        return {**super().headers(key), "X-Runway-Version": VERSION}

    async def submit(self, wire: Wire, call: Call) -> Update:
        path = "/v1/image_to_video" if call.files else "/v1/text_to_video"
        body = {"model": call.offer.model, **await asyncio.to_thread(_complete, call)}
        reply = await wire.call("POST", path, json=body, timeout=60)
        if not reply.ok:
            raise self.refusal(reply, sending=True)
        ref = text(reply.data, "id")
        if not ref:
            raise unreadable(self, reply, ErrorKind.UNCLEAR)
        return Update(Status.QUEUED, ref=ref)

    async def poll(self, wire: Wire, handle: Handle) -> Update:
        return self._standing(await self._task(wire, handle))

    async def _task(self, wire: Wire, handle: Handle) -> Reply:
        with harmless():
            reply = await wire.call("GET", f"/v1/tasks/{handle.ref}")
        if not reply.ok:
            raise no_news(self, reply)
        if text(reply.data, "id") != handle.ref or not text(reply.data, "status"):
            raise unreadable(self, reply)
        return reply

    def _standing(self, reply: Reply) -> Update:
        task: dict[str, Any] = reply.data
        word, cost = task["status"], _units(task.get("cost"))
        match STATUSES.get(word, Status.RUNNING):
            case Status.RUNNING:
                return Update(Status.RUNNING, progress=_fraction(task.get("progress")))
            case Status.SUCCEEDED:
                urls = task.get("output")
                done = succeeded(self, urls) if isinstance(urls, list) else None
                if done is None:
                    raise unreadable(self, reply)
                return replace(done, cost=cost)
            case Status.FAILED:
                return Update(Status.FAILED, error=_failure(task), cost=cost)
            case status:
                return Update(status, stage=STAGES.get(word, ""), cost=cost)

    async def cancel(self, wire: Wire, handle: Handle) -> Update:
        """DELETE stops a task that goes on and throws away one that is done, so it is looked at
        first. Only a task that had not begun is given back, and none can be asked afterwards."""
        task = await self._task(wire, handle)
        standing = self._standing(task)
        if standing.status not in (Status.QUEUED, Status.RUNNING):
            return standing
        with harmless():
            reply = await wire.call("DELETE", f"/v1/tasks/{handle.ref}")
        if not reply.ok and reply.status != 404:
            raise no_news(self, reply)
        begun = standing.status == Status.RUNNING
        spent = _units(task.data.get("estimatedCost")) if begun else 0
        return Update(Status.CANCELED, ref=handle.ref, cost=spent)

    async def upload(self, wire: Wire, file: Path, mime: str) -> Uploaded:
        name = f"picture{mimetypes.guess_extension(mime) or file.suffix}"
        with harmless():
            ticket = await wire.call(
                "POST", "/v1/uploads", json={"filename": name, "type": "ephemeral"}
            )
            if not ticket.ok:
                raise self.refusal(ticket)
            match ticket.data:
                case {"uploadUrl": str(place), "fields": dict(fields), "runwayUri": str(uri)}:
                    form = {str(k): str(v) for k, v in fields.items()}
                case _:
                    raise unreadable(self, ticket)
            put = await wire.hand_over("POST", place, file, mime=mime, fields=form)
        handed_over(self, put)
        return Uploaded(uri, 24 * 3600)

    async def check_key(self, wire: Wire) -> str:
        with harmless():
            reply = await wire.call("GET", "/v1/organization")
        if not reply.ok:
            raise self.refusal(reply)
        left = field(reply.data, "creditBalance")
        limit = field(field(reply.data, "tier"), "maxMonthlyCreditSpend")
        said = ((left, "{:,g} credits left"), (limit, "at most {:,g} a month"))
        words = [form.format(n) for n, form in said if isinstance(n, int | float)]
        return f"Runway accepts the key{': ' if words else ''}{', '.join(words)}."

    def explain(self, reply: Reply) -> tuple[str, ErrorKind | None]:
        words, issues = text(reply.data, "error")[:300], field(reply.data, "issues")
        more = [_issue(issue) for issue in issues[:3]] if isinstance(issues, list) else []
        # They have no code for an account without credit: a 400 whose words speak of it.
        broke = reply.status == 400 and not more and any(w in words.lower() for w in CREDIT_WORDS)
        kind = ErrorKind.NO_CREDIT if broke else ErrorKind.INPUT if more else None
        return "; ".join(filter(None, [words.rstrip("."), *more])), kind


def _issue(issue: Any) -> str:
    path = field(issue, "path")
    where = ".".join(map(str, path)) if isinstance(path, list) else ""
    return f"{where}: {text(issue, 'message')[:200]}".strip(": ")


def _complete(call: Call) -> dict[str, Any]:
    """The input with the shape of the picture where that was left to us."""
    body = call.payload
    units = len(str(body.get("promptText", "")).encode("utf-16-le")) // 2
    if units > PROMPT_UNITS:
        raise ProviderError(
            f"The prompt with the motion in words has {units:,} characters; Runway takes "
            f"{PROMPT_UNITS:,}, and an emoji counts as two. Shorten it.",
            ErrorKind.INPUT,
        )
    if "ratio" not in body:
        try:
            width, height = size_of(call.files["image"])
        except EngineError as error:
            raise ProviderError(str(error), ErrorKind.INPUT) from error
        ratio = next(p for p in call.offer.extra if p.name == "ratio")
        body["ratio"] = nearest_ratio(width, height, [c for c in ratio.choices if c != AUTO])
    return body


def _fraction(value: Any) -> float | None:
    known = isinstance(value, int | float) and 0 <= value <= 1
    return float(value) if known else None


def _units(cost: Any) -> int | None:
    """Their credits are a cent, as ours are."""
    credits = field(cost, "credits")
    if isinstance(credits, bool) or not isinstance(credits, int | float):
        return None
    return int(Decimal(str(credits)) * CREDIT) if 0 <= credits < MOST_CREDITS else None


def _failure(task: dict[str, Any]) -> ProviderError:
    code = str(task.get("failureCode") or "")
    _, words, kind = next(row for row in FAILURES if code.startswith(row[0]))
    detail = f"{code} {task.get('failure') or ''}".strip()[:2000]
    return ProviderError(f"{words}{f' ({code[:80]})' if code else ''}.", kind, detail=detail)


PROVIDER = Runway()
