"""The film that is written: packets as they were, frames drawn anew, and the sound between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, Self, TypeAlias, cast

import av
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.packet import Packet
from av.subtitles.stream import SubtitleStream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from studio.engine.encode import RECIPES, SAMPLE_RATE
from studio.engine.film.clip import Clip, Colors, opened, picture_of
from studio.engine.film.cut import Ticks, times_of_decoding
from studio.engine.film.draw import PIXELS
from studio.engine.film.sound import Pieces, as_frames
from studio.engine.motion import beside

AnyPacket: TypeAlias = "Packet[Any]"
Caption: TypeAlias = tuple[Fraction, Fraction, str]
"""When it is shown and when no longer, in seconds, and the words."""

# What a player takes in these containers.
COPIED = {"mp4": ("h264", "hevc", "av1", "vp9"), "webm": ("vp8", "vp9", "av1")}


def kind_of(clip: Clip) -> str:
    """The container in which its packets can be kept, else mp4."""
    webm = "webm" in clip.format and clip.codec in COPIED["webm"]
    return "webm" if webm else "mp4"


def can_copy(clip: Clip, kind: str) -> bool:
    return clip.whole and clip.codec in COPIED[kind]


class Film:
    """A film in the making. Sound is pulled from `sound` as the picture advances, and so are the
    captions."""

    def __init__(
        self,
        container: OutputContainer,
        kind: str,
        sound: Pieces | None,
        captions: Sequence[Caption] = (),
    ) -> None:
        self.container, self.recipe = container, RECIPES[kind]
        self.waiting = list(captions)
        self.sound = as_frames(sound) if sound is not None else None
        self.heard = Fraction(0)
        self.sound_rate = self.recipe.audio_rate
        self.picture: VideoStream | None = None
        self.words: SubtitleStream | None = None
        self.audio: AudioStream | None = None

    def like(self, clip: Clip) -> Self:
        """The picture will be packets of the kind that `clip` has."""
        with opened(clip.path, clip.name) as source:
            stream = self.container.add_stream_from_template(picture_of(source, clip.name))
        self.picture = stream
        stream.time_base = clip.base
        self._add_sound()
        self._add_words()
        return self

    def drawn(
        self,
        size: tuple[int, int],
        rate: Fraction,
        base: Fraction,
        colors: Colors,
        codec: str = "",
        options: Mapping[str, str] | None = None,
        tag: str = "",
    ) -> Self:
        """The picture will be frames of that size."""
        name = cast(Any, codec or self.recipe.video)
        self.picture = cast(VideoStream, self.container.add_stream(name, rate))
        chosen = self.recipe.video_options if options is None else options
        set_up(self.picture.codec_context, size, rate, base, colors, chosen)
        if tag:
            self.picture.codec_context.codec_tag = tag
        self._add_sound()
        self._add_words()
        return self

    def _add_words(self) -> None:
        if not self.waiting:
            return
        name = cast(Any, TEXTS[self.recipe.muxer])
        self.words = cast(SubtitleStream, self.container.add_stream(name))
        self.words.codec_context.subtitle_header = HEADER
        self.words.codec_context.time_base = self.words.time_base = MILLISECOND

    def _add_sound(self) -> None:
        if self.sound is None:
            return
        name = cast(Any, self.recipe.audio)
        self.audio = cast(AudioStream, self.container.add_stream(name, SAMPLE_RATE))
        self.audio.codec_context.layout = "stereo"
        self.audio.codec_context.bit_rate = self.sound_rate
        self.audio.codec_context.time_base = Fraction(1, SAMPLE_RATE)

    def pour(self, packet: AnyPacket) -> None:
        """A packet whose times are already those of the film."""
        assert self.picture is not None
        packet.stream = self.picture
        until = Fraction(packet.pts or 0) * packet.time_base
        self.container.mux(packet)
        self.hear(until)

    def frame(self, picture: VideoFrame, pts: int, base: Fraction) -> None:
        assert self.picture is not None
        picture.pts, picture.time_base = pts, base
        self.container.mux(self.picture.encode(picture))
        self.hear(pts * base)

    def hear(self, until: Fraction) -> None:
        """Write sound and words up to that second."""
        while self.words and self.waiting and self.waiting[0][0] <= until:
            packet = as_packet(self.waiting.pop(0), self.recipe.muxer)
            packet.stream = self.words
            self.container.mux(packet)
        while self.audio and self.sound and self.heard <= until:
            part = next(self.sound, None)
            if part is None:
                break
            self.heard += Fraction(part.samples, SAMPLE_RATE)
            self.container.mux(self.audio.encode(part))

    def finish(self) -> None:
        """Write what the encoders still hold, and the rest of the sound."""
        if self.picture is not None and self.picture.codec_context is not None:
            self.container.mux(self.picture.encode(None))
        self.hear(Fraction(10**9))
        if self.audio:
            self.container.mux(self.audio.encode(None))


MILLISECOND = Fraction(1, 1000)
TEXTS = {"mp4": "mov_text", "mov": "mov_text", "webm": "webvtt"}
# FFmpeg's encoders of words do not open without styles, from which they take how words look.
HEADER = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, BackColour, Alignment
Style: Default,Arial,16,&Hffffff,&H0,2

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def escaped(text: str) -> str:
    """What WebVTT would take for markup, as signs."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_packet(caption: Caption, muxer: str) -> AnyPacket:
    """MP4 and MOV want the number of bytes before the words (3GPP TS 26.245), WebM has WebVTT."""
    begin, end, text = caption
    data = (escaped(text) if muxer == "webm" else text).encode()
    made = Packet(data if muxer == "webm" else len(data).to_bytes(2, "big") + data)
    made.pts = made.dts = round(begin / MILLISECOND)
    made.duration, made.time_base = round(end / MILLISECOND) - made.pts, MILLISECOND
    return made


@contextmanager
def film(
    target: Path, kind: str, sound: Pieces | None, captions: Sequence[Caption] = ()
) -> Iterator[Film]:
    """A Film that becomes `target` when all went well, and leaves nothing otherwise."""
    recipe = RECIPES[kind]
    options = recipe.muxer_options
    with (
        beside(target) as partial,
        av.open(str(partial), "w", format=recipe.muxer, options=options) as container,
    ):
        yield Film(container, kind, sound, captions)


def set_up(
    context: VideoCodecContext,
    size: tuple[int, int],
    rate: Fraction,
    base: Fraction,
    colors: Colors,
    options: Mapping[str, str],
) -> None:
    context.width, context.height = size
    context.pix_fmt = PIXELS
    context.framerate, context.time_base = rate, base
    context.color_primaries, context.color_trc = colors.primaries, colors.transfer
    context.colorspace, context.color_range = colors.matrix, 1
    context.gop_size = round(2 * rate)
    context.thread_count, context.thread_type = 0, "AUTO"
    context.options = dict(options)


# --- drawn frames among copied packets ------------------------------------------------------------


class Splice:
    """Makes packets of drawn frames that stand among those of `clip`, from the same settings."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip

    def context(self) -> VideoCodecContext:
        clip, options = self.clip, RECIPES["mp4"].video_options
        context = av.CodecContext.create("libx264", "w")
        rate = clip.rate or Fraction(1)
        set_up(context, (clip.width, clip.height), rate, 1 / rate, clip.colors, options)
        context.flags |= Flags.global_header
        context.open()
        return context

    @property
    def fits(self) -> bool:
        """Whether a decoder would notice nothing: the parameter sets are the same."""
        clip = self.clip
        if clip.codec != "h264" or not clip.rate or clip.pixels != PIXELS or not clip.whole:
            return False
        if clip.width % 2 or clip.height % 2 or clip.stretch != 1 or clip.colors.range != 1:
            return False
        sets = parameter_sets(clip.extradata)
        return bool(sets) and sets == parameter_sets(self.context().extradata or b"")

    def encoded(self, pictures: Iterator[VideoFrame]) -> Iterator[AnyPacket]:
        """Packets in decoding order; the times are numbers of the frames."""
        context: VideoCodecContext | None = None
        base = 1 / (self.clip.rate or Fraction(1))
        for number, picture in enumerate(pictures):
            context = context or self.context()
            picture.pts, picture.time_base = number, base
            yield from map(_by_length, context.encode(picture))
        if context:
            yield from map(_by_length, context.encode(None))


START = re.compile(b"\0\0\1")


def units(stream: bytes) -> list[bytes]:
    """NAL units of H.264 between start codes (ITU-T H.264, annex B)."""
    return [unit.rstrip(b"\0") for unit in START.split(stream)[1:]]


def parameter_sets(extradata: bytes) -> set[bytes]:
    """Sequence and picture parameter sets, from start codes or from the box avcC
    (ISO/IEC 14496-15, 5.3.3.1)."""
    if extradata[:1] != b"\1":
        return {unit for unit in units(extradata) if unit and unit[0] & 31 in (7, 8)}
    found, at = set(), 5
    for mask in (31, 255):
        number, at = extradata[at] & mask, at + 1
        for _ in range(number):
            size = int.from_bytes(extradata[at : at + 2], "big")
            found.add(extradata[at + 2 : at + 2 + size])
            at += 2 + size
    return found


def _by_length(packet: AnyPacket) -> AnyPacket:
    """The same with lengths of four bytes in place of start codes, as MP4 has it."""
    parts = [len(unit).to_bytes(4, "big") + unit for unit in units(bytes(packet))]
    made = Packet(b"".join(parts))
    made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
    made.is_keyframe = packet.is_keyframe
    return made


class Timeline:
    """Gives packets their times in the film: `shown` are the ticks of all its frames, and packets
    come in decoding order, block after block, each of which is shown before the next."""

    def __init__(self, shown: Ticks, base: Fraction, depth: int, end: int) -> None:
        self.shown, self.base, self.end = shown, base, end
        self.due = times_of_decoding(shown, depth)
        self.at = 0

    def place(self, packet: AnyPacket, frame: int) -> AnyPacket:
        """The next packet; it shows that frame of the film."""
        following = self.shown[frame + 1] if frame + 1 < len(self.shown) else self.end
        packet.pts, packet.dts = int(self.shown[frame]), int(self.due[self.at])
        packet.duration = int(following - self.shown[frame])
        packet.time_base = self.base
        self.at += 1
        return packet
