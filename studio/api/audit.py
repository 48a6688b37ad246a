"""The audit log for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing import audit_log
from billing.models import AuditEvent
from billing.models.team import By
from studio.api import paging
from studio.api.clients import ManagedView
from studio.api.schema import answers

FILTERS = (
    OpenApiParameter("who", str, description="The name of who did it, or a part of it."),
    OpenApiParameter("area", str, enum=list(audit_log.AREAS), description="What it is about."),
    OpenApiParameter("since", str, description="From this day or time on (ISO 8601)."),
    OpenApiParameter("until", str, description="Before this day or time (ISO 8601)."),
)


class AuditEventSerializer(serializers.ModelSerializer[AuditEvent]):
    """Who did what, to what, and from where."""

    by = serializers.ChoiceField(By.choices, read_only=True)
    object = serializers.CharField(source="of")
    details = serializers.DictField(read_only=True)

    class Meta:
        model = AuditEvent
        fields = ["id", "created", "by", "actor", "action", "object", "details", "address"]
        read_only_fields = fields


class AuditPageSerializer(serializers.Serializer[Any]):
    results = AuditEventSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class Audit(ManagedView):
    @extend_schema(
        summary="Read the audit log",
        description="For owners and admins: what was spent, shared, deleted and changed, newest "
        "first. Nobody can change it.",
        operation_id="audit_list",
        parameters=[*FILTERS, *paging.PAGE],
        responses=answers({200: AuditPageSerializer}, 400),
        tags=["members"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, (*FILTERS, *paging.PAGE))
        self.for_managers("read its audit log")
        times = {n: paging.moment(n, query[n]) for n in ("since", "until") if n in query}
        rows = audit_log.events(
            self.account, who=query.get("who", ""), area=query.get("area", ""), **times
        )
        found, following = paging.page(request, rows, query)
        told = AuditEventSerializer(found, many=True).data
        return Response({"results": told, "next": following})
