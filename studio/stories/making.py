"""Making takes: what a shot is asked for with, what it costs, what keeps it from being made, and
the order of several of them at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import median
from typing import Any

from django.db import transaction

from assets import services as assets
from assets.models import Asset
from billing.models import Account, User
from studio import catalogue, jobs, keys
from studio.jobs import Terms, Wanted
from studio.models import Job, State, Story, Take
from studio.operations.avatar import TALKING_AVATAR
from studio.operations.transform import IMAGE_TO_VIDEO
from studio.orders import OrderForm
from studio.spec import Offer, Operation, Param
from studio.stories.board import Board, ShotView, read
from studio.stories.fields import ASPECTS
from studio.words.camera import local_motion

TALL = 1.2
UPPER = [0.5, 0.3]
"""Where heads mostly are, as shares of a picture."""
SIDES = {"horizontal": (1920, 1080), "vertical": (1080, 1920), "square": (1080, 1080)}
HISTORY = 20
GUIDED = 1.0  # the highest guidance of models that take it from 0 to 1, as shots have it


class NotMade(Exception):
    """Nothing of it can be ordered; `reasons` are (number of the shot, what is wrong)."""

    def __init__(self, message: str, reasons: Sequence[tuple[int, str]] = ()) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons)


def operation_of(view: ShotView) -> Operation:
    return TALKING_AVATAR if view.speaks else IMAGE_TO_VIDEO


def offers_for(operation: Operation, account: Account) -> list[Offer]:
    return catalogue.offers(operation.key, keys.usable(account))


def offer_of(view: ShotView, account: Account) -> Offer | None:
    """Who makes it: the one chosen for it, else the story's, else the first there is. None when
    the chosen one is not offered here."""
    operation = operation_of(view)
    usable = {o.key: o for o in offers_for(operation, account)}
    of_story = view.story.voice_offer if view.speaks else view.story.offer
    for wanted in (view.shot.offer, of_story):
        if wanted and (wanted in usable or wanted == view.shot.offer):
            found = catalogue.all_offers().get(wanted)
            fits = found is not None and found.operation == operation.key
            return usable.get(wanted) if fits else None
    return next(iter(usable.values()), None)


# --- what is said -------------------------------------------------------------------------------


def said_of(view: ShotView, offer: Offer, picture: Asset | None) -> dict[str, Any]:
    """The params of a shot for a model, as far as it takes them; files as they were read."""
    spec = {p.name: p for p in offer.params(operation_of(view))}
    facts = view.shot.facts
    said: dict[str, Any] = {"image": picture, **_spoken(view)}
    prompt = view.prompt.text
    if prompt and "prompt" in spec:
        said["prompt"] = prompt[: spec["prompt"].max_length]
    if facts.get("negative_prompt") and "negative_prompt" in spec:
        said["negative_prompt"] = facts["negative_prompt"]
    guidance = spec.get("guidance")
    if guidance and guidance.high == GUIDED and facts.get("guidance") is not None:
        said["guidance"] = facts["guidance"]
    own_motion = "motion" in view.shot.settings
    if "motion" in spec and "none" not in spec["motion"].choices and not own_motion:
        said |= _moved(view)
    if "duration" in spec and not view.speaks:
        said["duration"] = length(spec["duration"], view.seconds)
    if "width" in spec and "height" in spec and "size" not in spec:
        aspect = view.story.facts.get("aspect") or "horizontal"
        said["width"], said["height"] = SIDES[aspect]
    more = {n: v for n, v in view.shot.settings.items() if n in spec and not spec[n].is_asset}
    return {n: v for n, v in (said | more).items() if n in spec}


def _spoken(view: ShotView) -> dict[str, Any]:
    if not view.speaks:
        return {}
    shot = view.shot
    said = {"audio": shot.voice, "mask": None if view.follows else shot.mask}
    trims = {"trim_start": shot.voice_start, "trim_end": shot.voice_end}
    words = {"words": shot.facts.get("narration")} if shot.settings.get("captions") else {}
    return {n: v for n, v in {**said, **trims, **words}.items() if v is not None}


def _moved(view: ShotView) -> dict[str, Any]:
    """The camera of an engine that moves the picture itself."""
    moved = dict(local_motion(view.shot.facts, view.number - 1))
    picture = view.shot.still if not view.follows else None
    return moved | ({"focus": UPPER} if picture and is_tall(view.story, picture) else {})


def is_tall(story: Story, picture: Asset) -> bool:
    """Whether so much is cut off above and below that heads would be lost from the middle."""
    wide, high = SIDES[story.facts.get("aspect") or "horizontal"]
    return bool(
        picture.width and picture.height and picture.height * wide > 1.2 * picture.width * high
    )


def length(param: Param, seconds: float) -> Any:
    """The shortest that the model makes and that is long enough; else the longest. One of several
    is given as the model has it: 5 is its choice, and 5.0 is not."""
    if param.choices:
        enough = [c for c in sorted(param.choices) if c >= seconds - 0.05]
        return enough[0] if enough else max(param.choices)
    low, high = param.low or 0.0, param.high or seconds
    step = param.step or 0.1
    return round(min(max(-(-seconds // step) * step, low), high), 3)


# --- one shot -----------------------------------------------------------------------------------


@dataclass
class Making:
    """How a shot would be made now. `blocked` says what keeps it from that, with the way out."""

    view: ShotView
    account: Account
    user: User | None = None
    together: frozenset[uuid.UUID] = frozenset()

    @cached_property
    def offer(self) -> Offer | None:
        return offer_of(self.view, self.account)

    @cached_property
    def waits_for(self) -> ShotView | None:
        """The shot before it, whose film is not there yet and has to come first."""
        before = self.view.before
        if not self.view.follows or before is None:
            return None
        coming = before.shot.pk in self.together or bool(before.at_work)
        return before if coming else None

    @property
    def picture(self) -> Asset | None:
        """What it begins with, or what stands in for that until it is there."""
        return self.stand_in if self.view.follows else self.view.shot.still

    @property
    def root(self) -> ShotView:
        """The shot whose picture all that are linked up to this one go back to."""
        view = self.view
        while view.follows and view.before:
            view = view.before
        return view

    @property
    def stand_in(self) -> Asset | None:
        return self.root.shot.still

    @cached_property
    def blocked(self) -> str:
        return self._lack() or (self._wrong() if self.offer else "")

    def _lack(self) -> str:
        view, still = self.view, self.view.shot.still
        if self.offer is None:
            return "Its model is not offered here any more. Choose another."
        if view.at_work:
            return "A take of it is being made."
        if view.follows and view.before:
            if not self.waits_for and not view.before.shown:
                return (
                    f"It begins with the last frame of shot {view.before.number}, which has no "
                    "film yet. Make that first, or both together."
                )
            if self.stand_in is None:
                return f"Shot {self.root.number} has no picture. Give it one."
        elif still is None:
            return "It has no picture. Make one, upload one, or choose one of the library."
        elif still.trashed:
            return f"Its picture “{still.title}” is in the trash. Restore it, or choose another."
        return self._lack_of_voice() if view.speaks else ""

    def _lack_of_voice(self) -> str:
        shot = self.view.shot
        if shot.voice is None:
            return "It speaks and has no voice. Record one, or choose a sound."
        mask = None if self.view.follows else shot.mask
        for name, file in (("voice", shot.voice), ("mask", mask)):
            if file and file.trashed:
                return f"Its {name} “{file.title}” is in the trash. Restore it, or choose another."
        return ""

    def _wrong(self) -> str:
        return " ".join(str(p["message"]) for p in self.form().problems()) if not self.valid else ""

    @cached_property
    def valid(self) -> bool:
        return self._glance.is_valid()

    @cached_property
    def _glance(self) -> OrderForm:
        """Looks at no file more closely than the list of the shots needs."""
        return self._form(self.picture, resolve=False)

    def form(self) -> OrderForm:
        return self._glance

    def _form(self, picture: Asset | None, *, resolve: bool) -> OrderForm:
        assert self.offer
        said = said_of(self.view, self.offer, picture)
        return OrderForm(
            operation_of(self.view),
            self.offer,
            said,
            account=self.account,
            user=self.user,
            resolve=resolve,
        )

    @property
    def terms(self) -> Terms | None:
        """What it costs; None when that cannot be said."""
        return self._glance.terms if self.offer and not self.blocked else None

    def ready(self) -> Wanted:
        """As it is ordered, with all checks. Raises NotMade."""
        if self.blocked:
            raise NotMade(self.blocked, [(self.view.number, self.blocked)])
        form = self._form(self._begin(), resolve=True)
        if not form.is_valid():
            words = " ".join(str(p["message"]) for p in form.problems())
            raise NotMade(words, [(self.view.number, words)])
        wanted = form.wanted[0]
        return replace(wanted, title=self.title, operation=operation_of(self.view))

    @property
    def title(self) -> str:
        return f"{self.view.story.title[:120]} · {self.view.name}"[:200]

    def _begin(self) -> Asset | None:
        before = self.view.before
        if not self.view.follows or self.waits_for or before is None or not before.shown:
            return self.picture
        try:
            assert before.shown.asset
            return jobs.last_frame(before.shown.asset, self.user)
        except assets.Refused as error:
            raise NotMade(str(error), [(self.view.number, str(error))]) from error


# --- several ------------------------------------------------------------------------------------


@dataclass
class Plan:
    """Shots that are to be made together: all of them, or none."""

    board: Board
    account: Account
    makings: list[Making] = field(default_factory=list)

    @property
    def blocked(self) -> list[Making]:
        return [m for m in self.makings if m.blocked]

    @property
    def open(self) -> list[Making]:
        return [m for m in self.makings if not m.blocked]

    @cached_property
    def seconds(self) -> float | None:
        """About how long it will take, by what such work took here lately; None where that is not
        known of one of them."""
        usual = {m.offer.key: usual_seconds(self.account, m.offer) for m in self.open if m.offer}
        each = [usual.get(m.offer.key) if m.offer else None for m in self.open]
        known = [seconds for seconds in each if seconds is not None]
        if not each or len(known) < len(each):
            return None
        return max(sum(known) / self.board.story.at_once, max(known))

    @cached_property
    def terms(self) -> Terms | None:
        """Of those that are not blocked."""
        each = [m.terms for m in self.open]
        return jobs.together([t for t in each if t]) if each else None


def usual_seconds(account: Account, offer: Offer) -> float | None:
    """The median of the last jobs of that model."""
    done = Job.objects.for_account(account).filter(offer=offer.key, state=State.SUCCEEDED)
    times = done.exclude(started=None).values_list("started", "finished")[:HISTORY]
    took = [(end - start).total_seconds() for start, end in times if start and end]
    return median(took) if took else None


def missing(board: Board) -> list[ShotView]:
    """Those without a film, and without one in the making."""
    return [view for view in board.shots if view.shown is None and not view.at_work]


def plan(
    board: Board, shots: Sequence[ShotView], account: Account, user: User | None = None
) -> Plan:
    together = frozenset(view.shot.pk for view in shots)
    ordered = sorted(shots, key=lambda view: view.number)
    found = Plan(board, account, [Making(view, account, user, together) for view in ordered])
    # What follows a blocked one is blocked as well.
    stuck = {m.view.shot.pk for m in found.makings if m.blocked}
    for making in found.makings:
        before = making.waits_for
        if before and before.shot.pk in stuck and not making.blocked:
            making.blocked = f"Shot {before.number}, which it goes on from, cannot be made yet."
            stuck.add(making.view.shot.pk)
    return found


def order(
    plan: Plan,
    user: User | None,
    *,
    key: str | None = None,
    agreed: str | None = None,
    request: str = "",
) -> tuple[list[Job], bool]:
    """Order all of the plan that is not blocked: (its jobs, whether they are new). `request` is a
    digest of what was asked for; the same key with another one is another order. Raises NotMade,
    jobs.TermsChanged, jobs.KeyReused or billing's MoneyRefused, and then nothing is
    ordered."""
    if key and (first := _ordered(plan, key, request)):
        return jobs.run_of(first), False
    if not plan.open:
        reasons = [(m.view.number, m.blocked) for m in plan.blocked]
        raise NotMade("There is nothing that could be made now.", reasons)
    story = plan.board.story
    wanted = list(_wanted(plan.open))
    with transaction.atomic():
        made, created = jobs.create_run(
            plan.account,
            user,
            wanted[0].operation or IMAGE_TO_VIDEO,
            wanted,
            key=key,
            agreed=agreed,
            request=request,
            at_once=story.at_once,
            client=story.client_id,
        )
        if created:
            for making, job in zip(plan.open, made, strict=True):
                _note(making, job)
    return made, created


def _ordered(plan: Plan, key: str, request: str) -> Job | None:
    """What the same press ordered before: those shots are at work by now."""
    mine = Job.objects.for_account(plan.account).filter(key=key, request=request)
    return mine.filter(take__shot__scene__story=plan.board.story).first()


def _wanted(makings: Sequence[Making]) -> Iterator[Wanted]:
    places = {making.view.shot.pk: n for n, making in enumerate(makings)}
    for making in makings:
        wanted, before = making.ready(), making.waits_for
        if before is None:
            yield wanted
            continue
        after: int | Job | None = places.get(before.shot.pk)
        if after is None:
            after = before.at_work[-1].job
        yield replace(wanted, after=after, begins_with="image")


def _note(making: Making, job: Job) -> None:
    shot = making.view.shot
    still = None if making.view.follows else shot.still
    files = {"still": still, "voice": shot.voice if making.view.speaks else None}
    Take.objects.create(shot=shot, job=job, words=making.view.prompt.text, **files)


def plan_missing(story: Story, account: Account, user: User | None = None) -> Plan:
    board = read(story)
    return plan(board, missing(board), account, user)


def aspect_of(story: Story) -> str:
    return ASPECTS[story.facts.get("aspect") or "horizontal"]
