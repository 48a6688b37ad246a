"""Scenes and shots: adding, changing, moving and removing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import Asset
from studio import keys
from studio.api import paging
from studio.api.schema import PATH_ID, answers
from studio.api.story.base import StoryView, changed
from studio.api.story.shapes import SceneSerializer, ShotSerializer, scene_data, shot_data
from studio.api.story.wishes import (
    NEW_SCENE,
    NEW_SHOT,
    SCENE_CHANGE,
    SHOT_CHANGE,
    NewSceneSerializer,
    NewShotSerializer,
    SceneChangeSerializer,
    SceneMoveSerializer,
    ShotChangeSerializer,
    ShotMoveSerializer,
)
from studio.models import Scene, Shot
from studio.stories import edit, parts

MAKING = ("offer", "linked", "voice_start", "voice_end")


class PartView(StoryView):
    def told_scene(self, scene: Scene, status: int = 200) -> Response:
        board = self.board(scene.story)
        view = next(found for found in board.scenes if found.scene.pk == scene.pk)
        with keys.seen_once():
            return Response(scene_data(view, self.account), status=status)

    def told_shot(self, shot: Shot, status: int = 200) -> Response:
        data = shot_data(self.seen(shot), self.account)
        if status != 201:
            return Response(data, status=status)
        address = self.request.build_absolute_uri(reverse("api:shot", args=[shot.pk]))
        return Response(data, status=status, headers={"Location": address})

    def files(self, said: Mapping[str, Any]) -> dict[str, Asset | None]:
        """The still, the mask and the voice that are given; None takes one away."""
        names = [name for name in parts.KINDS if name in said]
        return {name: self.asset(name, said[name]) if said[name] else None for name in names}

    def changes(
        self, shot: Shot, said: Mapping[str, Any], files: Mapping[str, Asset | None]
    ) -> list[Callable[[], object]]:
        """What a body says of a shot, one after the other."""
        making = [name for name in MAKING if name in said]
        # The start of a voice is held against its end.
        whole = {n: said[n] for n in making if n.startswith("voice")}
        steps: list[Callable[[], object]] = [
            *(lambda n=n: parts.set_file(shot, n, files[n]) for n in files),
            *(lambda n=n: edit.set_making(shot, {n: said[n]}) for n in making if n not in whole),
            *([lambda: edit.set_making(shot, whole)] if whole else []),
        ]
        if facts := said.get("facts"):
            steps.append(lambda: edit.set_facts(shot, facts))
        if "settings" in said:
            given = said["settings"]
            steps.append(lambda: parts.set_settings(self.seen(shot), self.account, given))
        return steps


# --- scenes -------------------------------------------------------------------------------------


class Scenes(PartView):
    @extend_schema(
        summary="Add a scene",
        description="Without shots; add them to it.",
        operation_id="scenes_create",
        parameters=[PATH_ID],
        request=NEW_SCENE,
        responses=answers({201: SceneSerializer}, 400, 404, 409, 413, 415),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        story = self.story(pk)
        said = self.said(NewSceneSerializer)
        made: list[Scene] = []
        changed(
            lambda: made.append(edit.add_scene(story, said.get("facts", {}), said.get("place")))
        )
        return self.told_scene(made[0], 201)


class OneScene(PartView):
    @extend_schema(
        summary="Change a scene",
        description="Its facts; what is left out stays as it is, null takes a fact away.",
        operation_id="scenes_change",
        parameters=[PATH_ID],
        request=SCENE_CHANGE,
        responses=answers({200: SceneSerializer}, 400, 404, 413, 415),
        tags=["stories"],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        scene = self.scene(pk)
        said = self.said(SceneChangeSerializer)
        changed(lambda: edit.set_facts(scene, said["facts"]))
        return self.told_scene(scene)

    @extend_schema(
        summary="Delete a scene",
        description="With its shots, unless a take of one is being made. Takes stay in the "
        "library.",
        operation_id="scenes_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404, 409),
        tags=["stories"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        scene = self.scene(pk)
        changed(lambda: edit.remove(scene))
        return Response(status=204)


class MoveScene(PartView):
    @extend_schema(
        summary="Move a scene",
        description="To another place of its story.",
        operation_id="scenes_move",
        parameters=[PATH_ID],
        request=SceneMoveSerializer,
        responses=answers({200: SceneSerializer}, 400, 404, 413, 415),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        scene = self.scene(pk)
        said = self.said(SceneMoveSerializer)
        changed(lambda: edit.move_scene(scene, said["place"]))
        return self.told_scene(scene)


# --- shots --------------------------------------------------------------------------------------


class Shots(PartView):
    @extend_schema(
        summary="Add a shot",
        description="The last of its scene unless `place` says otherwise.",
        operation_id="shots_create",
        parameters=[PATH_ID],
        request=NEW_SHOT,
        responses=answers({201: ShotSerializer}, 400, 404, 409, 413, 415),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        scene = self.scene(pk)
        said = self.said(NewShotSerializer)
        files = self.files(said)
        made: list[Shot] = []

        def add() -> None:
            made.append(edit.add_shot(scene, {}, said.get("place")))
            changed(*self.changes(made[0], said, files))

        changed(add)
        return self.told_shot(made[0], 201)


class OneShot(PartView):
    @extend_schema(
        summary="One shot",
        description="With its prompt, its takes, what is in the way of another one, and its price.",
        operation_id="shots_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: ShotSerializer}, 400, 404),
        tags=["stories"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return self.told_shot(self.shot(pk))

    @extend_schema(
        summary="Change a shot",
        description="What is left out stays as it is; a fact or a file that is null is taken away. "
        "All of it is taken over, or nothing.",
        operation_id="shots_change",
        parameters=[PATH_ID],
        request=SHOT_CHANGE,
        responses=answers({200: ShotSerializer}, 400, 404, 413, 415),
        tags=["stories"],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        shot = self.shot(pk)
        said = self.said(ShotChangeSerializer)
        changed(*self.changes(shot, said, self.files(said)))
        return self.told_shot(shot)

    @extend_schema(
        summary="Delete a shot",
        description="Unless a take of it is being made. Its takes stay in the library.",
        operation_id="shots_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404, 409),
        tags=["stories"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        shot = self.shot(pk)
        changed(lambda: edit.remove(shot))
        return Response(status=204)


class MoveShot(PartView):
    @extend_schema(
        summary="Move a shot",
        description="To another place of its scene, or of another scene of the story.",
        operation_id="shots_move",
        parameters=[PATH_ID],
        request=ShotMoveSerializer,
        responses=answers({200: ShotSerializer}, 400, 404, 413, 415),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        shot = self.shot(pk)
        said = self.said(ShotMoveSerializer)
        scene = self.scene(said["scene"]) if "scene" in said else None
        changed(lambda: edit.move_shot(shot, said["place"], scene))
        return self.told_shot(shot)


class DuplicateShot(PartView):
    @extend_schema(
        summary="Duplicate a shot",
        description="The same once more, right after it, without its takes and its time on the "
        "track. One that is linked goes on from the first.",
        operation_id="shots_duplicate",
        parameters=[PATH_ID],
        request=None,
        responses=answers({201: ShotSerializer}, 400, 404, 409),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        shot = self.shot(pk)
        made: list[Shot] = []
        changed(lambda: made.append(edit.duplicate(shot)))
        return self.told_shot(made[0], 201)


class SplitShot(PartView):
    @extend_schema(
        summary="Split a shot",
        description="Two halves; the answer is the second, which goes on from the last frame of "
        "the first.",
        operation_id="shots_split",
        parameters=[PATH_ID],
        request=None,
        responses=answers({201: ShotSerializer}, 400, 404, 409),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        shot = self.shot(pk)
        made: list[Shot] = []
        changed(lambda: made.append(edit.split(shot)))
        return self.told_shot(made[0], 201)
