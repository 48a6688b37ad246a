"""A batch at a provider elsewhere, which is paid for: nothing twice, never too many at once."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.db.models import Sum

from assets.models import Asset
from billing.models import CREDIT, Account, Entry, User
from billing.pricing import Flat
from billing.services import verify_ledger
from studio import batches, catalogue
from studio.batches.written import results_csv
from studio.models import Batch, Job
from tests.batches.sheets import states, table
from tests.fakes.parts import FAILED, MODERATED, Prediction
from tests.fakes.plain import FakePlain
from tests.pump.conftest import PRICE, Order, settle
from tests.pump.test_road import kinds


def test_a_batch_and_a_single_job_at_a_provider(
    rich: Account, alice: User, plain: FakePlain, order: Order
) -> None:
    offer = catalogue.all_offers()["plainlookup"]
    steps = [{"operation": offer.operation, "offer": offer.key}]
    sheet = table(("prompt",), [(f"wave {number}",) for number in range(6)])
    batch = batches.create(rich, alice, "Waves", sheet, steps=steps)
    batches.check(batch)
    plan = batches.plan(batch)
    assert (plan.ready, plan.amount) == (6, 6 * PRICE)
    batches.start(batch, alice, agreed=plan.shown)
    single = order(prompt="alone")

    def done() -> bool:
        assert Job.objects.live().filter(batch=batch, waits=False).count() <= 2
        return not Job.objects.live().exists()

    settle(until=done)
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == ("done", ["done"] * 6)
    assert len(plain.predictions) == 7
    assert [kinds(job) for job in Job.objects.all()] == [["hold", "charge"]] * 7
    assert [len(row.assets) for row in batches.results(batch)] == [1] * 6
    assert Asset.objects.filter(origin__startswith="job:").count() == 7
    last = Job.objects.filter(batch=batch).order_by("-finished").first()
    single.refresh_from_db()
    assert last
    assert last.started
    assert single.started
    assert single.started < last.started
    rich.refresh_from_db()
    assert (rich.held, rich.balance) == (0, 1000 * CREDIT - 7 * PRICE)
    assert verify_ledger() == []


@contextmanager
def moody(plain: FakePlain) -> Iterator[None]:
    """Does with a prompt what it says: “refused” is not taken, “failed” and “moderated” end so."""

    def add(model: str, said: dict[str, Any], **more: Any) -> Prediction:
        made = FakePlain.add(plain, model, said, **more)
        made.fate = next((f for f in (FAILED, MODERATED) if f in said["prompt"]), made.fate)
        return made

    def refuses(model: str, said: dict[str, Any]) -> str:
        return "That is nothing for us." if "refused" in said["prompt"] else ""

    with pytest.MonkeyPatch.context() as now:
        now.setattr(plain, "add", add)
        now.setattr(plain, "refuses", refuses)
        yield


@pytest.fixture
def dear(monkeypatch: pytest.MonkeyPatch) -> str:
    """Another model for the same, at three times the price."""
    offers = catalogue.declared_offers()
    key = "plainidempotency"
    monkeypatch.setitem(offers, key, replace(offers[key], price=Flat("0.30")))
    return key


def table_of(batch: Batch) -> list[dict[str, str]]:
    text = b"".join(results_csv(batch)).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def balances(batch: Batch) -> None:
    """The table says of every row what the ledger and the library say."""
    for row in table_of(batch):
        mine = Job.objects.filter(batch=batch, row__number=row["row"])
        entries = Entry.objects.filter(reference__in=[job.origin for job in mine])
        charged = entries.filter(kind="charge").aggregate(sum=Sum("amount", default=0))["sum"]
        assert Decimal(row["credits"]) * CREDIT == charged
        made = [asset for job in mine for asset in job.outputs]
        assert row["assets"].split() == made
        assert Asset.objects.live().filter(pk__in=made).count() == len(made)
        ran = [job.ran.total_seconds() for job in mine if job.outputs and job.ran]
        assert row["seconds"] == (str(round(sum(ran), 3)) if ran else "")
        assert bool(row["error"]) == (row["state"] == "failed") == (not made)
        for job in mine:
            assert kinds(job) == ["hold", "charge" if job.outputs else "release"]


def test_rows_that_fail_cost_nothing_and_another_model_does_them(
    rich: Account, alice: User, plain: FakePlain, dear: str
) -> None:
    prompts = ["wave", "it failed", "sea", "refused", "moderated", "bay"]
    steps = [{"operation": "text-to-video", "offer": "plainlookup"}]
    sheet = table(("prompt",), [(prompt,) for prompt in prompts])
    batch = batches.create(rich, alice, "Mixed", sheet, steps=steps)
    batches.set_options(batch, at_once=6)
    batches.check(batch)
    batches.start(batch, alice, agreed=batches.plan(batch).shown)
    with moody(plain):
        settle()
    assert states(batch) == ["done", "failed", "done", "failed", "failed", "done"]
    balances(batch)
    assert "That is nothing for us." in table_of(batch)[3]["error"]
    rich.refresh_from_db()
    assert (rich.held, rich.balance) == (0, 1000 * CREDIT - 3 * PRICE)
    bought = len(plain.predictions)
    again = batches.plan_retry(batch, None, dear)
    assert (again.rows, again.amount, again.refused) == (3, 3 * 3 * PRICE, {})
    batches.change_model(batch, dear, alice, agreed=again.shown)
    rich.refresh_from_db()
    assert rich.held == 3 * 3 * PRICE
    settle()
    batch.refresh_from_db()
    assert (batch.state, states(batch)) == ("done", ["done"] * 6)
    balances(batch)
    assert [row["credits"] for row in table_of(batch)] == ["10", "30", "10", "30", "30", "10"]
    assert len(plain.predictions) == bought + 3
    rich.refresh_from_db()
    assert (rich.held, rich.balance) == (0, 1000 * CREDIT - 12 * PRICE)
    assert verify_ledger() == []
