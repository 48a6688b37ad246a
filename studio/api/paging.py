"""Lists: the query is checked by name and value, and pages follow a keyset, not an offset."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core import signing
from django.db.models import Field, Model, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from studio.api.errors import Invalid, Problem, problem
from studio.fields import listed, shown

M = TypeVar("M", bound=Model)

PAGE_SIZE = 25
MAX_PAGE_SIZE = 100
SALT = "studio.api.cursor"

PAGE = (
    OpenApiParameter("cursor", str, description="Where the page starts: take it from `next`."),
    OpenApiParameter(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE},
        description="How many at most.",
    ),
)


def read(request: Request, known: Sequence[OpenApiParameter]) -> dict[str, str]:
    """The query as one value per name. An unknown name, a repeat or an impossible value is
    refused; an empty value is as good as none."""
    wrong: list[Problem] = []
    names = {p.name: p for p in known}
    for name, values in request.query_params.lists():
        if name not in names:
            takes = listed(tuple(names)).replace(" or ", " and ")
            wrong.append(
                problem(name, values[0], f"“{shown(name)}” is not known here. Known: {takes}.")
            )
        elif len(values) > 1:
            wrong.append(problem(name, values[0], f"“{name}” is given twice. Give it once."))
        elif "\x00" in values[0]:
            words = f"“{name}” has a character of code 0 in it, which no text has. Take it out."
            wrong.append(problem(name, values[0].replace("\x00", "␀"), words))
        elif (choices := names[name].enum) and values[0] and values[0] not in choices:
            words = f"“{shown(values[0])}” is not known. Choose {listed(tuple(choices))}."
            wrong.append(problem(name, values[0], words))
    if wrong:
        raise Invalid(wrong)
    said: dict[str, Any] = request.query_params.dict()
    return {name: value for name, value in said.items() if value}


def uuid_of(name: str, text: str) -> UUID:
    """An id that a filter names."""
    try:
        return UUID(text)
    except ValueError:
        words = f"“{shown(text)}” is not an id. Give one as the jobs themselves have it."
        raise Invalid([problem(name, text, words)]) from None


def moment(name: str, text: str) -> datetime:
    """A date or a time of ISO 8601; without a zone it is in the time zone of the studio."""
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)):
            found = datetime(day.year, day.month, day.day)
        if found is None:
            raise ValueError
        aware = found if timezone.is_aware(found) else timezone.make_aware(found)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        words = f"“{shown(text)}” is not a time. Write 2026-01-31 or 2026-01-31T18:00:00Z."
        raise Invalid([problem(name, text, words)]) from None


def page(
    request: Request, queryset: QuerySet[M], query: dict[str, str], order: str = "-created"
) -> tuple[list[M], str | None]:
    """One page of rows, and the address of the next one."""
    most = size(query.get("page_size"))
    down = order.startswith("-")
    field: Any = queryset.model._meta.get_field(order.lstrip("-"))
    if cursor := query.get("cursor"):
        queryset = queryset.filter(_after(cursor, order, field, "lt" if down else "gt"))
    rows = list(queryset.order_by(order, "-pk" if down else "pk")[: most + 1])
    if len(rows) <= most:
        return rows, None
    last = rows[most - 1]
    return rows[:most], following(request, behind(order, getattr(last, field.name), last.pk))


def behind(order: str, value: Any, pk: Any) -> str:
    """The cursor of what comes after that row."""
    return signing.dumps([order, str(value), str(pk)], salt=SALT)


def began(query: dict[str, str], order: str) -> str | None:
    """The key of the row that the page comes after; None on the first."""
    return _read(query["cursor"], order)[1] if "cursor" in query else None


def following(request: Request, cursor: str) -> str | None:
    """The address of the page behind the cursor; None without one."""
    if not cursor:
        return None
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor)


def size(text: str | None) -> int:
    """How many rows a page has."""
    if text is None:
        return PAGE_SIZE
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_PAGE_SIZE:
        words = f"“{shown(text)}” is not a page size. Give a whole number from 1 to "
        raise Invalid([problem("page_size", text, f"{words}{MAX_PAGE_SIZE}.")])
    return int(text)


def _after(cursor: str, order: str, field: Field[Any, Any], beyond: str) -> Q:
    """Rows beyond the last one seen. The first condition lets the index find the place."""
    value, pk = _read(cursor, order)
    at = field.to_python(value)
    return Q(**{f"{field.name}__{beyond}e": at}) & (
        Q(**{f"{field.name}__{beyond}": at}) | Q(**{f"pk__{beyond}": pk})
    )


def _read(cursor: str, order: str) -> tuple[str, str]:
    try:
        made_for, value, pk = signing.loads(cursor, salt=SALT)
        if made_for != order:
            raise ValueError
    except (signing.BadSignature, ValueError):
        words = "This cursor is not one of this list. Start without, and follow `next`."
        raise Invalid([problem("cursor", cursor, words)]) from None
    return value, pk
