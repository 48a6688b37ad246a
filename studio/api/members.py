"""The members of an account: their roles, who is limited to clients, and who is invited."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied as NotPossible
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from billing import clients, invitations, members
from billing.models import Account, Client, Invitation, Membership, Role
from studio.api import paging
from studio.api.base import find
from studio.api.clients import ManagedView, not_kept
from studio.api.errors import Invalid, problem
from studio.api.fields import OneOf, Text, YesNo, checked
from studio.api.schema import PATH_ID, answers

PATH_NUMBER = OpenApiParameter("id", int, OpenApiParameter.PATH)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """Somebody in the account. One who is `limited` sees what belongs to `clients` alone."""

    user = serializers.SlugRelatedField[Any](read_only=True, slug_field="username")
    role = serializers.ChoiceField(Role.choices, read_only=True)
    clients = serializers.PrimaryKeyRelatedField[Client](many=True, read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "user", "role", "limited", "clients", "created"]
        read_only_fields = fields


class MemberPageSerializer(serializers.Serializer[Any]):
    results = MemberSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


def _clients_field(**more: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=clients.MOST,
        help_text="The ids of all that they may work for",
        **more,
    )


class MemberChangeSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    role = OneOf(Role.choices, required=False)
    limited = YesNo(required=False)
    clients = _clients_field()


LIMIT = OpenApiExample(
    "Only one client",
    {"limited": True, "clients": ["01990c1f-7d3a-7000-8000-5b2f6a1c9e10"]},
    request_only=True,
)


class MemberView(ManagedView):
    def mine(self, account: Account) -> QuerySet[Membership]:
        return members.of(account)

    def member(self, pk: int) -> Membership:
        found = self.mine(self.account).filter(pk=pk).first()
        if found is None:
            raise NotFound(f"There is no member {pk}.")
        return found

    @property
    def me(self) -> Membership:
        return Membership.objects.select_related("account", "user").get(
            account=self.account, user=self.user
        )

    def for_managers(self, what: str = "manage its members") -> None:
        super().for_managers(what)


class Members(MemberView):
    @extend_schema(
        summary="List members",
        description="For owners and admins: who is in the account, and who is limited to what.",
        operation_id="members_list",
        parameters=list(paging.PAGE),
        responses=answers({200: MemberPageSerializer}, 400),
        tags=["members"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        self.for_managers()
        found, following = paging.page(request, self.mine(self.account), query, "created")
        return Response({"results": MemberSerializer(found, many=True).data, "next": following})


class OneMember(MemberView):
    @extend_schema(
        summary="One member",
        description="For owners and admins.",
        operation_id="members_retrieve",
        parameters=[PATH_NUMBER],
        responses=answers({200: MemberSerializer}, 400, 404),
        tags=["members"],
    )
    def get(self, request: Request, pk: int) -> Response:
        paging.read(request, ())
        self.for_managers()
        return Response(MemberSerializer(self.member(pk)).data)

    @extend_schema(
        summary="Change the role of a member, or limit them to clients",
        description="For owners and admins; only an owner makes owners, and the last one stays "
        "it. Only members and viewers can be limited. It holds at once, for their API keys, too.",
        operation_id="members_change",
        parameters=[PATH_NUMBER],
        request={"application/json": OpenApiRequest(MemberChangeSerializer, examples=[LIMIT])},
        responses=answers({200: MemberSerializer}, 400, 404, 413, 415),
        tags=["members"],
    )
    def patch(self, request: Request, pk: int) -> Response:
        paging.read(request, ())
        self.for_managers()
        found = self.member(pk)
        said = checked(MemberChangeSerializer, self.sent())
        try:
            if "role" in said:
                members.change_role(found, said["role"], self.me)
                found = self.member(pk)
            if {"limited", "clients"} & said.keys():
                self._limit(found, said)
        except clients.NotKept as error:
            raise not_kept(error, {"role": said.get("role")}) from None
        return Response(MemberSerializer(self.member(pk)).data)

    def _limit(self, found: Membership, said: dict[str, Any]) -> None:
        limited = said.get("limited", found.limited)
        before = list(found.clients.all())
        chosen = clients.chosen_for(found, said["clients"]) if "clients" in said else before
        if said.get("clients") and not limited:
            words = "Who is not limited sees all clients. Send “limited”: true with them."
            raise clients.NotKept("clients", words)
        try:
            clients.limit(found, chosen if limited else None)
        except NotPossible as error:
            raise Invalid([problem("limited", limited, str(error))]) from None

    @extend_schema(
        summary="Take a member out",
        description="For owners and admins. They see nothing of the account any more, and their "
        "API keys for it stop; what they made stays. The last owner cannot go.",
        operation_id="members_remove",
        parameters=[PATH_NUMBER],
        responses=answers({204: None}, 400, 404),
        tags=["members"],
    )
    def delete(self, request: Request, pk: int) -> Response:
        paging.read(request, ())
        self.for_managers()
        try:
            members.remove(self.member(pk), self.me)
        except clients.NotKept as error:
            raise not_kept(error, {}) from None
        return Response(status=204)


# --- invitations ----------------------------------------------------------------------------------


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """Somebody who is asked into the account and has not answered yet."""

    role = serializers.ChoiceField(Role.choices, read_only=True)
    clients = serializers.PrimaryKeyRelatedField[Client](many=True, read_only=True)
    invited_by = serializers.SlugRelatedField[Any](read_only=True, slug_field="username")

    class Meta:
        model = Invitation
        fields = ["id", "email", "role", "limited", "clients", "invited_by", "created", "expires"]
        read_only_fields = fields


class InvitationPageSerializer(serializers.Serializer[Any]):
    results = InvitationSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class MadeInvitationSerializer(InvitationSerializer):
    sent = serializers.BooleanField(help_text="By e-mail")
    link = serializers.URLField(
        allow_null=True, help_text="To be passed on; only now, and only where no e-mail was sent"
    )

    class Meta(InvitationSerializer.Meta):
        fields = [*InvitationSerializer.Meta.fields, "sent", "link"]
        read_only_fields = fields


class NewInvitationSerializer(serializers.Serializer[Any]):
    """Whom to ask, and what they will be. With `clients` they see these alone."""

    email = Text(max_length=invitations.LONGEST_EMAIL)
    role = OneOf(Role.choices, default=Role.MEMBER)
    clients = _clients_field(min_length=1)


class Invitations(MemberView):
    @extend_schema(
        summary="List open invitations",
        description="For owners and admins.",
        operation_id="invitations_list",
        parameters=list(paging.PAGE),
        responses=answers({200: InvitationPageSerializer}, 400),
        tags=["members"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        self.for_managers()
        rows = invitations.open_of(self.account)
        found, following = paging.page(request, rows, query)
        told = InvitationSerializer(found, many=True).data
        return Response({"results": told, "next": following})

    @extend_schema(
        summary="Invite somebody",
        description="For owners and admins; only an owner invites owners. The link works once and "
        "for seven days; an earlier one for the same address stops working.",
        operation_id="invitations_create",
        request=NewInvitationSerializer,
        responses=answers({201: MadeInvitationSerializer}, 400, 413, 415),
        tags=["members"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        self.for_managers()
        said = checked(NewInvitationSerializer, self.sent())
        try:
            chosen = self._chosen(said["clients"]) if "clients" in said else None
            made, token = invitations.invite(
                self.account, self.me, email=said["email"], role=said["role"], clients=chosen
            )
        except clients.NotKept as error:
            raise not_kept(error, {name: said.get(name) for name in ("email", "role")}) from None
        link = request.build_absolute_uri(reverse("invitation", args=[token]))
        sent = invitations.send(made, link)
        made.sent, made.link = sent, None if sent else link  # type: ignore[attr-defined]
        return Response(MadeInvitationSerializer(made).data, status=201)

    def _chosen(self, ids: list[UUID]) -> list[Client]:
        mine = Client.objects.filter(account=self.account, archived=None).in_bulk(ids)
        for pk in ids:
            if pk not in mine:
                raise clients.NotKept("clients", f"There is no client “{pk}” here.")
        return list(mine.values())


class OneInvitation(MemberView):
    @extend_schema(
        summary="One invitation",
        description="For owners and admins.",
        operation_id="invitations_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: InvitationSerializer}, 400, 404),
        tags=["members"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        self.for_managers()
        one = find(invitations.open_of(self.account), pk, "open invitation")
        return Response(InvitationSerializer(one).data)

    @extend_schema(
        summary="Take an invitation back",
        description="For owners and admins. Its link stops working.",
        operation_id="invitations_remove",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["members"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        self.for_managers()
        one = find(invitations.open_of(self.account), pk, "open invitation")
        invitations.revoke(one, self.me)
        return Response(status=204)
