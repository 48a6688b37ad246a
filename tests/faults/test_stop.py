"""A studio that is asked to stop while work is on its way to a provider, and one that was away."""

from __future__ import annotations

import signal

import pytest

from tests import needs
from tests.cluster.harness import wait_for
from tests.faults.conftest import Place

pytestmark = [
    pytest.mark.slow,
    pytest.mark.cluster,
    pytest.mark.xdist_group("faults"),
    needs.linux(),
]

JOBS = 24


def test_asked_to_stop_in_the_middle_of_submits(place: Place) -> None:
    """What is on its way is waited for; nothing becomes unclear, nothing new is sent."""
    fake = place.fake
    fake.faults.slow = 2.0
    place.hand(f"rich {JOBS * 10}")
    place.start()
    place.hand(f"order plainnone {JOBS}")
    wait_for(lambda: len(fake.predictions) >= 4, 30, "some submits")
    seconds = place.stop(signal.SIGTERM)
    sent = len(fake.predictions)
    assert seconds < 25
    stages = place.rows("SELECT DISTINCT state FROM studio_event")
    assert ("unknown",) not in stages
    assert ("review",) not in stages
    assert len(fake.predictions) == sent
    [[at_work]] = place.rows("SELECT COUNT(*) FROM studio_job WHERE provider_ref <> ''")
    assert at_work == sent, "everything that was accepted is known by name"
    fake.faults.slow = 0
    place.start()
    assert place.hand("watch 90") == 0
    told = place.hand("figures")
    assert told["states"] == {"succeeded": JOBS}
    assert (place.paid_twice(), len(fake.predictions), told["held"]) == ({}, JOBS, 0)
    assert place.stop(signal.SIGTERM) < 5


def test_an_hour_away(place: Place) -> None:
    """Everything at work is asked about, nothing is sent a second time."""
    fake = place.fake
    fake.seconds = None
    place.hand(f"rich {JOBS * 10}")
    place.start()
    place.hand(f"order plainnone {JOBS}")
    wait_for(
        lambda: place.rows("SELECT COUNT(*) FROM studio_job WHERE state = 'running'") == [(JOBS,)],
        30,
        "all of it at work",
    )
    place.process.kill()  # type: ignore[union-attr]
    place.process.wait()  # type: ignore[union-attr]
    wait_for(lambda: not place.processes(), 10, "every process to be gone")
    place.hand("an_hour_passes")
    for prediction in list(fake.predictions.values()):
        fake.end(prediction.id)
    fake.calls.clear()
    place.start()
    wait_for(lambda: any("/runs/" in path for _, path in fake.calls), 60, "the first question")
    assert place.hand("watch 90") == 0
    assert place.hand("figures")["states"] == {"succeeded": JOBS}
    assert len(fake.predictions) == JOBS
    assert not [path for method, path in fake.calls if method == "POST"]
