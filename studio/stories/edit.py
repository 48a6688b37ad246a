"""Changing a story: its facts, its scenes and shots, and their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone

from assets.models import Asset, AssetKind
from billing.models import Account, User
from studio import catalogue, jobs
from studio.fields import FIELDS, shown
from studio.models import LIVE, Scene, Shot, Story, Take
from studio.operations.avatar import TALKING_AVATAR
from studio.operations.transform import IMAGE_TO_VIDEO
from studio.stories import fields
from studio.stories.checks import NotChanged as NotChanged
from studio.stories.checks import checked as checked
from studio.stories.checks import join as join
from studio.stories.checks import out_of_order
from studio.stories.fields import Level

MOST_SCENES, MOST_SHOTS, MOST_STORIES = 60, 200, 500
AT_ONCE = 8
Part = Story | Scene | Shot


def story_of(part: Part) -> Story:
    if isinstance(part, Story):
        return part
    return part.story if isinstance(part, Scene) else part.scene.story


def level_of(part: Part) -> Level:
    if isinstance(part, Story):
        return "story"
    return "scene" if isinstance(part, Scene) else "shot"


def touch(story: Story) -> None:
    Story.objects.filter(pk=story.pk).update(updated=timezone.now())


def set_facts(part: Part, data: Mapping[str, Any]) -> None:
    """Take over what is said; None takes a fact away. Raises NotChanged."""
    found = checked(level_of(part), data)
    with transaction.atomic():
        mine = type(part).objects.select_for_update().get(pk=part.pk)
        mine.facts = {k: v for k, v in {**mine.facts, **found}.items() if v is not None}
        # One of the two may stand there already.
        if words := out_of_order(mine.facts):
            raise NotChanged(words, "end")
        if isinstance(mine, Story) and "title" in found:
            mine.title = found["title"] or mine.title
        mine.save()
        part.facts = mine.facts
        if isinstance(part, Story) and isinstance(mine, Story):
            part.title = mine.title
        touch(story_of(part))


def set_usual(story: Story, data: Mapping[str, Any]) -> None:
    """Who makes its shots, and how many at once, as far as it is said. Raises NotChanged."""
    changed: dict[str, Any] = {}
    for name in ("offer", "voice_offer"):
        if name in data:
            changed[name] = _known_offer(str(data[name] or ""), name)
    if "at_once" in data:
        changed["at_once"] = _whole(data["at_once"], "at_once", AT_ONCE)
    if changed:
        Story.objects.filter(pk=story.pk).update(**changed)
        story.refresh_from_db()


USES: Mapping[str, tuple[str, ...]] = {
    "offer": (IMAGE_TO_VIDEO.key,),
    "voice_offer": (TALKING_AVATAR.key,),
    "shot": (IMAGE_TO_VIDEO.key, TALKING_AVATAR.key),
}
"""The operations that a model must be for."""


def _known_offer(key: str, name: str, use: str = "") -> str:
    found = catalogue.all_offers().get(key)
    if key and (found is None or found.operation not in USES[use or name]):
        for_ = " or ".join(USES[use or name])
        words = f"There is no model “{shown(key)}” for {for_}. Choose one of the list."
        raise NotChanged(words, name, [(name, key, words)])
    return key


def _whole(value: Any, name: str, most: int) -> int:
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= most):
        words = f"At once is “{shown(value)}”. Give a whole number from 1 to {most}."
        raise NotChanged(words, name, [(name, value, words)])
    return int(text)


def set_making(shot: Shot, data: Mapping[str, Any]) -> None:
    """Who makes a shot, what it begins with and which part of its voice is used, as far as it is
    said. Raises NotChanged."""
    changed: dict[str, Any] = {}
    if "offer" in data:
        changed["offer"] = _known_offer(str(data["offer"] or ""), "offer", "shot")
    if "linked" in data:
        changed["linked"] = str(data["linked"]).lower() in ("true", "1", "on")
    for name in ("voice_start", "voice_end"):
        if name in data:
            changed[name] = _seconds(data[name], name)
    start = changed.get("voice_start", shot.voice_start)
    end = changed.get("voice_end", shot.voice_end)
    if start is not None and end is not None and end <= start:
        words = f"The voice ends at {end:g} s and begins at {start:g} s. Choose a later end."
        raise NotChanged(words, "voice_end")
    if changed:
        Shot.objects.filter(pk=shot.pk).update(**changed)
        for name, value in changed.items():
            setattr(shot, name, value)
        touch(story_of(shot))


def _seconds(value: Any, name: str) -> float | None:
    if value in (None, ""):
        return None
    param = fields.param("shot", "start")
    try:
        return float(FIELDS[param.kind](param).clean(value))
    except forms.ValidationError as error:
        words = str(error.messages[0]).replace(param.label, name.replace("_", " ").capitalize(), 1)
        raise NotChanged(words, name) from None


# --- a new story --------------------------------------------------------------------------------


def create(
    account: Account,
    user: User | None,
    facts: Mapping[str, Any],
    scenes: Sequence[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]] = (),
    **more: Any,
) -> Story:
    """A story of (scene, its shots), each as facts that were checked. Raises NotChanged."""
    if Story.objects.for_account(account).live().count() >= MOST_STORIES:
        raise NotChanged(f"There are {MOST_STORIES} stories, which is the most. Delete one first.")
    known = {k: v for k, v in facts.items() if v is not None}
    title = str(known.get("title") or "Untitled story")[:200]
    with transaction.atomic():
        story = Story.objects.create(account=account, user=user, title=title, facts=known, **more)
        for place, (scene, shots) in enumerate(scenes, 1):
            said = {k: v for k, v in scene.items() if v is not None}
            row = Scene.objects.create(story=story, place=place, facts=said)
            Shot.objects.bulk_create(
                Shot(scene=row, place=n, facts={k: v for k, v in shot.items() if v is not None})
                for n, shot in enumerate(shots, 1)
            )
    return story


def trash(story: Story) -> None:
    """It is gone from the list; its takes stay in the library."""
    Story.objects.filter(pk=story.pk).update(trashed=timezone.now())


def restore(story: Story) -> None:
    Story.objects.filter(pk=story.pk).update(trashed=None)


# --- scenes and shots ---------------------------------------------------------------------------


def _renumber(rows: Iterable[Scene | Shot]) -> None:
    for place, row in enumerate(rows, 1):
        if row.place != place:
            type(row).objects.filter(pk=row.pk).update(place=place)
            row.place = place


def _put(rows: list[Any], row: Any, place: int | None) -> None:
    at = len(rows) if place is None else max(0, min(place - 1, len(rows)))
    rows.insert(at, row)
    _renumber(rows)


def _locked(story: Story) -> Story:
    return Story.objects.select_for_update().get(pk=story.pk)


def _read_again(part: Scene | Shot) -> None:
    """Under the lock: somebody may have moved or deleted it since it was read."""
    try:
        part.refresh_from_db()
    except (Scene.DoesNotExist, Shot.DoesNotExist):
        raise NotChanged("It is not there any more. Reload the page.") from None


@transaction.atomic
def add_scene(story: Story, data: Mapping[str, Any], place: int | None = None) -> Scene:
    """A new scene, the last one if no place is given. Raises NotChanged."""
    found = {k: v for k, v in checked("scene", data).items() if v is not None}
    rows = list(_locked(story).scenes.all())
    if len(rows) >= MOST_SCENES:
        raise NotChanged(f"A story has at most {MOST_SCENES} scenes. Begin another one.")
    scene = Scene.objects.create(story=story, place=len(rows) + 1, facts=found)
    _put(rows, scene, place)
    touch(story)
    return scene


@transaction.atomic
def add_shot(scene: Scene, data: Mapping[str, Any], place: int | None = None, **more: Any) -> Shot:
    """A new shot, the last of its scene if no place is given. Raises NotChanged."""
    found = {k: v for k, v in checked("shot", data).items() if v is not None}
    story = _locked(scene.story)
    if Shot.objects.filter(scene__story=story).count() >= MOST_SHOTS:
        raise NotChanged(f"A story has at most {MOST_SHOTS} shots. Begin another one.")
    rows = list(scene.shots.all())
    shot = Shot.objects.create(scene=scene, place=len(rows) + 1, facts=found, **more)
    _put(rows, shot, place)
    touch(story)
    return shot


@transaction.atomic
def move_shot(shot: Shot, place: int, scene: Scene | None = None) -> None:
    """Put it somewhere else, also in another scene of the story."""
    target = scene or shot.scene
    if target.story_id != shot.scene.story_id:
        raise NotChanged("A shot stays in its story. Duplicate it there instead.", "scene")
    _locked(target.story)
    _read_again(target)
    _read_again(shot)
    rows = list(target.shots.exclude(pk=shot.pk))
    Shot.objects.filter(pk=shot.pk).update(scene=target)
    old, shot.scene = shot.scene, target
    _put(rows, shot, place)
    _renumber(old.shots.all())
    touch(target.story)


@transaction.atomic
def move_scene(scene: Scene, place: int) -> None:
    story = _locked(scene.story)
    _read_again(scene)
    _put(list(story.scenes.exclude(pk=scene.pk)), scene, place)
    touch(scene.story)


def _copy(shot: Shot, **facts: Any) -> Shot:
    return add_shot(
        shot.scene,
        {**shot.facts, **facts},
        shot.place + 1,
        still=shot.still,
        mask=shot.mask,
        voice=shot.voice,
        voice_start=shot.voice_start,
        voice_end=shot.voice_end,
        offer=shot.offer,
        settings=shot.settings,
    )


@transaction.atomic
def duplicate(shot: Shot) -> Shot:
    """The same once more, right after it, without its takes and its time on the track: two cannot
    lie there at once. One that goes on from a shot goes on from this one."""
    placed = {"start", "end"} & shot.facts.keys()
    seconds = min(max(round(seconds_of(shot), 3), fields.SHORTEST), fields.LONGEST)
    copy = _copy(shot, start=None, end=None, **({"seconds": seconds} if placed else {}))
    set_making(copy, {"linked": shot.linked})
    return copy


@transaction.atomic
def split(shot: Shot) -> Shot:
    """Two halves: the second goes on from the last frame of the first."""
    seconds = seconds_of(shot) / 2
    least = fields.SHORTEST
    if seconds < least:
        raise NotChanged(
            f"The shot lasts {2 * seconds:g} s; each half needs {least:g} s. Make it longer first.",
            "seconds",
        )
    half = round(seconds, 3)
    begin, end = shot.facts.get("start"), shot.facts.get("end")
    middle = round((begin + end) / 2, 3) if begin is not None and end is not None else None
    second = _copy(shot, seconds=half, start=middle, narration=None)
    Shot.objects.filter(pk=second.pk).update(linked=True)
    set_facts(shot, {"seconds": half, "end": middle})
    _share_voice(shot, second)
    return second


def _share_voice(first: Shot, second: Shot) -> None:
    """Each half speaks its half of the voice."""
    end = first.voice_end or (first.voice.duration if first.voice else None)
    if end is None:
        return
    middle = round(((first.voice_start or 0.0) + end) / 2, 3)
    set_making(second, {"voice_start": middle})
    set_making(first, {"voice_end": middle})


def remove(part: Scene | Shot) -> None:
    """Its takes stay in the library. Raises NotChanged while one of them is being made."""
    inside = {"shot__scene": part} if isinstance(part, Scene) else {"shot": part}
    tries = [t.job for t in Take.objects.filter(**inside).select_related("job") if t.job]
    if any(job.state in LIVE for job in jobs.last_tries(tries).values()):
        raise NotChanged("A take of it is being made. Stop that first, or wait for it.")
    with transaction.atomic():
        story = _locked(story_of(part))
        siblings: Callable[[], Iterable[Scene | Shot]] = (
            story.scenes.all if isinstance(part, Scene) else part.scene.shots.all
        )
        part.delete()
        _renumber(siblings())
        touch(story)


def seconds_of(shot: Shot) -> float:
    """How long it is meant to be: as it lies on the track, as its voice takes, or as it says."""
    start, end = shot.facts.get("start"), shot.facts.get("end")
    if start is not None and end is not None:
        return float(end - start)
    if shot.voice and shot.voice.duration:
        until = shot.voice.duration if shot.voice_end is None else shot.voice_end
        return max(float(until - (shot.voice_start or 0.0)), fields.SHORTEST)
    return float(shot.facts.get("seconds") or fields.param("shot", "seconds").default)


def unpace(story: Story) -> None:
    """Shots have their own seconds again, without a place on the track."""
    with transaction.atomic():
        for shot in Shot.objects.filter(scene__story=story):
            kept = {n: v for n, v in shot.facts.items() if n not in ("start", "end")}
            Shot.objects.filter(pk=shot.pk).update(facts=kept)
        Story.objects.filter(pk=story.pk).update(paced=False)
    touch(story)


def set_track(story: Story, asset: Asset | None) -> None:
    """The sound under the film; what was measured in another one is forgotten. Raises
    NotChanged."""
    if asset and asset.kind != AssetKind.AUDIO:
        words = f"“{asset.title}” is no sound. Choose a sound for the track."
        raise NotChanged(words, "track")
    if story.track_id != (asset.pk if asset else None):
        join(story, asset)
        Story.objects.filter(pk=story.pk).update(track=asset, pace=None)
        story.track, story.pace = asset, None
        if asset is None:
            unpace(story)
        touch(story)
