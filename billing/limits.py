"""Whether work may be done: credits, the caps of the plan, budgets. One look serves the question
beforehand and the hold itself."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db.models import F, Q, Sum

from billing import budgets, lots, periods
from billing.figures import Limit, tightest
from billing.models import Account, BudgetOf, Counter, Hold, HoldState, Membership, Plan, Role
from billing.pricing import as_credits
from billing.purpose import KINDS, Asked, Purpose
from billing.refusals import (
    BudgetReached,
    InsufficientCredits,
    LimitReached,
    MoneyRefused,
    NotInPlan,
    SubscriptionEnded,
)
from billing.standing import Standing, standing


@dataclass(frozen=True)
class Preflight:
    """What would become of work if it were asked for now, in units: the `refusal` if it would be
    refused, `warnings` if not; every limit with what would be used of it, and the `tightest`."""

    most: int
    likely: int
    available: int
    limits: tuple[Limit, ...]
    refusal: MoneyRefused | None
    warnings: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        return self.refusal is None

    @property
    def tightest(self) -> Limit | None:
        return tightest(self.limits)

    @property
    def after(self) -> int:
        """What would be available while it runs."""
        return self.available - self.most

    @property
    def after_likely(self) -> int:
        return self.available - self.likely


def preflight(account: Account, lines: Sequence[Asked], now: datetime | None = None) -> Preflight:
    """What a hold of all of it together would meet. Nothing is promised by it."""
    look = Look(Account.objects.get(pk=account.pk), lines, now)
    refusal = look.refusal()
    return Preflight(
        most=look.most,
        likely=sum(line.likely for line in lines),
        available=look.available,
        limits=look.limits,
        refusal=refusal,
        warnings=() if refusal else tuple(_warning(one) for one in look.limits if one.warns),
    )


def limits_of(account: Account, now: datetime | None = None) -> tuple[Limit, ...]:
    """How the limits of credits and plan stand; those of budgets are in budgets.budgets_of."""
    look = Look(Account.objects.get(pk=account.pk), (), now)
    return tuple(limit for limit in look.limits if limit.what != "budget")


def raisers(account: Account) -> str:
    """Who can raise a limit, for people."""
    mine = Membership.objects.filter(account=account, role__in=(Role.OWNER, Role.ADMIN))
    people = [m.user for m in mine.filter(user__is_active=True).select_related("user")[:3]]
    names = [user.get_full_name() or user.get_username() for user in people]
    return " or ".join(names) or "the operator"


def may_use(account: Account, offer: str) -> bool:
    """Whether the plan of the account has that model."""
    return _has(standing(account), offer)


def members_cap(account: Account) -> int | None:
    """How many members the plan lets it have; None is no limit."""
    plan = standing(account).plan
    return plan.members if plan else None


def check_members(account: Account, inside: int, invited: int = 0) -> str:
    """Why nobody more can come into it, in words; empty when somebody can."""
    plan = standing(account).plan
    if plan is None or plan.members is None or inside + invited < plan.members:
        return ""
    cap, used = plan.members, f"{inside} are used" + (f" and {invited} invited" if invited else "")
    return (
        f"The plan {plan} of {account} has room for {cap} member{'' if cap == 1 else 's'}; {used}. "
        f"Take somebody out first; or {raisers(account)} can choose a larger plan."
    )


def storage_cap(account: Account) -> int | None:
    """How many bytes it may store, by its plan and by the studio; None is no limit."""
    plan = standing(account).plan
    caps = [settings.ACCOUNT_STORAGE_BYTES, plan.storage_bytes if plan else None]
    return min((cap for cap in caps if cap is not None), default=None)


def storage_plan(account: Account) -> Plan | None:
    """The plan whose room for files counts; None where that of the studio is less, or none is."""
    plan = standing(account).plan
    return plan if plan and plan.storage_bytes == storage_cap(account) is not None else None


def is_limited(account: Account) -> bool:
    """Whether anything but its credits limits it."""
    at = standing(account)
    return at.plan is not None or at.ended or bool(budgets.active(at))


def _has(at: Standing, offer: str) -> bool:
    return at.plan is None or at.plan.offers is None or not offer or offer in at.plan.offers


def counted(at: Standing, amount: int, purpose: Purpose) -> Purpose:
    """The same, counting as nothing when it costs nothing and the plan does not count that."""
    counts = purpose.kind and (amount or (at.plan and at.plan.counts_free))
    return purpose if counts else replace(purpose, kind="", count=0)


class Look:
    """All limits at one moment, for an account as it was just read and work that is asked for."""

    def __init__(self, account: Account, lines: Iterable[Asked], now: datetime | None = None):
        self.account = account
        self.at = standing(account, now)
        self.lines = [
            line._replace(purpose=counted(self.at, line.most, line.purpose)) for line in lines
        ]
        self.most = sum(line.most for line in self.lines)
        self.available = account.available - lots.stale(account, now)
        self.budgets = budgets.active(self.at)
        self.limits = (self._credits(), *self._caps(), *self._budgets())

    def _limit(
        self, what: str, name: str, used: int, asked: int, cap: int | None, soft: int | None = None
    ) -> Limit:
        resets = None if what == "credits" else self.at.end
        return Limit(what, name, used, asked, cap, self.account.zone, resets, soft)

    def _credits(self) -> Limit:
        return self._limit("credits", "Credits", 0, self.most, self.available)

    @property
    def asked(self) -> Tally[str]:
        """How many of each kind."""
        found: Tally[str] = Tally()
        for line in self.lines:
            if line.purpose.kind:
                found[line.purpose.kind] += line.purpose.count
        return found

    def _caps(self) -> list[Limit]:
        plan, asked = self.at.plan, self.asked
        if plan is None:
            return []
        wanted = asked if self.lines else KINDS
        capped = {kind: plan.cap(kind) for kind in wanted if plan.cap(kind) is not None}
        used = used_of(self.account, self.at.start, capped)
        return [
            self._limit(kind, f"{KINDS[kind].capitalize()} of {plan}", used[kind], asked[kind], cap)
            for kind, cap in capped.items()
        ]

    def _budgets(self) -> list[Limit]:
        found = []
        for figure in budgets.figures(self.at, self.budgets):
            mine = [n.most for n in self.lines if budgets.is_for(figure.budget, n.purpose)]
            if self.lines and not mine:
                continue  # it has nothing to do with that
            asked = sum(mine)
            is_plans = figure.budget.of == BudgetOf.PLAN
            name = f"Costs a month of {self.at.plan}" if is_plans else f"Budget of {figure.name}"
            what = "plan" if is_plans else "budget"
            found.append(self._limit(what, name, figure.used, asked, figure.hard, soft=figure.soft))
        return found

    def refusal(self) -> MoneyRefused | None:
        """What the work that is asked for runs into first."""
        for line in self.lines:
            if not _has(self.at, line.purpose.offer):
                return NotInPlan(
                    f"“{line.purpose.offer}” is not in the plan {self.at.plan}. Choose another "
                    f"model; {raisers(self.account)} can choose a larger plan."
                )
        if self.at.ended and self.most:
            return self._ended()
        # That the month is used up says more than that there are too few credits.
        in_order = (*self.limits[1:], self.limits[0])
        broken = next((limit for limit in in_order if limit.is_broken), None)
        return self._refused(broken) if broken else None

    def _ended(self) -> SubscriptionEnded:
        assert self.at.subscription
        since = periods.said(self.at.subscription.period_end, self.account.zone)
        return SubscriptionEnded(
            f"The plan {self.at.subscription.plan} ended on {since}, and this may cost "
            f"{as_credits(self.most)}. What costs nothing still works; "
            f"{raisers(self.account)} can renew the plan."
        )

    def _refused(self, limit: Limit) -> MoneyRefused:
        who = raisers(self.account)
        error: MoneyRefused
        if limit.what == "credits":
            error = InsufficientCredits(
                self.most, self.available, "" if who == "the operator" else who, self._coming()
            )
        elif limit.what in KINDS:
            error = LimitReached(_cap_words(limit, str(self.at.plan), who))
        else:
            error = BudgetReached(_budget_words(limit, who))
        error.limit = limit
        return error

    def _coming(self) -> str:
        """The credits that come by themselves."""
        own, plan = self.at.subscription, self.at.plan
        if own is None or plan is None or not plan.credits or not own.renews or own.next_plan_id:
            return ""
        when = periods.said(self.at.end, self.account.zone)
        return f" The plan {plan} brings {as_credits(plan.credits)} on {when}."


def _cap_words(limit: Limit, plan: str, who: str) -> str:
    asked = limit.amount(limit.asked)
    if limit.cap == 0:
        return f"The plan {plan} has no {KINDS[limit.what]}. {who} can choose a larger plan."
    return (
        f"The plan {plan} has {limit.amount(limit.cap or 0)} a month; {limit.used:,} are used, and "
        f"this is {asked} more.{limit.again} {who} can choose a larger plan before."
    )


def _budget_words(limit: Limit, who: str) -> str:
    used = f"{as_credits(limit.used)} are spent or promised"
    way = "choose a larger plan" if limit.what == "plan" else "raise it"
    return (
        f"{limit.name}: {as_credits(limit.cap or 0)} a month; {used}, and this may cost "
        f"{as_credits(limit.asked)}.{limit.again} {who} can {way} before."
    )


def _warning(limit: Limit) -> str:
    return (
        f"{limit.name}: with this {as_credits(limit.after)} of {as_credits(limit.soft or 0)} are "
        "spent or promised this month. It only warns."
    )


# --- counters, under the lock of the account ----------------------------------------------------


def used_of(account: Account, start: datetime, kinds: Iterable[str]) -> dict[str, int]:
    """How many of these kinds are used in the month that began then."""
    found = dict(
        Counter.objects.filter(account=account, period=start, kind__in=kinds).values_list(
            "kind", "used"
        )
    )
    return {k: found[k] if k in found else counted_in(account, start, k) for k in kinds}


def counted_in(account: Account, start: datetime, kind: str) -> int:
    """The same by the holds themselves."""
    mine = Hold.objects.filter(~Q(state=HoldState.RELEASED), account=account, period=start)
    found: int = mine.filter(kind=kind).aggregate(sum=Sum("count", default=0))["sum"]
    return found


def reserve(look: Look) -> None:
    """Count what is asked for, and put it on its budgets; its holds are not written yet. Raises
    MoneyRefused."""
    if error := look.refusal():
        raise error
    account, start = look.account, look.at.start
    for kind, number in look.asked.items():
        counter, _ = Counter.objects.get_or_create(
            account=account,
            kind=kind,
            period=start,
            defaults={"used": counted_in(account, start, kind)},
        )
        cap = look.at.plan.cap(kind) if look.at.plan else None
        fits = Counter.objects.filter(pk=counter.pk)
        if cap is not None:
            fits = fits.filter(used__lte=cap - number)
        if not fits.update(used=F("used") + number):
            raise RuntimeError(f"The counter of {kind} moved under the lock of {account.pk}.")
    budgets.open_periods(account, look.budgets, start)
    budgets.move(account, start, [(line.purpose, 0, line.most) for line in look.lines])


def give_back(account: Account, some: Iterable[Hold]) -> None:
    """Count no more what was released."""
    numbers: Tally[tuple[datetime, str]] = Tally()
    for hold in some:
        if hold.kind and hold.count:
            numbers[hold.period, hold.kind] += hold.count
    for (period, kind), number in numbers.items():
        mine = Counter.objects.filter(account=account, period=period, kind=kind)
        mine.update(used=F("used") - number)
