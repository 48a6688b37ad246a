"""Two that believe to be the pump: the newer one decides. And hints, which are only hints."""

from __future__ import annotations

import os
import threading
import time
from datetime import timedelta

import pytest
from django import db
from django.utils import timezone
from django_q.models import OrmQ

from assets.models import Asset
from studio import jobs, pump
from studio.models import Beat, Job, Lease, State
from studio.processes import HOST
from studio.pump.lease import Fenced
from tests.fakes.plain import FakePlain
from tests.pump.conftest import Order, run_hints, settle
from tests.pump.test_road import kinds, states


def taken_over() -> pump.lease.Held:
    """Somebody newer works the pump from now on."""
    with db.transaction.atomic():
        Lease.objects.update(until=timezone.now())
        held = pump.lease.take()
    assert held
    return held


def answer_to(desk: pump.Desk, courier: pump.Courier) -> pump.errands.Answer:
    """What came of the submit; on the way to it the desk is asked whether it may go."""
    for _ in range(10):
        for news in courier.news(5):
            if isinstance(news, pump.errands.Answer):
                return news
            desk.take_in(news)
    raise AssertionError("no answer")


def test_one_at_a_time(order: Order) -> None:
    held = pump.lease.take()
    assert held
    assert not pump.run_slice(0.2)
    held.give_back()
    assert pump.run_slice(0.2)
    settle()


def test_the_older_one_writes_nothing(order: Order, plain: FakePlain) -> None:
    """It has sent something and comes back with the answer, but is not the pump any more."""
    plain.seconds = None
    job = order()
    old = pump.lease.take()
    assert old
    with pump.Courier(old.is_sure) as courier:
        desk = pump.Desk(old, courier)
        desk.look(sends=True)
        answer = answer_to(desk, courier)
        new = taken_over()
        with pytest.raises(Fenced):
            desk.take_in(answer)
        with pytest.raises(Fenced):
            desk.look(sends=True)
    job.refresh_from_db()
    assert (job.state, job.provider_ref) == (State.SUBMITTING, "")
    new.give_back()
    settle(until=lambda: Job.objects.get().state == State.RUNNING)
    plain.end(next(iter(plain.predictions)))
    settle()
    assert (kinds(job), len(plain.predictions)) == (["hold", "charge"], 1)


def test_what_is_not_sure_of_its_lease_sends_nothing(order: Order, plain: FakePlain) -> None:
    """It slept between taking the work up and sending it."""
    job = order()
    old = pump.lease.take()
    assert old
    with pump.Courier(lambda: False) as courier:
        desk = pump.Desk(old, courier)
        desk.look(sends=True)
        desk.take_in(answer_to(desk, courier))
    old.give_back()
    job.refresh_from_db()
    assert (job.state, job.attempts, len(plain.predictions)) == (State.QUEUED, 0, 0)
    Job.objects.update(next_at=timezone.now())
    settle()


def test_a_lease_that_was_not_renewed_is_not_sure(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    held = pump.lease.take()
    assert held
    assert held.is_sure()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + pump.lease.SECONDS - 2)
    assert not held.is_sure()


def test_a_fenced_slice_ends_by_itself(order: Order, plain: FakePlain) -> None:
    plain.seconds = None
    order()
    ended: list[bool] = []

    def work() -> None:
        ended.append(pump.run_slice(30))
        db.connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    while not Job.objects.filter(state=State.RUNNING).exists():
        time.sleep(0.02)
    new = taken_over()
    thread.join(5)
    assert not thread.is_alive()
    assert Lease.objects.get().epoch == new.epoch, "it did not give back what is not its own"
    new.give_back()
    plain.end(next(iter(plain.predictions)))
    settle()


# --- the owner is gone ---------------------------------------------------------------------------


def _gone() -> int:
    """The number of a process that has ended."""
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid


@pytest.mark.parametrize(
    ("owner", "freed"),
    [("gone", 1), ("alive", 0), ("elsewhere", 0)],
)
def test_the_lease_of_a_dead_process_of_this_host_is_free(owner: str, freed: int, db: None) -> None:
    held = pump.lease.take()
    assert held
    names = {
        "gone": f"{HOST}:{_gone()}",
        "alive": f"{HOST}:{os.getpid()}",
        "elsewhere": f"another:{_gone()}",
    }
    Lease.objects.update(owner=names[owner])
    assert pump.lease.void_dead() == freed
    assert (pump.lease.take() is not None) == bool(freed)


# --- hints ---------------------------------------------------------------------------------------


def test_hints_that_were_lost_are_sent_again(order: Order, plain: FakePlain) -> None:
    job = order()
    assert OrmQ.objects.exists()
    OrmQ.objects.all().delete()
    assert jobs.rescue().get("hints") == 0, "one may still be under way"
    Beat.objects.update(seen=timezone.now() - timedelta(seconds=6))
    assert jobs.rescue()["hints"] == 1
    while Job.objects.get().state != State.FETCHING:
        pump.run_slice(0.4)
    OrmQ.objects.all().delete()
    Job.objects.update(lease=timezone.now() - timedelta(seconds=1))
    assert jobs.rescue()["hints"] >= 1
    run_hints()
    settle()
    assert kinds(job) == ["hold", "charge"]


def test_every_hint_three_times(order: Order, plain: FakePlain) -> None:
    job = order()
    settle(until=lambda: _thrice() and not Job.objects.live().exists())
    assert (kinds(job), len(plain.predictions)) == (["hold", "charge"], 1)
    assert Asset.objects.filter(origin=job.origin).count() == 1
    assert states(job) == ["queued", "submitting", "running", "fetching", "succeeded"]


def _thrice() -> bool:
    for row in list(OrmQ.objects.all()):
        for _ in range(2):
            OrmQ.objects.create(key=row.key, payload=row.payload, lock=row.lock)
    return True


def test_a_stumble_does_not_strand_what_was_claimed(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away in the middle of handing over: none of the rest becomes unclear."""
    placed = [order("plainnone") for _ in range(3)]
    pack, stumbles = pump.desk.packed, [db.OperationalError("locked")]

    def shaky(*said: object) -> object:
        if stumbles:
            raise stumbles.pop()
        return pack(*said)  # type: ignore[arg-type]

    monkeypatch.setattr(pump.desk, "packed", shaky)
    settle()
    for job in placed:
        assert "unknown" not in states(job)
        assert kinds(job) == ["hold", "charge"]


def test_what_cannot_be_made_ready_fails_alone(
    order: Order, plain: FakePlain, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = [order() for _ in range(3)]
    pack = pump.desk.packed

    def broken(job: Job, *said: object) -> object:
        if job.pk == placed[0].pk:
            raise KeyError("an operation that is gone")
        return pack(job, *said)  # type: ignore[arg-type]

    monkeypatch.setattr(pump.desk, "packed", broken)
    settle()
    assert [kinds(job)[-1] for job in placed] == ["release", "charge", "charge"]


def test_the_last_word_of_a_pump_that_was_replaced_finds_its_work_again(
    order: Order, plain: FakePlain
) -> None:
    """Its provider cannot tell; only the process that handed it over heard the answer."""
    plain.faults.slow = 0.3
    job = order("plainnone")
    old = pump.lease.take()
    assert old
    with pump.Courier(old.is_sure) as courier:
        work = pump._Slice(old, courier, 5.0)
        work.desk.look(sends=True)
        [ready] = courier.news(5)
        work.desk.take_in(ready)
        new = taken_over()
        with pump.Courier(new.is_sure) as another:
            pump.Desk(new, another).adopt()
        job.refresh_from_db()
        assert job.state == State.UNKNOWN
        work.leave_word()
    new.give_back()
    plain.faults.slow = 0
    settle()
    job.refresh_from_db()
    assert (job.state, len(plain.predictions)) == (State.SUCCEEDED, 1)
