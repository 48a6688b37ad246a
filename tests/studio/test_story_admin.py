"""What an operator sees of stories, and that nothing is edited there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assets.models import Asset
from billing.models import Account, User
from studio.models import Job, Shot, Story, Take
from studio.stories import edit

MODELS = ("story", "scene", "shot", "take")


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    User.objects.create_superuser("root", password="a long password")
    client.login(username="root", password="a long password")
    return client


@pytest.fixture
def story(account: Account, alice: User, order: Callable[..., Job]) -> Story:
    """One shot with a picture and a take that is being made; one shot with nothing."""
    made = edit.create(
        account, alice, {"title": "The lighthouse"}, [({"title": "Island"}, [{"title": "A"}, {}])]
    )
    shot, job = Shot.objects.filter(scene__story=made)[0], order()
    shot.still = Asset.objects.get(pk=job.params["image"])
    shot.save()
    Take.objects.create(shot=shot, job=job, still=shot.still, words="Pan left.")
    made.films.add(job)
    return made


def row(story: Story, model: str) -> Story | Shot | Take:
    shot = Shot.objects.filter(scene__story=story)[0]
    return {"story": story, "scene": shot.scene, "shot": shot, "take": shot.takes.get()}[model]


@pytest.mark.parametrize("model", MODELS)
def test_lists_are_found_by_the_storys_title(operator: Client, story: Story, model: str) -> None:
    address = reverse(f"admin:studio_{model}_changelist")
    found = operator.get(address, {"q": "lighthouse"})
    assert found.status_code == 200
    assert len(found.context["cl"].result_list) == (2 if model == "shot" else 1)
    assert len(operator.get(address, {"q": "windmill"}).context["cl"].result_list) == 0


@pytest.mark.parametrize(
    ("model", "filters", "count"),
    [
        ("story", {"trash": "yes"}, 0),
        ("story", {"trash": "no"}, 1),
        ("story", {"paced__exact": "1"}, 0),
        ("shot", {"linked__exact": "0"}, 2),
        ("take", {"job__state__exact": "queued"}, 1),
        ("take", {"job__state__exact": "failed"}, 0),
    ],
)
def test_filters(
    operator: Client, story: Story, model: str, filters: dict[str, str], count: int
) -> None:
    found = operator.get(reverse(f"admin:studio_{model}_changelist"), filters)
    assert len(found.context["cl"].result_list) == count


def test_deleted_stories_are_still_seen(operator: Client, story: Story) -> None:
    Story.objects.filter(pk=story.pk).update(trashed=timezone.now())
    found = operator.get(reverse("admin:studio_story_changelist"), {"trash": "yes"})
    assert [s.pk for s in found.context["cl"].result_list] == [story.pk]


@pytest.mark.parametrize("model", MODELS)
def test_a_row_links_to_jobs_and_assets(operator: Client, story: Story, model: str) -> None:
    page = operator.get(reverse(f"admin:studio_{model}_change", args=[row(story, model).pk]))
    assert page.status_code == 200
    text = page.content.decode()
    shot = Shot.objects.filter(scene__story=story)[0]
    take = shot.takes.get()
    job = reverse("admin:studio_job_change", args=[take.job_id])
    picture = reverse("admin:assets_asset_change", args=[shot.still_id])
    assert (job in text) == (model != "scene")
    assert (picture in text) == (model != "story")


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_added_changed_or_deleted(operator: Client, story: Story, model: str) -> None:
    one = row(story, model)
    assert operator.get(reverse(f"admin:studio_{model}_add")).status_code == 403
    change = operator.post(reverse(f"admin:studio_{model}_change", args=[one.pk]), {"title": "X"})
    assert change.status_code == 403
    gone = operator.post(reverse(f"admin:studio_{model}_delete", args=[one.pk]), {"post": "yes"})
    assert gone.status_code == 403
    assert type(one).objects.filter(pk=one.pk).exists()
    assert Story.objects.get(pk=story.pk).title == "The lighthouse"


def test_words_of_a_person_are_no_markup(operator: Client, story: Story) -> None:
    Story.objects.filter(pk=story.pk).update(title="<script>alert(1)</script>")
    text = operator.get(reverse("admin:studio_shot_changelist")).content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text
