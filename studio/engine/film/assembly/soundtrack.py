"""What is heard: clips and voices with their cuts, and a track under all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from studio.engine import EngineError
from studio.engine.film import sound
from studio.engine.film.assembly.material import Material
from studio.engine.film.assembly.timeline import Span
from studio.engine.film.assembly.wish import Wish, exact
from studio.engine.film.loud import SILENT, measured, turned
from studio.engine.film.sound import SAMPLE_RATE, Pieces

SOFT = SAMPLE_RATE // 200
"""Samples in which a sound that is cut comes and goes, so that it does not click."""
ENDING = SAMPLE_RATE // 2
"""The same of the track at the end of the film."""

Told = Callable[[str], None]


@dataclass(frozen=True)
class Heard:
    """A cut with what is heard of it: its clip from `source` seconds on, or its voice."""

    span: Span
    material: Material | None = None
    source: Fraction = Fraction(0)

    @property
    def voiced(self) -> bool:
        return self.material is not None and self.material.cut.voice is not None

    @property
    def own(self) -> bool:
        material = self.material
        if material is None or material.clip is None or material.cut.muted or self.voiced:
            return False
        return material.clip.sound


@dataclass(frozen=True)
class Soundtrack:
    """told: hears of damage, and there is silence from there on; None lets the error through."""

    parts: Sequence[Heard]
    wish: Wish
    length: Fraction
    told: Told | None = None

    @property
    def total(self) -> int:
        return sound.count(self.length)

    def pieces(self, listen: Callable[[Fraction], None]) -> Pieces | None:
        """All of it; None when there is nothing. Where it has to be as loud as wished it is heard
        once before, and `listen` hears of the seconds."""
        layers = self._layers()
        if not layers:
            return None
        wanted, gain = self.wish.loudness, 0.0
        if wanted is not None:
            found = measured(_counted(self._faded(layers), listen)).integrated
            layers = self._layers()
            gain = wanted - found if found > SILENT else 0.0
        summed = self._faded(layers)
        # One sound as it came has no peaks that it did not have before.
        lifted = max(gain, self.wish.clip_level, self.wish.track_level) > 0
        if len(layers) == 1 and not lifted:
            return sound.louder(summed, gain)
        return sound.pieces(turned(summed, gain), self.total)

    def _layers(self) -> list[Pieces]:
        found = []
        if any(part.own for part in self.parts):
            found.append(sound.louder(sound.joined(self._clips()), self.wish.clip_level))
        if any(part.voiced for part in self.parts):
            found.append(sound.louder(self._voices(), self.wish.clip_level))
        if self.wish.track:
            found.append(sound.louder(self._track(), self.wish.track_level))
        return [sound.pieces(layer, self.total) for layer in found]

    def _faded(self, layers: list[Pieces]) -> Pieces:
        """Loudness is that of what is heard, so fades come before it."""
        rise, fall = (sound.count(exact(s)) for s in (self.wish.fade_in, self.wish.fade_out))
        return sound.faded(
            sound.summed(layers), self.total, min(rise, self.total), min(fall, self.total)
        )

    def _clips(self) -> Iterator[tuple[int, int, Pieces]]:
        """With their transitions; silence where a cut has no sound of its own."""
        for part in self.parts:
            span = part.span
            edges = span.opening, span.opening + span.length
            begin, end = (sound.count(frame / span.rate) for frame in edges)
            pieces = self._own(part, end - begin)
            if self.wish.transition == "crossfade":
                yield begin, end, pieces
                continue
            rise, fall = (
                max(SOFT, sound.count(frames / span.rate)) for frames in (span.rise, span.fall)
            )
            yield begin, end, sound.faded(pieces, end - begin, rise, fall)

    def _own(self, part: Heard, samples: int) -> Pieces:
        length = _seconds(samples)
        if not part.own:
            return sound.still(length)
        assert part.material is not None
        clip = part.material.clip
        assert clip is not None
        # What the file has of sound behind its last frame belongs to no picture.
        left = min(length, max(clip.seconds - part.source, Fraction(0)))
        pieces = sound.of(clip.path, clip.name, clip.origin + part.source, left)
        return sound.pieces(self._forgiven(pieces), samples)

    def _voices(self) -> Pieces:
        """Each in the place of its cut, untouched by transitions: no word may be lost."""
        for part in self.parts:
            begin, end = (sound.count(at) for at in (part.span.begin, part.span.end))
            if not part.voiced:
                yield from sound.still(_seconds(end - begin))
                continue
            assert part.material is not None
            cut = part.material.cut
            assert cut.voice is not None
            start = exact(cut.voice_start)
            wanted = _seconds(end - begin)
            if cut.voice_end is not None:
                wanted = min(wanted, exact(cut.voice_end) - start)
            samples = sound.count(wanted)
            said = sound.of(cut.voice, f"The voice of {cut.name}", start, wanted)
            said = sound.pieces(self._forgiven(said), samples)
            yield from sound.pieces(sound.faded(said, samples, SOFT, SOFT), end - begin)

    def _track(self) -> Pieces:
        assert self.wish.track
        start = exact(self.wish.track_start)
        pieces = sound.of(self.wish.track, "The track", start, self.length)
        whole = sound.pieces(self._forgiven(pieces), self.total)
        return sound.faded(whole, self.total, SOFT if start else 0, min(ENDING, self.total))

    def _forgiven(self, pieces: Pieces) -> Pieces:
        try:
            yield from pieces
        except EngineError as error:
            if self.told is None:
                raise
            self.told(f"{error} There is silence instead.")


def _seconds(samples: int) -> Fraction:
    return Fraction(samples, SAMPLE_RATE)


def _counted(pieces: Pieces, listen: Callable[[Fraction], None]) -> Pieces:
    heard = 0
    for piece in pieces:
        yield piece
        heard += piece.shape[1]
        listen(_seconds(heard))
