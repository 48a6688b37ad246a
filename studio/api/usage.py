"""What an account spent, what it holds, and its ledger, for programs. Amounts are in units."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from billing import days, spending, statement
from billing.models import Entry, Hold, Kind
from billing.spending import WAYS
from studio.api import paging
from studio.api.clients import ManagedView
from studio.api.errors import Invalid, problem
from studio.api.schema import answers
from studio.usage.naming import names
from studio.usage.reasons import Reason, job_of, reasons
from studio.wording import shown

TAGS = ["account"]
USUAL, MOST = 30, 366  # days
DAYS = (
    OpenApiParameter("since", str, description="The first day, 2026-01-31; usually 30 days ago."),
    OpenApiParameter("until", str, description="The last day; usually today."),
    OpenApiParameter(
        "by",
        str,
        enum=list(WAYS),
        description="What the sums are of: offer (usually), module; for owners and admins user, "
        "client.",
    ),
)
LINES = (
    OpenApiParameter("kind", str, enum=list(Kind.values), description="Only those."),
    OpenApiParameter("q", str, description="A part of what it is for, or of its reference."),
)


class DaySerializer(serializers.Serializer[Any]):
    """What one model (module, member, client) spent on a day."""

    day = serializers.DateField()
    key = serializers.CharField(help_text="Empty for what is of none")
    name = serializers.CharField()
    spent = serializers.IntegerField(help_text="Units, less what was refunded")
    jobs = serializers.IntegerField(help_text="Jobs that were charged")
    failed = serializers.IntegerField()


class DayListSerializer(serializers.Serializer[Any]):
    since = serializers.DateField()
    until = serializers.DateField()
    results = DaySerializer(many=True)


class HoldSerializer(serializers.Serializer[Any]):
    """Credits that are promised to work that has not ended."""

    id = serializers.IntegerField(source="hold.pk")
    amount = serializers.IntegerField(source="hold.amount", help_text="Units")
    reference = serializers.CharField(source="hold.reference")
    note = serializers.CharField(source="hold.note")
    job = serializers.UUIDField(source="job.pk", allow_null=True, default=None)
    words = serializers.CharField(help_text="Why it is still held")
    offer = serializers.CharField(source="hold.offer")
    client = serializers.UUIDField(source="hold.client_id", allow_null=True)
    created = serializers.DateTimeField(source="hold.created")


class HoldPageSerializer(serializers.Serializer[Any]):
    results = HoldSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class EntrySerializer(serializers.ModelSerializer[Entry]):
    """A line of the ledger. It is never changed."""

    moved = serializers.SerializerMethodField(help_text="By how much the balance changed, units")
    note = serializers.SerializerMethodField(help_text="What it is for")
    job = serializers.SerializerMethodField(help_text="The job that it is about")

    class Meta:
        model = Entry
        fields = [
            *("id", "kind", "amount", "moved", "balance_after", "held_after", "note"),
            *("reference", "job", "created"),
        ]
        read_only_fields = fields

    def get_moved(self, entry: Entry) -> int:
        return statement.moved(entry)

    def get_note(self, entry: Entry) -> str:
        notes: dict[int, str] = self.context["notes"]
        return notes[entry.pk]

    def get_job(self, entry: Entry) -> str | None:
        found = job_of(entry.reference)
        return str(found) if found else None


class EntryPageSerializer(serializers.Serializer[Any]):
    results = EntrySerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class UsageDays(ManagedView):
    @extend_schema(
        summary="What was spent per day",
        description="By model, module, member or client; days of the account's time zone, 366 at "
        "most.",
        operation_id="usage_days",
        parameters=[*DAYS],
        responses=answers({200: DayListSerializer}, 400),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, DAYS)
        today = days.day_of(self.account)
        until = _day("until", query.get("until")) or today
        since = _day("since", query.get("since")) or until - timedelta(USUAL - 1)
        if not 0 <= (until - since).days < MOST:
            words = f"From {since} to {until} are not 1 to {MOST} days. Ask for fewer at a time."
            raise Invalid([problem("since", query.get("since", ""), words)])
        way = next((way for way in WAYS if way == query.get("by")), WAYS[0])
        if way in ("user", "client"):
            self.for_managers("see who spent what")
        lines = spending.daily(self.account, way, since, until)
        called = names(self.account, way, {one.key for one in lines})
        told = [
            {"day": one.day, "key": one.key, "name": called.get(one.key, one.key)}
            | {"spent": one.units, "jobs": one.jobs, "failed": one.failed}
            for one in lines
        ]
        return Response({"since": since, "until": until, "results": told})


def _day(name: str, text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
        if found and not 1970 <= found.year <= 9000:
            raise ValueError
    except ValueError:
        words = f"“{shown(text)}” is no day. Write it as 2026-01-31."
        raise Invalid([problem(name, text, words)]) from None
    return found


class Holds(ManagedView):
    @extend_schema(
        summary="What is held now",
        description="Each with its reason, the oldest first.",
        operation_id="holds_list",
        parameters=[*paging.PAGE],
        responses=answers({200: HoldPageSerializer}, 400),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        found: list[Hold]
        found, following = paging.page(request, statement.holds(self.account), query, "id")
        told: list[Reason] = reasons(self.account, found)
        return Response({"results": HoldSerializer(told, many=True).data, "next": following})


class Ledger(ManagedView):
    @extend_schema(
        summary="The ledger",
        description="Every credit that came, was held or went, newest first, with what was there "
        "after it. For who sees all clients. With `q` a page goes through "
        f"{statement.LOOKED:,} lines: it may have few or none and yet a `next`.",
        operation_id="ledger_list",
        parameters=[*LINES, *paging.PAGE],
        responses=answers({200: EntryPageSerializer}, 400),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, (*LINES, *paging.PAGE))
        if self.account.scope.is_limited:
            raise PermissionDenied(
                "The ledger is of all clients, and you are limited to some. Ask the account's "
                "owner."
            )
        before = paging.began(query, "-id")
        asked = query.get("kind", ""), query.get("q", ""), int(before) if before else None
        search = statement.search(self.account, *asked)
        found, following = paging.page(request, search.lines, query, "-id")
        if search.unseen and following is None:
            place = search.unseen.pk + 1
            following = paging.following(request, paging.behind("-id", place, place))
        notes = statement.notes(self.account, found)
        told = EntrySerializer(found, many=True, context={"notes": notes}).data
        return Response({"results": told, "next": following})
