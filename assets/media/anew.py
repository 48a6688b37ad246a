"""python -m assets.media.anew <recording> <copy> <container>: sound and picture as they are in a
container that tells nothing else. A process of its own, because readers of recordings may crash."""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Any

import av

_MEMORY = 1536 * 1024**2

# What ffmpeg calls the container that is written.
_MUXERS = {"mov": "mp4", "matroska": "matroska", "aac": "adts"}


def write(source: Path, target: Path, reader: str) -> None:
    """Raises av's errors for what does not fit into the container."""
    muxer = _MUXERS.get(reader, reader)
    if reader == "matroska" and target.suffix in (".webm", ".weba"):
        muxer = "webm"
    if target.suffix == ".mov":
        muxer = "mov"
    # Without it the program that wrote it is named.
    quiet = {"fflags": "+bitexact"} | ({"movflags": "+faststart"} if reader == "mov" else {})
    with av.open(str(source)) as old, av.open(str(target), "w", muxer, options=quiet) as new:
        streams = {stream.index: _copied(new, stream) for stream in old.streams if _kept(stream)}
        for packet in old.demux([old.streams[index] for index in streams]):
            if packet.size:
                packet.stream = streams[packet.stream.index]
                new.mux(packet)


def _kept(stream: Any) -> bool:
    """A cover is a picture that nobody sees move."""
    cover = bool(stream.disposition & av.stream.Disposition.attached_pic)
    return stream.type in ("video", "audio") and not cover


def _copied(container: Any, stream: Any) -> Any:
    copy = container.add_stream_from_template(stream)
    copy.metadata.clear()
    return copy


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    write(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
