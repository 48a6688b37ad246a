"""Makes the files that the tests of this folder bring in."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import av
import numpy as np
from PIL import Image


def film(
    path: Path,
    size: tuple[int, int] = (64, 48),
    frames: int = 12,
    fps: int = 12,
    codec: str = "libx264",
    sound: bool = False,
    tracks: int = 1,
) -> Path:
    """A film whose left half is red and whose right half goes from black to white."""
    width, height = size
    with av.open(str(path), "w") as container:
        streams = [container.add_stream(codec, rate=fps) for _ in range(tracks)]
        audio = container.add_stream("aac", rate=8000) if sound else None
        for stream in streams:
            stream.width, stream.height = size
            stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        for number in range(frames):
            pixels = np.zeros((height, width, 3), np.uint8)
            pixels[:, : width // 2, 0] = 255
            pixels[:, width // 2 :] = 255 * number // max(frames - 1, 1)
            for stream in streams:
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                frame.pts = number
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode())
        if audio:
            container.mux([*audio.encode(_tone(frames / fps)), *audio.encode()])
    return path


def tone(path: Path, seconds: float = 1.0, codec: str = "pcm_s16le", rate: int = 8000) -> Path:
    """A sound that is silent in its first half and loud in the second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        container.mux(stream.encode(_tone(seconds, rate)))
        container.mux(stream.encode())
    return path


def _tone(seconds: float, rate: int = 8000) -> av.AudioFrame:
    samples = (np.sin(np.arange(int(seconds * rate)) / 3) * 20000).astype(np.int16)
    samples[: len(samples) // 2] = 0
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = rate
    return frame


def encoded(image: Image.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_exif(orientation: int, size: tuple[int, int] = (60, 40), format: str = "JPEG") -> bytes:
    """A picture, red in the corner that its pixels begin with, taken in Berlin by a camera."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    return encoded(image, format, exif=exif)


def turned_film(path: Path) -> Path:
    """An MP4 as a phone held upright makes it: 64 × 48 pixels, to be shown 48 × 64."""
    data = bytearray(film(path).read_bytes())
    track = data.index(b"tkhd")
    matrix = track + 4 + 40
    clockwise = (0, 0x10000, 0, -0x10000, 0, 0, 48 << 16, 0, 0x40000000)
    data[matrix : matrix + 36] = struct.pack(">9i", *clockwise)
    path.write_bytes(data)
    return path


def table_bomb(path: Path, frames: int) -> Path:
    """An MP4 of a few kilobytes whose tables say that it has very many frames of one byte."""
    data = bytearray(film(path).read_bytes())
    for table, offset, values in (
        (b"stsz", 8, (1, frames)),
        (b"stts", 12, (frames, 1)),
        (b"stsc", 12, (1, frames, 1)),
    ):
        struct.pack_into(f">{len(values)}I", data, data.index(table) + offset, *values)
    for table in (b"stss", b"ctts"):
        data = data.replace(table, b"free")
    path.write_bytes(data)
    return path
