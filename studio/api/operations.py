"""What can be asked, by whom it is done, and what it costs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import Asset
from billing import services as billing
from billing.models import Account
from studio import catalogue, jobs, keys, sending
from studio.api import paging, requests
from studio.api.base import AccountView
from studio.api.errors import Invalid, problem
from studio.api.money_shapes import limit_data
from studio.api.parsers import JsonParser
from studio.api.schema import ORDER, PATH_KEY, answers
from studio.api.serializers import (
    EstimateSerializer,
    OperationSerializer,
    OperationsSerializer,
    amount_data,
    offer_data,
)
from studio.fields import shown
from studio.orders import MOST
from studio.schema import json_schema
from studio.spec import Operation


def _data(operation: Operation, account: Account) -> dict[str, Any]:
    offers = [
        offer_data(
            offer,
            jobs.quote(offer, catalogue.usual(operation, offer), account),
            json_schema(operation, offer),
        )
        for offer in catalogue.offers(operation.key, keys.usable(account))
    ]
    names = ("key", "label", "module", "summary", "verb", "makes")
    return {name: getattr(operation, name) for name in names} | {"offers": offers}


ASSETS = OpenApiParameter(
    "assets",
    str,
    description="Ids of assets with commas: only the operations that take all of them together, "
    f"in that order. Each says in `fits` by which offer and params; {MOST} at most.",
)


class Operations(AccountView):
    @extend_schema(
        summary="List operations",
        description="Everything that can be asked, with the exact schema of the params.",
        operation_id="operations_list",
        parameters=[ASSETS],
        responses=answers({200: OperationsSerializer}, 400),
        tags=["operations"],
    )
    def get(self, request: Request) -> Response:
        said = paging.read(request, (ASSETS,))
        if "assets" in said:
            return Response({"results": self._fitting(said["assets"])})
        return Response(
            {"results": [_data(o, self.account) for o in catalogue.operations().values()]}
        )

    def _fitting(self, text: str) -> list[dict[str, Any]]:
        ids = [paging.uuid_of("assets", word.strip()) for word in text.split(",")[: MOST + 1]]
        if len(ids) > MOST:
            words = f"More than {MOST} assets were given; {MOST} is the limit. Give fewer."
            raise Invalid([problem("assets", text, words)])
        found = Asset.objects.for_account(self.account).in_bulk(ids)
        there = {asset.pk for asset in sending.usable(found.values())}
        if missing := [pk for pk in ids if pk not in there]:
            words = f"There is no asset {missing[0]} that can be worked on. Leave it out."
            raise Invalid([problem("assets", str(missing[0]), words)])
        return [
            _data(way.operation, self.account)
            | {"fits": {"offer": way.offer.key, "params": dict(way.params)}}
            for way in sending.together(self.account, [found[pk] for pk in ids])
        ]


class OneOperation(AccountView):
    @extend_schema(
        summary="One operation",
        description="With the offers that can do it now.",
        operation_id="operations_retrieve",
        parameters=[PATH_KEY],
        responses=answers({200: OperationSerializer}, 400, 404),
        tags=["operations"],
    )
    def get(self, request: Request, key: str) -> Response:
        paging.read(request, ())
        if key not in catalogue.operations():
            raise NotFound(f"There is no operation “{shown(key)}”.")
        return Response(_data(catalogue.operations()[key], self.account))


class Estimate(AccountView):
    changes_nothing = True
    parser_classes = [JsonParser, MultiPartParser]

    @extend_schema(
        summary="What it would cost",
        description="The same body as for creating a job; pictures and sounds may be left out. "
        "Nothing is held, stored or sent.",
        operation_id="estimate",
        request=ORDER,
        responses=answers({200: EstimateSerializer}, 400, 413, 415),
        tags=["jobs"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        order = requests.order(self.sent(), self.account)
        form = order.form(self.account, self.user, resolve=False)
        price = (terms := form.terms).price
        look = billing.preflight(self.account, form.asked)
        return Response(
            amount_data(price)
            | {
                "operation": order.operation.key,
                "offer": form.chosen.key,
                "held": terms.most,
                "likely": look.likely,
                "notes": list(dict.fromkeys([*form.notes, *form.wanted[0].doers[0].notes])),
                "available": look.available,
                "balance_after": look.after,
                "enough": look.after >= 0,
                "allowed": look.allowed,
                "refusal": str(look.refusal or ""),
                "warnings": list(look.warnings),
                "limits": [limit_data(limit) for limit in look.limits],
                "tightest": limit_data(look.tightest) if look.tightest else None,
            }
        )
