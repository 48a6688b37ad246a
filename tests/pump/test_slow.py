"""A provider that answers slowly keeps nobody but itself waiting."""

from __future__ import annotations

import time
from uuid import uuid4

from studio import catalogue, keys
from studio.providers import Remote
from studio.pump.courier import Courier
from studio.pump.errands import Watch
from studio.spec import Handle
from tests.fakes.plain import FakePlain

QUESTIONS = 5


def watch(provider: Remote, home: str, secret: str, ref: str) -> Watch:
    return Watch(
        job=uuid4(),
        fence=1,
        access=keys.Access(provider, home, secret),
        handle=Handle(provider.offers[0], "ours", ref),
        since=time.time(),
        deadline=600.0,
        soon=True,
    )


def test_others_are_asked_as_often_as_ever(plain: FakePlain) -> None:
    quick, slow = catalogue.remote("plainnone"), catalogue.remote("plainlookup")
    plain.seconds = None
    prediction = plain.add("plain", {})
    with FakePlain(seconds=None) as stuck, Courier(lambda: True) as courier:
        stuck.faults.slow = 60
        for _ in range(1000):
            courier.post(watch(slow, stuck.url, stuck.secret, "x"))
        mine = watch(quick, plain.url, plain.secret, prediction.id)
        courier.post(mine)
        begun = time.monotonic()
        while len(plain.calls) < QUESTIONS and time.monotonic() < begun + 10:
            time.sleep(0.05)
        assert len(plain.calls) >= QUESTIONS
        assert len(stuck.calls) > 100, "all its places are taken"
