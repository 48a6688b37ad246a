"""Which files the trash keeps for open jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assets.models import Asset
from studio import jobs
from studio.jobs import needed
from studio.models import Job

Order = Callable[..., Job]


@pytest.mark.parametrize("few", [0, 10], ids=["among many", "among few"])
def test_only_what_a_job_works_on_is_held(
    few: int, order: Order, cat: Asset, still: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the jobs are searched; that a text speaks of a file is no need of it."""
    monkeypatch.setattr(needed, "FEW", few)
    job = order()
    Job.objects.filter(pk=job.pk).update(params={**job.params, "note": f"like {still.pk}"})
    assert needed.held([cat.pk, still.pk]) == {cat.pk: f"the job “{job.title}” needs it"}
    jobs.cancel(job)
    assert needed.held([cat.pk, still.pk]) == {}


def test_a_file_of_many_jobs_is_found_at_the_first(
    order: Order, cat: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One picture may be in all of ten thousand rows."""
    for number in range(5):
        order(key=f"job {number}", strength=number)
    read = []
    known = needed.asset_ids

    def counted(*said: Any) -> list[str]:
        read.append(said)
        return known(*said)

    monkeypatch.setattr(needed, "asset_ids", counted)
    assert list(needed.held([cat.pk])) == [cat.pk]
    assert len(read) == 1
