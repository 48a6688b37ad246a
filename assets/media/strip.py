"""Takes out what a person did not mean to share (place, camera, comments) without decoding.

Pixels, color profile and orientation stay. A file signed with C2PA is left as it is, to the byte:
any change would break the signature. Other formats than JPEG and PNG are left as they are too.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from assets.media.formats import Format

_ORIENTATION = 0x0112
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Beside what is needed to decode: transparency, color, pixel shape, animation.
_PNG_KEPT = frozenset(
    b"tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP mDCV cLLI acTL fcTL fdAT".split()
)
# In compressed data FF is followed by 0 or a restart; anything else is the next segment.
_JPEG_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_SOS, _EOI, _APP1, _APP11, _COM = 0xDA, 0xD9, 0xE1, 0xEB, 0xFE


class NotUnderstood(Exception):
    """The file is left as it is; whether it can be used is for the decoder to say."""


def strip(path: Path, format: Format, target: Path) -> Path:
    """`target`, written without metadata, or `path` itself when nothing had to be taken out."""
    pieces = {"JPEG": jpeg, "PNG": png}.get(format.reader)
    if pieces is None:
        return path
    data = path.read_bytes()
    try:
        kept = list(pieces(data))
    except (NotUnderstood, struct.error):
        return path
    if sum(map(len, kept)) == len(data) and b"".join(kept) == data:
        return path
    with target.open("wb") as file:
        file.writelines(kept)
    return target


def jpeg(data: bytes, *, keep_signed: bool = True) -> Iterator[bytes]:
    """The pieces of the file that are kept. Raises NotUnderstood, also for a signed file that is
    to be kept as it is."""
    yield data[:2]
    for marker, piece in _jpeg_pieces(data):
        if keep_signed and marker == _APP11 and b"jumb" in piece[:40]:
            raise NotUnderstood
        if marker == _APP1 and piece[4:10] == b"Exif\0\0":
            yield _jpeg_orientation(piece[4:])
        elif not _is_jpeg_metadata(marker, piece):
            yield piece


def _jpeg_pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment with its marker, a scan with its compressed data; what follows the end of the
    picture (previews, films, archives) is not given."""
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if at + 2 > len(data) or data[at] != 0xFF:
            raise NotUnderstood
        marker = data[at + 1]
        if marker == _EOI:
            yield marker, data[at : at + 2]
            return
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == _SOS:
            following = _JPEG_MARKER.search(data, end)
            if following is None:
                raise NotUnderstood
            end = following.start()
        yield marker, data[at:end]
        at = end


def _is_jpeg_metadata(marker: int, piece: bytes) -> bool:
    """All application data but JFIF, the color profile and Adobe's note on the color model."""
    if marker == _COM:
        return True
    if not 0xE0 <= marker <= 0xEF:
        return False
    return piece[4:].split(b"\0")[0] not in (b"JFIF", b"ICC_PROFILE") and piece[4:9] != b"Adobe"


def _jpeg_orientation(exif: bytes) -> bytes:
    kept = only_orientation(exif)
    return struct.pack(">BBH", 0xFF, _APP1, len(kept) + 2) + kept if kept else b""


def png(data: bytes, *, keep_signed: bool = True) -> Iterator[bytes]:
    """As `jpeg`."""
    yield _PNG_SIGNATURE
    at = len(_PNG_SIGNATURE)
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        piece = data[at : at + length + 12]
        if (keep_signed and name == b"caBX") or len(piece) < length + 12:
            raise NotUnderstood
        if name == b"eXIf":
            yield _png_orientation(piece[8:-4])
        elif name in _PNG_KEPT or name[:1].isupper():
            yield piece
        if name == b"IEND":
            return
        at += length + 12
    raise NotUnderstood


def _png_orientation(exif: bytes) -> bytes:
    kept = only_orientation(b"Exif\0\0" + exif).removeprefix(b"Exif\0\0")
    if not kept:
        return b""
    body = b"eXIf" + kept
    return struct.pack(">I", len(kept)) + body + struct.pack(">I", zlib.crc32(body))


def only_orientation(exif: bytes) -> bytes:
    """Exif data with nothing but the orientation; empty when the picture stands upright."""
    found, kept = Image.Exif(), Image.Exif()
    try:
        found.load(exif)
        orientation = found.get(_ORIENTATION, 1)
    except Exception:
        return b""  # Whatever it is, it is not needed to see the picture.
    if orientation not in range(2, 9):
        return b""
    kept[_ORIENTATION] = orientation
    return kept.tobytes()
