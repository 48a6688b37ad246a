"""The recipe of an asset as a file beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import Asset, AssetKind
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.schema import PATH_ID, answers
from studio.jobs import provenance


class SourceSerializer(serializers.ModelSerializer[Asset]):
    class Meta:
        model = Asset
        fields = ["id", "title", "sha256"]
        read_only_fields = fields


class RecipeSerializer(serializers.Serializer[Any]):
    """How a file was made, and from what; with the checksum of the file that it belongs to."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(AssetKind.choices)
    filename = serializers.CharField()
    sha256 = serializers.CharField()
    created = serializers.DateTimeField()
    digital_source_type = serializers.CharField(
        help_text="An address of the IPTC's list; empty for what was brought in as it is"
    )
    recipe = serializers.DictField(
        help_text="`operation`, `offer`, `provider` and `params`; or `imported` and `params`, as "
        "another studio wrote them into the file; empty for a plain upload"
    )
    sources = SourceSerializer(many=True)


class AssetRecipe(AccountView):
    @extend_schema(
        summary="The recipe of an asset",
        description="What made it, every parameter, to keep beside the file.",
        operation_id="assets_recipe",
        parameters=[PATH_ID],
        responses=answers({200: RecipeSerializer}, 400, 404),
        tags=["assets"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        asset = find(Asset.objects.for_account(self.account), pk, "asset")
        told = {
            "id": asset.pk,
            "title": asset.title,
            "kind": asset.kind,
            "filename": asset.filename,
            "sha256": asset.sha256,
            "created": asset.created,
            "digital_source_type": provenance.kind_of(asset),
            "recipe": asset.recipe,
            "sources": asset.parents.for_account(self.account).order_by("created"),
        }
        return Response(RecipeSerializer(told).data)
