"""The first page: what needs you, what runs, what you made last; or the first steps."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assets.models import Asset
from assets.services import searches
from assets.views.guard import MemberRequest, member
from billing import access
from studio import catalogue, keys
from studio.models import LIVE, Job, JobQuerySet, State
from studio.views.batch.listing import notices
from studio.views.cards import cards
from studio.views.health import find_problems
from studio.views.samples import IDEAS, SAMPLES

URGENT = (State.REVIEW, State.UNKNOWN, State.FAILED)
SHOWN = 6
RECENT = 12
LATELY = timedelta(days=1)


@require_safe
@member
def home(request: MemberRequest) -> HttpResponseBase:
    mine = Job.objects.for_account(request.account)
    library = Asset.objects.for_account(request.account).live().shown()
    usable = keys.usable(request.account)
    done = mine.filter(state=State.SUCCEEDED)[:4]
    context = {
        "now": cards(needs_you_first(mine)[:SHOWN], request.account),
        "last": cards(done, request.account),
        "recent": library[:RECENT],
        "pinned": searches.previews(request.account, request.user),
        "operations": [
            o for o in catalogue.operations().values() if catalogue.offers(o.key, usable)
        ],
        "samples": SAMPLES.values(),
        "ideas": IDEAS,
        "notices": notices(request),
        "first_run": not mine.exists(),
        "problems": find_problems() if access.can_manage(request.role) else [],
    }
    return render(request, "studio/home.html", context)


def needs_you_first(mine: JobQuerySet) -> JobQuerySet:
    """Jobs under way, and what failed lately and was not tried again; what needs a person leads."""
    urgency = Case(
        When(state__in=URGENT, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    lately = Q(state=State.FAILED, retries=None, finished__gte=timezone.now() - LATELY)
    return mine.filter(Q(state__in=LIVE) | lately).order_by(urgency, "-created")
