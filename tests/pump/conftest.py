"""The pump in this process, with providers that lie as they are told, and the queue by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from billing import services as billing
from billing.models import CREDIT, Account, User
from studio import catalogue, jobs, pump, tasks
from studio.models import Job
from studio.pump import courier, desk, pace
from tests.fakes.plain import MODULES, FakePlain

PRICE = 10 * CREDIT
Order = Callable[..., Job]


@pytest.fixture
def plain(
    settings: Any, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> Iterator[FakePlain]:
    """One fake for all four providers; results are ready after 0.1 s."""
    settings.EXTRA_PROVIDERS = list(MODULES)
    settings.SETTLE_SECONDS = 1
    settings.WORK_DIR.mkdir(exist_ok=True)
    monkeypatch.setattr(pump, "IDLE", 0.15)
    monkeypatch.setattr(pump, "LOOK", 0.02)
    monkeypatch.setattr(pump, "TICK", 0.02)
    monkeypatch.setattr(desk, "ASK_AGAIN", timedelta(seconds=0.2))
    monkeypatch.setattr(pace, "LEAST", 0.05)
    monkeypatch.setattr(pace, "ERROR_MOST", 0.2)
    monkeypatch.setattr(courier, "SAY_EVERY", 0.0)
    catalogue.clear()
    with FakePlain(seconds=0.1) as fake:
        for name, value in fake.variables().items():
            monkeypatch.setenv(name, value)
        yield fake
    catalogue.clear()


@pytest.fixture
def rich(account: Account) -> Account:
    """The account with 1,000 credits."""
    billing.grant(account, 1000 * CREDIT, "grant:test")
    account.refresh_from_db()
    return account


@pytest.fixture
def order(rich: Account, alice: User, plain: FakePlain) -> Order:
    """order("plainlookup") → a queued job."""

    def place(offer: str = "plainlookup", prompt: str = "waves", **more: Any) -> Job:
        found = catalogue.all_offers()[offer]
        job, _ = jobs.create(
            account=rich,
            user=alice,
            operation=catalogue.operations()[found.operation],
            offer=found,
            params={"prompt": prompt},
            title=prompt,
            **more,
        )
        return job

    return place


def run_hints() -> None:
    """Everything that waits in the queues, but for the pump itself."""
    for row in list(OrmQ.objects.order_by("id")):
        said = SignedPackage.loads(row.payload)
        row.delete()
        name = said["func"].rpartition(".")[2]
        if name != "pump":
            getattr(tasks, name)(*said["args"])


PATIENCE = 60.0  # seconds; only a job that never ends takes so long, however busy the machine is


def settle(until: Callable[[], bool] | None = None) -> None:
    """Pump and fetch until every job has ended, or `until`."""
    deadline, seconds = time.monotonic() + PATIENCE, 0.4
    done = until or (lambda: not Job.objects.live().exists())
    while not done():
        assert time.monotonic() < deadline, list(Job.objects.values_list("state", "stage", "error"))
        pump.run_slice(seconds)
        run_hints()
        # A question that a busy machine did not answer within a slice is lost with it.
        seconds = min(1.5 * seconds, 3.0)
