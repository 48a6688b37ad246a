"""A film as it lies there: size, clock, colors and the times of all its packets."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from studio.engine import EngineError
from studio.engine.encode import BT709, LIMITED
from studio.engine.film.cut import JITTER, Index, steady_rate

# A playlist with a film's name must not make FFmpeg read other files or the network.
SAFE = {"protocol_whitelist": "file", "format_whitelist": "mov,mp4,m4a,matroska,webm,gif"}
MOST_PIXELS = str(8192 * 4320)
UNSAID = 2  # FFmpeg's number for colors that the file does not speak of
FASTEST = 60


class Colors(NamedTuple):
    """FFmpeg's numbers. What a file does not say is taken for BT.709 in limited range."""

    primaries: int = BT709
    transfer: int = BT709
    matrix: int = BT709
    range: int = LIMITED


@dataclass(frozen=True)
class Clip:
    """`width` and `height` are those of the stored frames; `turn` is by how many quarters they are
    turned against the clock to be seen upright, `stretch` how wide a pixel is.

    `base` is the length of a tick in seconds, `end` the tick at which the last frame ends, `rate`
    the frames per second where they are even, `fps` what comes nearest to it.
    """

    path: Path
    name: str
    format: str
    codec: str
    extradata: bytes
    width: int
    height: int
    turn: int
    stretch: Fraction
    pixels: str
    deep: bool
    colors: Colors
    base: Fraction
    index: Index
    whole: bool
    end: int
    rate: Fraction | None
    fps: Fraction
    sound: bool

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as it is seen."""
        wide = round(self.width * self.stretch), self.height
        return wide if self.turn % 2 == 0 else (wide[1], wide[0])

    @property
    def origin(self) -> Fraction:
        """Seconds on the file's own clock at which the picture begins."""
        return int(self.index.shown[0]) * self.base

    @property
    def seconds(self) -> Fraction:
        return (self.end - int(self.index.shown[0])) * self.base

    def time(self, frame: int) -> Fraction:
        """Seconds from the beginning at which this frame is shown; of the one after the last, at
        which the film ends."""
        shown = self.index.shown
        at = int(shown[frame]) if frame < len(shown) else self.end
        return (at - int(shown[0])) * self.base

    def frame_at(self, seconds: float | Fraction) -> int:
        """The number of the first frame that is shown at that time or later."""
        tick = int(self.index.shown[0]) + (Fraction(seconds) - JITTER) / self.base
        return int(np.searchsorted(self.index.shown, float(tick)))

    def damaged(self, at: Fraction) -> EngineError:
        return EngineError(
            f"{self.name} is damaged at {float(at):.1f} s and cannot be read further. Export it "
            "again, or choose another."
        )


@contextmanager
def opened(path: Path, name: str) -> Iterator[InputContainer]:
    """Raises EngineError for a file that is gone or no film."""
    try:
        container = av.open(str(path.resolve()), options=SAFE)
    except FileNotFoundError as error:
        raise EngineError(f"{name} is no longer there. Choose it again.") from error
    except (av.FFmpegError, ValueError) as error:
        raise EngineError(
            f"{name} cannot be read as a video. Use MP4, MOV, WebM, MKV or GIF."
        ) from error
    with container:
        yield container


def picture_of(container: InputContainer, name: str) -> VideoStream:
    """The picture track, ready to be decoded by several threads."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic and stream.codec_context is not None:
            stream.codec_context.options = {"max_pixels": MOST_PIXELS}
            stream.thread_type = "AUTO"
            return stream
    raise EngineError(f"{name} has sound but no picture. Choose a video.")


def look(
    path: Path, name: str = "The video", seen: Callable[[Packet[VideoStream]], None] | None = None
) -> Clip:
    """Read all packets and decode the first frame. `name` is what messages call it; `seen` is
    shown every packet."""
    with opened(path, name) as container:
        film = picture_of(container, name)
        index, whole, end = _walk(container, film, name, seen)
        first = _first(container, film, name)
        context, base = film.codec_context, film.time_base or Fraction(1, 1000)
        told = film.average_rate or film.guessed_rate
        rate = steady_rate(index.shown, base, told)
        length = float((end - int(index.shown[0])) * base) or 1.0
        fps = rate or Fraction(len(index) / length).limit_denominator(1001)
        return Clip(
            path=path,
            name=name,
            format=container.format.name,
            codec=context.codec.canonical_name,
            extradata=context.extradata or b"",
            width=first.width,
            height=first.height,
            turn=round(first.rotation / 90) % 4,
            stretch=film.sample_aspect_ratio or Fraction(1),
            pixels=first.format.name,
            deep=max(part.bits for part in first.format.components) > 8,
            colors=_colors(first),
            base=base,
            index=index,
            whole=whole,
            end=end,
            rate=rate,
            fps=min(max(fps, Fraction(1)), Fraction(FASTEST)),
            sound=bool(container.streams.audio),
        )


def _walk(
    container: InputContainer,
    film: VideoStream,
    name: str,
    seen: Callable[[Packet[VideoStream]], None] | None,
) -> tuple[Index, bool, int]:
    """The index, whether all of it is shown, and the tick at which the last frame ends."""
    pts, keys, hidden, last, length = array("q"), bytearray(), False, 0, 0
    try:
        for packet in container.demux(film):
            if not packet.size or packet.pts is None:
                continue
            if seen:
                seen(packet)
            if packet.is_discard:
                hidden = True
                continue
            pts.append(packet.pts)
            keys.append(packet.is_keyframe)
            if packet.pts >= last:
                last, length = packet.pts, packet.duration or length
    except av.FFmpegError as error:
        raise EngineError(f"{name} is damaged. Export it again, or choose another.") from error
    if not pts:
        raise EngineError(f"{name} has no frame in it. Choose another.")
    index = Index(np.frombuffer(pts, np.int64), np.frombuffer(bytes(keys), bool))
    usual = int(np.median(np.diff(index.shown))) if len(index) > 1 else 1
    return index, not hidden, int(index.shown[-1]) + (length or max(usual, 1))


def _first(container: InputContainer, film: VideoStream, name: str) -> VideoFrame:
    try:
        container.seek(0)
        return next(container.decode(film))
    except (av.FFmpegError, StopIteration) as error:
        raise EngineError(
            f"{name} is damaged at 0.0 s: no frame of it can be decoded. Export it again as MP4 "
            "with H.264."
        ) from error


def _colors(frame: VideoFrame) -> Colors:
    said = (frame.color_primaries, frame.color_trc, frame.colorspace)
    return Colors(*(BT709 if value in (0, UNSAID) else int(value) for value in said))
