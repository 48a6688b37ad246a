"""ZIPs of many assets, packed in the background."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from assets import services
from assets.models import Archive, ArchiveState
from assets.services import archives, packed
from assets.views import files
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.bulk import MOST_VALUES, WantedSerializer, wanted_ids
from studio.api.errors import Invalid, problem
from studio.api.fields import YesNo, checked
from studio.api.schema import PATH_ID, answers
from studio.jobs import NotPossible


class ArchiveSerializer(serializers.ModelSerializer[Archive]):
    """A ZIP. `size` is in bytes: that of its files until it is ready, then its own."""

    state = serializers.ChoiceField(ArchiveState.choices)
    done = serializers.IntegerField(help_text="Files that are packed")
    missing = serializers.IntegerField(help_text="Files that could not be; manifest.json has them")

    class Meta:
        model = Archive
        fields = [
            *("id", "client", "state", "count", "done", "missing", "size", "error"),
            *("created", "expires"),
        ]
        read_only_fields = fields


class PackSerializer(WantedSerializer):
    plain = YesNo(required=False, help_text="The files alone, without JSON beside them")


class ArchivePageSerializer(serializers.Serializer[Any]):
    results = ArchiveSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class ArchiveView(AccountView):
    def all(self) -> Any:
        return Archive.objects.for_account(self.account).filter(expires__gt=timezone.now())

    def archive(self, pk: UUID) -> Archive:
        found: Archive = find(self.all(), pk, "archive")
        return found


class Archives(ArchiveView):
    most_values = MOST_VALUES

    @extend_schema(
        summary="List ZIPs",
        description="The newest first. They are kept for seven days.",
        operation_id="archives_list",
        parameters=list(paging.PAGE),
        responses=answers({200: ArchivePageSerializer}, 400),
        tags=["archives"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        rows, following = paging.page(request, self.all().defer("wanted"), query)
        return Response({"results": ArchiveSerializer(rows, many=True).data, "next": following})

    @extend_schema(
        summary="Pack a ZIP",
        description="In the background: ask again until `state` is ready. Beside each file there "
        "is a JSON file with what is known of it, unless it is to be `plain`.",
        operation_id="archives_create",
        request=PackSerializer,
        responses=answers({201: ArchiveSerializer}, 400, 413, 415),
        tags=["archives"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(PackSerializer, self.sent())
        ids, plain = wanted_ids(self, said), said.get("plain", False)
        try:
            archive = archives.order(self.account, self.user, ids, plain=plain)
        except services.Refused as error:
            raise Invalid([problem("ids", None, str(error))]) from None
        address = request.build_absolute_uri(reverse("api:archive", args=[archive.pk]))
        told = ArchiveSerializer(archive).data
        return Response(told, status=201, headers={"Location": address})


class OneArchive(ArchiveView):
    @extend_schema(
        summary="One ZIP",
        description="How far it is.",
        operation_id="archives_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: ArchiveSerializer}, 400, 404),
        tags=["archives"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(ArchiveSerializer(self.archive(pk)).data)

    @extend_schema(
        summary="Delete a ZIP",
        description="Its files stay in the library.",
        operation_id="archives_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["archives"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        packed.delete(self.archive(pk))
        return Response(status=204)


class ArchiveFile(ArchiveView):
    @extend_schema(
        summary="The file of a ZIP",
        description="Ranges of bytes are answered; the address needs the same key.",
        operation_id="archives_file",
        parameters=[PATH_ID],
        responses=answers(
            {
                (200, "application/zip"): OpenApiTypes.BINARY,
                (206, "application/zip"): OpenApiTypes.BINARY,
                416: OpenApiResponse(description="The file has no such range."),
            },
            400,
            404,
            409,
        ),
        tags=["archives"],
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        paging.read(request, ())
        archive = self.archive(pk)
        if archive.state != ArchiveState.READY:
            raise NotPossible("It is not packed. Ask for it until its state is ready.")
        try:
            packed.check(self.account, archive)
        except services.Refused as error:
            raise NotPossible(str(error)) from None
        answer = files.send_archive(request._request, archive)
        if answer.status_code == 404:
            raise NotFound(f"The file of archive {pk} is missing from the storage.")
        return answer
