"""Look-alikes of an asset."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assets import services
from studio.api import paging
from studio.api.assets import AssetView
from studio.api.schema import PATH_ID, answers
from studio.api.serializers import (
    AssetPageSerializer,
    AssetSerializer,
)

MOST = 50


class Alike(AssetView):
    @extend_schema(
        summary="What looks like an asset",
        description="Copies that were saved again, resized, cropped a little or recolored; the "
        "most alike first, 50 at most.",
        operation_id="assets_alike",
        parameters=[PATH_ID],
        responses=answers({200: AssetPageSerializer}, 400, 404),
        tags=["assets"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        ids = [asset.pk for asset in services.alike(self.asset(pk), MOST)]
        found = self.assets().in_bulk(ids)
        rows = [found[other] for other in ids if other in found]
        told = AssetSerializer(rows, many=True, context={"request": request})
        return Response({"results": told.data, "next": None})
