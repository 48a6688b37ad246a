"""What the person whose key it is was told."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from studio import notices
from studio.api import paging
from studio.api.base import AccountView
from studio.api.fields import checked
from studio.api.schema import answers
from studio.models import UserNotice

UNREAD = OpenApiParameter(
    "unread", str, enum=["true", "false"], description="Only those, or only the others."
)


class NoticeSerializer(serializers.ModelSerializer[UserNotice]):
    """`link` is the path of a page."""

    class Meta:
        model = UserNotice
        fields = ["id", "kind", "title", "text", "link", "read", "created"]
        read_only_fields = fields


class NoticePageSerializer(serializers.Serializer[Any]):
    results = NoticeSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class SeenSerializer(serializers.Serializer[Any]):
    ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=1000, help_text="All without"
    )


class ReadSerializer(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were unread before")


class Notices(AccountView):
    @extend_schema(
        summary="List notices",
        description="What you were told in this account, the newest first: that batches of yours "
        "ended, budgets near their limits, webhooks were turned off. Kept for 90 days.",
        operation_id="notices_list",
        parameters=[UNREAD, *paging.PAGE],
        responses=answers({200: NoticePageSerializer}, 400),
        tags=["notices"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, (UNREAD, *paging.PAGE))
        rows = notices.of(self.account, self.user)
        if "unread" in query:
            rows = rows.filter(read__isnull=query["unread"] == "true")
        found, following = paging.page(request, rows, query)
        return Response({"results": NoticeSerializer(found, many=True).data, "next": following})


class SeenNotices(AccountView):
    @extend_schema(
        summary="Mark notices as read",
        description="Those of `ids`, or all. Ids of nothing are passed over.",
        operation_id="notices_seen",
        request=SeenSerializer,
        responses=answers({200: ReadSerializer}, 400, 413, 415),
        tags=["notices"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(SeenSerializer, self.sent())
        rows = notices.of(self.account, self.user)
        if "ids" in said:
            rows = rows.filter(pk__in=said["ids"])
        return Response({"read": notices.seen(rows)})
