"""Sound of a film as arrays of 2 × n samples at SAMPLE_RATE, placed by time.

Every stream of pieces has an exact number of samples. Where the file's sound begins late, has a gap
or ends early there is silence, so that it cannot drift away from the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.filter import Graph

from studio.engine import EngineError
from studio.engine.audio import PIECE, Samples
from studio.engine.audio import pieces as pieces
from studio.engine.encode import SAMPLE_RATE as SAMPLE_RATE
from studio.engine.film.clip import SAFE

READABLE = {**SAFE, "format_whitelist": SAFE["format_whitelist"] + ",wav,w64,aiff,mp3,aac,flac,ogg"}
SLACK = SAMPLE_RATE // 100
"""Samples by which times may be off before a gap is believed in."""
EARLY = Fraction(1, 2)
"""Seconds before the wanted ones: a decoder needs some to get going."""

Pieces = Iterator[Samples]


def count(seconds: Fraction) -> int:
    return round(seconds * SAMPLE_RATE)


def of(path: Path, name: str, start: Fraction, length: Fraction) -> Pieces:
    """The sound of a file from `start` on its own clock. Raises EngineError where it is damaged."""
    return pieces(_placed(path, name, start, length), count(length))


def _placed(path: Path, name: str, start: Fraction, length: Fraction) -> Pieces:
    """Pieces from `start` on without holes; they may go on too long, or end early."""
    sent, first = 0, start * SAMPLE_RATE
    for at, part in _decoded(path, name, start):
        if sent > count(length):
            return
        ahead = round(at * SAMPLE_RATE - first) - sent
        if ahead > (SLACK if sent else 0):
            yield silence(min(ahead, count(length) - sent + 1))
            sent += ahead
        elif ahead < (-SLACK if sent else 0):
            part = part[:, -ahead:]
        if part.shape[1]:
            sent += part.shape[1]
            yield part


def _decoded(path: Path, name: str, start: Fraction) -> Iterator[tuple[Fraction, Samples]]:
    """(time on the file's clock, samples)."""
    at = start
    try:
        with av.open(str(path.resolve()), options=READABLE) as container:
            stream = container.streams.audio[0]
            layout = "mono" if stream.codec_context.channels == 1 else "stereo"
            resampler = AudioResampler(format="fltp", layout=layout, rate=SAMPLE_RATE)
            _seek(container, start)
            for frame in _frames(container):
                for part in resampler.resample(frame):
                    at = Fraction(part.pts or 0) * (part.time_base or 1)
                    data = part.to_ndarray().astype(np.float32, copy=False)
                    yield at, np.repeat(data, 2 // len(data), axis=0)
    except IndexError as error:
        raise EngineError(f"{name} has no sound. Choose another.") from error
    except FileNotFoundError as error:
        raise EngineError(f"{name} is no longer there. Choose it again.") from error
    except av.FFmpegError as error:
        raise EngineError(
            f"The sound of {name.lower()} is damaged at {max(float(at - start), 0.0):.1f} s. "
            "Export it again, or choose another."
        ) from error


def _frames(container: InputContainer) -> Iterator[AudioFrame | None]:
    yield from container.decode(audio=0)
    yield None


def _seek(container: InputContainer, start: Fraction) -> None:
    if start > EARLY:
        container.seek(int((start - EARLY) * av.time_base))


def silence(samples: int) -> Samples:
    return np.zeros((2, samples), np.float32)


def still(seconds: Fraction) -> Pieces:
    return pieces(iter(()), count(seconds))


# --- made of others -------------------------------------------------------------------------------


def faded(parts: Pieces, total: int, rise: int, fall: int) -> Pieces:
    """Rising over the first `rise` samples, falling over the last `fall` of `total`."""
    at = 0
    for part in parts:
        places = np.arange(at, at + part.shape[1])
        level = np.ones(len(places))
        if rise:
            level = np.minimum(level, places / rise)
        if fall:
            level = np.minimum(level, (total - 1 - places) / fall)
        yield part * np.clip(level, 0, 1).astype(np.float32)
        at += part.shape[1]


def louder(parts: Pieces, gain: float) -> Pieces:
    """gain: in decibels."""
    factor = np.float32(10 ** (gain / 20))
    return (part * factor for part in parts)


def mixed(one: Pieces, other: Pieces) -> Pieces:
    """Both at once, as long as `one`; what would be too loud is bent instead of cut off."""
    return (soft(a + b) for a, b in zip(one, other, strict=False))


def summed(layers: Iterable[Pieces]) -> Pieces:
    """Sounds in pieces of the same lengths, all at once."""
    for parts in zip(*layers, strict=True):
        yield np.asarray(np.sum(parts, axis=0), np.float32)


def soft(part: Samples) -> Samples:
    """Straight up to 0.9, then bent so that it stays below 1."""
    knee = np.float32(0.9)
    over = np.maximum(np.abs(part) - knee, 0)
    bent = knee + (1 - knee) * np.tanh(over / (1 - knee))
    return np.where(over > 0, np.sign(part) * bent, part).astype(np.float32)


def joined(parts: Iterable[tuple[int, int, Pieces]]) -> Pieces:
    """Sounds that begin and end at these samples of the whole; where two overlap, one goes over
    into the other with the same power."""
    tail = silence(0)
    for begin, (stop, end), sound in _with_next(parts):
        reader = _Reader(sound)
        overlap = tail.shape[1]
        if overlap:
            turn = np.linspace(0, np.pi / 2, overlap, dtype=np.float32)
            yield (tail * np.cos(turn) + reader.read(overlap) * np.sin(turn)).astype(np.float32)
        at = begin + overlap
        while at < stop:
            size = min(PIECE, stop - at)
            yield reader.read(size)
            at += size
        tail = reader.read(end - stop)


def _with_next(
    parts: Iterable[tuple[int, int, Pieces]],
) -> Iterator[tuple[int, tuple[int, int], Pieces]]:
    """(begin, (where the next begins, end), sound)."""
    held: tuple[int, int, Pieces] | None = None
    for part in parts:
        if held:
            yield held[0], (part[0], held[1]), held[2]
        held = part
    if held:
        yield held[0], (held[1], held[1]), held[2]


class _Reader:
    """Any number of samples at a time."""

    def __init__(self, parts: Pieces) -> None:
        self.parts, self.held = parts, silence(0)

    def read(self, samples: int) -> Samples:
        while self.held.shape[1] < samples:
            part = next(self.parts, None)
            if part is None:
                part = silence(samples - self.held.shape[1])
            self.held = np.concatenate([self.held, part], axis=1)
        read, self.held = self.held[:, :samples], self.held[:, samples:]
        return read


def filtered(parts: Pieces, *steps: tuple[str, str]) -> Pieces:
    """Through FFmpeg's filters, (name, options) each."""
    graph = Graph()
    rate = str(SAMPLE_RATE)
    last = graph.add_abuffer(
        format="fltp", sample_rate=SAMPLE_RATE, layout="stereo", time_base=Fraction(1, SAMPLE_RATE)
    )
    entry = last
    keep = ("aformat", f"sample_fmts=fltp:channel_layouts=stereo:sample_rates={rate}")
    for name, options in (*steps, keep):
        node = graph.add(name, options)
        last.link_to(node)
        last = node
    sink = graph.add("abuffersink")
    last.link_to(sink)
    graph.configure()
    for frame in _with_end(as_frames(parts)):
        entry.push(frame)
        yield from (f.to_ndarray().astype(np.float32, copy=False) for f in _ready(sink.pull))


def _with_end(frames: Iterator[AudioFrame]) -> Iterator[AudioFrame | None]:
    yield from frames
    yield None


def _ready(pull: Callable[[], object]) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(frame, AudioFrame)
        yield frame


def as_frames(parts: Pieces) -> Iterator[AudioFrame]:
    """For an encoder or a filter, one after the other from 0."""
    sent = 0
    for part in parts:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(part), format="fltp", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        frame.pts, frame.time_base = sent, Fraction(1, SAMPLE_RATE)
        sent += part.shape[1]
        yield frame
