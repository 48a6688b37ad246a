"""A story that was read from text, as rows; and rows as a story that can be read again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction

from assets.models import Asset
from billing.models import Account, User
from studio.fields import shown
from studio.models import Story
from studio.stories import edit, laying
from studio.stories.draft import SceneDraft, ShotDraft, StoryDraft
from studio.stories.podcast import Segment

SPEAKERS = 8


def problems_of_speakers(
    speakers: Sequence[str], portraits: Collection[str]
) -> list[tuple[str, str]]:
    """What keeps an episode from being made, as (field, message)."""
    if not speakers:
        return [("times", "times: Nobody speaks in it. Write when and who, as “00:06 Ben”.")]
    if len(speakers) > SPEAKERS:
        words = f"There are {len(speakers)} speakers; the most is {SPEAKERS}. Check their names."
        return [("times", words)]
    missing = [
        (f"portraits.{name}", f"There is no portrait of {name}. Give the id of a picture.")
        for name in speakers
        if name not in portraits
    ]
    strange = [
        (f"portraits.{name}", f"Nobody of the name {shown(name)} speaks. Leave that picture out.")
        for name in portraits
        if name not in speakers
    ]
    return missing + strange


def build(account: Account, user: User | None, draft: StoryDraft) -> Story:
    """The story of a draft. Raises edit.NotChanged."""
    scenes = [(scene.fields, [shot.fields for shot in scene.shots]) for scene in draft.scenes]
    return edit.create(account, user, draft.fields, scenes or [({}, [{}])])


def draft_of(story: Story) -> StoryDraft:
    """The facts of all of it, without pictures, voices and takes."""
    scenes = story.scenes.prefetch_related("shots")
    return StoryDraft(
        {**story.facts, "title": story.title},
        [
            SceneDraft(dict(scene.facts), [ShotDraft(dict(s.facts)) for s in scene.shots.all()])
            for scene in scenes
        ],
    )


def podcast(
    account: Account,
    user: User | None,
    title: str,
    audio: Asset,
    segments: Sequence[Segment],
    portraits: dict[str, Asset],
) -> Story:
    """An episode: each segment a shot in which the portrait of its speaker speaks that part of
    the audio, which is the track of the film as well."""
    shots: list[dict[str, Any]] = [
        {
            "title": segment.speaker[:200],
            "narration": segment.text or None,
            "start": segment.start,
            "end": segment.end,
            "seconds": round(segment.end - segment.start, 3),
        }
        for segment in segments
    ]
    with transaction.atomic():
        story = edit.create(
            account,
            user,
            {"title": title},
            [({"kind": "voice-over"}, shots)],
            track=audio,
            paced=True,
        )
        edit.join(story, audio, *portraits.values())
    rows = [shot for scene in story.scenes.all() for shot in scene.shots.all()]
    for shot, segment in zip(rows, segments, strict=True):
        shot.still, shot.voice = portraits.get(segment.speaker), audio
        shot.voice_start, shot.voice_end = segment.start, segment.end
        shot.save(update_fields=["still", "voice", "voice_start", "voice_end"])
    laying.listen(story)
    return story
