"""A copy of a file for people outside: what is seen and heard, and nothing else.

Other than `strip`, which keeps what a library needs, this takes out everything: places, comments,
prompts, recipes, previews, and the manifest of a signed file, because its signature would not hold
for the copy. Pictures are cleaned without decoding where that is possible; TIFF and AVIF become
PNG. Recordings are written anew from their sound and picture as they are, without coding again.
"""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from assets.media.facts import Limits, Refused
from assets.media.formats import HEAD, Format, detect
from assets.media.strip import NotUnderstood, jpeg, only_orientation, png

_SECONDS = 300
_ROOT = Path(__file__).resolve().parents[2]
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_WEBP_TOLD = 0x0C  # the flags that say that Exif and XMP follow
_GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_GLB_JSON = 0x4E4F534A


def clean(path: Path, target: Path, limits: Limits) -> Path:
    """A cleaned copy at `target`, whose suffix is corrected when the copy is of another format;
    where it lies is returned. Raises Refused for what cannot be cleaned."""
    with path.open("rb") as file:
        format = detect(file.read(HEAD))
    try:
        if format.kind in ("video", "audio"):
            return _written_anew(path, target, format)
        if format.reader in ("TIFF", "AVIF"):
            return _as_png(path, target.with_suffix(".png"), limits)
        target.write_bytes(clean_bytes(path.read_bytes(), format))
        return target
    except Refused:
        raise
    except Exception as error:
        raise Refused(
            f"This {format.extension.upper()} file cannot be cleaned of what it tells beside its "
            "content. Convert it, or let the files of the board leave as they are."
        ) from error


def clean_bytes(data: bytes, format: Format) -> bytes:
    """The same for a picture or model in memory. Raises what a parser raises for nonsense."""
    pieces: dict[str, Callable[[bytes], Iterator[bytes]]] = {
        "JPEG": lambda data: jpeg(data, keep_signed=False),
        "PNG": lambda data: png(data, keep_signed=False),
        "WEBP": _webp,
        "GIF": _gif,
        "BMP": lambda data: iter([data[: struct.unpack_from("<I", data, 2)[0]]]),
        "glb": _glb,
    }
    return b"".join(pieces[format.reader](data))


def _webp(data: bytes) -> Iterator[bytes]:
    kept, at, end = [], 12, 8 + struct.unpack_from("<I", data, 4)[0]
    turned = b""
    while at + 8 <= min(end, len(data)):
        name, length = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        piece = data[at : at + 8 + length + length % 2]
        if name == b"EXIF":
            exif = piece[8 : 8 + length].removeprefix(b"Exif\0\0")
            turned = only_orientation(b"Exif\0\0" + exif)
        elif name in _WEBP_KEPT:
            kept.append(piece)
        at += len(piece)
    if kept and kept[0][:4] == b"VP8X":
        flags = kept[0][8] & ~_WEBP_TOLD | (0x08 if turned else 0)
        kept[0] = kept[0][:8] + bytes([flags]) + kept[0][9:]
        if turned:
            kept.append(
                b"EXIF" + struct.pack("<I", len(turned)) + turned + b"\0" * (len(turned) % 2)
            )
    body = b"".join(kept)
    yield b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _gif(data: bytes) -> Iterator[bytes]:
    at = 13 + _gif_table(data[10])
    yield data[:at]
    while data[at] != 0x3B:
        start = at
        if data[at] == 0x2C:
            at = _gif_blocks(data, at + 11 + _gif_table(data[at + 9]))
            yield data[start:at]
        elif data[at] == 0x21:
            kind, name = data[at + 1], data[at + 3 : at + 14]
            at = _gif_blocks(data, at + 2)
            if kind == 0xF9 or (kind == 0xFF and name in _GIF_LOOPS):
                yield data[start:at]
        else:
            raise NotUnderstood
    yield b"\x3b"


def _gif_table(flags: int) -> int:
    """The bytes of a table of colors."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks(data: bytes, at: int) -> int:
    """Where the chain of blocks ends that begins there."""
    while data[at]:
        at += data[at] + 1
    return at + 1


def _glb(data: bytes) -> Iterator[bytes]:
    length, kind = struct.unpack_from("<II", data, 12)
    if kind != _GLB_JSON:
        raise NotUnderstood
    scene = _without_extras(json.loads(data[20 : 20 + length]))
    scene["asset"] = {"version": scene["asset"]["version"]}
    text = json.dumps(scene, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + length :]
    yield data[:8] + struct.pack("<III", 20 + len(text) + len(rest), len(text), kind)
    yield text
    yield rest


def _without_extras(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_extras(v) for k, v in value.items() if k != "extras"}
    return [_without_extras(v) for v in value] if isinstance(value, list) else value


def _as_png(path: Path, target: Path, limits: Limits) -> Path:
    with Image.open(path) as image:
        limits.check_pixels("image", *image.size)
        profile = image.info.get("icc_profile")
        upright = ImageOps.exif_transpose(image)
        if upright.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
            upright, profile = upright.convert("RGB"), None
        upright.info = {}
        out = io.BytesIO()
        upright.save(out, "PNG", icc_profile=profile)
    target.write_bytes(out.getvalue())
    return target


def _written_anew(path: Path, target: Path, format: Format) -> Path:
    command = [
        sys.executable,
        "-m",
        "assets.media.anew",
        str(path.resolve()),
        str(target.resolve()),
    ]
    done = subprocess.run(
        [*command, format.reader],
        cwd=_ROOT,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=_SECONDS,
    )
    if done.returncode:
        raise NotUnderstood(done.stderr[-500:].decode("utf-8", "replace"))
    return target
