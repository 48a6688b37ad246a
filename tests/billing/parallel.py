"""An experiment: many processes and threads move credits at the same moment, on a real database.

Run by test_parallel.py as a program of its own, because each process needs its own connections:
`DATABASE_URL=… python -m tests.billing.parallel`. Prints what came of it as JSON.
"""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import django

PROCESSES, THREADS, CALLS = 4, 5, 200
MONEY, PRICE = 1000, 10
RACERS = 8  # for each hold of the third experiment


def _one(account_id: str, what: str, number: int) -> str:
    """What came of one call, in a word."""
    from django.db import connection

    from billing import services as ledger
    from billing.models import Account

    account = Account(pk=UUID(account_id))
    try:
        if what == "different":
            ledger.hold(account, PRICE, f"{what}:{number}")
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


def _experiment(pool: Any, what: str) -> dict[str, Any]:
    from billing import services as ledger
    from billing.models import Account, Entry

    account = Account.objects.create(name=what)
    ledger.grant(account, MONEY, f"grant:{what}")
    if what == "close":
        for number in range(CALLS // RACERS):
            ledger.hold(account, PRICE, f"{what}:{number}")
    work = [(str(account.pk), what, first) for first in range(PROCESSES)]
    answers = Counter(word for words in pool.starmap(_process, work) for word in words)
    account.refresh_from_db()
    return {
        "answers": answers,
        "kinds": Counter(Entry.objects.filter(account=account).values_list("kind", flat=True)),
        "balance": account.balance,
        "held": account.held,
    }


def main() -> None:
    django.setup()
    from django.core.management import call_command

    from billing.services import verify_ledger

    call_command("migrate", verbosity=0)
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        outcome = {what: _experiment(pool, what) for what in ("different", "same", "close")}
    print(json.dumps(outcome | {"problems": verify_ledger()}))


if __name__ == "__main__":
    main()
