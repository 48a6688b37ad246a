"""A video written as one place wants it: pixels, seconds, bytes and loudness."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.video.frame import VideoFrame

from studio.engine import EngineError, Report, ignore
from studio.engine.encode import H264
from studio.engine.film import loud, sound
from studio.engine.film.clip import Clip, Colors, look
from studio.engine.film.compress import LEAST, SLOWEST, SPARE, TRIES
from studio.engine.film.output import film
from studio.engine.film.sound import Pieces
from studio.engine.motion import beside
from studio.engine.social_film.path import MIDDLE, path_of
from studio.engine.social_film.proof import proved
from studio.engine.social_film.trim import Part, part_of
from studio.engine.social_film.wanted import Made, Wanted
from studio.engine.social_film.window import Through, Whole
from studio.engine.weight import weight

SOUND = 128_000
LEAST_SOUND = 32_000
"""Bits per second."""
LOOKED = 0.15
"""How much of the work looking for the subject is."""

Draw = Callable[[VideoFrame], VideoFrame]


def export(source: Path, target: Path, wanted: Wanted, report: Report = ignore) -> Made:
    """Write the video as an MP4 that a place takes, and tell what was made.

    H.264 in BT.709 and AAC, exact pixels, upright, at most 60 frames a second, never longer or
    heavier than allowed. Raises EngineError for input that cannot be used and limits that cannot
    be kept; then `target` is as it was.
    """
    wanted.check()
    report(0.0, "reading")
    clip = look(source)
    part = part_of(clip, wanted.seconds, wanted.trim)
    job = _Job(clip, wanted, part, report)
    rates = job.rates()
    drawn = job.drawing()
    with beside(target) as draft:
        job.write(draft, drawn, job.track(), rates)
        proof = proved(draft, wanted, heard=clip.sound)
    end = part.start + part.seconds
    return Made(
        path=target,
        width=proof.width,
        height=proof.height,
        seconds=proof.seconds,
        bytes=proof.bytes,
        loudness=proof.loudness,
        start=float(part.start),
        end=float(end),
        enlarged=drawn.enlarged,
        checked=proof.checked,
    )


@dataclass(frozen=True)
class _Job:
    clip: Clip
    wanted: Wanted
    part: Part
    report: Report

    def drawing(self) -> Through | Whole:
        clip, wanted = self.clip, self.wanted
        if wanted.mode == "fit":
            return Whole(clip, wanted)
        focus = wanted.focus or (None if wanted.mode == "smart" else MIDDLE)
        first, last = self.part.of(clip)
        path = path_of(clip, first, last, wanted.ratio, focus, self.looked)
        return Through(clip, wanted.size, path)

    def looked(self, share: float, stage: str) -> None:
        self.report(LOOKED * share, stage)

    # --- sound -----------------------------------------------------------------------------------

    def heard(self) -> Pieces:
        """The sound of the part, exactly as long as its picture or a fraction of a sample less."""
        begin = self.clip.origin + self.part.start
        length = Fraction(self.part.samples, sound.SAMPLE_RATE)
        return sound.of(self.clip.path, self.clip.name, begin, length)

    def track(self) -> Callable[[], Pieces | None]:
        """The sound at the loudness that is wanted, as often as it is needed. Silence stays."""
        if not self.clip.sound:
            return lambda: None
        target = self.wanted.loudness
        found = loud.SILENT if target is None else loud.measured(self.heard()).integrated
        if target is None or found <= loud.SILENT:
            return self.heard
        gain = target - found
        return lambda: sound.pieces(loud.turned(self.heard(), gain), self.part.samples)

    # --- weight ----------------------------------------------------------------------------------

    def rates(self) -> tuple[int | None, int]:
        """Bits per second of picture (None for any) and sound. Raises EngineError where the limit
        cannot be kept."""
        most = self.wanted.bytes
        if most is None:
            return None, SOUND
        seconds = float(self.part.seconds)
        whole = most * 8 * SPARE / seconds
        heard = int(min(SOUND, max(LEAST_SOUND, whole / 8))) if self.clip.sound else 0
        frame = self.wanted.width * self.wanted.height * float(self.part.rate)
        least = max(LEAST * frame, SLOWEST) + heard
        if whole < least:
            raise self.impossible(round(least * seconds / 8 / SPARE))
        return int(whole - heard), heard

    def impossible(self, least: int) -> EngineError:
        wanted = self.wanted
        return EngineError(
            f"At most {weight(wanted.bytes or 0)} for {wanted.key} cannot be reached: "
            f"{float(self.part.seconds):.1f} s of {wanted.width} × {wanted.height} px need about "
            f"{weight(least)}. Allow more, or choose fewer seconds or a smaller size."
        )

    # --- writing ---------------------------------------------------------------------------------

    def write(
        self,
        draft: Path,
        draw: Draw,
        track: Callable[[], Pieces | None],
        rates: tuple[int | None, int],
    ) -> None:
        """Encode it, and again with less when it came out too heavy."""
        (rate, heard), most = rates, self.wanted.bytes
        size = 0
        for number in range(TRIES):
            stage = "writing again" if number else "writing"
            self.encode(draft, draw, track(), (quality(rate), heard), stage)
            size = draft.stat().st_size
            if most is None or rate is None or size <= most:
                return
            draft.unlink()
            rate = int(rate * SPARE * most / size)
            if rate < SLOWEST:
                break
        raise self.impossible(size)

    def encode(
        self,
        draft: Path,
        draw: Draw,
        track: Pieces | None,
        how: tuple[Mapping[str, str], int],
        stage: str,
    ) -> None:
        part, (options, heard) = self.part, how
        base = 1 / Fraction(part.rate)
        with film(draft, "mp4", track) as made:
            made.sound_rate = heard or made.sound_rate
            made.drawn(self.wanted.size, part.rate, base, Colors(), "libx264", options)
            for number, frame in enumerate(part.feed(self.clip).take(0, part.length)):
                made.frame(draw(frame), number, base)
                share = (number + 1) / part.length
                self.report(LOOKED + (1 - LOOKED) * share, stage)
            self.report(1.0, "finishing")
            made.finish()


ANY = 2**31 // 2
"""Bits per second from which a limit is none: x264 counts them in 32 bits."""


def quality(rate: int | None) -> dict[str, str]:
    """As good as usual; where there is a limit, never more bits per second than that for long."""
    if rate is None or rate > ANY:
        return dict(H264)
    return H264 | {"maxrate": str(rate), "bufsize": str(rate)}
