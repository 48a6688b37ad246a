"""The bodies of requests about stories, declared once for the check and for the schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import OpenApiExample, OpenApiRequest, extend_schema_field
from rest_framework import serializers

from studio.api.fields import Number, OneOf, Text, Whole, YesNo
from studio.api.serializers import ASSET_EXAMPLE_ID
from studio.api.story.facts import SceneFacts, ShotFacts, StoryFacts
from studio.operations.story import FILM
from studio.providers.local.story import ASSEMBLER
from studio.schema import json_schema
from studio.stories import film
from studio.stories.edit import AT_ONCE, MOST_SHOTS
from studio.stories.script import MOST_BYTES


def _asset(**more: Any) -> serializers.UUIDField:
    return serializers.UUIDField(required=False, allow_null=True, **more)


class MoveStorySerializer(serializers.Serializer[Any]):
    """Whom a story goes to."""

    client = Text(max_length=36, help_text="An id, or `none`")
    dry = YesNo(required=False, help_text="Only count what would go with it")


class NewStorySerializer(serializers.Serializer[Any]):
    """One of `text`, `story` and `title`."""

    text = Text(
        required=False,
        trim_whitespace=False,
        max_length=MOST_BYTES,
        help_text="A script, a table (CSV) or JSON, as it is pasted",
    )
    story = serializers.DictField(
        required=False,
        help_text="The same as JSON: facts of the story beside `scenes`, each with its facts and "
        "`shots`, each with its facts",
    )
    title = Text(required=False, max_length=200, help_text="An empty story of this name")


class StoryChangeSerializer(serializers.Serializer[Any]):
    """What may be changed; what is left out stays as it is."""

    facts = StoryFacts(required=False)
    offer = Text(
        required=False, allow_blank=True, max_length=60, help_text="Of image-to-video; empty: any"
    )
    voice_offer = Text(
        required=False, allow_blank=True, max_length=60, help_text="Of talking-avatar; empty: any"
    )
    at_once = Whole(required=False, min_value=1, max_value=AT_ONCE)
    track = _asset(help_text="A sound; null takes it away")


class SceneChangeSerializer(serializers.Serializer[Any]):
    facts = SceneFacts()


class NewSceneSerializer(serializers.Serializer[Any]):
    facts = SceneFacts(required=False)
    place = Whole(
        required=False, min_value=1, max_value=MOST_SHOTS, help_text="Without it the last"
    )


class ShotChangeSerializer(serializers.Serializer[Any]):
    """What may be changed; what is left out stays as it is, null takes it away."""

    facts = ShotFacts(required=False)
    still = _asset(help_text="A picture; the shot is not linked any more")
    linked = YesNo(required=False, help_text="Begin with the last frame of the shot before it")
    mask = _asset(
        help_text="A picture of the size of the still, white where who speaks may move; another "
        "still takes it away"
    )
    voice = _asset(help_text="A sound; its part is the whole again")
    voice_start = Number(required=False, allow_null=True, help_text="In seconds")
    voice_end = Number(required=False, allow_null=True, help_text="In seconds")
    offer = Text(required=False, allow_blank=True, max_length=60, help_text="Empty: the story's")
    settings = serializers.DictField(
        required=False, help_text="Params of that model beside the facts, replaced as a whole"
    )


class NewShotSerializer(ShotChangeSerializer):
    """A shot; everything may be said later."""

    place = Whole(
        required=False, min_value=1, max_value=MOST_SHOTS, help_text="Without it the last"
    )


class SceneMoveSerializer(serializers.Serializer[Any]):
    place = Whole(min_value=1, max_value=MOST_SHOTS, help_text="From 1")


class ShotMoveSerializer(SceneMoveSerializer):
    scene = serializers.UUIDField(required=False, help_text="Another scene of the same story")


class AgreedSerializer(serializers.Serializer[Any]):
    agreed = Text(
        required=False,
        max_length=60,
        help_text="The `agreed` of the price that was shown; at another one nothing is ordered",
    )


class NewTakeSerializer(AgreedSerializer):
    """A new take of a model, or a video of the library."""

    asset = serializers.UUIDField(required=False, help_text="A video to use instead of making one")


class NewPictureSerializer(AgreedSerializer):
    offer = Text(
        required=False, max_length=60, help_text="Of text-to-image; without it the first there is"
    )


class ChoiceSerializer(serializers.Serializer[Any]):
    take = serializers.UUIDField(allow_null=True, help_text="Null: the newest")


class FilmParamsSerializer(serializers.Serializer[Any]):
    """Names the component; FilmParamsExtension writes it."""


class FilmParamsExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = "studio.api.story.wishes.FilmParamsSerializer"

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = {k: v for k, v in json_schema(FILM, ASSEMBLER).items() if k != "$schema"}
        schema["properties"] = {n: p for n, p in schema["properties"].items() if n != "cuts"}
        schema["required"] = [name for name in schema["required"] if name != "cuts"]
        return {k: v for k, v in schema.items() if v != []}


@extend_schema_field(FilmParamsSerializer)
class FilmParams(serializers.DictField):
    default_error_messages = {"not_a_dict": "This is no object. Give the params by name."}


class NewFilmSerializer(AgreedSerializer):
    """What the film is to be like; what is left out follows from the story."""

    params = FilmParams(required=False)
    missing = OneOf(film.MISSING, required=False, help_text="What a shot without a take shows")
    lengths = OneOf(
        film.LENGTHS,
        required=False,
        help_text="As long as the shots are meant to be, or each take whole; without it `shots` "
        "where there is a track, else `clips`",
    )


class NewPodcastSerializer(serializers.Serializer[Any]):
    """An episode: who speaks when, and how they look."""

    title = Text(required=False, max_length=200)
    audio = serializers.UUIDField(help_text="The sound of the episode")
    times = Text(
        trim_whitespace=False, max_length=MOST_BYTES, help_text="Who speaks when, one on each line"
    )
    portraits = serializers.DictField(
        child=serializers.UUIDField(), required=False, help_text="A picture for each speaker"
    )


TEXT = """Title: The lighthouse keeper

SCENE 1: The island
A lighthouse on a rock in grey morning light.
camera: slow push in

The keeper climbs the stairs with a lamp.
"""


def _body(serializer: type[Any], name: str, value: Any) -> dict[str, Any]:
    example = OpenApiExample(name, value, request_only=True)
    return {"application/json": OpenApiRequest(serializer, examples=[example])}


NEW_STORY = {
    "application/json": OpenApiRequest(
        NewStorySerializer,
        examples=[
            OpenApiExample("A script", {"text": TEXT}, request_only=True),
            OpenApiExample(
                "JSON",
                {"story": {"title": "Rain", "scenes": [{"shots": [{"description": "A puddle"}]}]}},
                request_only=True,
            ),
            OpenApiExample("An empty one", {"title": "Rain"}, request_only=True),
        ],
    )
}
STORY_CHANGE = _body(
    StoryChangeSerializer, "A look", {"facts": {"style": "16 mm film", "cast": ["Ada"]}}
)
NEW_SCENE = _body(NewSceneSerializer, "The first", {"facts": {"title": "The storm"}, "place": 1})
SCENE_CHANGE = _body(SceneChangeSerializer, "Somebody speaks", {"facts": {"kind": "voice-over"}})
NEW_SHOT = _body(
    NewShotSerializer, "With a picture", {"facts": {"seconds": 4}, "still": ASSET_EXAMPLE_ID}
)
SHOT_CHANGE = _body(
    ShotChangeSerializer, "Wilder", {"facts": {"energy": 0.9, "motion_prompt": None}}
)
NEW_TAKE = _body(NewTakeSerializer, "A video of the library", {"asset": ASSET_EXAMPLE_ID})
NEW_FILM = _body(
    NewFilmSerializer, "With subtitles", {"params": {"size": "720p", "subtitles": "burned"}}
)
NEW_PODCAST = _body(
    NewPodcastSerializer,
    "Two speakers",
    {
        "title": "Episode 1",
        "audio": ASSET_EXAMPLE_ID,
        "times": "00:00 Anna: Welcome back.\n00:06 Ben: Good to be here.\n",
        "portraits": {"Anna": ASSET_EXAMPLE_ID, "Ben": ASSET_EXAMPLE_ID},
    },
)
