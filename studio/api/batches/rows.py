"""The rows of a batch: looked at like a sheet, and corrected like one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from studio import batches
from studio.api import paging
from studio.api.batches.base import BatchView, telling, within
from studio.api.batches.shapes import (
    COUNTED,
    AddedSerializer,
    RowPageSerializer,
    RowSerializer,
    SkippedSerializer,
)
from studio.api.batches.sources import sheet_of
from studio.api.batches.wishes import NewRowsSerializer, RowChangeSerializer, SkipRowsSerializer
from studio.api.errors import Invalid, problem
from studio.api.schema import PATH_ID, answers
from studio.batches.results import BAD
from studio.models import LIVE, Batch, BatchRow, Job, RowState

YES = ["true", "false"]
FILTERS = (
    OpenApiParameter("state", str, enum=list(COUNTED)),
    OpenApiParameter("bad", str, enum=YES, description="true: wrong or failed; false: neither"),
    OpenApiParameter(
        "duplicates",
        str,
        enum=YES,
        description="true: the library has the result already; false: it has not",
    ),
    *paging.PAGE,
)
PATH_NUMBER = OpenApiParameter(
    "number", {"type": "integer", "minimum": 0}, OpenApiParameter.PATH, description="Of the row"
)
WHICH: dict[str, dict[str, Any]] = {
    "duplicates": {"duplicate_of__isnull": False, "state": RowState.READY},
    "wrong": {"state": RowState.WRONG},
    "skipped": {"state": RowState.SKIPPED},
}


class RowsView(BatchView):
    def rows(self, batch: Batch) -> QuerySet[BatchRow]:
        return BatchRow.objects.filter(batch=batch).defer("work")

    def in_state(self, found: QuerySet[BatchRow], state: str) -> QuerySet[BatchRow]:
        """Open rows are running or waiting."""
        if state not in ("running", "waiting"):
            return found.filter(state=state)
        mine = Job.objects.for_account(self.account)
        live = Exists(mine.filter(row=OuterRef("pk"), waits=False, state__in=LIVE))
        return found.filter(live if state == "running" else ~live, state=RowState.OPEN)

    def told_rows(self, batch: Batch, rows: Sequence[BatchRow]) -> list[dict[str, Any]]:
        fields = ("row", "step", "slot", "outputs", "state", "waits", "account", "batch")
        made = Job.objects.for_account(self.account).filter(row__in=[row.pk for row in rows])
        last: dict[int, dict[tuple[int, int], Job]] = defaultdict(dict)
        for job in made.only(*fields).order_by("created", "pk"):
            if job.row_id is not None:
                last[job.row_id][job.step, job.slot] = job
        jobs = {row.pk: [job for _, job in sorted(last[row.pk].items())] for row in rows}
        context = {"columns": batch.columns, "jobs": jobs}
        return list(RowSerializer(rows, many=True, context=context).data)


class Rows(RowsView):
    @extend_schema(
        summary="The rows of a batch",
        description="In their order.",
        operation_id="batches_rows",
        parameters=[PATH_ID, *FILTERS],
        responses=answers({200: RowPageSerializer}, 400, 404),
        tags=["batches"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        query = paging.read(request, FILTERS)
        batch = self.batch(pk)
        found = self.rows(batch)
        if state := query.get("state"):
            found = self.in_state(found, state)
        if bad := query.get("bad"):
            wrong = {"state__in": BAD}
            found = found.filter(**wrong) if bad == "true" else found.exclude(**wrong)
        if duplicates := query.get("duplicates"):
            found = found.filter(duplicate_of__isnull=duplicates == "false")
        rows, following = paging.page(request, found, query, "number")
        return Response({"results": self.told_rows(batch, rows), "next": following})

    @extend_schema(
        summary="Add rows",
        description="Behind the last one, to a draft, and checked at once: all of them or none. "
        "The answer is their numbers.",
        operation_id="batches_rows_add",
        parameters=[PATH_ID],
        request=NewRowsSerializer,
        responses=answers({201: AddedSerializer}, 400, 404, 409, 413, 415),
        tags=["batches"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        batch = self.batch(pk)
        said = self.said(NewRowsSerializer)
        with telling("rows"):
            sheet = sheet_of(said["rows"])
        if unread := next((row for row in sheet.rows if row.problem), None):
            words = f"Row {unread.line}: {unread.problem}"
            raise Invalid([problem("rows", None, words)])
        with telling("rows", called=within("rows")):
            numbers = batches.add_rows(batch, [sheet.said(row) for row in sheet.rows])
        return Response({"rows": numbers}, status=201)


class OneRow(RowsView):
    @extend_schema(
        summary="One row",
        description="Its cells, what is wrong with them, and what came of it.",
        operation_id="batches_row",
        parameters=[PATH_ID, PATH_NUMBER],
        responses=answers({200: RowSerializer}, 400, 404),
        tags=["batches"],
    )
    def get(self, request: Request, pk: UUID, number: int) -> Response:
        paging.read(request, ())
        return self._told(self.batch(pk), number)

    def _told(self, batch: Batch, number: int) -> Response:
        return Response(self.told_rows(batch, [self.row(batch, number)])[0])

    @extend_schema(
        summary="Change a row",
        description="Some of its cells, by column, while the batch is a draft: the row is checked "
        "anew. With `skipped` it is left out and not lost, or taken in again.",
        operation_id="batches_row_change",
        parameters=[PATH_ID, PATH_NUMBER],
        request=RowChangeSerializer,
        responses=answers({200: RowSerializer}, 400, 404, 409, 413, 415),
        tags=["batches"],
    )
    def patch(self, request: Request, pk: UUID, number: int) -> Response:
        paging.read(request, ())
        batch = self.batch(pk)
        row = self.row(batch, number)
        said = self.said(RowChangeSerializer)
        if not said:
            words = "Nothing is to be changed. Give cells, or skipped."
            raise Invalid([problem("", None, words)])
        with telling("cells", called=within("cells")):
            if "cells" in said:
                batches.edit_row(batch, row.number, said["cells"])
            if "skipped" in said:
                batches.skip_rows(batch, [row.number], said["skipped"])
        return self._told(batch, number)

    @extend_schema(
        summary="Delete a row",
        description="While the batch is a draft. The numbers of the others stay.",
        operation_id="batches_row_delete",
        parameters=[PATH_ID, PATH_NUMBER],
        responses=answers({204: None}, 400, 404, 409),
        tags=["batches"],
    )
    def delete(self, request: Request, pk: UUID, number: int) -> Response:
        paging.read(request, ())
        batch = self.batch(pk)
        row = self.row(batch, number)
        with telling():
            batches.delete_row(batch, row.number)
        return Response(status=204)


class SkipRows(RowsView):
    @extend_schema(
        summary="Leave rows out",
        description="Without losing them, while the batch is a draft: by their numbers, or all of "
        "a sort. With `skipped` false they are taken in again, and checked.",
        operation_id="batches_skip",
        parameters=[PATH_ID],
        request=SkipRowsSerializer,
        responses=answers({200: SkippedSerializer}, 400, 404, 409, 413, 415),
        tags=["batches"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        batch = self.batch(pk)
        said = self.said(SkipRowsSerializer)
        if ("rows" in said) == ("which" in said):
            words = "Say which rows: either by their numbers in `rows`, or by `which`."
            raise Invalid([problem("rows", None, words)])
        numbers = said.get("rows")
        if numbers is None:
            mine = self.rows(batch).filter(**WHICH[said["which"]])
            numbers = list(mine.values_list("number", flat=True))
        with telling("rows"):
            changed = batches.skip_rows(batch, numbers, said["skipped"])
        return Response({"changed": changed})
