"""Orders that take turns at a provider elsewhere: the pump never takes up what waits."""

from __future__ import annotations

from assets.models import Asset
from billing.models import CREDIT, Account, User
from billing.services import verify_ledger
from studio import catalogue, jobs, pump
from studio.jobs import Doer, Wanted
from studio.models import LIVE, Job, State
from tests.fakes.plain import FakePlain
from tests.pump.conftest import PRICE, Order, settle
from tests.pump.test_road import kinds


def run(rich: Account, alice: User, count: int, at_once: int) -> list[Job]:
    offer = catalogue.all_offers()["plainlookup"]
    operation = catalogue.operations()[offer.operation]
    each = [Wanted((Doer(offer, {"prompt": f"wave {n}"}),), f"Wave {n}") for n in range(count)]
    return jobs.create_run(rich, alice, operation, each, at_once=at_once)[0]


def test_never_more_of_an_order_at_the_provider_than_may_be(
    rich: Account, alice: User, plain: FakePlain, order: Order
) -> None:
    made = run(rich, alice, 5, at_once=2)
    other = order(prompt="alone")
    most = 0

    def done() -> bool:
        nonlocal most
        at_work = Job.objects.filter(run=made[0].run, state__in=LIVE, waits=False).count()
        most = max(most, at_work)
        assert at_work <= 2
        return not Job.objects.live().exists()

    settle(until=done)
    assert most == 2
    assert [kinds(job) for job in (*made, other)] == [["hold", "charge"]] * 6
    assert len(plain.predictions) == 6
    assert Asset.objects.filter(origin__startswith="job:").count() == 6
    rich.refresh_from_db()
    assert (rich.held, rich.balance) == (0, 1000 * CREDIT - 6 * PRICE)
    assert verify_ledger() == []


def test_what_waits_is_not_sent_however_long_the_pump_works(
    rich: Account, alice: User, plain: FakePlain
) -> None:
    plain.seconds = None
    first, second = run(rich, alice, 2, at_once=1)
    for _ in range(3):
        pump.run_slice(0.4)
        jobs.rescue()
    assert [job.state for job in Job.objects.order_by("created")] == [State.RUNNING, State.QUEUED]
    assert len(plain.predictions) == 1
    jobs.cancel(second)
    assert (kinds(second), kinds(first)) == (["hold", "release"], ["hold"])
