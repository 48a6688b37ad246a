"""Files that jobs still need: the trash keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from assets.models import Asset
from studio import catalogue
from studio.jobs.sources import asset_ids
from studio.models import Job
from studio.models.job import TERMINAL

# Of another client than the file's, of which nothing is told to who works for that one alone.
A_JOB = "a job needs it"


def held(ids: Sequence[UUID]) -> dict[UUID, str]:
    """{asset: why it must stay} for those of `ids` that a job waits for or works on."""
    wanted = {str(pk): pk for pk in ids}
    clients = dict(Asset.objects.filter(pk__in=ids).values_list("pk", "client"))
    accounts = Asset.objects.filter(pk__in=ids).values("account")
    found: dict[UUID, str] = {}
    open_jobs = Job.objects.filter(account__in=accounts).exclude(state__in=TERMINAL)
    for job in open_jobs.only("operation", "params", "title", "client"):
        if operation := catalogue.operations().get(job.operation):
            for pk in asset_ids(operation, job.params):
                if pk in wanted:
                    known = clients.get(wanted[pk]) in (None, job.client_id)
                    found[wanted[pk]] = f"the job “{job.title}” needs it" if known else A_JOB
    return found
