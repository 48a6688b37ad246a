"""Shots that are ordered together and take turns, and the queue by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from assets.models import Asset
from billing.models import CREDIT
from studio import catalogue, tasks
from studio.jobs import Doer, Wanted
from studio.jobs.state import end
from studio.models import Job, State

PRICE = 12 * CREDIT
SMALL = {"width": 64, "height": 64, "duration": 1, "fps": 24, "format": "mp4"}
MOVE = {"motion": "zoom", "direction": "in", "strength": 50, "easing": "linear"}


def wanted(picture: Asset, after: Any = None, offer: str = "paper-motion") -> Wanted:
    params = {"image": str(picture.pk), "focus": [0.5, 0.5], **MOVE, **SMALL}
    doer = Doer(catalogue.all_offers()[offer], params)
    begins_with = "" if after is None else "image"
    return Wanted((doer,), "A shot", after=after, begins_with=begins_with)


def fresh(*found: Job) -> list[Job]:
    return [Job.objects.get(pk=job.pk) for job in found]


def waits(*found: Job) -> list[bool]:
    return [job.waits for job in fresh(*found)]


def succeed(job: Job, video: Asset | None = None) -> None:
    Job.objects.filter(pk=job.pk).update(state=State.FETCHING)
    (now,) = fresh(job)
    assert end(now, State.SUCCEEDED, outputs=[str(video.pk)] if video else [])


def fail(job: Job) -> None:
    (now,) = fresh(job)
    assert end(now, State.FAILED, error="It broke.")


def hints(name: str = "turn") -> list[str]:
    """The ids that wait in the queue for that task (“” where it has none); they are taken off."""
    found = []
    for row in OrmQ.objects.order_by("id"):
        said = SignedPackage.loads(row.payload)
        if said["func"] == f"studio.tasks.{name}":
            found.append(said["args"][0] if said["args"] else "")
            row.delete()
    return found


def deliver(name: str = "turn") -> list[str]:
    found = hints(name)
    for pk in found:
        getattr(tasks, name)(pk)
    return found


def a_minute_passes() -> None:
    Job.objects.exclude(lease=None).update(lease=timezone.now() - timedelta(seconds=1))
