"""Sound of an exact length from any sound file, in small pieces."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from studio.engine import EngineError
from studio.engine.encode import SAMPLE_RATE

FADE = 0.25
PIECE = 4800

Samples = NDArray[np.float32]
Layout = Literal["mono", "stereo"]

# A playlist with a sound file's name must not make FFmpeg read other files or the network.
SAFE = {
    "protocol_whitelist": "file",
    "format_whitelist": "wav,w64,aiff,mp3,aac,flac,ogg,mov,mp4,m4a,matroska,webm",
}


def check(path: Path) -> None:
    """Raise EngineError unless the file can be opened and holds sound."""
    try:
        with av.open(str(path), options=SAFE) as container:
            if not container.streams.audio:
                raise EngineError("The sound file has no sound in it. Choose another.")
    except FileNotFoundError as error:
        raise EngineError("The sound file is no longer there. Choose it again.") from error
    except av.FFmpegError as error:
        raise unreadable() from error


def unreadable() -> EngineError:
    return EngineError("The sound file cannot be read. Use WAV, MP3, M4A, OGG or FLAC.")


def track(
    path: Path,
    seconds: Fraction,
    start: Fraction = Fraction(0),
    *,
    fading: bool = True,
    layout: Layout = "stereo",
) -> Iterator[AudioFrame]:
    """`seconds` of a sound file from `start` on, at SAMPLE_RATE; "mono" is its left channel.

    Ends with a short fade, if it is `fading`; where the file is shorter than that, silence follows
    it. Yields frames whose lengths add up to exactly the nearest whole number of samples.
    """
    total = round(seconds * SAMPLE_RATE)
    sent = 0
    for piece in pieces(after(decoded(path), round(start * SAMPLE_RATE)), total):
        if fading:
            fade(piece, sent, total)
        heard = piece if layout == "stereo" else np.ascontiguousarray(piece[:1])
        frame = AudioFrame.from_ndarray(heard, format="fltp", layout=layout)
        frame.sample_rate = SAMPLE_RATE
        frame.pts, frame.time_base = sent, Fraction(1, SAMPLE_RATE)
        sent += piece.shape[1]
        yield frame


def layout_of(path: Path) -> Layout:
    """Whether a sound has more than one channel. It was checked before."""
    with av.open(str(path), options=SAFE) as container:
        return "mono" if container.streams.audio[0].codec_context.channels == 1 else "stereo"


def length(path: Path, most: float) -> float:
    """Seconds of sound in a file, exactly; counting ends soon after `most`."""
    samples = 0
    for piece in decoded(path):
        samples += piece.shape[1]
        if samples > most * SAMPLE_RATE:
            break
    return samples / SAMPLE_RATE


def cut(path: Path, target: Path, start: float, end: float) -> Path:
    """Write what lies between `start` and `end` (seconds) to `target` as an MP3: what every service
    reads, and at 192 kbit/s ten minutes are 14 MB. Raises EngineError for an unreadable file."""
    first, last = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
    with av.open(str(target), "w", format="mp3", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libmp3lame", SAMPLE_RATE)
        stream.codec_context.layout = "stereo"
        stream.codec_context.bit_rate = 192_000
        seconds = Fraction(last - first, SAMPLE_RATE)
        begin = Fraction(first, SAMPLE_RATE)
        for frame in track(path, seconds, begin, fading=False):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target


def decoded(path: Path) -> Iterator[Samples]:
    """A file's sound as arrays of 2 x n samples.

    One channel is played on both sides as loud as it is; FFmpeg's own conversion would make it
    3 dB softer.
    """
    try:
        with av.open(str(path), options=SAFE) as container:
            stream = container.streams.audio[0]
            layout = "mono" if stream.codec_context.channels == 1 else "stereo"
            resampler = AudioResampler(format="fltp", layout=layout, rate=SAMPLE_RATE)
            for frame in chain(container.decode(stream), [None]):
                if frame:
                    frame.pts = None
                for part in resampler.resample(frame):
                    sound = part.to_ndarray().astype(np.float32, copy=False)
                    yield np.repeat(sound, 2 // len(sound), axis=0)
    except (av.FFmpegError, IndexError) as error:
        raise unreadable() from error


def after(parts: Iterator[Samples], skipped: int) -> Iterator[Samples]:
    """Without the first `skipped` samples."""
    for part in parts:
        yield part[:, skipped:]
        skipped = max(0, skipped - part.shape[1])


def pieces(parts: Iterator[Samples], total: int) -> Iterator[Samples]:
    """Regroup into pieces of PIECE samples, cut or filled with silence to `total` in all."""
    held = np.zeros((2, 0), np.float32)
    left = total
    while left > 0:
        size = min(PIECE, left)
        while held.shape[1] < size:
            part = next(parts, None)
            if part is None:
                part = np.zeros((2, size - held.shape[1]), np.float32)
            held = np.concatenate([held, part], axis=1)
        yield np.ascontiguousarray(held[:, :size])
        held = held[:, size:]
        left -= size


def fade(piece: Samples, start: int, total: int) -> None:
    """Turn down, in place, whatever lies in the last FADE seconds of `total` samples."""
    length = min(round(FADE * SAMPLE_RATE), total)
    places = np.arange(start, start + piece.shape[1])
    piece *= np.clip((total - 1 - places) / length, 0, 1).astype(np.float32)
