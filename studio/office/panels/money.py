"""What work earned and cost, and money that is held for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import caches
from django.db.models import BigIntegerField, Case, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from billing.pricing import about
from billing.services import as_credits
from studio.grouping import by
from studio.jobs import held
from studio.models import Job, State
from studio.office.panel import (
    Act,
    Cell,
    Figure,
    Panel,
    Row,
    ago,
    listed,
    page_of,
    seen_with,
)
from studio.office.panels.work import label_of

MONTH = timedelta(days=30)
MOST_ROWS = 12
TOLD_FOR = 60  # seconds


UNITS = BigIntegerField()
NOTHING = Value(0, output_field=UNITS)


@dataclass(frozen=True)
class Amounts:
    """Units: what accounts paid, what it cost us, what a provider may have taken besides."""

    charged: int
    paid: int
    suspense: int

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.charged + other.charged, self.paid + other.paid, self.suspense + other.suspense
        )


@dataclass(frozen=True)
class Line:
    """Of a provider: today, and 30 days with today."""

    who: str
    today: Amounts
    month: Amounts


def charged() -> Case:
    """What the account paid for a job: its price once it succeeded."""
    return Case(When(state=State.SUCCEEDED, then=F("quote")), default=NOTHING)


def paid() -> Case:
    """What the operator's key paid for a job: what its provider said, else our list price of what
    succeeded."""
    return Case(
        When(own_key__isnull=False, then=NOTHING),
        When(state=State.SUCCEEDED, then=Coalesce("provider_cost", "expected_cost")),
        default=Coalesce("provider_cost", NOTHING),
    )


@seen_with("studio.view_job")
def spend(request: HttpRequest) -> Panel:
    """By provider: what was charged for its work beside what it cost, today and in 30 days."""
    now = timezone.now()
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    month = now - MONTH
    lines = sorted(_sums(today, month), key=lambda line: (-line.month.charged, line.who))
    head = ("Provider", "#Charged today", "#cost", "#30 days", "#cost", "#Suspense")
    rows = [_row(line, today, month) for line in lines]
    zero = Amounts(0, 0, 0)
    day = sum((line.today for line in lines), zero)
    whole = sum((line.month for line in lines), zero)
    usage = reverse("admin:usage")
    figures = [
        Figure(as_credits(day.charged), "charged today", f"{usage}?days=1"),
        Figure(about(day.paid), "cost of it", f"{usage}?days=1"),
        Figure(as_credits(whole.charged), "charged in 30 days", f"{usage}?days=30"),
        Figure(about(whole.paid), "cost of it", f"{usage}?days=30"),
        Figure(
            about(whole.suspense),
            "in suspense",
            listed("studio_job", in_suspense="yes"),
            "warn" if whole.suspense else "",
        ),
    ]
    words = (
        "Of jobs that ended in that time. Cost is what providers said, else our list price; work "
        "on people's own keys costs us nothing."
    )
    empty = "Nothing ended in 30 days."
    return Panel("Spend", figures, head, rows, empty, words, wide=True)


def _sums(today: datetime, month: datetime) -> list[Line]:
    """Today as it is; the days before, of which little changes any more, up to a minute old."""
    key = f"office-spend:{today.isoformat()}"
    before: dict[str, Amounts] | None = caches["local"].get(key)
    if before is None:
        before = _by_provider(Q(finished__gte=month, finished__lt=today))
        caches["local"].set(key, before, TOLD_FOR)
    now = _by_provider(Q(finished__gte=today))
    zero = Amounts(0, 0, 0)
    return [
        Line(who, now.get(who, zero), now.get(who, zero) + before.get(who, zero))
        for who in {*now, *before}
    ]


def _by_provider(when: Q) -> dict[str, Amounts]:
    ended = Job.objects.filter(when).order_by().annotate(who=by("provider"))
    sums = ended.values_list("who").annotate(
        charged=Sum(charged()), paid=Sum(paid()), suspense=Sum("suspense")
    )
    return {who: Amounts(*amounts) for who, *amounts in sums}


def _row(line: Line, today: datetime, month: datetime) -> Row:
    def jobs(since: datetime, **more: str) -> str:
        query = {"provider": line.who, "finished__gte": since.isoformat(), **more}
        return listed("studio_job", **query)

    suspense = line.month.suspense
    return Row(
        (
            Cell(label_of(line.who), listed("studio_job", provider=line.who)),
            Cell(as_credits(line.today.charged), jobs(today), number=True),
            Cell(about(line.today.paid), jobs(today), number=True),
            Cell(as_credits(line.month.charged), jobs(month), number=True),
            Cell(about(line.month.paid), jobs(month), number=True),
            Cell(
                about(suspense),
                jobs(month, in_suspense="yes"),
                "warn" if suspense else "",
                number=True,
            ),
        )
    )


@seen_with("billing.view_entry")
def stray(request: HttpRequest) -> Panel:
    """Holds whose job has ended or is gone."""
    found = held.strays()
    now = timezone.now()
    may = request.user.has_perm("studio.change_job")
    rows = []
    for one in found[:MOST_ROWS]:
        ledger = listed("billing_entry", q=one.reference)
        job = Cell("gone", ledger, "bad")
        if one.job:
            words = f"{one.job.get_state_display()}: {one.job.title}"
            job = Cell(words, page_of("studio_job", one.job.pk))
        fields = {"reference": one.reference}
        safe = one.job is None or one.job.state != State.SUCCEEDED
        act = Act("Release", reverse("admin:release"), fields)
        rows.append(
            Row(
                (
                    Cell(str(one.account), page_of("billing_account", one.account.pk)),
                    job,
                    Cell(as_credits(one.amount), ledger, number=True),
                    Cell(ago((now - one.since).total_seconds()), number=True),
                ),
                (act,) if may and safe else (),
            )
        )
    more = len(found) - len(rows)
    words = f"{more} more are not shown." if more else ""
    return Panel(
        "Held without a running job",
        head=("Account", "Job", "#Held", "#Since"),
        rows=rows,
        empty="Nothing. Every hold belongs to work that is under way.",
        words=words,
    )
