"""How a batch stands and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assets.models import Asset
from billing.models import CREDIT, User
from studio import batches, jobs
from studio.models import Batch, BatchRow, Job
from tests.batches.conftest import MARK, MOVE, SMALL
from tests.batches.sheets import at_work, fail, job_of, succeed

pytestmark = pytest.mark.usefixtures("adds_up", "rich")
Draft = Callable[..., Batch]


@pytest.fixture
def begun(draft: Draft, alice: User) -> Draft:
    def make(*args: Any, **kwargs: Any) -> Batch:
        batch = draft(*args, **kwargs)
        batches.start(batch, alice, without_wrong=True)
        jobs.dispatch()
        return batch

    return make


def took(batch: Batch, number: int, seconds: float) -> None:
    """The job of a row took so long."""
    job = job_of(batch, number)
    assert job.finished
    begun = job.finished - timedelta(seconds=seconds)
    Job.objects.filter(pk=job.pk).update(started=begun)


def test_what_came_of_each_row(begun: Draft, cat: Asset, pictures: list[Asset]) -> None:
    rows = [(str(cat.pk), "1"), (str(cat.pk), "2"), (str(cat.pk), "900")]
    batch = begun(rows=rows)
    succeed(batch, 1, pictures[0], pictures[1])
    took(batch, 1, 2.5)
    fail(batch, 2, error="Too dark.")
    good, bad, wrong = batches.results(batch)
    assert (good.number, good.line, good.cells) == (1, 2, [str(cat.pk), "1"])
    assert (good.state, good.cost, good.seconds) == ("done", 12 * CREDIT, 2.5)
    assert good.assets == [str(pictures[0].pk), str(pictures[1].pk)]
    assert (bad.state, bad.cost, bad.error, bad.assets) == ("failed", 0, "Too dark.", [])
    assert (wrong.state, "most is 100" in wrong.error) == ("wrong", True)


def test_of_a_chain_the_last_step_counts(begun: Draft, pictures: list[Asset]) -> None:
    steps = [MARK, {**MOVE, "params": SMALL}]
    batch = begun(steps=steps, rows=[("Pear",), ("Fig",)], columns=("image",), at_once=2)
    succeed(batch, 1, pictures[1])
    succeed(batch, 2, pictures[1])
    at_work(batch)
    succeed(batch, 1, pictures[2], step=1)
    fail(batch, 2, step=1)
    first, second = batches.results(batch)
    assert (first.assets, first.state) == ([str(pictures[2].pk)], "done")
    assert (second.assets, second.state, second.error) == ([], "failed", "It broke.")


def test_rows_stream_in_as_they_end(begun: Draft) -> None:
    batch = begun(4, at_once=4)
    before = timezone.now()
    succeed(batch, 3)
    fail(batch, 1)
    assert [row.number for row in batches.newest(batch)] == [1, 3]
    assert [row.number for row in batches.newest(batch, before)] == [1, 3]
    last = BatchRow.objects.get(batch=batch, number=1).ended
    assert batches.newest(batch, last) == []
    assert batches.counts(batch) == {"done": 1, "failed": 1, "running": 2}


def test_the_end_is_reckoned_from_its_own_rows(begun: Draft) -> None:
    batch = begun(8, at_once=1)
    assert batches.eta(batch) is None
    for number, seconds in enumerate((10.0, 20.0, 60.0), start=1):
        assert batches.eta(batch) is None, "nothing is invented"
        succeed(batch, number)
        took(batch, number, seconds)
    found = batches.eta(batch)
    assert found == batches.Eta(usual=5 * 20.0, slow=5 * 60.0)
    batches.set_options(batch, at_once=2)
    again = batches.eta(batch)
    assert again
    assert again.usual == 2.5 * 20


def test_nothing_is_left_to_reckon(begun: Draft) -> None:
    batch = begun(3, at_once=3)
    for number in (1, 2, 3):
        succeed(batch, number)
        took(batch, number, 1)
    assert batches.eta(batch) is None


def test_a_look_costs_few_queries(begun: Draft, django_assert_max_num_queries: Any) -> None:
    batch = begun(8, at_once=4)
    for number in (1, 2, 3):
        succeed(batch, number)
    with django_assert_max_num_queries(6):
        batches.counts(batch)
        batches.eta(batch)
