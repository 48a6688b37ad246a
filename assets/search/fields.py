"""The facets that are columns of an asset."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Expression, Value, When

from assets.models import AssetKind, Flag
from assets.search import colors, keys
from assets.search.ask import Ask

# Filters of the form that are choices of a facet, too.
PARAMS = frozenset({"kind", "module", "favorite", "tag"})


@dataclass(frozen=True)
class FacetField:
    """`name` is its key; `read(ask, text)` are the values of the `column` that a written value
    stands for, None when it is no choice of this facet; `word(value)` is how it is written,
    `told(value)` how it is shown. `all` are its values when they are always the same."""

    name: str
    label: str
    column: str
    read: Callable[[Ask, str], Iterable[Any] | None]
    word: Callable[[Any], str] = str
    told: Callable[[Any], str] = str
    all: Callable[[Ask], Iterable[Any]] = lambda ask: ()
    known: Callable[[Ask], Iterable[Any]] = lambda ask: ()
    never: tuple[Any, ...] = ("",)


def _rating(ask: Ask, text: str) -> list[int] | None:
    word = text.strip().lower()
    if word == "none":
        return [0]
    return [int(word)] if word in ("0", "1", "2", "3", "4", "5") else None


def _flag(ask: Ask, text: str) -> list[str] | None:
    word = {"picked": "pick", "rejected": "reject"}.get(text.strip().lower(), text.strip().lower())
    return {"pick": ["pick"], "reject": ["reject"], "none": [""]}.get(word)


def _kind(ask: Ask, text: str) -> list[str]:
    return [keys.one_of(text, AssetKind.values, keys.KINDS)]


def _is(ask: Ask, text: str) -> list[bool] | None:
    word = text.strip().lower()
    return [True] if keys.SAME_STATES.get(word, word) == "favorite" else None


def _ratio(ask: Ask, text: str) -> list[str] | None:
    word = text.strip().lower()
    return [word] if word in keys.RATIOS else None


def _color(ask: Ask, text: str) -> list[str]:
    return [colors.named(text)]


def _lower(ask: Ask, text: str) -> list[str]:
    return [text.strip().lower()]


def _capital(value: str) -> str:
    return "Uploads" if value == "upload" else value.replace("-", " ").capitalize()


def _digit(value: int) -> str:
    return str(value) if value else "none"


def _stars(value: int) -> str:
    return f"{value} star{'s' if value > 1 else ''}" if value else "Not rated"


_KINDS = {**dict(AssetKind.choices)}
_FLAGS = {"": "Not decided", **dict(Flag.choices)}

COLUMNS: dict[str, Expression] = {
    "_shape": Case(
        *(When(made, then=Value(name)) for name, made in keys.RATIOS.items()),
        default=Value(""),
        output_field=CharField(),
    )
}
FIELDS: tuple[FacetField, ...] = (
    FacetField(
        "type", "Type", "kind", _kind, told=lambda v: _KINDS.get(v, v),
        all=lambda ask: AssetKind.values,
    ),
    FacetField("module", "Made in", "module", _lower, told=_capital,
               known=lambda ask: ask.known("module")),
    FacetField("provider", "Provider", "provider", _lower,
               known=lambda ask: ask.known("provider")),
    FacetField("model", "Model", "model", keys.models_named,
               known=lambda ask: ask.known("model")),
    FacetField("rating", "Rating", "rating", _rating, _digit, _stars,
               all=lambda ask: (5, 4, 3, 2, 1, 0)),
    FacetField("flag", "Decision", "flag", _flag, lambda v: v or "none",
               lambda v: _FLAGS[v], all=lambda ask: (*Flag.values, ""), never=()),
    FacetField("is", "Favorites", "favorite", _is, lambda v: "favorite",
               lambda v: "Favorites", all=lambda ask: (True,), never=(False,)),
    FacetField("color", "Color", "tint", _color, told=str.capitalize,
               all=lambda ask: colors.NAMES),
    FacetField("ratio", "Shape", "_shape", _ratio, told=str.capitalize,
               all=lambda ask: tuple(keys.RATIOS)),
)  # fmt: skip
BY_KEY = {one.name: one for one in FIELDS}
