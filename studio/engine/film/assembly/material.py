"""What the files of the cuts really hold: measured, and looked through for damage."""

from __future__ import annotations

import mimetypes
import warnings
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.packet import Packet
from av.video.stream import VideoStream
from PIL import Image

from studio.engine import EngineError, audio
from studio.engine.film.assembly.wish import Cut, exact
from studio.engine.film.clip import Clip, look
from studio.engine.film.cut import JITTER
from studio.engine.picture import load


@dataclass(frozen=True)
class Material:
    """Of one cut. `clip` is its video; without one it is a picture, or black.

    harmed: seconds of the clip at which it is known to be damaged. whole_packets: they look so, and
    may be copied without being decoded. spoken: seconds of its voice.
    """

    cut: Cut
    clip: Clip | None = None
    harmed: Fraction | None = None
    whole_packets: bool = False
    spoken: Fraction | None = None

    @property
    def picture(self) -> Path | None:
        return self.cut.path if self.clip is None else None

    @property
    def seconds(self) -> Fraction | None:
        """Exact, of all of the video."""
        clip = self.clip
        if clip is None:
            return None
        return len(clip.index) / clip.rate if clip.rate else clip.seconds


def measured(cut: Cut) -> Material:
    """Read the files of a cut. Raises EngineError, with its name, for what cannot be used."""
    try:
        return _measured(cut)
    except EngineError as error:
        if str(error).startswith(cut.name):
            raise
        raise EngineError(f"{cut.name}: {error}") from error


def _measured(cut: Cut) -> Material:
    said = None if cut.spoken is None else exact(cut.spoken)
    spoken = _spoken(cut) if cut.voice else said
    if cut.path is None:
        return Material(cut, spoken=spoken)
    if not cut.path.exists():
        raise EngineError(f"{cut.name} is no longer there. Choose it again.")
    if _is_picture(cut.path):
        load(cut.path)  # all of it, as nobody wants to hear of damage when the film is half done
        if cut.seconds is None:
            raise EngineError(f"{cut.name} is a picture and has no length. Give its seconds.")
        return Material(cut, spoken=spoken)
    inspector = _Inspector(cut.path)
    clip = look(cut.path, cut.name, inspector)
    harmed = None
    if inspector.harmed is not None:
        harmed = min(max(inspector.harmed * clip.base - clip.origin, Fraction(0)), clip.seconds)
    return Material(cut, clip, harmed, inspector.whole, spoken)


def _is_picture(path: Path) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                return image.format != "GIF"
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        named = mimetypes.guess_type(path.name)[0] or ""
        return named.startswith("image/") and named != "image/gif"


def _spoken(cut: Cut) -> Fraction | None:
    """Seconds of the voice, as far as the file tells without being decoded."""
    assert cut.voice is not None
    audio.check(cut.voice)
    with av.open(str(cut.voice), options=audio.SAFE) as container:
        told = Fraction(container.duration or 0, av.time_base)
    ends = [exact(end) for end in (cut.voice_end, told or None) if end is not None]
    length = min(ends) - exact(cut.voice_start) if ends else Fraction(0)
    return length if length > 0 else None


class _Inspector:
    """Sees the packets of a film go by, and what is wrong with them as far as that shows without
    decoding. `harmed` is the tick at which the damage begins."""

    def __init__(self, path: Path) -> None:
        self.bytes = path.stat().st_size
        self.lengths: int | None = None
        self.harmed: int | None = None
        self.whole, self.first = True, True

    def __call__(self, packet: Packet[VideoStream]) -> None:
        if self.first:
            self._begin(packet.stream)
        if packet.is_corrupt:
            self._harm(packet.pts or 0)
        if self.lengths and self.whole:
            self.whole = _by_lengths(bytes(packet), self.lengths)

    def _begin(self, stream: VideoStream) -> None:
        self.first = False
        extradata = stream.codec_context.extradata or b""
        if stream.codec_context.codec.canonical_name == "h264" and extradata[:1] == b"\1":
            self.lengths = (extradata[4] & 3) + 1
        for entry in stream.index_entries:
            if entry.pos + entry.size > self.bytes:
                self._harm(entry.timestamp)

    def _harm(self, tick: int) -> None:
        self.harmed, self.whole = min(tick, tick if self.harmed is None else self.harmed), False


def _by_lengths(data: bytes, size: int) -> bool:
    """Whether a packet of H.264 is units behind their lengths to its very end."""
    at = 0
    while at < len(data):
        unit = int.from_bytes(data[at : at + size], "big")
        if not unit or at + size >= len(data) or data[at + size] & 128:
            return False
        at += size + unit
    return at == len(data)


def first_frame(clip: Clip, start: Fraction) -> int:
    """The number of the frame at which a cut begins that leaves out that much."""
    return min(clip.frame_at(start + JITTER / 2), len(clip.index) - 1)
