"""The clients of an account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from assets.services import boards
from billing import access, clients
from billing.models import CREDIT, Client
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.errors import Invalid, problem
from studio.api.fields import Text, YesNo, checked
from studio.api.schema import PATH_ID, answers
from studio.client_sums import sums

ARCHIVED = OpenApiParameter(
    "archived", str, enum=["true", "false"], description="Only those, or only the others."
)


class SpentSerializer(serializers.Serializer[Any]):
    amount = serializers.IntegerField(help_text="Units; 1,000,000 are one credit")
    credits = serializers.FloatField()


class ClientSerializer(serializers.ModelSerializer[Client]):
    """Somebody whom the account works for. Without what is in the trash."""

    archived = serializers.SerializerMethodField(help_text="Offered no more; what it has stays")
    files = serializers.IntegerField(source="sums.files")
    jobs = serializers.IntegerField(source="sums.jobs")
    stories = serializers.IntegerField(source="sums.stories")
    links = serializers.IntegerField(
        source="sums.links", help_text="Share links (boards) that are open now"
    )
    spent = SpentSerializer(
        allow_null=True,
        help_text="Charges for its jobs less refunds; null for who does not manage the account",
    )

    class Meta:
        model = Client
        fields = [
            *("id", "name", "note", "archived", "files", "jobs", "stories", "links", "spent"),
            "created",
        ]
        read_only_fields = fields

    def get_archived(self, client: Client) -> bool:
        return client.archived is not None


class ClientPageSerializer(serializers.Serializer[Any]):
    results = ClientSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class NewClientSerializer(serializers.Serializer[Any]):
    """A name, its own in the account."""

    name = Text(max_length=clients.NAME_LENGTH)
    note = Text(max_length=clients.NOTE_LENGTH, required=False, allow_blank=True)


class ClientChangeSerializer(serializers.Serializer[Any]):
    """What may be changed; what is left out stays as it is."""

    name = Text(max_length=clients.NAME_LENGTH, required=False)
    note = Text(max_length=clients.NOTE_LENGTH, required=False, allow_blank=True)
    archived = YesNo(required=False)
    close_links = YesNo(
        required=False, help_text="Its open share links stop working; without it they go on"
    )


class ManagedView(AccountView):
    @property
    def manages(self) -> bool:
        return access.can_manage(getattr(self.request, "role", None))

    def for_managers(self, what: str = "manage its clients") -> None:
        if not self.manages:
            raise PermissionDenied(f"Owners and admins of the account {what}. Ask one of them.")


class ClientView(ManagedView):
    def mine(self) -> QuerySet[Client]:
        if self.manages:
            return Client.objects.filter(account=self.account)
        return clients.choices(self.account)

    def told(self, rows: list[Client]) -> list[dict[str, Any]]:
        known = sums(self.account, [one.pk for one in rows], money=self.manages)
        for one in rows:
            one.sums = known[one.pk]  # type: ignore[attr-defined]
            spent = known[one.pk].spent
            money = {"amount": spent, "credits": spent / CREDIT} if self.manages else None
            one.spent = money  # type: ignore[attr-defined]
        return list(ClientSerializer(rows, many=True).data)


class Clients(ClientView):
    @extend_schema(
        summary="List clients",
        description="By name: those that you may work for, for who manages the account all. The "
        "id or the name goes into the header `X-Client` of other requests.",
        operation_id="clients_list",
        parameters=[ARCHIVED, *paging.PAGE],
        responses=answers({200: ClientPageSerializer}, 400),
        tags=["clients"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, (ARCHIVED, *paging.PAGE))
        rows = self.mine()
        if "archived" in query:
            rows = rows.filter(archived__isnull=query["archived"] == "false")
        found, following = paging.page(request, rows, query, "key")
        return Response({"results": self.told(found), "next": following})

    @extend_schema(
        summary="Add a client",
        description="For owners and admins.",
        operation_id="clients_create",
        request=NewClientSerializer,
        responses=answers({201: ClientSerializer}, 400, 413, 415),
        tags=["clients"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        self.for_managers()
        said = checked(NewClientSerializer, self.sent())
        try:
            made = clients.make(self.account, said["name"], said.get("note", ""))
        except clients.NotKept as error:
            raise not_kept(error, said) from None
        address = request.build_absolute_uri(reverse("api:client", args=[made.pk]))
        return Response(self.told([made])[0], status=201, headers={"Location": address})


class OneClient(ClientView):
    @extend_schema(
        summary="One client",
        description="What there is of it is found with its id or name in the header `X-Client`.",
        operation_id="clients_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: ClientSerializer}, 400, 404),
        tags=["clients"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(self.told([find(self.mine(), pk, "client")])[0])

    @extend_schema(
        summary="Change or archive a client",
        description="For owners and admins. An archived one is offered no more; what it has stays, "
        "its open share links too: `close_links` closes them.",
        operation_id="clients_change",
        parameters=[PATH_ID],
        request=ClientChangeSerializer,
        responses=answers({200: ClientSerializer}, 400, 404, 413, 415),
        tags=["clients"],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        self.for_managers()
        one = find(self.mine(), pk, "client")
        said = checked(ClientChangeSerializer, self.sent())
        try:
            one = clients.change(one, name=said.get("name"), note=said.get("note"))
        except clients.NotKept as error:
            raise not_kept(error, said) from None
        if "archived" in said and said["archived"] != bool(one.archived):
            one = clients.archive(one, said["archived"])
        if said.get("close_links"):
            boards.close_boards(self.account, one.pk)
        return Response(self.told([one])[0])


def not_kept(error: clients.NotKept, said: dict[str, Any]) -> Invalid:
    return Invalid([problem(error.field, said.get(error.field), str(error))])
