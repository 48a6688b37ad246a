"""What a shot is made of: its files, its takes, the words it is animated with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from assets import services as assets
from assets.models import Asset, AssetKind
from billing.models import Account
from studio import jobs, masks
from studio import writer as writing
from studio.fields import FIELDS, listed, shown
from studio.models import Shot, State, Take
from studio.operations.avatar import TALKING_AVATAR
from studio.spec import Param
from studio.stories import making
from studio.stories.board import Board, ShotView, TakeView
from studio.stories.edit import NotChanged, join, set_facts, story_of, touch
from studio.words.scene_writing import SceneBrief
from studio.words.traced import Traced

KINDS = {"still": AssetKind.IMAGE, "mask": AssetKind.IMAGE, "voice": AssetKind.AUDIO}
"""The files of a shot; a mask comes after the still that it belongs to."""
CAPTIONS = Param("captions", "boolean", "Captions")


def set_file(shot: Shot, name: str, asset: Asset | None) -> None:
    """Give a shot its still, its mask or its voice, or take it away. Raises NotChanged."""
    if asset and asset.kind != KINDS[name]:
        raise NotChanged(
            f"“{asset.title}” is {asset.get_kind_display().lower()}; the {name} of a shot is "
            f"{KINDS[name].label.lower()}. Choose another.",
            name,
        )
    if asset and name == "mask":
        _check_mask(shot, asset)
    join(story_of(shot), asset)
    changed: dict[str, Any] = {name: asset}
    if name == "still":
        # What is being drawn would take the place of what was chosen after it.
        changed |= {"drawn": None} | ({"linked": False} if asset else {})
        changed |= {"mask": None} if asset != shot.still else {}
    if name == "voice":
        changed |= {"voice_start": None, "voice_end": None}
    for key, value in changed.items():
        setattr(shot, key, value)
    shot.save(update_fields=[*changed])
    touch(story_of(shot))


def _check_mask(shot: Shot, mask: Asset) -> None:
    if shot.still is None or shot.linked:
        words = "A mask belongs to a picture, and the shot has none of its own. Give it one first."
        raise NotChanged(words, "mask")
    try:
        wrong = masks.problem(TALKING_AVATAR.param("mask"), mask, shot.still)
    except assets.Refused as error:
        wrong = str(error)
    if wrong:
        raise NotChanged(wrong, "mask")


def set_settings(view: ShotView, account: Account, given: Mapping[str, Any]) -> None:
    """Params of the model that makes the shot, instead of those it had. `captions` is our own:
    whether what is said is written into the picture. Raises NotChanged, with all that is wrong."""
    offer = making.offer_of(view, account)
    if offer is None:
        raise NotChanged("Its model is not offered here any more. Choose another.", "offer")
    spec = {p.name: p for p in offer.params(making.operation_of(view)) if not p.is_asset}
    if view.speaks and "words" in spec:
        spec["captions"] = CAPTIONS
    kept: dict[str, Any] = {}
    wrong: list[tuple[str, Any, str]] = []
    for name, value in given.items():
        if name not in spec:
            takes = listed(tuple(spec))
            words = f"“{shown(name)}” is not a setting of {offer.label}. It takes {takes}."
            wrong.append((f"settings.{shown(name)}", value, words))
            continue
        try:
            kept[name] = FIELDS[spec[name].kind](replace(spec[name], required=False)).clean(value)
        except ValidationError as error:
            wrong.append((f"settings.{name}", value, str(error.messages[0])))
    if wrong:
        raise NotChanged(wrong[0][2], wrong[0][0], wrong)
    settings = {name: value for name, value in kept.items() if value is not None}
    Shot.objects.filter(pk=view.shot.pk).update(settings=settings)
    view.shot.settings = settings
    touch(view.story)


def add_take(shot: Shot, asset: Asset) -> Take:
    """A video of the library as a take; it is chosen at once. Raises NotChanged."""
    if asset.kind != AssetKind.VIDEO:
        raise NotChanged(
            f"“{asset.title}” is {asset.get_kind_display().lower()}; a take is a video. Choose "
            "another.",
            "asset",
        )
    with transaction.atomic():
        join(story_of(shot), asset)
        still = None if shot.linked else shot.still
        take = Take.objects.create(shot=shot, asset=asset, still=still, voice=shot.voice)
        choose(shot, take)
    return take


def choose(shot: Shot, take: Take | None) -> None:
    """The take that the film shows; None is the newest. Raises NotChanged."""
    if take and take.shot_id != shot.pk:
        raise NotChanged("That take is of another shot.", "take")
    if take and (film := _film_of(take)):
        try:
            assets.not_in_trash(story_of(shot).account, film)
        except assets.Refused as error:
            raise NotChanged(str(error), "take") from None
    Shot.objects.filter(pk=shot.pk).update(chosen=take)
    shot.chosen = take
    touch(story_of(shot))


def _film_of(take: Take) -> str:
    """The id of its video; empty as long as there is none."""
    job = jobs.last_tries([take.job])[take.job.pk] if take.job else None
    return str(job.outputs[0]) if job and job.outputs else str(take.asset_id or "")


def stop_shot(view: ShotView) -> int:
    """What of it has not begun, or can be stopped while it runs. Returns how many."""
    return _stop(view.at_work)


def stop_story(board: Board) -> int:
    """Everything that has not begun; what runs, runs on. Returns how many."""
    takes = [take for view in board.shots for take in view.at_work]
    return _stop([take for take in takes if take.job and take.job.state == State.QUEUED])


def _stop(takes: Iterable[TakeView]) -> int:
    stopped = 0
    # The last first: whoever waits for another must not begin when that one ends.
    for take in sorted(takes, key=lambda found: found.take.pk, reverse=True):
        try:
            if take.job:
                jobs.cancel(take.job)
                stopped += 1
        except jobs.NotPossible:
            continue
    return stopped


def write(view: ShotView, account: Account) -> Traced:
    """The motion prompt written anew by a language model, or by rules, and kept."""
    # What stands there is to be written anew.
    facts = {n: value for n, value in view.shot.facts.items() if n != "motion_prompt"}
    written = writing.animate(SceneBrief(view.story.facts, view.scene.facts, facts), account)
    set_facts(view.shot, {"motion_prompt": written.text})
    return written
