"""Collections: they hold assets without moving them. What is in one is found by `collection` in
the list of assets, and changed by the verbs `collect` and `uncollect`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assets import services
from assets.models import Collection
from assets.services import collections, places
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.errors import Invalid, problem
from studio.api.fields import Text, checked
from studio.api.schema import PATH_ID, answers


class CollectionSerializer(serializers.ModelSerializer[Collection]):
    """A collection. `parent` is the one that it is in."""

    count = serializers.SerializerMethodField(help_text="Assets in it that are not in the trash")

    class Meta:
        model = Collection
        fields = [
            *("id", "client", "name", "note", "parent", "order", "count", "created", "updated"),
        ]
        read_only_fields = fields

    def get_count(self, collection: Collection) -> int:
        return collection.assets.filter(trashed=None).count()


class CollectionPageSerializer(serializers.Serializer[Any]):
    results = CollectionSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class NewCollectionSerializer(serializers.Serializer[Any]):
    """A name, its own among its siblings."""

    name = Text(max_length=collections.NAME_LENGTH)
    note = Text(max_length=collections.NOTE_LENGTH, required=False, allow_blank=True)
    parent = serializers.UUIDField(required=False, allow_null=True)  # type: ignore[assignment]


class CollectionChangeSerializer(NewCollectionSerializer):
    """What may be changed; what is left out stays as it is. `parent` null moves it to the top."""

    name = Text(max_length=collections.NAME_LENGTH, required=False)
    place = serializers.IntegerField(
        min_value=0, max_value=collections.MOST, required=False, help_text="Among its siblings"
    )


class PlacesSerializer(serializers.Serializer[Any]):
    """Assets of the collection, in the order that they shall have."""

    assets = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=places.MOST_AT_ONCE
    )
    before = serializers.UUIDField(
        required=False, allow_null=True, help_text="An asset of the collection that follows them"
    )
    behind = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="An asset of the collection that they follow; without either they are the last",
    )


class CollectionView(AccountView):
    def mine(self, pk: UUID) -> Collection:
        return find(Collection.objects.for_account(self.account), pk, "collection")

    def parent(self, said: dict[str, Any]) -> Collection | None:
        pk = said.get("parent")
        found = Collection.objects.for_account(self.account).filter(pk=pk).first() if pk else None
        if pk and found is None:
            words = f"There is no collection {pk}. Give the id of another, or null."
            raise Invalid([problem("parent", pk, words)])
        return found


class Collections(CollectionView):
    @extend_schema(
        summary="List collections",
        description="The oldest first; `parent` makes the tree.",
        operation_id="collections_list",
        parameters=list(paging.PAGE),
        responses=answers({200: CollectionPageSerializer}, 400),
        tags=["collections"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        rows = Collection.objects.for_account(self.account)
        found, following = paging.page(request, rows, query, "created")
        return Response({"results": CollectionSerializer(found, many=True).data, "next": following})

    @extend_schema(
        summary="Make a collection",
        description="Its name is its own among its siblings; eight may be nested.",
        operation_id="collections_create",
        request=NewCollectionSerializer,
        responses=answers({201: CollectionSerializer}, 400, 413, 415),
        tags=["collections"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(NewCollectionSerializer, self.sent())
        parent = self.parent(said)
        try:
            made = collections.make(
                self.account, said["name"], parent=parent, note=said.get("note", "")
            )
        except services.Refused as error:
            raise Invalid([problem("name", said["name"], str(error))]) from None
        address = request.build_absolute_uri(reverse("api:collection", args=[made.pk]))
        told = CollectionSerializer(made).data
        return Response(told, status=201, headers={"Location": address})


class OneCollection(CollectionView):
    @extend_schema(
        summary="One collection",
        description="Its assets are found by `?collection=` in the list of assets.",
        operation_id="collections_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: CollectionSerializer}, 400, 404),
        tags=["collections"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(CollectionSerializer(self.mine(pk)).data)

    @extend_schema(
        summary="Change or move a collection",
        description="All or nothing. What is left out stays as it is.",
        operation_id="collections_change",
        parameters=[PATH_ID],
        request=CollectionChangeSerializer,
        responses=answers({200: CollectionSerializer}, 400, 404, 413, 415),
        tags=["collections"],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        one = self.mine(pk)
        said = checked(CollectionChangeSerializer, self.sent())
        parent = self.parent(said) if "parent" in said else one.parent
        field = "parent" if {"parent", "place"} & set(said) else "name"
        try:
            with transaction.atomic():
                if field == "parent":
                    one = collections.move(one, parent, said.get("place"))
                one = collections.change(one, name=said.get("name"), note=said.get("note"))
        except services.Refused as error:
            raise Invalid([problem(field, said.get(field), str(error))]) from None
        return Response(CollectionSerializer(one).data)

    @extend_schema(
        summary="Delete a collection",
        description="With those inside it. The assets stay in the library.",
        operation_id="collections_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["collections"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        collections.delete(self.mine(pk))
        return Response(status=204)


class CollectionOrder(CollectionView):
    @extend_schema(
        summary="Order the assets of a collection by hand",
        description="They are put before or behind another one, in the order given. The list of "
        "assets has them so by `collection` and `ordering=manual`; what is only in a collection "
        "inside it follows, the oldest first.",
        operation_id="collections_order",
        parameters=[PATH_ID],
        request=PlacesSerializer,
        responses=answers({200: CollectionSerializer}, 400, 404, 413, 415),
        tags=["collections"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        one = self.mine(pk)
        said = checked(PlacesSerializer, self.sent())
        try:
            places.put(one, said["assets"], before=said.get("before"), behind=said.get("behind"))
        except services.Refused as error:
            raise Invalid([problem("assets", None, str(error))]) from None
        return Response(CollectionSerializer(one).data)
