"""A story as it stands: every shot with its picture, its takes and what is to be done.

Read with few queries, whatever the number of shots. Four marks of a shot are independent of each
other: it has a film, it is in work, it is blocked, its last attempt failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from django.utils.text import get_text_list

from assets.models import Asset
from studio import jobs
from studio.models import LIVE, Job, Scene, Shot, State, Story, Take
from studio.stories import placed
from studio.stories.edit import seconds_of
from studio.words.scene import avatar_prompt, motion_prompt
from studio.words.traced import Piece, Traced

Older = Literal["picture", "voice"]
HUNG = ("drawn", "still", "mask", "linked")
FAILED = (State.FAILED, State.CANCELED)


@dataclass
class TakeView:
    """A take with what became of it. `job` is the last try of it, `trashed` a film that lies in
    the trash."""

    take: Take
    job: Job | None
    asset: Asset | None
    trashed: Asset | None = None
    older_than: tuple[Older, ...] = ()

    @property
    def at_work(self) -> bool:
        return self.job is not None and self.job.state in LIVE

    @property
    def failed(self) -> bool:
        return self.asset is None and self.job is not None and self.job.state in FAILED

    @property
    def stale(self) -> bool:
        """Whether what it was made from was changed after it."""
        return bool(self.older_than)

    @property
    def spoken(self) -> UUID | None:
        """The voice that is heard in it."""
        if self.take.voice_id or self.job is None:
            return self.take.voice_id
        said = self.job.params.get("audio")
        return UUID(said) if said else None

    @property
    def made_from(self) -> UUID | None:
        """The picture that it began with."""
        if self.take.still_id or self.job is None:
            return self.take.still_id
        said = self.job.params.get("image")
        return UUID(said) if said else None


@dataclass
class ShotView:
    """`number` counts through the story; `before` is the shot before it."""

    shot: Shot
    scene: Scene
    number: int
    story: Story
    takes: list[TakeView] = field(default_factory=list)
    before: ShotView | None = None

    @property
    def name(self) -> str:
        title = str(self.shot.facts.get("title") or "")
        return f"Shot {self.number}" + (f" · {title}" if title else "")

    @property
    def speaks(self) -> bool:
        """Whether somebody in the picture speaks."""
        return bool(self.scene.facts.get("kind") == "voice-over")

    @property
    def seconds(self) -> float:
        return seconds_of(self.shot)

    @cached_property
    def shown(self) -> TakeView | None:
        """The take that the film shows: the chosen one, else the newest that is there."""
        there = [t for t in self.takes if t.asset]
        chosen = [t for t in there if t.take.pk == self.shot.chosen_id]
        return chosen[0] if chosen else (there[-1] if there else None)

    @property
    def lost(self) -> Asset | None:
        """The film of the chosen take, where that lies in the trash."""
        chosen = next((t for t in self.takes if t.take.pk == self.shot.chosen_id), None)
        return chosen.trashed if chosen else None

    @property
    def draws(self) -> bool:
        """Whether its picture is being made."""
        return bool(self.shot.drawn and self.shot.drawn.state in LIVE)

    @property
    def at_work(self) -> list[TakeView]:
        return [t for t in self.takes if t.at_work]

    @property
    def last_failed(self) -> TakeView | None:
        """The last attempt, if nothing came of it."""
        last = self.takes[-1] if self.takes else None
        return last if last and last.failed else None

    @property
    def follows(self) -> bool:
        """Whether it begins with the last frame of the shot before it."""
        return self.shot.linked and self.before is not None

    @property
    def picture(self) -> Asset | None:
        """What it shows as long as it has no film: its still, or that of the shot it goes on
        from."""
        if self.follows and self.before:
            shown = self.before.shown
            return (shown.asset if shown else None) or self.before.picture
        return self.shot.still

    @cached_property
    def prompt(self) -> Traced:
        """What is sent, each piece with the field that it comes from."""
        if own := self.shot.facts.get("motion_prompt"):
            return Traced((Piece(str(own), "shot.motion_prompt"),))
        write = avatar_prompt if self.speaks else motion_prompt
        return write(self.story.facts, self.scene.facts, self.shot.facts)


@dataclass
class SceneView:
    scene: Scene
    shots: list[ShotView] = field(default_factory=list)


@dataclass
class Board:
    story: Story
    scenes: list[SceneView]

    @cached_property
    def shots(self) -> list[ShotView]:
        return [shot for scene in self.scenes for shot in scene.shots]

    @property
    def seconds(self) -> float:
        """How long the film is, with what lies between the shots on the track."""
        laid = placed.laid(self)
        return laid[0] + sum(laid[1]) if laid else sum(shot.seconds for shot in self.shots)

    @property
    def films(self) -> int:
        return sum(1 for shot in self.shots if shot.shown)

    def shot(self, pk: UUID) -> ShotView | None:
        return next((s for s in self.shots if s.shot.pk == pk), None)


def read(story: Story) -> Board:
    """All of it, in as many queries for one shot as for two hundred."""
    scenes = {scene.pk: SceneView(scene) for scene in story.scenes.all()}
    shots = list(
        Shot.objects.filter(scene__story=story).select_related("still", "mask", "voice", "drawn")
    )
    hang(shots, story.account_id)
    views: dict[UUID, ShotView] = {}
    before: ShotView | None = None
    for number, shot in enumerate(shots, 1):
        scene = scenes[shot.scene_id]
        shot.scene = scene.scene
        scene.scene.story = story
        view = ShotView(shot, scene.scene, number, story, before=before)
        scene.shots.append(view)
        views[shot.pk] = before = view
    _add_takes(views)
    return Board(story, list(scenes.values()))


def hang(shots: Iterable[Shot], account_id: UUID) -> None:
    """Pictures that were ordered for shots become their stills once they are there."""
    ordered = {shot.pk: shot.drawn.pk for shot in shots if shot.drawn}
    last = jobs.last_tries([shot.drawn for shot in shots if shot.drawn])
    for shot in shots:
        if shot.drawn:
            shot.drawn = last[shot.drawn.pk]
    done = {s.pk: s.drawn for s in shots if s.drawn and s.drawn.outputs}
    if not done:
        return
    wanted = {job.outputs[0] for job in done.values()}
    mine = Asset.objects.filter(account=account_id, pk__in=wanted).live()
    made = {str(asset.pk): asset for asset in mine}
    for shot in shots:
        if job := done.get(shot.pk):
            picture = made.get(str(job.outputs[0]))
            here = picture is not None and _is_theirs(picture, job)
            _hang(shot, ordered[shot.pk], picture if here else None)


def _is_theirs(asset: Asset, job: Job) -> bool:
    """What was moved to another client since, or came back to another account, is out of sight."""
    same = job.client_id is None or asset.client_id in (None, job.client_id)
    return same and asset.account_id == job.account_id


def _hang(shot: Shot, ordered: UUID, made: Asset | None) -> None:
    changed: dict[str, Any] = {"drawn": None}
    if made:
        changed |= {"still": made, "mask": None, "linked": False}
    if not Shot.objects.filter(pk=shot.pk, drawn=ordered).update(**changed):
        # Another request was quicker: it is as that one left it.
        now = Shot.objects.select_related("still", "mask", "drawn").filter(pk=shot.pk).first()
        changed = {name: getattr(now, name) for name in HUNG} if now else changed
    for name, value in changed.items():
        setattr(shot, name, value)


def _add_takes(views: Mapping[UUID, ShotView]) -> None:
    takes = list(
        Take.objects.filter(shot__in=list(views)).select_related("job", "asset").order_by("pk")
    )
    last = jobs.last_tries([take.job for take in takes if take.job])
    wanted = {pk for job in last.values() for pk in job.outputs[:1]}
    made = {str(a.pk): a for a in Asset.objects.filter(pk__in=wanted)}
    for take in takes:
        job = last.get(take.job_id) if take.job_id else None
        film = made.get(job.outputs[0]) if job and job.outputs else take.asset
        if film and job and not _is_theirs(film, job):
            film = None
        there, trashed = (None, film) if film and film.trashed else (film, None)
        views[take.shot_id].takes.append(TakeView(take, job, there, trashed))
    origins = _origins(views.values())
    for view in views.values():
        for found in view.takes:
            changed: dict[Older, bool] = {
                "picture": _has_other_picture(view, found, origins),
                "voice": _has_other_voice(view, found),
            }
            found.older_than = tuple(name for name, is_so in changed.items() if is_so)


def _origins(views: Iterable[ShotView]) -> dict[UUID, str]:
    """Of the pictures that takes of linked shots began with: which video they are the end of."""
    takes = [take for view in views if view.follows for take in view.takes if take.asset]
    begun = [take.made_from for take in takes if take.made_from]
    return dict(Asset.objects.filter(pk__in=begun).values_list("pk", "origin"))


def _has_other_picture(view: ShotView, found: TakeView, origins: Mapping[UUID, str]) -> bool:
    """Whether the picture was changed after the take was made from it."""
    if found.asset is None or found.made_from is None:
        return False
    if not view.follows or view.before is None:
        return bool(view.shot.still_id) and found.made_from != view.shot.still_id
    shown = view.before.shown
    origin = origins.get(found.made_from)
    return bool(shown and shown.asset and origin != f"frame:{shown.asset.pk}")


def _has_other_voice(view: ShotView, found: TakeView) -> bool:
    """Whether another voice, or another part of it, was given to who speaks since."""
    shot = view.shot
    if found.asset is None or found.spoken is None or not view.speaks or shot.voice_id is None:
        return False
    if found.spoken != shot.voice_id or found.job is None:
        return found.spoken != shot.voice_id
    said = found.job.params
    same_start = _is_same(said.get("trim_start") or 0.0, shot.voice_start or 0.0)
    return not (same_start and _is_same(said.get("trim_end"), shot.voice_end))


def _is_same(one: float | None, other: float | None) -> bool:
    """Of seconds; models take them less finely than shots."""
    return one == other if one is None or other is None else abs(one - other) < 0.01


def numbers(shots: Iterable[ShotView]) -> str:
    """'2, 3 and 7'."""
    return str(get_text_list([str(s.number) for s in shots], "and"))
