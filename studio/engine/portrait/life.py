"""How much of each movement there is in each frame of a portrait: breath, sway, and the voice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.engine.portrait.fields import MOVES
from studio.engine.portrait.voice import Curve, Voice

BREATHS = 0.24
"""A second, of an adult at rest: about 14 a minute."""
SWAYS = (0.06, 0.37)
"""Hertz between which the head moves by itself."""
WAVES = 5
SHUT = 0.3
"""While somebody speaks, the lips press together between the syllables: so far below rest, of how
far they open. It halves how much a smile's teeth are stretched."""

BLINK = (0.45, 1, 1, 0.7, 0.3, 0.08)
"""Frames of 40 ms: shut quickly, opened slowly."""


def movements(voice: Voice, fps: int, seed: int) -> NDArray[np.float32]:
    """frames x MOVES, each about -1 to 1 (jaw 0 to 1). The same seed gives the same ones."""
    dice = np.random.default_rng(seed)
    times = np.arange(len(voice.open)) / fps
    tilt, turn, nod = (_sway(times, dice) for _ in range(3))
    stirred = 0.55 + 0.45 * np.clip(voice.stress / 0.6, 0, 1)
    curves = {
        "jaw": voice.open - SHUT * np.clip(voice.stress / 0.4, 0, 1),
        "wide": voice.bright,
        "tilt": tilt * stirred,
        "turn": turn * stirred,
        "nod": 0.6 * nod * stirred + _beats(voice, fps, dice),
        "breath": _breath(times, dice),
    }
    return np.stack([curves[name] for name in MOVES], axis=1).astype(np.float32)


def blinks(voice: Voice, fps: int, seed: int) -> NDArray[np.float32]:
    """How far the eyes are shut in each frame, 0 to 1: every few seconds, rather in a pause."""
    dice = np.random.default_rng([seed, 1])
    shut = np.zeros(len(voice.open), np.float32)
    frame = round(fps * dice.uniform(0.8, 2.5))
    while frame + len(BLINK) < len(shut):
        near = voice.open[frame : frame + fps // 2]
        begin = min(frame + int(near.argmin()), len(shut) - len(BLINK))
        shut[begin : begin + len(BLINK)] = BLINK
        frame = begin + round(fps * dice.uniform(2.2, 5.5))
    return shut


def _sway(times: Curve, dice: np.random.Generator) -> Curve:
    """Slow waves that never meet in the same way again."""
    low, high = SWAYS
    pitches = low * (high / low) ** ((np.arange(WAVES) + dice.random(WAVES)) / WAVES)
    sizes = pitches**-0.5
    phases = dice.random(WAVES) * 2 * np.pi
    waves = np.sin(2 * np.pi * pitches[:, None] * times + phases[:, None])
    return np.asarray((sizes[:, None] * waves).sum(axis=0) / np.sqrt((sizes**2).sum() * 1.6))


def _breath(times: Curve, dice: np.random.Generator) -> Curve:
    """Breathing in is quicker than out, and no breath is quite like the one before."""
    drift = 0.35 * _sway(times, dice)
    turn = 2 * np.pi * (BREATHS * times + dice.random()) + drift
    return np.sin(turn + 0.35 * np.sin(turn))


def _beats(voice: Voice, fps: int, dice: np.random.Generator) -> Curve:
    """A small nod on some of the syllables, rather the loud ones: down at once, slowly back."""
    pulse = np.zeros(len(voice.open))
    for frame in voice.onsets:
        loud = float(voice.open[frame : frame + max(1, fps // 6)].max())
        if dice.random() < 0.45 * loud:
            pulse[frame] += 0.5 * loud + 0.5 * dice.random()
    at = np.arange(round(1.2 * fps)) / fps
    shape = at / 0.14 * np.exp(1 - at / 0.14)
    return np.convolve(pulse, shape)[: len(pulse)]
