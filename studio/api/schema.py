"""How the API describes itself: OpenAPI 3.1 from the same declarations that check requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, OpenApiResponse
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.throttling import AnonRateThrottle

from billing.access import CLIENT_HEADER
from studio import catalogue, keys
from studio.api.serializers import (
    ASSET_EXAMPLE_ID,
    ErrorSerializer,
)
from studio.orders import GRID_PARAMS
from studio.schema import json_schema
from studio.spec import Offer, Operation

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema
    from drf_spectacular.utils import Direction

Schema = dict[str, Any]

REFUSALS = {
    400: "Something in the request is wrong; each problem names its field.",
    401: "No key and no session, or the key is unknown, expired or revoked.",
    402: "Not enough credits, a budget is used up, or the plan has ended; the message names the "
    "limit, what is used of it and who can raise it.",
    403: "The key may only read, the role is viewer, the plan has no more of that kind this month, "
    "or the CSRF token of a session is missing.",
    404: "There is no such thing in this account.",
    409: "Not possible in the state that it is in.",
    413: "The request is too large.",
    415: "This type of body is not taken here.",
    422: "The idempotency key already stands for another request.",
    429: "Too many requests; the header Retry-After says when to go on.",
}

TOO_LONG = "Duration is 31 s; the most is 30 s. Give a number from 1 to 30 s."
WRONG = OpenApiExample(
    "Too long",
    {
        "message": TOO_LONG,
        "errors": [{"field": "duration", "value": "31", "message": TOO_LONG}],
    },
)

PATH_ID = OpenApiParameter("id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)
PATH_KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="As in the list")
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="Send a new one (a UUID) with each new request and the same one when you repeat "
    "it: the repeat returns the first job and charges nothing.",
)


def replayed() -> list[OpenApiParameter]:
    """The headers of the answers to a creating request."""
    return [
        OpenApiParameter(
            "Idempotent-Replayed",
            {"type": "string", "enum": ["true"]},
            OpenApiParameter.HEADER,
            response=[200],
            description="This is the answer to an earlier request with the same key.",
        ),
        OpenApiParameter(
            "Location", str, OpenApiParameter.HEADER, response=[200, 201], description="The job"
        ),
    ]


def answers(good: Mapping[Any, Any], *refusals: int) -> dict[Any, Any]:
    """The documented statuses of an endpoint; who asks is checked everywhere."""
    return dict(good) | {code: _refusal(code) for code in sorted({*refusals, 401, 403, 429})}


def _refusal(code: int) -> OpenApiResponse:
    examples = [WRONG] if code == 400 else []
    return OpenApiResponse(ErrorSerializer, description=REFUSALS[code], examples=examples)


class OrderSerializer(serializers.Serializer[Any]):
    """Names the component; OrderExtension writes it."""


class OrderFormSerializer(serializers.Serializer[Any]):
    """Names the component; OrderFormExtension writes it."""


def _offered() -> Iterator[tuple[Operation, Offer, bool]]:
    """Each offer with its operation, and whether it is the one that is taken by default."""
    for operation in catalogue.operations().values():
        for place, offer in enumerate(catalogue.offers(operation.key, keys.usable(None))):
            yield operation, offer, place == 0


def _params(auto_schema: AutoSchema, operation: Operation, offer: Offer) -> Schema:
    """A component for the params of one offer; a reference to it."""
    name = offer.key.title().replace("-", "") + "Params"
    schema = {k: v for k, v in json_schema(operation, offer).items() if k != "$schema"}
    component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, object=name)  # type: ignore[no-untyped-call]
    auto_schema.registry.register_on_missing(component)
    return component.ref


def _several(operation: Operation) -> Schema:
    """How many, and a grid of values: what is asked for around the params."""
    grid = {
        "type": "object",
        "title": "Grid",
        "description": "A result for each value, or each pair of values: {“seed”: [1, 2, 3]}",
        "additionalProperties": {"type": "array", "minItems": 1},
        "maxProperties": GRID_PARAMS,
    }
    count = {"type": "integer", "minimum": 1, "maximum": operation.most, "default": 1}
    return {"grid": grid} | ({"count": count} if operation.most > 1 else {})


class OrderExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = "studio.api.schema.OrderSerializer"

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> Schema:
        return {
            "title": "What is to be done",
            "required": ["operation", "params"],
            "oneOf": [self._variant(auto_schema, *offered) for offered in _offered()],
        }

    @staticmethod
    def _variant(
        auto_schema: AutoSchema, operation: Operation, offer: Offer, is_default: bool
    ) -> Schema:
        return {
            "title": f"{operation.label} by {offer.label}",
            "type": "object",
            "properties": {
                "operation": {"type": "string", "const": operation.key},
                "offer": {"type": "string", "const": offer.key},
                "params": _params(auto_schema, operation, offer),
                **_several(operation),
            },
            "required": ["operation", "params"] + ([] if is_default else ["offer"]),
            "additionalProperties": False,
        }


class OrderFormExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = "studio.api.schema.OrderFormSerializer"

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> Schema:
        """The params of all offers side by side; the JSON variant has the exact ones."""
        properties: Schema = {
            "operation": {"enum": sorted({o.key for o, _, _ in _offered()})},
            "offer": {"enum": sorted({o.key for _, o, _ in _offered()})},
            "count": {"type": "integer", "minimum": 1, "default": 1},
        }
        for operation, offer, _ in _offered():
            for name, schema in json_schema(operation, offer)["properties"].items():
                known = properties.setdefault(name, self._field(schema))
                if known != self._field(schema):
                    properties[name] = {"type": "string"}
        return {"type": "object", "required": ["operation"], "properties": properties}

    @staticmethod
    def _field(schema: Schema) -> Schema:
        """A picture is a file here, and two numbers are written 0.5,0.5."""
        words = {k: v for k, v in schema.items() if k in ("title", "description")}
        if str(schema.get("format", "")).startswith("zoetrope-"):
            return words | {"type": "string", "format": "binary"}
        if schema.get("type") == "array":
            return words | {"type": "string"}
        return schema


EXAMPLES = [
    OpenApiExample(
        "A picture of the library",
        {"operation": "image-to-video", "params": {"image": ASSET_EXAMPLE_ID, "duration": 5}},
        request_only=True,
    ),
    OpenApiExample(
        "A picture from the web, panned to the left",
        {
            "operation": "image-to-video",
            "offer": "local-motion",
            "params": {
                "image": "https://example.com/photo.jpg",
                "motion": "pan",
                "direction": "left",
                "strength": 70,
                "width": 1920,
                "height": 1080,
            },
        },
        request_only=True,
    ),
]
ORDER = {
    "application/json": OpenApiRequest(OrderSerializer, examples=EXAMPLES),
    "multipart/form-data": OpenApiRequest(OrderFormSerializer),
}


def tidy(result: Any, **_: Any) -> Any:
    """The postprocessing hook: without the marks that the generator leaves for itself."""
    if isinstance(result, dict):
        return {k: tidy(v) for k, v in result.items() if k != "x-spec-enum-id"}
    return [tidy(v) for v in result] if isinstance(result, list) else result


CLIENT = {
    "name": CLIENT_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 60},
    "description": "For whom this is: the id or the name of a client, as /api/v1/clients/ lists "
    "them. What is made belongs to it, and nothing of others is in sight. Without it, or with "
    "`all`, everything is that you may see. Who is limited to several must send it to change "
    "anything. An unknown one is refused with 400.",
}


def with_client(result: Any, **_: Any) -> Any:
    """The postprocessing hook: every address takes the header that names a client."""
    result["components"].setdefault("parameters", {})["Client"] = CLIENT
    for methods in result["paths"].values():
        for operation in methods.values():
            parameters = operation.setdefault("parameters", [])
            parameters.append({"$ref": "#/components/parameters/Client"})
    return result


class SchemaThrottle(AnonRateThrottle):
    """Describing everything is work, and a visitor may ask for it."""

    scope, rate = "schema", "60/min"


class SchemaView(SpectacularAPIView):
    """/api/schema/"""

    throttle_classes = [SchemaThrottle]


class DocsView(SpectacularSwaggerSplitView):
    """/api/docs/: Swagger UI from our own files, with its script at an address of its own, as the
    content security policy wants it."""

    url_name = "api-schema"
    template_name = "api/docs.html"
