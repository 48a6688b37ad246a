"""Writes into a file what it is and how it was made, beside its content, without coding it again.

The words are an XMP packet, where the readers of each format look for it: PNG, JPEG and WebP in
their own chunks, MP4 and MOV in a box at the end. It has the IPTC kind of source that says whether
a picture was made by a trained model, and the recipe as JSON; in PNG the recipe has a chunk of its
own as well. A file that is signed, or that is not understood, is left as it is, to the byte.
"""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from assets.media.formats import Format
from assets.media.strip import NotUnderstood, jpeg, png

# https://cv.iptc.org/newscodes/digitalsourcetype/
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# What PNG calls the chunk of the recipe, and XMP the room of its names.
OURS, NAMESPACE = "zoetrope", "https://zoetrope.invalid/ns/1.0/"
_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_JPEG_ROOM = 65_533 - len(_JPEG_XMP)
_FIRST = (b"\xff\xe0", b"\xff\xe1")


@dataclass(frozen=True)
class Mark:
    """`source_type` is the last part of the IPTC address, such as trainedAlgorithmicMedia."""

    source_type: str
    recipe: dict[str, Any]

    @property
    def json(self) -> str:
        return json.dumps(self.recipe, ensure_ascii=True, sort_keys=True, separators=(",", ":"))

    def xmp(self) -> bytes:
        """The packet; without the date, so that the same recipe makes the same file."""
        return (
            '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
            '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
            'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
            f'xmlns:zoetrope="{NAMESPACE}" xmp:CreatorTool="Zoetrope" '
            f'Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPES}{self.source_type}" '
            f"zoetrope:recipe={quoteattr(self.json)}/>"
            '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
        ).encode()


def mark(path: Path, format: Format, target: Path, words: Mark) -> Path:
    """`target`, the same with the words in it, or `path` itself where that is not possible."""
    try:
        match format.reader:
            case "PNG":
                target.write_bytes(b"".join(_png(path.read_bytes(), words)))
            case "JPEG":
                target.write_bytes(b"".join(_jpeg(path.read_bytes(), words)))
            case "WEBP":
                target.write_bytes(_webp(path.read_bytes(), words))
            case "mov":
                _mp4(path, target, words)
            case _:
                return path
    except (NotUnderstood, struct.error, IndexError):
        target.unlink(missing_ok=True)
        return path
    return target


def _png(data: bytes, words: Mark) -> Iterator[bytes]:
    b"".join(png(data))  # whole, and not signed
    head = 8 + 25  # signature and IHDR
    yield data[:head]
    yield _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + words.xmp())
    yield _chunk(b"iTXt", OURS.encode() + b"\0\0\0\0\0" + words.json.encode())
    yield data[head:]


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _jpeg(data: bytes, words: Mark) -> Iterator[bytes]:
    b"".join(jpeg(data))
    packet = words.xmp()
    if len(packet) > _JPEG_ROOM:
        packet = Mark(words.source_type, {}).xmp()
    at = 2
    while data[at : at + 2] in _FIRST:
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    yield data[:at]
    yield struct.pack(">BBH", 0xFF, 0xE1, len(_JPEG_XMP) + len(packet) + 2) + _JPEG_XMP + packet
    yield data[at:]


def _webp(data: bytes, words: Mark) -> bytes:
    """A plain file gets the header of an extended one, which says that the packet follows."""
    name, body = data[12:16], data[12:]
    if b"C2PA" in data[12:]:
        raise NotUnderstood
    if name == b"VP8X":
        body = body[:8] + bytes([body[8] | 0x04]) + body[9:]
    else:
        width, height, alpha = _webp_facts(name, data[20:])
        flags = 0x04 | (0x10 if alpha else 0)
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        body = b"VP8X" + struct.pack("<I", 10) + bytes([flags, 0, 0, 0]) + sides + body
    packet = words.xmp()
    body += b"XMP " + struct.pack("<I", len(packet)) + packet + b"\0" * (len(packet) % 2)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _webp_facts(name: bytes, body: bytes) -> tuple[int, int, bool]:
    """Width, height and whether something is transparent, of a file without an extended header."""
    if name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF, False
    if name == b"VP8L" and body[0] == 0x2F:
        bits = struct.unpack_from("<I", body, 1)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    raise NotUnderstood


def _mp4(path: Path, target: Path, words: Mark) -> None:
    _check_boxes(path)
    packet = words.xmp()
    shutil.copyfile(path, target)
    with target.open("ab") as out:
        out.write(struct.pack(">I", 24 + len(packet)) + b"uuid" + _XMP_BOX + packet)


def _check_boxes(path: Path) -> None:
    """All boxes have a size and end where the file does; none is a signature, or told before."""
    size, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            length, name = struct.unpack(">I4s", file.read(8))
            if length == 1:
                length = struct.unpack(">Q", file.read(8))[0]
            if name == b"uuid" and file.read(16) in (_XMP_BOX, _C2PA_BOX):
                raise NotUnderstood
            if length < 8:
                raise NotUnderstood
            at += length
    if at != size:
        raise NotUnderstood
