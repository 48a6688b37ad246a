"""Words set into a frame: how large, on which lines, and where each of them stands."""

import unicodedata
from bisect import bisect_right
from collections.abc import Container
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from studio.engine import EngineError
from studio.engine.picture import Plane, as_plane

FONT = Path(__file__).parent / "fonts" / "InterDisplay-Bold.otf"
MISSING = "\uffff"  # no font has it
AS_PICTURE_OR_SIGN = dict.fromkeys((0xFE0E, 0xFE0F))  # a wish for one look of the sign before

SAFE_WIDTH, SAFE_HEIGHT = 0.82, 0.7  # shares of the frame that the words may take
LARGEST = 0.19  # of the shorter side
SMALLER = 0.5  # further lines, beside the headline
LEADING = 1.14
APART = 0.3  # between the headline and what follows, in sizes of the headline
SHARP = 1.05  # drawn a little too large, so that a camera coming nearer loses nothing
SMALLEST = 3
READABLE, LEGIBLE = 0.035, 8  # of the shorter side, but never fewer pixels


class Word(NamedTuple):
    """A word as a mask, with the place of the mask's top left corner in the frame. `size` is the
    size of its letters, `row` counts the lines from 0."""

    mask: Plane
    x: float
    y: float
    size: float
    row: int
    headline: bool


class Line(NamedTuple):
    words: list[str]
    size: float
    headline: bool


@lru_cache(maxsize=64)
def font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)


def paragraphs(text: str) -> list[list[str]]:
    """The words of each line that has any. Raises EngineError for what cannot be drawn."""
    plain = unicodedata.normalize("NFC", text).translate(AS_PICTURE_OR_SIGN)
    found = [line.split() for line in plain.splitlines()]
    found = [words for words in found if words]
    if not found:
        raise EngineError("There are no words to draw. Write some.")
    if missing := unknown("".join(word for words in found for word in words)):
        named = ", ".join(_named(c) for c in missing[:6])
        more = f" and {len(missing) - 6} more" if len(missing) > 6 else ""
        raise EngineError(
            f"The font of the title card has no {named}{more}. It has the Latin, Greek and "
            "Cyrillic alphabets; leave other characters out."
        )
    return found


def unknown(text: str) -> list[str]:
    """The characters that the font lacks, each once."""
    test = font(24)
    blank = _shape(test, MISSING)
    return [c for c in dict.fromkeys(text) if not c.isprintable() or _shape(test, c) == blank]


def _shape(face: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = face.getmask(character)
    return mask.size, bytes(mask)


def _named(character: str) -> str:
    code = f"U+{ord(character):04X}"
    if character.isprintable():
        return f"“{character}” ({code})"
    name = unicodedata.name(character, "").lower()
    return f"{code} ({name}, invisible)" if name else code


def compose(text: str, width: int, height: int) -> list[Word]:
    """Every word of `text` in its place, as large as the frame allows."""
    return placed(laid_out(text, width, height), width, height)


def laid_out(text: str, width: int, height: int) -> list[Line]:
    """The lines, as large as the frame allows. A word that would have to be too small to be read
    goes on in the next line; others stay whole."""
    shorter = min(width, height)
    room = (width * SAFE_WIDTH, height * SAFE_HEIGHT)
    readable = max(LEGIBLE, READABLE * shorter)
    return within(paragraphs(text), room, LARGEST * shorter, readable)


def within(
    said: list[list[str]], room: tuple[float, float], largest: float, readable: float
) -> list[Line]:
    """The lines of those words, as large as the room (width, height) allows."""
    long = {word for words in said for word in words if length(word, readable) > room[0]}
    low, high = float(SMALLEST), max(SMALLEST, largest)
    lines = fitted(said, high, room, long)
    if lines is None:
        while high - low > 0.5:
            middle = (low + high) / 2
            found = fitted(said, middle, room, long)
            low, high, lines = (middle, high, found) if found else (low, middle, lines)
    return lines or wrapped(said, low, room[0], long)


def fitted(
    said: list[list[str]], size: float, room: tuple[float, float], long: Container[str]
) -> list[Line] | None:
    """The lines at that size, or None where they need more room."""
    lines = wrapped(said, size, room[0], long)
    wide = max(measure(line) for line in lines)
    return lines if wide <= room[0] and height_of(lines) <= room[1] else None


def wrapped(said: list[list[str]], size: float, room: float, long: Container[str]) -> list[Line]:
    """Each paragraph on as few lines as it needs, made about equally long."""
    lines: list[Line] = []
    for number, words in enumerate(said):
        own = size if number == 0 else size * SMALLER
        lines += [Line(part, own, number == 0) for part in balanced(words, own, room, long)]
    return lines


def balanced(words: list[str], size: float, room: float, long: Container[str]) -> list[list[str]]:
    rows = greedy(words, size, room, long)
    low, high = 0.0, room
    while high - low > size / 4:
        middle = (low + high) / 2
        narrower = greedy(words, size, middle, long)
        if len(narrower) == len(rows):
            high = middle
        else:
            low = middle
    return greedy(words, size, high, long)


def greedy(words: list[str], size: float, room: float, long: Container[str]) -> list[list[str]]:
    """As many words on each line as go in; one of the `long` ones goes on in the next line, another
    that is too long stands alone."""
    rows: list[list[str]] = [[]]
    pieces = (p for word in words for p in (cut(word, size, room) if word in long else [word]))
    for word in pieces:
        if rows[-1] and length(" ".join([*rows[-1], word]), size) > room:
            rows.append([])
        rows[-1].append(word)
    return rows


def cut(word: str, size: float, room: float) -> list[str]:
    """The word in pieces, each as long as goes in; an accent stays with its letter."""
    ends = [i for i in range(1, len(word)) if not unicodedata.combining(word[i])] + [len(word)]
    pieces: list[str] = []
    start, first = 0, 0
    while start < len(word):
        fit = bisect_right(ends, room, first, key=lambda end: length(word[start:end], size))
        last = max(fit - 1, first)
        pieces.append(word[start : ends[last]])
        start, first = ends[last], last + 1
    return pieces


def measure(line: Line) -> float:
    return length(" ".join(line.words), line.size)


def length(text: str, size: float) -> float:
    """As it is drawn: the letters of small sizes are whole pixels wide."""
    return font(size * SHARP).getlength(text) / SHARP


def height_of(lines: list[Line]) -> float:
    gap = APART * lines[0].size if not lines[-1].headline else 0
    return sum(line.size * LEADING for line in lines) + gap


def placed(lines: list[Line], width: int, height: int) -> list[Word]:
    """The lines in the middle of the frame, word by word."""
    found = []
    top = (height - height_of(lines)) / 2
    for row, line in enumerate(lines):
        if row and line.headline != lines[row - 1].headline:
            top += APART * lines[0].size
        left = (width - measure(line)) / 2
        # Capital letters of this font are 0.73 of its size high: half of that below the middle.
        base = top + line.size * (LEADING / 2 + 0.36)
        for index, word in enumerate(line.words):
            before = " ".join([*line.words[:index], ""]) if index else ""
            x = left + length(before, line.size)
            found.append(drawn(word, x, base, line, row))
        top += line.size * LEADING
    return found


def drawn(word: str, x: float, base: float, line: Line, row: int) -> Word:
    """The mask of a word whose first letter begins at `x` on the base line."""
    face = font(line.size * SHARP)
    left, top, right, bottom = face.getbbox(word, anchor="ls")
    margin = 2
    size = (int(right - left) + 2 * margin + 1, int(bottom - top) + 2 * margin + 1)
    image = Image.new("L", size)
    ImageDraw.Draw(image).text((margin - left, margin - top), word, 255, face, anchor="ls")
    mask = as_plane(image)
    at = (x + (left - margin) / SHARP, base + (top - margin) / SHARP)
    return Word(mask, *at, line.size, row, line.headline)
