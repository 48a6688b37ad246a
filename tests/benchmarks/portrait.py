"""A portrait that a voice moves: how much faster than real time, how much memory a long voice
needs, and how far the mouth is behind the sound. Reads /proc, so Linux only."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine import audio, portrait
from studio.engine.encode import SAMPLE_RATE
from studio.engine.picture import load
from studio.engine.portrait import face
from tests.benchmarks.common import MEDIA, cpu, table
from tests.engine.portrait import make

FACE = MEDIA / "astronaut.jpg"
SPEED, SHORT, LONG = 60, 60, 600
"""Seconds of voice that are rendered for the speed, and for the memory."""
STEP = 1 / 1000
REACH = 0.2
"""Seconds by which the mouth is moved against the sound to find where they agree best."""

Curve = NDArray[np.float64]


def run() -> None:
    if not Path("/proc/self/status").exists():
        print("Left out: memory is read from /proc.")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [*speeds(folder), memory(folder), *lags(folder)]
    load = os.getloadavg()[0]
    title = f"A portrait moved by a voice ({os.cpu_count()} cores, load {load:.1f} at the end)"
    table(title, rows)


def render(voice: Path, target: Path, resolution: str, **more: object) -> Path:
    portrait.animate(FACE, voice, target, resolution=resolution, **more)  # type: ignore[arg-type]
    return target


def speeds(folder: Path) -> list[tuple[str, str, str, str, str]]:
    voice = make.voice(folder / "speed.wav", SPEED)
    rows = []
    for resolution, promised in (("480p", "–"), ("720p", "≥ 5 × real time")):
        begun = time.perf_counter()
        used = cpu(lambda size=resolution: render(voice, folder / f"{size}.mp4", size))
        wall = time.perf_counter() - begun
        rows.append(
            (
                f"{SPEED} s of voice in {resolution}",
                f"{wall:.1f} s, {used:.1f} s of processor",
                f"{SPEED} s (real time)",
                f"{SPEED / wall:.1f} × ({SPEED / used:.1f} × per core)",
                promised,
            )
        )
    return rows


# --- memory -------------------------------------------------------------------------------------


def memory(folder: Path) -> tuple[str, str, str, str, str]:
    """The most that was resident, in a process of its own for each voice."""
    short, long = (peak(folder, seconds) for seconds in (SHORT, LONG))
    return (
        f"most memory, {LONG // 60} minutes beside {SHORT // 60}, 720p",
        f"{long:.0f} MB",
        f"{short:.0f} MB",
        f"{long / short:.2f}",
        "≤ 1.15",
    )


def peak(folder: Path, seconds: int) -> float:
    here, there = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("spawn")
    voice = make.voice(folder / f"{seconds}.wav", seconds)
    child = context.Process(target=measured, args=(voice, there))
    child.start()
    try:
        return float(here.recv())
    finally:
        child.join()


def measured(voice: Path, answer: Connection) -> None:
    render(voice, voice.with_suffix(".mp4"), "720p")
    lines = Path("/proc/self/status").read_text().splitlines()
    # Not ru_maxrss: a new process takes over what its parent had.
    [most] = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    answer.send(most / 1024)


# --- lag ----------------------------------------------------------------------------------------


def lags(folder: Path) -> list[tuple[str, str, str, str, str]]:
    """From the file that came out: its sound against its picture."""
    film = render(make.voice(folder / "lag.wav", 20), folder / "lag.mp4", "720p")
    behind, alike = lag(loudness(film), mouth(film), portrait.FPS)
    return [
        ("the mouth behind the sound", f"{behind * 1000:+.0f} ms", "–", "–", "within 40 ms"),
        ("likeness of mouth and sound", f"{alike:.2f}", "–", "–", "≥ 0.8"),
    ]


def loudness(film: Path) -> Curve:
    """Every STEP, smoothed as one frame of the video is."""
    sound = np.concatenate([part.mean(axis=0) for part in audio.decoded(film)])
    size = round(STEP * SAMPLE_RATE)
    rows = sound[: len(sound) // size * size].reshape(-1, size).astype(np.float64)
    width = round(1 / portrait.FPS / STEP)
    power = np.convolve((rows**2).mean(axis=1), np.ones(width) / width, mode="same")
    return np.asarray(power**0.3)


def mouth(film: Path) -> Curve:
    """How far the chin is below its first place in each frame, in pixels: by the optical flow of
    the chin less that of the brow, so that a nod is no word."""
    pixels, by = face.as_rgb(load(FACE), face.LOOKED)
    found = face.find(pixels, by, None)
    with av.open(str(film)) as container:
        frames = [f.to_ndarray(format="gray") for f in container.decode(video=0)]
    here = found.scaled(frames[0].shape[1] / pixels.shape[1])
    chin = part(frames, here, 0.92, 1.12)
    brow = part(frames, here, 0.0, 0.25)
    return chin - brow


def part(frames: list[NDArray[np.uint8]], here: face.Face, top: float, bottom: float) -> Curve:
    """How far down a strip of the face lies in each frame, beside the first."""
    x, brow, size = here.x, here.brow, here.size
    rows = slice(round(brow + top * size), round(brow + bottom * size))
    columns = slice(round(x - 0.25 * size), round(x + 0.25 * size))
    first = frames[0][rows, columns]
    moved = []
    for frame in frames:
        flow = cv2.calcOpticalFlowFarneback(
            first, frame[rows, columns], None, 0.5, 3, 21, 3, 7, 1.5, 0
        )
        moved.append(float(np.median(flow[..., 1])))
    return np.array(moved)


def lag(sound: Curve, moved: Curve, fps: int) -> tuple[float, float]:
    """By how many seconds the movement is behind, and how alike the two are there."""
    at = (np.arange(len(moved)) + 0.5) / fps
    times = (np.arange(len(sound)) + 0.5) * STEP
    best = max(
        (float(np.corrcoef(np.interp(at - late, times, sound), moved)[0, 1]), late)
        for late in np.arange(-REACH, REACH + STEP, STEP)
    )
    return best[1], best[0]


if __name__ == "__main__":
    run()
