"""Files that jobs still need: the trash keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from assets.models import Asset
from studio import catalogue
from studio.jobs.sources import asset_ids
from studio.models import Job
from studio.models.job import TERMINAL


def held(ids: Sequence[UUID]) -> dict[UUID, str]:
    """{asset: why it must stay} for those of `ids` that a job waits for or works on."""
    wanted = {str(pk): pk for pk in ids}
    accounts = Asset.objects.filter(pk__in=ids).values("account")
    found: dict[UUID, str] = {}
    open_jobs = Job.objects.filter(account__in=accounts).exclude(state__in=TERMINAL)
    for job in open_jobs.only("operation", "params", "title"):
        if operation := catalogue.operations().get(job.operation):
            for pk in asset_ids(operation, job.params):
                if pk in wanted:
                    found[wanted[pk]] = f"the job “{job.title}” needs it"
    return found
