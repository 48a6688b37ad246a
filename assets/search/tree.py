"""What a search says, as a tree. `start` and `end` are spots in its text and do not count when two
trees are compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Word:
    """What is found by the beginnings of words."""

    text: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Phrase:
    """Words in this order, side by side."""

    text: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Key:
    """`name:value,value` or `name<value`; `op` is one of `:`, `<`, `<=`, `>`, `>=`."""

    name: str
    op: str
    values: tuple[str, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    value_start: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Not:
    item: Node


@dataclass(frozen=True)
class And:
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    items: tuple[Node, ...]


Node: TypeAlias = "Word | Phrase | Key | Not | And | Or"


def leaves(node: Node | None) -> list[Word | Phrase | Key]:
    """All words, phrases and keys, in their order."""
    if node is None:
        return []
    if isinstance(node, Not):
        return leaves(node.item)
    if isinstance(node, And | Or):
        return [leaf for item in node.items for leaf in leaves(item)]
    return [node]
