"""Large files in parts: begin, send the parts, look what is missing, complete or cancel."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from assets import services
from assets.models import AssetKind, PartUpload, UploadState
from assets.services.uploads import PART_BYTES, ZIP
from studio.api import paging
from studio.api.assets import AssetView, tags_field
from studio.api.base import AccountView, find
from studio.api.errors import Invalid, TooLarge, problem
from studio.api.fields import Text, checked
from studio.api.schema import PATH_ID, answers
from studio.api.serializers import UploadedSerializer
from studio.jobs import NotPossible

NUMBER = OpenApiParameter(
    "number",
    {"type": "integer", "minimum": 1},
    OpenApiParameter.PATH,
    description="Which part; the first is 1",
)
CHECKSUM = OpenApiParameter(
    "X-Part-SHA256",
    {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
    OpenApiParameter.HEADER,
    description="Of this part; a part that does not fit is refused",
)


class BeginSerializer(serializers.Serializer[Any]):
    """A file that is to come in parts."""

    name = Text(max_length=200, help_text="Name of the file")
    size = serializers.IntegerField(min_value=1, max_value=2**53, help_text="Bytes of the whole")
    sha256 = Text(max_length=64, required=False, allow_blank=True, help_text="Of the whole")
    kind = serializers.ChoiceField(
        [*AssetKind.choices, (ZIP, "A ZIP")],
        required=False,
        help_text="The only kind that is wanted; `zip` for what is then imported (see imports)",
    )
    tags = tags_field()


class PartUploadSerializer(serializers.ModelSerializer[PartUpload]):
    """How far an upload is. `missing` are the numbers of the parts that are still to be sent."""

    state = serializers.ChoiceField(UploadState.choices)
    parts = serializers.IntegerField(source="parts_wanted", help_text="How many parts it has")
    missing = serializers.SerializerMethodField()
    asset = serializers.UUIDField(source="asset_id", allow_null=True)

    class Meta:
        model = PartUpload
        fields = ["id", "name", "size", "part_size", "parts", "missing", "state", "asset"]
        fields += ["created", "expires"]
        read_only_fields = fields

    @extend_schema_field({"type": "array", "items": {"type": "integer"}})
    def get_missing(self, upload: PartUpload) -> list[int]:
        return [] if upload.state == UploadState.DONE else services.missing_parts(upload)


class PartUploadsSerializer(serializers.Serializer[Any]):
    results = PartUploadSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class Bytes(BaseParser):
    """The bytes of a part as they are; they are read where they are checked."""

    media_type = "application/octet-stream"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        return {"body": stream}


class UploadView(AccountView):
    def uploads(self) -> QuerySet[PartUpload]:
        mine = PartUpload.objects.for_account(self.account.widest()).filter(
            expires__gt=timezone.now()
        )
        return mine.select_related("asset", "user")

    def upload(self, pk: UUID) -> PartUpload:
        return find(self.uploads(), pk, "upload")


class Uploads(UploadView):
    @extend_schema(
        summary="Uploads that are under way",
        description="The newest first, also what was completed within a day.",
        operation_id="uploads_list",
        parameters=[*paging.PAGE],
        responses=answers({200: PartUploadsSerializer}, 400),
        tags=["assets"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        rows, following = paging.page(request, self.uploads(), query)
        return Response({"results": PartUploadSerializer(rows, many=True).data, "next": following})

    @extend_schema(
        summary="Begin the upload of a large file",
        description="The answer says how long the parts are. Send each with "
        "`PUT uploads/{id}/parts/{number}/`, in any order, then `POST uploads/{id}/complete/`. "
        "What was received is kept for 24 hours.",
        operation_id="uploads_begin",
        request=BeginSerializer,
        responses=answers({201: PartUploadSerializer}, 400, 413, 415),
        tags=["assets"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(BeginSerializer, self.sent())
        begun = services.begin_upload(account=self.account, user=self.user, **said)
        address = request.build_absolute_uri(reverse("api:part-upload", args=[begun.pk]))
        told = PartUploadSerializer(begun).data
        return Response(told, status=201, headers={"Location": address})


class OneUpload(UploadView):
    @extend_schema(
        summary="How far an upload is",
        description="`missing` are the parts that are still to be sent.",
        operation_id="uploads_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: PartUploadSerializer}, 400, 404),
        tags=["assets"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(PartUploadSerializer(self.upload(pk)).data)

    @extend_schema(
        summary="Cancel an upload",
        description="Its parts are removed. A file that is in the library already stays there.",
        operation_id="uploads_cancel",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404, 409),
        tags=["assets"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        try:
            services.abort_upload(self.upload(pk))
        except services.Busy as error:
            raise NotPossible(str(error)) from error
        return Response(status=204)


class UploadPart(UploadView):
    parser_classes = [Bytes]

    @extend_schema(
        summary="Send a part",
        description="All parts but the last have `part_size` bytes. The same part may be sent "
        "again; then the later one counts.",
        operation_id="uploads_part",
        parameters=[PATH_ID, NUMBER, CHECKSUM],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses=answers({200: PartUploadSerializer}, 400, 404, 409, 413, 415),
        tags=["assets"],
    )
    def put(self, request: Request, pk: UUID, number: int) -> Response:
        paging.read(request, ())
        if int(request.META.get("CONTENT_LENGTH") or 0) > PART_BYTES:
            raise TooLarge(PART_BYTES)
        upload = self.upload(pk)
        checksum = request.headers.get("X-Part-SHA256", "")
        try:
            services.take_part(upload, number, self._body(), checksum)
        except services.Busy as error:
            raise NotPossible(str(error)) from error
        except services.Refused as error:
            raise Invalid([problem("number", number, str(error))]) from error
        return Response(PartUploadSerializer(upload).data)

    def _body(self) -> IO[bytes]:
        """Nothing but bytes is taken for a part. Without a body it is empty, and too short."""
        return self.sent().get("body") or BytesIO()


class CompleteUpload(UploadView, AssetView):
    @extend_schema(
        summary="Complete an upload",
        description="Puts the parts together and takes the file into the library, as an upload in "
        "one piece does. A repeat gives the same asset.",
        operation_id="uploads_complete",
        parameters=[PATH_ID],
        request=None,
        responses=answers({201: UploadedSerializer}, 400, 404, 409),
        tags=["assets"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        upload = self.upload(pk)
        try:
            asset = services.complete_upload(upload)
        except services.Busy as error:
            raise NotPossible(str(error)) from error
        except services.Refused as error:
            raise Invalid([problem("file", upload.name, str(error))]) from error
        return self.came(asset)
