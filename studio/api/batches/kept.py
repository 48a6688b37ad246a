"""What is kept for other tables, steps and mappings, and what nobody has seen yet."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.owned import check_own
from studio import batches
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.batches.base import BatchView, telling
from studio.api.batches.shapes import StepSerializer
from studio.api.batches.wishes import NewBatchMappingSerializer, NewBatchTemplateSerializer
from studio.api.fields import checked
from studio.api.schema import PATH_ID, answers
from studio.models import BatchMapping, BatchNews, BatchTemplate


class BatchTemplateSerializer(serializers.ModelSerializer[BatchTemplate]):
    steps = StepSerializer(many=True)

    class Meta:
        model = BatchTemplate
        fields = ["id", "client", "name", "steps", "created"]
        read_only_fields = fields


class BatchTemplatePageSerializer(serializers.Serializer[Any]):
    results = BatchTemplateSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class BatchMappingSerializer(serializers.ModelSerializer[BatchMapping]):
    mapping = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = BatchMapping
        fields = ["id", "client", "name", "mapping", "created"]
        read_only_fields = fields


class BatchMappingPageSerializer(serializers.Serializer[Any]):
    results = BatchMappingSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class BatchNoticeSerializer(serializers.ModelSerializer[BatchNews]):
    """Something that nobody has seen yet."""

    batch = serializers.UUIDField(source="batch_id")
    title = serializers.CharField(source="batch.title")
    message = serializers.SerializerMethodField()

    class Meta:
        model = BatchNews
        fields = ["id", "batch", "title", "kind", "message", "created"]
        read_only_fields = fields

    def get_message(self, news: BatchNews) -> str:
        return batches.words_of(news)


class BatchNoticePageSerializer(serializers.Serializer[Any]):
    results = BatchNoticeSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class _Kept(AccountView):
    """What is kept under a name, of one kind."""

    model: ClassVar[type[BatchTemplate] | type[BatchMapping]]
    serializer: ClassVar[type[serializers.Serializer[Any]]]
    address: ClassVar[str]
    word: ClassVar[str]

    def mine(self) -> Any:
        return self.model._default_manager.for_account(self.account)

    def told(self, row: Any) -> Any:
        return self.serializer(row).data

    def listed(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        rows, following = paging.page(request, self.mine(), query, "name")
        return Response({"results": [self.told(row) for row in rows], "next": following})

    def saved(self, row: Any) -> Response:
        where = self.request.build_absolute_uri(reverse(self.address, args=[row.pk]))
        return Response(self.told(row), status=201, headers={"Location": where})

    def looked_at(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(self.told(find(self.mine(), pk, self.word)))

    def forgotten(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        row = find(self.mine(), pk, self.word)
        check_own(self.account, row)
        row.delete()
        return Response(status=204)


class _Templates(_Kept):
    model, serializer = BatchTemplate, BatchTemplateSerializer
    address, word = "api:batch-template", "template"


class _Mappings(_Kept):
    model, serializer = BatchMapping, BatchMappingSerializer
    address, word = "api:batch-mapping", "mapping"


class BatchTemplates(_Templates):
    @extend_schema(
        summary="List kept steps",
        description="By name.",
        operation_id="batch_templates_list",
        parameters=list(paging.PAGE),
        responses=answers({200: BatchTemplatePageSerializer}, 400),
        tags=["batches"],
    )
    def get(self, request: Request) -> Response:
        return self.listed(request)

    @extend_schema(
        summary="Keep steps",
        description="For other tables, in place of those that had the name.",
        operation_id="batch_templates_create",
        request=NewBatchTemplateSerializer,
        responses=answers({201: BatchTemplateSerializer}, 400, 413, 415),
        tags=["batches"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(NewBatchTemplateSerializer, self.sent())
        with telling("steps", called=lambda name: name if name == "name" else "steps"):
            return self.saved(batches.save_template(self.account, said["name"], said["steps"]))


class OneBatchTemplate(_Templates):
    @extend_schema(
        summary="Kept steps",
        description="As a batch takes them.",
        operation_id="batch_templates_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: BatchTemplateSerializer}, 400, 404),
        tags=["batches"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        return self.looked_at(request, pk)

    @extend_schema(
        summary="Forget kept steps",
        description="Batches that were made with them stay as they are.",
        operation_id="batch_templates_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["batches"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        return self.forgotten(request, pk)


class BatchMappings(_Mappings):
    @extend_schema(
        summary="List kept mappings",
        description="By name.",
        operation_id="batch_mappings_list",
        parameters=list(paging.PAGE),
        responses=answers({200: BatchMappingPageSerializer}, 400),
        tags=["batches"],
    )
    def get(self, request: Request) -> Response:
        return self.listed(request)

    @extend_schema(
        summary="Keep a mapping",
        description="For other tables with the same columns, in place of what had the name.",
        operation_id="batch_mappings_create",
        request=NewBatchMappingSerializer,
        responses=answers({201: BatchMappingSerializer}, 400, 413, 415),
        tags=["batches"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(NewBatchMappingSerializer, self.sent())
        with telling("mapping"):
            return self.saved(batches.save_mapping(self.account, said["name"], said["mapping"]))


class OneBatchMapping(_Mappings):
    @extend_schema(
        summary="A kept mapping",
        description="As a batch takes it.",
        operation_id="batch_mappings_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: BatchMappingSerializer}, 400, 404),
        tags=["batches"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        return self.looked_at(request, pk)

    @extend_schema(
        summary="Forget a kept mapping",
        description="Batches that were made with it stay as they are.",
        operation_id="batch_mappings_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["batches"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        return self.forgotten(request, pk)


class BatchNotices(AccountView):
    @extend_schema(
        summary="List what nobody has seen yet",
        description="That batches ended, stopped, or could not begin; the newest first.",
        operation_id="batch_notices_list",
        parameters=list(paging.PAGE),
        responses=answers({200: BatchNoticePageSerializer}, 400),
        tags=["batches"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        rows, following = paging.page(request, batches.notices(self.account), query)
        return Response({"results": BatchNoticeSerializer(rows, many=True).data, "next": following})


class SeenBatch(BatchView):
    @extend_schema(
        summary="Note that a batch was seen",
        description="Its notices are gone then. Again it changes nothing.",
        operation_id="batches_seen",
        parameters=[PATH_ID],
        request=None,
        responses=answers({204: None}, 400, 404),
        tags=["batches"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        batches.seen(self.batch(pk))
        return Response(status=204)
