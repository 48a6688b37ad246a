"""Telling that a budget is used up so far: once, in every way that there is."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from billing.models import BudgetAlert, BudgetOf, User
from studio import alerts
from studio.hooks import events

log = logging.getLogger("zoetrope.notices")

AT_ONCE = 100


def deliver() -> int:
    """All that nobody was told of: how many. What is written and what is sent go together, so that
    none is told twice and none is lost."""
    done = 0
    for pk in BudgetAlert.objects.filter(delivered=None).order_by("id").values_list("pk")[:AT_ONCE]:
        try:
            done += _deliver(*pk)
        except Exception:  # the others are not to wait for it
            log.exception("budget alert %s was not told", pk)
    return done


def _deliver(pk: int) -> bool:
    with transaction.atomic():
        mine = BudgetAlert.objects.filter(pk=pk, delivered=None)
        if not mine.update(delivered=timezone.now()):
            return False
        found = BudgetAlert.objects.select_related(
            "budget__account", "budget__client", "budget__user", "budget__api_key__user"
        ).get(pk=pk)
        budget = found.budget
        name = f"the budget of {budget.name}"
        used_up = found.level >= 100
        title = f"{name} is used up" if used_up else f"{name} has come to {found.level} %"
        alerts.alert(
            budget.account,
            title[:1].upper() + title[1:],
            found.words,
            reverse("budgets"),
            "budget.alert",
            _data(found),
            client=budget.client_id,
            also=_whose(found),
        )
    return True


def _whose(alert: BudgetAlert) -> list[User]:
    """Who works with it, beside those who manage the account: its member, who has its key, and who
    works for its client alone."""
    budget = alert.budget
    if budget.of == BudgetOf.MEMBER:
        return [budget.user] if budget.user else []
    if budget.of == BudgetOf.KEY:
        return [budget.api_key.user] if budget.api_key else []
    if budget.of == BudgetOf.CLIENT:
        return list(
            User.objects.filter(
                membership__account=budget.account,
                membership__limited=True,
                membership__clients=budget.client,
            )
        )
    return []


def _data(alert: BudgetAlert) -> dict[str, Any]:
    budget = alert.budget
    return {
        "budget": {"id": budget.pk, "of": budget.of, "name": budget.name},
        "client": events.client(budget.client_id),
        "percent": alert.level,
        "spent": events.amount(alert.spent),
        "limit": events.amount(alert.limit),
        "refuses": alert.refuses,
        "month": alert.period.isoformat(),
        "words": alert.words,
    }
