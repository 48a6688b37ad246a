"""The pace of a piece of music or speech: its beats, how loud it is, and where it changes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from studio.engine import EngineError, Report, audio, ignore
from studio.engine.encode import SAMPLE_RATE
from studio.engine.pulse import RATE, beats_in

LONGEST = 3600
"""Seconds that are listened to at most."""
SILENT = 10 ** (-50 / 20)
"""Root mean square, of full scale: nobody hears music softer than this."""

HOP = SAMPLE_RATE // RATE
WINDOW = 2048
BANDS = 36
LOW, HIGH = 40.0, 14_000.0
"""Hertz between which the bands lie, evenly on the mel scale."""
CHUNK = 400
"""Steps that are measured together, so that four seconds of sound are in memory at a time."""
DEPTH = 60.0
"""Decibels below the loudest at which differences do not count any more."""

PART = RATE // 2
"""Steps in one value of loudness: half a second."""
GROUPS = 4
"""Groups of bands whose loudness is compared to find changes, from bass to hiss."""
AROUND = 8
"""Values of loudness on either side of a change that are compared: four seconds."""
CLEAR = 4.0
"""Decibels, over all groups, by which the music must differ before and after a change."""

FELT = 0.35
"""To this power of a band's energy it is heard; near Stevens' 0.3, tried between 0.15 and 0.5."""

Array = NDArray[np.float32]
Curve = NDArray[np.float64]


class Pace(NamedTuple):
    """All times are in seconds from the beginning.

    `bpm` is None and `beats` are empty where no steady beat is heard: in speech, in noise, in free
    music. `confidence` is 0 to 1. `loudness` holds (start, end, level) of every half second, the
    level from 0 (silence) to 1 (the loudest parts of this piece). `changes` are the times at which
    it becomes clearly louder, softer, or another kind of sound.
    """

    seconds: float
    bpm: float | None
    confidence: float
    beats: tuple[float, ...]
    loudness: tuple[tuple[float, float, float], ...]
    changes: tuple[float, ...]
    silent: bool


def heard(path: Path, report: Report = ignore) -> Pace:
    """The pace of a sound file, or of the sound of a film.

    Nothing is kept of the sound but 36 numbers for each 10 ms, 13 MB for half an hour. Raises
    EngineError for a file that is unreadable, holds no sound or is longer than LONGEST.
    """
    audio.check(path)
    bands, loud, samples = _measured(path, report)
    seconds = samples / SAMPLE_RATE
    level = _halves(loud)
    if not samples or float(np.sqrt(level.max(initial=0))) < SILENT:
        return Pace(seconds, None, 0.0, (), _loudness(level * 0, seconds), (), True)
    found = beats_in(*_onsets(bands))
    report(1.0, "listening")
    return Pace(
        seconds,
        found.bpm,
        found.confidence,
        tuple(round(float(t), 3) for t in found.times if t < seconds),
        _loudness(level, seconds),
        _changes(bands),
        False,
    )


# --- measuring ----------------------------------------------------------------------------------


def _measured(path: Path, report: Report) -> tuple[list[NDArray[np.float16]], Array, int]:
    """Every step of 1 / RATE seconds: the decibels of each band (in chunks of steps x BANDS), and
    the mean square of the sound; and how many samples there are."""
    said = _said(path)
    shape = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    filters = _filters()
    bands: list[NDArray[np.float16]] = []
    loud: list[Array] = []
    samples = 0
    # A step's window lies around its middle.
    before = (WINDOW - HOP) // 2
    held = np.zeros(before, np.float32)
    for part in _mono(path, WINDOW):
        samples += part[1]
        held = np.concatenate([held, part[0]])
        steps = min(CHUNK, (len(held) - WINDOW) // HOP + 1)
        while steps == CHUNK or (part[1] == 0 and steps > 0):
            rows = sliding_window_view(held, WINDOW)[: steps * HOP : HOP]
            power = np.abs(np.fft.rfft(rows * shape, axis=1)) ** 2
            bands.append((10 * np.log10(power @ filters + 1e-10)).astype(np.float16))
            own = held[before : before + steps * HOP].reshape(steps, HOP)
            loud.append((own**2).mean(axis=1))
            held = held[steps * HOP :]
            steps = min(CHUNK, (len(held) - WINDOW) // HOP + 1)
            report(min(0.95, samples / SAMPLE_RATE / said), "listening")
    steps = -(-samples // HOP)
    return _first(bands, steps), np.concatenate([np.zeros(0, np.float32), *loud])[:steps], samples


def _first(chunks: list[NDArray[np.float16]], steps: int) -> list[NDArray[np.float16]]:
    """Without what was measured of the silence behind the end."""
    over = sum(map(len, chunks)) - steps
    return [*chunks[:-1], chunks[-1][: len(chunks[-1]) - over]] if chunks else []


def _said(path: Path) -> float:
    """The seconds that the file says it has; only to tell how far the work is."""
    with av.open(str(path), options=audio.SAFE) as container:
        return max(1.0, (container.duration or 0) / 1_000_000)


def _mono(path: Path, after: int) -> Iterator[tuple[Array, int]]:
    """Pieces of the sound, each with the number of samples in it; `after` it a silence that counts
    as none."""
    total = 0
    for part in audio.decoded(path):
        total += part.shape[1]
        if total > LONGEST * SAMPLE_RATE:
            raise EngineError(
                f"The sound is longer than {LONGEST // 60} minutes, which is the most. Trim it, "
                "or choose a shorter one."
            )
        yield np.nan_to_num(part.mean(axis=0), posinf=0, neginf=0), part.shape[1]
    yield np.zeros(after, np.float32), 0


def _filters() -> Array:
    """Bins x BANDS: overlapping triangles, even on the mel scale (O'Shaughnessy, Speech
    Communication, 1987). A full-scale tone is about 0 dB in its band."""
    mel = np.linspace(math.log1p(LOW / 700), math.log1p(HIGH / 700), BANDS + 2)
    edges = 700 * np.expm1(mel)
    bins = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rise, fall = (bins - low) / (middle - low), (high - bins) / (high - middle)
    # Low bands are narrower than a bin: each has the bin that is nearest to its middle.
    weights = np.clip(np.minimum(rise, fall), 0, None)
    weights[np.abs(bins - middle).argmin(axis=0), np.arange(BANDS)] += 1e-3
    return np.asarray(weights / weights.sum(axis=0) / (WINDOW / 4) ** 2, np.float32)


def _onsets(bands: list[NDArray[np.float16]]) -> tuple[Curve, Curve]:
    """How much newly sounds in each step: what each band rises over two steps, over all bands
    (spectral flux; Bello and others, A tutorial on onset detection in music signals, 2005).

    Once as it is heard, where a soft hiss counts beside a loud drum, and once as it is: an accent.
    """
    heard, real = [], []
    last = np.concatenate([chunk[:1] for chunk in bands[:1]] * 2).astype(np.float32)
    for chunk in bands:
        level = np.concatenate([last, chunk.astype(np.float32)])
        heard.append(_rise(np.power(10, level / 10 * FELT)))
        real.append(np.sqrt(_rise(np.power(10, level / 10))))
        last = level[-2:]
    return np.concatenate(heard), np.concatenate(real)


def _rise(level: NDArray[np.floating]) -> Curve:
    rise: Curve = np.clip(level[2:] - level[:-2], 0, None).sum(axis=1, dtype=np.float64)
    return rise


# --- loudness and changes -----------------------------------------------------------------------


def _halves(values: Array) -> NDArray[np.float64]:
    """The mean of every PART steps; the last one may have fewer."""
    if not len(values):
        return np.zeros(0)
    starts = np.arange(0, len(values), PART)
    sums = np.add.reduceat(values.astype(np.float64), starts)
    return np.asarray(sums / np.diff([*starts, len(values)]))


def _loudness(level: NDArray[np.float64], seconds: float) -> tuple[tuple[float, float, float], ...]:
    """As the ear hears it: sound pressure to the power 0.6 (Stevens, The psychophysics of sensory
    function, 1960), beside the loud parts of the piece."""
    rms = np.sqrt(level)
    sounding = rms[rms >= SILENT]
    top = float(np.percentile(sounding, 95)) if len(sounding) else 1.0
    felt = np.clip(rms / top, 0, 1) ** 0.6
    half = PART / RATE
    spans = ((i * half, min((i + 1) * half, seconds), float(v)) for i, v in enumerate(felt))
    return tuple((start, end, round(v, 3)) for start, end, v in spans if start < end)


def _changes(bands: list[NDArray[np.float16]]) -> tuple[float, ...]:
    """Where the decibels of the groups after a moment differ clearly from those before it, and more
    than at any other moment nearby. Energies are averaged, so that a pause in speech is none."""
    groups = _groups(bands)
    count = len(groups)
    if count < AROUND:
        return ()
    sums = np.concatenate([np.zeros((1, GROUPS)), np.cumsum(groups, axis=0)])
    at = np.arange(count + 1)
    before, after = np.maximum(at - AROUND, 0), np.minimum(at + AROUND, count)
    mean_before = (sums[at] - sums[before]) / np.maximum(at - before, 1)[:, None]
    mean_after = (sums[after] - sums[at]) / np.maximum(after - at, 1)[:, None]
    steps = _decibels(mean_after) - _decibels(mean_before)
    differs = np.sqrt((steps**2).mean(axis=1))
    # Two seconds at least on either side, or it is the beginning or the end.
    differs[: AROUND // 2] = differs[count + 1 - AROUND // 2 :] = 0
    found: list[int] = []
    for place in np.flatnonzero(differs >= CLEAR):
        near = differs[max(0, place - AROUND) : place + AROUND + 1]
        if differs[place] == near.max() and (not found or place - found[-1] > AROUND):
            found.append(int(place))
    return tuple(place * PART / RATE for place in found)


def _groups(bands: list[NDArray[np.float16]]) -> Curve:
    """The energy of each group of bands in every half second; the last one is left out unless it is
    whole."""
    width = BANDS // GROUPS
    shape = (-1, GROUPS, width)
    rows = [(10 ** (c.astype(np.float64) / 10)).reshape(shape).mean(axis=2) for c in bands]
    steps = np.concatenate(rows)
    whole = len(steps) // PART
    return np.asarray(steps[: whole * PART].reshape(whole, PART, GROUPS).mean(axis=1))


def _decibels(energy: Curve) -> Curve:
    floor = max(float(energy.max()), 1e-10) * 10 ** (-DEPTH / 10)
    return np.asarray(10 * np.log10(np.maximum(energy, floor)))
