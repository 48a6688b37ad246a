"""What a file is, told by its first bytes. Its name and what the sender calls it do not count."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from assets.media.facts import NAMES, Refused

HEAD = 4096


@dataclass(frozen=True)
class Format:
    """A kind of file. `reader` names it for the decoder; `pattern` matches the first bytes.

    `audio_only` is what a container is called when nothing but sound is in it.
    """

    kind: str
    mime: str
    extension: str
    reader: str
    pattern: re.Pattern[bytes]
    audio_only: tuple[str, str] | None = None


def _format(
    kind: str,
    mime: str,
    extension: str,
    reader: str,
    pattern: bytes,
    audio_only: tuple[str, str] | None = None,
) -> Format:
    compiled = re.compile(pattern, re.DOTALL)
    return Format(kind, f"{kind}/{mime}", extension, reader, compiled, audio_only)


# The first that fits is taken, so the narrower pattern stands before the wider one.
FORMATS = (
    _format("image", "jpeg", "jpg", "JPEG", rb"\xff\xd8\xff"),
    _format("image", "png", "png", "PNG", rb"\x89PNG\r\n\x1a\n"),
    _format("image", "gif", "gif", "GIF", rb"GIF8[79]a"),
    _format("image", "webp", "webp", "WEBP", rb"RIFF....WEBP"),
    _format("image", "bmp", "bmp", "BMP", rb"BM.{8}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"),
    _format("image", "tiff", "tif", "TIFF", rb"II[*+]\0|MM\0[*+]"),
    _format("image", "avif", "avif", "AVIF", rb"....ftyp(?:.{4})*?avi[fs]"),
    _format("audio", "mp4", "m4a", "mov", rb"....ftypM4[AB] "),
    _format("video", "quicktime", "mov", "mov", rb"....ftypqt  ", ("audio/mp4", "m4a")),
    _format("video", "mp4", "mp4", "mov", rb"....ftyp(?!heic|heix|mif1)", ("audio/mp4", "m4a")),
    _format("video", "quicktime", "mov", "mov", rb"....(?:moov|mdat|wide)", ("audio/mp4", "m4a")),
    _format(
        "video", "webm", "webm", "matroska", rb"\x1aE\xdf\xa3.{0,60}webm", ("audio/webm", "weba")
    ),
    _format(
        "video",
        "x-matroska",
        "mkv",
        "matroska",
        rb"\x1aE\xdf\xa3.{0,60}matroska",
        ("audio/x-matroska", "mka"),
    ),
    _format("model", "gltf-binary", "glb", "glb", rb"glTF\x02\0\0\0"),
    _format("audio", "wav", "wav", "wav", rb"RIFF....WAVE"),
    _format("audio", "flac", "flac", "flac", rb"fLaC"),
    _format("audio", "ogg", "ogg", "ogg", rb"OggS"),
    _format("audio", "aac", "aac", "aac", rb"\xff[\xf0\xf1\xf8\xf9]"),
    _format("audio", "mpeg", "mp3", "mp3", rb"ID3|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]"),
)
# A text has no first bytes of its own: it is what no other pattern fits and reads as letters.
TEXT = Format("text", "text/plain", "txt", "text", re.compile(rb"(?!)"))
GIF_MOVIE = _format("video", "gif", "gif", "gif", rb"GIF8[79]a")

ALL = (*FORMATS, GIF_MOVIE, TEXT)

# Every type that a file of ours can have: what the browser may show, nothing of it can run.
MIMES = frozenset(
    {f.mime.replace("video/gif", "image/gif") for f in FORMATS}
    | {f.audio_only[0] for f in FORMATS if f.audio_only}
)

WANTED = {
    "image": "a picture (JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF)",
    "video": "a video (MP4, MOV, WebM, MKV or GIF)",
    "audio": "a sound (WAV, MP3, M4A, AAC, OGG or FLAC)",
    "model": "a 3D model (GLB)",
    "text": "a text (TXT, Markdown, JSON, CSV, SRT or VTT)",
}

_A_TEXT = "a text file"
_CONTROLS = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f]")

# Only for the words of the refusal: what people try most.
_STRANGERS = (
    (rb"%PDF", "a PDF document"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "PostScript"),
    (rb"PK\x03\x04", "a ZIP archive or an office document"),
    (rb"8BPS", "a Photoshop file"),
    (rb"....ftyp(heic|heix|mif1)", "a HEIC picture"),
    (rb"RIFF....AVI ", "an AVI video"),
    (rb"(?i)(\xef\xbb\xbf)?\s*(<\?xml.*?|<!--.*?)?\s*<(!doctype\s+)?svg", "an SVG drawing"),
    (rb"(?i)(\xef\xbb\xbf)?\s*<(!doctype\s+)?html", "a web page"),
    (rb"(?i)(\xef\xbb\xbf)?\s*<", "XML or HTML"),
    (rb"#EXTM3U", "a playlist"),
    (rb"glTF", "a 3D model of glTF 1"),
    (
        rb"\s*\{.*\"asset\"\s*:\s*\{[^}]*\"version\"",
        "a glTF text file, which is not whole by itself",
    ),
    (rb"Kaydara FBX", "an FBX model"),
    (rb"ply\r?\n", "a PLY model"),
    (rb"solid .*facet normal", "an STL model"),
)


def detect(head: bytes, kinds: Iterable[str] | None = None) -> Format:
    """The format of a file that begins with `head` (HEAD bytes are enough). Raises Refused, which
    proposes the `kinds` that are wanted."""
    letters = _is_utf16(head)  # Its mark could be the beginning of an MP3 as well.
    for known in () if letters else FORMATS:
        if known.pattern.match(head):
            return known
    if (kinds is None or "text" in kinds) and _stranger(head) == _A_TEXT:
        return TEXT
    choose = wanted(kinds or WANTED)
    raise Refused(f"This is {_stranger(head)}, which cannot be used. Choose {choose}.")


def check_kind(kind: str, kinds: Iterable[str] | None) -> None:
    if kinds is not None and kind not in kinds:
        raise Refused(f"This is a {NAMES[kind]}. Choose {wanted(kinds)}.")


def damaged(format: Format) -> Refused:
    """What is said of a file that its reader did not survive."""
    return Refused(
        f"The {NAMES[format.kind]} is damaged or incomplete and cannot be read as "
        f"{format.extension.upper()}. Export it again, or choose another one."
    )


def wanted(kinds: Iterable[str]) -> str:
    return " or ".join(WANTED[kind] for kind in kinds)


def _stranger(head: bytes) -> str:
    if _is_utf16(head):
        head = codecs.getincrementaldecoder("utf-16")().decode(head).encode()
    for pattern, words in _STRANGERS:
        if re.match(pattern, head, re.DOTALL):
            return words
    return _A_TEXT if _is_text(head) else "a file of an unknown type"


def _is_utf16(head: bytes) -> bool:
    """With the mark of UTF-16 at its beginning, and letters behind it."""
    if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    try:
        text = codecs.getincrementaldecoder("utf-16")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(text) and not _CONTROLS.search(text)


def _is_text(head: bytes) -> bool:
    """Readable letters; the last one may be cut in two."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(text) and not _CONTROLS.search(text)
