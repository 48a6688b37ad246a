"""Reading a body with limits, so that nothing a program sends can cost more than it should."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework import parsers
from rest_framework.exceptions import ParseError

from studio.api.errors import TooLarge

MAX_DEPTH = 20
MAX_VALUES = 10_000


def _no_number(name: str) -> NoReturn:
    raise ParseError(f"The JSON is broken: {name} is not a number of JSON.")


class JsonParser(parsers.BaseParser):
    """JSON up to DATA_UPLOAD_MAX_MEMORY_SIZE, of limited depth and number of values; a view that
    takes longer lists has `most_values` of its own."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw: bytes = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge(limit)
        # A few bytes each become a hundred in memory.
        most = getattr((parser_context or {}).get("view"), "most_values", MAX_VALUES)
        if sum(raw.count(mark) for mark in (b"[", b"{", b",")) > most:
            raise ParseError(f"The JSON has too many values; the most is {most:,}.")
        try:
            data = json.loads(raw, parse_constant=_no_number)
        except ValueError as error:
            # Python's own words name a setting that is none of the client's business.
            words = "a number is too long" if "int_max_str" in str(error) else str(error)
            raise ParseError(f"The JSON is broken: {words}.") from None
        except RecursionError:
            raise _too_deep() from None
        _check(data)
        return data


def _too_deep() -> ParseError:
    return ParseError(f"The JSON is nested too deeply; the most is {MAX_DEPTH} levels.")


def _check(data: Any) -> None:
    """Depth, and text that no database or answer can hold."""
    level = [data]
    for _ in range(MAX_DEPTH):
        for text in level:
            if isinstance(text, str) and not text.isascii():
                _check_text(text)
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return
    raise _too_deep()


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ParseError("The JSON has half a character (a lone surrogate) in it.") from None
