"""Batches in each state of a set, with what is kept for other tables and what nobody has seen."""

from __future__ import annotations

from assets.models import Asset
from studio import jobs
from studio.models import BatchRow, BatchState, Job, RowState
from tests.access.stand import Set
from tests.api.batching import batch_of, in_state, kept_of

STATES = {
    "batch": BatchState.DRAFT,
    "going": BatchState.RUNNING,
    "paused": BatchState.PAUSED,
    "stopped": BatchState.STOPPED,
    "broken": BatchState.DONE,
    "finished": BatchState.DONE,
}


def batched(made: Set) -> None:
    word, account = made.word, made.account
    mask = Asset.objects.get(pk=made.here["mask"])
    for name, state in STATES.items():
        batch = in_state(batch_of(account, made.user, mask, word=word), state)
        made.note(**{name: batch})
    finished = BatchRow.objects.get(batch=made.here["finished"])
    BatchRow.objects.filter(pk=finished.pk).update(state=RowState.DONE)
    Job.objects.filter(pk=made.here["succeeded"]).update(batch=finished.batch, row=finished)
    jobs.tell(made.here["finished"], "done")
    shared = word == "qfree"
    template, mapping = kept_of(account, "for all" if shared else word)
    if shared:
        made.here |= {"template": template.pk, "mapping": mapping.pk}
    else:
        made.note(template=template, mapping=mapping)
