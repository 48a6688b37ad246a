"""How much room an account takes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assets import services
from studio.api import paging
from studio.api.base import AccountView
from studio.api.schema import answers


class RoomSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    files = serializers.IntegerField()
    size = serializers.IntegerField(help_text="Bytes")


class StorageSerializer(serializers.Serializer[Any]):
    """Bytes of the original files."""

    used = serializers.IntegerField(help_text="All of it, with versions and the trash")
    limit = serializers.IntegerField(allow_null=True, help_text="Null is no limit")
    files = serializers.IntegerField()
    kinds = RoomSerializer(many=True, help_text="The library, without the trash")
    versions = RoomSerializer(help_text="Of the library what another version stands for")
    trash = RoomSerializer()


class StorageUsed(AccountView):
    @extend_schema(
        summary="How much room is taken",
        description="By kind, with the share of earlier versions and of the trash.",
        operation_id="storage",
        responses=answers({200: StorageSerializer}, 400),
        tags=["assets"],
    )
    def get(self, request: Request) -> Response:
        paging.read(request, ())
        return Response(StorageSerializer(services.storage(self.account)).data)
