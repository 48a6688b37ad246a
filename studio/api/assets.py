"""The library: upload, find, name, keep, throw away, bring back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assets import services
from assets.models import Asset, AssetQuerySet
from assets.search import filter_assets, page
from assets.services import bin
from assets.views import files
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.errors import Invalid, problem
from studio.api.fields import Text, YesNo, checked
from studio.api.finding import FILTERS, ORDERING, ORDERS, told
from studio.api.schema import PATH_ID, answers
from studio.api.serializers import (
    AssetPageSerializer,
    AssetSerializer,
    UploadedSerializer,
    related,
)
from studio.jobs import NotPossible

LIST = (*FILTERS, ORDERING, *paging.PAGE)
VARIANT = (
    OpenApiParameter("variant", str, enum=["original", "thumbnail", "poster"]),
    OpenApiParameter("download", str, enum=["1"], description="As a download with its name"),
)


def tags_field() -> serializers.ListField:
    return serializers.ListField(child=Text(max_length=60), max_length=50, required=False)


FOREVER = OpenApiParameter("forever", str, enum=["true", "false"])


class AssetChangeSerializer(serializers.Serializer[Any]):
    """What may be changed; what is left out stays as it is."""

    title = Text(max_length=200, required=False)
    tags = tags_field()
    alt = Text(max_length=300, required=False, allow_blank=True)
    favorite = YesNo(required=False)
    rating = serializers.IntegerField(
        min_value=0, max_value=5, required=False, help_text="0 is none"
    )
    flag = serializers.ChoiceField(["pick", "reject", ""], required=False)
    focus = serializers.ListField(
        child=serializers.FloatField(min_value=0, max_value=1),
        min_length=2,
        max_length=2,
        required=False,
        allow_null=True,
        help_text="What stays in view where it is cut: from the left and from the top; null lets "
        "each cut find its own",
    )
    version_of = serializers.UUIDField(
        required=False,
        help_text="Accept it as the newest version of this asset, which is kept behind it",
    )


class UploadSerializer(serializers.Serializer[Any]):
    """A file for the library. Its type is found by looking inside, not by its name."""

    file = serializers.FileField(allow_empty_file=True, max_length=None)
    title = Text(max_length=200, required=False, allow_blank=True)
    tags = tags_field()


class AssetView(AccountView):
    def assets(self) -> AssetQuerySet:
        return Asset.objects.for_account(self.account).prefetch_related(*related(self.account))

    def asset(self, pk: UUID) -> Asset:
        return find(self.assets(), pk, "asset")

    def told(self, asset: Asset) -> Response:
        fresh = self.asset(asset.pk)
        return Response(AssetSerializer(fresh, context={"request": self.request}).data)

    def came(self, asset: Asset) -> Response:
        """What is said of an asset that an upload has made."""
        fresh = self.asset(asset.pk)
        told = UploadedSerializer(fresh, context={"request": self.request}).data
        address = self.request.build_absolute_uri(reverse("api:asset", args=[asset.pk]))
        return Response(told, status=201, headers={"Location": address})


class Assets(AssetView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        summary="List and search assets",
        description="The newest first, unless `ordering` says otherwise. `q` is a search.",
        operation_id="assets_list",
        parameters=list(LIST),
        responses=answers({200: AssetPageSerializer}, 400),
        tags=["assets"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, LIST)
        order, size = query.get("ordering", "newest"), paging.size(query.get("page_size"))
        with told(query):
            found = filter_assets(Asset.objects.for_account(self.account), query)
            rows, cursor = page(
                found,
                ORDERS.get(order, order),
                query.get("cursor", ""),
                size,
                load=Asset.objects.prefetch_related(*related(self.account)),
            )
        results = AssetSerializer(rows, many=True, context={"request": request}).data
        return Response({"results": results, "next": paging.following(request, cursor)})

    @extend_schema(
        summary="Upload a file",
        description="Pictures, videos, sounds, 3D models and texts. Tags may be repeated, or "
        "separated by commas. `twin` says what the new asset equals; both are kept. Above "
        "20 MB send it in parts, see `uploads`.",
        operation_id="assets_upload",
        request={"multipart/form-data": UploadSerializer},
        responses=answers({201: UploadedSerializer}, 400, 413, 415),
        tags=["assets"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(UploadSerializer, _fields(self.sent()))
        file: UploadedFile[bytes] = said["file"]
        try:
            asset = services.ingest(
                file,
                account=self.account,
                user=self.user,
                filename=file.name or "upload",
                title=said.get("title", ""),
                tags=tuple(said.get("tags", ())),
            )
        except services.Refused as error:
            raise Invalid([problem("file", file.name, str(error))]) from error
        return self.came(asset)


def _fields(form: QueryDict | dict[str, Any]) -> dict[str, Any]:
    """The fields of an upload: one value each, tags as a list."""
    fields: dict[str, Any] = {}
    # A form without any field comes as a plain dictionary.
    for name, values in form.lists() if isinstance(form, QueryDict) else ():
        if name == "tags":
            fields[name] = [tag.strip() for v in values for tag in str(v).split(",") if tag.strip()]
        elif len(values) > 1:
            raise Invalid([problem(name, None, f"“{name}” is given twice. Give it once.")])
        else:
            fields[name] = values[0]
    return fields


class OneAsset(AssetView):
    @extend_schema(
        summary="One asset",
        description="Also when it is in the trash.",
        operation_id="assets_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: AssetSerializer}, 400, 404),
        tags=["assets"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return self.told(self.asset(pk))

    @extend_schema(
        summary="Change an asset",
        description="All or nothing. What is left out stays as it is; `tags` are replaced as a "
        "whole.",
        operation_id="assets_change",
        parameters=[PATH_ID],
        request=AssetChangeSerializer,
        responses=answers({200: AssetSerializer}, 400, 404, 413, 415),
        tags=["assets"],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        asset = self.asset(pk)
        said = checked(AssetChangeSerializer, self.sent())
        of = said.pop("version_of", None)
        judged = {n: said.pop(n) for n in ("favorite", "rating", "flag") if n in said}
        with transaction.atomic():
            if of is not None:
                self._accept(asset, of)
            if "focus" in said:
                point = said.pop("focus")
                services.set_focus(asset, (point[0], point[1]) if point else None)
            if said:
                services.update(asset, **said)
            services.judge(asset, **judged)
        return self.told(asset)

    def _accept(self, asset: Asset, of: UUID) -> None:
        source = Asset.objects.for_account(self.account).filter(pk=of).first()
        if source is None:
            words = f"There is no asset {of} in your library. Give the id of another."
            raise Invalid([problem("version_of", of, words)], 404)
        try:
            services.accept_version(asset, source)
        except services.Refused as error:
            raise Invalid([problem("version_of", of, str(error))]) from error

    @extend_schema(
        summary="Move to the trash",
        description="It can be restored. What is in the trash is deleted for good, with its files, "
        "by `forever=true`.",
        operation_id="assets_trash",
        parameters=[PATH_ID, FOREVER],
        responses=answers({204: None}, 400, 404, 409),
        tags=["assets"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        forever = paging.read(request, (FOREVER,)).get("forever") == "true"
        asset = self.asset(pk)
        if forever and not asset.trashed:
            raise NotPossible(f"“{asset.title}” is not in the trash. Move it there first.")
        if forever and (why := bin.held([asset.pk]).get(asset.pk)):
            raise NotPossible(f"“{asset.title}” cannot be deleted yet: {why}. Try again later.")
        (services.purge if forever else services.trash)(asset)
        return Response(status=204)


class RestoreAsset(AssetView):
    @extend_schema(
        summary="Bring back from the trash",
        description="Nothing changes when it is not there.",
        operation_id="assets_restore",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: AssetSerializer}, 400, 404),
        tags=["assets"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        asset = self.asset(pk)
        services.restore(asset)
        return self.told(asset)


class FavoriteAsset(AssetView):
    @extend_schema(
        summary="Add to the favorites",
        description="Adding it again changes nothing.",
        operation_id="assets_favorite",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: AssetSerializer}, 400, 404),
        tags=["assets"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        return self._set(request, pk, True)

    @extend_schema(
        summary="Remove from the favorites",
        description="Removing it again changes nothing.",
        operation_id="assets_unfavorite",
        parameters=[PATH_ID],
        responses=answers({200: AssetSerializer}, 400, 404),
        tags=["assets"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        return self._set(request, pk, False)

    def _set(self, request: Request, pk: UUID, wanted: bool) -> Response:
        paging.read(request, ())
        asset = self.asset(pk)
        services.set_favorite(asset, wanted)
        return self.told(asset)


class AssetFile(AssetView):
    @extend_schema(
        summary="The file of an asset",
        description="The original, or a still of it. Ranges of bytes and `If-None-Match` are "
        "answered; the address needs the same key as everything else.",
        operation_id="assets_file",
        parameters=[PATH_ID, *VARIANT],
        responses=answers(
            {
                (200, "*/*"): OpenApiTypes.BINARY,
                (206, "*/*"): OpenApiTypes.BINARY,
                304: OpenApiResponse(description="Not changed since."),
                416: OpenApiResponse(description="The file has no such range."),
            },
            400,
            404,
        ),
        tags=["assets"],
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        query = paging.read(request, VARIANT)
        asset = self.asset(pk)
        answer = files.serve(request._request, asset.pk, query.get("variant", "original"))
        if answer.status_code == 404:
            raise NotFound(f"The file of asset {pk} is missing from the storage.")
        return answer
