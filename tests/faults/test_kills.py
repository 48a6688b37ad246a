"""Kills while jobs run at a provider that lies: nothing is lost, bought or charged twice.

Every kind of provider on SQLite; on PostgreSQL, where only the locks differ, one that can be asked
and one of which nothing can be found out. The experiment of the README has every kind on both:
`TEST_KILL_JOBS=300 make test ARGS="tests/faults/test_kills.py -m slow"`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
import urllib.error
from typing import Any

import pytest

from tests import needs
from tests.cluster.person import Person
from tests.fakes.parts import Faults
from tests.fakes.plain import MODES, FakePlain
from tests.faults.conftest import Place

pytestmark = [
    pytest.mark.slow,
    pytest.mark.cluster,
    pytest.mark.xdist_group("kills"),
    needs.linux(),
]

WHOLE = "TEST_KILL_JOBS" in os.environ
JOBS = int(os.environ.get("TEST_KILL_JOBS", "75"))
KILLS = max(8, JOBS // 25)
SECONDS = 3.0 * KILLS  # what was killed is back before the next one
PATIENCE = 240
PRICE = 10
FIGURES = ("held", "ledger", "suspense", "films", "one_film_each", "starts", "errors")
LIES = Faults(cut_before=0.08, cut_after=0.13, error_after=0.05, too_many=0.05, server_error=0.05)


@pytest.mark.parametrize(
    ("mode", "either"),
    [
        *((mode, "sqlite") for mode in MODES),
        *(
            pytest.param(mode, "postgres", marks=[pytest.mark.postgres, needs.postgres()])
            for mode in (MODES if WHOLE else ("lookup", "none"))
        ),
    ],
    indirect=["either"],
)
def test_nothing_is_lost_or_bought_twice(
    mode: str, either: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    offer = "plain" + mode.partition("_")[0]
    begun = time.monotonic()
    kills = _run(either, offer)
    ended = time.monotonic()
    told = {"mode": mode, "database": _kind(either), **_settle(either), **kills}
    told["seconds"] = round(time.monotonic() - begun)
    told["seconds_after_the_kills"] = round(time.monotonic() - ended)
    with capsys.disabled():
        print("\n" + json.dumps(told))
    assert either.stop(signal.SIGTERM) < 25
    _check(told, mode)


def _check(told: dict[str, Any], mode: str) -> None:
    assert told["left"] == 0, "every job has ended or waits for a person"
    assert told["bought_twice"] == {}
    assert told["ordered"] == JOBS
    assert told["charged"] + told["reviews"] + told["failed"] == JOBS
    assert told["failed"] == 0, told["errors"]
    assert told["paid"] <= told["charged"] + told["reviews"]
    assert told["ledger"] == []
    assert told["held"] == 0
    assert told["suspense"] == told["reviews"] * PRICE
    assert told["one_film_each"]
    assert told["films"] == told["charged"]
    if mode in ("idempotency_key", "lookup"):
        assert (told["paid"], told["reviews"]) == (JOBS, 0)


def _kind(place: Place) -> str:
    return place.environment["DATABASE_URL"].partition(":")[0]


def _run(place: Place, offer: str) -> dict[str, Any]:
    """Orders arrive and processes die."""
    fake = place.fake
    if offer == "plainwebhook":
        place.environment |= {"PUBLIC_URL": f"http://127.0.0.1:{place.port}"}
    place.environment |= {f"{offer.upper()}_SLOTS": "80"}
    fake.faults = LIES
    place.hand(f"rich {JOBS * PRICE}")
    person = Person(place)
    place.start()
    _warm_up(fake)
    accepted: list[str] = []
    orders = threading.Thread(target=_order_all, args=(person, offer, accepted))
    orders.start()
    killed = _kill_around(place, random.Random(offer))
    orders.join(120)
    fake.faults = Faults()
    return {"ordered": len(set(accepted)), "killed": killed}


def _warm_up(fake: FakePlain) -> None:
    """Every answer takes a moment, so that a kill may come in between."""
    fake.seconds, fake.faults.slow = 1.0, 0.03


def _order_all(person: Person, offer: str, accepted: list[str]) -> None:
    """As a careful client: the same key until there is an answer."""
    for number in range(JOBS):
        time.sleep(SECONDS * 0.7 / JOBS)
        said = {"operation": "text-to-video", "offer": offer, "params": {"prompt": f"n {number}"}}
        while not _order(person, json.dumps(said).encode(), f"key {number}", accepted):
            time.sleep(0.2)


def _order(person: Person, body: bytes, key: str, accepted: list[str]) -> bool:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    try:
        answer = person.call("POST", "jobs/", data=body, headers=headers)
    except (urllib.error.URLError, OSError):
        return False
    if answer.status in (200, 201):
        accepted.append(answer.json()["id"])
    else:
        assert answer.status in (502, 503), answer
    return answer.status in (200, 201)


def _kill_around(place: Place, chance: random.Random) -> dict[str, int]:
    """Mostly the engine, in which the pump works; once everything."""
    victims = ["engine"] * (KILLS - 4) + ["work"] * 2 + ["web", "supervisor"]
    chance.shuffle(victims)
    done = dict.fromkeys(victims, 0)
    for victim in victims:
        time.sleep(chance.uniform(0.4, 1.6) * SECONDS / KILLS)
        done[victim] += _kill(place, victim)
    return done


def _kill(place: Place, victim: str) -> bool:
    if victim == "supervisor":
        assert place.process
        place.process.kill()
        place.process.wait()
        place.start()
        return True
    leader = place.leader(victim)
    if leader:
        os.killpg(leader, signal.SIGKILL)
    return bool(leader)


def _settle(place: Place) -> dict[str, Any]:
    """Until everything has ended, a person giving up what nobody can find out."""
    left = place.hand(f"watch {PATIENCE}", timeout=PATIENCE + 60)
    reviews = place.hand("give_up")
    told = place.hand("figures")
    return {
        "left": left,
        "paid": len(place.fake.predictions),
        "bought_twice": place.paid_twice(),
        "charged": told["kinds"].get("charge", 0),
        "reviews": reviews,
        "failed": told["states"].get("failed", 0) - reviews,
        **{n: told[n] for n in FIGURES},
    }
