"""A whole story at work: what is missing, its pictures, its film and its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from assets.services import Refused
from studio import edl, jobs, keys
from studio.api import paging, requests
from studio.api.errors import Invalid, problem
from studio.api.job_serializers import JobSerializer
from studio.api.schema import KEY_HEADER, PATH_ID, answers, replayed
from studio.api.story.base import StoryView, check_key, digest, ordering
from studio.api.story.planned import pictures_data, plan_data
from studio.api.story.shapes import (
    FilmSerializer,
    OrderedSerializer,
    PlanSerializer,
    StoppedSerializer,
    terms_data,
)
from studio.api.story.wishes import NEW_FILM, AgreedSerializer, NewFilmSerializer
from studio.fields import listed, shown
from studio.jobs import NotPossible
from studio.operations.story import FILM, RATES
from studio.orders import OrderForm
from studio.stories import files, film, making, parts, pictures
from studio.stories.board import Board

REPLAYED = replayed()[:1]
LOOK = (
    OpenApiParameter("missing", str, enum=list(film.MISSING)),
    OpenApiParameter("lengths", str, enum=list(film.LENGTHS)),
)
LISTS = (
    OpenApiParameter("fps", str, enum=list(RATES), description="Of the lists; 30 without it"),
    OpenApiParameter("transition", str, enum=list(FILM.param("transition").choices)),
    *LOOK,
)
PLAIN = ("text/plain", "text/csv", "application/zip")
PATH_NAME = OpenApiParameter(
    "name", str, OpenApiParameter.PATH, enum=list(files.NAMES), description="The name of the file"
)


class Missing(StoryView):
    @extend_schema(
        summary="What is missing",
        description="Every shot without a film, what it would cost to make them all, and which "
        "cannot be made yet and why.",
        operation_id="stories_missing_plan",
        parameters=[PATH_ID],
        responses=answers({200: PlanSerializer}, 400, 404),
        tags=["stories"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        with keys.seen_once():
            plan = making.plan_missing(self.story(pk), self.account, self.user)
            return Response(plan_data(plan))

    @extend_schema(
        summary="Make what is missing",
        description="A take of every shot that can be made, in one order: all of them or none. "
        "`at_once` of the story are worked on at the same time; a linked shot waits for the one "
        "before it. The answer is the jobs.",
        operation_id="stories_missing_order",
        parameters=[PATH_ID, KEY_HEADER, *REPLAYED],
        request=AgreedSerializer,
        responses=answers(
            {201: OrderedSerializer, 200: OrderedSerializer}, 400, 402, 404, 409, 413, 415, 422
        ),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        key = requests.idempotency_key(request.headers)
        story = self.story(pk)
        said = self.said(AgreedSerializer)
        mark = digest("missing", story.pk)
        with ordering():
            plan = making.plan_missing(story, self.account, self.user)
            made, new = making.order(
                plan,
                self.user,
                key=key,
                agreed=said.get("agreed"),
                request=mark,
            )
        check_key(made[0], mark)
        return self.ordered(made, new)


class Pictures(StoryView):
    @extend_schema(
        summary="Which pictures could be made",
        description="Of every shot that has none and says what it shows, and what that would cost.",
        operation_id="stories_pictures_plan",
        parameters=[PATH_ID],
        responses=answers({200: PlanSerializer}, 400, 404),
        tags=["stories"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        views = pictures.lacking(self.board(self.story(pk)))
        return Response(pictures_data(views, self.account, self.user))

    @extend_schema(
        summary="Make the pictures",
        description="Of every shot that has none and says what it shows, in one order: all of them "
        "or none. Each becomes the still of its shot once it is there. The answer is the jobs.",
        operation_id="stories_pictures_order",
        parameters=[PATH_ID, KEY_HEADER, *REPLAYED],
        request=AgreedSerializer,
        responses=answers(
            {201: OrderedSerializer, 200: OrderedSerializer}, 400, 402, 404, 409, 413, 415, 422
        ),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        key = requests.idempotency_key(request.headers)
        story = self.story(pk)
        said = self.said(AgreedSerializer)
        mark = digest("pictures", story.pk)
        if key and (first := jobs.replayed(self.account, key, mark)):
            return self.ordered(jobs.run_of(first), new=False)
        with ordering():
            made = pictures.order_all(
                pictures.lacking(self.board(story)),
                self.account,
                self.user,
                key=key,
                agreed=said.get("agreed"),
                request=mark,
            )
        check_key(made[0], mark)
        return self.ordered(made, new=True)


class StopStory(StoryView):
    @extend_schema(
        summary="Stop a story",
        description="Everything that has not begun. What runs, runs on; stop that by its shot.",
        operation_id="stories_stop",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: StoppedSerializer}, 400, 404),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response({"stopped": parts.stop_story(self.board(self.story(pk)))})


class Film(StoryView):
    @extend_schema(
        summary="The film as it would be made",
        description="Its edit list, and what it is like when nothing is said.",
        operation_id="stories_film_plan",
        parameters=[PATH_ID, *LOOK],
        responses=answers({200: FilmSerializer}, 400, 404, 409),
        tags=["stories"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        query = paging.read(request, LOOK)
        board = self.board(self.story(pk))
        form = self._form(board, {}, query, resolve=False) if board.shots else None
        usual = {p.name: p.default for p in FILM.params} | film.usual(board.story)
        told = {
            "cuts": form.data["cuts"] if form else [],
            "params": {n: v for n, v in usual.items() if v is not None and n != "cuts"},
            "seconds": round(board.seconds, 3),
            "lacking": sum(1 for view in board.shots if view.shown is None),
            "price": terms_data(form.terms) if form and form.is_valid() else None,
        }
        if told["cuts"]:
            told["cuts"] = _in_one_form(told["cuts"])
        return Response(told)

    @extend_schema(
        summary="Make the film",
        description="Of the takes there are; a shot without one is its picture, moved a little, or "
        "black. `params` are those of the operation story-film without its cuts. The answer is the "
        "job.",
        operation_id="stories_film_order",
        parameters=[PATH_ID, KEY_HEADER, *replayed()],
        request=NEW_FILM,
        responses=answers(
            {201: JobSerializer, 200: JobSerializer}, 400, 402, 404, 409, 413, 415, 422
        ),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        key = requests.idempotency_key(request.headers)
        story = self.story(pk)
        said = self.said(NewFilmSerializer)
        agreed = said.pop("agreed", None)
        mark = digest("film", story.pk, said)
        if key and (first := jobs.replayed(self.account, key, mark)):
            return self.created(first, new=False)
        board = self.board(story)
        if not board.shots:
            raise NotPossible("The story has no shots yet. Add one.")
        with ordering():
            film.check(board)
        form = self._form(board, _params(said.get("params", {})), said, resolve=True)
        if not form.is_valid():
            raise Invalid(form.problems(), 404 if form.not_found else 400)
        with ordering():
            job, new = form.create_job(key=key, request=mark, agreed=agreed)
        check_key(job, mark)
        story.films.add(job)
        return self.created(job, new)

    def _form(
        self, board: Board, params: Mapping[str, Any], said: Mapping[str, Any], *, resolve: bool
    ) -> OrderForm:
        return film.form_of(
            board,
            self.account,
            self.user,
            params,
            missing=said.get("missing", film.MISSING[0]),
            lengths=said.get("lengths", "shots" if board.story.track_id else "clips"),
            resolve=resolve,
        )


def _params(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those of a film, without its cuts; raises Invalid."""
    known = tuple(p.name for p in FILM.params if p.name != "cuts")
    wrong = [
        problem(
            shown(name),
            value,
            f"“{shown(name)}” is not a parameter of the film of a story. It takes {listed(known)}.",
        )
        for name, value in params.items()
        if name not in known
    ]
    if wrong:
        raise Invalid(wrong)
    return params


def _in_one_form(cuts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    try:
        return edl.read(cuts)
    except edl.Wrong as error:
        raise NotPossible(f"The film {error}") from None


class StoryFile(StoryView):
    @extend_schema(
        summary="A file of a story",
        description="Its cuts for an editing program (film.edl, film.csv), its shots as a table "
        "(shots.csv), all of it as JSON that can be read again (story.json), or its pictures "
        "(stills.zip).",
        operation_id="stories_file",
        parameters=[PATH_ID, PATH_NAME, *LISTS],
        responses=answers(
            {
                (200, "application/json"): OpenApiTypes.OBJECT,
                **{(200, kind): OpenApiTypes.BINARY for kind in PLAIN},
            },
            400,
            404,
        ),
        tags=["stories"],
    )
    def get(self, request: Request, pk: UUID, name: str) -> HttpResponseBase:
        query = paging.read(request, LISTS)
        story = self.story(pk)
        if name not in files.NAMES:
            words = f"A story has no file “{shown(name)}”. It has {listed(files.NAMES)}."
            raise NotFound(words)
        try:
            return files.answer(self.board(story), name, query)
        except Refused as error:
            raise Invalid([problem("params", None, str(error))]) from error
