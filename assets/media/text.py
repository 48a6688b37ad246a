"""Texts: read as UTF-8 or UTF-16, told apart by their content, and drawn as a page.

Nothing of a text runs anywhere: it is served as plain text, whatever is written in it.
"""

from __future__ import annotations

import codecs
import json
import re
import textwrap
import unicodedata
from dataclasses import replace
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path, PurePosixPath

from PIL import Image, ImageDraw, ImageFont

from assets.media.facts import Examined, Facts, Limits, Refused
from assets.media.formats import TEXT, Format

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
EXCERPT = 10_000  # letters
_PAGE = (1200, 900)
_MARGIN, _LETTER, _LINE = 64, 38, 54
_PAPER, _INK, _FADED, _BAR = "#f7f5f0", "#26241f", "#9a948a", "#c9c4ba"
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
        _write(pen, spot, "…" if last else line, _FADED if last else _INK, font)
    return image


def _write(
    pen: ImageDraw.ImageDraw, spot: tuple[int, int], line: str, ink: str, font: Font
) -> None:
    """One line. Of letters that the font does not have, as of most scripts of the world, a bar is
    drawn: where there is writing can be seen, and no row of boxes pretends to be it."""
    line = "".join(" " if c.isspace() else c for c in line if c.isspace() or c.isprintable())
    x, end = float(spot[0]), _PAGE[0] - _MARGIN
    for drawn, run in groupby(line, _has_letter):
        text = "".join(run)
        if drawn:
            pen.text((x, spot[1]), text, fill=ink, font=font)
            x += font.getlength(text)
        elif letters := sum(not unicodedata.combining(letter) for letter in text):
            right = min(x + letters * _LETTER, end)
            if right - x > _LETTER / 4:
                box = (x + 3, spot[1] + _LETTER * 0.35, right - 3, spot[1] + _LETTER * 0.9)
                pen.rounded_rectangle(box, radius=6, fill=_BAR)
            x += letters * _LETTER
        if x >= end:
            return


@lru_cache(maxsize=4096)
def _has_letter(letter: str) -> bool:
    return letter == " " or _shape(letter) != _shape("\U0010fffd")


def _shape(letter: str) -> tuple[tuple[int, int], bytes]:
    mask = _font().getmask(letter)
    return mask.size, bytes(mask)


def _broken(text: str, most: int) -> list[str]:
    """The first lines, none wider than the page; `most` of them at most."""
    wide, lines = (_PAGE[0] - 2 * _MARGIN) // (_LETTER // 2), []
    for line in text[: most * 400].split("\n"):
        lines.extend(textwrap.wrap(line.expandtabs(4), wide, replace_whitespace=False) or [""])
        if len(lines) >= most:
            break
    return lines[:most]


@cache
def _font() -> Font:
    return ImageFont.load_default(_LETTER)
