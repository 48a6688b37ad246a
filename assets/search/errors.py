"""What can be wrong with what is asked, said for the person who asked."""

from __future__ import annotations


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
