"""Which model to take for what is to be done."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from studio import catalogue
from studio.api import paging, requests
from studio.api.base import AccountView
from studio.api.errors import Invalid, problem
from studio.api.parsers import JsonParser
from studio.api.schema import answers
from studio.api.serializers import (
    AmountSerializer,
    amount_data,
)
from studio.fields import listed, shown
from studio.recommend import PREFER, Fit, best, fits, reason

FIELDS = ("operation", "params", "prefer")


class WantedModelSerializer(serializers.Serializer[Any]):
    """What is to be done, and what counts."""

    operation = serializers.CharField()
    params = serializers.DictField(required=False, help_text="As for a job; files by asset id")
    prefer = serializers.ChoiceField(PREFER, required=False, help_text="cost when left out")


class FitSerializer(AmountSerializer):
    """A model that can do it, and what it would cost."""

    offer = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    provider = serializers.CharField()
    local = serializers.BooleanField(help_text="Done on this computer; nothing leaves it")
    quality = serializers.CharField(help_text="draft, standard or premium; empty without a tier")
    slow = serializers.BooleanField(help_text="Does not answer at the moment")


class UnfitSerializer(serializers.Serializer[Any]):
    """A model that cannot do it, and why."""

    offer = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    provider = serializers.CharField()
    problem = serializers.CharField()


class RecommendationSerializer(serializers.Serializer[Any]):
    """Who can do it, the best for the purpose first, and who cannot."""

    operation = serializers.CharField()
    prefer = serializers.ChoiceField(PREFER)
    reason = serializers.CharField(help_text="Why the first is the first; empty when nobody can")
    results = FitSerializer(many=True)
    cannot = UnfitSerializer(many=True)


class Recommend(AccountView):
    changes_nothing = True
    parser_classes = [JsonParser]

    @extend_schema(
        summary="Recommend a model",
        description="Every model of an operation, held against the params: who can do it, for how "
        "much, the cheapest or the finest first, and who cannot and why. Nothing is ordered.",
        operation_id="recommend",
        request=WantedModelSerializer,
        examples=[
            OpenApiExample(
                "Erase, the finest",
                {"operation": "erase", "params": {}, "prefer": "quality"},
                request_only=True,
            )
        ],
        responses=answers({200: RecommendationSerializer}, 400, 413, 415),
        tags=["operations"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        sent = self.sent()
        prefer = sent.pop("prefer", "cost") if isinstance(sent, dict) else "cost"
        if prefer not in PREFER:
            words = f"prefer is “{shown(prefer)}”. Choose {listed(PREFER)}."
            raise Invalid([problem("prefer", prefer, words)])
        order = requests.order(sent, self.account, known=FIELDS)
        found = fits(order.operation, order.params, self.account)
        able = best(found, prefer)
        return Response(
            {
                "operation": order.operation.key,
                "prefer": prefer,
                "reason": reason(able[0], prefer) if able else "",
                "results": [_able(fit) for fit in able],
                "cannot": [{**_named(f), "problem": f.problem} for f in found if f.problem],
            }
        )


def _named(fit: Fit) -> dict[str, Any]:
    return {"offer": fit.offer.key, "label": fit.offer.label, "provider": fit.offer.provider}


def _able(fit: Fit) -> dict[str, Any]:
    return {
        **_named(fit),
        **amount_data(fit),
        "local": catalogue.provider_of(fit.offer).local,
        "quality": fit.offer.quality,
        "slow": fit.slow,
    }
