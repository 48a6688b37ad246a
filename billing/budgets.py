"""Budgets: which of them work comes out of, how much of them is used, and their alerts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, Sum

from billing.models import (
    Account,
    ApiKey,
    Budget,
    BudgetAlert,
    BudgetOf,
    BudgetPeriod,
    Client,
    Hold,
    HoldState,
    User,
)
from billing.models.budgets import LEVELS
from billing.purpose import Purpose
from billing.standing import Standing, standing


@dataclass(frozen=True)
class Figure:
    """A budget as it stands: `spent` and `held` of `soft` (warns) and `hard` (refuses)."""

    budget: Budget
    spent: int
    held: int
    soft: int | None
    hard: int | None
    resets: datetime

    @property
    def name(self) -> str:
        return self.budget.name

    @property
    def used(self) -> int:
        return self.spent + self.held


def set_budget(
    account: Account,
    of: str,
    *,
    client: Client | None = None,
    user: User | None = None,
    api_key: ApiKey | None = None,
    soft: int | None = None,
    hard: int | None = None,
) -> Budget:
    """Set what may be spent in a month. It counts what was spent in this one already. Raises
    ValidationError."""
    whose = {"client": client, "user": user, "api_key": api_key}
    found = Budget.objects.filter(account=account, of=of, **whose).first()
    budget = found or Budget(account=account, of=of, **whose)
    budget.soft, budget.hard = soft, hard
    budget.full_clean()
    budget.save()
    return budget


def budgets_of(account: Account, now: datetime | None = None) -> list[Figure]:
    """All that count, the plan's among them."""
    at = standing(account, now)
    return figures(at, active(at))


def seen_by(account: Account, user: User, *, manages: bool) -> list[Figure]:
    """Who manages the account sees all budgets; others their own, those of everybody, and those of
    clients in sight."""

    def is_seen(budget: Budget) -> bool:
        match budget.of:
            case BudgetOf.MEMBER | BudgetOf.KEY:
                key = budget.api_key
                return (key.user_id if key else budget.user_id) == user.pk
            case BudgetOf.CLIENT:
                return account.scope.holds(budget.client_id)
            case _:
                return True

    return [one for one in budgets_of(account) if manages or is_seen(one.budget)]


def active(at: Standing) -> list[Budget]:
    """Those that limit anything, with the figures of the plan in its own."""
    kept = Budget.objects.filter(account=at.account).select_related("client", "user", "api_key")
    found = [b for b in kept if b.of != BudgetOf.PLAN and (b.soft, b.hard) != (None, None)]
    if at.plan and at.plan.cost_cap is not None:
        own = next((b for b in kept if b.of == BudgetOf.PLAN), None)
        own = own or Budget(account=at.account, of=BudgetOf.PLAN)
        own.hard = at.plan.cost_cap
        found.append(own)
    return found


def is_for(budget: Budget, purpose: Purpose) -> bool:
    """Whether work for that comes out of this budget."""
    match budget.of:
        case BudgetOf.CLIENT:
            return budget.client_id == purpose.client
        case BudgetOf.MEMBER:
            return budget.user_id == purpose.user
        case BudgetOf.KEY:
            return budget.api_key_id == purpose.key
        case _:
            return True


def purpose_of(hold: Hold) -> Purpose:
    return Purpose(
        hold.offer,
        hold.module,
        hold.kind,
        hold.count,
        hold.client_id,
        hold.user_id,
        hold.api_key_id,
    )


def _holds_of(budget: Budget) -> Q:
    match budget.of:
        case BudgetOf.CLIENT:
            return Q(client=budget.client_id)
        case BudgetOf.MEMBER:
            return Q(user=budget.user_id)
        case BudgetOf.KEY:
            return Q(api_key=budget.api_key_id)
        case _:
            return Q()


def sums(budget: Budget, start: datetime) -> tuple[int, int]:
    """What is spent and held of it in the month that began then, by the holds themselves."""
    mine = Hold.objects.filter(_holds_of(budget), account=budget.account_id, period=start)
    found = mine.aggregate(
        spent=Sum(F("charged") - F("refunded"), filter=Q(state=HoldState.CHARGED), default=0),
        held=Sum("amount", filter=Q(state=HoldState.OPEN), default=0),
    )
    return found["spent"], found["held"]


def figures(at: Standing, some: Sequence[Budget]) -> list[Figure]:
    kept = {
        row.budget_id: (row.spent, row.held)
        for row in BudgetPeriod.objects.filter(
            budget__in=[b.pk for b in some if b.pk], period=at.start
        )
    }
    found = []
    for budget in some:
        spent, held = kept.get(budget.pk) or sums(budget, at.start)
        found.append(Figure(budget, spent, held, budget.soft, budget.hard, at.end))
    return found


# --- under the lock of the account ---------------------------------------------------------------


def open_periods(account: Account, some: Iterable[Budget], start: datetime) -> None:
    """That each of them has a row for that month, before anything more is held in it."""
    for budget in some:
        if budget.pk is None:
            hard, budget.hard = budget.hard, None
            budget.save()
            budget.hard = hard
        if not BudgetPeriod.objects.filter(budget=budget, period=start).exists():
            spent, held = sums(budget, start)
            BudgetPeriod.objects.create(budget=budget, period=start, spent=spent, held=held)


def move(account: Account, start: datetime, lines: Iterable[tuple[Purpose, int, int]]) -> None:
    """Add (spent, held) of each purpose to the budgets that it comes out of, where they have begun
    that month."""
    lines = list(lines)
    rows = BudgetPeriod.objects.filter(budget__account=account, period=start)
    for row in rows.select_related("budget"):
        mine = [(spent, held) for purpose, spent, held in lines if is_for(row.budget, purpose)]
        spent, held = (sum(part) for part in zip(*mine, strict=True)) if mine else (0, 0)
        if spent or held:
            changed: dict[str, Any] = {"spent": F("spent") + spent, "held": F("held") + held}
            BudgetPeriod.objects.filter(pk=row.pk).update(**changed)
        if spent > 0:
            _alert(row.budget, start, row.spent + spent)


def _alert(budget: Budget, start: datetime, spent: int) -> None:
    """Note, once a month, that so much of it is gone."""
    hard = budget.hard
    if budget.of == BudgetOf.PLAN:
        plan = standing(budget.account).plan
        hard = plan.cost_cap if plan else None
    limit = hard if budget.soft is None else budget.soft
    if not limit:
        return
    BudgetAlert.objects.bulk_create(
        [
            BudgetAlert(
                budget=budget,
                period=start,
                level=level,
                spent=spent,
                limit=limit,
                refuses=limit == hard,
            )
            for level in LEVELS
            if spent * 100 >= level * limit
        ],
        ignore_conflicts=True,
    )
