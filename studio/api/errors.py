"""One shape for every refusal: {"message": …, "errors": [{"field", "value", "message"}]}."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions
from rest_framework.response import Response

from assets.services import Refused
from billing.services import LimitReached, MoneyRefused, NotInPlan
from studio.fields import shown
from studio.http import FetchRefused
from studio.jobs import KeyReused, NotPossible

log = logging.getLogger("zoetrope.api")

# An answer stays readable, however much was wrong with the request.
MAX_PROBLEMS = 20


class Problem(TypedDict):
    """What is wrong with one field ("" when it is the request as a whole); in a search, `start`
    and `end` are the spot, in letters."""

    field: str
    value: str | None
    message: str
    start: NotRequired[int]
    end: NotRequired[int]


def problem(field: str, value: Any, message: str) -> Problem:
    return {"field": field, "value": None if value is None else shown(value), "message": message}


class Invalid(exceptions.APIException):
    """The request cannot be accepted as it is; each problem names its field."""

    status_code = 400

    def __init__(
        self, problems: Sequence[Mapping[str, Any]], status: int = 400, *, more: int = 0
    ) -> None:
        """`more` problems were found than are given."""
        self.status_code = status
        self.problems = list(problems)[:MAX_PROBLEMS]
        message = " ".join(str(p["message"]) for p in self.problems)
        if more := more + len(problems) - len(self.problems):
            message += f" And {more:,} more."
        super().__init__(message)


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = "The request is too large."

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The request is too large; the most is {limit // 1024**2:,} MB. Send a smaller file."
        )


# Failures of the parts below and what they mean over HTTP; the message is theirs.
PLAIN: dict[type[Exception], int] = {
    # What the plan does not have is not had by paying for this, nor by trying again soon.
    LimitReached: 403,
    NotInPlan: 403,
    MoneyRefused: 402,
    NotPossible: 409,
    Refused: 400,
    PermissionDenied: 403,
    FetchRefused: 400,
    Http404: 404,
}
BROKEN = (SuspiciousOperation, MultiPartParserError, UnreadablePostError)
WORDS: dict[type[exceptions.APIException], str] = {
    exceptions.NotAuthenticated: "Sign in, or send a key: “Authorization: Bearer zt_…”.",
    exceptions.NotFound: "There is nothing at this address.",
}


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """The exception handler of the API. What it does not know is a bug: logged, answered 500."""
    status = next((s for kind, s in PLAIN.items() if isinstance(error, kind)), None)
    if isinstance(error, KeyReused):
        told = problem("Idempotency-Key", error.key, str(error))
        return _answer(422, str(error), [told])
    if status:
        return _answer(status, str(error) or WORDS[exceptions.NotFound])
    if isinstance(error, RequestDataTooBig):
        return _answer(413, str(TooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE).detail))
    if isinstance(error, BROKEN):
        return _answer(400, f"The request is broken and cannot be read: {shown(error)}")
    if isinstance(error, exceptions.APIException):
        return _refusal(error)
    log.exception("the API broke", exc_info=error)
    got_request_exception.send(sender=None, request=context["request"]._request)
    return _answer(500, "Something went wrong on our side. It is in the log of the studio.")


def _refusal(error: exceptions.APIException) -> Response:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    message = str(error.detail)
    if message == str(type(error).default_detail):
        message = WORDS.get(type(error), message)
    if isinstance(error, exceptions.Throttled):
        wait = max(1, round(getattr(error, "wait", None) or 1))
        headers["Retry-After"] = str(wait)
        message = f"Too many requests. Try again in {wait} s."
    return _answer(error.status_code, message, getattr(error, "problems", []), headers)


def _answer(
    status: int,
    message: str,
    problems: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = {"message": message, "errors": list(problems)}
    return Response(body, status=status, headers=dict(headers or {}))
