"""Whether the books are sound, who pays, and which plans and budgets have come to their end."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from billing import ledger_checks
from billing.models import BudgetAlert, Payment, PaymentEvent, Subscription
from billing.models.plans import Status
from studio.office.panel import Cell, Figure, Panel, Row, ago, listed, number, page_of, seen_with

DAY = timedelta(days=1)
# It is looked through once a day: by then somebody should ask why it was not.
LATE = timedelta(days=2)
MOST_ROWS = 10


@seen_with("billing.view_entry")
def ledger(request: HttpRequest) -> Panel:
    """What the last look through the ledger found, and payments that want one."""
    found = ledger_checks.last()
    rows = [Row((Cell(words),)) for words in (found.problems[:MOST_ROWS] if found else ())]
    payments = Payment.objects.filter(attention=True).count()
    stuck = PaymentEvent.objects.filter(done=None, tries__gt=2).count()
    figures = [_checked(), *_wanting(payments, stuck)]
    return Panel("Ledger", figures, rows=rows, empty="" if found else "It was not looked at yet.")


def _checked() -> Figure:
    found, there = ledger_checks.last(), listed("billing_ledgercheck")
    if found is None:
        return Figure("–", "contradictions", there)
    age = timezone.now() - found.at
    words = f"contradictions, {ago(age.total_seconds())} ago"
    tone = "bad" if found.count else "warn" if age > LATE else "ok"
    return Figure(number(found.count), words, there, tone)  # type: ignore[arg-type]


def _wanting(payments: int, stuck: int) -> list[Figure]:
    return [
        Figure(
            number(payments),
            "payments want a look",
            listed("billing_payment", attention__exact="1"),
            "bad" if payments else "",
        ),
        Figure(
            number(stuck),
            "news of payments not worked off",
            listed("billing_paymentevent", done__isempty="1"),
            "warn" if stuck else "",
        ),
    ]


@seen_with("billing.view_subscription")
def plans(request: HttpRequest) -> Panel:
    """Plans by how they stand, and those that ended last; budgets that came to their marks."""
    now = timezone.now()
    active = Subscription.objects.filter(status=Status.ACTIVE)
    ended = Subscription.objects.filter(status=Status.EXPIRED)
    waiting = active.filter(period_end__lte=now).exclude(external="")
    ending = active.filter(renews=False)
    alerts = BudgetAlert.objects.filter(created__gte=now - DAY)
    untold = alerts.filter(delivered=None, created__lt=now - timedelta(minutes=10)).count()
    there = "billing_subscription"
    figures = [
        Figure(number(active.count()), "plans", listed(there, status__exact="active")),
        Figure(number(ending.count()), "end with their period", listed(there, renews__exact="0")),
        Figure(
            number(waiting.count()),
            "wait for their payment",
            listed(there, status__exact="active"),
            "warn" if waiting else "",
        ),
        Figure(number(ended.count()), "have ended", listed(there, status__exact="expired")),
        Figure(
            number(alerts.count()),
            f"budget alerts in a day{f', {untold} not told' if untold else ''}",
            listed("billing_budgetalert"),
            "bad" if untold else "",
        ),
    ]
    some = Subscription.objects.filter(Q(pk__in=ended) | Q(pk__in=waiting))
    rows = [
        Row(
            (
                Cell(str(one.account), page_of("billing_account", one.account_id)),
                Cell(str(one.plan), page_of(there, one.pk)),
                Cell(_stands(one), tone="wait" if one.status == Status.ACTIVE else "bad"),
                Cell(f"{one.period_end:%b %-d, %H:%M}", number=True),
            )
        )
        for one in some.select_related("account", "plan").order_by("-period_end")[:MOST_ROWS]
    ]
    head = ("Account", "Plan", "Is", "#Paid until")
    empty = "No plan has ended or waits for its payment."
    return Panel("Plans and budgets", figures, head, rows, empty)


def _stands(one: Subscription) -> str:
    return "waiting for its payment" if one.status == Status.ACTIVE else "ended"
