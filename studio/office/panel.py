"""What a panel of the overview is: figures, a table, and buttons for who may press them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

Tone = Literal["", "ok", "wait", "warn", "bad"]


@dataclass(frozen=True)
class Cell:
    """A value and the page of what it stands for."""

    text: str
    link: str = ""
    tone: Tone = ""
    number: bool = False


@dataclass(frozen=True)
class Figure:
    """A number that stands by itself."""

    text: str
    label: str
    link: str = ""
    tone: Tone = ""


@dataclass(frozen=True)
class Act:
    """A button: the form that it sends."""

    label: str
    address: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Row:
    cells: Sequence[Cell]
    acts: Sequence[Act] = ()


@dataclass(frozen=True)
class Panel:
    """`words` stand below the title, `empty` where there are no rows."""

    title: str
    figures: Sequence[Figure] = ()
    head: Sequence[str] = ()
    rows: Sequence[Row] = ()
    empty: str = ""
    words: str = ""
    wide: bool = False


Draw = Callable[[HttpRequest], Panel]


def seen_with(permission: str) -> Callable[[Draw], Callable[[HttpRequest], Panel | None]]:
    """The panel is there for who has the permission, and nothing is read for others."""

    def limit(draw: Draw) -> Callable[[HttpRequest], Panel | None]:
        @wraps(draw)
        def drawn(request: HttpRequest) -> Panel | None:
            return draw(request) if request.user.has_perm(permission) else None

        return drawn

    return limit


def listed(model: str, **query: Any) -> str:
    """The address of the list of a model: listed("studio_job", state__exact="queued")."""
    address = reverse(f"admin:{model}_changelist")
    return f"{address}?{urlencode(query)}" if query else address


def page_of(model: str, pk: Any) -> str:
    return reverse(f"admin:{model}_change", args=[pk])


def number(value: float) -> str:
    return f"{value:,.0f}"


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def ago(seconds: float) -> str:
    """A time in the two largest units: 3 s, 4 min 10 s, 2 h 5 min, 3 d 1 h.

    >>> ago(3), ago(250), ago(7500), ago(262_800), ago(60)
    ('3 s', '4 min 10 s', '2 h 5 min', '3 d 1 h', '1 min')
    """
    whole = max(0, round(seconds))
    parts: list[str] = []
    for name, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, whole = divmod(whole, size)
        if parts and not count:
            break
        if count or (name == "s" and not parts):
            parts.append(f"{count} {name}")
        if len(parts) == 2:
            break
    return " ".join(parts)


def lasting(span: timedelta | None) -> str:
    return "–" if span is None else ago(span.total_seconds())
