"""A pump that sleeps beyond its lease, and wakes when another one works."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import needs
from tests.cluster.harness import ROOT, wait_for
from tests.fakes.plain import MODES
from tests.faults.conftest import Place

pytestmark = [
    pytest.mark.slow,
    pytest.mark.cluster,
    pytest.mark.xdist_group("faults"),
    needs.linux(),
]

OFFERS = ["plain" + mode.partition("_")[0] for mode in MODES]
ROUNDS = 2
EACH = 15  # jobs for each offer and round
LEASE = 10.0
PATIENCE = 90.0  # seconds for the other to start and to take over, on a busy machine
MORE = 2.0  # seconds that it sleeps beyond that


class Pump:
    """`manage.py pump` in a process; what it says is in a file."""

    def __init__(self, place: Place, log: Path, seconds: int = 180) -> None:
        self.log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py", "pump", f"--seconds={seconds}"],
                env=place.environment,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def said(self, words: str) -> bool:
        return words in self.log.read_text()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def test_a_pump_that_wakes_too_late(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is fenced: what it still brings is dropped, and what it still sends was nobody's yet."""
    # Longer than the pause: what is still on its way must have arrived, or never will.
    place.environment["SETTLE_SECONDS"] = str(int(LEASE))
    place.hand(f"rich {ROUNDS * EACH * len(OFFERS) * 10}")
    fenced, open_submits = 0, []
    for number in range(ROUNDS):
        place.fake.faults.slow = 0.7
        place.hand(*[f"order {offer} {EACH}" for offer in OFFERS])
        asleep, awake, open_ones = _round(place, tmp_path / f"{number}")
        open_submits.append(open_ones)
        fenced += asleep.said("taken over by another process")
        awake.end()
        asleep.end()
        place.fake.faults.slow = 0
        place.hand("after_a_death", "work 90")
    place.hand("give_up")
    told = place.hand("figures")
    with capsys.disabled():
        print("\n" + json.dumps({"fenced": fenced, "open_submits": open_submits, **told}))
    assert fenced == ROUNDS
    assert place.paid_twice() == {}
    assert (told["ledger"], told["held"], told["one_film_each"]) == ([], 0, True)
    assert told["kinds"]["hold"] == ROUNDS * EACH * len(OFFERS)
    assert told["kinds"]["charge"] == told["states"]["succeeded"]


def _round(place: Place, folder: Path) -> tuple[Pump, Pump, int]:
    """One sleeps with submits under way, the other takes over; the sleeper wakes."""
    folder.mkdir()
    asleep = Pump(place, folder / "asleep.txt")
    before = len(place.fake.predictions)
    wait_for(lambda: len(place.fake.predictions) > before, 30, "the first submit")
    time.sleep(random.uniform(0.2, 0.9))
    _stop_between_writes(asleep, place)
    [[open_ones]] = place.rows("SELECT COUNT(*) FROM studio_job WHERE state = 'submitting'")
    epoch = _epoch(place)
    stopped = time.monotonic()
    awake = Pump(place, folder / "0.txt")
    attempt = 0
    while _epoch(place) == epoch and time.monotonic() < stopped + PATIENCE:
        if awake.process.poll() is not None:
            attempt += 1
            awake = Pump(place, folder / f"{attempt}.txt")
        time.sleep(0.3)
    assert _epoch(place) == epoch + 1
    assert time.monotonic() - stopped > LEASE - 2, "nobody takes over from the living"
    time.sleep(MORE)
    asleep.process.send_signal(signal.SIGCONT)
    wait_for(lambda: asleep.process.poll() is not None, 20, "the fenced one to end")
    return asleep, awake, int(open_ones)


def _stop_between_writes(pump: Pump, place: Place) -> None:
    """In the middle of one, SQLite would let nobody else write until it goes on."""
    while True:
        pump.process.send_signal(signal.SIGSTOP)
        database = sqlite3.connect(place.folder / "zoetrope.sqlite3", timeout=0.2)
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            pump.process.send_signal(signal.SIGCONT)
            time.sleep(0.05)
        else:
            database.rollback()
            return
        finally:
            database.close()


def _epoch(place: Place) -> int:
    return int(place.rows("SELECT epoch FROM studio_lease")[0][0])
