"""Frames are encoded while the next ones are drawn: in order, as they were, errors included."""

import threading
from collections.abc import Callable

import av
import numpy as np
import pytest

from studio.engine.ahead import DEPTH, Ahead
from studio.engine.picture import plane


def hand_over(show: Callable[[av.VideoFrame], None], count: int) -> None:
    with Ahead(show) as ahead:
        for _ in range(count):
            ahead.frame(av.VideoFrame(16, 8, "nv12"))


def painted(frame: av.VideoFrame, value: int) -> av.VideoFrame:
    for index in range(2):
        plane(frame, index)[:] = value
    return frame


def test_every_frame_comes_as_it_was_and_in_order() -> None:
    seen: list[int] = []
    frame = av.VideoFrame(16, 8, "nv12")

    def show(picture: av.VideoFrame) -> None:
        values = {int(v) for index in range(2) for v in np.unique(plane(picture, index))}
        assert len(values) == 1, "drawn over while it was being encoded"
        seen.append(values.pop())

    with Ahead(show) as ahead:
        for value in range(200):
            ahead.frame(painted(frame, value))
    assert seen == list(range(200))


def test_no_more_than_a_few_wait() -> None:
    gate, handed = threading.Event(), threading.Event()
    frame = av.VideoFrame(16, 8, "nv12")
    given = 0

    def show(picture: av.VideoFrame) -> None:
        gate.wait(10)

    def give(ahead: Ahead) -> None:
        nonlocal given
        for _ in range(DEPTH + 5):
            ahead.frame(frame)
            given += 1
        handed.set()

    with Ahead(show) as ahead:
        giver = threading.Thread(target=give, args=[ahead])
        giver.start()
        assert not handed.wait(0.3)
        assert given <= DEPTH + 1
        gate.set()
        giver.join(10)
    assert given == DEPTH + 5


def test_what_the_encoder_raises_is_raised_and_nobody_waits_for_ever() -> None:
    def show(picture: av.VideoFrame) -> None:
        raise ValueError("no room")

    for count in (50, 1):
        with pytest.raises(ValueError, match="no room"):
            hand_over(show, count)


def test_what_the_painter_raises_goes_first() -> None:
    def paint() -> None:
        with Ahead(lambda picture: None) as ahead:
            ahead.frame(av.VideoFrame(16, 8, "nv12"))
            raise KeyError

    with pytest.raises(KeyError):
        paint()
