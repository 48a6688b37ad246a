"""Templates: where a picture is to be shown, its size there, and what suits the place."""

from __future__ import annotations

import re
from collections.abc import Iterable

from studio.presets.templates.row import CATEGORIES, PLATFORMS, Template, ratio_label
from studio.presets.templates.social import SOCIAL
from studio.presets.templates.work import WORK

__all__ = [
    "CATEGORIES",
    "PLATFORMS",
    "TEMPLATES",
    "Template",
    "by_key",
    "chosen",
    "ratio_label",
    "recommend",
    "search",
]

TEMPLATES = (*SOCIAL, *WORK)
_BY_KEY = {row.key: row for row in TEMPLATES}
_LETTERS = re.compile(r"[^\W_]+")
# Words of a wish that say nothing about the place.
_FILLERS = frozenset(
    [
        *("a", "an", "and", "at", "for", "i", "in", "is", "it", "my", "of", "on", "or", "our"),
        *("post", "that", "the", "to", "with"),
    ]
)


def by_key(key: str) -> Template | None:
    return _BY_KEY.get(key)


def chosen(platform: str = "", category: str = "") -> tuple[Template, ...]:
    """All of a platform and of a category; of both when both are named."""
    return tuple(
        row
        for row in TEMPLATES
        if platform in ("", row.platform) and category in ("", row.category)
    )


def search(query: str, rows: Iterable[Template] = TEMPLATES) -> list[Template]:
    """The rows in which every word of the query begins a word, the best first: what is in the name
    counts more than a use, a use more than the description. No word finds everything."""
    words = _words(query)
    scored = [(_score(row, words), row) for row in rows]
    return _best_first([(s, row) for s, row in scored if s or not words])


def recommend(
    use_case: str, platform: str = "", rows: Iterable[Template] = TEMPLATES
) -> list[Template]:
    """The rows that suit a use, the best first: any word of it may be found, the more the better.
    When nothing is said of the use, all of the platform."""
    rows = [row for row in rows if platform in ("", row.platform)]
    words = [word for word in _words(use_case) if word not in _FILLERS]
    if not words:
        return rows
    scored = [(sum(_word_score(row, word) for word in words), row) for row in rows]
    return _best_first([(s, row) for s, row in scored if s])


def _best_first(scored: list[tuple[int, Template]]) -> list[Template]:
    return [row for _, row in sorted(scored, key=lambda pair: -pair[0])]


def _words(text: str) -> list[str]:
    """Small words without the signs around them; a size is two numbers, “9:16” too."""
    spread = re.sub(r"(?<=\d)[x×](?=\d)", " ", text.casefold())
    return _LETTERS.findall(spread)


def _score(row: Template, words: list[str]) -> int:
    scores = [_word_score(row, word) for word in words]
    return sum(scores) if all(scores) else 0


def _word_score(row: Template, word: str) -> int:
    """How much a word says of a row; 0 when it is nowhere."""
    fields = (
        (12, f"{row.name} {row.platform_label}"),
        (8, f"{row.platform} {CATEGORIES[row.category]} {row.category}"),
        (6, " ".join(row.use_cases)),
        (4, f"{row.width} {row.height} {row.label}"),
        (3, row.description),
    )
    return max(weight * _found(word, text) for weight, text in fields)


def _found(word: str, text: str) -> int:
    """2 for the whole word, its plural or singular; 1 for its beginning; else 0."""
    have = _words(text)
    same = {word, f"{word}s", word.removesuffix("s")}
    if any(w in same for w in have):
        return 2
    return int(any(w.startswith(word) for w in have))
