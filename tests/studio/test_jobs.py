"""The promises of a job: it ends, its money moves once, and nobody's news comes twice."""

from __future__ import annotations

import errno
import itertools
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django_q.exceptions import TimeoutException

from assets.models import Asset
from billing.models import CREDIT, Account, Entry, User
from billing.services import InsufficientCredits, verify_ledger
from studio import jobs
from studio.jobs.state import TRANSITIONS, end, move
from studio.models import LIVE, TERMINAL, Attempt, Job, State
from studio.spec import Call, ErrorKind, Output, ProviderError, Status, Update
from tests.studio.conftest import Paper, kinds

PRICE = 12 * CREDIT
Order = Callable[..., Job]


def states(job: Job) -> list[str]:
    return list(job.events.values_list("state", flat=True))


def hand_over(video: Path) -> Callable[[Call], Update]:
    def answer(call: Call) -> Update:
        made = Path(shutil.copy(video, call.folder / "out.mp4"))
        return Update(Status.SUCCEEDED, outputs=(Output(made),))

    return answer


# --- asking ---------------------------------------------------------------------------------------


def test_an_order_is_a_row_a_hold_and_a_line(order: Order, rich: Account, paper: Paper) -> None:
    job = order("paper-motion")
    rich.refresh_from_db()
    assert (job.state, states(job), kinds(job)) == ("queued", ["queued"], ["hold"])
    assert (rich.held, job.quote) == (PRICE, PRICE)


def test_the_same_key_is_the_same_job(order: Order, account: Account) -> None:
    first, second = order(key="a"), order(key="a")
    assert first.pk == second.pk
    assert Job.objects.count() == 1
    assert len(kinds(first)) == 1


def test_a_key_stands_for_one_request(order: Order) -> None:
    order(key="a")
    with pytest.raises(jobs.KeyReused, match="Use a new key"):
        order(key="a", strength=51)
    assert Job.objects.count() == 1


def test_without_credits_nothing_is_written(order: Order, account: Account, paper: Paper) -> None:
    with pytest.raises(InsufficientCredits):
        order("paper-motion")
    assert not Job.objects.exists()
    assert not Entry.objects.exists()


# --- the local road -------------------------------------------------------------------------------


def test_a_picture_becomes_a_video_in_the_library(order: Order, cat: Asset) -> None:
    job = order()
    jobs.start(job.pk)
    job.refresh_from_db()
    made = Asset.objects.get(origin=job.origin)
    assert job.state == State.SUCCEEDED, job.error
    assert states(job) == ["queued", "submitting", "running", "fetching", "succeeded"]
    assert kinds(job) == ["hold", "charge"]
    assert job.outputs == [str(made.pk)]
    assert (made.kind, made.width, made.height, made.fps) == ("video", 64, 64, 24)
    assert made.duration == pytest.approx(1, abs=0.05)
    assert list(made.parents.all()) == [cat]
    assert made.recipe["params"]["strength"] == 50
    assert set(made.tags.values_list("name", flat=True)) == {"image-to-video", "generated"}
    assert made.thumbnail
    assert verify_ledger() == []


def test_the_work_folder_is_gone_afterwards(order: Order, work: Path, settings) -> None:  # type: ignore[no-untyped-def]
    jobs.start(order().pk)
    assert list(Path(settings.WORK_DIR).iterdir()) == []


def test_a_hint_that_comes_three_times_does_the_work_once(
    order: Order, paper: Paper, rich: Account, video: Path
) -> None:
    paper.answers = [hand_over(video)]
    job = order("paper-motion")
    for _ in range(3):
        jobs.start(job.pk)
    job.refresh_from_db()
    rich.refresh_from_db()
    assert len(paper.calls) == 1
    assert job.state == State.SUCCEEDED
    assert kinds(job) == ["hold", "charge"]
    assert (rich.balance, rich.held) == (88 * CREDIT, 0)


def test_a_hint_for_a_job_that_is_not_there_is_nothing(db: None) -> None:
    jobs.start("018f0000-0000-7000-8000-000000000000")


def test_a_source_that_is_gone_fails_with_the_reason(order: Order, cat: Asset) -> None:
    job = order()
    Path(cat.file.path).unlink()
    jobs.start(job.pk)
    job.refresh_from_db()
    cat.refresh_from_db()
    assert (job.state, job.error_kind, kinds(job)) == ("failed", "input", ["hold", "release"])
    assert job.error
    assert cat.status == "damaged"


def test_a_result_that_is_no_video_fails_and_costs_nothing(
    order: Order, paper: Paper, rich: Account
) -> None:
    def rubbish(call: Call) -> Update:
        (call.folder / "out.mp4").write_text("<html>error</html>")
        return Update(Status.SUCCEEDED, outputs=(Output(call.folder / "out.mp4"),))

    paper.answers = [rubbish]
    job = order("paper-motion")
    jobs.start(job.pk)
    job.refresh_from_db()
    rich.refresh_from_db()
    assert (job.state, job.error_kind) == ("failed", "result")
    assert (rich.balance, rich.held) == (100 * CREDIT, 0)
    assert not Asset.objects.filter(origin=job.origin).exists()


def test_success_without_a_result_is_a_failure(order: Order, paper: Paper, rich: Account) -> None:
    paper.answers = [Update(Status.SUCCEEDED)]
    job = order("paper-motion")
    jobs.start(job.pk)
    job.refresh_from_db()
    assert (job.state, kinds(job)) == ("failed", ["hold", "release"])


# --- errors have consequences ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", [ErrorKind.REFUSED, ErrorKind.MODERATED, ErrorKind.INPUT, ErrorKind.NO_CREDIT]
)
def test_a_refusal_ends_the_job_and_returns_the_hold(
    order: Order, paper: Paper, rich: Account, kind: ErrorKind
) -> None:
    paper.answers = [ProviderError("No, because.", kind, detail="code 7")]
    job = order("paper-motion")
    jobs.start(job.pk)
    job.refresh_from_db()
    rich.refresh_from_db()
    assert (job.state, job.error_kind, job.error) == ("failed", kind, "No, because.")
    assert job.error_detail == "code 7"
    assert (rich.balance, rich.held) == (100 * CREDIT, 0)


def test_a_bug_of_ours_is_a_failure_that_names_the_log(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.providers import local

    monkeypatch.setitem(local.RENDERERS, "local-motion", lambda call: 1 / 0)
    job = order()
    jobs.start(job.pk)
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "our side" in job.error
    assert "ZeroDivisionError" in job.error_detail


# --- canceling and trying again -------------------------------------------------------------------


def test_cancel_in_the_queue_is_at_once_and_free(order: Order, paper: Paper, rich: Account) -> None:
    job = jobs.cancel(order("paper-motion"))
    rich.refresh_from_db()
    assert (job.state, rich.held, rich.balance) == ("canceled", 0, 100 * CREDIT)
    jobs.start(job.pk)
    assert paper.calls == []


def test_cancel_while_it_renders_stops_the_renderer(
    order: Order, paper: Paper, rich: Account
) -> None:
    def slowly(call: Call) -> Update:
        jobs.cancel(Job.objects.get())
        for i in range(200):
            call.report(i / 200, "rendering")
            time.sleep(0.01)
        raise AssertionError("was not stopped")

    def stopping(call: Call) -> Update:
        from studio.engine import Stopped

        try:
            return slowly(call)
        except Stopped as stop:
            raise ProviderError("Stopped.", ErrorKind.STOPPED) from stop

    paper.answers = [stopping]
    job = order("paper-motion")
    jobs.start(job.pk)
    job.refresh_from_db()
    rich.refresh_from_db()
    assert (job.state, rich.held, rich.balance) == ("canceled", 0, 100 * CREDIT)


def test_what_has_ended_cannot_be_canceled(order: Order) -> None:
    job = jobs.cancel(order())
    with pytest.raises(jobs.NotPossible, match="already ended: canceled"):
        jobs.cancel(job)


def test_retry_is_a_new_job_linked_to_the_old(order: Order, alice: User) -> None:
    old = jobs.cancel(order())
    new, created = jobs.retry(old, alice)
    again, repeated = jobs.retry(old, alice)
    assert (created, repeated, new.pk == again.pk) == (True, False, True)
    assert (new.retry_of, new.params, new.state) == (old, old.params, "queued")


def test_what_runs_cannot_be_retried(order: Order, alice: User) -> None:
    with pytest.raises(jobs.NotPossible, match="queued"):
        jobs.retry(order(), alice)


def test_retry_without_its_picture_says_so(order: Order, alice: User, cat: Asset) -> None:
    from assets.services import trash

    old = jobs.cancel(order())
    trash(cat)
    with pytest.raises(jobs.NotPossible, match="trash"):
        jobs.retry(old, alice)


def test_a_cancel_between_two_states_is_not_lost(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job moves on right after each look."""
    job = order()
    Job.objects.filter(pk=job.pk).update(state=State.SUBMITTING, fence=1)
    look = Job.refresh_from_db

    def look_and_lose(self: Job, *args: object, **kwargs: object) -> None:
        look(self)
        Job.objects.filter(pk=self.pk, state=State.SUBMITTING).update(state=State.RUNNING)

    monkeypatch.setattr(Job, "refresh_from_db", look_and_lose)
    jobs.cancel(Job.objects.get(pk=job.pk))
    assert Job.objects.get(pk=job.pk).cancel_requested


def test_a_retry_that_was_canceled_too_is_tried_again(order: Order, alice: User) -> None:
    old = jobs.cancel(order())
    first, _ = jobs.retry(old, alice)
    jobs.cancel(first)
    second, created = jobs.retry(old, alice)
    assert (created, second.retry_of) == (True, first)
    assert jobs.retry(old, alice)[0] == second


def test_a_full_disk_while_rendering_says_so(order: Order, paper: Paper, rich: Account) -> None:
    paper.answers = [OSError(errno.ENOSPC, "No space left on device")]
    job = order("paper-motion")
    jobs.start(job.pk)
    job.refresh_from_db()
    assert (job.error_kind, kinds(job)) == ("no_room", ["hold", "release"])
    assert "make room and press Retry" in job.error


def test_a_render_that_takes_too_long_is_told_from_a_crash(
    order: Order, paper: Paper, rich: Account
) -> None:
    paper.answers = [TimeoutException()]
    job = order("paper-motion")
    jobs.start(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error_kind) == ("failed", "too_long")
    assert "120 minutes" in job.error


# --- the table itself -----------------------------------------------------------------------------


def test_every_live_state_has_a_way_out_and_no_end_has_one() -> None:
    assert set(TRANSITIONS) == set(LIVE)
    assert all(TRANSITIONS[state] for state in LIVE)
    for frm, to in itertools.product(TERMINAL, State):
        job = Job(state=frm)
        with pytest.raises((ValueError, KeyError)):
            move(job, to)


def test_only_one_of_two_deciders_wins(order: Order) -> None:
    job = order()
    first, second = Job.objects.get(pk=job.pk), Job.objects.get(pk=job.pk)
    assert end(first, State.CANCELED)
    assert not end(second, State.FAILED)
    assert kinds(job) == ["hold", "release"]


def test_a_start_is_counted_before_the_work(order: Order, paper: Paper, rich: Account) -> None:
    seen = []

    def look(call: Call) -> Update:
        seen.append((Job.objects.get().attempts, Attempt.objects.count()))
        raise ProviderError("enough")

    paper.answers = [look]
    jobs.start(order("paper-motion").pk)
    assert seen == [(1, 1)]
