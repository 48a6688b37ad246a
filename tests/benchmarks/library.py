"""Pages, facets and look-alikes of a made-up library, on SQLite and, if there is one, PostgreSQL.

LIBRARY_ASSETS says how many assets (a hundred thousand unless told; the promise is for a million of
500 accounts, the largest with a twentieth of them), a two-thousandth of that the accounts. What is
there already is measured with LIBRARY_SQLITE=<its DATA_DIR> and LIBRARY_POSTGRES=<its address>.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

from tests import needs
from tests.benchmarks.common import table

ROOT = Path(__file__).parents[2]
ROUNDS = 3
PORT = os.environ.get("PORT", "8099")
SEARCHES = (
    "",
    "harbor",
    "portrait",
    "golden light",
    "zeppelin",
    "b",
    "type:video",
    "type:image is:favorite",
    "type:image,video provider:fal rating:4,5",
    "rating>=4 added:2026",
    "color:blue ratio:landscape",
    "ratio:9:16 duration:5..10",
    "model:flux",
    "tag:sea",
    "prompt:night -type:audio",
    "duration:5..10",
    "cost<2 -is:rejected",
    '"red boat" OR title:forest',
    "size>5MB flag:pick",
    "seed:12345",
    "is:unfiled is:unrated",
    "is:trashed",
)
SORTS = ("newest", "title", "largest", "longest", "rating", "opened", "relevance")
Kept = dict[str, tuple[list[tuple[float, float]], str]]


def run() -> None:
    told: dict[str, Kept] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, env in filled(stack, folder).items():
            told[name] = _run(env, "tests.benchmarks.library")
    cases = list(next(iter(told.values())))
    rows = []
    for case in cases:
        spelled = [spell(measured[case][0]) for measured in told.values()]
        rows.append((case, *spelled, told[next(iter(told))][case][1]))
    table(
        "The library in ms: half / 95 % / worst, and 95 % of the processor's time",
        rows,
        ("case", *told, "promised"),
    )


def filled(stack: ExitStack, folder: Path) -> dict[str, dict[str, str]]:
    """The environment of each database with its library."""
    libraries = _libraries(stack, folder)
    assets = int(os.environ.get("LIBRARY_ASSETS", "100000"))
    _seed([env for env in libraries.values() if "SEED" in env], assets)
    for env in libraries.values():
        if "SEED" not in env:  # its pages want the files of this version
            setup = [sys.executable, "manage.py", "setup"]
            subprocess.run(setup, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    return libraries


def _libraries(stack: ExitStack, folder: Path) -> dict[str, dict[str, str]]:
    """The environment of each database; SEED in those that are to be filled."""
    base = os.environ | {"PORT": PORT, "DJANGO_SETTINGS_MODULE": "config.settings"}
    kept = os.environ.get("LIBRARY_SQLITE", "")
    found = {
        "SQLite": base | ({"DATA_DIR": kept} if kept else {"DATA_DIR": f"{folder}/a", "SEED": "1"})
    }
    found["SQLite"].pop("DATABASE_URL", None)
    if kept := os.environ.get("LIBRARY_POSTGRES", ""):
        found["PostgreSQL"] = base | {"DATA_DIR": f"{folder}/b", "DATABASE_URL": kept}
    elif problem := needs.postgres_problem():
        print(f"PostgreSQL is left out: {problem}")
    else:
        address = stack.enter_context(needs.new_postgres())
        found["PostgreSQL"] = base | {
            "DATA_DIR": f"{folder}/b",
            "DATABASE_URL": address,
            "SEED": "1",
        }
    return found


def _seed(environments: list[dict[str, str]], assets: int) -> None:
    """All at once."""
    seed = f"seed_library --assets {assets} --accounts {max(5, assets // 2000)}"
    script = f"{sys.executable} manage.py setup && {sys.executable} manage.py {seed}"
    running = [
        subprocess.Popen(["/bin/sh", "-c", script], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
        for env in environments
    ]
    for one in running:
        assert one.wait() == 0, "a library could not be filled"


def _run(env: dict[str, str], module: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def spell(took: list[tuple[float, float]]) -> str:
    clock, processor = ([pair[at] for pair in took] for at in (0, 1))
    most = f"{_at(clock, 0.95):.1f} / {max(clock):.0f} ({_at(processor, 0.95):.1f})"
    return f"{_at(clock, 0.5):.1f} / {most}"


def _at(took: list[float], share: float) -> float:
    return sorted(took)[round(share * (len(took) - 1))]


# --- in a process of its own, on that database --------------------------------------------------


def _rows() -> Iterator[tuple[str, list[tuple[float, float]], str]]:
    from billing.models import Account

    seeded = Account.objects.filter(name__startswith="Seeded").order_by("name")
    some = [seeded[at] for at in _spread(seeded)]
    for name, measure, promised in (
        ("statements of a page", _in_turn, "p95 < 20"),
        ("all facets", _facets, "p95 < 40"),
        ("the whole page", lambda account: _pages(account)[0], "p95 < 80"),
    ):
        yield f"ten accounts: {name}", [t for a in some for t in measure(a)], promised
    for size, account in (("largest", seeded[0]), ("median", seeded[len(seeded) // 2])):
        for sort in SORTS:
            yield (
                f"{size} account: statements of a page, {sort}",
                _statements(account, sort),
                "p95 < 20",
            )
        yield f"{size} account: all facets", _facets(account), "p95 < 40"
        whole, statements = _pages(account)
        yield f"{size} account: the whole page", whole, "p95 < 80"
        yield f"{size} account: of it all statements", statements, ""
        yield f"{size} account: look-alikes", _alike(account), "< 10"


class _Clock:
    """Seconds that went by, and those of the processor: of this one and of its database."""

    def __init__(self) -> None:
        from django.db import connection

        self.process = ""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.process = f"/proc/{cursor.fetchone()[0]}/schedstat"

    def now(self) -> tuple[float, float]:
        theirs = 0.0
        if self.process:
            theirs = int(Path(self.process).read_text().split()[0]) / 1e9
        return time.perf_counter(), time.process_time() + theirs

    def since(self, begun: tuple[float, float]) -> tuple[float, float]:
        return tuple((b - a) * 1000 for a, b in zip(begun, self.now(), strict=True))  # type: ignore[return-value]


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """The middle of several."""
    clock = _Clock()
    took = []
    for _ in range(ROUNDS):
        begun = clock.now()
        work()
        took.append(clock.since(begun))
    return sorted(took)[ROUNDS // 2]


@contextmanager
def _statements_timed(took: list[tuple[float, float]]) -> Iterator[None]:
    """The time of all statements with the reading of their rows."""
    from django.db.models.sql.compiler import SQLCompiler

    plain: Any = SQLCompiler.execute_sql
    clock = _Clock()

    def execute_sql(self: Any, *args: Any, **kwargs: Any) -> Any:
        begun = clock.now()
        found = plain(self, *args, **kwargs)
        if found is not None and not isinstance(found, int | tuple) and hasattr(found, "__iter__"):
            found = iter(list(found))
        took.append(clock.since(begun))
        return found

    SQLCompiler.execute_sql = execute_sql  # type: ignore[method-assign]
    try:
        yield
    finally:
        SQLCompiler.execute_sql = plain  # type: ignore[method-assign]


def _sum(took: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(a for a, _ in took), sum(b for _, b in took)


def _of_statements(work: Callable[[], object]) -> tuple[float, float]:
    told = []
    for _ in range(ROUNDS):
        took: list[tuple[float, float]] = []
        with _statements_timed(took):
            work()
        told.append(_sum(took))
    return sorted(told)[ROUNDS // 2]


def _statements(account: Any, sort: str) -> list[tuple[float, float]]:
    return [_of_statements(partial(_first, account, text, sort)) for text in SEARCHES]


def _first(account: Any, text: str, sort: str) -> None:
    """The tiles of a page."""
    from assets.models import Asset
    from assets.search import filter_assets, page
    from assets.views.listing import PAGE, shown

    mine = Asset.objects.for_account(account)
    page(filter_assets(mine, {"q": text}), sort, "", PAGE, shown())


def _in_turn(account: Any) -> list[tuple[float, float]]:
    """Each search in another order."""
    pairs = [(text, SORTS[at % len(SORTS)]) for at, text in enumerate(SEARCHES)]
    return [_of_statements(partial(_first, account, *pair)) for pair in pairs]


def _spread(seeded: Any) -> list[int]:
    """Which accounts hold the 5th, 15th, … 95th hundredth of all assets, the largest first: as
    often as an asset is looked for at random, it is in an account of that size."""
    from django.db.models import Count

    sizes = list(seeded.annotate(many=Count("assets")).values_list("many", flat=True))
    ends = list(accumulate(sizes))
    return [bisect_left(ends, ends[-1] * (5 + 10 * at) / 100) for at in range(10)]


def _facets(account: Any) -> list[tuple[float, float]]:
    from assets.search import facets

    return [_timed(partial(facets, account, {"q": text})) for text in SEARCHES]


def largest() -> Any:
    from billing.models import Account

    return Account.objects.get(name="Seeded 0001")


def signed_in(account: Any) -> Any:
    """A client that somebody of the account uses."""
    from django.test import Client

    from billing.models import Membership, User

    user, _ = User.objects.get_or_create(username=f"of {account.name}")
    Membership.objects.get_or_create(account=account, user=user, defaults={"role": "owner"})
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


def _pages(account: Any) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    client = signed_in(account)

    def page(text: str) -> None:
        status = client.get("/library/", {"q": text}).status_code
        assert status == 200, (text, status)

    page("")
    return (
        [_timed(partial(page, text)) for text in SEARCHES],
        [_of_statements(partial(page, text)) for text in SEARCHES],
    )


def _alike(account: Any) -> list[tuple[float, float]]:
    from assets import services
    from assets.models import Asset

    some = Asset.objects.filter(account=account, kind="image").order_by("sha256")[:60]
    return [_timed(partial(services.alike, asset)) for asset in some]


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps({case: (took, promised) for case, took, promised in _rows()}))
