"""Saved settings: the params of an operation under a name, kept for all of the account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.owned import check_own
from studio import catalogue, saved
from studio.api import paging, requests
from studio.api.base import AccountView, find
from studio.api.errors import Invalid, problem
from studio.api.fields import Text, checked
from studio.api.schema import PATH_ID, answers
from studio.models import SavedSettings


class SettingsSerializer(serializers.ModelSerializer[SavedSettings]):
    """Params to order with, beside a source of your own."""

    class Meta:
        model = SavedSettings
        fields = ["id", "name", "operation", "offer", "params", "created"]
        read_only_fields = fields


class SettingsPageSerializer(serializers.Serializer[Any]):
    results = SettingsSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class NewSettingsSerializer(serializers.Serializer[Any]):
    """A name, and the params without the source. What is left out is kept with its default."""

    name = Text(max_length=saved.LONGEST)
    operation = Text(max_length=80, help_text="The key of an operation")
    offer = Text(max_length=80, required=False, help_text="The first of the operation otherwise")
    params = serializers.DictField(help_text="A file, such as a logo, by the id of its asset")


LOGO = OpenApiExample(
    "A watermark",
    {
        "name": "Shop logo",
        "operation": "watermark",
        "params": {"text": "© Studio North", "position": "smart", "opacity": 60},
    },
    request_only=True,
)
QUERY = (
    *paging.PAGE,
    OpenApiParameter("operation", str, description="The key of an operation: only of that one"),
)


class Settings(AccountView):
    @extend_schema(
        summary="List saved settings",
        description="By name.",
        operation_id="settings_list",
        parameters=list(QUERY),
        responses=answers({200: SettingsPageSerializer}, 400),
        tags=["operations"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, QUERY)
        rows = SavedSettings.objects.for_account(self.account)
        if key := query.pop("operation", ""):
            if key not in catalogue.operations():
                words = f"“{key[:60]}” is not an operation. Take a key of /api/v1/operations/."
                raise Invalid([problem("operation", key, words)])
            rows = rows.filter(operation=key)
        found, following = paging.page(request, rows, query, "name")
        return Response({"results": SettingsSerializer(found, many=True).data, "next": following})

    @extend_schema(
        summary="Save settings",
        description="The params are checked as those of an order. The name is its own within the "
        "account and the operation.",
        operation_id="settings_create",
        request={"application/json": OpenApiRequest(NewSettingsSerializer, examples=[LOGO])},
        responses=answers({201: SettingsSerializer}, 400, 404, 413, 415),
        tags=["operations"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(NewSettingsSerializer, self.sent())
        name = said.pop("name")
        order = requests.order(said, self.account)
        form = saved.SettingsForm(order.operation, order.offer, order.params, self.account)
        if not form.is_valid():
            raise Invalid(form.problems(), 404 if form.not_found else 400)
        try:
            row = saved.keep(self.user, form, name)
        except saved.NotKept as error:
            given = name if error.field == "name" else order.operation.key
            raise Invalid([problem(error.field, given, str(error))]) from None
        address = request.build_absolute_uri(reverse("api:saved-settings", args=[row.pk]))
        data = SettingsSerializer(row).data
        return Response(data, status=201, headers={"Location": address})


class OneSettings(AccountView):
    @extend_schema(
        summary="Saved settings",
        description="With their params.",
        operation_id="settings_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: SettingsSerializer}, 400, 404),
        tags=["operations"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        row = find(SavedSettings.objects.for_account(self.account), pk, "set of settings")
        return Response(SettingsSerializer(row).data)

    @extend_schema(
        summary="Delete saved settings",
        description="What was made with them stays as it is.",
        operation_id="settings_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["operations"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        row = find(SavedSettings.objects.for_account(self.account), pk, "set of settings")
        check_own(self.account, row)
        row.delete()
        return Response(status=204)
