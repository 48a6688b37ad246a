"""Stories: scenes and shots, and the takes that were made of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from assets.models import Asset
from billing.ids import uuid7
from billing.models import Account
from billing.owned import Owned, OwnedQuerySet
from studio.models.job import Job


class StoryQuerySet(OwnedQuerySet["Story"]):
    def live(self) -> StoryQuerySet:
        return self.filter(trashed__isnull=True)


class Story(Owned):
    """A film in the making. `facts` are what studio.stories.fields declares of a story.

    `track` is the sound under all of it, `pace` what was measured in that: {"seconds", "bpm",
    "beats", "loudness"} (studio.engine.beats), with the digest of the file that it is of. `paced`
    says that shots lie where they should be on the track. `at_once` is how many shots are made at
    the same time. `sound` is what the film is heard with besides the track.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="stories")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    title = models.CharField(max_length=200)
    facts = models.JSONField(default=dict, blank=True)
    track = models.ForeignKey(
        Asset, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    pace = models.JSONField(null=True, blank=True)
    paced = models.BooleanField(default=False)
    at_once = models.PositiveSmallIntegerField(default=2)
    offer = models.CharField(max_length=60, blank=True, help_text="Who animates a shot usually")
    voice_offer = models.CharField(max_length=60, blank=True, help_text="Who makes faces speak")
    films: models.ManyToManyField[Job, models.Model] = models.ManyToManyField(
        Job, blank=True, related_name="stories"
    )
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    trashed = models.DateTimeField(null=True, blank=True)

    objects = StoryQuerySet.as_manager()

    class Meta:
        ordering = ["-updated", "-id"]
        verbose_name_plural = "stories"
        indexes = [models.Index(fields=["account", "-updated", "-id"])]

    def __str__(self) -> str:
        return self.title


class Scene(models.Model):
    """Some shots that belong together, the `place`th of its story."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="scenes")
    place = models.PositiveIntegerField()
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["place", "id"]

    def __str__(self) -> str:
        return str(self.facts.get("title") or f"Scene {self.place}")


class Shot(models.Model):
    """A picture that moves, or speaks, for some seconds.

    `still` is what it begins with, `drawn` the job that makes one; `linked` says that it is the
    last frame of the shot before it instead. `mask`, of the still's size, is white where who speaks
    may move. `voice` is what is spoken in a shot that speaks, from
    `voice_start` to `voice_end` seconds. `offer` is who makes it, empty being the story's own;
    `settings` are params for that model which the facts do not give. `chosen` is the take that the
    film shows; without one it is the newest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="shots")
    place = models.PositiveIntegerField()
    facts = models.JSONField(default=dict, blank=True)
    still = models.ForeignKey(
        Asset, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    drawn = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    linked = models.BooleanField(default=False)
    mask = models.ForeignKey(
        Asset, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    voice = models.ForeignKey(
        Asset, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    voice_start = models.FloatField(null=True, blank=True)
    voice_end = models.FloatField(null=True, blank=True)
    offer = models.CharField(max_length=60, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    chosen = models.ForeignKey(
        "Take", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["scene__place", "place", "id"]

    def __str__(self) -> str:
        return str(self.facts.get("title") or f"Shot {self.place}")


class Take(models.Model):
    """A film of a shot: what a job makes, or a video of the library. `still` is the picture it was
    made from; for a linked shot that is known once the shot before it is there. `voice` is what is
    spoken in it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shot = models.ForeignKey(Shot, on_delete=models.CASCADE, related_name="takes")
    job = models.OneToOneField(
        Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="take"
    )
    asset = models.ForeignKey(
        Asset, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    still = models.ForeignKey(
        Asset, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    voice = models.ForeignKey(
        Asset, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    words = models.TextField(blank=True, help_text="The motion prompt that it was made with")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return f"take of {self.shot_id}"
