"""Times in a script or a transcript, and what is said of a line that is wrong."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

WORDS_A_SECOND = 150 / 60
PAUSE = 0.5  # seconds after what is said
# Seconds of a shot that nobody speaks in: of few words, of many, and what each word adds.
BRIEF, LONG, A_WORD = 3.0, 6.0, 0.1
SHORTEST, LONGEST = 0.5, 60.0

_TIME = re.compile(
    r"(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):(?P<seconds>\d{1,2}(?:[.,]\d{1,6})?)", re.ASCII
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
# They only say which way a line runs, and come along when it is copied.
DIRECTIONS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _marks() -> str:
    """Signs of letters in many scripts that \\w leaves out, for a class of a pattern."""
    signs = {n for n in range(0x300, 0x20000) if unicodedata.category(chr(n)).startswith("M")}
    begins = sorted(n for n in signs if n - 1 not in signs)
    ends = sorted(n for n in signs if n + 1 not in signs)
    return "".join(f"{chr(a)}-{chr(z)}" for a, z in zip(begins, ends, strict=True))


# Of a name besides its first letter: in any script, and with the dot between foreign names.
IN_NAME = rf"\w{_marks()}\u200c\u200d·・"
_SPEAKER = re.compile(rf"^[^\W\d_][{IN_NAME} .'’-]{{0,30}}(?::\s|：)", re.MULTILINE)


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and the way out. Lines and columns count from 1; `field` is the name
    of the field, or what was written in its place."""

    line: int
    column: int | None
    field: str
    message: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"Line {self.line}{column}: {self.message}"


def time_of(text: str) -> float | None:
    """Seconds of '1:02:03.5', '00:12' or '12,25'; None when it is no time.

    >>> time_of("01:02.5")
    62.5
    """
    text = text.strip()
    if re.fullmatch(r"\d{1,6}(?:[.,]\d{1,6})?", text, re.ASCII):
        return float(text.replace(",", "."))
    found = _TIME.fullmatch(text)
    if not found:
        return None
    seconds, minutes = float(found["seconds"].replace(",", ".")), int(found["minutes"])
    if seconds >= 60 or (found["hours"] and minutes >= 60):
        return None
    return round(int(found["hours"] or 0) * 3600 + minutes * 60 + seconds, 6)


def line_of(text: str) -> str:
    """A line as it is read: one space between words, no signs around it that nobody sees."""
    return " ".join(text.split()).strip(f"{DIRECTIONS} ")


def count_words(text: str) -> float:
    """Words as they are spoken; where none are divided, about two signs to one."""
    signs = len(_CJK.findall(text))
    return len(_CJK.sub(" ", text).split()) + signs / 1.7


def spoken(text: str) -> float:
    """Seconds that it takes to say this, names of speakers left out."""
    words = count_words(_SPEAKER.sub("", text))
    return round(min(max(words / WORDS_A_SECOND + PAUSE, SHORTEST), LONGEST), 1)


def looked_at(text: str) -> float:
    """Seconds that it takes to see this.

    >>> looked_at("A cat sleeps on the wall")
    3.6
    """
    return round(min(BRIEF + count_words(text) * A_WORD, LONG), 1)
