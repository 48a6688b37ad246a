"""Many rows in one test: what all of them need is made once."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from django.db import connection, transaction


class undone:  # noqa: N801 - reads as a word
    """Whatever is done to the database within it is taken back."""

    def __enter__(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)


def in_turn(
    names: str | Sequence[str], rows: Sequence[Any], ids: Callable[[Any], str] | Sequence[str] = str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """As pytest.mark.parametrize, but one test that goes through all rows and then names every one
    that failed. Each leaves the database as it was; all else that a row changes, it puts back."""
    each = names.replace(",", " ").split() if isinstance(names, str) else list(names)
    values = [row if len(each) > 1 else (row,) for row in rows]
    told = [ids(row) for row in rows] if callable(ids) else ids

    def made(check: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(check)
        def test(**fixtures: Any) -> None:
            failed: list[BaseException] = []
            for row, name in zip(values, told, strict=True):
                try:
                    with _apart():
                        check(**fixtures, **dict(zip(each, row, strict=True)))
                except (Exception, pytest.fail.Exception) as error:
                    error.add_note(f"The row: {name}")
                    failed.append(error)
            if failed:
                raise BaseExceptionGroup(f"{len(failed)} of {len(values)} rows", failed)

        asked = inspect.signature(check)
        kept = [one for one in asked.parameters.values() if one.name not in each]
        test.__signature__ = asked.replace(parameters=kept)  # type: ignore[attr-defined]
        return test

    return made


def _apart() -> AbstractContextManager[None]:
    # A test that asks no database has no transaction.
    return undone() if connection.in_atomic_block else nullcontext()
