"""Films and sounds: the container is opened by the one reader that its first bytes name, with no
way to other files or the network, and walked through once before anything is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer

from assets.media.facts import NAMES, Limits, Refused
from assets.media.formats import Format

# Their headers say how long they are; for the others a reader guesses from the size.
_EXACT = ("mov", "matroska")


@dataclass
class Span:
    """What the packets of one stream cover, in seconds, whatever the header says."""

    start: float = float("inf")
    end: float = 0.0
    packets: int = 0

    @property
    def length(self) -> float:
        return max(0.0, self.end - self.start)


@contextmanager
def opened(path: Path, format: Format, limits: Limits) -> Iterator[InputContainer]:
    """Raises Refused for too many streams; whatever the reader does not like goes through."""
    options = {
        "protocol_whitelist": "file",
        "max_pixels": str(limits.video_pixels),
        "threads": "1",
    }
    with av.open(str(path.resolve()), format=format.reader, options=options) as container:
        if len(container.streams) > limits.streams:
            raise Refused(
                f"The file has {len(container.streams)} tracks; the limit is {limits.streams}. "
                "Export it again with one picture track and one sound track."
            )
        yield container


def walk(container: InputContainer, kind: str, limits: Limits) -> dict[int, Span]:
    """Reads every packet and decodes none: index of the stream → what it covers."""
    limits.check_seconds(kind, declared(container))
    spans = {stream.index: Span() for stream in container.streams}
    for packet in container.demux():
        if packet.pts is None or packet.time_base is None or not packet.size:
            continue
        span, at = spans[packet.stream_index], float(packet.pts * packet.time_base)
        span.start = min(span.start, at)
        span.end = max(span.end, at + float((packet.duration or 0) * packet.time_base))
        span.packets += 1
        if span.packets > limits.frames:
            raise Refused(
                f"The {NAMES[kind]} has more than {limits.frames} frames, which is the limit. "
                "Cut it and try again."
            )
    longest = max((span.length for span in spans.values()), default=0)
    limits.check_seconds(kind, longest)
    end = max((span.end for span in spans.values()), default=0)
    # Room for a last frame that stands long and does not say for how long.
    if end < declared(container) * 0.9 - 1:
        raise Refused(
            f"The {NAMES[kind]} ends after {end:.1f} s of {declared(container):.1f} s: it is "
            "incomplete. Copy it again and try once more."
        )
    return spans


def declared(container: InputContainer) -> float:
    """Seconds as the header says; 0 when it does not really know."""
    if container.format.name not in _EXACT:
        return 0.0
    return (container.duration or 0) / av.time_base
