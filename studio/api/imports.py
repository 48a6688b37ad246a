"""ZIPs into the library, unpacked in the background."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assets import services
from assets.models import Import, ImportItem, ImportState, Outcome, PartUpload
from assets.services import imports
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.errors import Invalid, problem
from studio.api.fields import checked
from studio.api.parsers import JsonParser
from studio.api.schema import PATH_ID, answers
from studio.jobs import NotPossible

MOST_PROBLEMS = 200


class ImportSerializer(serializers.ModelSerializer[Import]):
    """A ZIP that is taken in. `restored`, `known` and `refused` count its files."""

    state = serializers.ChoiceField(ImportState.choices)
    ours = serializers.BooleanField(
        help_text="It was packed by this program, with what was known of its files"
    )
    count = serializers.IntegerField(allow_null=True, help_text="Files in it; null until counted")
    restored = serializers.IntegerField(help_text="Files that are in the library again")
    known = serializers.IntegerField(help_text="Files that were here already, by their checksum")
    refused = serializers.IntegerField(help_text="Files that were not taken")

    class Meta:
        model = Import
        fields = ["id", "name", "size", "state", "ours", "count", "restored", "known", "refused"]
        fields += ["error", "created", "expires"]
        read_only_fields = fields


class LeftOutSerializer(serializers.ModelSerializer[ImportItem]):
    outcome = serializers.ChoiceField(Outcome.choices)

    class Meta:
        model = ImportItem
        fields = ["name", "outcome", "why"]
        read_only_fields = fields


class OneImportSerializer(ImportSerializer):
    problems = serializers.SerializerMethodField(
        help_text=f"The first {MOST_PROBLEMS} files that were refused, or of which something was "
        "left out, with the reason"
    )

    class Meta(ImportSerializer.Meta):
        fields = [*ImportSerializer.Meta.fields, "problems"]
        read_only_fields = fields

    @extend_schema_field(LeftOutSerializer(many=True))
    def get_problems(self, row: Import) -> Any:
        return LeftOutSerializer(row.items.exclude(why="")[:MOST_PROBLEMS], many=True).data


class ImportPageSerializer(serializers.Serializer[Any]):
    results = ImportSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class ByUploadSerializer(serializers.Serializer[Any]):
    """A ZIP that came in parts; its upload began with the kind `zip`."""

    upload = serializers.UUIDField()


class ByFileSerializer(serializers.Serializer[Any]):
    """A ZIP in one piece."""

    file = serializers.FileField(allow_empty_file=True, max_length=None)


class ImportView(AccountView):
    def all(self) -> QuerySet[Import]:
        return Import.objects.for_account(self.account).filter(expires__gt=timezone.now())

    def one(self, pk: UUID) -> Import:
        return find(self.all(), pk, "import")


class Imports(ImportView):
    parser_classes = [JsonParser, MultiPartParser]

    @extend_schema(
        summary="List imports",
        description="The newest first. They are kept for seven days.",
        operation_id="imports_list",
        parameters=list(paging.PAGE),
        responses=answers({200: ImportPageSerializer}, 400),
        tags=["archives"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        rows, following = paging.page(request, self.all(), query)
        return Response({"results": ImportSerializer(rows, many=True).data, "next": following})

    @extend_schema(
        summary="Import a ZIP",
        description="In the background: ask again until `state` is done. One that was packed here "
        "brings back titles, tags, collections, ratings, versions, lineage, recipes and dates; "
        "what is here already is not taken twice. Of any other the files come in as uploads, with "
        "their folders as tags. Above 20 MB send it in parts, with the kind `zip`, and name the "
        "upload here. It costs nothing.",
        operation_id="imports_create",
        request={
            "application/json": ByUploadSerializer,
            "multipart/form-data": ByFileSerializer,
        },
        responses=answers({201: ImportSerializer}, 400, 404, 409, 413, 415),
        tags=["archives"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        sent = self.sent()
        form = sent.dict() if isinstance(sent, QueryDict) else sent
        try:
            if isinstance(form, dict) and "upload" in form:
                said = checked(ByUploadSerializer, form)
                made = imports.order_parts(self.account, self.user, self._upload(said["upload"]))
            else:
                file: UploadedFile[bytes] = checked(ByFileSerializer, form)["file"]
                made = imports.order(self.account, self.user, file, file.name or "import.zip")
        except services.Busy as error:
            raise NotPossible(str(error)) from error
        except services.Refused as error:
            name = "upload" if isinstance(form, dict) and "upload" in form else "file"
            raise Invalid([problem(name, None, str(error))]) from error
        address = request.build_absolute_uri(reverse("api:import", args=[made.pk]))
        return Response(ImportSerializer(made).data, status=201, headers={"Location": address})

    def _upload(self, pk: UUID) -> PartUpload:
        mine = PartUpload.objects.for_account(self.account.widest())
        return find(mine.filter(expires__gt=timezone.now()), pk, "upload")


class OneImport(ImportView):
    @extend_schema(
        summary="One import",
        description="How far it is, and what was refused.",
        operation_id="imports_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: OneImportSerializer}, 400, 404),
        tags=["archives"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(OneImportSerializer(self.one(pk)).data)

    @extend_schema(
        summary="Cancel or forget an import",
        description="What it brought stays in the library.",
        operation_id="imports_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["archives"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        imports.delete(self.one(pk))
        return Response(status=204)
