"""Putting a choice into the text of a search, and taking it out again."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from assets.search.errors import BadSearch
from assets.search.keys import key_of, names
from assets.search.parse import parse
from assets.search.tree import And, Key, Node, Or
from assets.search.write import quoted, write


def top(tree: Node | None) -> list[Node]:
    """What must all hold."""
    if tree is None:
        return []
    return list(tree.items) if isinstance(tree, And) else [tree]


def with_value(text: str, tree: Node | None, name: str, value: str) -> str:
    """The search with `name:value`, beside values of that key that are there: any of them. States
    (`is:`) are asked for one by one, for all of them are wanted."""
    for item in top(tree):
        if name != "is" and _is(item, name):
            return _put(text, item, replace(item, values=(*item.values, value)))
    added = f"{name}:{quoted(value)}"
    if isinstance(tree, Or):
        return f"({text.strip()}) {added}"
    return f"{text.strip()} {added}".strip()


def without_values(text: str, tree: Node | None, name: str, gone: frozenset[str]) -> str:
    """The search without those values of the key, as they are written; what stands around them
    stays as it is where it can."""
    kept: list[Node] = []
    before = text
    for item in reversed(top(tree)):
        if _is(item, name) and gone & set(item.values):
            left = tuple(value for value in item.values if value not in gone)
            new = replace(item, values=left) if left else None
            text = _put(text, item, new)
            kept[:0] = [new] if new else []
        else:
            kept.insert(0, item)
    wanted = kept[0] if len(kept) == 1 else And(tuple(kept)) if kept else None
    return text if text == before or _says(text, wanted) else write(wanted)


def _says(text: str, wanted: Node | None) -> bool:
    try:
        return parse(text, names()) == wanted
    except BadSearch:  # what was taken out left an AND or parentheses without anything
        return False


def _is(item: Node, name: str) -> TypeGuard[Key]:
    return isinstance(item, Key) and item.op == ":" and key_of(item.name).name == name


def _put(text: str, old: Key, new: Key | None) -> str:
    before, after = text[: old.start], text[old.end :]
    if new is None:
        return " ".join(f"{before.rstrip()} {after.lstrip()}".split(" ")).strip()
    return f"{before}{write(new)}{after}"
