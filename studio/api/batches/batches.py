"""Batches: made from a table, looked at, changed, thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from studio import batches
from studio.api import paging
from studio.api.batches import sources
from studio.api.batches.base import BatchView, telling
from studio.api.batches.shapes import (
    BatchPageSerializer,
    BatchSecretSerializer,
    OneBatchSerializer,
    batches_data,
)
from studio.api.batches.wishes import (
    NEW_BATCH,
    BatchChangeSerializer,
    NewBatchFormSerializer,
    NewBatchSerializer,
)
from studio.api.fields import checked
from studio.api.parsers import JsonParser
from studio.api.schema import PATH_ID, answers
from studio.models import Batch, BatchState

FILTERS = (
    OpenApiParameter("state", str, enum=BatchState.values),
    OpenApiParameter("created_after", str, description="A date or time of ISO 8601, included"),
    OpenApiParameter("created_before", str, description="A date or time of ISO 8601, excluded"),
    *paging.PAGE,
)
OPTIONS = ("title", "at_once", "stop_failures", "stop_units", "email", "webhook")
# What a step is wrong about.
PARTS = ("operation", "offer", "model", "steps")
SCHEDULE = ("starts_at", "window", "repeats")


class Batches(BatchView):
    parser_classes = [JsonParser, MultiPartParser]

    @extend_schema(
        summary="List batches",
        description="The newest first.",
        operation_id="batches_list",
        parameters=list(FILTERS),
        responses=answers({200: BatchPageSerializer}, 400),
        tags=["batches"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, FILTERS)
        found = self.batches()
        if state := query.get("state"):
            found = found.filter(state=state)
        for name, lookup in (("created_after", "gte"), ("created_before", "lt")):
            if value := query.get(name):
                found = found.filter(**{f"created__{lookup}": paging.moment(name, value)})
        rows, following = paging.page(request, found, query)
        return Response({"results": batches_data(rows, request), "next": following})

    @extend_schema(
        summary="Make a batch",
        description="A draft out of a table: a file (CSV, TSV, XLSX or JSON) in a form, or as JSON "
        "`rows`, `prompts` or `assets`. At most 10,000 rows. Which column is which param is "
        "guessed where no `mapping` says it. Every row is checked as a single job is; what is "
        "wrong is told by row and column, and nothing is held before the start.",
        operation_id="batches_create",
        request=NEW_BATCH,
        responses=answers({201: OneBatchSerializer}, 400, 404, 413, 415),
        tags=["batches"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        sent = self.sent()
        if isinstance(sent, QueryDict):
            said = checked(NewBatchFormSerializer, sources.unfolded(sent))
        else:
            said = checked(NewBatchSerializer, sent)
        made = self._made(said)
        address = request.build_absolute_uri(reverse("api:batch", args=[made.pk]))
        return self.told(made.pk, 201, {"Location": address})

    def _made(self, said: Mapping[str, Any]) -> Batch:
        source = sources.source_of(said, self.account)
        steps = sources.steps_of(said, source, self.account)
        mapping: dict[str, str] | None = None

        def called(name: str) -> str:
            if name in PARTS and "operation" not in said:
                return next((part for part in ("steps", "template") if part in said), name)
            return f"mapping.{name}" if name in (mapping or {}) else name

        with telling("steps", called=called), transaction.atomic():
            mapping = sources.mapping_of(said, source, self.account, steps)
            made = batches.create(
                self.account,
                self.user,
                said.get("title", ""),
                source.sheet,
                steps=steps,
                mapping=mapping,
                source=source.digest,
                source_name=source.name,
            )
            if source.kind == "prompts" and "prompt" not in made.mapping.values():
                raise batches.Wrong("prompts", "Nothing of it takes a prompt. Say another one.")
            with telling("window"):
                _settle(made, {**said, "title": said.get("title") or made.title})
        self.check_new(made)
        return made


def _settle(batch: Batch, said: Mapping[str, Any]) -> None:
    """When and how it runs, as far as that is said. Raises Wrong, Refused and NotNow."""
    options = {name: said[name] for name in OPTIONS if name in said}
    if options:
        batches.set_options(batch, **options)
    if any(name in said for name in SCHEDULE):
        whole = {name: said.get(name, getattr(batch, name)) for name in SCHEDULE}
        batches.set_schedule(batch, **whole)


class OneBatch(BatchView):
    @extend_schema(
        summary="One batch",
        description="How it stands. Ask every few seconds until `ended` is there.",
        operation_id="batches_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: OneBatchSerializer}, 400, 404),
        tags=["batches"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return self.told(pk)

    @extend_schema(
        summary="Change a batch",
        description="What is left out stays as it is. Its title, its limits and who is told may be "
        "changed at any time; steps, mapping and when it runs only while it is a draft. With other "
        "steps or another mapping all rows are checked anew. All of it is taken over, or nothing.",
        operation_id="batches_change",
        parameters=[PATH_ID],
        request=BatchChangeSerializer,
        responses=answers({200: OneBatchSerializer}, 400, 404, 409, 413, 415),
        tags=["batches"],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        batch = self.batch(pk)
        said = self.said(BatchChangeSerializer)
        if "steps" in said or "mapping" in said:
            # Thousands of rows are checked for seconds, which no transaction should last. So what
            # else is said is tried before, and taken over behind it.
            self._settle(pk, said, only_try=True)
            self._set_work(batch, said)
        self._settle(pk, said)
        return self.told(pk)

    def _settle(self, pk: UUID, said: Mapping[str, Any], *, only_try: bool = False) -> None:
        with telling("window"), transaction.atomic():
            batch = self.batch(pk)
            if batch.state != BatchState.DRAFT and not said.get("repeats", "weekly"):
                raise batches.NotNow(self._not_again(batch))
            _settle(batch, said)
            if only_try:
                transaction.set_rollback(True)

    def _not_again(self, batch: Batch) -> str:
        where = reverse("api:batch-stop-repeating", args=[batch.pk])
        state = batch.get_state_display().lower()
        words = f"This batch is {state}, and when it runs is settled."
        return f"{words} That it comes again is ended by POST {where} (`links.stop_repeating`)."

    @staticmethod
    def _set_work(batch: Batch, said: Mapping[str, Any]) -> None:
        columns = [*said.get("mapping", ()), *batch.columns]

        def called(name: str) -> str:
            return f"mapping.{name}" if name in columns else name if name == "mapping" else "steps"

        with telling("steps", called=called):
            if "steps" in said:
                batches.set_steps(batch, said["steps"], said.get("mapping"))
            else:
                batches.set_mapping(batch, said["mapping"])

    @extend_schema(
        summary="Throw a draft away",
        description="With its rows. One that has begun stays: its jobs tell of it.",
        operation_id="batches_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404, 409),
        tags=["batches"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        batch = self.batch(pk)
        with telling():
            batches.discard(batch)
        return Response(status=204)


class CheckBatch(BatchView):
    @extend_schema(
        summary="Check all rows anew",
        description="With the library and the prices as they are now. Addresses that could not be "
        "fetched are asked once more.",
        operation_id="batches_check",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: OneBatchSerializer}, 400, 404, 409),
        tags=["batches"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        batch = self.batch(pk)
        with telling():
            batches.recheck(batch)
        return self.told(pk)


class BatchSecret(BatchView):
    @extend_schema(
        summary="Make the secret of its webhook",
        description="What is sent to the address is signed with it (HMAC-SHA256, as Standard "
        "Webhooks say). It is shown this once.",
        operation_id="batches_secret",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: BatchSecretSerializer}, 400, 404),
        tags=["batches"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        batch = self.batch(pk)
        with telling("webhook"):
            return Response({"secret": batches.new_secret(batch)})


class StopRepeating(BatchView):
    @extend_schema(
        summary="Stop the weekly repeat",
        description="It does not begin again next week; what it does now goes on.",
        operation_id="batches_stop_repeating",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: OneBatchSerializer}, 400, 404),
        tags=["batches"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        batches.stop_repeating(self.batch(pk))
        return self.told(pk)
