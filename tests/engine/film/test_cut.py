"""The arithmetic of cutting and joining, without a frame."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.engine.film.cut import Index, overlaps, starts, steady_rate, times_of_decoding


@st.composite
def indexes(draw) -> Index:
    """Groups of pictures: a key frame, then frames that are shown a little earlier or later; now
    and then one that reaches over the border of its group."""
    pts, keys, begin = [], [], 0
    for _ in range(draw(st.integers(1, 5))):
        size = draw(st.integers(1, 9))
        rest = list(range(begin + 1, begin + size))
        swaps = draw(st.lists(st.integers(0, max(size - 3, 0)), max_size=4))
        for at in swaps if size > 2 else ():
            rest[at], rest[at + 1] = rest[at + 1], rest[at]
        pts += [begin, *rest]
        keys += [True] + [False] * (size - 1)
        begin += size
    if len(pts) > 2 and draw(st.booleans()):
        at = draw(st.integers(0, len(pts) - 2))
        pts[at], pts[at + 1] = pts[at + 1], pts[at]
    return Index(np.array(pts) * 512 + 77, np.array(keys))


@given(indexes(), st.data())
def test_what_is_copied_stands_alone_and_inside(index: Index, data) -> None:
    first = data.draw(st.integers(0, len(index) - 1))
    last = data.draw(st.integers(first + 1, len(index)))
    found = index.copied(first, last)
    if found is None:
        return
    low, high = found
    assert first <= low < high <= last
    assert index.keys[low]
    assert sorted(index.pts[low:high]) == list(index.shown[low:high])


@given(indexes())
def test_all_of_it_is_copied_when_it_begins_with_a_key_frame(index: Index) -> None:
    if index.boundaries[0] and index.keys[0]:
        assert index.copied(0, len(index)) == (0, len(index))


@given(indexes(), st.integers(0, 3))
def test_packets_are_due_in_order_and_never_after_their_frame(index: Index, more: int) -> None:
    due = times_of_decoding(index.shown, index.depth + more)
    assert len(due) == len(index)
    assert (np.diff(due) > 0).all()
    assert (due <= index.pts).all()


def test_depth_is_the_smallest_that_works() -> None:
    index = Index(np.array([0, 3, 1, 2, 4]), np.array([True, *[False] * 4]))
    assert index.depth == 1
    assert not (times_of_decoding(index.shown, 0) <= index.pts).all()


def test_a_rate_is_even_or_it_is_none() -> None:
    base, rate = Fraction(1, 1000), Fraction(30)
    rounded = np.array([0, 33, 67, 100, 133, 167])
    assert steady_rate(rounded, base, rate) == 30
    assert steady_rate(rounded + np.array([0, 0, 9, 0, 0, 0]), base, rate) is None
    assert steady_rate(rounded, base, None) is None


lengths = st.lists(st.integers(40, 200), min_size=1, max_size=12)


@given(lengths, st.integers(1, 20), st.sampled_from(["cut", "crossfade", "black"]))
def test_a_joined_film_has_no_hole_and_no_overlap(sizes: list[int], fade: int, join: str) -> None:
    fade = 0 if join == "cut" else fade
    edges, begins = overlaps(sizes, fade, join), starts(sizes, fade, join)
    shown = sum(size - head - tail for size, (head, tail) in zip(sizes, edges, strict=True))
    between = fade * (len(sizes) - 1)
    assert shown + between == begins[-1]
    lost = between if join == "crossfade" else 0
    assert begins[-1] == sum(sizes) - lost
    for at in range(len(sizes) - 1):
        body_end = begins[at] + sizes[at] - edges[at][1]
        assert body_end + fade == begins[at + 1] + edges[at + 1][0]
