"""The tags of an account. A slash nests them: `animal/cat` is in `animal`."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from assets import services
from assets.models import BulkChange, Tag
from assets.services import tags
from studio.api import paging
from studio.api.base import AccountView
from studio.api.errors import Invalid, problem
from studio.api.fields import Text, checked
from studio.api.schema import answers

TAG_ID = OpenApiParameter(
    "id", {"type": "integer", "minimum": 1, "maximum": 2**31}, OpenApiParameter.PATH
)


class TagSerializer(serializers.ModelSerializer[Tag]):
    """A tag, and how many assets have it that are not in the trash."""

    id = serializers.IntegerField()
    count = serializers.IntegerField(source="held")

    class Meta:
        model = Tag
        fields = ["id", "name", "count"]
        read_only_fields = fields


class TagPageSerializer(serializers.Serializer[Any]):
    results = TagSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class TagChangeSerializer(serializers.Serializer[Any]):
    """Its new name; that of another tag merges the two."""

    name = Text(max_length=60)


class TagChangedSerializer(serializers.Serializer[Any]):
    """How many assets were changed, and the change of many that undoes it (null: nothing to)."""

    changed = serializers.IntegerField()
    change = serializers.UUIDField(allow_null=True)


class TagView(AccountView):
    def all(self) -> QuerySet[Tag]:
        live = Q(assets__trashed=None) & self.account.scope.q("assets__client")
        held = Count("assets", filter=live)
        return Tag.objects.for_account(self.account).annotate(held=held)

    def tag(self, pk: int) -> Tag:
        found = self.all().filter(pk=pk).first() if pk < 2**63 else None
        if found is None:
            raise NotFound(f"There is no tag {pk}.")
        return found

    def changed(self, change: BulkChange | None) -> Response:
        if change is None:
            return Response({"changed": 0, "change": None})
        return Response({"changed": change.changed, "change": str(change.pk)})


class Tags(TagView):
    @extend_schema(
        summary="List tags",
        description="By name, with counts.",
        operation_id="tags_list",
        parameters=list(paging.PAGE),
        responses=answers({200: TagPageSerializer}, 400),
        tags=["tags"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        rows, following = paging.page(request, self.all(), query, "name")
        return Response({"results": TagSerializer(rows, many=True).data, "next": following})


class OneTag(TagView):
    @extend_schema(
        summary="Rename, move or merge a tag",
        description="What is nested in it goes along. `bulk` undoes it.",
        operation_id="tags_change",
        parameters=[TAG_ID],
        request=TagChangeSerializer,
        responses=answers({200: TagChangedSerializer}, 400, 404, 413, 415),
        tags=["tags"],
    )
    def patch(self, request: Request, pk: int) -> Response:
        paging.read(request, ())
        tag = self.tag(pk)
        name = checked(TagChangeSerializer, self.sent())["name"]
        try:
            return self.changed(tags.rename(self.account, self.user, tag, name))
        except services.Refused as error:
            raise Invalid([problem("name", name, str(error))]) from None

    @extend_schema(
        summary="Take a tag off everything",
        description="With what is nested in it. `bulk` undoes it.",
        operation_id="tags_delete",
        parameters=[TAG_ID],
        responses=answers({200: TagChangedSerializer}, 400, 404),
        tags=["tags"],
    )
    def delete(self, request: Request, pk: int) -> Response:
        paging.read(request, ())
        return self.changed(tags.delete(self.account, self.user, self.tag(pk)))
