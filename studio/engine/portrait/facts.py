"""What can be told of a picture and a voice before a portrait is made of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.engine import audio
from studio.engine.encode import SAMPLE_RATE
from studio.engine.picture import load
from studio.engine.portrait import face
from studio.engine.portrait.voice import SILENT
from studio.engine.stills import regard

STEP = SAMPLE_RATE // 100
RATE = SAMPLE_RATE // STEP
FULL = 0.985
"""Of full scale: louder samples were probably cut off."""
IN_A_ROW = 3
"""Samples at full scale within a step: a single one may be a true peak."""


class Heard(NamedTuple):
    """Every 10 ms of a sound: its root mean square of full scale, and whether it was cut off."""

    loud: NDArray[np.float32]
    cut: NDArray[np.bool_]

    @property
    def silent(self) -> bool:
        return float(self.loud.max(initial=0)) < SILENT

    @property
    def clipped(self) -> float:
        """How much of what is heard was cut off, 0 to 1."""
        heard = self.loud >= SILENT
        return float(self.cut[heard].mean()) if heard.any() else 0.0

    def between(self, start: float, end: float) -> Heard:
        """The part between these seconds."""
        part = slice(int(start * RATE), max(int(start * RATE) + 1, round(end * RATE)))
        return Heard(self.loud[part], self.cut[part])


def faces(path: Path) -> list[float]:
    """The height of each face that is seen from the front, brow to chin in pixels of the picture,
    largest first. Raises EngineError for a picture that cannot be read."""
    pixels, by = face.as_rgb(load(path), face.LOOKED)
    return [face.within(head).size / by for head in regard.faces(pixels)]


def sound(path: Path) -> Heard:
    """How loud a sound file is. Raises EngineError for one that cannot be read."""
    loud: list[NDArray[np.float32]] = [np.zeros(0, np.float32)]
    cut: list[NDArray[np.bool_]] = [np.zeros(0, np.bool_)]
    held = np.zeros(0, np.float32)
    for part in audio.decoded(path):
        held = np.concatenate([held, part.mean(axis=0)])
        whole = len(held) // STEP * STEP
        if not whole:
            continue
        rows = held[:whole].reshape(-1, STEP)
        loud.append(np.sqrt((rows**2).mean(axis=1)))
        cut.append((np.abs(rows) >= FULL).sum(axis=1) >= IN_A_ROW)
        held = held[whole:]
    return Heard(np.concatenate(loud), np.concatenate(cut))
