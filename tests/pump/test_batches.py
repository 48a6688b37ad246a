"""A batch at a provider elsewhere, which is paid for: nothing twice, never too many at once."""

from __future__ import annotations

from assets.models import Asset
from billing.models import CREDIT, Account, User
from billing.services import verify_ledger
from studio import batches, catalogue
from studio.models import Job
from tests.batches.sheets import states, table
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
