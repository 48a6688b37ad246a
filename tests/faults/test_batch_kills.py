"""A cluster and its pump are killed while batches are at work: every row comes to an end, once."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import Any

import pytest

from tests import needs
from tests.cluster.harness import wait_for
from tests.fakes.parts import Faults
from tests.faults.conftest import Place

pytestmark = [
    pytest.mark.slow,
    pytest.mark.cluster,
    pytest.mark.xdist_group("kills"),
    needs.linux(),
]

ROWS = 24
PRICE = 10
PATIENCE = 300
LIES = Faults(cut_before=0.05, cut_after=0.1, error_after=0.05, slow=0.03)
# When so many rows of both are done, this dies; the pump works in the engine.
DEATHS = ((6, "engine"), (18, "work"), (32, "engine"))


@pytest.mark.parametrize(
    "either",
    ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, needs.postgres()])],
    indirect=True,
)
def test_every_row_is_done_once(either: Place) -> None:
    place = either
    place.fake.faults, place.fake.seconds = LIES, 1.0
    place.hand(f"rich {ROWS * PRICE}")
    place.hand(f"batch plainlookup {ROWS}", f"batch local-background {ROWS}")
    place.start()
    for least, victim in DEATHS:
        wait_for(partial(_are_done, place, least), PATIENCE, f"{least} rows")
        _kill(place, victim)
    place.fake.faults = Faults()
    assert place.hand(f"watch {PATIENCE}", timeout=PATIENCE + 60) == 0
    wait_for(lambda: _told(place)["ended"] == 2, 30, "the end of both batches")
    told = _told(place)
    assert told["rows"] == {"done": 2 * ROWS}
    assert told["money"] == {"hold charge": 2 * ROWS}, "once for each row"
    assert told["spent"] == [0, ROWS * PRICE]
    figures = place.hand("figures")
    assert (figures["held"], figures["ledger"], figures["suspense"]) == (0, [], 0)
    assert figures["one_film_each"], "every result is in the library once"
    assert len(place.fake.predictions) == ROWS
    assert place.paid_twice() == {}
    assert place.stop(signal.SIGTERM) < 25


def _told(place: Place) -> dict[str, Any]:
    told: dict[str, Any] = place.hand("batches")
    return told


def _are_done(place: Place, least: int) -> bool:
    return _told(place)["rows"].get("done", 0) >= least


def _kill(place: Place, victim: str) -> None:
    leader = wait_for(lambda: place.leader(victim), 30, f"a {victim}")
    os.killpg(leader, signal.SIGKILL)
