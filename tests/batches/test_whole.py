"""From a sheet to results in the library, with real work of this computer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assets.models import Asset
from billing.models import CREDIT, Account, User
from studio import batches, catalogue, jobs
from studio.models import Batch, BatchState, Job, State
from studio.operations import finishing
from tests.batches.conftest import MARK, MOVE, SMALL, UPSCALE
from tests.batches.sheets import job_of, problems, states, work_off

pytestmark = pytest.mark.usefixtures("adds_up")
Draft = Callable[..., Batch]


@pytest.fixture(autouse=True)
def slots(settings: Any) -> None:
    settings.RENDER_SLOTS = 4


def test_a_chain_is_done_for_every_row(draft: Draft, pictures: list[Asset], alice: User) -> None:
    rows = [(asset.filename, f"Fruit {n}") for n, asset in enumerate(pictures, start=1)]
    batch = draft(
        steps=[UPSCALE, MARK],
        rows=rows,
        columns=("file", "name"),
        mapping={"file": "image", "name": "title"},
    )
    assert problems(batch) == {}
    assert states(batch) == ["ready"] * 3
    plan = batches.plan(batch)
    assert (plan.ready, plan.jobs, plan.blocked, plan.amount) == (3, 6, "", 0)
    assert {share.offer: share.jobs for share in plan.models} == {
        "local-upscale": 3,
        "local-watermark": 3,
    }
    batches.start(batch, alice, agreed=plan.shown, key="a press")
    assert work_off() == 6
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == (BatchState.DONE, ["done"] * 3)
    for number, source in enumerate(pictures, start=1):
        large, marked = job_of(batch, number, 0), job_of(batch, number, 1)
        (made,) = Asset.objects.filter(pk__in=large.outputs)
        (end,) = Asset.objects.filter(pk__in=marked.outputs)
        assert (made.width, end.width) == (2 * (source.width or 0), made.width)
        assert made.title == f"Fruit {number}"
        assert list(end.parents.all()) == [made]
        assert marked.params["image"] == str(made.pk)


def test_the_plan_of_a_chain_reads_no_row_of_work(
    draft: Draft, pictures: list[Asset], django_assert_max_num_queries: Any
) -> None:
    rows = [(asset.filename,) for asset in pictures]
    small = {**MOVE, "params": SMALL}
    batch = draft(steps=[UPSCALE, MARK, small], rows=rows, columns=("file",))
    with django_assert_max_num_queries(16) as asked:
        plan = batches.plan(batch)
    assert {share.offer: (share.jobs, share.amount) for share in plan.models} == {
        "local-upscale": (3, 0),
        "local-watermark": (3, 0),
        "paper-motion": (3, plan.amount),
    }
    assert plan.amount == 36 * CREDIT
    assert not any('"work"' in query["sql"] for query in asked.captured_queries)


def test_each_picture_of_a_pack_goes_on(draft: Draft, pictures: list[Asset], alice: User) -> None:
    pack = {
        "operation": "social-pictures",
        "params": {"formats": ["instagram-story", "youtube-thumbnail"], "mode": "fit"},
    }
    batch = draft(
        steps=[pack, MARK],
        rows=[("Pear",)],
        columns=("picture",),
        mapping={"picture": "image"},
    )
    assert problems(batch) == {}
    batches.start(batch, alice)
    assert work_off() == 3
    assert states(batch) == ["done"]
    first = job_of(batch, 1)
    taken = [job_of(batch, 1, 1, slot).params["image"] for slot in (0, 1)]
    assert taken == first.outputs


def test_a_job_of_a_person_starts_before_the_batch_ends(
    draft: Draft, alice: User, account: Account, cat: Asset, settings: Any
) -> None:
    settings.RENDER_SLOTS = 1
    batch = draft(20, steps=[MARK], columns=("image",), rows=[(str(cat.pk),)] * 20)
    batches.start(batch, alice)
    jobs.dispatch()
    mine, _ = jobs.create(
        account=account,
        user=alice,
        operation=finishing.WATERMARK,
        offer=catalogue.all_offers()["local-watermark"],
        params=job_of(batch, 1).params,
        title="Mine",
    )
    assert work_off(most=4) == 4
    mine.refresh_from_db()
    assert mine.state == State.SUCCEEDED
    assert Job.objects.live().filter(batch=batch).count() == 17


def test_two_batches_share(draft: Draft, alice: User, cat: Asset, settings: Any) -> None:
    settings.RENDER_SLOTS = 1
    rows = [(str(cat.pk),)] * 10
    first, second = (draft(steps=[MARK], columns=("image",), rows=rows) for _ in range(2))
    for batch in (first, second):
        batches.start(batch, alice)
    assert work_off(most=8) == 8
    assert [states(batch).count("done") for batch in (first, second)] == [4, 4]
