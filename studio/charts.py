"""Stacked bars as SVG, drawn here: the page has no script for it. The drawing is stretched to its
place, the words stand beside it, so that they are as large on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT, ROOM, GAP = 1000, 100, 12  # of the drawing, of a day in it, beside each bar
COLORS = ("orange", "blue", "green", "violet", "gold", "teal", "pink", "gray")
OTHERS, LAST = "", COLORS[-1]  # the key of all that have the last color, as one
TOPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
STEPS = 4
LABELS = 8


@dataclass(frozen=True)
class Shape:
    """All bars of a color."""

    color: str
    path: str


@dataclass(frozen=True)
class Column:
    """A day: where it begins, what is told of it, and its name where there is room for that;
    `minor` ones have none on a phone."""

    x: int
    words: str
    name: str
    minor: bool


@dataclass(frozen=True)
class Chart:
    """`scale` are the numbers beside it, from the top."""

    shapes: Sequence[Shape]
    columns: Sequence[Column]
    scale: Sequence[str]
    height: int = HEIGHT
    room: int = ROOM

    @property
    def width(self) -> int:
        return max(1, len(self.columns)) * ROOM

    @property
    def grid(self) -> str:
        """The lines across, as a path."""
        return "".join(f"M0 {HEIGHT * n // STEPS}H{self.width}" for n in range(STEPS + 1))


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
    paths: dict[str, list[str]] = {}
    columns = []
    every = -(-len(days) // LABELS)
    for place, day in enumerate(days):
        mine, floor = values.get(day, {}), float(HEIGHT)
        for key in sorted(mine, key=lambda key: (COLORS.index(color[key]), key)):
            tall = HEIGHT * mine[key] / most
            if tall <= 0:
                continue
            floor -= tall
            bar = (
                f"M{place * ROOM + GAP} {floor:.1f}h{ROOM - 2 * GAP}v{tall:.1f}h-{ROOM - 2 * GAP}z"
            )
            paths.setdefault(color[key], []).append(bar)
        name = f"{day:%b %-d}" if place % every == 0 else ""
        minor = place // every % 2 == 1
        columns.append(Column(place * ROOM, _words(day, mine, names), name, minor))
    shapes = [Shape(one, "".join(paths[one])) for one in COLORS if one in paths]
    scale = [f"{most * n / STEPS:,g}" for n in range(STEPS, -1, -1)]
    return Chart(shapes, columns, scale)


def _words(day: date, mine: Mapping[str, float], names: Mapping[str, str]) -> str:
    """A day and what is in its bar, the largest first."""
    parts = sorted(mine.items(), key=lambda pair: -pair[1])
    of = ", ".join(f"{names.get(key, key)} {value:,g}" for key, value in parts if value)
    return f"{day:%b %-d}: {sum(mine.values()):,g} credits" + (f" ({of})" if of else "")


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
