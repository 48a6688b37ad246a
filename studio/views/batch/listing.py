"""All batches, and what has happened to them since somebody looked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assets.views.guard import MemberRequest, is_htmx, member, writer
from studio import batches
from studio.models import LIVE, Batch, BatchRow, BatchState, Job, RowState
from studio.views.batch.shown import Part, bar, find, look_of

PAGE = 20
NOTICES = 3


@dataclass(frozen=True)
class Line:
    """A batch as the list shows it. `cost` is what it took, in units."""

    batch: Batch
    rows: int
    parts: list[Part]
    look: tuple[str, str, str]
    cost: int


@require_safe
@member
def index(request: MemberRequest) -> HttpResponseBase:
    mine = Batch.objects.for_account(request.account)
    page = Paginator(mine, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": lines(list(page.object_list)),
        "notices": notices(request),
        "busy": any(b.state == BatchState.RUNNING and not b.ended for b in page.object_list),
    }
    return render(request, "studio/batch/index.html", context)


def lines(found: Sequence[Batch]) -> list[Line]:
    """With one query for each kind of thing."""
    pks = [batch.pk for batch in found]
    states: dict[UUID, Counter[str]] = defaultdict(Counter)
    rows = BatchRow.objects.filter(batch__in=pks).order_by()
    for pk, state, count in rows.values_list("batch", "state").annotate(Count("pk")):
        states[pk][state] = count
    begun = [b.pk for b in found if b.state not in (BatchState.DRAFT, BatchState.SCHEDULED)]
    cost = dict(rows.filter(batch__in=begun).values_list("batch").annotate(Sum("cost")))
    at_work = _at_work(begun)
    return [
        Line(
            batch=batch,
            rows=states[batch.pk].total(),
            parts=bar(_told(states[batch.pk], at_work.get(batch.pk, 0))),
            look=look_of(batch, states[batch.pk]),
            cost=cost.get(batch.pk, 0),
        )
        for batch in found
    ]


def _at_work(pks: Sequence[UUID]) -> dict[UUID, int]:
    live = Job.objects.filter(Q(batch__in=pks), waits=False, state__in=LIVE).order_by()
    return dict(live.values_list("batch").annotate(Count("row", distinct=True)))


def _told(states: Mapping[str, int], running: int) -> dict[str, int]:
    """Open rows are running or waiting."""
    told: dict[str, int] = dict(states)
    open_ = told.pop(RowState.OPEN, 0)
    return told | {"running": min(running, open_), "waiting": max(open_ - running, 0)}


def notices(request: MemberRequest) -> list[Any]:
    """What nobody has seen yet, once for each batch."""
    found: dict[UUID, Any] = {}
    for news in batches.notices(request.account)[: 10 * NOTICES]:
        found.setdefault(news.batch_id, news)
    return list(found.values())[:NOTICES]


@require_POST
@writer
def seen(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Put a notice away; it is the same for everybody in the account."""
    batches.seen(find(request, pk))
    return HttpResponse("") if is_htmx(request) else redirect("batches")
