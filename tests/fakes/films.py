"""Small real films whose frames say their number, and whose sound says its time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame

from studio.engine.encode import SAMPLE_RATE, Writer

BITS = 10
SIZE = (160, 96)


def picture(number: int, size: tuple[int, int] = SIZE, hue: int = 0) -> np.ndarray:
    """RGB, with the number in its upper half as black and white fields, highest bit first."""
    width, height = size
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., hue % 3] = 60 + 40 * np.linspace(0, 1, width)
    for bit in range(BITS):
        on = number >> (BITS - 1 - bit) & 1
        left, right = bit * width // BITS, (bit + 1) * width // BITS
        pixels[: height // 2, left:right] = 235 if on else 20
    return pixels


def number_of(pixels: np.ndarray) -> int:
    """The number that a picture of this kind shows."""
    height, width = pixels.shape[:2]
    row = pixels[height // 4].mean(axis=-1)
    middles = [int((bit + 0.5) * width / BITS) for bit in range(BITS)]
    return sum((row[at] > 128) << (BITS - 1 - bit) for bit, at in enumerate(middles))


def clicks(seconds: float, every: float = 0.5, rate: int = SAMPLE_RATE) -> np.ndarray:
    """One channel: 5 ms of a tone at each multiple of `every`."""
    times = np.arange(round(seconds * rate)) / rate
    tone = np.sin(2 * np.pi * 1000 * times) * 0.5
    return np.where(times % every < 0.005, tone, 0).astype(np.float32)


def tone(seconds: float, level: float = 0.1, pitch: float = 1000.0) -> np.ndarray:
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (level * np.sin(2 * np.pi * pitch * times)).astype(np.float32)


def as_frames(sound: np.ndarray) -> Iterator[AudioFrame]:
    for at in range(0, len(sound), 4800):
        part = np.stack([sound[at : at + 4800]] * 2)
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(part), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = SAMPLE_RATE, at
        frame.time_base = Fraction(1, SAMPLE_RATE)
        yield frame


def ours(
    path: Path,
    frames: int = 60,
    fps: int = 30,
    *,
    size: tuple[int, int] = SIZE,
    sound: np.ndarray | None = None,
    first: int = 0,
    hue: int = 0,
) -> Path:
    """As the studio writes it; the numbers begin with `first`."""
    track = None if sound is None else as_frames(sound)
    with Writer(path, path.suffix[1:], *size, fps, track) as writer:
        for number in range(first, first + frames):
            rgb = av.VideoFrame.from_ndarray(picture(number, size, hue), format="rgb24")
            writer.frame(rgb.reformat(format="nv12", dst_colorspace=1))
        writer.finish()
    return path


def theirs(
    path: Path,
    frames: int = 60,
    fps: int = 25,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = SIZE,
    pixels: str = "yuv420p",
    times: list[int] | None = None,
    sound: np.ndarray | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """As somebody else writes it; `times` in milliseconds make an uneven rate."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, fps, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        base = Fraction(1, 1000) if times else Fraction(1, fps)
        stream.codec_context.time_base = base
        audio = None
        if sound is not None:
            audio = container.add_stream(
                "libopus" if path.suffix == ".webm" else "aac", SAMPLE_RATE
            )
            audio.codec_context.layout = "stereo"
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(number, size), format="rgb24")
            frame = frame.reformat(format=pixels)
            frame.pts, frame.time_base = times[number] if times else number, base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        for frame in as_frames(sound) if audio is not None else ():
            container.mux(audio.encode(frame))
        if audio is not None:
            container.mux(audio.encode(None))
    return path


# --- reading back ---------------------------------------------------------------------------------


def seen(path: Path) -> list[tuple[float, int]]:
    """(seconds, number) of each frame."""
    with av.open(str(path)) as container:
        return [
            (float(frame.time), number_of(frame.to_ndarray(format="rgb24")))
            for frame in container.decode(video=0)
        ]


def numbers(path: Path) -> list[int]:
    return [number for _, number in seen(path)]


def heard(path: Path) -> np.ndarray:
    """The left channel at SAMPLE_RATE, from the beginning of the picture."""
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
    parts = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate(parts)


def click_times(sound: np.ndarray) -> np.ndarray:
    """Seconds at which clicks begin."""
    loud = np.flatnonzero(np.abs(sound) > 0.12)
    first = loud[np.insert(np.diff(loud) > SAMPLE_RATE // 20, 0, True)]
    return first / SAMPLE_RATE


def payloads(path: Path) -> list[bytes]:
    """The packets of the picture in decoding order."""
    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(video=0) if p.size]
