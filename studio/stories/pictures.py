"""Making the still of a shot from its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from billing.models import Account, User
from studio import catalogue, jobs, keys
from studio.models import Job, Shot
from studio.operations.create import TEXT_TO_IMAGE
from studio.orders import OrderForm
from studio.spec import Offer
from studio.stories.board import Board, ShotView
from studio.stories.making import SIDES, NotMade

LONGEST = 1500


def words_of(view: ShotView) -> str:
    """The prompt of the picture: what was written for it, else what the shot is about, with the
    look of the story."""
    facts, story = view.shot.facts, view.story.facts
    parts = [
        facts.get("image_prompt") or view.scene.facts.get("image_prompt"),
        None if facts.get("image_prompt") else facts.get("description"),
        facts.get("environment"),
        facts.get("cast") and f"with {facts['cast']}",
        facts.get("wardrobe"),
        *(story.get(name) for name in ("style", "mood", "lighting", "line_style", "tags")),
    ]
    said: list[str] = []
    for part in parts:
        text = str(part or "").strip().rstrip(".,;")
        if text and not any(text.lower() in before.lower() for before in said):
            said.append(text)
    return ", ".join(said)[:LONGEST]


def offers(account: Account) -> list[Offer]:
    return catalogue.offers(TEXT_TO_IMAGE.key, keys.usable(account))


def form_of(
    view: ShotView, account: Account, user: User | None, offer: str = "", *, resolve: bool = True
) -> OrderForm:
    """The order for the picture. Raises NotMade where there is nothing to draw from."""
    words = words_of(view)
    if not words:
        raise NotMade("Nothing says what the picture shows. Fill in “Picture” or “What happens”.")
    usable = offers(account)
    if not usable:
        raise NotMade("No model for pictures can be used here now.")
    chosen = next((o for o in usable if o.key == offer), usable[0])
    spec = {p.name for p in chosen.params(TEXT_TO_IMAGE)}
    width, height = SIDES[view.story.facts.get("aspect") or "horizontal"]
    aspect = {"horizontal": "16:9", "vertical": "9:16", "square": "1:1"}
    said = {
        "prompt": words,
        "width": width,
        "height": height,
        "aspect_ratio": aspect[view.story.facts.get("aspect") or "horizontal"],
    }
    if "width" in spec:
        del said["aspect_ratio"]
    return OrderForm(
        TEXT_TO_IMAGE,
        chosen,
        {n: v for n, v in said.items() if n in spec},
        account=account,
        user=user,
        resolve=resolve,
    )


def lacking(board: Board) -> list[ShotView]:
    """Shots whose picture can be made: they have none, and words to make one of."""
    return [
        view
        for view in board.shots
        if view.shot.still is None and not view.follows and not view.draws and words_of(view)
    ]


def forms_of(
    views: Sequence[ShotView], account: Account, user: User | None, *, resolve: bool = True
) -> list[OrderForm]:
    """An order for each, all by the first model there is. Raises NotMade."""
    forms = [form_of(view, account, user, resolve=resolve) for view in views]
    for view, form in zip(views, forms, strict=True):
        if not form.is_valid():
            words = " ".join(str(p["message"]) for p in form.problems())
            raise NotMade(words, [(view.number, words)])
    return forms


def order_all(
    views: Sequence[ShotView],
    account: Account,
    user: User | None,
    *,
    key: str | None,
    agreed: str | None,
    request: str = "",
) -> list[Job]:
    """The pictures of all of them, or none. Raises NotMade and what orders raise."""
    forms = forms_of(views, account, user)
    if not forms:
        raise NotMade("Every shot has a picture, or nothing to make one of.")
    wanted = [
        replace(form.wanted[0], title=name_of(v)) for v, form in zip(views, forms, strict=True)
    ]
    with transaction.atomic():
        made, created = jobs.create_run(
            account,
            user,
            TEXT_TO_IMAGE,
            wanted,
            key=key,
            agreed=agreed,
            request=request,
            client=views[0].shot.scene.story.client_id,
        )
        if created:
            for view, job in zip(views, made, strict=True):
                Shot.objects.filter(pk=view.shot.pk).update(drawn=job)
    return made


def name_of(view: ShotView) -> str:
    return f"{view.story.title[:120]} · {view.name}"[:200]


def order(
    view: ShotView, form: OrderForm, *, key: str | None, agreed: str | None, request: str = ""
) -> tuple[Job, bool]:
    """Order it: (the job, whether it is new); it becomes the still when it is there. Raises
    NotMade and what orders raise."""
    if not form.is_valid():
        raise NotMade(" ".join(str(p["message"]) for p in form.problems()))
    job, created = form.create_job(key=key, agreed=agreed, request=request)
    if created:  # a repeat must not hang it once more over what was chosen meanwhile
        Shot.objects.filter(pk=view.shot.pk).update(drawn=job)
    return job, created
