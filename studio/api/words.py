"""Words and looks to start from: templates, styles, and prompts made better."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiRequest, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from studio import prompts
from studio.api import paging
from studio.api.base import AccountView
from studio.api.errors import Invalid, problem
from studio.api.fields import Text, checked
from studio.api.schema import answers
from studio.fields import shown
from studio.models import Persona
from studio.operations.create import QUALITIES
from studio.presets import STYLES, Template
from studio.presets.templates import CATEGORIES, PLATFORMS, by_key, chosen, recommend, search

TEMPLATE_QUERY = (
    OpenApiParameter("q", str, description="Words that all have to be there, the best first"),
    OpenApiParameter("platform", str, enum=list(PLATFORMS)),
    OpenApiParameter("category", str, enum=list(CATEGORIES)),
    OpenApiParameter("for", str, description="A use in your own words: what suits it, best first"),
)
MOST_QUERY = 200  # characters


class TemplateSerializer(serializers.Serializer[Any]):
    """A place where a picture is shown, its size there in pixels, and what suits it."""

    key = serializers.CharField()
    name = serializers.CharField()
    platform = serializers.ChoiceField(list(PLATFORMS))
    category = serializers.ChoiceField(list(CATEGORIES))
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="Width to height; two decimals mark a rounded one"
    )
    style = serializers.CharField(  # type: ignore[assignment]
        help_text="The key of a style that suits it; may be empty"
    )
    quality = serializers.ChoiceField(list(QUALITIES))
    description = serializers.CharField()
    use_cases = serializers.ListField(child=serializers.CharField())
    hint = serializers.CharField(help_text="What the place asks of a picture, in words of a prompt")


class TemplatesSerializer(serializers.Serializer[Any]):
    results = TemplateSerializer(many=True)


class Templates(AccountView):
    @extend_schema(
        summary="List, search and recommend templates",
        description="Sizes of pictures by where they are shown. `q` finds by words, `for` "
        "recommends for a use; with both, what is found is put in the order of the recommendation.",
        operation_id="templates_list",
        parameters=list(TEMPLATE_QUERY),
        responses=answers({200: TemplatesSerializer}, 400),
        tags=["prompts"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, TEMPLATE_QUERY)
        for name in ("q", "for"):
            if len(query.get(name, "")) > MOST_QUERY:
                words = f"“{name}” is too long; the most is {MOST_QUERY} characters. Shorten it."
                raise Invalid([problem(name, query[name], words)])
        found: list[Template] = list(chosen(query.get("platform", ""), query.get("category", "")))
        if "q" in query:
            found = search(query["q"], found)
        if "for" in query:
            found = recommend(query["for"], rows=found)
        return Response({"results": TemplateSerializer(found, many=True).data})


class StyleSerializer(serializers.Serializer[Any]):
    """A look. Its words become part of the prompt of an order that names it."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    words = serializers.CharField()
    group = serializers.CharField()


class StylesSerializer(serializers.Serializer[Any]):
    results = StyleSerializer(many=True)


class Styles(AccountView):
    @extend_schema(
        summary="List styles",
        description="The looks that an order may name as `style`.",
        operation_id="styles_list",
        responses=answers({200: StylesSerializer}, 400),
        tags=["prompts"],
    )
    def get(self, request: Request) -> Response:
        paging.read(request, ())
        return Response({"results": StyleSerializer(STYLES, many=True).data})


class WishSerializer(serializers.Serializer[Any]):
    """A prompt to make better, and what it is to go with."""

    prompt = Text(max_length=prompts.LONGEST)
    negative_prompt = Text(max_length=prompts.LONGEST, required=False, allow_blank=True)
    style = Text(  # type: ignore[assignment]
        max_length=60,
        required=False,
        allow_blank=True,
        help_text="The key of a style. Its words are added by the order itself: here they are "
        "neither repeated nor contradicted",
    )
    persona = serializers.UUIDField(
        required=False, allow_null=True, help_text="Its look is added, what it avoids is kept out"
    )
    template = Text(
        max_length=60, required=False, allow_blank=True, help_text="The key of a template"
    )


class PieceSerializer(serializers.Serializer[Any]):
    """A run of the text. Kept and removed ones are what you sent, kept and added ones the new."""

    kind = serializers.ChoiceField(["kept", "added", "removed"])
    text = serializers.CharField(trim_whitespace=False)


class WhySerializer(serializers.Serializer[Any]):
    words = serializers.CharField(help_text="What was added; may be empty when a model wrote it")
    why = serializers.CharField()


class EnhancedSerializer(serializers.Serializer[Any]):
    """The better prompt. Nothing is stored or ordered: take it or leave it."""

    prompt = serializers.CharField()
    negative_prompt = serializers.CharField()
    pieces = PieceSerializer(many=True)
    why = WhySerializer(many=True, source="additions")
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What was left out, and who wrote it instead"
    )
    writer = serializers.ChoiceField(
        ["rules", "model"], help_text="The rules of the studio, or a language model"
    )


WISH = OpenApiExample(
    "A cat for a pin",
    {"prompt": "A cat on a wall", "style": "photographic", "template": "pinterest-pin"},
    request_only=True,
)


class Enhance(AccountView):
    changes_nothing = True

    @extend_schema(
        summary="Make a prompt better",
        description="Adds what a prompt lacks (detail, light, view, mood, finish) and tells why. "
        "What you wrote is neither repeated nor contradicted. Without a language model, and when "
        "it fails, the rules of the studio write; then your words stay as they are.",
        operation_id="prompts_enhance",
        request={"application/json": OpenApiRequest(WishSerializer, examples=[WISH])},
        responses=answers({200: EnhancedSerializer}, 400, 404, 413, 415),
        tags=["prompts"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        wish = checked(WishSerializer, self.sent())
        better, pieces = prompts.improve(
            prompts.brief(
                wish["prompt"],
                negative_prompt=wish.get("negative_prompt", ""),
                style=_named("style", wish.get("style", ""), prompts.style_of),
                persona=self._persona(wish.get("persona")),
                template=_named("template", wish.get("template", ""), by_key),
            ),
            self.account,
        )
        told = {**vars(better), "pieces": [piece._asdict() for piece in pieces]}
        return Response(EnhancedSerializer(told).data)

    def _persona(self, pk: UUID | None) -> Persona | None:
        if pk is None:
            return None
        found = Persona.objects.for_account(self.account).filter(pk=pk).first()
        if found is None:
            words = f"There is no persona {pk}. Take one of the list, or leave it out."
            raise Invalid([problem("persona", str(pk), words)], 404)
        return found


def _named(field: str, key: str, look_up: Any) -> Any:
    """The row of that key; None when nothing was said."""
    found = look_up(key) if key else None
    if key and found is None:
        words = f"“{shown(key)}” is no {field}. Take a key of /api/v1/{field}s/, or leave it out."
        raise Invalid([problem(field, key, words)])
    return found
