"""Stories for the operator: what there is, which jobs made it, which files it uses."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing.admin import ReadOnly
from studio.admin import Lines
from studio.models import Scene, Shot, Story, Take
from studio.office.links import asset_link, job_link, link


class InTrash(admin.SimpleListFilter):
    title = "trash"
    parameter_name = "trash"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Deleted"), ("no", "There")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Story]) -> QuerySet[Story]:
        if self.value() is None:
            return queryset
        return queryset.filter(trashed__isnull=self.value() == "no")


class Scenes(Lines):
    model = Scene
    fields = ("place", "facts")
    readonly_fields = fields
    show_change_link = True


class Shots(Lines):
    model = Shot
    fields = ("place", "facts", "picture", "linked", "offer")
    readonly_fields = fields
    show_change_link = True

    @admin.display(description="picture")
    def picture(self, shot: Shot) -> SafeString | str:
        return asset_link(shot.still)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shot]:
        return super().get_queryset(request).select_related("still")


class Takes(Lines):
    model = Take
    fk_name = "shot"
    fields = ("created", "made_by", "video", "began_with", "words")
    readonly_fields = fields
    show_change_link = True

    @admin.display(description="job")
    def made_by(self, take: Take) -> SafeString | str:
        return job_link(take.job)

    @admin.display(description="video")
    def video(self, take: Take) -> SafeString | str:
        return asset_link(take.asset)

    @admin.display(description="picture")
    def began_with(self, take: Take) -> SafeString | str:
        return asset_link(take.still)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Take]:
        return super().get_queryset(request).select_related("job", "asset", "still")


@admin.register(Story)
class StoryAdmin(ReadOnly):
    list_display = ("title", "account", "user", "shots", "paced", "updated", "trashed")
    list_filter = (InTrash, "paced", "created")
    search_fields = ("id", "title", "account__name")
    list_select_related = ("account", "user")
    date_hierarchy = "created"
    fields = (
        "id",
        "title",
        "account",
        "user",
        "facts",
        "sound",
        "paced",
        "at_once",
        "offer",
        "voice_offer",
        "made",
        "created",
        "updated",
        "trashed",
    )
    inlines = (Scenes,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Story]:
        found: QuerySet[Story] = super().get_queryset(request)
        return found.annotate(shot_count=Count("scenes__shots"))

    @admin.display(description="shots", ordering="shot_count")
    def shots(self, story: Any) -> int:
        return int(story.shot_count)

    @admin.display(description="track")
    def sound(self, story: Story) -> SafeString | str:
        return asset_link(story.track)

    @admin.display(description="films")
    def made(self, story: Story) -> SafeString | str:
        return _listed([job_link(job) for job in story.films.order_by("-created")[:20]])


def _listed(links: list[SafeString | str]) -> SafeString | str:
    found: SafeString | str = ""
    for one in links:
        found = format_html("{}{}<br>", found, one)
    return found


@admin.register(Scene)
class SceneAdmin(ReadOnly):
    list_display = ("__str__", "story", "place")
    search_fields = ("id", "story__id", "story__title", "story__account__name")
    list_select_related = ("story",)
    inlines = (Shots,)


@admin.register(Shot)
class ShotAdmin(ReadOnly):
    list_display = ("__str__", "story", "place", "picture", "linked", "offer")
    list_filter = ("linked", "offer")
    search_fields = ("id", "scene__story__id", "scene__story__title", "scene__story__account__name")
    list_select_related = ("scene__story", "still")
    fields = (
        "id",
        "story",
        "scene",
        "place",
        "facts",
        "picture",
        "picture_job",
        "linked",
        "sound",
        "voice_start",
        "voice_end",
        "offer",
        "settings",
        "chosen",
    )
    inlines = (Takes,)

    @admin.display(description="story", ordering="scene__story__title")
    def story(self, shot: Shot) -> SafeString | str:
        return link("studio_story", shot.scene.story, shot.scene.story.title)

    @admin.display(description="picture")
    def picture(self, shot: Shot) -> SafeString | str:
        return asset_link(shot.still)

    @admin.display(description="picture's job")
    def picture_job(self, shot: Shot) -> SafeString | str:
        return job_link(shot.drawn)

    @admin.display(description="voice")
    def sound(self, shot: Shot) -> SafeString | str:
        return asset_link(shot.voice)


@admin.register(Take)
class TakeAdmin(ReadOnly):
    list_display = ("story", "shot", "made_by", "video", "created")
    list_filter = ("job__state", "job__provider", "created")
    search_fields = (
        "id",
        "shot__id",
        "job__id",
        "job__title",
        "shot__scene__story__title",
        "shot__scene__story__account__name",
    )
    list_select_related = ("shot__scene__story", "job", "asset")
    fields = ("id", "story", "shot", "made_by", "video", "began_with", "words", "created")

    @admin.display(description="story", ordering="shot__scene__story__title")
    def story(self, take: Take) -> SafeString | str:
        return link("studio_story", take.shot.scene.story, take.shot.scene.story.title)

    @admin.display(description="job")
    def made_by(self, take: Take) -> SafeString | str:
        return job_link(take.job)

    @admin.display(description="video")
    def video(self, take: Take) -> SafeString | str:
        return asset_link(take.asset)

    @admin.display(description="picture")
    def began_with(self, take: Take) -> SafeString | str:
        return asset_link(take.still)
