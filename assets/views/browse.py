"""What is asked of the library as one search: the parts that are on, and the way to take off each.

Older addresses ask by filters of their own (`?kind=image`); they are read as the same search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.utils.dateparse import parse_date

from assets.search import BadFilter, filters, toggle
from assets.search.ids import id_in
from assets.search.keys import key_of
from assets.search.tree import And, Key, Node, Not, leaves
from assets.search.write import quoted, write

# What stays beside the text of the search.
BESIDE = ("versions", "origin", "added_after", "added_before", "collection", "like")
SHOWN_BY = ("sort", "view")
WORDS = {
    "all": "All versions",
    "shown": "One version of each",
    "none": "In no collection",
}
# What asks by an id: how it is told with the name that is meant, and without one.
BY_ID = {
    "collection": ("In “{}”", "In a collection that is not there"),
    "like": ("Looks like “{}”", "Looks like a file that is not there"),
}


@dataclass(frozen=True)
class ActiveFilter:
    """One part of a search. `rest` is the query without it."""

    words: str
    rest: dict[str, str]

    @property
    def off(self) -> str:
        return f"?{urlencode(self.rest)}"


def as_search(params: Mapping[str, str]) -> dict[str, str]:
    """The same with as much of it as can be in `q`; empty values are left out."""
    asked = {name: params[name] for name in (*BESIDE, *SHOWN_BY) if params.get(name)}
    parts = []
    for name, value in params.items():
        match name, value.strip():
            case _, "":
                pass
            case "kind", kind:
                parts.append(f"type:{quoted(kind)}")
            case "module", module:
                parts.append(f"module:{quoted(module)}")
            case "favorite", yes:
                parts.append("is:favorite" if yes.lower() in filters.YES else "-is:favorite")
            case "rating", stars:
                parts.append(f"rating>={stars}")
            case "flag", flag:
                parts.append(f"flag:{quoted(flag)}")
            case "tag", tags:
                parts += [f"tag:{quoted(tag.strip())}" for tag in tags.split(",") if tag.strip()]
            case "status", "trashed":
                parts.append("is:trashed")
            case "status", status:
                parts.append(f"status:{quoted(status)}")
            case (("added_after" | "added_before"), day) if _is_day(day):
                parts.append(f"added{'>=' if name == 'added_after' else '<='}{day}")
                asked.pop(name)
    text = (params.get("q") or "").strip()
    if parts and _is_or(text):
        text = f"({text})"
    if whole := " ".join([text, *parts]).strip():
        asked = {"q": whole} | asked
    return asked


def _is_day(text: str) -> bool:
    try:
        return parse_date(text) is not None
    except ValueError:
        return False


def tree_of(asked: Mapping[str, str]) -> Node | None:
    try:
        return filters.read(asked)
    except BadFilter:
        return None


def _is_or(text: str) -> bool:
    tree = tree_of({"q": text})
    return tree is not None and toggle.top(tree) == [tree] and not isinstance(tree, And | Key | Not)


def ids_in(asked: Mapping[str, str]) -> set[str]:
    """The ids that it asks by, of collections and files."""
    named = [leaf for leaf in leaves(tree_of(asked)) if isinstance(leaf, Key)]
    in_text = [v for leaf in named if key_of(leaf.name).name in ("in", "like") for v in leaf.values]
    beside = [asked[name] for name in BY_ID if name in asked]
    return {pk for value in (*in_text, *beside) if (pk := id_in(value))}


def active_filters(
    asked: Mapping[str, str], names: Mapping[str, str] | None = None
) -> list[ActiveFilter]:
    """The parts of what `as_search` gave that must all hold, in their order. `names` are those of
    the ids that `ids_in` found."""
    items, names = toggle.top(tree_of(asked)), names or {}
    on = [
        ActiveFilter(_told(item, names), _with_text(asked, items[:at] + items[at + 1 :]))
        for at, item in enumerate(items)
    ]
    for name in BESIDE:
        if value := asked.get(name):
            words = WORDS.get(value) or f"{name.replace('_', ' ')}: {value[:40]}"
            if name in BY_ID and value not in WORDS:
                there, gone = BY_ID[name]
                called = names.get(id_in(value))
                words = there.format(called) if called else gone
            on.append(ActiveFilter(words, {n: v for n, v in asked.items() if n != name}))
    return on


def _with_text(asked: Mapping[str, str], items: list[Node]) -> dict[str, str]:
    rest = {name: value for name, value in asked.items() if name != "q"}
    text = write(items[0] if len(items) == 1 else And(tuple(items)))
    return {"q": text} | rest if text else rest


def _told(item: Node, names: Mapping[str, str]) -> str:
    if isinstance(item, Not):
        return f"-{_told(item.item, names)}" if isinstance(item.item, Key) else _written(item)
    if isinstance(item, Key) and key_of(item.name).name in ("in", "like"):
        values = tuple(names.get(id_in(value), value) for value in item.values)
        return _written(replace(item, values=values))
    return _written(item)


def _written(item: Node) -> str:
    return write(item).replace(":>", ">").replace(":<", "<")[:60]


def in_trash(asked: Mapping[str, str]) -> bool:
    """Whether it is the trash that is looked into."""
    return any(
        isinstance(leaf, Key)
        and leaf.name in ("is", "status")
        and {"trashed", "trash", "deleted"} & {value.lower() for value in leaf.values}
        for leaf in leaves(tree_of(asked))
    )
