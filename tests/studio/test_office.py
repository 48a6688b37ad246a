"""The operator's overview, usage and presets: who sees what, and that the numbers are right."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing import services as billing
from billing.models import CREDIT, Account, Day, Entry, User
from billing.services import verify_ledger
from studio import jobs
from studio.jobs import held
from studio.models import Beat, Health, Job
from studio.office.daily import daily
from studio.office.panel import Panel

Order = Callable[..., Job]
PAGES = ("index", "usage", "usage-csv", "presets")


@pytest.fixture(autouse=True)
def fresh(db: None) -> Iterator[None]:
    """Nothing is told of what another test did."""
    caches["local"].clear()
    yield
    caches["local"].clear()


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def looker(db: None, sign_in: Callable[[User], Client]) -> Client:
    """Staff who may look at everything and change nothing."""
    user = User.objects.create_user("looker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return sign_in(user)


@pytest.fixture
def clerk(db: None, sign_in: Callable[[User], Client]) -> Client:
    """Staff without any permission."""
    return sign_in(User.objects.create_user("clerk", is_staff=True))


def panels(client: Client) -> dict[str, Panel]:
    page = client.get(reverse("admin:index"))
    assert page.status_code == 200
    return {panel.title: panel for panel in page.context["panels"]}


def figures(panel: Panel) -> dict[str, str]:
    return {figure.label: figure.text for figure in panel.figures}


def rows(panel: Panel) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in panel.rows]


def ended(job: Job, state: str, **facts: Any) -> Job:
    """As if it had ended just now."""
    now = timezone.now()
    facts = {"started": now - timedelta(seconds=4), "finished": now, **facts}
    Job.objects.filter(pk=job.pk).update(state=state, **facts)
    job.refresh_from_db()
    return job


def charged(job: Job) -> Job:
    """As the ledger books it on the day that it ended."""
    assert job.finished
    day = timezone.localdate(job.finished)
    said = {"offer": job.offer, "module": job.module, "spent": job.quote, "jobs": 1}
    Day.objects.create(account=job.account, day=day, **said)
    return job


# --- who sees what --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_for_staff_with_the_permission(
    operator: Client, looker: Client, clerk: Client, alice: User, sign_in: Any, page: str
) -> None:
    address = reverse(f"admin:{page}")
    assert operator.get(address).status_code == 200
    assert looker.get(address).status_code == 200
    assert clerk.get(address).status_code == (200 if page == "index" else 403)
    for stranger in (sign_in(alice), Client()):
        assert stranger.get(address).headers["Location"].startswith("/admin/login/")


def test_who_has_no_permission_gets_no_panel_and_who_only_looks_no_button(
    operator: Client, looker: Client, clerk: Client, rich: Account
) -> None:
    Health.objects.create(name="fal", provider="fal")
    billing.hold(rich, 5 * CREDIT, "job:0198c000-0000-7000-8000-000000000000", "gone")
    assert panels(clerk) == {}
    for client, acts in ((operator, True), (looker, False)):
        found = panels(client)
        for title in ("Providers", "Held without a running job"):
            assert any(row.acts for row in found[title].rows) is acts, title


def test_the_pages_need_nothing_inline(operator: Client, order: Order) -> None:
    ended(order(), "succeeded", quote=CREDIT)
    for page in ("index", "usage", "presets"):
        html = operator.get(reverse(f"admin:{page}")).content.decode()
        inline = r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)(?![^>]*json)"
        assert not re.search(inline, html), page


def test_every_number_leads_to_a_list_that_opens(operator: Client, order: Order) -> None:
    order(key="waits")
    ended(order(), "failed", suspense=3)
    Health.objects.create(name="fal", provider="fal")
    Beat.objects.create(name="work@here", sent=timezone.now(), seen=timezone.now())
    found = panels(operator).values()
    links = {figure.link for panel in found for figure in panel.figures}
    links |= {cell.link for panel in found for row in panel.rows for cell in row.cells}
    assert len(links) > 15
    for link in links - {""}:
        page = operator.get(link)
        assert page.status_code == 200, link


# --- numbers --------------------------------------------------------------------------------------


def test_jobs_are_counted_by_state(operator: Client, order: Order) -> None:
    order(key="a"), order(key="b")
    ended(order(key="c"), "succeeded")
    ended(order(key="d"), "failed")
    ended(order(key="e"), "failed", finished=timezone.now() - timedelta(hours=25))
    told = figures(panels(operator)["Jobs"])
    assert told["Queued"] == "2"
    assert told["Running"] == "0"
    assert told["Done in 24 hours"] == "1"
    assert told["Failed in 24 hours"] == "1"
    link = next(f.link for f in panels(operator)["Jobs"].figures if f.label == "Failed in 24 hours")
    assert len(operator.get(link).context["cl"].result_list) == 1


def test_the_oldest_that_waits_is_told_by_lane(operator: Client, order: Order) -> None:
    first, last = order(key="a"), order(key="b")
    Job.objects.filter(pk=first.pk).update(created=timezone.now() - timedelta(hours=2))
    Job.objects.filter(pk=last.pk).update(created=timezone.now() - timedelta(minutes=3))
    ((provider, account, lane, count, age),) = rows(panels(operator)["Waiting longest"])
    assert (provider, account, lane, count) == ("This computer", "alice's studio", "single", "2")
    assert age == "2 h"


def test_failures_and_times_are_those_of_hand(operator: Client, order: Order) -> None:
    now = timezone.now()
    for n, seconds in enumerate((1, 2, 3, 4)):
        started = now - timedelta(seconds=seconds)
        ended(order(key=f"ok{n}"), "succeeded", started=started, finished=now)
    ended(order(key="bad"), "failed")
    ended(order(key="old"), "failed", finished=now - timedelta(hours=3))
    ended(order(key="off"), "canceled")
    provider, model = rows(panels(operator)["Failures and times"])
    assert provider[1:] == ["5", "20 %", "6", "33 %", "3.0 s", "4.0 s"]
    assert model[1:] == provider[1:]


def test_spend_is_what_was_charged_beside_what_it_cost(operator: Client, order: Order) -> None:
    now = timezone.now()
    month = now - timedelta(days=9)
    money = {"quote": 12 * CREDIT, "expected_cost": 10 * CREDIT}
    ended(order(key="a"), "succeeded", provider="fal", provider_cost=11 * CREDIT, **money)
    ended(order(key="b"), "succeeded", provider="fal", finished=month, **money)
    ended(order(key="c"), "failed", provider="fal", suspense=10 * CREDIT, **money)
    ended(order(key="d"), "succeeded", provider="fal", finished=now - timedelta(days=31), **money)
    panel = panels(operator)["Spend"]
    (line,) = rows(panel)
    assert line[1:] == ["12 credits", "$0.11", "24 credits", "$0.21", "$0.10"]
    assert figures(panel)["charged in 30 days"] == "24 credits"


def test_the_circuit_of_a_provider_is_told_and_closed(operator: Client) -> None:
    until = timezone.now() + timedelta(minutes=5)
    Health.objects.create(name="fal", provider="fal", failures=6, opened=2, open_until=until)
    (row,) = panels(operator)["Providers"].rows
    assert row.cells[1].text.startswith("wait ")
    assert [act.label for act in row.acts] == ["Let it try", "Test key"]
    operator.post(row.acts[0].address, dict(row.acts[0].fields))
    assert Health.objects.get().open_until is None


def test_a_silent_queue_is_seen(operator: Client) -> None:
    now = timezone.now()
    Beat.objects.create(name="work@here", sent=now, seen=now - timedelta(minutes=4))
    ((name, canary, *_),) = rows(panels(operator)["Queues"])
    assert name == "work@here"
    assert canary.startswith("4 min")
    assert "The work queue is silent" in str(rows(panels(operator)["Findings"]))


# --- held money -----------------------------------------------------------------------------------


class TestStray:
    """A job of 12 credits that is under way, one that ended without giving its hold back, and a
    hold whose job is gone."""

    @pytest.fixture
    def live(self, paper: Any, rich: Account, order: Order) -> Job:
        return order("paper-motion", key="live")

    @pytest.fixture
    def over(self, paper: Any, rich: Account, order: Order) -> Job:
        return ended(order("paper-motion", key="over"), "failed")

    @pytest.fixture
    def gone(self, rich: Account) -> str:
        reference = "job:0198c000-0000-7000-8000-000000000000"
        billing.hold(rich, 5 * CREDIT, reference, "gone")
        return reference

    def test_only_what_nothing_will_close_is_found(self, live: Job, over: Job, gone: str) -> None:
        found = {stray.reference: stray.amount for stray in held.strays()}
        assert found == {over.origin: 12 * CREDIT, gone: 5 * CREDIT}

    def test_it_goes_back_once_it_is_confirmed(
        self, operator: Client, live: Job, over: Job, gone: str
    ) -> None:
        account = over.account
        for reference in (over.origin, gone):
            asked = operator.post(reverse("admin:release"), {"reference": reference})
            assert "go back to alice&#x27;s studio" in asked.content.decode()
        account.refresh_from_db()
        assert account.held == 29 * CREDIT
        for reference in (over.origin, gone):
            sure = {"reference": reference, "confirmed": "yes"}
            operator.post(reverse("admin:release"), sure)
        account.refresh_from_db()
        assert account.held == 12 * CREDIT
        assert held.strays() == []
        assert verify_ledger() == []

    def test_what_is_under_way_or_succeeded_stays_held(
        self, operator: Client, looker: Client, live: Job, over: Job
    ) -> None:
        sure = {"reference": live.origin, "confirmed": "yes"}
        page = operator.post(reverse("admin:release"), sure, follow=True)
        assert "its hold pays for it" in page.content.decode()
        Job.objects.filter(pk=over.pk).update(state="succeeded")
        with pytest.raises(jobs.NotPossible, match="succeeded"):
            held.release(over.origin, "")
        assert looker.post(reverse("admin:release"), sure).status_code == 403
        assert not Entry.objects.filter(kind="release").exists()


# --- usage ----------------------------------------------------------------------------------------


def test_usage_tells_each_day_by_model_and_account(operator: Client, order: Order) -> None:
    now = timezone.now()
    paid = {"quote": 7 * CREDIT, "provider_cost": 5 * CREDIT}
    charged(ended(order(key="a"), "succeeded", **paid))
    ended(order(key="b"), "failed", finished=now - timedelta(days=2), **paid)
    charged(ended(order(key="c"), "succeeded", finished=now - timedelta(days=2), **paid))
    today = timezone.localdate()
    lines = list(daily("offer", today - timedelta(days=6), today))
    told = [(line.day, line.charged, line.done, line.failed) for line in lines]
    assert told == [(today - timedelta(days=2), 7 * CREDIT, 1, 1), (today, 7 * CREDIT, 1, 0)]
    page = operator.get(reverse("admin:usage"), {"days": "7", "by": "account"})
    assert page.context["whole"].credits == "14 credits"
    assert [row.name for row in page.context["rows"]] == ["alice's studio"]
    assert [shape.path.count("M") for shape in page.context["chart"].shapes] == [2]


def test_usage_is_that_of_the_ledger_less_what_went_back(
    operator: Client, account: Account, order: Order
) -> None:
    """As the account itself reads it; by provider it is what the jobs cost."""
    billing.grant(account, 10 * CREDIT, "gift")
    purpose = billing.Purpose("local-motion", "transform")
    billing.hold(account, 7 * CREDIT, "job:x", purpose=purpose)
    billing.charge(account, 7 * CREDIT, "job:x")
    billing.refund(account, 3 * CREDIT, "job:x")
    today = timezone.localdate()
    for by, key in (("offer", "local-motion"), ("module", "transform"), ("account", account.pk)):
        (line,) = daily(by, today, today)  # type: ignore[arg-type]
        assert (line.key, line.charged, line.done) == (str(key), 4 * CREDIT, 0)
    assert list(daily("provider", today, today)) == []


def test_usage_as_a_table_of_cells_takes_no_formula_from_a_name(
    operator: Client, account: Account, order: Order
) -> None:
    Account.objects.filter(pk=account.pk).update(name="=1+1")
    charged(ended(order(), "succeeded", quote=CREDIT // 2))
    answer = operator.get(reverse("admin:usage-csv"), {"by": "account", "days": "1"})
    text = answer.content.decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(text))
    assert head[3:] == ["credits", "cost_usd", "done", "failed"]
    assert line[2:] == ["'=1+1", "0.500000", "0.00", "1", "0"]


@pytest.mark.parametrize("query", [{"days": "1e9"}, {"by": "params"}, {"days": "-1", "by": ""}])
def test_what_cannot_be_asked_is_what_is_usual(operator: Client, query: dict[str, str]) -> None:
    page = operator.get(reverse("admin:usage"), query)
    assert (page.context["asked"].days, page.context["asked"].by) == (30, "offer")


def test_presets_tell_where_they_are_used(operator: Client, order: Order) -> None:
    ended(order(), "succeeded")
    page = operator.get(reverse("admin:presets"))
    found = {panel.title: panel for panel in page.context["panels"]}
    assert ["zoom", "1"] in rows(found["Motions"])
    for word in ("Styles", "Templates", reverse("admin:studio_socialformat_changelist")):
        assert word in page.content.decode()
