"""Rows that share one test hide none of their failures."""

from __future__ import annotations

import pytest

from billing.models import User
from tests.in_turn import in_turn


def test_every_row_that_fails_is_named_and_leaves_nothing(db: None) -> None:
    seen: list[int] = []

    @in_turn("number", [1, 2, 3, 4])
    def check(number: int) -> None:
        seen.append(number)
        User.objects.create_user("always the same")
        assert number % 2

    with pytest.raises(BaseExceptionGroup, match="2 of 4 rows") as told:
        check()
    assert seen == [1, 2, 3, 4]
    assert [error.__notes__ for error in told.value.exceptions] == [["The row: 2"], ["The row: 4"]]
    assert not User.objects.exists()


def test_rows_can_be_crossed() -> None:
    seen: list[tuple[str, int]] = []

    @in_turn("letter", ["a", "b"])
    @in_turn(("number", "unused"), [(1, None), (2, None)])
    def check(letter: str, number: int, unused: None) -> None:
        seen.append((letter, number))

    check()
    assert seen == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
