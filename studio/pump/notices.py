"""Webhooks, as the pump takes them: whom to ask, and of whom nobody knew whose they were."""

from __future__ import annotations

from django.db import transaction

from studio import jobs
from studio.models import Job, Notice, State
from studio.pump.errands import Answer
from studio.pump.lease import Held
from studio.spec import Status, Update

MANY = 1000
# Where an earlier start may have been accepted without our knowing.
FINDABLE = (State.UNKNOWN, State.REVIEW, State.QUEUED)


def take(held: Held) -> list[Job]:
    """The jobs that are to be asked about now; each once, however much came about it, or a flood
    of news would keep the pump from everything else. Raises Fenced."""
    # News may be quicker than the answer to the submit, which it then stands in for.
    new = Notice.objects.filter(taken=False).exclude(job__state=State.SUBMITTING)
    found = list(new.select_related("job", "job__own_key").order_by("pk")[:MANY])
    if not found:
        return []
    first: dict[object, Notice] = {}
    for notice in found:
        first.setdefault(notice.job_id, notice)
    with transaction.atomic():
        held.renew()
        Notice.objects.filter(pk__in=[notice.pk for notice in found]).update(taken=True)
        return [job for notice in first.values() if (job := _meant(notice))]


def _meant(notice: Notice) -> Job | None:
    """The job that it is about, with the name that its provider has for it."""
    job = notice.job
    if job is None or job.is_terminal or job.state == State.FETCHING:
        return None
    if not job.provider_ref and job.state in FINDABLE:
        if notice.ref:
            if job.state == State.QUEUED:  # it was to be sent again, and need not be
                Job.objects.filter(pk=job.pk).update(suspense=0)
            jobs.apply(job, Update(Status.RUNNING, ref=notice.ref))
        elif job.results and job.state != State.QUEUED:
            jobs.apply(job, Update(Status.SUCCEEDED, outputs=jobs.kept(job)))
        job.refresh_from_db()
    return job if job.provider_ref else None


def leave(answer: Answer) -> None:
    """For whoever works the pump now. It may decide nothing, but the name that a provider gave to
    work of unknown outcome is worth as much as a webhook, and a result that it gave at once is all
    that there is of it."""
    update = answer.update
    with transaction.atomic():
        if update and (update.ref or jobs.keep(answer.job, answer.fence, update)):
            Notice.objects.get_or_create(
                provider=answer.access.provider.key,
                delivery=f"late {answer.job}.{answer.fence}",
                defaults={"job_id": answer.job, "ref": update.ref},
            )
