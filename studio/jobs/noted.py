"""What of jobs is in the audit log."""

from __future__ import annotations

from billing import audit_log
from billing.services import as_credits
from studio.models import Job


def spending(job: Job) -> None:
    """What costs somebody something; what is done here for nothing is in the list of jobs."""
    if not (job.most or job.own_key_id):
        return
    pays = "credits" if job.most else "a key of the account"
    audit_log.write(
        job.account,
        "spending.retried" if job.retry_of_id else "spending.ordered",
        job.title or job.operation,
        job=job.pk,
        model=job.offer,
        price=as_credits(job.quote),
        paid_with=pays,
        asked_by=job.user,
    )
