"""Rows of a batch that failed, tried once more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils import timezone

from assets.models import Asset
from billing.models import CREDIT, Account, User
from studio import batches, catalogue, jobs
from studio.jobs.state import end
from studio.models import Batch, Job, State
from tests.batches.conftest import MARK, MOVE, SMALL, UPSCALE
from tests.batches.sheets import at_work, fail, held, job_of, states, succeed, told

pytestmark = pytest.mark.usefixtures("adds_up", "rich")
Draft = Callable[..., Batch]
PRICE = 12 * CREDIT


def test_only_what_failed_is_tried_again(begun: Draft, alice: User, account: Account) -> None:
    batch = begun(3, at_once=3)
    succeed(batch, 1)
    fail(batch, 2)
    fail(batch, 3)
    again = batches.plan_retry(batch, None)
    assert (again.rows, again.amount, again.blocked) == (2, 2 * PRICE, "")
    with pytest.raises(batches.TermsChanged):
        batches.retry_failed(batch, alice, agreed="1-1:1:credits")
    assert (held(account), states(batch)) == (0, ["done", "failed", "failed"])
    assert batches.retry_failed(batch, alice, agreed=again.shown).rows == 2
    assert batches.retry_failed(batch, alice).rows == 0, "a second press"
    assert (batch.state, batch.ended, states(batch)) == ("running", None, ["done", "open", "open"])
    assert (at_work(batch), held(account)) == ([2, 3], 2 * PRICE)
    new = job_of(batch, 2)
    assert new.retry_of is not None
    succeed(batch, 2)
    succeed(batch, 3)
    batch.refresh_from_db()
    assert (batch.state, states(batch), batch.ended is None) == ("done", ["done"] * 3, False)
    assert told(batch) == ["done", "done"]


def test_steps_that_were_done_are_not_paid_twice(
    begun: Draft, pictures: list[Asset], alice: User, account: Account
) -> None:
    batch = begun(
        steps=[MARK, {**MOVE, "params": SMALL}],
        rows=[(str(pictures[0].pk),)],
        columns=("image",),
    )
    succeed(batch, 1, pictures[1])
    fail(batch, 1, step=1)
    first, second = job_of(batch, 1), job_of(batch, 1, 1)
    again = batches.retry_failed(batch, alice)
    assert (again.rows, again.amount) == (1, PRICE)
    assert job_of(batch, 1).pk == first.pk
    assert at_work(batch) == [1]
    new = job_of(batch, 1, 1)
    assert (new.retry_of_id, new.after_id) == (second.pk, first.pk)
    assert (new.waits, new.params["image"]) == (False, str(pictures[1].pk))
    succeed(batch, 1, step=1)
    assert states(batch) == ["done"]


@pytest.fixture
def half_done(begun: Draft, pictures: list[Asset]) -> Batch:
    """Of two rows the second step failed; the second picture is what the first step made."""
    batch = begun(
        steps=[UPSCALE, {**MOVE, "params": SMALL}],
        rows=[(str(pictures[0].pk),), (str(pictures[2].pk),)],
        columns=("image",),
    )
    for number in (1, 2):
        succeed(batch, number, pictures[1])
        fail(batch, number, step=1)
    return batch


def test_what_a_step_made_and_is_in_the_trash_is_asked_for(
    half_done: Batch, pictures: list[Asset], alice: User, account: Account
) -> None:
    pictures[1].trashed = timezone.now()
    pictures[1].save(update_fields=["trashed"])
    again = batches.plan_retry(half_done, None)
    assert (again.rows, again.amount, list(again.refused)) == (0, 0, [1, 2])
    words = "“Fig”, which “Pear · 2x” made for this row, is in the trash. Restore it"
    assert words in again.refused[1]
    assert batches.retry_failed(half_done, alice).rows == 0
    assert (states(half_done), held(account)) == (["failed", "failed"], 0)
    Asset.objects.filter(pk=pictures[1].pk).update(trashed=None)
    again = batches.plan_retry(half_done, None)
    assert (again.rows, again.anew, again.amount) == (2, 0, 2 * PRICE)


def test_what_a_step_made_and_is_gone_is_made_again_at_a_price_that_was_told(
    half_done: Batch, pictures: list[Asset], alice: User, account: Account
) -> None:
    first = job_of(half_done, 1)
    Job.objects.filter(pk=first.pk).update(outputs=[str(uuid4())])
    again = batches.plan_retry(half_done, None)
    offers = {share.offer: share.jobs for share in again.models}
    assert (again.rows, again.anew, again.refused) == (2, 1, {})
    assert offers == {"paper-motion": 2, first.offer: 1}
    batches.retry_failed(half_done, alice, agreed=again.shown)
    assert at_work(half_done) == [1, 2]
    made = job_of(half_done, 1)
    assert (made.retry_of_id, made.waits) == (first.pk, False)
    assert job_of(half_done, 1, 1).after_id == made.pk
    succeed(half_done, 1, pictures[1])
    for number in (1, 2):
        succeed(half_done, number, step=1)
    assert (states(half_done), held(account)) == (["done", "done"], 0)


def test_what_is_put_in_the_trash_meanwhile_fails_its_row_with_the_way_out(
    begun: Draft, pictures: list[Asset]
) -> None:
    batch = begun(
        steps=[UPSCALE, {**MOVE, "params": SMALL}],
        rows=[(str(pictures[0].pk),)],
        columns=("image",),
    )
    Asset.objects.filter(pk=pictures[1].pk).update(trashed=timezone.now())
    succeed(batch, 1, pictures[1])
    error = job_of(batch, 1, 1).error
    assert (states(batch), "“Fig”" in error, "Restore it" in error) == (["failed"], True, True)


def test_another_model_for_what_failed(begun: Draft, alice: User, account: Account) -> None:
    batch = begun(2)
    succeed(batch, 1)
    fail(batch, 2)
    again = batches.plan_retry(batch, None, "local-motion")
    assert (again.rows, again.amount) == (1, 0)
    assert [share.offer for share in again.models] == ["local-motion"]
    batches.change_model(batch, "local-motion", alice, agreed=again.shown)
    assert (job_of(batch, 1).offer, job_of(batch, 2).offer) == ("paper-motion", "local-motion")
    assert held(account) == 0
    with pytest.raises(batches.Wrong, match="not offered here"):
        batches.change_model(batch, "nobody", alice)


def test_a_model_that_cannot_do_a_row_says_so_and_leaves_it(
    begun: Draft, alice: User, cat: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = begun(rows=[(str(cat.pk), "40"), (str(cat.pk), "60")])
    fail(batch, 1)
    fail(batch, 2)
    narrow = catalogue.all_offers()["local-motion"]
    offers = catalogue.declared_offers() | {
        "narrow": replace(
            narrow, key="narrow", accepts={**narrow.accepts, "strength": {"high": 50}}
        )
    }
    monkeypatch.setattr(catalogue, "declared_offers", lambda: offers)
    again = batches.change_model(batch, "narrow", alice)
    assert again.rows == 1
    assert list(again.refused) == [2]
    assert "60" in again.refused[2]
    assert states(batch) == ["open", "failed"]


def test_a_single_job_that_is_tried_again_belongs_to_its_row(
    begun: Draft, alice: User, account: Account
) -> None:
    batch = begun(1)
    fail(batch, 1)
    batch.refresh_from_db()
    assert batch.state == "done"
    again, _ = jobs.retry(job_of(batch, 1), alice)
    batch.refresh_from_db()
    assert (again.row_id, states(batch), batch.state) == (
        job_of(batch, 1).row_id,
        ["open"],
        "running",
    )
    succeed(batch, 1)
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == ("done", ["done"])


def test_what_was_canceled_can_be_taken_up_again(begun: Draft, alice: User) -> None:
    batch = begun(3, at_once=1)
    batches.cancel_rest(batch)
    with pytest.raises(batches.NotNow, match="being canceled"):
        batches.retry_failed(batch, alice, canceled=True)
    succeed(batch, 1)
    batch.refresh_from_db()
    assert batches.retry_failed(batch, alice).rows == 0
    assert batches.retry_failed(batch, alice, canceled=True).rows == 2
    assert (batch.state, at_work(batch)) == ("running", [2])


def test_a_step_goes_on_with_what_the_one_before_made_at_its_second_try(
    draft: Draft, alice: User, cat: Asset
) -> None:
    batch = draft(
        steps=[MARK, {**MOVE, "params": SMALL}], rows=[(str(cat.pk),)], columns=("image",)
    )
    batches.start(batch, alice)
    batches.tick()
    first, second = Job.objects.order_by("step")
    jobs.cancel(first)
    second.refresh_from_db()
    assert second.state == State.CANCELED
    again, _ = jobs.retry(first, alice)
    Job.objects.filter(pk=again.pk).update(state=State.FETCHING)
    again.refresh_from_db()
    assert end(again, State.SUCCEEDED, outputs=[str(cat.pk)])
    last, _ = jobs.retry(second, alice)
    jobs.rescue()
    last.refresh_from_db()
    assert (last.waits, last.params["image"]) == (False, str(cat.pk))
