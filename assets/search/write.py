"""A tree as the text of a search: what `parse` reads again as the same tree."""

from __future__ import annotations

import re

from assets.search.tree import And, Key, Node, Not, Or, Phrase, Word

# What stands at the beginning of a value must not be read as the sign of a comparison.
_PLAIN = re.compile(r'[^\s()",<>][^\s()",]*')


def write(node: Node | None) -> str:
    if node is None:
        return ""
    if isinstance(node, Word):
        return node.text
    if isinstance(node, Phrase):
        return f'"{node.text}"'
    if isinstance(node, Key):
        sign = node.op if node.op == ":" else f":{node.op}"
        return f"{node.name}{sign}{','.join(quoted(value) for value in node.values)}"
    if isinstance(node, Not):
        return f"-{_inside(node.item)}"
    if isinstance(node, And):
        return " ".join(
            _inside(item) if isinstance(item, Or) else write(item) for item in node.items
        )
    return " OR ".join(write(item) for item in node.items)


def _inside(node: Node) -> str:
    return f"({write(node)})" if isinstance(node, And | Or) else write(node)


def quoted(value: str) -> str:
    """A value of a key; a quotation mark cannot be in one."""
    value = value.replace('"', "")
    return value if _PLAIN.fullmatch(value) else f'"{value}"'
