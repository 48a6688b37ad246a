"""Voices, pictures and rulers for the tests of portraits."""

from __future__ import annotations

import wave
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image

ASTRONAUT = Path(__file__).parents[3] / "static/samples/astronaut.jpg"
RATE = 22_050


def voice(target: Path, seconds: float = 3.0, *, level: float = 0.5, gap: bool = True) -> Path:
    """Syllables of a buzzing tone: 4.3 a second, unequally loud, with a pause now and then."""
    times = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * 120 * n * times) / n for n in range(1, 12))
    loud = np.clip(np.sin(2 * np.pi * 2.15 * times) ** 2, 0, 1)
    loud *= 0.55 + 0.45 * np.sin(2 * np.pi * 0.7 * times + 1) ** 2
    if gap:
        loud *= (times % 3) < 2.2
    return write(target, level * loud * buzz / 2)


def write(target: Path, sound: np.ndarray) -> Path:
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return target


def two_faces(target: Path) -> Path:
    """The same person twice, once larger."""
    with Image.open(ASTRONAUT) as image:
        whole = image.convert("RGB")
    side = whole.width
    half = whole.resize((side * 2 // 3, side * 2 // 3))
    canvas = Image.new("RGB", (side + half.width, side), (180, 180, 180))
    canvas.paste(whole, (0, 0))
    canvas.paste(half, (side, side // 3))
    canvas.save(target)
    return target


def frames(video: Path) -> list[np.ndarray]:
    """Luma of every frame."""
    with av.open(str(video)) as container:
        return [f.to_ndarray(format="gray") for f in container.decode(video=0)]


def heard(video: Path, fps: int) -> np.ndarray:
    """The loudness of a video's own sound around the middle of each frame, smoothed to syllables.

    By another road than the engine: squares, averaged over 80 ms.
    """
    with av.open(str(video)) as container:
        parts = [f.to_ndarray()[0] for f in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    sound = np.concatenate(parts)
    power = np.cumsum(np.concatenate([[0.0], sound.astype(np.float64) ** 2]))
    middles = (np.arange(int(len(sound) / rate * fps)) + 0.5) / fps * rate
    first = np.clip(middles - 0.04 * rate, 0, len(sound)).astype(int)
    last = np.clip(middles + 0.04 * rate, 0, len(sound)).astype(int)
    return np.sqrt((power[last] - power[first]) / np.maximum(last - first, 1))


def shifts(pictures: list[np.ndarray], box: tuple[int, int, int, int]) -> np.ndarray:
    """By how many rows what is in the box (left, top, right, bottom) lies lower than in the first
    picture, for each of them; found again to a part of a pixel."""
    left, top, right, bottom = box
    first = pictures[0][top:bottom, left:right].astype(np.float32)
    found = []
    for picture in pictures:
        reach = 14
        part = picture[top - reach : bottom + reach, left - reach : right + reach]
        likeness = cv2.matchTemplate(part.astype(np.float32), first, cv2.TM_CCOEFF_NORMED)
        y, x = np.unravel_index(likeness.argmax(), likeness.shape)
        y = int(np.clip(y, 1, likeness.shape[0] - 2))
        before, at, after = likeness[y - 1 : y + 2, x]
        found.append(y - reach + 0.5 * (before - after) / (before - 2 * at + after))
    return np.array(found)


def lag(one: np.ndarray, other: np.ndarray, fps: int) -> tuple[float, float]:
    """By how many seconds `other` comes later than `one`, and how alike they then are (r)."""
    fine = 20
    count = min(len(one), len(other))
    at = np.arange((count - 1) * fine) / fine
    a, b = (np.interp(at, np.arange(count), curve[:count]) for curve in (one, other))
    reach = 8 * fine
    middle = a[reach:-reach]
    alike = [
        np.corrcoef(middle, b[reach + move : len(b) - reach + move])[0, 1]
        for move in range(-reach, reach + 1)
    ]
    best = int(np.argmax(alike))
    return (best - reach) / fine / fps, float(alike[best])
