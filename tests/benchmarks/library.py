"""Pages, filters and facets of a made-up library, on SQLite and, where there is one, PostgreSQL.

LIBRARY_ASSETS says how many assets (a hundred thousand unless told; the promise is for a million of
500 accounts, the largest with a twentieth of them), a five-hundredth of that the accounts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests import needs
from tests.benchmarks.common import table

ROOT = Path(__file__).parents[2]
ROUNDS = 3
SEARCHES = (
    "",
    "harbor",
    "golden light",
    "type:video",
    "type:image is:favorite",
    "rating>=4 added:2026",
    "color:blue ratio:landscape",
    "model:flux",
    "tag:sea",
    "prompt:night -type:audio",
    "duration:5..10",
    "cost<2 -is:rejected",
    '"red boat" OR title:forest',
    "size>5MB flag:pick",
)
SORTS = ("newest", "title", "largest", "rating")


def run() -> None:
    assets = int(os.environ.get("LIBRARY_ASSETS", "100000"))
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", f"sqlite:///{folder}/library.sqlite3", folder, assets)
        if problem := needs.postgres_problem():
            print(f"PostgreSQL is left out: {problem}")
            return
        with needs.new_postgres() as address:
            _measure("PostgreSQL", address, folder, assets)


def _measure(name: str, address: str, folder: str, assets: int) -> None:
    environment = os.environ | {"DATABASE_URL": address, "DATA_DIR": folder, "PORT": "8099"}
    accounts = str(max(5, assets // 2000))
    for said in (
        ("manage.py", "setup"),
        ("manage.py", "seed_library", "--assets", str(assets), "--accounts", accounts),
    ):
        subprocess.run(
            [sys.executable, *said],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.library"],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    table(
        f"{name}, {assets:,} assets of {accounts} accounts, medians (95th percentile), ms",
        [(case, spell(took), "–", "–", promised) for case, took, promised in told],
    )


def spell(took: list[float]) -> str:
    return f"{_at(took, 0.5):.1f} ({_at(took, 0.95):.1f}; worst {max(took):.0f})"


def _at(took: list[float], share: float) -> float:
    return sorted(took)[round(share * (len(took) - 1))]


# --- in a process of its own, on that database --------------------------------------------------


def _rows() -> Iterator[tuple[str, list[float], str]]:
    from billing.models import Account

    seeded = Account.objects.filter(name__startswith="Seeded").order_by("name")
    for size, account in (("largest", seeded[0]), ("median", seeded[len(seeded) // 2])):
        yield f"the {size} account: statements of a page", _statements(account), "p95 < 20"
        yield f"the {size} account: facets", _facets(account), "p95 < 40"
        yield f"the {size} account: the whole page", _pages(account), "p95 < 80"


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


@contextmanager
def _clock(took: list[float]) -> Iterator[None]:
    """The time of all statements with the reading of their rows."""
    from django.db.models.sql.compiler import SQLCompiler

    plain: Any = SQLCompiler.execute_sql

    def execute_sql(self: Any, *args: Any, **kwargs: Any) -> Any:
        begun = time.perf_counter()
        found = plain(self, *args, **kwargs)
        if found is not None and not isinstance(found, int | tuple) and hasattr(found, "__iter__"):
            found = iter(list(found))
        took.append((time.perf_counter() - begun) * 1000)
        return found

    SQLCompiler.execute_sql = execute_sql  # type: ignore[method-assign]
    try:
        yield
    finally:
        SQLCompiler.execute_sql = plain  # type: ignore[method-assign]


def _statements(account: Any) -> list[float]:
    from assets.models import Asset
    from assets.search import filter_assets, page

    told = []
    for text in SEARCHES:
        for sort in SORTS:
            for _ in range(ROUNDS):
                took: list[float] = []
                with _clock(took):
                    found = filter_assets(Asset.objects.for_account(account), {"q": text})
                    page(found, sort, "", 36)
                told.append(sum(took))
    return told


def _facets(account: Any) -> list[float]:
    from assets.search import facets

    return [
        _timed(partial(facets, account, {"q": text})) for text in SEARCHES for _ in range(ROUNDS)
    ]


def _pages(account: Any) -> list[float]:
    from django.test import Client

    from billing.models import Membership, User

    user, _ = User.objects.get_or_create(username=f"of {account.name}")
    Membership.objects.get_or_create(account=account, user=user, defaults={"role": "owner"})
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)

    def page(text: str) -> None:
        status = client.get("/library/", {"q": text}).status_code
        assert status == 200, (text, status)

    page("")
    return [_timed(partial(page, text)) for text in SEARCHES for _ in range(ROUNDS)]


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(list(_rows())))
