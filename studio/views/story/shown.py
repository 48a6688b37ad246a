"""What the pages of a story show: the story of the address, its shots as cards, its prices."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse

from assets.models import Asset, AssetKind
from assets.views.guard import MemberRequest
from billing.models import Account
from studio import jobs
from studio.models import Scene, Shot, Story, StoryQuerySet
from studio.operations.avatar import TALKING_AVATAR
from studio.operations.transform import IMAGE_TO_VIDEO
from studio.spec import Param
from studio.stories import film, making, pictures
from studio.stories.board import Board, ShotView, read
from studio.stories.fields import LEVELS, Level
from studio.stories.making import Making, Plan
from studio.templatetags.zoetrope import credits
from studio.views.controls import Choice, text
from studio.views.price_words import on_the_button


def _stories(request: MemberRequest) -> StoryQuerySet:
    return Story.objects.for_account(request.account).live()


def find(request: MemberRequest, pk: UUID) -> Story:
    """The story of the account, or a 404 that is the same for somebody else's."""
    found = _stories(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def find_scene(request: MemberRequest, pk: UUID) -> Scene:
    mine = Scene.objects.filter(story__in=_stories(request))
    found = mine.filter(pk=pk).select_related("story").first()
    if found is None:
        raise Http404
    found.story.account = request.account
    return found


def find_shot(request: MemberRequest, pk: UUID) -> Shot:
    mine = Shot.objects.filter(scene__story__in=_stories(request))
    found = mine.filter(pk=pk).select_related("scene__story", "still", "mask", "voice").first()
    if found is None:
        raise Http404
    found.scene.story.account = request.account
    return found


# --- fields -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """A fact as it is drawn; `id` is its own in the page."""

    param: Param
    value: str
    id: str

    @property
    def rows(self) -> int:
        """How high a text is; 0 is one line."""
        most = self.param.max_length
        return 0 if most <= 300 else (2 if most <= 1000 else 3)

    @property
    def choices(self) -> list[Choice]:
        return [
            Choice(str(c), self.param.label_of(c), str(c) == self.value, True)
            for c in self.param.choices
        ]


def drawn(level: Level, facts: dict[str, Any], *, without: Sequence[str] = ()) -> list[Field]:
    return [
        Field(p, text(facts.get(p.name)), f"{level}-{p.name}")
        for p in LEVELS[level]
        if p.name not in without
    ]


# --- cards --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShotCard:
    """A shot with what can be done with it now."""

    view: ShotView
    making: Making

    @property
    def shot(self) -> Shot:
        return self.view.shot

    @property
    def price(self) -> str:
        """As it stands on the button; empty where it is not known."""
        terms = self.making.terms
        return on_the_button(terms.shown) if terms else ""

    @property
    def agreed(self) -> str:
        terms = self.making.terms
        return terms.shown if terms else ""

    @property
    def busy(self) -> bool:
        return bool(self.view.at_work or self.view.draws)

    @property
    def takes_mask(self) -> bool:
        """Whether its model can be told what may move."""
        offer = self.making.offer
        return bool(self.view.speaks and offer and "mask" in offer.accepts)

    @property
    def key(self) -> str:
        return str(uuid.uuid4())

    @property
    def empty(self) -> str:
        """What is missing before a model can begin, in a word for the picture's place."""
        return "" if self.view.picture else "No picture yet"


def cards(board: Board, request: MemberRequest) -> dict[UUID, ShotCard]:
    """By the id of the shot; each as if it were made alone."""
    return {view.shot.pk: card(view, request) for view in board.shots}


def card(view: ShotView, request: MemberRequest) -> ShotCard:
    return ShotCard(view, Making(view, request.account, request.user))


def card_of(request: MemberRequest, shot: Shot) -> ShotCard:
    view = read(shot.scene.story).shot(shot.pk)
    if view is None:
        raise Http404
    return card(view, request)


def summary(plan: Plan, account: Account) -> dict[str, Any]:
    """What “Generate missing” would do, and for how much."""
    terms = plan.terms
    return {
        **_pictures(plan, account),
        "plan": plan,
        "open": len(plan.open),
        "seconds": plan.seconds,
        "blocked": plan.blocked,
        "price": on_the_button(terms.shown) if terms else "",
        "agreed": terms.shown if terms else "",
        "key": str(uuid.uuid4()),
        "short": bool(terms and terms.price.amount > account.available),
        "needs": credits(terms.price.amount) if terms else "",
        "at_work": sum(len(view.at_work) for view in plan.board.shots),
        "waiting": sum(
            1 for view in plan.board.shots for take in view.at_work if take.job and take.job.waits
        ),
    }


def _pictures(plan: Plan, account: Account) -> dict[str, Any]:
    """How many pictures could be made from the words, by whom, and for how much."""
    try:
        views = pictures.lacking(plan.board)
        forms = pictures.forms_of(views, account, None, resolve=False)
    except making.NotMade:
        return {}
    if not forms:
        return {}
    terms = jobs.together([form.terms for form in forms])
    return {
        "pictures": len(forms),
        "pictures_price": on_the_button(terms.shown),
        "pictures_agreed": terms.shown,
        "pictures_by": forms[0].offer.label,
    }


def models(request: MemberRequest) -> dict[str, Any]:
    """Who can animate, and who can make a face speak."""
    return {
        "offers": making.offers_for(IMAGE_TO_VIDEO, request.account),
        "voices": making.offers_for(TALKING_AVATAR, request.account),
    }


# --- the animatic -------------------------------------------------------------------------------


def script(board: Board) -> dict[str, Any]:
    """The cuts for the player in the page."""
    story, edit = board.story, film.cuts_of(board)
    lead = len(edit) - len(board.shots)
    views: list[ShotView | None] = [*[None] * lead, *board.shots]
    cuts = [_played(view, cut) for view, cut in zip(views, edit, strict=True)]
    track = reverse("asset-file", args=[story.track_id, "original"]) if story.track_id else ""
    return {"cuts": cuts, "audio": track, "ratio": making.aspect_of(story)}


def _played(view: ShotView | None, cut: dict[str, Any]) -> dict[str, Any]:
    """A cut for the player; what comes before the first shot belongs to none."""
    shown = None if view is None else view.picture
    moving = bool(view and view.shown)
    if view and view.shown:
        shown = view.shown.asset
    return {
        "id": str(view.shot.pk) if view else "",
        "label": cut["name"],
        "seconds": round(cut.get("seconds") or (view.seconds if view else 0.0), 3),
        "from": cut.get("start", 0),
        "text": cut.get("text", ""),
        "motion": cut.get("motion"),
        "focus": (cut.get("motion") or {}).get("focus"),
        **_source(shown, moving=moving or bool(shown and shown.kind == AssetKind.VIDEO)),
    }


def _source(shown: Asset | None, *, moving: bool) -> dict[str, Any]:
    if shown is None:
        return {"kind": "black"}
    if moving and shown.kind == AssetKind.VIDEO:
        poster = reverse("asset-file", args=[shown.pk, "poster"]) if shown.poster else ""
        src = reverse("asset-file", args=[shown.pk, "original"])
        return {"kind": "video", "src": src, "poster": poster}
    return {"kind": "picture", "src": reverse("asset-file", args=[shown.pk, "poster"])}
