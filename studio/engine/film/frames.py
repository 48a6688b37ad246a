"""Decoded pictures of a film, by number or by time, never more of them at once than needed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from av.container import InputContainer
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from studio.engine.film.clip import Clip, opened, picture_of
from studio.engine.film.cut import JITTER

# Their decoders hand out one frame for every packet; others hide some.
STRICT = ("h264", "hevc")


def frames(clip: Clip, first: int = 0, last: int | None = None) -> Iterator[VideoFrame]:
    """The frames first…last-1 in the order of showing, with the times of the file.

    Raises EngineError where the film is damaged, with the second."""
    shown = clip.index.shown
    last = len(shown) if last is None else last
    if last <= first:
        return
    low, high, found = int(shown[first]), int(shown[last - 1]), 0
    with opened(clip.path, clip.name) as container:
        film = picture_of(container, clip.name)
        if first:
            container.seek(low, stream=film)
        for frame in _decoded(clip, container, film, low):
            if frame.pts is None or frame.pts < low:
                continue
            if frame.pts > high:
                break
            found += 1
            # An encoder would make the same kind of frame again.
            frame.pict_type = PictureType.NONE
            yield frame
            if frame.pts == high:
                break
    if found < (last - first if clip.codec in STRICT and clip.whole else 1):
        raise clip.damaged(clip.time(first + found))


def _decoded(
    clip: Clip, container: InputContainer, film: VideoStream, low: int
) -> Iterator[VideoFrame]:
    at, context = low, film.codec_context
    try:
        for packet in container.demux(film):
            # On the way to the first frame, those that no other leans on need not be decoded.
            early = packet.pts is not None and packet.pts < low
            context.skip_frame = "NONREF" if early and clip.codec in STRICT else "DEFAULT"
            for frame in packet.decode():
                at = frame.pts if frame.pts is not None else at
                if frame.is_corrupt:
                    raise clip.damaged(at * clip.base - clip.origin)
                yield frame
    except av.FFmpegError as error:
        raise clip.damaged(at * clip.base - clip.origin) from error


class Feed:
    """Frames of a clip at an even rate; reading on does not decode anything twice.

    start: seconds of the clip that are left out. early: by how many seconds a frame may be shown
    too soon; half a frame of the rate makes it the nearest one."""

    def __init__(
        self,
        clip: Clip,
        rate: Fraction,
        speed: Fraction = Fraction(1),
        start: Fraction = Fraction(0),
        early: Fraction = Fraction(0),
    ) -> None:
        self.clip, self.rate, self.speed, self.start = clip, rate, speed, start
        self.early = max(JITTER, early - JITTER)
        self.length = max(1, round((clip.seconds - start) / speed * rate))
        self.at = 0
        self.source: Iterator[VideoFrame] | None = None

    def take(self, first: int, last: int) -> Iterator[VideoFrame]:
        """The frames first…last-1 of the even rate."""
        if first == last:
            return
        if self.source is None or first != self.at:
            self.source, self.at = self._from(first), first
        for _ in range(first, last):
            self.at += 1
            yield next(self.source)

    def close(self) -> None:
        """Let go of the file; taking more opens it again."""
        self.source = None

    def _from(self, first: int) -> Iterator[VideoFrame]:
        clip = self.clip
        number = max(0, clip.frame_at(self._time(first) + self.early + JITTER) - 1)
        source = frames(clip, min(number, len(clip.index) - 1))
        now = next(source)
        later = next(source, None)
        for count in range(first, self.length):
            due = clip.origin + self._time(count) + self.early
            while later is not None and (later.pts or 0) * clip.base <= due:
                now, later = later, next(source, None)
            yield now

    def _time(self, count: int) -> Fraction:
        return self.start + count / self.rate * self.speed
