"""What a batch gives to take away: tables, and a ZIP of its results."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import IO
from uuid import UUID

from django.http import FileResponse, HttpResponseBase
from django.urls import reverse
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assets import services
from assets.models import Asset
from assets.services import archives
from studio import batches
from studio.api import paging
from studio.api.archives import ArchiveSerializer
from studio.api.base import AccountView
from studio.api.batches.base import BatchView, telling
from studio.api.batches.shapes import OneBatchSerializer
from studio.api.errors import Invalid, problem
from studio.api.schema import PATH_ID, answers
from studio.batches.written import bad_rows_csv, results_csv
from studio.jobs import NotPossible
from studio.models import Batch

CSV = {(200, "text/csv"): OpenApiTypes.BINARY}
SPOOLED = 4 * 1024 * 1024
"""Bytes of a table that are kept in memory; more of it goes to a file."""
CHUNK = 500


def _table(batch: Batch, name: str, lines: Iterable[bytes]) -> FileResponse:
    content: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115 - the answer closes it
    content.writelines(lines)
    content.seek(0)
    answer = FileResponse(
        content,
        as_attachment=True,
        filename=f"{slugify(batch.title) or 'batch'}-{name}.csv",
        content_type="text/csv; charset=utf-8",
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


class BatchResults(BatchView):
    @extend_schema(
        summary="The results as a table",
        description="At any time: the columns of the sheet, and of each row its state, the ids of "
        "its results, what it cost, its seconds and its error. As CSV that no spreadsheet takes "
        "for formulas.",
        operation_id="batches_results",
        parameters=[PATH_ID],
        responses=answers(CSV, 400, 404),
        tags=["batches"],
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        paging.read(request, ())
        batch = self.batch(pk)
        return _table(batch, "results", results_csv(batch))


class BatchBadRows(BatchView):
    @extend_schema(
        summary="The rows that are wrong or failed as a table",
        description="At any time, with all that is wrong with each: correct it and bring it as a "
        "new batch.",
        operation_id="batches_bad_rows",
        parameters=[PATH_ID],
        responses=answers(CSV, 400, 404),
        tags=["batches"],
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        paging.read(request, ())
        batch = self.batch(pk)
        return _table(batch, "bad-rows", bad_rows_csv(batch))


class CorrectBatch(BatchView):
    @extend_schema(
        summary="The rows that are wrong or failed as a new batch",
        description="A draft with the same columns, mapping and steps: correct its cells and begin "
        "it. What it was made from stays as it is.",
        operation_id="batches_correct",
        parameters=[PATH_ID],
        request=None,
        responses=answers({201: OneBatchSerializer}, 400, 404, 409),
        tags=["batches"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        with telling():
            made = batches.correct(self.batch(pk), self.user)
        self.check_new(made)
        address = request.build_absolute_uri(reverse("api:batch", args=[made.pk]))
        return self.told(made.pk, 201, {"Location": address})


class BatchZip(BatchView):
    @extend_schema(
        summary="Pack the results",
        description="All results that are there as a ZIP, in the background: ask for the archive "
        "at its address until its `state` is ready.",
        operation_id="batches_zip",
        parameters=[PATH_ID],
        request=None,
        responses=answers({201: ArchiveSerializer}, 400, 404, 409),
        tags=["batches"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        ids = _results(self, self.batch(pk))
        if not ids:
            raise NotPossible("No row has a result yet, so there is nothing to pack.")
        try:
            archive = archives.order(self.account, self.user, ids)
        except services.Refused as error:
            raise Invalid([problem("", None, str(error))]) from None
        address = request.build_absolute_uri(reverse("api:archive", args=[archive.pk]))
        told = ArchiveSerializer(archive).data
        return Response(told, status=201, headers={"Location": address})


def _results(view: AccountView, batch: Batch) -> list[UUID]:
    """The results that are in the library, in the order of the rows."""
    made = [UUID(str(pk)) for one in batches.results(batch) for pk in one.assets]
    made = list(dict.fromkeys(made))
    mine = Asset.objects.for_account(view.account).live()
    there: set[UUID] = set()
    for start in range(0, len(made), CHUNK):
        some = mine.filter(pk__in=made[start : start + CHUNK])
        there |= set(some.values_list("pk", flat=True))
    return [pk for pk in made if pk in there]
