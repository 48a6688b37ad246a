"""Jobs: ask for work, look how it stands, decide about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from studio import catalogue, jobs
from studio.api import paging, requests
from studio.api.base import AccountView, find
from studio.api.job_serializers import (
    JobPageSerializer,
    JobSerializer,
    with_money_and_outputs,
)
from studio.api.parsers import JsonParser
from studio.api.schema import KEY_HEADER, ORDER, PATH_ID, answers, replayed
from studio.models import Job, State

MODULES = sorted({operation.module for operation in catalogue.operations().values()})
FILTERS = (
    OpenApiParameter("state", str, enum=State.values),
    OpenApiParameter("operation", str, enum=list(catalogue.operations())),
    OpenApiParameter("module", str, enum=MODULES),
    OpenApiParameter("run", {"type": "string", "format": "uuid"}, description="All of one request"),
    OpenApiParameter("batch", {"type": "string", "format": "uuid"}, description="All of one batch"),
    OpenApiParameter("created_after", str, description="A date or time of ISO 8601, included"),
    OpenApiParameter("created_before", str, description="A date or time of ISO 8601, excluded"),
    *paging.PAGE,
)


class JobView(AccountView):
    def job(self, pk: UUID) -> Job:
        return find(Job.objects.for_account(self.account), pk, "job")

    def told(self, found: Sequence[Job]) -> list[dict[str, Any]]:
        context = {"request": self.request, **with_money_and_outputs(self.account, found)}
        return list(JobSerializer(found, many=True, context=context).data)

    def created(self, job: Job, new: bool) -> Response:
        """201 with its address; 200 and a header when the key had been seen before."""
        headers = {} if new else {"Idempotent-Replayed": "true"}
        address = self.request.build_absolute_uri(reverse("api:job", args=[job.pk]))
        data = self.told([job])[0]
        return Response(data, 201 if new else 200, headers={"Location": address} | headers)


class Jobs(JobView):
    parser_classes = [JsonParser, MultiPartParser]

    @extend_schema(
        summary="List jobs",
        description="The newest first.",
        operation_id="jobs_list",
        parameters=list(FILTERS),
        responses=answers({200: JobPageSerializer}, 400),
        tags=["jobs"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, FILTERS)
        found = Job.objects.for_account(self.account)
        for name in ("run", "batch"):
            if value := query.get(name):
                found = found.filter(**{name: paging.uuid_of(name, value)})
        for name in ("state", "operation", "module"):
            if value := query.get(name):
                found = found.filter(**{name: value})
        for name, lookup in (("created_after", "gte"), ("created_before", "lt")):
            if value := query.get(name):
                found = found.filter(**{f"created__{lookup}": paging.moment(name, value)})
        rows, following = paging.page(request, found, query)
        return Response({"results": self.told(rows), "next": following})

    @extend_schema(
        summary="Create a job",
        description="The price is held at once and charged when the job succeeds; a job that "
        "fails or is canceled costs nothing. As JSON a picture is the id of an asset, a data URL "
        "or an https address; as a form it may be a file. With `count` or a `grid` it is several "
        "jobs, all of them or none: the answer is the first one, the others have the same `run`.",
        operation_id="jobs_create",
        parameters=[KEY_HEADER, *replayed()],
        request=ORDER,
        responses=answers({201: JobSerializer, 200: JobSerializer}, 400, 402, 404, 413, 415, 422),
        tags=["jobs"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        key = requests.idempotency_key(request.headers)
        order = requests.order(self.sent(), self.account)
        if key and (first := jobs.replayed(self.account, key, order.digest)):
            return self.created(first, new=False)
        form = order.form(self.account, self.user)
        return self.created(*form.create_job(key=key, request=order.digest))


class OneJob(JobView):
    @extend_schema(
        summary="One job",
        description="Ask every second or two until `state` is succeeded, failed or canceled.",
        operation_id="jobs_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: JobSerializer}, 400, 404),
        tags=["jobs"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(self.told([self.job(pk)])[0])


class CancelJob(JobView):
    @extend_schema(
        summary="Cancel a job",
        description="At once while it is queued, soon while it renders here, elsewhere once its "
        "provider confirms; `links.cancel` is null where nothing can stop it. Nothing is charged. "
        "A result that is ready first is kept and charged.",
        operation_id="jobs_cancel",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: JobSerializer}, 400, 404, 409),
        tags=["jobs"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(self.told([jobs.cancel(self.job(pk))])[0])


class RetryJob(JobView):
    @extend_schema(
        summary="Try a job again",
        description="A new job with the same params, linked to the failed or canceled one and "
        "priced anew. Asked twice without a key, it returns the first retry.",
        operation_id="jobs_retry",
        parameters=[PATH_ID, KEY_HEADER, *replayed()],
        request=None,
        responses=answers({201: JobSerializer, 200: JobSerializer}, 400, 402, 404, 409, 422),
        tags=["jobs"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        key = requests.idempotency_key(request.headers)
        return self.created(*jobs.retry(self.job(pk), self.user, key))


class SendJobAgain(JobView):
    @extend_schema(
        summary="Send a job again",
        description="For a job in review of which nobody knows whether its provider accepted it. "
        "The provider may be paid twice; the price here stays one.",
        operation_id="jobs_send_again",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: JobSerializer}, 400, 404, 409),
        tags=["jobs"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(self.told([jobs.send_again(self.job(pk))])[0])


class GiveJobUp(JobView):
    @extend_schema(
        summary="Give a job up",
        description="For a job of unknown outcome, while that is still being found out or in "
        "review: it fails at once and what was held comes back. Its provider may have accepted it; "
        "a result that comes later is not kept.",
        operation_id="jobs_give_up",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: JobSerializer}, 400, 404, 409),
        tags=["jobs"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(self.told([jobs.give_up(self.job(pk))])[0])
