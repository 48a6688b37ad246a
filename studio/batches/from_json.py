"""A list of objects, or an object on each line, as a table. Raises Refused."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from studio.batches.from_text import Text
from studio.batches.limits import (
    MOST_COLUMNS,
    MOST_ROWS,
    Refused,
    too_many_columns,
    too_many_rows,
)
from studio.batches.raw import Raw, Source
from studio.wording import shown

START = re.compile(r"\s*(?:\[\s*[\[{\]]|\{\s*[\"}])")
SPACE = re.compile(r"[ \t\r\n]*")
EXAMPLE = 'Write [{"prompt": "A lake", "duration": 5}, …].'


def looks_so(head: str, filename: str) -> bool:
    return filename.lower().endswith((".json", ".jsonl", ".ndjson")) or bool(START.match(head))


def read(text: Text) -> Source:
    rows = list(_objects(text.opened().read()))
    columns = list(dict.fromkeys(name for _, row in rows for name in row))
    lines = [line for line, _ in rows]
    notes = [*text.notes, "Read as JSON."]
    if len(set(lines)) < len(lines):
        lines = list(range(1, len(rows) + 1))
        notes.append("Rows are counted, because several objects begin on one line.")
    raws = (
        Raw(line, [_plain(row.get(name), name, line) for name in columns])
        for line, (_, row) in zip(lines, rows, strict=True)
    )
    return Source(_with(columns, raws), notes)


def _with(columns: list[str], raws: Iterator[Raw]) -> Iterator[Raw]:
    if any(not name.strip() for name in columns):
        raise Refused('An object has a value without a name (""). Name it.')
    for name in columns:
        if _is_no_text(name):
            raise Refused(f"The name “{shown(name)}” holds a NUL or half a letter. Take it out.")
    yield Raw(0, list(columns))
    yield from raws


def _objects(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects, each with the line that it begins on."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_constant=_number, parse_float=_number
    )
    at = _skip(text, 0)
    is_list = text.startswith("[", at)
    at = _skip(text, at + is_list)
    line, counted, names, count = 1, 0, set[str](), 0
    while at < len(text) and not (is_list and text[at] == "]"):
        line, counted = line + text.count("\n", counted, at), at
        if (count := count + 1) > MOST_ROWS:
            raise too_many_rows()
        try:
            found, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise Refused(f"Line {error.lineno} is not good JSON: {error.msg}. {EXAMPLE}") from None
        except RecursionError:
            raise Refused(f"Line {line} holds lists within lists too deeply. {EXAMPLE}") from None
        except ValueError as error:
            raise Refused(f"The object on line {line} cannot be read: {error}.") from None
        if not isinstance(found, dict):
            raise Refused(f"“{shown(found)}” on line {line} is no object. {EXAMPLE}")
        names |= found.keys()
        if len(names) > MOST_COLUMNS:
            raise too_many_columns(len(names))
        yield line, found
        at = _skip(text, end)
        if is_list and text[at : at + 1] not in (",", "]"):
            raise Refused(f"A comma or ] is missing after the object on line {line}. {EXAMPLE}")
        at = _skip(text, at + (text[at : at + 1] == ","))
    if is_list and (at >= len(text) or text[at + 1 :].strip()):
        raise Refused("The list does not end with its ], or goes on behind it. Is it all there?")


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it says “{shown(twice)}” twice")
    return found


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{shown(text)} is no number")
    return number


def _plain(value: Any, name: str, line: int) -> str:
    """The text of a value. A list of plain ones has commas, as in a table; the rest stays JSON."""
    if isinstance(value, list) and all(isinstance(v, str | int | float) for v in value):
        parts = [_plain(v, name, line) for v in value]
        if not any("," in part for part in parts):
            return ", ".join(parts)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if value is None or isinstance(value, str):
        text = value or ""
    elif isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    # Neither can be stored: JSON can say what is no text.
    if _is_no_text(text):
        raise Refused(f"“{shown(name)}” in row {line} holds a NUL or half a letter. Take it out.")
    return text


def _is_no_text(text: str) -> bool:
    return "\0" in text or any("\ud800" <= c <= "\udfff" for c in text)
