"""Sounds: facts, and a drawing of the waveform."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from PIL import Image, ImageDraw

from assets.media.container import Span, walk
from assets.media.facts import Examined, Facts, Limits, Refused
from assets.media.formats import Format

_BARS = 96
# Of a longer sound each bar shows its beginning only, so that hours are drawn as fast as minutes.
_SECONDS_DECODED = 240.0
_SIZE = (1600, 900)
_BACKGROUND, _LOW, _HIGH = (22, 24, 31), (94, 114, 228), (240, 160, 90)


def examine(container: InputContainer, format: Format, limits: Limits) -> Examined:
    if not container.streams.audio:
        raise Refused("The file has neither a picture track nor a sound track. Choose another one.")
    track = container.streams.audio[0]
    span = walk(container, "audio", limits)[track.index]
    if not span.packets:
        raise Refused("The sound is empty. Choose another one.")
    mime, extension = format.audio_only or (format.mime, format.extension)
    facts = Facts(
        kind="audio",
        mime=mime,
        extension=extension,
        duration=round(span.length, 3),
        has_audio=True,
        color="#{:02x}{:02x}{:02x}".format(*_BACKGROUND),
    )
    return Examined(facts, draw(peaks(container, span)))


def peaks(container: InputContainer, span: Span) -> list[float]:
    """The loudest sample of each of _BARS equal parts, 0…1."""
    track = container.streams.audio[0]
    step = max(span.length, 1e-3) / _BARS
    shown = step / math.ceil(max(span.length / _SECONDS_DECODED, 1))
    mono = AudioResampler(format="flt", layout="mono")
    bars = np.zeros(_BARS, np.float32)
    container.seek(0)
    for packet in container.demux(track):
        at = float(packet.pts * packet.time_base) - span.start if packet.pts is not None else 0.0
        if packet.size and at % step > shown:
            continue
        for frame in packet.decode():
            for part in mono.resample(frame):
                _raise(bars, part, at if part.time is None else part.time - span.start, step)
    return [float(value) for value in bars]


def _raise(bars: npt.NDArray[np.float32], part: AudioFrame, at: float, step: float) -> None:
    """Lifts the bars that the samples of `part`, which begins at `at` seconds, belong to."""
    samples = np.nan_to_num(np.abs(part.to_ndarray().ravel()), posinf=1.0)
    times = at + np.arange(len(samples)) / part.sample_rate
    np.maximum.at(bars, np.clip(times / step, 0, _BARS - 1).astype(int), np.minimum(samples, 1))


def draw(bars: list[float]) -> Image.Image:
    """Rounded bars around the middle line, the louder the warmer."""
    image = Image.new("RGB", _SIZE, _BACKGROUND)
    pen, (width, height) = ImageDraw.Draw(image), _SIZE
    step, top = width / (len(bars) + 4), max(max(bars), 1e-6)
    for number, value in enumerate(bars, 2):
        share = (value / top) ** 0.7
        half = max(share * height * 0.36, step * 0.3)
        box = (
            (number + 0.2) * step,
            height / 2 - half,
            (number + 0.8) * step,
            height / 2 + half,
        )
        color = tuple(round(a + (b - a) * share) for a, b in zip(_LOW, _HIGH, strict=True))
        pen.rounded_rectangle(box, radius=step * 0.3, fill=color)
    return image
