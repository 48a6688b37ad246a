"""Two hundred at the same moment: exactly what the money allows, exactly once per reference."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import needs

ROOT = Path(__file__).resolve().parents[2]
# Each experiment is made once, not once for each worker.
pytestmark = pytest.mark.xdist_group("parallel")


Outcome = dict[str, Any]


def experiment(address: str, folder: Path) -> Outcome:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": address,
        "DATA_DIR": str(folder),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.billing.parallel"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.fixture(
    scope="module",
    params=[
        "sqlite",
        pytest.param("postgres", marks=[pytest.mark.slow, pytest.mark.postgres, needs.postgres()]),
    ],
)
def outcome(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("parallel")
    if request.param == "sqlite":
        return experiment(f"sqlite://{folder / 'ledger.sqlite3'}", folder)
    with needs.new_postgres() as address:
        return experiment(address, folder)


def test_money_for_a_hundred_is_held_a_hundred_times(outcome: Outcome) -> None:
    got = outcome["different"]
    assert got["answers"] == {"done": 100, "InsufficientCredits": 100}
    assert got["kinds"] == {"grant": 1, "hold": 100}
    assert (got["balance"], got["held"]) == (1000, 1000)


@pytest.mark.parametrize(
    ("what", "refusal"),
    [("counter", "LimitReached"), ("budget", "BudgetReached"), ("plan", "BudgetReached")],
    ids=["counter", "budget", "plan"],
)
def test_a_limit_for_a_hundred_lets_a_hundred_through(
    outcome: Outcome, what: str, refusal: str
) -> None:
    """There are credits for all two hundred."""
    got = outcome[what]
    assert got["answers"] == {"done": 100, refusal: 100}
    assert (got["balance"], got["held"], got["counted"]) == (2000, 1000, 100)
    assert got["budget"] == (0 if what == "counter" else 1000)


def test_the_same_reference_is_held_once_and_everybody_is_answered(outcome: Outcome) -> None:
    got = outcome["same"]
    assert got["answers"] == {"done": 200}
    assert got["kinds"] == {"grant": 1, "hold": 1}
    assert (got["balance"], got["held"]) == (1000, 10)


def test_a_hold_is_charged_or_released_but_never_both(outcome: Outcome) -> None:
    """25 holds; for each, four charges race four releases."""
    got = outcome["close"]
    assert got["answers"] == {"done": 100, "LedgerConflict": 100}
    charged = got["kinds"].get("charge", 0)
    assert charged + got["kinds"].get("release", 0) == 25
    assert (got["balance"], got["held"]) == (1000 - 10 * charged, 0)


def test_the_ledger_is_sound_afterwards(outcome: Outcome) -> None:
    assert outcome["problems"] == []
