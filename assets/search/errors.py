"""What can be wrong with what is asked, said for the person who asked."""

from __future__ import annotations

_SHOWN = 40


def shortly(text: str, before: str = "") -> str:
    """A part of a search as it is repeated in a message, with the words before it and a space;
    empty when there is nothing to repeat."""
    words = " ".join(text.split())
    cut = f"{words[:_SHOWN].rstrip()}…" if len(words) > _SHOWN else words
    return f"{before} “{cut}”" if words else ""


class BadSearch(ValueError):
    """A search that cannot be read. `start` and `end` are the spot in its text, in letters."""

    def __init__(self, words: str, start: int, end: int) -> None:
        super().__init__(words)
        self.start = start
        self.end = max(end, start)


class BadFilter(ValueError):
    """A value that cannot be, with words for the person; `name` is the filter's. Of a search
    (`q`), `start` and `end` are the spot in its text."""

    def __init__(
        self, name: str, words: str, start: int | None = None, end: int | None = None
    ) -> None:
        super().__init__(words)
        self.name = name
        self.start = start
        self.end = end
