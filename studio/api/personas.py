"""Personas: a brand's voice and look, kept for all of the account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.owned import check_own
from studio import prompts
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.errors import Invalid, problem
from studio.api.fields import Text, checked
from studio.api.schema import PATH_ID, answers
from studio.jobs import NotPossible
from studio.models import Persona


class PersonaSerializer(serializers.ModelSerializer[Persona]):
    """A brand's voice and look, in words that a prompt gets when it is asked for."""

    class Meta:
        model = Persona
        fields = ["id", "name", "voice", "look", "avoid", "created"]
        read_only_fields = fields


class PersonaPageSerializer(serializers.Serializer[Any]):
    results = PersonaSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class NewPersonaSerializer(serializers.Serializer[Any]):
    """Its name, and what is to be known of it."""

    name = Text(max_length=60)
    voice = Text(max_length=300, required=False, allow_blank=True, help_text="How it speaks")
    look = Text(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="Colors, light, things, places, separated by commas",
    )
    avoid = Text(
        max_length=300, required=False, allow_blank=True, help_text="What is never to be seen"
    )


class PersonaChangeSerializer(NewPersonaSerializer):
    """What may be changed; what is left out stays as it is."""

    name = Text(max_length=60, required=False)


class PersonaView(AccountView):
    def persona(self, pk: UUID) -> Persona:
        return find(Persona.objects.for_account(self.account), pk, "persona")

    def keep(self, persona: Persona) -> Response:
        try:
            with transaction.atomic():
                persona.save()
        except IntegrityError:
            words = f"There is a persona “{persona.name}” already. Give this one another name."
            raise Invalid([problem("name", persona.name, words)]) from None
        return Response(PersonaSerializer(persona).data)


class Personas(PersonaView):
    @extend_schema(
        summary="List personas",
        description="By name.",
        operation_id="personas_list",
        parameters=list(paging.PAGE),
        responses=answers({200: PersonaPageSerializer}, 400),
        tags=["prompts"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        rows, following = paging.page(
            request, Persona.objects.for_account(self.account), query, "name"
        )
        return Response({"results": PersonaSerializer(rows, many=True).data, "next": following})

    @extend_schema(
        summary="Make a persona",
        description="Its name is its own within the account.",
        operation_id="personas_create",
        request=NewPersonaSerializer,
        responses=answers({201: PersonaSerializer}, 400, 409, 413, 415),
        tags=["prompts"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(NewPersonaSerializer, self.sent())
        try:
            prompts.check_room(self.account)
        except prompts.Full as error:
            raise NotPossible(str(error)) from None
        answer = self.keep(persona := Persona(account=self.account, **said))
        address = request.build_absolute_uri(reverse("api:persona", args=[persona.pk]))
        return Response(answer.data, status=201, headers={"Location": address})


class OnePersona(PersonaView):
    @extend_schema(
        summary="One persona",
        description="With its voice, its look and what it avoids.",
        operation_id="personas_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: PersonaSerializer}, 400, 404),
        tags=["prompts"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(PersonaSerializer(self.persona(pk)).data)

    @extend_schema(
        summary="Change a persona",
        description="What is left out stays as it is. Prompts that were written stay as they are.",
        operation_id="personas_change",
        parameters=[PATH_ID],
        request=PersonaChangeSerializer,
        responses=answers({200: PersonaSerializer}, 400, 404, 413, 415),
        tags=["prompts"],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        check_own(self.account, persona := self.persona(pk))
        for name, value in checked(PersonaChangeSerializer, self.sent()).items():
            setattr(persona, name, value)
        return self.keep(persona)

    @extend_schema(
        summary="Delete a persona",
        description="Prompts that were written with it stay as they are.",
        operation_id="personas_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["prompts"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        check_own(self.account, persona := self.persona(pk))
        persona.delete()
        return Response(status=204)
