"""Sound of an exact length from any sound file, in small pieces."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

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


def track(path: Path, seconds: Fraction) -> Iterator[AudioFrame]:
    """The first `seconds` of a sound file, in stereo at SAMPLE_RATE.

    Ends with a short fade; where the file is shorter than that, silence follows it. Yields
    frames whose lengths add up to exactly the nearest whole number of samples.
    """
    total = round(seconds * SAMPLE_RATE)
    sent = 0
    for piece in pieces(decoded(path), total):
        fade(piece, sent, total)
        frame = AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        frame.pts, frame.time_base = sent, Fraction(1, SAMPLE_RATE)
        sent += piece.shape[1]
        yield frame


def length(path: Path, most: float) -> float:
    """Seconds of sound in a file, exactly; counting ends soon after `most`."""
    samples = 0
    for piece in decoded(path):
        samples += piece.shape[1]
        if samples > most * SAMPLE_RATE:
            break
    return samples / SAMPLE_RATE


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
