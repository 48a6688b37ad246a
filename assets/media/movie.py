"""Films: facts, and the frame that stands for them."""

from __future__ import annotations

from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from assets.media.container import Span, walk
from assets.media.facts import Examined, Facts, Limits, Refused, megapixels
from assets.media.formats import Format
from assets.media.still import dominant_color, poster_size

# The first frame is often black or a title; well inside, a film looks like itself.
_POSTER_AT = 0.4
# From a key frame far before that spot no more than this is decoded.
_MOST_FRAMES = 90
_MOST_PIXELS = 200_000_000


def find_film(container: InputContainer) -> VideoStream | None:
    """The picture track; a cover inside a sound file is none."""
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic and stream.codec_context is not None:
            return stream
    return None


def examine(
    container: InputContainer, film: VideoStream, format: Format, limits: Limits
) -> Examined:
    if not film.codec_context.width:  # The decoder itself did not want to begin.
        raise Refused(
            "The frames of the video are damaged or larger than "
            f"{megapixels(limits.video_pixels)}. Export it again, smaller, as MP4 with H.264."
        )
    limits.check_pixels("video", film.codec_context.width, film.codec_context.height)
    span = walk(container, "video", limits)[film.index]
    if not span.packets:
        raise Refused("The video has no frame in it. Choose another one.")
    told = None if format.extension == "gif" else film.average_rate or film.guessed_rate
    fps = float(told or span.packets / (span.length or 1))
    length = span.length or span.packets / fps
    frame = _frame_at(container, film, span, limits)
    still = _upright(frame)
    sideways = frame.rotation % 180 != 0
    width, height = (frame.height, frame.width) if sideways else (frame.width, frame.height)
    facts = Facts(
        kind="video",
        mime="image/gif" if format.extension == "gif" else format.mime,
        extension=format.extension,
        width=width,
        height=height,
        duration=round(length, 3),
        fps=round(fps, 3),
        has_audio=bool(container.streams.audio),
        animated=True,
        turned=frame.rotation != 0,
        color=dominant_color(still),
    )
    return Examined(facts, still)


def _frame_at(
    container: InputContainer, film: VideoStream, span: Span, limits: Limits
) -> VideoFrame:
    """The frame at _POSTER_AT, or the last one on the way to it that may be decoded."""
    target = span.start + span.length * _POSTER_AT
    film.codec_context.options = {"max_pixels": str(limits.video_pixels)}
    film.thread_type = "AUTO"
    container.seek(int(target / (film.time_base or 1)), stream=film)
    found, pixels = None, 0
    for number, frame in enumerate(container.decode(film), 1):
        found, pixels = frame, pixels + frame.width * frame.height
        if frame.time >= target or number == _MOST_FRAMES or pixels > _MOST_PIXELS:
            break
    if found is None:
        raise Refused("No frame of the video can be decoded. Export it again, as MP4 with H.264.")
    return found


def _upright(frame: VideoFrame) -> Image.Image:
    width, height = poster_size((frame.width, frame.height))
    small = frame.reformat(width, height, format="rgb24", interpolation="AREA")
    image = Image.fromarray(small.to_ndarray())
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image
