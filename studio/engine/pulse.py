"""The beat in a curve that tells how much newly sounds: its tempo, and where each beat falls.

The method is that of Ellis, Beat tracking by dynamic programming (Journal of New Music Research,
2007): one tempo from the curve's likeness to itself, then the row of moments that are strong and
evenly spaced at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RATE = 100
"""Values of the curve in a second."""
SLOWEST, FASTEST = 50.0, 200.0
"""Beats a minute that are thought of; most music has 60 to 180."""
USUAL, SPREAD = 115.0, 0.9
"""The tempo that people tap most readily, and how many octaves away from it they still do."""
MULTIPLES = 8
"""Beats over which a tempo must hold."""
LEAST = 4
"""Beats that make a beat."""
TIGHT = 400.0
"""How much evenness counts beside strength."""
SURE = 0.2
"""The confidence below which there is no beat."""
SLOW, FAST = 58.0, 188.0
"""Between these the tempo is halved and doubled where the accents ask for it."""
QUICK = 150.0
EVEN, EVEN_QUICK = 0.42, 0.6
"""How strong it must be half way between two beats, beside the beats, to be a beat as well. A tempo
above QUICK has to show more: most music that could be one of 168 is one of 84 with eighths."""

Curve = NDArray[np.float64]


class Beats(NamedTuple):
    """`times` in seconds; none, and no `bpm`, where the curve has no steady beat."""

    bpm: float | None
    confidence: float
    times: Curve


NONE = Beats(None, 0.0, np.zeros(0))


def beats_in(onsets: Curve, accents: Curve) -> Beats:
    """The beats of a curve with RATE values a second, in seconds from its beginning.

    accents: of the same length, how strong what begins there is; it tells a beat from what is
        played twice as often.
    """
    if len(onsets) < 2 * RATE or onsets.max(initial=0) <= 0:
        return NONE
    curve = flattened(onsets)
    period, periodic = tempo(curve)
    period = _octave(accents, curve, period)
    places = tracked(curve, period)
    confidence = round(float(np.clip(periodic, 0, 1)), 3)
    if confidence < SURE or len(places) < LEAST:
        return Beats(None, min(confidence, SURE), np.zeros(0))
    return Beats(round(_pace(places), 2), confidence, places / RATE)


def flattened(onsets: Curve) -> Curve:
    """Without its slow waves, in units of its own spread: what stands out counts, not what is
    loud."""
    calm = onsets - smooth(onsets, 0.5 * RATE)
    calm = np.clip(calm, 0, None)
    return np.asarray(calm / (calm.std() or 1.0))


def smooth(curve: Curve, sigma: float) -> Curve:
    reach = max(1, round(3 * sigma))
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    padded = np.pad(curve, reach, mode="edge")
    size = 1 << (len(padded) + len(bell)).bit_length()
    product = np.fft.rfft(padded, size) * np.fft.rfft(bell / bell.sum(), size)
    return np.asarray(np.fft.irfft(product, size)[2 * reach : 2 * reach + len(curve)])


# --- tempo --------------------------------------------------------------------------------------


def tempo(curve: Curve) -> tuple[float, float]:
    """The steps from beat to beat, and how surely they are (about 0 to 1)."""
    like = likeness(curve, round(MULTIPLES * 60 / SLOWEST * RATE))
    periods = 60 * RATE / np.geomspace(SLOWEST, FASTEST, 400)
    comb = np.stack([_at(like, periods * k) for k in range(1, MULTIPLES + 1)])
    score = comb.mean(axis=0)
    bpm = 60 * RATE / periods
    prior = np.exp(-0.5 * (np.log2(bpm / USUAL) / SPREAD) ** 2)
    best = int((score * prior).argmax())
    return float(periods[best]), float(score[best])


def likeness(curve: Curve, most: int) -> Curve:
    """How alike the curve is to itself, moved by 0 to `most` steps; 1 is the same."""
    calm = smooth(curve, 1.5)
    calm = calm - calm.mean()
    size = 1 << (2 * len(calm)).bit_length()
    power = np.abs(np.fft.rfft(calm, size)) ** 2
    found = np.fft.irfft(power, size)[: most + 1]
    shared = np.maximum(len(calm) - np.arange(len(found)), 1) / len(calm)
    return np.asarray(found / (found[0] or 1.0) / np.maximum(shared, 0.2))


def _at(like: Curve, lags: Curve) -> Curve:
    return np.interp(lags, np.arange(len(like)), like, right=0.0)


def _octave(accents: Curve, curve: Curve, period: float) -> float:
    """The period; twice it where every second beat is only a faint one, half of it where there are
    beats half way."""
    bpm = 60 * RATE / period
    if bpm / 2 >= SLOW and not _doubled(accents, curve, 2 * period):
        return 2 * period
    if bpm * 2 <= FAST and _doubled(accents, curve, period):
        return period / 2
    return period


def _doubled(accents: Curve, curve: Curve, period: float) -> bool:
    """Whether what lies half way between the beats of this period is a beat as well.

    By how it is heard and by its accent: a snare drum is heard more and has less force than the
    bass drum, while what is played twice as often as the beat is fainter in both.
    """
    places = tracked(curve, period)
    if len(places) < LEAST:
        return False
    halfway = (places[1:] + places[:-1]) / 2
    accent, heard = (_evenness(_near(c, places), _near(c, halfway)) for c in (accents, curve))
    if 2 * 60 * RATE / period > QUICK:
        return max(accent, heard) > EVEN_QUICK
    return accent * heard > EVEN**2


def _evenness(these: Curve, those: Curve) -> float:
    """How strong the weaker ones are beside the others, 0 to 1, if three in five of them at least
    are so strong: a single drum out of step says nothing."""
    weak, strong = sorted((these, those), key=lambda values: float(values.mean()))
    high = float(np.quantile(strong, 0.6))
    return float(np.quantile(weak, 0.4)) / high if high > 0 else 0.0


def _near(curve: Curve, places: Curve) -> Curve:
    """The highest value within 40 ms of each place."""
    reach = round(0.04 * RATE)
    near = np.rint(places).astype(int)[:, None] + np.arange(-reach, reach + 1)
    return np.asarray(curve[np.clip(near, 0, len(curve) - 1)].max(axis=1))


# --- beats --------------------------------------------------------------------------------------


def tracked(curve: Curve, period: float) -> NDArray[np.float64]:
    """The steps (with parts of one) on which the beats fall."""
    strength = smooth(curve, period / 32)
    backs = np.arange(-round(2 * period), -round(period / 2) + 1)
    uneven = -TIGHT * np.log(-backs / period) ** 2
    total, link = _best_rows(strength, backs, uneven)
    # Where nothing sounds any more the best row goes on at no cost, so it is whole at the end.
    last = max(0, len(total) - round(1.5 * period))
    row = [last + int(total[last:].argmax())]
    while link[row[-1]] >= 0:
        row.append(int(link[row[-1]]))
    return _refined(strength, _without_weak_ends(strength, np.array(row[::-1])))


def _best_rows(strength: Curve, backs: NDArray[np.int64], uneven: Curve) -> tuple[Curve, Curve]:
    """For a beat on each step, the worth of the best row that ends there, and its beat before."""
    total = np.array(strength)
    link = np.full(len(strength), -1)
    for step in range(-int(backs[-1]), len(strength)):
        low = step + int(backs[0])
        before = max(low, 0)
        scores = total[before : low + len(backs)] + uneven[before - low :]
        best = int(scores.argmax())
        # What is no gain is where the row begins.
        if scores[best] > 0:
            total[step] += scores[best]
            link[step] = before + best
    return total, link


def _without_weak_ends(strength: Curve, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Without beats before the music begins and after it ends."""
    at = strength[places]
    weak = 0.25 * np.sqrt((at**2).mean())
    strong = np.flatnonzero(at >= weak)
    return places[strong[0] : strong[-1] + 1] if len(strong) else places[:0]


def _refined(strength: Curve, places: NDArray[np.int64]) -> Curve:
    """Between the steps, by a parabola through the neighbors."""
    inner = np.clip(places, 1, len(strength) - 2)
    left, middle, right = strength[inner - 1], strength[inner], strength[inner + 1]
    bend = left - 2 * middle + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1), 0)
    return np.asarray(inner + np.clip(shift, -0.5, 0.5))


def _pace(places: Curve) -> float:
    """Beats a minute by the straight line through all of them."""
    slope = np.polyfit(np.arange(len(places)), places, 1)[0]
    return float(60 * RATE / slope)
