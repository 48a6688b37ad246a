"""What all endpoints of stories share: finding, changing and ordering."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from assets.models import Asset
from billing.services import as_credits
from studio import jobs
from studio.api.base import find
from studio.api.errors import Invalid, problem
from studio.api.fields import checked
from studio.api.jobs import JobView
from studio.jobs import NotPossible
from studio.models import Job, Scene, Shot, Story
from studio.stories.board import Board, ShotView, read
from studio.stories.edit import NotChanged
from studio.stories.making import NotMade


class StoryView(JobView):
    """An endpoint about the stories of the account."""

    def stories(self) -> Any:
        return Story.objects.for_account(self.account).live()

    def story(self, pk: UUID) -> Story:
        return find(self.stories(), pk, "story")  # type: ignore[no-any-return]

    def scene(self, pk: UUID) -> Scene:
        mine = Scene.objects.filter(story__in=self.stories())
        found = find(mine.select_related("story"), pk, "scene")
        found.story.account = self.account
        return found

    def shot(self, pk: UUID) -> Shot:
        mine = Shot.objects.filter(scene__story__in=self.stories())
        found = find(mine.select_related("scene__story", "still", "mask", "voice"), pk, "shot")
        found.scene.story.account = self.account
        return found

    def seen(self, shot: Shot) -> ShotView:
        """The shot as its story has it now."""
        return in_board(self.board(shot.scene.story), shot.pk)

    def board(self, story: Story) -> Board:
        """It as it stands now, whatever was changed in this request."""
        return read(self.story(story.pk))

    def asset(self, name: str, pk: UUID) -> Asset:
        """A file of the library that the field `name` gives."""
        found = Asset.objects.for_account(self.account).live().filter(pk=pk).first()
        if found is None:
            words = f"{name}: There is no asset {pk} in your library. Give the id of another."
            raise Invalid([problem(name, pk, words)], 404)
        return found

    def said(self, serializer: type[Any]) -> dict[str, Any]:
        return checked(serializer, self.sent())

    def ordered(self, made: Sequence[Job], new: bool) -> Response:
        """The jobs of one order; 200 and a header when its key had been seen before."""
        headers = {} if new else {"Idempotent-Replayed": "true"}
        return Response({"results": self.told(made)}, 201 if new else 200, headers=headers)


def in_board(board: Board, pk: UUID) -> ShotView:
    view = board.shot(pk)
    assert view, "the shot was found in this story"
    return view


def changed(*changes: Callable[[], object]) -> None:
    """All of the changes, or none and everything that is wrong with them."""
    wrong: list[tuple[str, Any, str]] = []
    with transaction.atomic():
        for change in changes:
            try:
                change()
            except NotChanged as error:
                wrong += error.problems
        if wrong:
            raise refusal(wrong)


def refusal(wrong: Sequence[tuple[str, Any, str]]) -> APIException | NotPossible:
    """400 with the fields that are wrong; 409 where it is none of them."""
    if not any(field for field, _, _ in wrong):
        return NotPossible(" ".join(words for _, _, words in wrong))
    return Invalid([problem(*one) for one in wrong])


@contextmanager
def ordering() -> Iterator[None]:
    """What is in the way of an order, in the words of the API; nothing was ordered then."""
    try:
        yield
    except NotMade as error:
        if not error.reasons:
            raise NotPossible(str(error)) from None
        raise Invalid([problem(f"shot {n}", None, words) for n, words in error.reasons], 409) from (
            None
        )
    except NotChanged as error:
        raise refusal(error.problems) from None
    except jobs.TermsChanged as error:
        words = (
            f"It costs {as_credits(error.terms.price.amount)} now ({error.terms.shown}), which is "
            "not what was agreed. Send that as `agreed`, or leave it out."
        )
        raise Invalid([problem("agreed", error.shown, words)], 409) from None


def check_key(job: Job, mark: str) -> None:
    """An order of the same content for another story or shot is another request. Raises
    KeyReused."""
    if job.request != mark:
        raise jobs.KeyReused(job.key, job.fingerprint, job)


def digest(*said: Any) -> str:
    """The same for the same request about the same story."""
    text = json.dumps(said, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
