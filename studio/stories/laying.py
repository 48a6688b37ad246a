"""Listening to the track of a story, and laying its shots over it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django_q.tasks import async_task

from assets import services as assets
from assets.models import Asset
from studio.engine import EngineError
from studio.engine.beats import Pace, heard
from studio.models import Scene, Shot, Story
from studio.stories import edit, pace
from studio.stories.board import read

SURE = 0.3
"""Confidence from which beats are believed in."""


def listen(story: Story) -> None:
    """Have the track measured in the background, if it is not yet."""
    if story.track_id and story.pace is None:
        async_task("studio.tasks.listen", str(story.pk), cluster="work")


def measure(story_id: str | UUID) -> None:
    """Called by a hint: hear the track and note what was found."""
    story = Story.objects.filter(pk=story_id, pace__isnull=True).select_related("track").first()
    if story is None or story.track is None:
        return
    found = _measured(story.track)
    Story.objects.filter(pk=story.pk, track=story.track, pace__isnull=True).update(pace=found)


def _measured(track: Asset) -> dict[str, Any]:
    Path(settings.WORK_DIR).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="track-", dir=settings.WORK_DIR) as folder:
        try:
            found = heard(assets.local_copy(track, Path(folder)))
        except (EngineError, assets.Refused) as error:
            return {"problem": str(error)}
    return {
        "seconds": round(found.seconds, 3),
        "bpm": round(found.bpm, 1) if found.bpm else None,
        "confidence": round(found.confidence, 2),
        "beats": [round(beat, 3) for beat in found.beats],
        "loudness": [[round(v, 3) for v in part] for part in found.loudness],
        "changes": [round(change, 3) for change in found.changes],
        "silent": found.silent,
    }


def pace_of(story: Story) -> Pace | None:
    """What was heard in the track; None as long as that is not known."""
    said = story.pace
    if not said or "problem" in said:
        return None
    return Pace(
        seconds=said["seconds"],
        bpm=said["bpm"],
        confidence=said["confidence"],
        beats=tuple(said["beats"]) if said["confidence"] >= SURE else (),
        loudness=tuple((a, b, level) for a, b, level in said["loudness"]),
        changes=tuple(said["changes"]),
        silent=said["silent"],
    )


def suits(story: Story) -> pace.Count | None:
    """How many scenes and shots the track suits, as long as the story has none that say
    anything; else None."""
    found = pace_of(story)
    if found is None or found.silent:
        return None
    told = Shot.objects.filter(scene__story=story).exclude(facts={}).exists()
    return None if told else pace.proposed_count(found.seconds)


def storyboard(story: Story) -> str:
    """Empty scenes and shots, as many as suit the track, laid over it; what was done, in words.
    Raises edit.NotChanged where the story says something already."""
    count = suits(story)
    if count is None:
        raise edit.NotChanged("The story has shots already, or its track is not known yet.")
    with transaction.atomic():
        story.scenes.all().delete()
        for place in range(1, count.sequences + 1):
            scene = Scene.objects.create(story=story, place=place)
            first, last = (count.shots * at // count.sequences for at in (place - 1, place))
            Shot.objects.bulk_create(Shot(scene=scene, place=n) for n in range(1, last - first + 1))
        return lay(story)


def lay(story: Story) -> str:
    """Lay the shots over the whole track, each cut on the nearest beat where there is one near;
    what was done, in words. Where nothing is said of a shot's energy, the track says it. Raises
    edit.NotChanged."""
    found = pace_of(story)
    if found is None:
        problem = (story.pace or {}).get("problem")
        raise edit.NotChanged(problem or "The track is still being listened to. Try again soon.")
    shots = read(story).shots
    wishes = [float(view.shot.facts.get("seconds") or view.seconds) for view in shots]
    if not wishes:
        raise edit.NotChanged("The story has no shots yet. Add one.")
    spans = pace.snapped(wishes, found, total=found.seconds)
    energies = pace.energies(spans, found)
    with transaction.atomic():
        for view, (start, end), energy in zip(shots, spans, energies, strict=True):
            facts = {**view.shot.facts, "start": round(start, 3), "end": round(end, 3)}
            facts.setdefault("energy", round(energy, 2))
            Shot.objects.filter(pk=view.shot.pk).update(facts=facts)
        Story.objects.filter(pk=story.pk).update(paced=True)
        edit.touch(story)
    on_beat = sum(1 for _, end in spans[:-1] if any(abs(end - b) < 0.02 for b in found.beats))
    words = f"{len(spans)} shots lie over {found.seconds:.1f} s of sound"
    return f"{words}, {on_beat} of {len(spans) - 1} cuts on a beat." if found.beats else f"{words}."
