"""The addresses that an account has told of what happens, and the log of that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from billing import access
from studio import hooks
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.errors import Invalid, problem
from studio.api.fields import Text, YesNo, checked
from studio.api.schema import PATH_ID, answers
from studio.hooks.targets import NAME_LENGTH, URL_LENGTH
from studio.models import WebhookDelivery, WebhookTarget

TAGS = ["webhooks"]


# --- shapes ---------------------------------------------------------------------------------------


class EventSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    words = serializers.CharField(help_text="When it happens")
    example = serializers.DictField(help_text="What is told as `data` then")


class EventListSerializer(serializers.Serializer[Any]):
    results = EventSerializer(many=True)


class WebhookSerializer(serializers.ModelSerializer[WebhookTarget]):
    """An address. With a `client` it is told of that client's alone."""

    events = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = WebhookTarget
        fields = [
            *("id", "name", "url", "events", "on", "off_words", "failing_since", "client"),
            "created",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "off_words": {"help_text": "Why it was turned off, when nobody did it"},
            "failing_since": {"help_text": "It has taken nothing since then"},
        }


class SecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="whsec_…; shown only now")


class NewAnswerSerializer(WebhookSerializer):
    """With its secret, which is shown only now."""

    secret = serializers.CharField(read_only=True)

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]
        read_only_fields = fields


class WebhookPageSerializer(serializers.Serializer[Any]):
    results = WebhookSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class NewWebhookSerializer(serializers.Serializer[Any]):
    """Where to call, and of what. `/api/v1/webhooks/events/` lists the events."""

    name = Text(max_length=NAME_LENGTH)
    url = Text(max_length=URL_LENGTH, help_text="Begins with https:// and is public")
    events = serializers.ListField(child=Text(max_length=40), max_length=100)


class WebhookChangeSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    name = Text(max_length=NAME_LENGTH, required=False)
    url = Text(max_length=URL_LENGTH, required=False)
    events = serializers.ListField(child=Text(max_length=40), max_length=100, required=False)
    on = YesNo(required=False)


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One event on its way. `status`, `answer` and `error` are of the last try."""

    webhook = serializers.PrimaryKeyRelatedField[WebhookTarget](source="target", read_only=True)
    message = serializers.SerializerMethodField(help_text="The header webhook-id")
    state = serializers.ChoiceField(WebhookDelivery.State.choices, read_only=True)

    class Meta:
        model = WebhookDelivery
        fields = [
            *("id", "webhook", "message", "type", "state", "tries", "next_at", "tried", "status"),
            *("answer", "error", "body", "created"),
        ]
        read_only_fields = fields

    def get_message(self, delivery: WebhookDelivery) -> str:
        return f"msg_{delivery.event.hex}"


class DeliveryPageSerializer(serializers.Serializer[Any]):
    results = DeliverySerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class ReplaySerializer(serializers.Serializer[Any]):
    since = serializers.DateTimeField(required=False, help_text="Only what happened since then")


class CountSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()


SHOP = OpenApiExample(
    "A shop",
    {"name": "Our shop", "url": "https://example.com/webhooks", "events": ["job.succeeded"]},
    request_only=True,
)
STATE = OpenApiParameter(
    "state",
    str,
    enum=["failed", *WebhookDelivery.State.values],
    description="Only those; `failed` are given up or were refused at least once.",
)


# --- endpoints ------------------------------------------------------------------------------------


class WebhookView(AccountView):
    def mine(self) -> QuerySet[WebhookTarget]:
        if not access.can_manage(getattr(self.request, "role", None)):
            raise PermissionDenied(
                "Owners and admins of the account manage its webhooks. Ask one of them."
            )
        return WebhookTarget.objects.for_account(self.account)

    def target(self, pk: UUID) -> WebhookTarget:
        return find(self.mine(), pk, "webhook")

    def delivery(self, pk: UUID) -> WebhookDelivery:
        rows = WebhookDelivery.objects.filter(target__in=self.mine())
        return find(rows.select_related("target"), pk, "delivery")


class telling:  # noqa: N801 - reads as a word
    """What cannot be so is told at its field."""

    def __init__(self, said: dict[str, Any] | None = None) -> None:
        self.said = said or {}

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, hooks.NotKept):
            value = self.said.get(error.field)
            raise Invalid([problem(error.field, value, str(error))]) from None


class WebhookEvents(AccountView):
    @extend_schema(
        summary="List events",
        description="What addresses can be told of, each with an example. A body is `{type, "
        "timestamp, data}`; `webhook.test` is sent on request alone.",
        operation_id="webhook_events_list",
        responses=answers({200: EventListSerializer}, 400),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        paging.read(request, ())
        return Response({"results": EventSerializer(hooks.EVENTS.values(), many=True).data})


class Webhooks(WebhookView):
    @extend_schema(
        summary="List webhooks",
        description="For owners and admins, the oldest first.",
        operation_id="webhooks_list",
        parameters=list(paging.PAGE),
        responses=answers({200: WebhookPageSerializer}, 400),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        found, following = paging.page(request, self.mine(), query, "created")
        return Response({"results": WebhookSerializer(found, many=True).data, "next": following})

    @extend_schema(
        summary="Add a webhook",
        description="For owners and admins. The answer has the secret that its calls are signed "
        "with, after the Standard Webhooks scheme; it is shown only now. Made while working for a "
        "client it is told of that client's alone.",
        operation_id="webhooks_create",
        request={"application/json": OpenApiRequest(NewWebhookSerializer, examples=[SHOP])},
        responses=answers({201: NewAnswerSerializer}, 400, 413, 415),
        tags=TAGS,
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        self.mine()
        said = checked(NewWebhookSerializer, self.sent())
        with telling(said):
            made, secret = hooks.make(self.account, self.user, **said)
        address = request.build_absolute_uri(reverse("api:webhook", args=[made.pk]))
        data = {**WebhookSerializer(made).data, "secret": secret}
        return Response(data, status=201, headers={"Location": address})


class OneWebhook(WebhookView):
    @extend_schema(
        summary="One webhook",
        description="For owners and admins. Its secret is not shown again.",
        operation_id="webhooks_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: WebhookSerializer}, 400, 404),
        tags=TAGS,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(WebhookSerializer(self.target(pk)).data)

    @extend_schema(
        summary="Change a webhook",
        description="For owners and admins. Turned off it is told nothing, and what happens then "
        "is not kept for it; what waited goes out when it is turned on.",
        operation_id="webhooks_change",
        parameters=[PATH_ID],
        request=WebhookChangeSerializer,
        responses=answers({200: WebhookSerializer}, 400, 404, 413, 415),
        tags=TAGS,
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        target = self.target(pk)
        said = checked(WebhookChangeSerializer, self.sent())
        with telling(said):
            hooks.change(target, **said)
        return Response(WebhookSerializer(target).data)

    @extend_schema(
        summary="Delete a webhook",
        description="For owners and admins. Its log goes with it.",
        operation_id="webhooks_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=TAGS,
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        hooks.remove(self.target(pk))
        return Response(status=204)


class WebhookSecret(WebhookView):
    @extend_schema(
        summary="Make a new secret",
        description="For owners and admins. The one before signs along for 24 hours: the header "
        "webhook-signature has two signatures then.",
        operation_id="webhooks_secret",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: SecretSerializer}, 400, 404),
        tags=TAGS,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response({"secret": hooks.new_secret(self.target(pk))})


class TestWebhook(WebhookView):
    @extend_schema(
        summary="Send a test",
        description="For owners and admins. It goes out in a moment; the delivery tells what was "
        "answered.",
        operation_id="webhooks_test",
        parameters=[PATH_ID],
        request=None,
        responses=answers({202: DeliverySerializer}, 400, 404),
        tags=TAGS,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        target = self.target(pk)
        with telling():
            made = hooks.test(target)
        return Response(DeliverySerializer(made).data, status=202)


class Deliveries(WebhookView):
    @extend_schema(
        summary="The log of a webhook",
        description="For owners and admins, the newest first, of the last 30 days.",
        operation_id="deliveries_list",
        parameters=[PATH_ID, STATE, *paging.PAGE],
        responses=answers({200: DeliveryPageSerializer}, 400, 404),
        tags=TAGS,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        query = paging.read(request, (STATE, *paging.PAGE))
        rows = self.target(pk).deliveries.all()
        state = query.get("state")
        if state == "failed":
            rows = rows.filter(Q(state="given_up") | Q(state="waiting", tries__gt=0))
        elif state:
            rows = rows.filter(state=state)
        found, following = paging.page(request, rows, query)
        return Response({"results": DeliverySerializer(found, many=True).data, "next": following})


class ReplayFailed(WebhookView):
    @extend_schema(
        summary="Send again what was not taken",
        description="For owners and admins. Each under its own id, so that a receiver knows what "
        "it has had.",
        operation_id="webhooks_replay",
        parameters=[PATH_ID],
        request=ReplaySerializer,
        responses=answers({200: CountSerializer}, 400, 404, 413, 415),
        tags=TAGS,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        target = self.target(pk)
        said = checked(ReplaySerializer, self.sent())
        with telling():
            return Response({"count": hooks.replay_failed(target, said.get("since"))})


class OneDelivery(WebhookView):
    @extend_schema(
        summary="One delivery",
        description="For owners and admins.",
        operation_id="deliveries_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: DeliverySerializer}, 400, 404),
        tags=TAGS,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(DeliverySerializer(self.delivery(pk)).data)


class Replay(WebhookView):
    @extend_schema(
        summary="Send a delivery again",
        description="For owners and admins. Whatever became of it, under the same id.",
        operation_id="deliveries_replay",
        parameters=[PATH_ID],
        request=None,
        responses=answers({202: DeliverySerializer}, 400, 404),
        tags=TAGS,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        found = self.delivery(pk)
        with telling():
            hooks.replay(found)
        return Response(DeliverySerializer(self.delivery(pk)).data, status=202)
