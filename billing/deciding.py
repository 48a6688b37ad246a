"""What the people of an account decide about its money themselves: its budgets, and its plan where
the operator lets them choose."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError

from billing import access, audit_log, budgets, plans
from billing.clients import NotKept
from billing.models import (
    CREDIT,
    Account,
    ApiKey,
    Budget,
    BudgetAlert,
    BudgetOf,
    Client,
    Cycle,
    Membership,
    Plan,
    Role,
    Subscription,
)
from billing.plans import Change
from billing.pricing import as_credits
from billing.standing import standing

MOST = 1_000_000_000  # credits of a budget
ALERTS = 20


# --- budgets --------------------------------------------------------------------------------------


def units(field: str, text: str) -> int | None:
    """Credits as somebody wrote them, in units; None for nothing."""
    said = text.strip().replace(",", "").replace("_", "")
    if not said:
        return None
    try:
        amount = Decimal(said) if len(said) <= 30 else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or not 0 <= amount <= MOST:
        raise NotKept(
            field,
            f"“{text.strip()[:40]}” is no amount of credits from 0 to {MOST:,}. Write 250 or 12.5.",
        )
    return int(amount * CREDIT)


def of_account(account: Account, role: str | None) -> list[Budget]:
    """Those that may be changed here; the plan's own is the operator's. Raises PermissionDenied."""
    _for_managers(account, role)
    mine = Budget.objects.filter(account=account).exclude(of=BudgetOf.PLAN)
    return list(mine.select_related("client", "user", "api_key"))


def set_budget(
    account: Account,
    role: str | None,
    of: str,
    whose: str = "",
    *,
    soft: int | None,
    hard: int | None,
) -> Budget:
    """Set or change it. `whose` is the id of the client, member or key. Raises PermissionDenied
    and NotKept."""
    _for_managers(account, role)
    target = _target(account, of, whose)
    if soft is None and hard is None:
        words = "Say above how many credits it warns, or at how many it stops; or remove the budget"
        raise NotKept("hard", f"{words} altogether.")
    try:
        made = budgets.set_budget(account, of, **target, soft=soft, hard=hard)
    except ValidationError as error:
        field = next(iter(error.message_dict), "of")
        raise NotKept(field if field == "soft" else "whose", error.messages[0]) from None
    said: dict[str, Any] = {
        name: as_credits(n) for name, n in (("warns", soft), ("stops", hard)) if n is not None
    }
    audit_log.write(account, "settings.budget", f"the budget of {made.name}", change="set", **said)
    return made


def remove_budget(account: Account, role: str | None, budget: Budget) -> None:
    _for_managers(account, role)
    audit_log.write(account, "settings.budget", f"the budget of {budget.name}", change="removed")
    budget.delete()


def alerts(account: Account, role: str | None) -> list[BudgetAlert]:
    """The last ones. Raises PermissionDenied."""
    _for_managers(account, role)
    found = BudgetAlert.objects.filter(budget__account=account).order_by("-id")
    return list(found.select_related("budget__client", "budget__user", "budget__api_key")[:ALERTS])


def targets(account: Account) -> dict[str, list[tuple[str, str]]]:
    """For whom there may be a budget: (id, name) of clients, members and keys."""
    members = Membership.objects.filter(account=account).select_related("user").order_by("id")
    keys = ApiKey.objects.filter(account=account, revoked=None, read_only=False)
    return {
        "client": [
            (str(one.pk), one.name) for one in Client.objects.filter(account=account, archived=None)
        ],
        "member": [(str(one.user_id), str(one.user)) for one in members],
        "key": [(str(one.pk), f"{one.name} ({one.prefix}…)") for one in keys],
    }


def _target(account: Account, of: str, whose: str) -> dict[str, Any]:
    if of == BudgetOf.ACCOUNT:
        if whose:
            words = f"A budget of {account} is nobody's own. Leave it out, or set one of a member."
            raise NotKept("whose", words)
        return {}
    try:
        match of:
            case BudgetOf.CLIENT:
                return {"client": Client.objects.get(account=account, pk=UUID(whose))}
            case BudgetOf.MEMBER:
                mine = Membership.objects.select_related("user")
                return {"user": mine.get(account=account, user_id=int(whose)).user}
            case BudgetOf.KEY:
                keys = ApiKey.objects.filter(account=account, revoked=None)
                return {"api_key": keys.get(pk=UUID(whose))}
    except (ValueError, OverflowError, ObjectDoesNotExist):
        pass  # nobody's, or no id at all
    raise NotKept("whose", "There is nobody like that in this account. Choose one of the list.")


def _for_managers(account: Account, role: str | None) -> None:
    if not access.can_manage(role):
        raise PermissionDenied(f"Owners and admins of {account} set its budgets. Ask one of them.")


# --- the plan -------------------------------------------------------------------------------------


def why_not(account: Account, role: str | None) -> str:
    """Why somebody may not choose the plan; empty when they may."""
    own = standing(account).subscription
    if own and own.external:
        return "The plan is paid elsewhere and is changed where it is paid."
    if not settings.PLANS_BY_OWNER:
        return "The operator of this studio sets the plan. Ask the operator for another one."
    if role != Role.OWNER:
        return f"Owners of {account} choose its plan. Ask one of them."
    return ""


def choices(account: Account) -> list[Plan]:
    """Those that may be chosen, and the one that it has."""
    own = Subscription.objects.filter(account=account).first()
    return [p for p in Plan.objects.all() if not p.hidden or (own and own.plan_id == p.pk)]


def preview(account: Account, key: str, cycle: str | None) -> Change:
    """What choosing that plan would do. Raises NotKept."""
    return plans.preview(account, *_chosen(account, key, cycle))


def token(change: Change) -> str:
    """What somebody agreed to: it does, or it is asked again."""
    when = "now" if change.at_once else change.starts.isoformat()
    return f"{change.plan.key}:{change.cycle}:{when}:{change.credits}:{change.cents}"


def choose(
    account: Account, role: str | None, key: str, cycle: str | None, agreed: str | None
) -> Change:
    """Do what was previewed. Raises PermissionDenied, and NotKept when it would be something else
    than was `agreed`; None is whatever it is."""
    _may_choose(account, role)
    plan, cycle = _chosen(account, key, cycle)
    now = plans.preview(account, plan, cycle)
    if agreed is not None and token(now) != agreed:
        raise NotKept("agreed", f"It is something else by now. {now.words} Look at it once more.")
    return plans.change(account, plan, cycle)


def set_renews(account: Account, role: str | None, renews: bool) -> Subscription:
    """Let it end with its period, or go on after all. Raises PermissionDenied and NotKept."""
    _may_choose(account, role)
    try:
        return plans.resume(account) if renews else plans.cancel(account)
    except plans.NoPlan as error:
        raise NotKept("renews", str(error)) from None


def _chosen(account: Account, key: str, cycle: str | None) -> tuple[Plan, str | None]:
    there = {plan.key: plan for plan in choices(account)}
    if key not in there:
        raise NotKept("plan", f"There is no plan “{key[:40]}”. Choose {' or '.join(there)}.")
    if cycle and cycle not in Cycle.values:
        raise NotKept("cycle", f"“{cycle[:40]}” is no cycle. Choose month or year.")
    return there[key], cycle or None


def _may_choose(account: Account, role: str | None) -> None:
    if problem := why_not(account, role):
        raise PermissionDenied(problem)
