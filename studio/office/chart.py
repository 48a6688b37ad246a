"""Stacked bars as SVG, drawn here: the page has no script for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 960, 240
LEFT, TOP, BOTTOM = 64, 10, 26
COLORS = ("orange", "blue", "green", "violet", "gold", "teal", "pink", "gray")
OTHERS, LAST = "", COLORS[-1]  # the key of all that have the last color, as one
TOPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
STEPS = 4
LABELS = 8


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    color: str
    words: str


@dataclass(frozen=True)
class Mark:
    """A word beside an axis."""

    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Chart:
    bars: Sequence[Bar]
    lines: Sequence[Mark]
    days: Sequence[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def colors(totals: Mapping[str, int]) -> dict[str, str]:
    """The largest have a color of their own; the last color is that of all others."""
    ordered = sorted(totals, key=lambda key: (-totals[key], key))
    return {key: COLORS[min(place, len(COLORS) - 1)] for place, key in enumerate(ordered)}


def stacked(
    days: Sequence[date],
    values: Mapping[date, Mapping[str, float]],
    color: Mapping[str, str],
    names: Mapping[str, str],
) -> Chart:
    """`values` are credits by day and key; the largest is at the bottom."""
    most = _round_up(max((sum(values.get(day, {}).values()) for day in days), default=0))
    tall = HEIGHT - TOP - BOTTOM
    room = (WIDTH - LEFT) / max(1, len(days))
    bars = []
    for place, day in enumerate(days):
        y = float(HEIGHT - BOTTOM)
        for key, value in sorted(
            values.get(day, {}).items(), key=lambda pair: (COLORS.index(color[pair[0]]), pair[0])
        ):
            height = tall * value / most
            y -= height
            words = f"{day:%b %-d}: {names.get(key, key)}, {value:,g} credits"
            x = LEFT + place * room + room * 0.12
            bars.append(
                Bar(_fine(x), _fine(y), _fine(room * 0.76), _fine(height), color[key], words)
            )
    lines = [
        Mark(LEFT, _fine(HEIGHT - BOTTOM - tall * n / STEPS), f"{most * n / STEPS:,g}")
        for n in range(STEPS + 1)
    ]
    every = -(-len(days) // LABELS)
    named = [
        Mark(_fine(LEFT + (place + 0.5) * room), HEIGHT - 8, f"{day:%b %-d}")
        for place, day in enumerate(days)
        if place % every == 0
    ]
    return Chart(bars, lines, named)


def _fine(value: float) -> float:
    return round(value, 2)


def _round_up(value: float) -> float:
    """The next plain number, so that the axis has such.

    >>> _round_up(0), _round_up(3), _round_up(70), _round_up(0.3)
    (1, 3, 80, 0.3)
    """
    if value <= 0:
        return 1
    unit = 10.0 ** (len(str(int(value))) - 1) if value >= 1 else 0.1
    while unit > value and unit > 1e-6:
        unit /= 10
    found = round(next(unit * n for n in TOPS if unit * n >= value - 1e-9), 9)
    return int(found) if found >= 1 else found
