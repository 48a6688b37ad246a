"""The finished film: cuts measured, laid out, and written to one file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from av.video.frame import VideoFrame

from studio.engine import EngineError, Report, audio, ignore
from studio.engine.film.assembly.captions import Cue, cues
from studio.engine.film.assembly.layers import Burned, Fades, check_words, letters
from studio.engine.film.assembly.material import Material, first_frame, measured
from studio.engine.film.assembly.scenes import Black, Moving, Still, fitted
from studio.engine.film.assembly.soundtrack import Heard, Soundtrack
from studio.engine.film.assembly.timeline import Span, spans
from studio.engine.film.assembly.title import Title
from studio.engine.film.assembly.wish import Cut, Made, Wish, check, exact
from studio.engine.film.clip import Clip, Colors
from studio.engine.film.join import kin
from studio.engine.film.output import Splice, film
from studio.engine.film.reel import Layer, Reel, Scene, drawn, poured

READING, LISTENING = 0.02, 0.1
"""Shares of the work that are done when all is read, and when all is heard."""


def assemble(
    cuts: Sequence[Cut], target: Path, wish: Wish | None = None, report: Report = ignore
) -> Made:
    """Write the film of those cuts to `target`; timeline.py says when each begins and ends.

    Clips of this engine that have the size and the rate of the film are copied packet by packet,
    and only transitions, fades, burned words and what stands between them are drawn; everything
    else is drawn anew. The same call makes the same bytes.

    report: hears how far it is and "12 of 300 s".
    Raises EngineError, with the name of the cut, for what cannot be used.
    """
    wish = wish or Wish()
    check(cuts, wish)
    job = _Job(cuts, wish, report)
    job.read()
    total = job.reel.length / wish.rate
    seconds = float(total)

    def listen(heard: Fraction) -> None:
        share = READING + (LISTENING - READING) * float(heard / total)
        report(share, f"listening to {_clock(float(heard), seconds)}")

    done = READING if wish.loudness is None else LISTENING

    def tell(frames: int) -> None:
        share = frames / job.reel.length
        report(done + (1 - done) * share, _clock(share * seconds, seconds))

    pieces = Soundtrack(job.heard, wish, total, job.told).pieces(listen)
    captions = [(*cue[:2], cue.text) for cue in job.cues if wish.subtitles == "track"]
    with film(target, wish.format, pieces, captions) as made:
        if job.model:
            poured(made, job.reel, job.model, job.depth, tell)
        else:
            drawn(made, job.reel, Colors(), tell)
        report(1.0, "finishing")
        made.finish()
    return Made(total, tuple(job.left_out), job.begins)


def _clock(seconds: float, total: float) -> str:
    return f"{int(seconds + 1e-6)} of {round(total)} s"


@dataclass
class _Job:
    """What is known of the film before it is written."""

    cuts: Sequence[Cut]
    wish: Wish
    report: Report
    left_out: list[str] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    begins: tuple[Fraction, ...] = ()
    model: Clip | None = None
    depth: int = 0

    @property
    def told(self) -> Callable[[str], None] | None:
        return self._note if self.wish.skip_damaged else None

    def _note(self, message: str) -> None:
        """Once for each cut and kind of damage, wherever it was met."""
        heads = [line.partition(" at ")[0] for line in self.left_out]
        if message.partition(" at ")[0] not in heads:
            self.left_out.append(message)

    def read(self) -> None:
        self.report(0.0, "reading")
        wish = self.wish
        if wish.track:
            audio.check(wish.track)
        if wish.subtitles == "burned":
            for cut in self.cuts:
                check_words(cut.name, cut.text)
        found = [self._measured(number, cut) for number, cut in enumerate(self.cuts)]
        kept = [material for material in found if material]
        if not kept:
            raise EngineError(
                f"None of the cuts can be read, so there is no film. {self.left_out[0]}"
            )
        laid = spans([m.cut for m in kept], wish, [m.seconds for m in kept])
        title = laid.pop(0) if wish.title.strip() else None
        self.heard = [Heard(title)] if title else []
        self.heard += [
            Heard(span, material, _source(material, span))
            for span, material in zip(laid, kept, strict=True)
        ]
        self._check_harm()
        self.begins = _begins(found, laid)
        if wish.subtitles != "none":
            self.cues = _cues(kept, laid, letters(wish.size))
        self._choose_model(kept)
        self.reel = self._reel()

    def _measured(self, number: int, cut: Cut) -> Material | None:
        self.report(READING * number / len(self.cuts), "reading")
        try:
            return measured(cut)
        except EngineError as error:
            if not self.wish.skip_damaged:
                raise
            self._note(str(error))
            return None

    def _check_harm(self) -> None:
        """Damage that is known of matters where it is seen."""
        for part in self.heard:
            if not part.material or not part.material.clip or part.material.harmed is None:
                continue
            harmed, clip = part.material.harmed, part.material.clip
            if part.source + part.span.length / part.span.rate <= harmed:
                continue
            if not self.wish.skip_damaged:
                raise clip.damaged(harmed)
            self._note(f"{clip.damaged(harmed)} Its last good picture is held instead.")

    def _choose_model(self, kept: Sequence[Material]) -> None:
        """The first clip whose packets, and frames of ours among them, can stand in the film."""
        clips = [m.clip for m in kept if m.clip and m.whole_packets]
        tried: set[tuple[object, ...]] = set()
        for clip in clips if self.wish.format != "webm" else ():
            if kin(clip) in tried:
                continue
            tried.add(kin(clip))
            alike = clip.rate == self.wish.rate and clip.size == self.wish.size
            if alike and not clip.turn and clip.colors == Colors() and Splice(clip).fits:
                self.model = clip
                self.depth = max(c.index.depth for c in clips if kin(c) == kin(clip))
                return

    def _reel(self) -> Reel:
        wish, parts = self.wish, self.heard
        scenes = [self._scene(part) for part in parts]
        edges = [(part.span.rise, part.span.fall) for part in parts]
        begins = [part.span.opening for part in parts] + [parts[-1].span.last]
        length = begins[-1]
        layers: list[Layer] = []
        if wish.subtitles == "burned" and self.cues:
            layers.append(Burned(self.cues, wish.size, wish.rate))
        rise, fall = (round(exact(s) * wish.rate) for s in (wish.fade_in, wish.fade_out))
        if rise or fall:
            layers.append(Fades(wish.size, length, rise, fall))
        crossfade = wish.transition == "crossfade"
        return Reel(scenes, crossfade, wish.size, wish.rate, edges, begins, layers)

    def _scene(self, part: Heard) -> Scene:
        wish, material, length = self.wish, part.material, part.span.length
        if material is None:
            return Title(wish.title, wish.size, wish.rate, length, self._first_picture)
        if material.clip is None:
            if material.picture is None:
                return Black(wish.size, length)
            return Still(material.picture, wish.size, length, material.cut.motion, wish.ground)
        clip = material.clip
        copying = self.model is not None and kin(clip) == kin(self.model)
        return Moving(
            clip,
            first_frame(clip, part.source),
            wish.rate,
            length,
            fitted(clip, wish.size, wish.ground),
            copying=copying and material.whole_packets,
            told=self.told,
        )

    def _first_picture(self) -> VideoFrame | None:
        """Of the first cut that has one."""
        for part in self.heard:
            if part.material and part.material.cut.path:
                scene = self._scene(part)
                frame = next(scene.frames(0, 1))
                scene.close()
                return frame
        return None


def _source(material: Material, span: Span) -> Fraction:
    """Seconds of the clip with which it comes into sight. In a cut of given length the transition
    shows what comes before its start, as far as there is any."""
    clip = material.clip
    if clip is None:
        return Fraction(0)
    start = exact(material.cut.start)
    if material.cut.seconds is not None:
        start = max(Fraction(0), start - span.before / span.rate)
    if start >= clip.seconds:
        raise EngineError(
            f"{clip.name} begins at {material.cut.start:g} s, and its video is "
            f"{float(clip.seconds):.2f} s long. Begin earlier."
        )
    return clip.time(first_frame(clip, start))


def _begins(found: Sequence[Material | None], laid: Sequence[Span]) -> tuple[Fraction, ...]:
    begins, at = [], 0
    for material in found:
        begins.append(laid[at].begin if at < len(laid) else laid[-1].end)
        at += material is not None
    return tuple(begins)


def _cues(kept: Sequence[Material], laid: Sequence[Span], most: int) -> list[Cue]:
    return [
        cue
        for material, span in zip(kept, laid, strict=True)
        if material.cut.text.strip()
        for cue in cues(material.cut.text, span.begin, span.end, material.spoken, most)
    ]
