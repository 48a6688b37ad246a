"""The queue and its canaries, without processes around them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django import db
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from studio import tasks
from studio.broker import Broker, address
from studio.models import Beat
from studio.supervisor.canary import BLIND_MOST, LATE, LATE_AT_START, Canaries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the queue would have waited. The connection is the test's own and stays open."""
    monkeypatch.setattr(db, "close_old_connections", lambda: None)
    monkeypatch.setattr(db.connection, "close", lambda: None)
    seconds: list[float] = []
    monkeypatch.setattr("studio.broker.time.sleep", seconds.append)
    return seconds


@pytest.fixture
def work() -> Broker:
    return Broker(list_key="work")


def run_what_waits(*queues: str) -> None:
    for queue in queues:
        broker = Broker(list_key=queue)
        while found := broker.dequeue():
            [(pk, payload)] = found
            task = SignedPackage.loads(payload)
            # A beat may ask for what is done once a day.
            if task["func"] == "studio.tasks.beat":
                tasks.beat(*task["args"])
            broker.acknowledge(pk)


# --- the queue ----------------------------------------------------------------------------------


def test_a_cluster_takes_what_is_for_its_queue_and_its_host(work: Broker) -> None:
    for cluster in ("work", address("work"), "work@another", "engine"):
        async_task("studio.tasks.beat", cluster, cluster=cluster)
    taken = [SignedPackage.loads(work.dequeue()[0][1])["args"][0] for _ in range(2)]
    assert taken == ["work", address("work")], "the one that waits longest first"
    assert work.dequeue() is None


def test_what_was_taken_comes_back_only_later(work: Broker) -> None:
    async_task("studio.tasks.beat", "x", cluster="work")
    assert work.dequeue()
    assert work.dequeue() is None
    OrmQ.objects.update(lock=timezone.now() - timedelta(seconds=1))
    assert work.dequeue()


def test_a_database_that_is_away_is_waited_for(
    work: Broker,
    slept: list[float],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def gone(*args: object) -> None:
        raise db.OperationalError("the server closed the connection")

    async_task("studio.tasks.beat", "x", cluster="work")
    with monkeypatch.context() as broken:
        broken.setattr(OrmQ.objects, "using", gone)
        assert [work.dequeue(), work.dequeue()] == [None, None]
    assert slept == [1, 1]
    assert len(caplog.records) == 1, "said once, not every second"
    assert work.dequeue()


# --- the canaries -------------------------------------------------------------------------------


@pytest.fixture
def canaries() -> Iterator[Canaries]:
    return Canaries(["engine", "work"])


def test_a_queue_that_answers_is_not_late(canaries: Canaries) -> None:
    for _ in range(60):
        canaries.look(0.5)
        run_what_waits("engine", "work")
    assert not canaries.is_late("engine")
    assert not canaries.is_late("work")
    assert OrmQ.objects.count() == 0


def test_a_queue_that_fell_silent_is_late_after_ten_seconds(canaries: Canaries) -> None:
    for _ in range(8):
        canaries.look(0.5)
        run_what_waits("engine", "work")
    looks = 0
    while not canaries.is_late("work"):
        canaries.look(0.5)
        run_what_waits("engine")
        looks += 1
    assert LATE - 2 <= looks * 0.5 <= LATE + 2
    assert not canaries.is_late("engine")


def test_a_queue_that_starts_has_more_time(canaries: Canaries) -> None:
    for _ in range(int(LATE_AT_START / 0.5)):
        canaries.look(0.5)
    assert not canaries.is_late("work")
    canaries.look(0.5)
    assert canaries.is_late("work")
    canaries.start_anew("work")
    assert not canaries.is_late("work")


def test_who_holds_the_database_for_ever_is_late_in_the_end(
    canaries: Canaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked() -> None:
        raise db.OperationalError("database is locked")

    monkeypatch.setattr(canaries, "_send", locked)
    for _ in range(int(BLIND_MOST / 2)):
        canaries.look(2.0)
    assert not canaries.is_late("engine")
    canaries.look(2.0)
    assert canaries.is_late("engine")
    canaries.start_anew("engine")
    assert not canaries.is_late("engine")


def test_an_old_answer_is_not_an_answer_to_a_new_supervisor(canaries: Canaries) -> None:
    Beat.objects.create(name=address("work"), seen=timezone.now() - timedelta(minutes=1))
    canaries.look(0.5)
    canaries.look(0.5)
    assert canaries.silence["work"] == 1.0


def test_nobody_is_blamed_while_the_database_is_away(
    canaries: Canaries, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(*args: object, **kwargs: object) -> None:
        raise db.OperationalError("database is locked")

    canaries.look(0.5)
    silence = dict(canaries.silence)
    with monkeypatch.context() as away:
        away.setattr("studio.supervisor.canary.async_task", locked)
        for _ in range(100):
            canaries.look(2.0)
    assert canaries.silence == silence
    assert len(caplog.records) == 1
    run_what_waits("engine", "work")
    canaries.look(0.5)
    assert canaries.silence == {"engine": 0.0, "work": 0.0}


def test_a_pause_of_the_supervisor_itself_counts_little(canaries: Canaries) -> None:
    canaries.look(0.5)
    canaries.look(3600)
    assert canaries.silence["work"] <= 1.5


def test_hosts_that_are_gone_are_forgotten(canaries: Canaries) -> None:
    old, new = timezone.now() - timedelta(days=2), timezone.now()
    Beat.objects.create(name="work@gone", sent=old, seen=old)
    Beat.objects.create(name="work@other", sent=new, seen=new)
    OrmQ.objects.create(key="work@gone", payload="", lock=old)
    OrmQ.objects.create(key="work", payload="", lock=old)
    canaries.look(0.5)
    assert not Beat.objects.filter(name="work@gone").exists()
    assert Beat.objects.filter(name="work@other").exists()
    assert list(OrmQ.objects.filter(payload="").values_list("key", flat=True)) == ["work"]
