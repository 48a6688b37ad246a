"""What is said in a cut, as lines that can be read while they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from studio.engine.film.output import escaped

LETTERS = 42
"""In one line."""
LINES = 2
LEAST = Fraction(1)
MOST = Fraction(7)
"""Seconds of a cue."""

SENTENCE = re.compile(r"(?<=[.!?…])(?=[\"'”’»)\]]*\s)[\"'”’»)\]]*\s+|(?<=[。！？])|\n+")
CLAUSE = ",;:–—)"


class Cue(NamedTuple):
    """Lines that are shown from `begin` to `end` seconds of the film."""

    begin: Fraction
    end: Fraction
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def cues(
    text: str,
    begin: Fraction,
    end: Fraction,
    spoken: Fraction | None = None,
    letters: int = LETTERS,
) -> list[Cue]:
    """The cues of a text that is said between `begin` and `end` seconds of the film.

    spoken: how many seconds the voice takes, where that is known; else it may take all of the time.
    letters: of a line. Every cue has at most two lines and gets time by its number of characters,
    about a second at least and no more than MOST.
    """
    time = min(end - begin, spoken) if spoken else end - begin
    parts = _long_enough(_parts(text, letters), time, letters)
    total = sum(map(len, parts))
    found, done = [], 0
    for part in parts:
        first, done = begin + time * done / total, done + len(part)
        last = min(begin + time * done / total, first + MOST)
        found.append(Cue(first, last, tuple(_lines(part, letters))))
    if found and found[-1].end - found[-1].begin < LEAST:
        first, last, lines = found[-1]
        found[-1] = Cue(first, min(end, first + LEAST), lines)
    return found


def _parts(text: str, letters: int) -> list[str]:
    """Sentences, and where one is too long for two lines, pieces of it of about the same length."""
    ends = [0, *(match.end() for match in SENTENCE.finditer(text)), len(text)]
    sentences = [" ".join(text[a:b].split()) for a, b in pairwise(ends)]
    return [part for sentence in sentences if sentence for part in _pieces(sentence, letters)]


def _pieces(sentence: str, letters: int) -> list[str]:
    if len(_lines(sentence, letters)) <= LINES:
        return [sentence]
    number = -(-len(sentence) // (LINES * letters))
    at = _break(sentence, len(sentence) / max(number, 2), LINES * letters)
    left, right = sentence[:at].strip(), sentence[at:].strip()
    return [*_pieces(left, letters), *_pieces(right, letters)]


def _break(text: str, wanted: float, most: int) -> int:
    """Where to break: near `wanted`, better behind a comma, at a space where there is one."""
    spaces = [at for at, letter in enumerate(text) if letter == " " and 0 < at <= most]
    if not spaces:
        return max(1, min(round(wanted), most, len(text) - 1))
    bonus = 0.3 * wanted
    return min(spaces, key=lambda at: abs(at - wanted) - bonus * (text[at - 1] in CLAUSE))


def _lines(text: str, letters: int) -> list[str]:
    """One line if it goes into one, else two of about the same length, else as many as it takes."""
    if len(text) <= letters:
        return [text]
    fitting = [
        at
        for at, letter in enumerate(text)
        if letter == " " and at <= letters and len(text) - at - 1 <= letters
    ]
    if fitting:
        at = min(fitting, key=lambda at: abs(2 * at + 1 - len(text)) - 6 * (text[at - 1] in CLAUSE))
        return [text[:at], text[at + 1 :]]
    at = _break(text, letters, letters)
    return [text[:at].strip(), *_lines(text[at:].strip(), letters)]


def _long_enough(parts: list[str], time: Fraction, letters: int) -> list[str]:
    """Parts that would be shown for less than a second, together with a neighbor where both go into
    two lines."""
    parts = list(parts)
    while len(parts) > 1:
        total = sum(map(len, parts))
        short = [at for at, part in enumerate(parts) if time * len(part) < LEAST * total]
        pairs = {pair for at in short for pair in (at - 1, at) if 0 <= pair < len(parts) - 1}
        joined = {at: f"{parts[at]} {parts[at + 1]}" for at in sorted(pairs)}
        joined = {at: both for at, both in joined.items() if len(_lines(both, letters)) <= LINES}
        if not joined:
            break
        at = min(joined, key=lambda at: len(joined[at]))
        parts[at : at + 2] = [joined[at]]
    return parts


def srt(found: Iterable[Cue]) -> str:
    """As SubRip has it."""
    blocks = (
        f"{number}\n{_clock(cue.begin, ',')} --> {_clock(cue.end, ',')}\n{cue.text}\n"
        for number, cue in enumerate(found, 1)
    )
    return "\n".join(blocks)


def vtt(found: Iterable[Cue]) -> str:
    """As WebVTT has it."""
    blocks = (
        f"{_clock(cue.begin, '.')} --> {_clock(cue.end, '.')}\n{escaped(cue.text)}\n"
        for cue in found
    )
    return "\n".join(["WEBVTT\n", *blocks])


def _clock(seconds: Fraction, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest:02}{point}{thousandths:03}"
