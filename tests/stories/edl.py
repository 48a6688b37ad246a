"""A strict reader of CMX 3600: columns, order, lengths and timecodes, or it fails."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

EVENT = re.compile(
    r"(?P<number>\d{3})  (?P<reel>[A-Z0-9]{1,8}) +(?P<track>V) +(?P<how>C|D) {4}"
    r"(?P<frames>\d{3}|   )"
    r" (?P<source>\S{11}) (?P<out>\S{11}) (?P<start>\S{11}) (?P<end>\S{11})"
)
SPEED = re.compile(r"M2   (?P<reel>[A-Z0-9]{1,8}) +(?P<fps>\d{3}\.\d) +(?P<first>[\d:]{11})")
CODE = re.compile(r"(\d\d):(\d\d):(\d\d)([:;])(\d\d)")


@dataclass
class Event:
    number: int
    reel: str
    how: str
    frames: int
    source: int
    out: int
    start: int
    end: int
    comments: list[str] = field(default_factory=list)
    fps: float | None = None


def frame(code: str, nominal: int, drop: bool) -> int:
    """The number of the frame, counted the slow way for the frames that are left out."""
    found = CODE.fullmatch(code)
    assert found, code
    hours, minutes, seconds, frames = (int(found[n]) for n in (1, 2, 3, 5))
    assert (found[4] == ";") == drop, code
    assert minutes < 60, code
    assert seconds < 60, code
    assert frames < nominal, code
    total = hours * 60 + minutes
    left_out = 0
    if drop:
        step = nominal // 15
        assert not (seconds == 0 and frames < step and minutes % 10), f"{code} does not exist"
        left_out = step * sum(1 for minute in range(1, total + 1) if minute % 10)
    return (total * 60 + seconds) * nominal + frames - left_out


def read(text: str, nominal: int) -> tuple[str, list[Event]]:
    """The title and the events, of which each follows on the one before."""
    assert text.endswith("\r\n")
    assert text.isascii()
    title, mode, blank, *lines = text.split("\r\n")[:-1]
    assert title.startswith("TITLE: ")
    assert len(title) <= 80
    assert mode in ("FCM: DROP FRAME", "FCM: NON-DROP FRAME")
    assert blank == ""
    drop = mode == "FCM: DROP FRAME"
    events: list[Event] = []
    for line in lines:
        if line.startswith("* "):
            events[-1].comments.append(line[2:])
        elif found := SPEED.fullmatch(line):
            assert found["reel"] == events[-1].reel
            events[-1].fps = float(found["fps"])
        else:
            events.append(_event(line, nominal, drop))
    check(events)
    return title.removeprefix("TITLE: "), events


def _event(line: str, nominal: int, drop: bool) -> Event:
    found = EVENT.fullmatch(line)
    assert found, line
    assert line.index(found["track"], 5 + len(found["reel"])) == 14
    codes = [frame(found[name], nominal, drop) for name in ("source", "out", "start", "end")]
    frames = int(found["frames"]) if found["how"] == "D" else 0
    assert (found["how"] == "D") == bool(found["frames"].strip())
    return Event(int(found["number"]), found["reel"], found["how"], frames, *codes)


def check(events: list[Event]) -> None:
    """Numbers count up, a dissolve has its first half, and times follow on each other."""
    number, at = 0, None
    for event in events:
        if event.how == "D":
            assert event.number == number, "a dissolve has two lines of one number"
            assert 0 < event.frames <= event.end - event.start
        else:
            assert event.number == number + 1
            number = event.number
        assert event.start == at or at is None
        at = event.end
        length = event.end - event.start
        if event.fps is None:
            assert event.out - event.source == length
        else:
            assert length
    for first, second in pairwise(events):
        if second.how == "D":
            assert (first.how, first.start, first.source) == ("C", first.end, first.out)
            assert first.number == second.number
