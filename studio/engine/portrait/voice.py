"""What is heard in a voice, frame of the video by frame: how loud, how bright, which syllables."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.engine import EngineError, audio
from studio.engine.encode import SAMPLE_RATE

Curve = NDArray[np.float64]

LONGEST = 600
"""Seconds of voice that are taken at most."""
SHORTEST = 0.2
STEP = SAMPLE_RATE // 200
"""Samples between two looks at the sound: 5 ms."""
RATE = SAMPLE_RATE // STEP
SILENT = 10 ** (-50 / 20)
"""Root mean square, of full scale: nobody hears a voice softer than this."""
SYLLABLES = 0.021
"""Sigma in seconds of the smoothing: a Gaussian of it halves the power at 6.3 Hz, which keeps the
syllables (4 to 8 a second) and drops the single sounds."""
PHRASES = 0.6
FLOOR = 0.05
"""Of the loud parts: what is softer than this is breath or room, and opens no mouth."""


class Voice(NamedTuple):
    """Curves have one value for each frame, taken in the middle of the time that it is shown.

    `open` 0 to 1 follows the syllables, `stress` 0 to 1 the phrases, `bright` -1 to 1 tells a
    hissed or spread sound from a dark or round one, 0 in silence; `onsets` are frames at which a
    syllable begins. `start` and `seconds` say which part of the file this is.
    """

    start: Fraction
    seconds: Fraction
    open: Curve
    stress: Curve
    bright: Curve
    onsets: list[int]


def listen(path: Path, fps: int, start: float = 0, end: float | None = None) -> Voice:
    """The voice of a sound file from `start` to `end` (seconds; None: its own).

    Raises EngineError for a file that is unreadable, silent, shorter than SHORTEST or longer than
    LONGEST.
    """
    first = round(start * SAMPLE_RATE)
    last = first + (LONGEST + 1) * SAMPLE_RATE
    if end is not None:
        last = min(last, round(end * SAMPLE_RATE))
    loud, rough, samples = _measured(path, first, last)
    seconds = samples / SAMPLE_RATE
    if seconds > LONGEST:
        raise EngineError(
            f"The voice is longer than {LONGEST // 60} minutes, which is the most. Trim it, or "
            "choose a shorter one."
        )
    if seconds < SHORTEST:
        raise EngineError(
            f"The voice is {seconds:.2f} s long; {SHORTEST} s is the least. Choose a longer one."
        )
    if loud.max(initial=0) < SILENT:
        raise EngineError("The voice is silent. Choose a recording in which somebody speaks.")
    # A whole frame more or less than the sound would be 20 ms off at most.
    count = max(1, round(Fraction(samples, SAMPLE_RATE) * fps))
    at = (np.arange(count) + 0.5) / fps
    opening = _opening(loud)
    return Voice(
        Fraction(first, SAMPLE_RATE),
        Fraction(samples, SAMPLE_RATE),
        _sampled(opening, at),
        _sampled(_smooth(opening, PHRASES), at),
        _sampled(_brightness(loud, rough), at),
        _onsets(opening, fps, count),
    )


def _measured(path: Path, first: int, last: int) -> tuple[Curve, Curve, int]:
    """Every STEP samples: root mean square of the sound, and of its differences; and how many
    samples there are from `first` to `last`."""
    loud: list[Curve] = []
    rough: list[Curve] = []
    held = np.zeros(0, np.float32)
    place = samples = 0
    for part in audio.decoded(path):
        piece = part.mean(axis=0)[max(0, first - place) : max(0, last - place)]
        place += part.shape[1]
        samples += len(piece)
        held = np.concatenate([held, piece])
        whole = len(held) // STEP * STEP
        if whole:
            _weigh(held[:whole], loud, rough)
            held = held[whole:]
        if place >= last:
            break
    if len(held):
        _weigh(np.pad(held, (0, STEP - len(held))), loud, rough)
    empty = [np.zeros(0)]
    return np.concatenate(loud or empty), np.concatenate(rough or empty), samples


def _weigh(sound: NDArray[np.float32], loud: list[Curve], rough: list[Curve]) -> None:
    rows = sound.reshape(-1, STEP).astype(np.float64)
    rows = np.nan_to_num(rows, posinf=0, neginf=0)
    loud.append(np.sqrt((rows**2).mean(axis=1)))
    rough.append(np.sqrt((np.diff(rows, axis=1) ** 2).mean(axis=1)))


def _smooth(curve: Curve, sigma: float) -> Curve:
    """By a Gaussian of `sigma` seconds, without delay."""
    reach = max(1, round(4 * sigma * RATE))
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (sigma * RATE)) ** 2)
    padded = np.pad(curve, reach, mode="edge")
    return np.convolve(padded, bell / bell.sum(), mode="valid")


def _opening(loud: Curve) -> Curve:
    """How far the mouth is open: loudness beside that of the loud parts, as the ear hears it
    (Stevens, The psychophysics of sensory function, 1960: sound pressure to the power 0.6)."""
    smooth = _smooth(loud, SYLLABLES)
    top = float(np.percentile(smooth[smooth >= min(SILENT, smooth.max())], 92))
    share = np.clip(smooth / top - FLOOR, 0, None) / (1 - FLOOR)
    felt = share**0.6
    # Above the usual loud part it bends instead of being cut.
    return np.asarray(np.where(felt < 0.8, felt, 0.8 + 0.2 * np.tanh((felt - 0.8) / 0.2)))


def _brightness(loud: Curve, rough: Curve) -> Curve:
    """The mean pitch of the sound beside the usual one, in the parts that are heard."""
    heard = loud >= max(SILENT, float(np.percentile(loud, 92)) * FLOOR)
    pitch = np.log(np.maximum(rough, 1e-9) / np.maximum(loud, 1e-9))
    middle, spread = float(np.median(pitch[heard])), float(np.std(pitch[heard]))
    odd = np.where(heard, np.tanh((pitch - middle) / max(spread, 0.1)), 0.0)
    return _smooth(odd, 2 * SYLLABLES)


def _onsets(opening: Curve, fps: int, count: int) -> list[int]:
    """The frames in which the mouth opens the fastest, at least 90 ms apart."""
    rise = np.gradient(opening)
    peaks = (rise[1:-1] > rise[:-2]) & (rise[1:-1] >= rise[2:]) & (rise[1:-1] > 0.006)
    frames: list[int] = []
    for place in np.flatnonzero(peaks) + 1:
        frame = min(count - 1, int(place * fps / RATE))
        if not frames or frame - frames[-1] >= 0.09 * fps:
            frames.append(frame)
    return frames


def _sampled(curve: Curve, at: Curve) -> Curve:
    return np.interp(at * RATE - 0.5, np.arange(len(curve)), curve)
