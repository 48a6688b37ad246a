"""Small stories for the tests of the board, of making and of films."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from assets.models import Asset
from assets.search import index
from assets.services import ingest
from billing.models import Account, User
from studio.jobs.state import end
from studio.models import Job, Scene, Shot, State, Story, Take
from studio.stories import edit, making
from studio.stories.board import Board, ShotView, read
from studio.stories.making import Making, Plan

KLING = "wavespeed-kling-2.5-turbo-std"
WAN = "wavespeed-wan-2.5"

FILES = ("file", "thumbnail", "poster")
Brought = tuple[dict[str, Any], dict[str, bytes]]
_brought: dict[bytes, Brought] = {}


def bring(path: Path, account: Account, user: User | None, title: str = "") -> Asset:
    """A file in the library. It is looked at once for all tests; the others get copies of what was
    found."""
    content = path.read_bytes()
    if content not in _brought:
        first = ingest(path, account=account, user=user, filename=path.name)
        names = [str(getattr(first, field)) for field in FILES if getattr(first, field)]
        kept = {name: (Path(settings.MEDIA_ROOT) / name).read_bytes() for name in names}
        own = ("id", "account", "user", "created", "updated", "number")
        fields = [f for f in Asset._meta.concrete_fields if f.name not in own]
        _brought[content] = {f.attname: getattr(first, f.attname) for f in fields}, kept
        index.forget([first])
        first.delete()
    values, kept = _brought[content]
    for name, found in kept.items():
        target = Path(settings.MEDIA_ROOT) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(found)
    asset = Asset(**values, account=account, user=user)
    asset.title = title or path.stem.capitalize()
    asset.save(force_insert=True)
    index.write([asset])
    return Asset.objects.get(pk=asset.pk)


def told(account: Account, user: User | None, *scenes: Any, **facts: Any) -> Story:
    """told(alice's account, alice, [{"title": "Sea"}, {}], title="Storm"): of each scene its shots;
    a scene may be (its facts, its shots)."""
    each = [scene if isinstance(scene, tuple) else ({}, scene) for scene in scenes]
    return edit.create(account, user, {"title": "A story", **facts}, each)


def shots_of(story: Story) -> list[Shot]:
    return list(Shot.objects.filter(scene__story=story))


def view(story: Story, number: int = 1) -> ShotView:
    return board(story).shots[number - 1]


def board(story: Story) -> Board:
    return read(Story.objects.get(pk=story.pk))


def give(shot: Shot, **fields: Any) -> None:
    Shot.objects.filter(pk=shot.pk).update(**fields)


def done(job: Job, asset: Asset) -> None:
    """As if it had been made."""
    Job.objects.filter(pk=job.pk).update(state=State.FETCHING)
    assert end(Job.objects.get(pk=job.pk), State.SUCCEEDED, outputs=[str(asset.pk)])


def broke(job: Job) -> None:
    assert end(Job.objects.get(pk=job.pk), State.FAILED, error="It broke.")


def places(story: Story) -> list[tuple[int, list[int]]]:
    """The place of each scene, with those of its shots."""
    return [
        (scene.place, list(scene.shots.values_list("place", flat=True)))
        for scene in Scene.objects.filter(story=story)
    ]


def takes(shot: Shot) -> list[Take]:
    return list(Take.objects.filter(shot=shot))


def making_of(story: Story, number: int = 1) -> Making:
    return Making(view(story, number), story.account, story.user)


def plan(story: Story) -> Plan:
    return making.plan_missing(Story.objects.get(pk=story.pk), story.account, story.user)


def generate(story: Story, **how: Any) -> list[Job]:
    return making.order(plan(story), story.user, **how)[0]
