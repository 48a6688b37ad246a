"""Proposed tags: look at them, accept or refuse them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import (
    Asset,
    Description,
    DescriptionState,
    HintSource,
    HintState,
    TagHint,
)
from assets.services import described, hints
from studio import describing
from studio.api import paging
from studio.api.assets import AssetView, tags_field
from studio.api.base import AccountView
from studio.api.fields import YesNo, checked
from studio.api.schema import PATH_ID, answers


class HintSerializer(serializers.ModelSerializer[TagHint]):
    """A proposed tag. It finds nothing until it is accepted."""

    source = serializers.ChoiceField(HintSource.choices)  # type: ignore[assignment]
    state = serializers.ChoiceField(HintState.choices)

    class Meta:
        model = TagHint
        fields = ["name", "source", "state"]
        read_only_fields = fields


class DescriptionSerializer(serializers.ModelSerializer[Description]):
    """What a model says that the picture shows. It is the asset's `alt` once it is accepted."""

    state = serializers.ChoiceField(DescriptionState.choices)

    class Meta:
        model = Description
        fields = ["text", "state", "problem"]
        read_only_fields = fields


class HintsSerializer(serializers.Serializer[Any]):
    results = HintSerializer(many=True)
    description = DescriptionSerializer(allow_null=True)


class DescribeSerializer(serializers.Serializer[Any]):
    """Assets that a model shall look at."""

    assets = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=describing.MOST
    )


class AskedSerializer(serializers.Serializer[Any]):
    asked = serializers.ListField(
        child=serializers.UUIDField(), help_text="Those that it looks at; others have no picture"
    )


class DecisionSerializer(serializers.Serializer[Any]):
    """Names of proposed tags. Those that are not proposed are left out."""

    accept = tags_field()
    refuse = tags_field()
    description = serializers.ChoiceField(
        ["accept", "refuse"], required=False, help_text="What to do with the proposed description"
    )


class LibrarySettingsSerializer(serializers.Serializer[Any]):
    accept_rules = YesNo(help_text="What rules propose for new files becomes a tag at once")


class Hints(AssetView):
    def listed(self, asset: Asset) -> Response:
        row = Description.objects.filter(asset=asset).first()
        told = DescriptionSerializer(row).data if row else None
        rows = HintSerializer(asset.hints.all(), many=True).data
        return Response({"results": rows, "description": told})

    @extend_schema(
        summary="Tags that are proposed for an asset",
        description="By rules, or by a model. Also those that were accepted or refused.",
        operation_id="assets_hints",
        parameters=[PATH_ID],
        responses=answers({200: HintsSerializer}, 400, 404),
        tags=["assets"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return self.listed(self.asset(pk))

    @extend_schema(
        summary="Accept or refuse proposed tags",
        description="What is accepted becomes a tag; what is refused is not proposed again.",
        operation_id="assets_hints_decide",
        parameters=[PATH_ID],
        request=DecisionSerializer,
        responses=answers({200: HintsSerializer}, 400, 404, 413, 415),
        tags=["assets"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        asset = self.asset(pk)
        said = checked(DecisionSerializer, self.sent())
        hints.accept(asset, said.get("accept", []))
        hints.refuse(asset, said.get("refuse", []))
        if verdict := said.get("description"):
            described.decide_description(asset, accepted=verdict == "accept")
        return self.listed(asset)


class Describe(AccountView):
    @extend_schema(
        summary="Have a model propose tags and descriptions",
        description="A small copy of each picture is sent to the model that the studio is set up "
        "with. It works in the background; ask for the `hints` of an asset a little later.",
        operation_id="assets_describe",
        request=DescribeSerializer,
        responses=answers({202: AskedSerializer}, 400, 413, 415),
        tags=["assets"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(DescribeSerializer, self.sent())
        asked = describing.ask(self.account, said["assets"])
        return Response({"asked": [asset.pk for asset in asked]}, status=202)


class LibrarySettingsView(AccountView):
    def told(self) -> Response:
        return Response({"accept_rules": hints.accepts_rules(self.account)})

    @extend_schema(
        summary="How the library is set up",
        description="For the account.",
        operation_id="library_settings",
        responses=answers({200: LibrarySettingsSerializer}, 400),
        tags=["assets"],
    )
    def get(self, request: Request) -> Response:
        paging.read(request, ())
        return self.told()

    @extend_schema(
        summary="Set the library up",
        description="For the account.",
        operation_id="library_settings_change",
        request=LibrarySettingsSerializer,
        responses=answers({200: LibrarySettingsSerializer}, 400, 413, 415),
        tags=["assets"],
    )
    def patch(self, request: Request) -> Response:
        paging.read(request, ())
        if self.account.scope.is_limited:
            raise PermissionDenied("It is for all clients. Ask somebody who sees all of them.")
        said = checked(LibrarySettingsSerializer, self.sent())
        hints.set_accepts_rules(self.account, said["accept_rules"])
        return self.told()
