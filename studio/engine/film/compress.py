"""A film with fewer bytes: by quality, or never more than so many."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from studio.engine import EngineError, Report, ignore
from studio.engine.encode import H264
from studio.engine.film.clip import Clip, look
from studio.engine.film.draw import Fit, even
from studio.engine.film.frames import Feed
from studio.engine.film.output import film
from studio.engine.film.remake import even_size, sound_of
from studio.engine.weight import weight

MEGABYTE = 1_000_000
TRIES = 4
SPARE = 0.97
"""How much of the bytes is aimed at: encoders miss their rate, and containers take some."""
LEAST = 0.004
"""Bits a pixel below which nothing can be recognized."""
SLOWEST = 2000
"""Bits per second below which encoders do not begin."""


@dataclass(frozen=True)
class Codec:
    """`crf` are the encoder's numbers for quality 100 and quality 0; `bursts` says that it takes a
    limit for those."""

    kind: str
    encoder: str
    options: Mapping[str, str]
    crf: tuple[int, int]
    tag: str = ""
    bursts: bool = True

    def by_quality(self, quality: int) -> dict[str, str]:
        best, worst = self.crf
        return {**self.options, "crf": str(round(worst + (best - worst) * quality / 100))}

    def by_rate(self, rate: int) -> dict[str, str]:
        """At most that many bits per second over a few seconds."""
        plain = {key: value for key, value in self.options.items() if key != "crf"}
        told = {**plain, "b": str(rate)}
        if self.bursts:
            told |= {"maxrate": str(rate * 3 // 2), "bufsize": str(rate * 3)}
        return told


# This encoder writes about itself to the standard error otherwise.
os.environ.setdefault("SVT_LOG", "1")
ASM = {key: value for key, value in H264.items() if key == "x264-params"}
VP9 = {"deadline": "good", "cpu-used": "5", "row-mt": "1", "tile-columns": "2"}
CODECS = {
    "h264": Codec("mp4", "libx264", {"preset": "medium", **ASM}, (16, 40)),
    "h265": Codec(
        "mp4", "libx265", {"preset": "fast", "x265-params": "log-level=none"}, (18, 42), "hvc1"
    ),
    "vp9": Codec("webm", "libvpx-vp9", VP9, (20, 56)),
    "av1": Codec("mp4", "libsvtav1", {"preset": "9"}, (22, 58), bursts=False),
}


def compress(
    source: Path,
    target: Path,
    *,
    codec: str,
    quality: int = 70,
    megabytes: float | None = None,
    longest: int | None = None,
    report: Report = ignore,
) -> None:
    """Write the film again in fewer bytes.

    quality: 0…100, where nothing else is said. megabytes: the file never has more; what comes out
    too large is encoded again at a lower rate. longest: of the longer side, in pixels.
    """
    clip = look(source)
    report(0.0, "reading")
    by = CODECS[codec]
    job = _Job(clip, target, by, _size(clip, longest), report)
    if megabytes is None:
        options = by.by_quality(quality)
        # With a rate of 0 this encoder keeps to the quality alone.
        job.encode(options | ({"b": "0"} if codec == "vp9" else {}))
        return
    most = round(megabytes * MEGABYTE)
    rate, sound = job.rates(most)
    for number in range(TRIES):
        job = replace(job, sound=sound, stage="compressing again" if number else "compressing")
        job.encode(by.by_rate(rate))
        size = target.stat().st_size
        if size <= most:
            return
        target.unlink()
        rate = int(rate * SPARE * most / size)
        if rate < SLOWEST:
            break
    raise job.impossible(most, size)


def _size(clip: Clip, longest: int | None) -> tuple[int, int]:
    largest = max(clip.size)
    if not longest or longest >= largest:
        return even_size(clip)
    wide, high = (even(side * longest / largest) for side in clip.size)
    return wide, high


@dataclass(frozen=True)
class _Job:
    clip: Clip
    target: Path
    codec: Codec
    size: tuple[int, int]
    report: Report
    sound: int | None = None
    stage: str = "compressing"

    def rates(self, most: int) -> tuple[int, int]:
        """Bits per second of picture and sound that fit. Raises EngineError where none do."""
        seconds = float(self.clip.seconds)
        all_ = most * 8 * SPARE / seconds
        sound = int(min(128_000, max(32_000, all_ / 8))) if self.clip.sound else 0
        width, height = self.size
        least = max(LEAST * width * height * float(self.clip.fps), SLOWEST) + sound
        if all_ < least:
            raise self.impossible(most, round(least * seconds / 8 / SPARE))
        had = self.clip.path.stat().st_size * 8 / seconds
        return int(min(all_ - sound, max(had, 50_000))), sound

    def impossible(self, most: int, least: int) -> EngineError:
        return EngineError(
            f"At most {weight(most)} cannot be reached: this film needs about {weight(least)}. "
            "Choose more, a smaller size, or cut it first."
        )

    def encode(self, options: Mapping[str, str]) -> None:
        clip, codec = self.clip, self.codec
        fit = Fit(clip, self.size, mode="stretch")
        feed = Feed(clip, clip.fps)
        base = 1 / Fraction(feed.rate)
        with film(self.target, codec.kind, sound_of(clip)) as made:
            made.sound_rate = self.sound or made.sound_rate
            made.drawn(self.size, feed.rate, base, clip.colors, codec.encoder, options, codec.tag)
            for number, frame in enumerate(feed.take(0, feed.length)):
                made.frame(fit(frame), number, base)
                self.report((number + 1) / feed.length, self.stage)
            self.report(1.0, "finishing")
            made.finish()
