"""Clips with a flash and a beep at the same known times, and what is left of both in a film."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from studio.engine.encode import SAMPLE_RATE
from tests.fakes.films import as_frames, click_times, heard

SIZE = (64, 32)
BEEP, FLASH = 0.005, 0.1


def flashing(path: Path, seconds: float, rate: Fraction, every: float, first: float = 0.6) -> Path:
    """At `first`, and then as many seconds apart, to the nearest frame. A flash is longer than a
    frame of any rate, so that none is skipped."""
    total = round(seconds * rate)
    begins = [round((first + n * every) * rate) for n in range(int((seconds - first) / every) + 1)]
    lit = {begin + n for begin in begins for n in range(round(FLASH * rate))}
    times = np.arange(round(total / rate * SAMPLE_RATE)) / SAMPLE_RATE
    sound = np.zeros(len(times), np.float32)
    for frame in begins:
        at = float(frame / rate)
        on = (times >= at) & (times < at + BEEP)
        sound[on] = 0.5 * np.sin(2 * np.pi * 1000 * (times[on] - at))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        audio = container.add_stream("aac", SAMPLE_RATE)
        audio.codec_context.layout = "stereo"
        for number in range(total):
            grey = np.full((SIZE[1], SIZE[0], 3), 250 if number in lit else 10, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        for part in as_frames(sound):
            container.mux(audio.encode(part))
        container.mux(audio.encode(None))
    return path


def flashes(path: Path) -> np.ndarray:
    """Seconds at which it becomes bright."""
    found, before = [], False
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            bright = bool(frame.to_ndarray()[: frame.height].mean() > 120)
            if bright and not before:
                found.append(float(frame.time))
            before = bright
    return np.array(found)


def apart(path: Path) -> np.ndarray:
    """By how many seconds each beep comes after its flash."""
    seen, beeps = flashes(path), click_times(heard(path))
    assert len(seen) == len(beeps)
    return beeps - seen
