"""The cut list of a film for editing programs: as EDL (CMX 3600), and as a table."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO
from typing import Literal

from studio.tables import guarded

Transition = Literal["cut", "dissolve", "black"]

MOST_EVENTS = 999  # an event has three digits
FIRST = 3600  # seconds on the record tape where the film begins, as editing programs have it
REEL = 8  # letters of a reel
BLACK = "BL"
NTSC = {"23.976": 24, "29.97": 30, "47.952": 48, "59.94": 60, "119.88": 120}


@dataclass(frozen=True)
class Cut:
    """A clip of the film. Times in seconds; record times count from the beginning of the film.
    `transition` leads from the clip before into this one and takes `transition_seconds`: from
    record_in on in a dissolve, half of it on either side through black."""

    name: str
    source: str
    source_in: float
    source_out: float
    record_in: float
    record_out: float
    transition: Transition = "cut"
    transition_seconds: float = 0


class Rate:
    """Frames per second: 24, 25, 29.97… exactly, with drop-frame timecode where that is usual."""

    def __init__(self, fps: float) -> None:
        self.nominal = round(fps)
        if self.nominal < 1:
            raise ValueError(f"Frames per second are {fps:g}; the least is 1. Give 24, 25 or 30.")
        near = next((n for text, n in NTSC.items() if abs(float(text) - fps) < 0.01), None)
        self.exact = Fraction(near * 1000, 1001) if near else Fraction(fps).limit_denominator(1001)
        self.is_drop = near is not None and near % 30 == 0

    def frames(self, seconds: float) -> int:
        return round(Fraction(seconds) * self.exact)

    @property
    def first(self) -> int:
        """The frame with the timecode 01:00:00:00."""
        dropped = 108 * self.nominal // 30 if self.is_drop else 0
        return FIRST * self.nominal - dropped

    def timecode(self, frame: int) -> str:
        """Hours, minutes, seconds and frames; of drop-frame, the last sign is a semicolon.

        >>> Rate(29.97).timecode(1800)
        '00:01:00;02'
        """
        if self.is_drop:
            # Two numbers (of 30) are left out each minute, but not each tenth minute.
            drop = 2 * self.nominal // 30
            tens, rest = divmod(frame, 10 * 60 * self.nominal - 9 * drop)
            minutes = max(0, rest - drop) // (60 * self.nominal - drop)
            frame += drop * (9 * tens + minutes)
        seconds, frames = divmod(frame, self.nominal)
        sign = ";" if self.is_drop else ":"
        hours, minutes = seconds // 3600 % 24, seconds // 60 % 60
        return f"{hours:02}:{minutes:02}:{seconds % 60:02}{sign}{frames:02}"


@dataclass(frozen=True)
class _Clip:
    """A cut in frames."""

    cut: Cut
    reel: str
    source_in: int
    source_out: int
    record_in: int
    record_out: int
    fade: int  # of the transition before it

    @property
    def speed(self) -> float:
        return (self.source_out - self.source_in) / (self.record_out - self.record_in)


def edl(cuts: Sequence[Cut], fps: float, title: str = "") -> str:
    """The cut list as CMX 3600: one video track, the film beginning at 01:00:00:00, the sources at
    00:00:00:00. Clips that overlap in a dissolve follow each other there: the first one ends where
    the dissolve begins. Raises ValueError, in words for people."""
    rate = Rate(fps)
    clips = _in_frames(cuts, rate)
    lines = [f"TITLE: {_plain(title)[:70] or 'FILM'}"]
    lines += [f"FCM: {'DROP FRAME' if rate.is_drop else 'NON-DROP FRAME'}", ""]
    number = 0
    for at, clip in enumerate(clips):
        after = clips[at + 1] if at + 1 < len(clips) else None
        events = _events(clips[at - 1] if at else None, clip, after, rate)
        for event in events:
            number += 1
            lines += [line.replace("{n}", f"{number:03}", 1) for line in event]
    if number > MOST_EVENTS:
        raise ValueError(
            f"The film has {number} events; an EDL holds {MOST_EVENTS}. Export it in two parts."
        )
    return "\r\n".join(lines) + "\r\n"


def _in_frames(cuts: Sequence[Cut], rate: Rate) -> list[_Clip]:
    reels = _reels(cuts)
    clips = []
    for number, cut in enumerate(cuts, 1):
        source, out = rate.frames(cut.source_in), rate.frames(cut.source_out)
        start, end = rate.frames(cut.record_in), rate.frames(cut.record_out)
        if not (0 <= source < out and 0 <= start < end):
            raise ValueError(
                f"Clip {number}, “{cut.name}”, ends before its first frame is over: it goes from "
                f"{cut.record_in:g} to {cut.record_out:g} s. Make it longer."
            )
        first = number == 1 or cut.transition == "cut"
        fade = 0 if first else rate.frames(cut.transition_seconds)
        clips.append(_Clip(cut, reels[cut.source], source, out, start, end, fade))
    return clips


def _events(before: _Clip | None, clip: _Clip, after: _Clip | None, rate: Rate) -> list[list[str]]:
    """The events of a clip, each as its lines; {n} stands for the number. No two overlap."""
    start, end = clip.record_in, clip.record_out
    source, out = clip.source_in, clip.source_out
    to_black = after.fade // 2 if after and after.cut.transition == "black" else 0
    over = (max(0, end - after.record_in) if after else 0) + to_black
    end, out = end - over, out - round(over * clip.speed)
    name = [f"* FROM CLIP NAME: {_plain(clip.cut.name)}"]
    speed = _speed(clip, rate)
    events = []
    if clip.fade and before:
        black = clip.cut.transition == "black"
        frames = clip.fade - clip.fade // 2 if black else clip.fade
        if end - start < frames:
            raise ValueError(
                f"“{clip.cut.name}” is shorter than the transitions at its ends. Make it longer, "
                "or them shorter."
            )
        left, out_of = (BLACK, 0) if black else (before.reel, _source_at(before, start))
        first = _line(left, "C", out_of, out_of, start, start, rate)
        second = _line(clip.reel, f"D    {frames:03}", source, out, start, end, rate)
        names = [f"* TO CLIP NAME: {_plain(clip.cut.name)}"]
        if not black:
            names.insert(0, f"* FROM CLIP NAME: {_plain(before.cut.name)}")
        events.append([first, second, *speed, *names])
    else:
        events.append([_line(clip.reel, "C", source, out, start, end, rate), *speed, *name])
    if to_black:
        first = _line(clip.reel, "C", out, out, end, end, rate)
        second = _line(BLACK, f"D    {to_black:03}", 0, to_black, end, end + to_black, rate)
        events.append([first, second, *name])
    return events


def _line(reel: str, how: str, source: int, out: int, start: int, end: int, rate: Rate) -> str:
    codes = [rate.timecode(n) for n in (source, out, rate.first + start, rate.first + end)]
    return f"{{n}}  {reel:<8} V     {how:<8} {' '.join(codes)}"


def _source_at(clip: _Clip, record: int) -> int:
    """The frame of the source that is seen at a frame of the film."""
    return clip.source_in + round((record - clip.record_in) * clip.speed)


def _speed(clip: _Clip, rate: Rate) -> list[str]:
    """The line for a clip that plays faster or slower than it was made."""
    if clip.speed == 1:
        return []
    fps = clip.speed * float(rate.exact)
    # Some programs know no semicolon here.
    first = rate.timecode(clip.source_in).replace(";", ":")
    return [f"M2   {clip.reel:<8}       {fps:05.1f}                {first}"]


def _reels(cuts: Iterable[Cut]) -> dict[str, str]:
    """A reel of up to eight letters and digits for each source, no two alike."""
    found: dict[str, str] = {}
    for cut in cuts:
        if cut.source in found:
            continue
        plain = re.sub(r"[^A-Z0-9]", "", _plain(cut.source).upper())
        wish, number = plain[:REEL] or "CLIP", 1
        while wish in found.values() or wish in (BLACK, "AX"):
            number += 1
            wish = f"{plain[: REEL - len(str(number))]}{number}"
        found[cut.source] = wish
    return found


def _plain(text: str) -> str:
    """On one line, of the signs that every editing program reads."""
    flat = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in flat).split())


COLUMNS = (
    *("number", "name", "source", "source in", "source out", "record in", "record out"),
    *("seconds", "transition", "transition seconds"),
)


def cut_csv(cuts: Sequence[Cut], fps: float) -> str:
    """The cut list as a table: timecodes, and seconds for those who want to add."""
    rate = Rate(fps)
    out = StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for number, cut in enumerate(cuts, 1):
        times = (cut.source_in, cut.source_out, cut.record_in, cut.record_out)
        table.writerow(
            [
                *(number, guarded(cut.name), guarded(cut.source)),
                *(rate.timecode(rate.frames(seconds)) for seconds in times),
                *(f"{cut.record_out - cut.record_in:.3f}", cut.transition),
                f"{cut.transition_seconds:.3f}",
            ]
        )
    return out.getvalue()
