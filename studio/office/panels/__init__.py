"""The panels of the overview, in their order. Each is a function of the request; None where who
asks may not see it. A new one is a line here."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from studio.office.panel import Panel
from studio.office.panels.books import ledger, plans
from studio.office.panels.engine import findings, providers, pump, queues, room
from studio.office.panels.money import spend, stray
from studio.office.panels.work import failures, oldest, states

PANELS: tuple[Callable[[HttpRequest], Panel | None], ...] = (
    findings,
    states,
    oldest,
    spend,
    stray,
    ledger,
    plans,
    failures,
    providers,
    queues,
    pump,
    room,
)
