"""Drums, and a voice that nobody taught to keep time, made from numbers."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 22050
Sound = NDArray[np.float64]

# Which drums fall on which beats of a bar of four.
PATTERNS: dict[str, dict[str, tuple[float, ...]]] = {
    "click": {"click": (0, 1, 2, 3)},
    "rock": {"kick": (0, 2), "snare": (1, 3), "hat": tuple(n / 2 for n in range(8))},
    "house": {"kick": (0, 1, 2, 3), "snare": (1, 3), "hat": (0.5, 1.5, 2.5, 3.5)},
    "pop": {"kick": (0, 1.5, 2), "snare": (1, 3), "hat": tuple(n / 2 for n in range(8))},
    "waltz": {"kick": (0,), "hat": (1, 2)},
}
BAR = {"waltz": 3}


def _struck(name: str, dice: np.random.Generator) -> Sound:
    lengths = {"click": 0.05, "kick": 0.25, "snare": 0.2, "hat": 0.06}
    t = np.arange(round(lengths[name] * RATE)) / RATE
    hiss = dice.standard_normal(len(t))
    if name == "click":
        return np.sin(2 * np.pi * 1000 * t) * np.exp(-t / 0.01)
    if name == "kick":
        return np.sin(2 * np.pi * (50 * t + 3 * (1 - np.exp(-t / 0.02)))) * np.exp(-t / 0.08)
    if name == "snare":
        return (0.6 * hiss + 0.4 * np.sin(2 * np.pi * 190 * t)) * np.exp(-t / 0.05)
    return 0.35 * np.diff(hiss, prepend=0) * np.exp(-t / 0.015)


def song(
    pattern: str, bpm: float, *, offset: float = 0.3, seconds: float = 20, noise: float = 0
) -> tuple[Sound, Sound]:
    """A pattern from `offset` seconds on, and the times of its beats."""
    dice = np.random.default_rng(1)
    sound = np.zeros(round((seconds + 1) * RATE))
    beats = np.arange(offset, seconds - 0.05, 60 / bpm)
    for first in range(0, len(beats), BAR.get(pattern, 4)):
        for name, places in PATTERNS[pattern].items():
            for place in places:
                if first + place < len(beats):
                    struck = _struck(name, dice)
                    at = round((offset + (first + place) * 60 / bpm) * RATE)
                    sound[at : at + len(struck)] += 0.3 * struck
    sound = sound[: round(seconds * RATE)]
    return sound + noise * dice.standard_normal(len(sound)), beats


def babble(seconds: float, seed: int) -> Sound:
    """Syllables of uneven length, with pauses where there are pauses in speech."""
    dice = np.random.default_rng(seed)
    sound = np.zeros(round((seconds + 1) * RATE))
    now = 0.2
    while now < seconds - 0.5:
        long = dice.uniform(0.08, 0.25)
        t = np.arange(round(long * RATE)) / RATE
        pitch = dice.uniform(100, 180)
        tone = sum(np.sin(2 * np.pi * pitch * k * t) / k for k in range(1, 12))
        at = round(now * RATE)
        sound[at : at + len(t)] += dice.uniform(0.05, 0.2) * np.hanning(len(t)) * tone
        now += long * dice.uniform(0.7, 1.1) + (dice.random() < 0.12) * dice.uniform(0.2, 0.8)
    return sound[: round(seconds * RATE)]


def write(target: Path, sound: Sound) -> Path:
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return target


def agreement(found: Sound, true: Sound, within: float = 0.07) -> float:
    """The F-measure: 1 where every beat is found once, and nothing else."""
    left = sorted(found)
    hits = 0
    for beat in true:
        near = [f for f in left if abs(f - beat) <= within]
        if near:
            left.remove(min(near, key=lambda f: abs(f - beat)))
            hits += 1
    return 2 * hits / max(1, len(found) + len(true))
