"""A batch is planned, begun, stopped and tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from studio import batches
from studio.api import paging, requests
from studio.api.batches.base import BatchView, telling
from studio.api.batches.shapes import (
    BatchPlanSerializer,
    OneBatchSerializer,
    RetryPlanSerializer,
    plan_data,
    retry_data,
)
from studio.api.batches.wishes import (
    ChangeModelSerializer,
    RetryBatchSerializer,
    StartBatchSerializer,
)
from studio.api.schema import KEY_HEADER, PATH_ID, answers
from studio.jobs import NotPossible
from studio.models import Batch, BatchState

REPLAYED = OpenApiParameter(
    "Idempotent-Replayed",
    {"type": "string", "enum": ["true"]},
    OpenApiParameter.HEADER,
    response=[200],
    description="It was begun by an earlier request with the same key.",
)
RETRY = (
    OpenApiParameter("offer", str, description="By another model, as change-model does it"),
    OpenApiParameter(
        "canceled", str, enum=["true", "false"], description="With those that were canceled"
    ),
)


class PlanBatch(BatchView):
    @extend_schema(
        summary="What a batch would cost",
        description="The dry run: how many rows are ready, what they cost by model, what would be "
        "left, which results the library has already, and what stands against the start. Nothing "
        "is held.",
        operation_id="batches_plan",
        parameters=[PATH_ID],
        responses=answers({200: BatchPlanSerializer}, 400, 404, 409),
        tags=["batches"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        batch = self.batch(pk)
        if batch.state != BatchState.DRAFT:
            raise NotPossible(f"{batches.it_is(batch)}; a plan is made of a draft.")
        return Response(plan_data(batches.plan(batch)))


class StartBatch(BatchView):
    @extend_schema(
        summary="Begin a batch",
        description="Now, or at the time that it has. The price of all rows is held, or nothing "
        "happens; from then on each row stands alone. Send the `agreed` of the plan, and it does "
        "not begin at another price; send a key, and it begins once.",
        operation_id="batches_start",
        parameters=[PATH_ID, KEY_HEADER, REPLAYED],
        request=StartBatchSerializer,
        responses=answers({200: OneBatchSerializer}, 400, 402, 404, 409, 413, 415),
        tags=["batches"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        key = requests.idempotency_key(request.headers)
        batch = self.batch(pk)
        said = self.said(StartBatchSerializer)
        with telling("rows", 409):
            _, new = batches.start(
                batch,
                self.user,
                agreed=said.get("agreed"),
                key=key or "",
                without_wrong=said.get("without_wrong", False),
            )
        return self.told(pk, headers={} if new else {"Idempotent-Replayed": "true"})


class _Decide(BatchView):
    """A press that takes nothing but the batch."""

    decide: ClassVar[Callable[[Batch], Batch]]

    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        batch = self.batch(pk)
        with telling():
            type(self).decide(batch)
        return self.told(pk)


def _press(name: str, summary: str, description: str) -> Any:
    return extend_schema_view(
        post=extend_schema(
            summary=summary,
            description=description,
            operation_id=f"batches_{name}",
            parameters=[PATH_ID],
            request=None,
            responses=answers({200: OneBatchSerializer}, 400, 404, 409),
            tags=["batches"],
        )
    )


@_press(
    "pause",
    "Pause a batch",
    "No further row begins; those at work go on to their end. After 30 days what is held comes "
    "back.",
)
class PauseBatch(_Decide):
    decide = batches.pause


@_press(
    "resume",
    "Go on with a batch",
    "One that is paused or was stopped by its limits, which are counted anew; a scheduled one "
    "begins now.",
)
class ResumeBatch(_Decide):
    decide = batches.resume


@_press(
    "cancel",
    "Cancel the rest",
    "All rows that are not at work: what is held for them comes back at once. Those at work are "
    "finished. It does not come again next week either.",
)
class CancelBatch(_Decide):
    decide = batches.cancel_rest


class _Again(BatchView):
    """Failed rows are tried again, as the request says."""

    def tried(
        self, request: Request, pk: UUID, asks: type[Any], field: str, status: int = 400
    ) -> Response:
        paging.read(request, ())
        batch = self.batch(pk)
        said = self.said(asks)
        with telling(field, status):
            told = batches.retry_failed(batch, self.user, **said)
        return Response(retry_data(told))


class RetryBatch(_Again):
    @extend_schema(
        summary="What trying again would cost",
        description="Of the failed rows, with the same models or with another `offer`. Steps that "
        "were done are not paid for again.",
        operation_id="batches_retry_plan",
        parameters=[PATH_ID, *RETRY],
        responses=answers({200: RetryPlanSerializer}, 400, 404, 409),
        tags=["batches"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        query = paging.read(request, RETRY)
        batch = self.batch(pk)
        canceled = query.get("canceled") == "true"
        with telling("offer"):
            told = batches.plan_retry(batch, self.user, query.get("offer", ""), canceled=canceled)
        return Response(retry_data(told))

    @extend_schema(
        summary="Try the failed rows again",
        description="All that can be, or none. A second request finds nothing that failed: its "
        "`rows` is 0.",
        operation_id="batches_retry",
        parameters=[PATH_ID],
        request=RetryBatchSerializer,
        responses=answers({200: RetryPlanSerializer}, 400, 402, 404, 409, 413, 415),
        tags=["batches"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        return self.tried(request, pk, RetryBatchSerializer, "rows", 409)


class ChangeModel(_Again):
    @extend_schema(
        summary="Try the failed rows with another model",
        description="Of the rows that failed in a step that it can do. The rows are checked for "
        "it; those that it cannot do stay as they are, and are told.",
        operation_id="batches_change_model",
        parameters=[PATH_ID],
        request=ChangeModelSerializer,
        responses=answers({200: RetryPlanSerializer}, 400, 402, 404, 409, 413, 415),
        tags=["batches"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        return self.tried(request, pk, ChangeModelSerializer, "offer")
