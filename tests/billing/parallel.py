"""An experiment: many processes and threads move credits at the same moment, on a real database.

Run by test_parallel.py as a program of its own, because each process needs its own connections:
`DATABASE_URL=… python -m tests.billing.parallel`. Prints what came of it as JSON.
"""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import django

PROCESSES, THREADS, CALLS = 4, 5, 200
MONEY, PRICE = 1000, 10
RACERS = 8  # for each hold of the third experiment
LIMITED = ("counter", "budget", "plan")
EXPERIMENTS = ("different", "same", "close", *LIMITED)


def _one(account_id: str, what: str, number: int) -> str:
    """What came of one call, in a word."""
    from django.db import connection

    from billing import services as ledger
    from billing.models import Account

    account = Account(pk=UUID(account_id))
    try:
        if what in ("different", *LIMITED):
            purpose = ledger.Purpose(kind="images", count=1)
            ledger.hold(account, PRICE, f"{what}:{number}", purpose=purpose)
        elif what == "same":
            ledger.hold(account, PRICE, what)
        elif number % 2:
            ledger.charge(account, PRICE, f"{what}:{number // RACERS}")
        else:
            ledger.release(account, f"{what}:{number // RACERS}")
    except Exception as error:  # its name is the result
        return type(error).__name__
    finally:
        connection.close()
    return "done"


def _process(account_id: str, what: str, first: int) -> list[str]:
    django.setup()
    numbers = range(first, CALLS, PROCESSES)
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda n: _one(account_id, what, n), numbers))


def _limit(account: Any, what: str) -> None:
    """Room for a hundred of two hundred, by something else than the balance."""
    from billing import plans
    from billing.budgets import set_budget
    from billing.models import Plan

    if what == "budget":
        set_budget(account, "account", hard=MONEY)
    else:
        caps = {"images": MONEY // PRICE} if what == "counter" else {}
        plan = Plan.objects.create(key=what, name=what, caps=caps, cost_cap=None if caps else MONEY)
        plans.subscribe(account, plan)


def _experiment(pool: Any, what: str) -> dict[str, Any]:
    from billing import services as ledger
    from billing.models import Account, BudgetPeriod, Counter, Entry

    account = Account.objects.create(name=what)
    ledger.grant(account, MONEY * (2 if what in LIMITED else 1), f"grant:{what}")
    if what in LIMITED:
        _limit(account, what)
    if what == "close":
        for number in range(CALLS // RACERS):
            ledger.hold(account, PRICE, f"{what}:{number}")
    work = [(str(account.pk), what, first) for first in range(PROCESSES)]
    answers = Tally(word for words in pool.starmap(_process, work) for word in words)
    account.refresh_from_db()
    return {
        "answers": answers,
        "kinds": Tally(Entry.objects.filter(account=account).values_list("kind", flat=True)),
        "balance": account.balance,
        "held": account.held,
        "counted": sum(Counter.objects.filter(account=account).values_list("used", flat=True)),
        "budget": sum(
            BudgetPeriod.objects.filter(budget__account=account).values_list("held", flat=True)
        ),
    }


def main() -> None:
    django.setup()
    from django.core.management import call_command

    from billing.services import verify_ledger

    call_command("migrate", verbosity=0)
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        outcome = {what: _experiment(pool, what) for what in EXPERIMENTS}
    print(json.dumps(outcome | {"problems": verify_ledger()}))


if __name__ == "__main__":
    main()
