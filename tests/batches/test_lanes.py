"""Who goes next at a provider: accounts take turns, and within one its batches and single jobs."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from studio.jobs.lanes import Busy, Lane, since
from studio.jobs.remote import _in_turn

A, B, FIRST, SECOND = (UUID(int=n) for n in range(1, 5))
NOW = datetime(2027, 1, 1, tzinfo=UTC)


def order(queues: dict[Lane, int], at_work: list[Lane]) -> list[Lane]:
    """The lanes in the order in which their jobs are taken."""
    names = {
        UUID(int=n): lane for n, lane in enumerate(x for x in queues for _ in range(queues[x]))
    }
    heads = {x: iter([(n, NOW) for n, lane in names.items() if lane == x]) for x in queues}
    return [names[n] for n in _in_turn(heads, Busy(at_work))]


def test_a_single_job_is_not_behind_a_batch() -> None:
    assert order({(A, FIRST): 5, (A, None): 1}, [(A, FIRST)])[0] == (A, None)


def test_another_account_comes_before_the_second_of_this_one() -> None:
    found = order({(A, FIRST): 3, (A, SECOND): 3, (B, None): 2}, [])
    assert [lane[0] for lane in found[:4]].count(B) == 2


LANES = st.tuples(st.sampled_from([A, B]), st.sampled_from([None, FIRST, SECOND]))


@given(st.dictionaries(LANES, st.integers(1, 6), min_size=1))
def test_each_lane_gets_its_share(queues: dict[Lane, int]) -> None:
    found = order(queues, [])
    assert sorted(map(str, found)) == sorted(str(x) for x in queues for _ in range(queues[x]))
    for cut in range(len(found)):
        taken = {lane: found[:cut].count(lane) for lane in queues}
        for lane in queues:
            waits = taken[lane] < queues[lane]
            same = [x for x in queues if x[0] == lane[0]]
            assert not waits or all(taken[x] <= taken[lane] + 1 for x in same)


def test_a_row_counts_from_its_turn() -> None:
    later = datetime(2027, 1, 2, tzinfo=UTC)
    assert (since(None, NOW, later), since(FIRST, NOW, later)) == (NOW, later)
