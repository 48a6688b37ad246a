"""Text as it is indexed and looked for: case, accents and width of letters do not count.

Both databases get the words cut and folded here and cut nothing themselves, so that they find the
same. A word is a run of letters and digits; writing without spaces is cut into single letters,
and what is looked for in it is a row of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

LONGEST_WORD = 60
MOST_LETTERS = 10_000

_MARKS = re.compile("[\u0300-\u036f]")
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+")
# Letters that Unicode does not take apart, though people leave their marks out.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d"})
_UUID = re.compile(r"(?i)^(\w+:)?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$")


def fold(text: str) -> str:
    """`Weiße Ölküste` → `weisse olkuste`."""
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return unicodedata.normalize("NFKC", bare).casefold().translate(_PLAIN)


def words(text: str) -> list[str]:
    """`Cliff_1, at sea` → `cliff 1 at sea`; empty when there is no letter or digit."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def texts(recipe: Any) -> Iterator[tuple[str, str]]:
    """The texts inside a recipe with the name of the field each is in; ids stay out, or the id of
    a source would find all that it was used for."""
    left: list[tuple[str, Any]] = [("", recipe)]
    while left:
        name, value = left.pop()
        if isinstance(value, dict):
            left += [(str(key), inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list | tuple):
            left += [(name, inner) for inner in reversed(value)]
        elif isinstance(value, str) and not _UUID.match(value):
            yield name, value
