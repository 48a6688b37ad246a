"""Every price rule gives whole units and words that a person can check with a pencil."""

from __future__ import annotations

from typing import Any

import pytest

from billing.pricing import (
    Flat,
    FlatBy,
    Free,
    PerMegapixel,
    PerSecond,
    PerSecondBy,
    Price,
    about,
    dollars,
    units,
)

BY = PerSecondBy({"480p": "0.05", "720p": "0.10"}, minimum=5)
LOUD = PerSecondBy({"720p": "0.20"}, with_sound={"720p": "0.40"})
PIXELS = PerMegapixel("0.0018", lambda p: (p["width"], 720), lambda p: p["duration"] * 25)


@pytest.mark.parametrize(
    ("price", "params", "cost", "words"),
    [
        (Free("drawn here"), {}, "0", "drawn here"),
        (Flat("0.12"), {}, "0.12", "$0.12 a job"),
        (
            FlatBy({5: "0.21", 10: "0.42"}, "duration"),
            {"duration": 10},
            "0.42",
            "$0.42 a job at 10",
        ),
        (PerSecond("0.05"), {"duration": 7.3}, "0.365", "7.3 s × $0.05"),
        (PerSecond("0.03", minimum=5), {"duration": 2}, "0.15", "2 s, billed as 5 s, × $0.03"),
        (
            PerSecond("0.03", of="seconds", whole=True),
            {"seconds": 7.01},
            "0.24",
            "7.01 s, billed as 8 s, × $0.03",
        ),
        (PerSecond("0.07", with_sound="0.14"), {"duration": 5}, "0.35", "5 s × $0.07"),
        (
            PerSecond("0.07", with_sound="0.14"),
            {"duration": 5, "make_audio": True},
            "0.70",
            "5 s × $0.14 with sound",
        ),
        (PerSecond("0.07"), {"duration": 5, "make_audio": True}, "0.35", "5 s × $0.07"),
        (BY, {"duration": 10, "resolution": "480p"}, "0.50", "10 s × $0.05 at 480p"),
        (
            BY,
            {"duration": 3, "resolution": "720p"},
            "0.50",
            "3 s, billed as 5 s, × $0.10 at 720p",
        ),
        (
            LOUD,
            {"duration": 8, "resolution": "720p", "make_audio": True},
            "3.20",
            "8 s × $0.40 with sound at 720p",
        ),
        (
            LOUD,
            {"duration": 8, "resolution": "720p", "make_audio": False},
            "1.60",
            "8 s × $0.20 at 720p",
        ),
        (
            PIXELS,
            {"width": 1280, "duration": 4},
            "0.165888",
            "1280 × 720 × 100 frames = 92.2 MP × $0.0018",
        ),
    ],
)
def test_a_quote(price: Price, params: dict[str, Any], cost: str, words: str) -> None:
    quote = price.quote(params)
    assert quote.amount == units(cost)
    assert type(quote.amount) is int
    assert quote.words.replace("  ", " ") == words


def test_a_value_without_a_price_is_an_error_and_not_free() -> None:
    with pytest.raises(KeyError):
        BY.quote({"duration": 5, "resolution": "4k"})


@pytest.mark.parametrize(
    ("amount", "exact", "rough"),
    [
        (0, "$0.00", "$0.00"),
        (50_000_000, "$0.50", "$0.50"),
        (22_837_985, "$0.22837985", "$0.23"),
        (450_000, "$0.0045", "$0.0045"),
        (123_456_789, "$1.23456789", "$1.23"),
    ],
)
def test_units_in_dollars(amount: int, exact: str, rough: str) -> None:
    assert dollars(amount) == exact
    assert about(amount) == rough
