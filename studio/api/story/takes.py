"""One shot at work: its takes, its picture, its prompt."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from studio.api import paging, requests
from studio.api.errors import Invalid, problem
from studio.api.job_serializers import JobSerializer
from studio.api.schema import KEY_HEADER, PATH_ID, answers, replayed
from studio.api.story.base import changed, check_key, digest, in_board, ordering
from studio.api.story.parts import PartView
from studio.api.story.planned import picture_planned
from studio.api.story.shapes import (
    PlannedSerializer,
    ShotSerializer,
    StoppedSerializer,
    TakeSerializer,
    WrittenSerializer,
    prompt_data,
    take_data,
)
from studio.api.story.wishes import (
    NEW_TAKE,
    ChoiceSerializer,
    NewPictureSerializer,
    NewTakeSerializer,
)
from studio.jobs import replayed as replayed_job
from studio.models import Shot, Take
from studio.stories import making, parts, pictures

REPLAYED = replayed()[:1]


class Takes(PartView):
    @extend_schema(
        summary="Order a take, or use a video as one",
        description="Without `asset` the shot is made anew as it stands now; the price is held at "
        "once and charged when it succeeds. A video of the library is chosen at once.",
        operation_id="takes_create",
        parameters=[PATH_ID, KEY_HEADER, *REPLAYED],
        request=NEW_TAKE,
        responses=answers(
            {201: TakeSerializer, 200: TakeSerializer}, 400, 402, 404, 409, 413, 415, 422
        ),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        key = requests.idempotency_key(request.headers)
        shot = self.shot(pk)
        said = self.said(NewTakeSerializer)
        if "asset" in said:
            return self._use(shot, said["asset"])
        board, mark = self.board(shot.scene.story), digest("take", shot.pk)
        with ordering():
            plan = making.plan(board, [in_board(board, shot.pk)], self.account, self.user)
            made, new = making.order(
                plan,
                self.user,
                key=key,
                agreed=said.get("agreed"),
                request=mark,
            )
        check_key(made[0], mark)
        return self._told(shot, Take.objects.get(job=made[0]), new)

    def _use(self, shot: Shot, asset: UUID) -> Response:
        video = self.asset("asset", asset)
        with ordering():
            take = parts.add_take(shot, video)
        return self._told(shot, take, True)

    def _told(self, shot: Shot, take: Take, new: bool) -> Response:
        view = self.seen(shot)
        found = next(t for t in view.takes if t.take.pk == take.pk)
        headers = {} if new else {"Idempotent-Replayed": "true"}
        return Response(take_data(view, found), 201 if new else 200, headers=headers)


class ChooseTake(PartView):
    @extend_schema(
        summary="Choose a take",
        description="The one that the film shows; null is the newest.",
        operation_id="shots_choose",
        parameters=[PATH_ID],
        request=ChoiceSerializer,
        responses=answers({200: ShotSerializer}, 400, 404, 413, 415),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        shot = self.shot(pk)
        wanted = self.said(ChoiceSerializer)["take"]
        take = Take.objects.filter(shot=shot, pk=wanted).first() if wanted else None
        if wanted and take is None:
            words = f"take: There is no take {wanted} of this shot. Give the id of one."
            raise Invalid([problem("take", wanted, words)], 404)
        changed(lambda: parts.choose(shot, take))
        return self.told_shot(shot)


class StopShot(PartView):
    @extend_schema(
        summary="Stop the takes of a shot",
        description="What has not begun, or can be stopped while it runs. Nothing is charged for "
        "what is stopped.",
        operation_id="shots_stop",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: StoppedSerializer}, 400, 404),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response({"stopped": parts.stop_shot(self.seen(self.shot(pk)))})


class ShotPicture(PartView):
    @extend_schema(
        summary="What a picture for a shot would cost",
        description="Its prompt, who would make it, and for how much.",
        operation_id="shots_picture_plan",
        parameters=[PATH_ID],
        responses=answers({200: PlannedSerializer}, 400, 404),
        tags=["stories"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return Response(picture_planned(self.seen(self.shot(pk)), self.account, self.user))

    @extend_schema(
        summary="Order a picture for a shot",
        description="Made from its words; it becomes the still once it is there.",
        operation_id="shots_picture_order",
        parameters=[PATH_ID, KEY_HEADER, *replayed()],
        request=NewPictureSerializer,
        responses=answers(
            {201: JobSerializer, 200: JobSerializer}, 400, 402, 404, 409, 413, 415, 422
        ),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        key = requests.idempotency_key(request.headers)
        shot = self.shot(pk)
        said = self.said(NewPictureSerializer)
        offer, mark = said.get("offer", ""), digest("picture", shot.pk, said.get("offer"))
        if key and (first := replayed_job(self.account, key, mark)):
            return self.created(first, new=False)
        self._check(offer)
        view = self.seen(shot)
        with ordering():
            form = pictures.form_of(view, self.account, self.user, offer)
            job, new = pictures.order(view, form, key=key, agreed=said.get("agreed"), request=mark)
        check_key(job, mark)
        return self.created(job, new)

    def _check(self, offer: str) -> None:
        known = [o.key for o in pictures.offers(self.account)]
        if offer and offer not in known:
            words = f"offer: “{offer}” makes no pictures here. Choose {' or '.join(known)}."
            raise Invalid([problem("offer", offer, words)])


class WritePrompt(PartView):
    @extend_schema(
        summary="Write the motion prompt of a shot",
        description="By a language model where one is set up, else by rules, from what is known of "
        "the shot. It replaces what stood there; `motion_prompt` null in a PATCH takes it away.",
        operation_id="shots_prompt",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: WrittenSerializer}, 400, 404),
        tags=["stories"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        written = parts.write(self.seen(self.shot(pk)), self.account)
        told = {"writer": written.writer, "notes": list(written.notes)}
        return Response(prompt_data(written) | told)
