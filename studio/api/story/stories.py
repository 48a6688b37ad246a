"""Stories: a list of them, a new one of a text, all of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assets.services import Refused
from studio.api import paging
from studio.api.errors import Invalid, Problem, problem
from studio.api.schema import PATH_ID, answers
from studio.api.story.base import StoryView, changed
from studio.api.story.shapes import (
    LaidSerializer,
    MadeStorySerializer,
    MovedStorySerializer,
    StoryPageSerializer,
    StorySerializer,
    brief_data,
    story_data,
)
from studio.api.story.wishes import (
    NEW_PODCAST,
    NEW_STORY,
    STORY_CHANGE,
    MoveStorySerializer,
    NewPodcastSerializer,
    NewStorySerializer,
    StoryChangeSerializer,
)
from studio.fields import listed
from studio.models import Story
from studio.stories import edit, laying, moving, podcast, reading, script
from studio.stories.times import Problem as Wrong

WAYS = ("text", "story", "title")


class MakingStory(StoryView):
    """An endpoint that makes a new story."""

    def made(self, story: Story, notes: list[str]) -> Response:
        data = {**story_data(self.board(story), self.account, self.request), "notes": notes}
        address = self.request.build_absolute_uri(reverse("api:story", args=[story.pk]))
        return Response(data, status=201, headers={"Location": address})


class Stories(MakingStory):
    @extend_schema(
        summary="List stories",
        description="Those that were changed last come first.",
        operation_id="stories_list",
        parameters=list(paging.PAGE),
        responses=answers({200: StoryPageSerializer}, 400),
        tags=["stories"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        counted = self.stories().annotate(
            scene_count=Count("scenes", distinct=True),
            shot_count=Count("scenes__shots", distinct=True),
        )
        rows, following = paging.page(request, counted, query, "-updated")
        return Response({"results": [brief_data(s, request) for s in rows], "next": following})

    @extend_schema(
        summary="Make a story",
        description="Of a text (a script, a table or JSON), of the same as JSON, or an empty one. "
        "All that is wrong with it is told at once: of a text by its line, `line 14, energy`; of "
        "JSON by its place, `scenes[0].shots[2].energy`.",
        operation_id="stories_create",
        request=NEW_STORY,
        responses=answers({201: MadeStorySerializer}, 400, 409, 413, 415),
        tags=["stories"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = self.said(NewStorySerializer)
        if len(said) != 1:
            words = f"Send one of {listed(WAYS)}."
            raise Invalid([problem("", ", ".join(said), words)])
        stories: list[Story] = []
        notes: list[str] = []
        if "title" in said:
            changed(lambda: stories.append(self._empty(said["title"])))
        else:
            draft = _draft(said)
            changed(lambda: stories.append(reading.build(self.account, self.user, draft)))
            notes = list(draft.notes)
        return self.made(stories[0], notes)

    def _empty(self, title: str) -> Story:
        facts = edit.checked("story", {"title": title})
        return edit.create(self.account, self.user, facts, [({}, [{}])])


def _draft(said: dict[str, Any]) -> script.StoryDraft:
    if "text" in said:
        read = script.read(said["text"])
        lines = script.tidy(said["text"]).split("\n")
        wrong = [in_text(one, lines) for one in read.problems]
    else:
        read = script.read(json.dumps(said["story"], ensure_ascii=False, indent=1))
        places = list(_places(said["story"], ""))
        wrong = [_in_json(one, places) for one in read.problems]
    if read.draft is None:
        raise Invalid(wrong, more=read.more)
    return read.draft


def in_text(wrong: Wrong, lines: list[str]) -> Problem:
    """A problem with its line, and what stands there."""
    line = lines[wrong.line - 1].strip() if wrong.line <= len(lines) else None
    return problem(f"line {wrong.line}, {wrong.field}", line, str(wrong))


def _in_json(wrong: Wrong, places: list[tuple[str, Any]]) -> Problem:
    place, value = places[wrong.line - 1]
    simple = not isinstance(value, dict | list)
    field = place or wrong.field
    return problem(field, value if simple else None, f"{field}: {wrong.message}")


def _places(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """The place, and what stands there, of each line of json.dumps(value, indent=1)."""
    yield place, value
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _places(inner, f"{place}.{name}" if place else str(name))
        yield place, value
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from _places(inner, f"{place}[{number}]")
        yield place, value


class OneStory(StoryView):
    @extend_schema(
        summary="One story",
        description="All of it: facts, scenes and shots, their prompts with the field of each "
        "piece, takes, what is in the way, and prices.",
        operation_id="stories_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: StorySerializer}, 400, 404),
        tags=["stories"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return self._told(self.story(pk))

    def _told(self, story: Story) -> Response:
        return Response(story_data(self.board(story), self.account, self.request))

    @extend_schema(
        summary="Change a story",
        description="Its facts, who makes its shots, how many at once, its track. What is left out "
        "stays as it is; a fact that is null is taken away. All of it is taken over, or nothing.",
        operation_id="stories_change",
        parameters=[PATH_ID],
        request=STORY_CHANGE,
        responses=answers({200: StorySerializer}, 400, 404, 413, 415),
        tags=["stories"],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        story = self.story(pk)
        said = self.said(StoryChangeSerializer)
        track = self.asset("track", said["track"]) if said.get("track") else None
        usual = [n for n in ("offer", "voice_offer", "at_once") if n in said]
        changed(
            lambda: edit.set_facts(story, said.get("facts", {})),
            *(lambda n=n: edit.set_usual(story, {n: said[n]}) for n in usual),
            *([lambda: edit.set_track(story, track)] if "track" in said else []),
        )
        laying.listen(story)
        return self._told(story)

    @extend_schema(
        summary="Delete a story",
        description="Its takes and its films stay in the library.",
        operation_id="stories_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["stories"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        edit.trash(self.story(pk))
        return Response(status=204)


class MoveStory(StoryView):
    @extend_schema(
        summary="Move a story to a client",
        description="With its files and the jobs that made them, all or none. It is refused while "
        "jobs are at work, and when another story or a board has some of the files as well. Moving "
        "it back undoes it.",
        operation_id="stories_move",
        parameters=[PATH_ID],
        request=MoveStorySerializer,
        responses=answers({200: MovedStorySerializer}, 400, 404, 413, 415),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        story, said = self.story(pk), self.said(MoveStorySerializer)
        dry = said.get("dry", False)
        try:
            told = moving.move(self.account, self.user, story, said["client"], dry=dry)
        except Refused as error:
            raise Invalid([problem("client", said["client"], str(error))]) from None
        client = str(told.client.pk) if told.client else None
        counts = {"files": told.files, "jobs": told.jobs, "zips": told.zips}
        return Response({"client": client, **counts, "dry": dry})


class LayStory(StoryView):
    @extend_schema(
        summary="Lay the shots over the track",
        description="Each cut on the nearest beat where there is one near. The track has to be "
        "listened to first, which begins by itself once it is set; `pace` is null until then.",
        operation_id="stories_lay",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: LaidSerializer}, 400, 404, 409),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        story = self.story(pk)
        words: list[str] = []
        changed(lambda: words.append(laying.lay(story)))
        return Response({"message": words[0], "paced": True})

    @extend_schema(
        summary="Take the shots off the track",
        description="They keep their seconds.",
        operation_id="stories_unlay",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["stories"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        edit.unpace(self.story(pk))
        return Response(status=204)


class Podcasts(MakingStory):
    @extend_schema(
        summary="Make a story of a podcast episode",
        description="Each part of the audio becomes a shot in which the portrait of its speaker "
        "speaks. A portrait that is missing is named by its speaker.",
        operation_id="podcasts_create",
        request=NEW_PODCAST,
        responses=answers({201: MadeStorySerializer}, 400, 404, 409, 413, 415),
        tags=["stories"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = self.said(NewPodcastSerializer)
        audio = self.asset("audio", said["audio"])
        if audio.kind != "audio":
            words = f"audio: “{audio.title}” is no sound. Give the sound of the episode."
            raise Invalid([problem("audio", audio.pk, words)])
        found = podcast.read(said["times"], audio.duration)
        if found.problems:
            lines = said["times"].split("\n")
            raise Invalid([in_text(one, lines) for one in found.problems])
        segments = found.segments
        portraits = self._portraits(found.speakers, said.get("portraits", {}))
        title = said.get("title") or f"{audio.title[:180]} · episode"
        stories: list[Story] = []
        changed(
            lambda: stories.append(
                reading.podcast(self.account, self.user, title, audio, segments, portraits)
            )
        )
        return self.made(stories[0], [])

    def _portraits(self, speakers: list[str], given: dict[str, UUID]) -> dict[str, Any]:
        if wrong := reading.problems_of_speakers(speakers, given):
            raise Invalid([problem(field, None, words) for field, words in wrong])
        found = {name: self.asset(f"portraits.{name}", pk) for name, pk in given.items()}
        no_pictures = [
            problem(
                f"portraits.{name}",
                asset.pk,
                f"“{asset.title}” is no picture. Give a picture of {name}.",
            )
            for name, asset in found.items()
            if asset.kind != "image"
        ]
        if no_pictures:
            raise Invalid(no_pictures)
        return found
