"""Many assets at once: counted, changed, undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiRequest, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assets import services
from assets.models import BulkChange
from assets.search import BadFilter
from assets.services import bulk
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.errors import Invalid, problem
from studio.api.fields import Text, YesNo, checked
from studio.api.finding import FILTERS
from studio.api.schema import PATH_ID, answers
from studio.fields import shown
from studio.jobs import NotPossible

# A list of ids of the full length, and of one that is told its limit, with what goes with it.
MOST_VALUES = bulk.MOST + 1_000


class WantedSerializer(serializers.Serializer[Any]):
    """Which assets: by id, or all that a filter finds. One of the two."""

    ids = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=bulk.MOST,
        required=False,
        allow_empty=False,
        error_messages={
            "max_length": "There are more than {max_length:,}, the most at once. Send fewer."
        },
    )
    filter = serializers.DictField(
        child=Text(max_length=1000, allow_blank=True),
        required=False,
        help_text="By the names of the list of assets; {} is everything",
    )


class BulkSerializer(WantedSerializer):
    """A verb, the value that it takes, and the assets that are meant."""

    verb = serializers.ChoiceField(list(bulk.VERBS))
    rating = serializers.IntegerField(
        min_value=0, max_value=5, required=False, help_text="For `rate`"
    )
    flag = serializers.ChoiceField(["pick", "reject", ""], required=False, help_text="For `flag`")
    tags = serializers.ListField(
        child=Text(max_length=60), max_length=50, required=False, help_text="For `tag` and `untag`"
    )
    collection = serializers.UUIDField(required=False, help_text="For `collect` and `uncollect`")
    client = serializers.CharField(
        max_length=36, required=False, help_text="For `move`: an id, or `none`"
    )
    dry = YesNo(required=False, help_text="Only count what would change")


class OutcomeSerializer(serializers.Serializer[Any]):
    """How many were meant, and how many of them were changed (or would be)."""

    verb = serializers.CharField()
    matched = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField(help_text="They were so already")
    zips = serializers.IntegerField(
        help_text="For `move`: packed ZIPs of another client with some of them; they are deleted"
    )
    dry = serializers.BooleanField()
    change = serializers.UUIDField(allow_null=True, help_text="What undoes it; null: nothing to")


class ChangeSerializer(serializers.ModelSerializer[BulkChange]):
    """A change of many assets. It can be undone for seven days. The `value` of a move to a client
    that you do not work for is null."""

    class Meta:
        model = BulkChange
        fields = ["id", "verb", "value", "changed", "unchanged", "created", "undone"]
        read_only_fields = fields

    def to_representation(self, change: BulkChange) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(change)
        mine = change.account.scope.mine
        if change.verb == "move" and mine is not None and told["value"] not in map(str, mine):
            told["value"] = None
        return told


class ChangePageSerializer(serializers.Serializer[Any]):
    results = ChangeSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class UndoneSerializer(serializers.Serializer[Any]):
    restored = serializers.IntegerField(help_text="Assets that are as before")
    left = serializers.IntegerField(help_text="Assets that were changed since and left alone")


EXAMPLE = OpenApiExample(
    "Count the rejected pictures before they go",
    {"verb": "trash", "filter": {"flag": "reject", "kind": "image"}, "dry": True},
    request_only=True,
)


def wanted_ids(view: AccountView, said: dict[str, Any], most: int = bulk.MOST) -> list[UUID]:
    """The assets that a body means. Raises Invalid."""
    known = sorted(parameter.name for parameter in FILTERS)
    for name in said.get("filter") or {}:
        if name not in known:
            words = f"“{shown(name)}” is no filter. Use one of: {', '.join(known)}."
            raise Invalid([problem("filter", name, words)])
    try:
        given = {"ids": said.get("ids"), "params": said.get("filter")}
        return bulk.chosen(view.account, **given, most=most)
    except BadFilter as error:
        value = said["filter"].get(error.name)
        raise Invalid([problem("filter", value, str(error))]) from None
    except services.Refused as error:
        raise Invalid([problem("ids", None, str(error))]) from None


class Bulk(AccountView):
    most_values = MOST_VALUES

    @extend_schema(
        summary="List changes of many",
        description="The newest first. They are kept for seven days.",
        operation_id="bulk_list",
        parameters=list(paging.PAGE),
        responses=answers({200: ChangePageSerializer}, 400),
        tags=["assets"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        mine = BulkChange.objects.for_account(self.account).defer("cells")
        rows, following = paging.page(request, mine, query)
        return Response({"results": ChangeSerializer(rows, many=True).data, "next": following})

    @extend_schema(
        summary="Change many assets",
        description="At most 10,000 at once, all or none. What is so already is left as it is. "
        "With `dry` it is only counted.",
        operation_id="bulk_change",
        request={"application/json": OpenApiRequest(BulkSerializer, examples=[EXAMPLE])},
        responses=answers({200: OutcomeSerializer}, 400, 413, 415),
        tags=["assets"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(BulkSerializer, self.sent())
        key, dry = said["verb"], said.get("dry", False)
        takes = bulk.VERBS[key].takes
        ids = wanted_ids(self, said)
        try:
            if takes and takes not in said:
                raise services.Refused(f"“{key}” takes a value. Give “{takes}” as well.")
            value = said.get(takes)
            if dry:
                told = bulk.preview(self.account, key, value, ids)
            else:
                told = bulk.apply(self.account, self.user, key, value, ids)
        except services.Refused as error:
            raise Invalid([problem(takes or "verb", said.get(takes), str(error))]) from None
        counts = {"matched": told.matched, "changed": told.changed, "unchanged": told.unchanged}
        counts["zips"] = told.zips
        change = str(told.change.pk) if told.change else None
        return Response({"verb": key, **counts, "dry": dry, "change": change})


class OneBulk(AccountView):
    @extend_schema(
        summary="One change of many",
        description="What was done, and whether it was undone.",
        operation_id="bulk_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: ChangeSerializer}, 400, 404),
        tags=["assets"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(ChangeSerializer(change_of(self, pk)).data)


class UndoBulk(AccountView):
    @extend_schema(
        summary="Undo a change of many",
        description="Gives back what was there before, but for what was changed since. Once, and "
        "within seven days.",
        operation_id="bulk_undo",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: UndoneSerializer}, 400, 404, 409),
        tags=["assets"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        change = change_of(self, pk)
        try:
            back = bulk.undo(change)
        except bulk.CannotUndo as error:
            raise NotPossible(str(error)) from None
        return Response({"restored": back, "left": max(0, change.changed - back)})


def change_of(view: AccountView, pk: UUID) -> BulkChange:
    return find(BulkChange.objects.for_account(view.account), pk, "change")
