"""Several films one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.video.frame import VideoFrame

from studio.engine import EngineError, Report, ignore
from studio.engine.film import sound
from studio.engine.film.clip import Clip, look
from studio.engine.film.cut import overlaps, starts
from studio.engine.film.draw import Fit
from studio.engine.film.frames import Feed
from studio.engine.film.output import Splice, film
from studio.engine.film.reel import Reel, Run, drawn, poured
from studio.engine.film.remake import even_size
from studio.engine.film.sound import Pieces

JOINS = ("cut", "crossfade", "black")


@dataclass(frozen=True)
class Scene:
    """A clip as it appears in the joined film: its frames at the film's rate."""

    clip: Clip
    feed: Feed
    fit: Fit

    @property
    def length(self) -> int:
        return self.feed.length

    def frames(self, first: int, last: int) -> Iterator[VideoFrame]:
        return map(self.fit, self.feed.take(first, last))

    def copied(self, first: int, last: int) -> Run | None:
        found = self.clip.index.copied(first, last)
        return Run(self.clip, *found, found[0]) if found else None

    def close(self) -> None:
        self.feed.close()


@dataclass(frozen=True)
class Plan:
    scenes: Sequence[Scene]
    reel: Reel

    def sound(self) -> Pieces | None:
        """The sound of all scenes, fading as the picture does; None when none has any."""
        if not any(scene.clip.sound for scene in self.scenes):
            return None
        return sound.joined(self._tracks())

    def _tracks(self) -> Iterator[tuple[int, int, Pieces]]:
        reel = self.reel
        for at, scene in enumerate(self.scenes):
            frames = reel.begins[at], reel.begins[at] + scene.length
            begin, end = (sound.count(Fraction(n) / reel.rate) for n in frames)
            length = Fraction(end - begin, sound.SAMPLE_RATE)
            clip = scene.clip
            track = (
                sound.of(clip.path, clip.name, clip.origin, length)
                if clip.sound
                else sound.still(length)
            )
            if not reel.crossfade:
                rise, fall = (sound.count(Fraction(n) / reel.rate) for n in reel.edges[at])
                track = sound.faded(track, end - begin, rise, fall)
            yield begin, end, track


def join(
    sources: Sequence[tuple[str, Path]],
    target: Path,
    *,
    transition: str = "crossfade",
    seconds: float = 0.5,
    size: tuple[int, int] | None = None,
    ground: str = "black",
    report: Report = ignore,
) -> None:
    """Write the films of (name, path) one after the other to `target`, an MP4.

    transition: "cut", "crossfade" or "black", over `seconds`.
    size: even pixels; None is that of the first. Others are shown whole on `ground`, black or blur.
    Films that match (same H.264 parameter sets and rate, as those that this engine made) are copied
    packet by packet, and only transitions and broken groups of pictures are drawn.
    """
    clips = [look(path, name) for name, path in sources]
    report(0.0, "reading")
    plan = plan_of(clips, transition, seconds, size, ground)
    with film(target, "mp4", plan.sound()) as made:
        smart = not (size and size != even_size(clips[0])) and matching(clips)

        def tell(frames: int) -> None:
            report(frames / plan.reel.length, "joining")

        if smart:
            depth = max(clip.index.depth for clip in clips)
            poured(made, plan.reel, clips[0], depth, tell)
        else:
            drawn(made, plan.reel, clips[0].colors, tell)
        report(1.0, "finishing")
        made.finish()


def plan_of(
    clips: Sequence[Clip],
    transition: str,
    seconds: float,
    size: tuple[int, int] | None = None,
    ground: str = "black",
) -> Plan:
    """Raises EngineError for a clip that is too short for its transitions."""
    first = clips[0]
    rate = first.fps
    fade = 0 if transition == "cut" else max(1, round(Fraction(seconds) * rate))
    wanted = size or even_size(first)
    scenes = [
        Scene(clip, Feed(clip, rate), Fit(clip, wanted, ground=ground, colors=first.colors))
        for clip in clips
    ]
    lengths = [scene.feed.length for scene in scenes]
    edges = overlaps(lengths, fade, transition)
    for clip, length, edge in zip(clips, lengths, edges, strict=True):
        if sum(edge) > length:
            need = float(sum(edge) / rate)
            raise EngineError(
                f"{clip.name} is {float(clip.seconds):.2f} s long, and its transitions take "
                f"{need:.2f} s. Make them shorter, or leave it out."
            )
    begins = starts(lengths, fade, transition)
    return Plan(scenes, Reel(scenes, transition == "crossfade", wanted, rate, edges, begins))


def matching(clips: Sequence[Clip]) -> bool:
    """Whether packets of all of them can stand in one film, and frames of ours among them."""
    first = clips[0]
    if first.turn or first.rate != first.fps:
        return False
    return all(kin(clip) == kin(first) for clip in clips) and Splice(first).fits


def kin(clip: Clip) -> tuple[object, ...]:
    """What is the same in clips whose packets can stand in one film."""
    stored = clip.codec, clip.extradata, clip.width, clip.height, clip.turn, clip.whole
    return *stored, clip.rate, clip.base, clip.colors
