"""Saved searches: those of the person whose key or session asks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import SavedSearch
from assets.search.manual import NAMES
from assets.services import searches as saved
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.errors import Invalid, problem
from studio.api.fields import Text, YesNo, checked
from studio.api.schema import PATH_ID, answers


class SavedSearchSerializer(serializers.ModelSerializer[SavedSearch]):
    """`q` is a search as the library takes it."""

    class Meta:
        model = SavedSearch
        fields = ["id", "name", "q", "sort", "view", "pinned", "order", "created"]
        read_only_fields = fields


class SavedSearchListSerializer(serializers.Serializer[Any]):
    results = SavedSearchSerializer(many=True)


class SearchChangeSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    name = Text(max_length=saved.LONGEST, required=False)
    q = Text(max_length=saved.LONGEST_TEXT, required=False, allow_blank=True)
    sort = serializers.ChoiceField(choices=list(NAMES), required=False)
    view = serializers.ChoiceField(choices=list(saved.VIEWS), required=False)
    pinned = YesNo(required=False, help_text="Shown on the first page")
    order = serializers.IntegerField(min_value=0, max_value=10_000, required=False)


class NewSearchSerializer(SearchChangeSerializer):
    """A name, and what is searched for; without it everything."""

    name = Text(max_length=saved.LONGEST)


class SearchView(AccountView):
    def mine(self) -> QuerySet[SavedSearch]:
        return saved.of(self.account, self.user)


class Searches(SearchView):
    @extend_schema(
        summary="List saved searches",
        description="Your own, all of them, in their order.",
        operation_id="searches_list",
        responses=answers({200: SavedSearchListSerializer}, 400),
        tags=["assets"],
    )
    def get(self, request: Request) -> Response:
        paging.read(request, ())
        return Response({"results": SavedSearchSerializer(self.mine(), many=True).data})

    @extend_schema(
        summary="Save a search",
        description=f"The name is its own. At most {saved.MOST}, {saved.MOST_PINNED} of them "
        "pinned.",
        operation_id="searches_create",
        request=NewSearchSerializer,
        responses=answers({201: SavedSearchSerializer}, 400, 413, 415),
        tags=["assets"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(NewSearchSerializer, self.sent())
        try:
            row = saved.save(self.account, self.user, **said)
        except saved.NotSaved as error:
            raise Invalid([problem(error.field, said.get(error.field), str(error))]) from None
        address = request.build_absolute_uri(reverse("api:search", args=[row.pk]))
        return Response(SavedSearchSerializer(row).data, status=201, headers={"Location": address})


class OneSearch(SearchView):
    def row(self, pk: UUID) -> SavedSearch:
        return find(self.mine(), pk, "saved search")

    @extend_schema(
        summary="A saved search",
        operation_id="searches_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: SavedSearchSerializer}, 400, 404),
        tags=["assets"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(SavedSearchSerializer(self.row(pk)).data)

    @extend_schema(
        summary="Change a saved search",
        description="Rename, pin, move or search for something else.",
        operation_id="searches_update",
        parameters=[PATH_ID],
        request=SearchChangeSerializer,
        responses=answers({200: SavedSearchSerializer}, 400, 404, 413, 415),
        tags=["assets"],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        row = self.row(pk)
        said = checked(SearchChangeSerializer, self.sent())
        try:
            saved.change(row, **said)
        except saved.NotSaved as error:
            raise Invalid([problem(error.field, said.get(error.field), str(error))]) from None
        return Response(SavedSearchSerializer(row).data)

    @extend_schema(
        summary="Delete a saved search",
        description="What it finds stays as it is.",
        operation_id="searches_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["assets"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        self.row(pk).delete()
        return Response(status=204)
