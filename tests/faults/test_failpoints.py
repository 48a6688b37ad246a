"""A process that dies at each of the named points between intent and outcome."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.failpoints import NAMES
from tests import needs
from tests.fakes.plain import MODES
from tests.faults.conftest import Place, Tiny

pytestmark = [
    pytest.mark.slow,
    pytest.mark.cluster,
    pytest.mark.xdist_group("faults"),
    needs.linux(),
]

# From here on the way back does not depend on how the provider can be asked.
LATER = NAMES[NAMES.index("noted") :]
CASES = [(name, mode) for name in NAMES for mode in MODES if name not in LATER or mode == "lookup"]
# Where it may be, or is, accepted and nobody knows by what name; and where it is not.
UNCLEAR = NAMES[NAMES.index("handed") : NAMES.index("noted")]
NOT_SENT = ("handed", "before-send")


@pytest.fixture
def fake() -> Iterator[Tiny]:
    """Quick, as every case waits for it."""
    with Tiny(seconds=0.2) as fake:
        yield fake


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_killed_at(name: str, mode: str, place: Place, tmp_path: Path) -> None:
    offer, mark = "plain" + mode.partition("_")[0], tmp_path / "mark"
    died = place.try_hand(
        "rich 10", f"order {offer}", "work 30", FAILPOINT=f"{name}:{mark}", SETTLE_SECONDS="1"
    )
    assert died.returncode == 137, died.stderr[-2000:]
    assert mark.exists()
    told = place.hand("after_a_death", "work 60", "figures", SETTLE_SECONDS="1")
    assert place.paid_twice() == {}
    assert told["ledger"] == []
    sent = len(place.fake.predictions)
    assert sent == (name not in NOT_SENT or mode in ("idempotency_key", "lookup"))
    if name in UNCLEAR and mode in ("webhook", "none"):
        assert told["states"] == {"review": 1}
        told = place.hand("give_up", "figures")
        assert told["kinds"] == {"hold": 1, "release": 1}
        assert told["suspense"] == 10
    else:
        assert told["states"] == {"succeeded": 1}
        assert told["kinds"] == {"hold": 1, "charge": 1}
        assert told["one_film_each"]
    assert told["held"] == 0


@pytest.mark.parametrize("name", [name for name in NAMES if name != "downloaded"])
def test_killed_at_an_answer_that_is_the_result(name: str, place: Place, tmp_path: Path) -> None:
    """Before it is committed nobody can have it again, and it is not bought again; from then on it
    is as safe as the tables."""
    mark = tmp_path / "mark"
    lines = ("rich 10", "order plainatonce", "work 30")
    died = place.try_hand(*lines, FAILPOINT=f"{name}:{mark}", SETTLE_SECONDS="1")
    assert died.returncode == 137, died.stderr[-2000:]
    told = place.hand("after_a_death", "work 60", "figures", SETTLE_SECONDS="1")
    assert place.paid_twice() == {}
    assert told["ledger"] == []
    assert len(place.fake.predictions) == (name not in NOT_SENT)
    if name in UNCLEAR:
        assert told["states"] == {"review": 1}
        told = place.hand("give_up", "figures")
        assert (told["kinds"], told["suspense"]) == ({"hold": 1, "release": 1}, 10)
    else:
        assert told["states"] == {"succeeded": 1}
        assert told["kinds"] == {"hold": 1, "charge": 1}
        assert told["films"] == 2, "the one that was asked for, and the one that came"
    assert told["held"] == 0
