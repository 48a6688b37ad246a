"""The shapes of answers about stories, and how they are filled."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from billing.models import Account
from studio import edl, keys
from studio.api.job_serializers import JobSerializer
from studio.api.serializers import (
    AmountSerializer,
    amount_data,
)
from studio.api.story.facts import SceneFactsSerializer, ShotFactsSerializer, StoryFactsSerializer
from studio.jobs import Terms
from studio.models import State, Story
from studio.stories import making
from studio.stories.board import Board, SceneView, ShotView, TakeView
from studio.stories.fields import as_json
from studio.words.traced import Traced


class TermsSerializer(AmountSerializer):
    """What it costs."""

    agreed = serializers.CharField(
        help_text="Send it back with the order, and nothing is ordered at another price"
    )


class PromptPieceSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(trim_whitespace=False)
    field = serializers.CharField(
        help_text="Where the words come from, as `shot.camera_language`; empty for what only "
        "connects, `model` for a language model's own"
    )


class PromptSerializer(serializers.Serializer[Any]):
    """What is sent to the model, and which field each piece of it comes from."""

    text = serializers.CharField()
    pieces = PromptPieceSerializer(many=True)


class WrittenSerializer(PromptSerializer):
    """A prompt that was written, and is the shot's own from now on."""

    writer = serializers.ChoiceField(["rules", "model"])
    notes = serializers.ListField(child=serializers.CharField())


class TakeSerializer(serializers.Serializer[Any]):
    """A film of a shot: what a job makes, or a video of the library."""

    id = serializers.UUIDField()
    created = serializers.DateTimeField()
    state = serializers.ChoiceField(
        State.choices, allow_null=True, help_text="Of its job; null for a video of the library"
    )
    job = serializers.UUIDField(allow_null=True, help_text="The last try of it")
    asset = serializers.UUIDField(allow_null=True, help_text="The video, once it is there")
    still = serializers.UUIDField(allow_null=True, help_text="The picture that it was made from")
    words = serializers.CharField(help_text="The motion prompt that it was made with")
    chosen = serializers.BooleanField(help_text="By a person; without one the newest is shown")
    shown = serializers.BooleanField(help_text="Whether the film shows this one")
    stale = serializers.BooleanField(help_text="What it was made from was changed after it")
    older_than = serializers.ListField(
        child=serializers.ChoiceField(["picture", "voice"]), help_text="What was changed after it"
    )


class ShotSerializer(serializers.Serializer[Any]):
    """A picture that moves, or speaks, for some seconds."""

    id = serializers.UUIDField()
    story = serializers.UUIDField()
    scene = serializers.UUIDField()
    place = serializers.IntegerField(help_text="In its scene, from 1")
    number = serializers.IntegerField(help_text="In the story, from 1")
    name = serializers.CharField()
    facts = ShotFactsSerializer()
    seconds = serializers.FloatField(help_text="How long it is meant to be")
    speaks = serializers.BooleanField(help_text="Whether somebody in the picture speaks")
    still = serializers.UUIDField(allow_null=True)
    drawn = serializers.UUIDField(allow_null=True, help_text="The job that makes its picture")
    linked = serializers.BooleanField(
        help_text="Whether it begins with the last frame of the shot before it"
    )
    mask = serializers.UUIDField(
        allow_null=True, help_text="White where who speaks may move; null is decided by the model"
    )
    voice = serializers.UUIDField(allow_null=True)
    voice_start = serializers.FloatField(allow_null=True)
    voice_end = serializers.FloatField(allow_null=True)
    offer = serializers.CharField(help_text="Who makes it; empty is the story's own")
    made_by = serializers.CharField(allow_null=True, help_text="The offer that follows from that")
    settings = serializers.DictField(help_text="Params for that model beside the facts")
    prompt = PromptSerializer()
    takes = TakeSerializer(many=True, help_text="The oldest first")
    blocked = serializers.CharField(
        help_text="What keeps it from being made alone, and the way out; empty when nothing does"
    )
    price = TermsSerializer(allow_null=True, help_text="Of another take; null when blocked")


class SceneSerializer(serializers.Serializer[Any]):
    """Shots that belong together."""

    id = serializers.UUIDField()
    story = serializers.UUIDField()
    place = serializers.IntegerField()
    facts = SceneFactsSerializer()
    shots = ShotSerializer(many=True)


class PaceSerializer(serializers.Serializer[Any]):
    """What was heard in the track."""

    seconds = serializers.FloatField(allow_null=True)
    bpm = serializers.FloatField(allow_null=True, help_text="Null when no beat was found")
    beats = serializers.IntegerField(help_text="How many")
    problem = serializers.CharField(help_text="Why it could not be listened to; empty otherwise")


class StoryLinksSerializer(serializers.Serializer[Any]):
    self = serializers.URLField()
    page = serializers.URLField(help_text="For people")
    missing = serializers.URLField()
    pictures = serializers.URLField()
    film = serializers.URLField()


class BriefStorySerializer(serializers.Serializer[Any]):
    """A story in a list."""

    id = serializers.UUIDField()
    client = serializers.UUIDField(allow_null=True, help_text="Whom it belongs to")
    title = serializers.CharField()
    created = serializers.DateTimeField()
    updated = serializers.DateTimeField()
    scenes = serializers.IntegerField(help_text="How many")
    shots = serializers.IntegerField(help_text="How many")
    links = StoryLinksSerializer()


class StoryPageSerializer(serializers.Serializer[Any]):
    results = BriefStorySerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class StorySerializer(serializers.Serializer[Any]):
    """A film in the making, with all of its scenes and shots."""

    id = serializers.UUIDField()
    client = serializers.UUIDField(allow_null=True, help_text="Whom it belongs to")
    title = serializers.CharField()
    created = serializers.DateTimeField()
    updated = serializers.DateTimeField()
    facts = StoryFactsSerializer()
    offer = serializers.CharField(help_text="Who animates a shot usually; may be empty")
    voice_offer = serializers.CharField(help_text="Who makes faces speak usually; may be empty")
    at_once = serializers.IntegerField(help_text="How many shots are made at the same time")
    track = serializers.UUIDField(allow_null=True, help_text="The sound under all of it")
    pace = PaceSerializer(allow_null=True, help_text="Null until the track was listened to")
    paced = serializers.BooleanField(help_text="Whether the shots lie on the track")
    seconds = serializers.FloatField()
    scenes = SceneSerializer(many=True)
    films = serializers.ListField(
        child=serializers.UUIDField(), help_text="The jobs of its films, the newest first"
    )
    links = StoryLinksSerializer()


class MadeStorySerializer(StorySerializer):
    """A story that was just made."""

    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What of the text was guessed or left out"
    )


class PlannedSerializer(serializers.Serializer[Any]):
    """A shot that something would be made for."""

    shot = serializers.UUIDField()
    number = serializers.IntegerField()
    name = serializers.CharField()
    offer = serializers.CharField(allow_null=True)
    prompt = serializers.CharField()
    after = serializers.UUIDField(allow_null=True, help_text="The shot that it has to wait for")
    blocked = serializers.CharField(help_text="Why it would be left out; empty when it is not")
    price = TermsSerializer(allow_null=True)


class PlanSerializer(serializers.Serializer[Any]):
    """What an order would make, and for how much. Those that are blocked are left out of it."""

    shots = PlannedSerializer(many=True)
    ready = serializers.IntegerField(help_text="How many would be made")
    blocked = serializers.IntegerField(help_text="How many cannot be made yet")
    price = TermsSerializer(allow_null=True, help_text="Of all of them; null when it is none")
    available = serializers.IntegerField(help_text="Units that may be spent now")
    enough = serializers.BooleanField()


class OrderedSerializer(serializers.Serializer[Any]):
    results = JobSerializer(many=True)


class StoppedSerializer(serializers.Serializer[Any]):
    stopped = serializers.IntegerField(help_text="How many")


@extend_schema_field(edl.SCHEMA["items"])
class CutField(serializers.DictField):
    """One cut, as the operation story-film has it."""


class FilmSerializer(serializers.Serializer[Any]):
    """The film as it would be made now."""

    cuts = serializers.ListField(child=CutField(), help_text="The edit list")
    params = serializers.DictField(help_text="What the film is like when nothing is said")
    seconds = serializers.FloatField(help_text="About; takes may be longer than their shots")
    lacking = serializers.IntegerField(help_text="How many shots have no take yet")
    price = TermsSerializer(allow_null=True)


class MovedStorySerializer(serializers.Serializer[Any]):
    """How much went with it (or would)."""

    client = serializers.UUIDField(allow_null=True, help_text="Whom it belongs to")
    files = serializers.IntegerField()
    jobs = serializers.IntegerField()
    zips = serializers.IntegerField(
        help_text="Packed ZIPs of the former client with some of its files; they are deleted"
    )
    dry = serializers.BooleanField()


class LaidSerializer(serializers.Serializer[Any]):
    message = serializers.CharField(help_text="What was done")
    paced = serializers.BooleanField()


# --- filling them -------------------------------------------------------------------------------


def terms_data(terms: Terms | None) -> dict[str, Any] | None:
    return amount_data(terms.price) | {"agreed": terms.shown} if terms else None


def prompt_data(prompt: Traced) -> dict[str, Any]:
    return {"text": prompt.text, "pieces": [piece._asdict() for piece in prompt.pieces]}


def take_data(view: ShotView, found: TakeView) -> dict[str, Any]:
    take, shown = found.take, view.shown
    return {
        "id": take.pk,
        "created": take.created,
        "state": found.job and found.job.state,
        "job": found.job and found.job.pk,
        "asset": found.asset and found.asset.pk,
        "still": found.made_from,
        "words": take.words,
        "chosen": take.pk == view.shot.chosen_id,
        "shown": shown is not None and shown.take.pk == take.pk,
        "stale": found.stale,
        "older_than": list(found.older_than),
    }


def shot_data(view: ShotView, account: Account) -> dict[str, Any]:
    shot, made = view.shot, making.Making(view, account)
    return {
        "id": shot.pk,
        "story": view.story.pk,
        "scene": view.scene.pk,
        "place": shot.place,
        "number": view.number,
        "name": view.name,
        "facts": as_json(shot.facts),
        "seconds": round(view.seconds, 3),
        "speaks": view.speaks,
        "still": shot.still_id,
        "drawn": shot.drawn_id,
        "linked": shot.linked,
        "mask": shot.mask_id,
        "voice": shot.voice_id,
        "voice_start": shot.voice_start,
        "voice_end": shot.voice_end,
        "offer": shot.offer,
        "made_by": made.offer and made.offer.key,
        "settings": shot.settings,
        "prompt": prompt_data(view.prompt),
        "takes": [take_data(view, take) for take in view.takes],
        "blocked": made.blocked,
        "price": terms_data(made.terms),
    }


def scene_data(scene: SceneView, account: Account) -> dict[str, Any]:
    return {
        "id": scene.scene.pk,
        "story": scene.scene.story_id,
        "place": scene.scene.place,
        "facts": as_json(scene.scene.facts),
        "shots": [shot_data(view, account) for view in scene.shots],
    }


@keys.seen_once()
def story_data(board: Board, account: Account, request: Request) -> dict[str, Any]:
    story = board.story
    films = story.films.order_by("-created", "-pk").values_list("pk", flat=True)
    return {
        "id": story.pk,
        "client": story.client_id,
        "title": story.title,
        "created": story.created,
        "updated": story.updated,
        "facts": as_json({**story.facts, "title": story.title}),
        "offer": story.offer,
        "voice_offer": story.voice_offer,
        "at_once": story.at_once,
        "track": story.track_id,
        "pace": _pace_data(story),
        "paced": story.paced,
        "seconds": round(board.seconds, 3),
        "scenes": [scene_data(scene, account) for scene in board.scenes],
        "films": list(films),
        "links": links_data(story, request),
    }


def _pace_data(story: Story) -> dict[str, Any] | None:
    said = story.pace
    if said is None:
        return None
    return {
        "seconds": said.get("seconds"),
        "bpm": said.get("bpm"),
        "beats": len(said.get("beats", ())),
        "problem": said.get("problem", ""),
    }


def brief_data(story: Any, request: Request) -> dict[str, Any]:
    """Of a row that was counted: `scene_count`, `shot_count`."""
    return {
        "id": story.pk,
        "client": story.client_id,
        "title": story.title,
        "created": story.created,
        "updated": story.updated,
        "scenes": story.scene_count,
        "shots": story.shot_count,
        "links": links_data(story, request),
    }


def links_data(story: Story, request: Request | HttpRequest) -> dict[str, str]:
    names = {
        "self": "api:story",
        "page": "story",
        "missing": "api:story-missing",
        "pictures": "api:story-pictures",
        "film": "api:story-film",
    }
    return {
        name: request.build_absolute_uri(reverse(view, args=[story.pk]))
        for name, view in names.items()
    }
