"""Where pictures and videos are shown, for programs: platforms and their formats."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from studio.api import paging
from studio.api.base import AccountView
from studio.api.schema import PATH_KEY, answers
from studio.fields import shown
from studio.models import SocialFormat, SocialPlatform

MEDIA = OpenApiParameter(
    "media", str, enum=SocialFormat.Media.values, description="Pictures or videos only"
)


class SocialPlatformSerializer(serializers.Serializer[Any]):
    """A platform and the keys of its formats."""

    key = serializers.CharField()
    name = serializers.CharField()
    formats = serializers.ListField(child=serializers.CharField())


class SocialPlatformsSerializer(serializers.Serializer[Any]):
    results = SocialPlatformSerializer(many=True)


class SafeZoneSerializer(serializers.Serializer[Any]):
    """What may be covered at each side, in percent of the height or width."""

    top = serializers.IntegerField(source="safe_top")
    bottom = serializers.IntegerField(source="safe_bottom")
    left = serializers.IntegerField(source="safe_left")
    right = serializers.IntegerField(source="safe_right")


class SocialFormatSerializer(serializers.Serializer[Any]):
    """A place: its size in pixels, what it takes, and what is laid over its rim."""

    key = serializers.CharField()
    platform = serializers.CharField(source="platform.key")
    name = serializers.CharField()
    media = serializers.ChoiceField(SocialFormat.Media.choices)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    ratio = serializers.CharField(help_text="Width to height; two decimals mark a rounded one")
    safe_zone = SafeZoneSerializer(source="*")
    types = serializers.ListField(
        child=serializers.CharField(), source="type_list", help_text="The best first"
    )
    max_bytes = serializers.IntegerField(allow_null=True)
    max_seconds = serializers.FloatField(allow_null=True, help_text="Of a video")
    loudness = serializers.FloatField(allow_null=True, help_text="LUFS, of a video's sound")
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="Where the rule is written; may be empty"
    )
    checked = serializers.DateField(
        allow_null=True, help_text="When somebody last read the rule there"
    )


class SocialFormatsSerializer(serializers.Serializer[Any]):
    results = SocialFormatSerializer(many=True)


class SocialPlatforms(AccountView):
    @extend_schema(
        summary="List social platforms",
        description="In the order in which people see them, with the keys of their formats.",
        operation_id="social_platforms_list",
        responses=answers({200: SocialPlatformsSerializer}, 400),
        tags=["social"],
    )
    def get(self, request: Request) -> Response:
        paging.read(request, ())
        keys: dict[int, list[str]] = {}
        for platform, key in _shown().values_list("platform", "key"):
            keys.setdefault(platform, []).append(key)
        told = [
            {"key": row.key, "name": row.name, "formats": keys[row.pk]}
            for row in SocialPlatform.objects.filter(pk__in=keys)
        ]
        return Response({"results": told})


class SocialPlatformFormats(AccountView):
    @extend_schema(
        summary="List the formats of a platform",
        description="Sizes, limits and safe zones, each with the source of the rule and the day on "
        "which somebody read it there.",
        operation_id="social_platform_formats_list",
        parameters=[PATH_KEY, MEDIA],
        responses=answers({200: SocialFormatsSerializer}, 400, 404),
        tags=["social"],
    )
    def get(self, request: Request, key: str) -> Response:
        query = paging.read(request, (MEDIA,))
        platform = SocialPlatform.objects.filter(key=key).first()
        if platform is None:
            raise NotFound(
                f"There is no platform “{shown(key)}”. GET /api/v1/social/platforms/ lists them."
            )
        rows = _shown().filter(platform=platform)
        if "media" in query:
            rows = rows.filter(media=query["media"])
        return Response({"results": SocialFormatSerializer(rows, many=True).data})


class SocialFormats(AccountView):
    @extend_schema(
        summary="List all social formats",
        description="Of every platform, in the order in which people see them.",
        operation_id="social_formats_list",
        parameters=[MEDIA],
        responses=answers({200: SocialFormatsSerializer}, 400),
        tags=["social"],
    )
    def get(self, request: Request) -> Response:
        rows = _shown().filter(**paging.read(request, (MEDIA,)))
        return Response({"results": SocialFormatSerializer(rows, many=True).data})


def _shown() -> Any:
    return SocialFormat.objects.filter(shown=True).select_related("platform")
