"""Films that are made of one film: a part of it, faster, of another size or with other sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame

from studio.engine import EngineError, Report, ignore
from studio.engine.film import sound
from studio.engine.film.clip import Clip, look, opened, picture_of
from studio.engine.film.draw import Fit, even
from studio.engine.film.frames import Feed, frames
from studio.engine.film.output import AnyPacket, Film, Splice, Timeline, can_copy, film
from studio.engine.film.output import kind_of as kind_of
from studio.engine.film.sound import Pieces


def even_size(clip: Clip) -> tuple[int, int]:
    return even(clip.size[0]), even(clip.size[1])


def sound_of(clip: Clip, first: int = 0, last: int | None = None) -> Pieces | None:
    """Its sound while those frames are shown; None when it has none."""
    if not clip.sound:
        return None
    begin = clip.time(first)
    length = clip.time(len(clip.index) if last is None else last) - begin
    return sound.of(clip.path, clip.name, clip.origin + begin, length)


# --- packets as they are --------------------------------------------------------------------------


def packets(clip: Clip, low: int, high: int) -> Iterator[tuple[AnyPacket, int]]:
    """(packet, the number of its frame) of the places low…high-1 in decoding order."""
    numbers = np.searchsorted(clip.index.shown, clip.index.pts)
    with opened(clip.path, clip.name) as container:
        stream = picture_of(container, clip.name)
        begin = int(clip.index.pts[low])
        if low:
            container.seek(begin, stream=stream)
        at = -1
        for packet in container.demux(stream):
            if not packet.size or packet.pts is None or packet.is_discard:
                continue
            if at < 0 and packet.pts == int(clip.index.pts[0]):
                at = 0  # a reader may begin earlier than it was asked to
            if at < 0 and packet.pts == begin:
                at = low
            if at < 0:
                continue
            if low <= at < high:
                yield packet, int(numbers[at])
            at += 1
            if at >= high:
                return
    raise clip.damaged(clip.time(low))


def part(source: Path, target: Path, *, start: float, end: float, report: Report = ignore) -> None:
    """Write what is shown from `start` to `end` seconds to `target`, exact to the frame.

    Packets are copied where that is possible: all of them when both cuts fall on boundaries, all
    but the broken groups of pictures when those can be drawn with the same settings.
    """
    clip = look(source)
    first, last = cut_of(clip, start, end)
    report(0.0, "cutting")
    kind = kind_of(clip)
    copied = clip.index.copied(first, last) if can_copy(clip, kind) else None
    whole = copied == (first, last)
    with film(target, kind, sound_of(clip, first, last)) as made:
        if copied and (whole or Splice(clip).fits):
            _spliced(made, clip, (first, last), copied, report)
        else:
            _redrawn(made, clip, (first, last), report)


def cut_of(clip: Clip, start: float, end: float) -> tuple[int, int]:
    """The frames of that part. Raises EngineError where it has none."""
    length = float(clip.seconds)
    if not 0 <= start < end:
        raise EngineError(f"Start {start:g} s is not before end {end:g} s. Swap them.")
    if start >= length:
        raise EngineError(
            f"Start is {start:g} s, and the video is {length:.3f} s long. Choose an earlier one."
        )
    first, last = clip.frame_at(start), clip.frame_at(end)
    if last <= first:
        raise EngineError(f"No frame is shown from {start:g} to {end:g} s. Move them apart.")
    return first, last


def _spliced(
    made: Film, clip: Clip, cut: tuple[int, int], copied: tuple[int, int], report: Report
) -> None:
    (first, last), (low, high) = cut, copied
    shown = clip.index.shown[first:last] - clip.index.shown[first]
    end = round(clip.time(last) / clip.base) - round(clip.time(first) / clip.base)
    splice = Splice(clip)
    drawn = (first, low) != (low, first) or high != last
    depth = max(clip.index.depth, 2 if drawn else 0)
    timeline = Timeline(shown, clip.base, depth, end)
    made.like(clip)

    def draw(begin: int, stop: int) -> None:
        if begin == stop:
            return
        for packet in splice.encoded(frames(clip, begin, stop)):
            made.pour(timeline.place(packet, begin - first + int(packet.pts or 0)))
            report(timeline.at / len(shown), "cutting")

    draw(first, low)
    for packet, number in packets(clip, low, high):
        made.pour(timeline.place(packet, number - first))
        report(timeline.at / len(shown), "cutting")
    draw(high, last)
    report(1.0, "finishing")
    made.finish()


def _redrawn(made: Film, clip: Clip, cut: tuple[int, int], report: Report) -> None:
    first, last = cut
    fit = Fit(clip, even_size(clip), mode="stretch")
    base = 1 / clip.rate if clip.rate else clip.base
    made.drawn(fit.size, clip.fps, base, clip.colors)
    begin = int(clip.index.shown[first])
    for number, frame in enumerate(frames(clip, first, last)):
        pts = number if clip.rate else (frame.pts or 0) - begin
        made.frame(fit(frame), pts, base)
        report((number + 1) / (last - first), "cutting")
    report(1.0, "finishing")
    made.finish()


def with_sound(
    clip: Clip, target: Path, track: Pieces | None, report: Report, stage: str = "mixing"
) -> None:
    """The picture as it is, with that sound."""
    kind = kind_of(clip)
    total = len(clip.index)
    with film(target, kind, track) as made:
        if not can_copy(clip, kind):
            _redrawn(made, clip, (0, total), report)
            return
        made.like(clip)
        shown = clip.index.shown - clip.index.shown[0]
        timeline = Timeline(shown, clip.base, clip.index.depth, int(clip.end - clip.index.shown[0]))
        for packet, number in packets(clip, 0, total):
            made.pour(timeline.place(packet, number))
            report(timeline.at / total, stage)
        report(1.0, "finishing")
        made.finish()


def redraw(
    clip: Clip,
    target: Path,
    fit: Callable[[VideoFrame], VideoFrame],
    size: tuple[int, int],
    track: Pieces | None,
    report: Report,
    *,
    speed: Fraction = Fraction(1),
    stage: str = "drawing",
) -> None:
    """All frames at an even rate, each through `fit`."""
    feed = Feed(clip, clip.fps, speed)
    with film(target, kind_of(clip), track) as made:
        base = 1 / feed.rate
        made.drawn(size, feed.rate, base, clip.colors)
        for number, frame in enumerate(feed.take(0, feed.length)):
            made.frame(fit(frame), number, base)
            report((number + 1) / feed.length, stage)
        report(1.0, "finishing")
        made.finish()


# --- speed and size -------------------------------------------------------------------------------


def speed(
    source: Path, target: Path, *, factor: float, keep_sound: bool, report: Report = ignore
) -> None:
    """Write the film `factor` times as fast (0.25…4). Its sound keeps its pitch, or is left out."""
    clip = look(source)
    report(0.0, "reading")
    exact = Fraction(factor).limit_denominator(1000)
    track = None
    if keep_sound and clip.sound:
        seconds = Fraction(Feed(clip, clip.fps, exact).length) / clip.fps
        plain = sound.of(clip.path, clip.name, clip.origin, clip.seconds)
        track = sound.pieces(sound.filtered(plain, *_tempo(factor)), sound.count(seconds))
    fit = Fit(clip, even_size(clip), mode="stretch")
    redraw(clip, target, fit, fit.size, track, report, speed=exact, stage="changing speed")


def _tempo(factor: float) -> list[tuple[str, str]]:
    """One filter goes down to a half only."""
    if factor < 0.5:
        return [("atempo", "0.5"), *_tempo(factor * 2)]
    return [("atempo", f"{factor:.6f}")]


def resize(
    source: Path,
    target: Path,
    *,
    width: int,
    height: int,
    mode: str = "crop",
    ground: str = "black",
    focus: tuple[float, float] = (0.5, 0.5),
    report: Report = ignore,
) -> None:
    """Write the film in that size (even pixels); see draw.Fit."""
    clip = look(source)
    report(0.0, "reading")
    fit = Fit(clip, (width, height), mode=mode, ground=ground, focus=focus)
    redraw(clip, target, fit, fit.size, sound_of(clip), report, stage="resizing")


def scale(source: Path, target: Path, *, percent: int, report: Report = ignore) -> None:
    """Write the film with each side that much of what it was."""
    clip = look(source)
    width, height = (even(side * percent / 100) for side in clip.size)
    resize(source, target, width=width, height=height, mode="stretch", report=report)
