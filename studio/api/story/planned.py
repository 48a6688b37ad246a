"""What an order of several shots would make, and for how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from billing.models import Account, User
from studio import jobs, keys
from studio.api.story.shapes import terms_data
from studio.jobs import Terms
from studio.stories import pictures
from studio.stories.board import ShotView
from studio.stories.making import Making, NotMade, Plan

Planned = dict[str, Any]


def plan_data(plan: Plan) -> dict[str, Any]:
    return _summed([_take(making) for making in plan.makings], plan.terms, plan.account)


def _take(making: Making) -> Planned:
    before, view = making.waits_for, making.view
    return _of(
        view,
        offer=making.offer.key if making.offer else None,
        prompt=view.prompt.text,
        after=before.shot.pk if before else None,
        blocked=making.blocked,
        price=terms_data(making.terms),
    )


def _of(view: ShotView, **more: Any) -> Planned:
    return {"shot": view.shot.pk, "number": view.number, "name": view.name, **more}


@keys.seen_once()
def pictures_data(views: Sequence[ShotView], account: Account, user: User) -> dict[str, Any]:
    found = [_picture(view, account, user) for view in views]
    terms = [its for _, its in found if its]
    total = jobs.together(terms) if terms else None
    return _summed([planned for planned, _ in found], total, account)


def picture_planned(view: ShotView, account: Account, user: User) -> Planned:
    """The picture of one shot."""
    return _picture(view, account, user)[0]


def _picture(view: ShotView, account: Account, user: User) -> tuple[Planned, Terms | None]:
    try:
        form = pictures.form_of(view, account, user, resolve=False)
    except NotMade as error:
        more = {"offer": None, "prompt": "", "after": None, "blocked": str(error), "price": None}
        return _of(view, **more), None
    words = "" if form.is_valid() else " ".join(str(p["message"]) for p in form.problems())
    terms = None if words else form.terms
    planned = _of(
        view,
        offer=form.offer.key,
        prompt=pictures.words_of(view),
        after=None,
        blocked=words,
        price=terms_data(terms),
    )
    return planned, terms


def _summed(shots: list[Planned], terms: Terms | None, account: Account) -> dict[str, Any]:
    blocked = sum(1 for shot in shots if shot["blocked"])
    account.refresh_from_db()
    return {
        "shots": shots,
        "ready": len(shots) - blocked,
        "blocked": blocked,
        "price": terms_data(terms),
        "available": account.available,
        "enough": terms is None or terms.most <= account.available,
    }
