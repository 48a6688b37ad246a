"""Texts: read as UTF-8 or UTF-16, told apart by their content, and drawn as a page.

Nothing of a text runs anywhere: it is served as plain text, whatever is written in it.
"""

from __future__ import annotations

import codecs
import json
import re
import textwrap
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from PIL import Image, ImageDraw, ImageFont

from assets.media.facts import Examined, Facts, Limits, Refused
from assets.media.formats import TEXT, Format

EXCERPT = 10_000  # letters
_PAGE = (1200, 900)
_MARGIN, _LETTER, _LINE = 64, 38, 54
_PAPER, _INK, _FADED = "#f7f5f0", "#26241f", "#9a948a"
_CONTROLS = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f]")
_SUBTITLES = re.compile(r"\s*\d+\s*\n\s*\d\d:\d\d:\d\d,\d{3}\s+-->")
_MIMES = {
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "json": "application/json",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
}
# What cannot be told from plain text by its content is believed to be what its name says.
_BY_NAME = {".md": "md", ".markdown": "md", ".csv": "csv"}
MIMES = frozenset(_MIMES.values())


def decoded(data: bytes) -> str:
    """The text of a file, without the mark at its beginning. Raises UnicodeError."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def examine(path: Path, format: Format, limits: Limits) -> Examined:
    """The facts, a drawing of the first lines, and the first letters as `words`. Raises Refused
    for what is no text further on."""
    data = path.read_bytes()
    try:
        text = decoded(data)
    except UnicodeError as error:
        spot = f" (at byte {error.start:,})" if isinstance(error, UnicodeDecodeError) else ""
        raise Refused(
            f"The text has something in it that is neither UTF-8 nor UTF-16{spot}. Save it as "
            "UTF-8 and try again."
        ) from error
    if _CONTROLS.search(text):
        raise Refused("The file has control characters in it, so it is no text. Choose another.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    extension = _told_apart(text)
    facts = Facts(kind="text", mime=_MIMES[extension], extension=extension, color=_PAPER)
    return Examined(facts, draw(text), words=text[:EXCERPT])


def named(facts: Facts, filename: str) -> Facts:
    """The facts of a file, whose name may say what the content of a text cannot."""
    extension = _BY_NAME.get(PurePosixPath(filename.lower()).suffix, "")
    if facts.mime == TEXT.mime and extension:
        return replace(facts, mime=_MIMES[extension], extension=extension)
    return facts


def _told_apart(text: str) -> str:
    start = text.lstrip()[:1]
    if text.startswith("WEBVTT"):
        return "vtt"
    if _SUBTITLES.match(text):
        return "srt"
    if start in ("{", "[") and _is_json(text):
        return "json"
    return "txt"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def draw(text: str) -> Image.Image:
    """A sheet of paper with the first lines on it, long ones broken."""
    image = Image.new("RGB", _PAGE, _PAPER)
    pen, font = ImageDraw.Draw(image), _font()
    rows = (_PAGE[1] - 2 * _MARGIN) // _LINE
    lines = _broken(text, rows + 1)
    for number, line in enumerate(lines[:rows]):
        last = number == rows - 1 and len(lines) > rows
        spot = (_MARGIN, _MARGIN + number * _LINE)
        pen.text(spot, "…" if last else line, fill=_FADED if last else _INK, font=font)
    return image


def _broken(text: str, most: int) -> list[str]:
    """The first lines, none wider than the page; `most` of them at most."""
    wide, lines = (_PAGE[0] - 2 * _MARGIN) // (_LETTER // 2), []
    for line in text[: most * 400].split("\n"):
        lines.extend(textwrap.wrap(line.expandtabs(4), wide, replace_whitespace=False) or [""])
        if len(lines) >= most:
            break
    return lines[:most]


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(_LETTER)
