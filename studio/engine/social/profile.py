"""The color profile sRGB in a file that has none, so that no program has to guess.

A JPEG gets it as an ICC profile after its JFIF head (ICC.1:2022, annex B.4); a PNG gets the chunk
"sRGB", which says the same in 13 bytes (PNG, third edition, 11.3.2.5).
"""

from __future__ import annotations

import struct
import zlib

from studio.engine.stills.icc import srgb

ROOM = 1024
"""The most bytes that it adds."""
_SIGN = b"ICC_PROFILE\0\x01\x01"
_HEAD = 8 + 4 + 4 + 13 + 4
"""Of a PNG: its sign, and the chunk IHDR whole."""


def tagged(data: bytes, type: str) -> bytes:
    """The same picture with the profile. Types that are none of the two stay as they are, which
    means sRGB by their own rules."""
    if type == "jpeg":
        return _jpeg(data)
    if type == "png" and b"sRGB" not in data[: _HEAD + 64]:
        return data[:_HEAD] + _chunk(b"sRGB", b"\0") + data[_HEAD:]
    return data


def _jpeg(data: bytes) -> bytes:
    at = 2
    if data[2:4] == b"\xff\xe0":
        at += 2 + int.from_bytes(data[4:6], "big")
    body = _SIGN + srgb()
    return data[:at] + b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body + data[at:]


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
