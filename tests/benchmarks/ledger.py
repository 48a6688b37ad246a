"""A ledger of a million entries: balance, usage, limits and a page of it, on both databases, and
how quickly work is taken on beside it. LEDGER_ENTRIES is the number."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests import needs
from tests.benchmarks.common import table

ROOT = Path(__file__).parents[2]
ENTRIES = int(os.environ.get("LEDGER_ENTRIES", "1000000"))
ROUNDS, CHUNK, DAYS, OFFERS, MANY = 20, 5_000, 365, 12, 500
STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
PAGES = {
    "the page of usage": "/account/usage/",
    "the page of usage, 90 days": "/account/usage/?period=90",
    "the page of the ledger": "/account/usage/ledger/",
    "the ledger, of one kind": "/account/usage/ledger/?kind=charge",
    "the ledger, of a rare kind": "/account/usage/ledger/?kind=grant",
    "the ledger, a text that is nowhere": "/account/usage/ledger/?q=lighthouse",
}
PROMISED = {"a batch of 10,000 is held": "20 s"}


def run() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        addresses = {"SQLite": f"sqlite://{folder}/ledger.sqlite3"}
        if problem := needs.postgres_problem():
            print(f"PostgreSQL is left out: {problem}")
        else:
            addresses["PostgreSQL"] = stack.enter_context(needs.new_postgres())
        told = {name: _measured(address, folder) for name, address in addresses.items()}
    cases = list(next(iter(told.values())))
    rows = [(c, *(told[n][c] for n in told), PROMISED.get(c, "100 ms")) for c in cases]
    table(
        f"A ledger of {ENTRIES:,} entries: the median by the clock / of the processor",
        rows,
        ("case", *told, "promised"),
    )


def _measured(address: str, folder: str) -> dict[str, str]:
    more = {"DATABASE_URL": address, "DATA_DIR": folder}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.ledger"],
        cwd=ROOT,
        env=os.environ | more | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def _fill(account: Any) -> None:
    """As many charged jobs as there are entries for, over a year, and the days of it."""
    from django.utils import timezone

    from billing import services as billing
    from billing.models import CREDIT, Day, Entry, Hold, Lot

    billing.grant(account, ENTRIES * CREDIT, "grant:bench")
    jobs, lot, today = ENTRIES // 2, Lot.objects.get(account=account), timezone.now()
    for first in range(0, jobs, CHUNK):
        entries, holds = [], []
        for n in range(first, min(first + CHUNK, jobs)):
            same = {"account": account, "amount": CREDIT, "reference": f"job:{n}", "note": "a cat"}
            left = (ENTRIES - n) * CREDIT
            entries.append(Entry(**same, kind="hold", balance_after=left, held_after=CREDIT))
            entries.append(Entry(**same, kind="charge", balance_after=left - CREDIT, held_after=0))
            its = {"offer": f"offer-{n % OFFERS}", "module": "create", "taken": [[lot.pk, CREDIT]]}
            period = today - timedelta(days=30 * (DAYS * n // jobs // 30) + 400)
            more = {"state": "charged", "charged": CREDIT, "period": period}
            holds.append(Hold(**same, **its, **more))
        Entry.objects.append(entries)
        Hold.objects.bulk_create(holds)
    spent = jobs * CREDIT // DAYS // OFFERS
    Day.objects.bulk_create(
        Day(account=account, day=today - timedelta(days=d), offer=f"offer-{o}", spent=spent, jobs=9)
        for d in range(DAYS)
        for o in range(OFFERS)
    )
    account.refresh_from_db()
    lot.left = account.balance = account.balance - jobs * CREDIT
    lot.save()
    type(account).objects.filter(pk=account.pk).update(balance=account.balance)


def _cases(account: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    from datetime import date

    from django.db.models import Sum

    from billing import budgets, days
    from billing import services as billing
    from billing.models import CREDIT

    its = billing.Purpose("offer-1", "create", "images", 1)
    month = days.days_of(account, date.today() - timedelta(days=30), date.today())
    numbers = iter(range(10**9))

    def one() -> None:
        reference = f"bench:{next(numbers)}"
        billing.hold(account, CREDIT, reference, "a cat", its)
        billing.charge(account, CREDIT, reference)

    yield "balance and usage", lambda: billing.usage(account)
    yield "how the limits stand", lambda: billing.limits_of(account)
    yield "how the budgets stand", lambda: budgets.budgets_of(account)
    yield "a look beforehand", lambda: billing.preflight(account, [billing.Asked(1, 1, its)])
    yield (
        "a month by day and model",
        lambda: list(
            month.order_by("day").values("day", "offer").annotate(Sum("spent"), Sum("jobs"))
        ),
    )
    for name, address in PAGES.items():
        yield name, partial(_opened, _browser(account), address)
    yield "what is held now", lambda: list(account.holds.filter(state="open")[:50])
    yield "hold and charge of one job", one


def _browser(account: Any) -> Any:
    """Of somebody who owns it."""
    from django.conf import settings
    from django.test import Client

    from billing.models import Membership, User

    settings.STORAGES["staticfiles"]["BACKEND"] = STATIC
    user, _ = User.objects.get_or_create(username="bench")
    Membership.objects.get_or_create(account=account, user=user, role="owner")
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    return browser


def _opened(browser: Any, address: str) -> None:
    assert browser.get(address).status_code == 200, address


def _times(work: Callable[[], object]) -> list[tuple[float, float]]:
    found = []
    for _ in range(ROUNDS):
        start, busy = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - start, time.process_time() - busy))
    return found


def _spell(took: list[tuple[float, float]]) -> str:
    clock, processor = ([pair[at] * 1000 for pair in took] for at in (0, 1))
    return f"{statistics.median(clock):.1f} / {statistics.median(processor):.1f} ms"


def _batch(account: Any) -> str:
    from django.db import transaction

    from billing import services as billing
    from billing.models import CREDIT

    its = billing.Purpose("offer-1", "create", "images", 1)
    start, busy = time.perf_counter(), time.process_time()
    with transaction.atomic():
        for first in range(0, 10_000, MANY):
            lines = [
                billing.Line(CREDIT, f"batch:{n}", "a cat", its) for n in range(first, first + MANY)
            ]
            billing.hold_all(account, lines)
    return f"{time.perf_counter() - start:.1f} / {time.process_time() - busy:.1f} s"


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from billing import plans
    from billing.budgets import set_budget
    from billing.models import CREDIT, Account, Plan

    call_command("migrate", verbosity=0)
    account = Account.objects.create(name="bench")
    _fill(account)
    plans.subscribe(account, Plan.objects.get(key="enterprise"))
    set_budget(account, "account", soft=ENTRIES * CREDIT)
    told = {case: _spell(_times(work)) for case, work in _cases(account)}
    print(json.dumps(told | {"a batch of 10,000 is held": _batch(account)}))


if __name__ == "__main__":
    main()
