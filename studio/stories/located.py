"""JSON that remembers where each value stands: json itself tells it only of what it cannot read."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

DEEPEST = 30
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII)
_WORD = re.compile(r"\w+")
_WORDS = {"true": True, "false": False, "null": None}


class Malformed(ValueError):
    """It is no JSON; `at` is where, the message what is wrong there."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True)
class Node:
    """A value of JSON: a list holds nodes, an object holds nodes by name."""

    value: Any
    at: int

    def plain(self) -> Any:
        """The value as json would have it."""
        if isinstance(self.value, dict):
            return {name: node.plain() for name, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def get(self, name: str) -> Any:
        """The node of that name, of an object; else None."""
        return self.value.get(name) if isinstance(self.value, dict) else None

    def items(self) -> Iterator[tuple[str, Node]]:
        yield from self.value.items()


class Lines:
    """Positions in a text as line and column, from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def of(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1


def parse(text: str) -> Node:
    """Raises Malformed."""
    node, at = _value(text, _skip(text, 0), DEEPEST)
    if (at := _skip(text, at)) < len(text):
        raise Malformed(at, "something follows after its end")
    return node


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]


def _value(text: str, at: int, depth: int) -> tuple[Node, int]:
    sign = text[at : at + 1]
    if sign in ("{", "["):
        if not depth:
            raise Malformed(at, f"it is nested more than {DEEPEST} deep")
        return (_object if sign == "{" else _list)(text, at, depth - 1)
    if sign == '"':
        value, end = _string(text, at)
        return Node(value, at), end
    if found := _NUMBER.match(text, at):
        whole = len(found[0]) < 16 and found[0].lstrip("-").isdigit()
        return Node(int(found[0]) if whole else float(found[0]), at), found.end()
    word = _WORD.match(text, at)
    if word and word[0] in _WORDS:
        return Node(_WORDS[word[0]], at), word.end()
    raise Malformed(at, _why(text, at, "a value"))


def _object(text: str, start: int, depth: int) -> tuple[Node, int]:
    found: dict[str, Node] = {}
    at = _skip(text, start + 1)
    while text[at : at + 1] != "}":
        if text[at : at + 1] != '"':
            raise Malformed(at, _why(text, at, 'a name in "quotes"'))
        named = at
        name, at = _string(text, at)
        if name in found:
            raise Malformed(named, f"“{name[:40]}” is there twice; leave one of them out")
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            raise Malformed(at, _why(text, at, "a colon"))
        found[name], at = _value(text, _skip(text, at + 1), depth)
        at = _next(text, at, "}")
    return Node(found, start), at + 1


def _list(text: str, start: int, depth: int) -> tuple[Node, int]:
    found: list[Node] = []
    at = _skip(text, start + 1)
    while text[at : at + 1] != "]":
        node, at = _value(text, at, depth)
        found.append(node)
        at = _next(text, at, "]")
    return Node(found, start), at + 1


def _next(text: str, at: int, end: str) -> int:
    """Where the next one begins, or the end is."""
    at = _skip(text, at)
    if text[at : at + 1] == end:
        return at
    if text[at : at + 1] != ",":
        raise Malformed(at, _why(text, at, f"a comma or {end}"))
    following = _skip(text, at + 1)
    if text[following : following + 1] == end:
        raise Malformed(at, f"a comma too many stands before {end}")
    return following


def _string(text: str, at: int) -> tuple[str, int]:
    try:
        value, end = scanstring(text, at + 1, False)
        return str(value), int(end)
    except json.JSONDecodeError as error:
        if "Unterminated" in error.msg:
            raise Malformed(at, 'the text that begins here has no " at its end') from None
        raise Malformed(error.pos, "\\ has a meaning here; write it twice, as \\\\") from None


def _why(text: str, at: int, wanted: str) -> str:
    if at >= len(text):
        return "it ends too early; a } or ] is missing"
    sign = text[at]
    if sign in "“”„‟«»‘’'`":
        return f'{sign} cannot stand here; write " instead'
    if text.startswith(("//", "/*", "#"), at):
        return "JSON has no comments; leave it out"
    return f"{wanted} is missing before “{text[at : at + 12].splitlines()[0]}”"
