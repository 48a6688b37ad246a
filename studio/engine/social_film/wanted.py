"""What a place wants of a video, and what was made for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.engine import EngineError

MODES = ("smart", "center", "fit")
TRIMS = ("beginning", "middle", "end")
GROUNDS = ("blur", "black", "color")
TYPES = ("mp4",)
LEAST, MOST = 16, 4096
"""Pixels on a side."""
QUIETEST, LOUDEST = -40.0, -5.0
"""LUFS."""

Color = tuple[int, int, int]
Spot = tuple[float, float]


@dataclass(frozen=True)
class Wanted:
    """seconds, bytes: the most that is taken; None for any.

    mode: "smart" follows the subject, "center" keeps the middle, "fit" shows all of it on
    `ground`: itself out of focus ("blur"), "black", or `color` (R'G'B').
    focus: shares of width and height, the spot that a person names. loudness: LUFS.
    """

    key: str
    width: int
    height: int
    seconds: float | None = None
    bytes: int | None = None
    trim: str = "beginning"
    mode: str = "smart"
    focus: Spot | None = None
    ground: str = "blur"
    color: Color = (255, 255, 255)
    loudness: float | None = None
    type: str = "mp4"

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def ratio(self) -> float:
        return self.width / self.height

    def check(self) -> None:
        """Raises EngineError for what cannot be made of any video."""
        for name, side in (("Width", self.width), ("Height", self.height)):
            if not LEAST <= side <= MOST or side % 2:
                raise EngineError(
                    f"{name} of {self.key} is {side} px. Use an even number, {LEAST} to {MOST}."
                )
        for name, value, known in (
            ("Type", self.type, TYPES),
            ("Mode", self.mode, MODES),
            ("Trim", self.trim, TRIMS),
            ("Background", self.ground, GROUNDS),
        ):
            if value not in known:
                raise EngineError(
                    f"{name} of {self.key} is “{value}”. Choose from {', '.join(known)}."
                )
        self._check_limits()

    def _check_limits(self) -> None:
        if self.seconds is not None and not self.seconds > 0:
            raise EngineError(f"Seconds of {self.key} is {self.seconds:g}. Use more than 0.")
        if self.bytes is not None and self.bytes <= 0:
            raise EngineError(f"Size limit of {self.key} is {self.bytes} bytes. Use more than 0.")
        if self.focus and not all(0 <= share <= 1 for share in self.focus):
            x, y = self.focus
            raise EngineError(f"Focus of {self.key} is {x:g}, {y:g}. Use 0 to 1 for both.")
        if self.loudness is not None and not QUIETEST <= self.loudness <= LOUDEST:
            raise EngineError(
                f"Loudness of {self.key} is {self.loudness:g} LUFS. "
                f"Use {QUIETEST:g} to {LOUDEST:g}."
            )


@dataclass(frozen=True)
class Made:
    """start, end: seconds of the source between which it was kept. loudness: LUFS as measured in
    the file, None where nothing is heard. enlarged: pixels of the result for one of the source;
    below 1 it was made smaller. checked: what was found by opening the file again, in words."""

    path: Path
    width: int
    height: int
    seconds: float
    bytes: int
    loudness: float | None
    start: float
    end: float
    enlarged: float
    checked: tuple[str, ...]
