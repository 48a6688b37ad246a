"""The price list: what may replace a declared price, and what may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from billing.models import Price
from billing.prices import rule_of, set_price, valid_now
from billing.pricing import (
    Flat,
    FlatBy,
    Free,
    PerMegapixel,
    PerSecond,
    PerSecondBy,
    figures,
    with_figures,
)
from billing.pricing import Price as Rule

BY = PerSecondBy({"480p": "0.05", "720p": "0.10"}, with_sound={"720p": "0.20"}, minimum=5)
BY_LENGTH = FlatBy({5: "0.21", 10: "0.42"}, "n")
SECONDS = PerSecond("0.05", minimum=5)
LOW, HIGH = {"duration": 6, "resolution": "480p"}, {"duration": 6, "resolution": "720p"}
LOUD = HIGH | {"make_audio": True}
PIXELS = PerMegapixel("0.0018", lambda p: (1000, 1000), lambda p: 10)


@pytest.mark.parametrize(
    ("rule", "new", "params", "words"),
    [
        (Flat("0.12"), {"dollars": "0.15"}, {}, "$0.15 a job"),
        (BY_LENGTH, {"prices": {"10": "0.5"}}, {"n": 10}, "$0.50 a job at 10"),
        (SECONDS, {"dollars": "0.06"}, {"duration": 2}, "2 s, billed as 5 s, × $0.06"),
        (BY, {"prices": {"720p": "0.11"}}, HIGH, "6 s × $0.11 at 720p"),
        (BY, {"prices": {"720p": "0.11"}}, LOW, "6 s × $0.05 at 480p"),
        (BY, {"with_sound": {"720p": "0.3"}}, LOUD, "6 s × $0.3 with sound at 720p"),
        (PIXELS, {"dollars": "0.002"}, {}, "1000 × 1000 × 10 frames = 10.0 MP × $0.002"),
    ],
    ids=["flat", "flat by", "second", "by", "by other", "sound", "pixels"],
)  # fmt: skip
def test_figures_change_and_the_rule_stays(
    rule: Rule, new: dict[str, Any], params: dict[str, Any], words: str
) -> None:
    assert with_figures(rule, new).quote(params).words == words
    assert with_figures(rule, figures(rule)) == rule
    assert new.keys() <= figures(rule).keys()


@pytest.mark.parametrize(
    ("rule", "new", "words"),
    [
        (Flat("0.12"), {"dolars": "0.1"}, "“dolars” is no figure of this price. It has dollars."),
        (Flat("0.12"), {"dollars": 0.1}, "write dollars from 0 to 10,000 as text"),
        (Flat("0.12"), {"dollars": "-1"}, "write dollars"),
        (Flat("0.12"), {"dollars": "NaN"}, "write dollars"),
        (Flat("0.12"), {"dollars": "cheap"}, "write dollars"),
        (Flat("0.12"), {"dollars": "٣"}, "write dollars"),
        (Flat("0.12"), {"dollars": "1_0"}, "write dollars"),
        (Flat("0.12"), {"dollars": "1E+1"}, "write dollars"),
        (Flat("0.12"), {"dollars": " 1"}, "write dollars"),
        (Flat("0.12"), {"dollars": "10000.1"}, "write dollars"),
        (Flat("0.12"), ["dollars"], "Write the figures as"),
        (Flat("0.12"), "dollars", "Write the figures as"),
        (BY, {"prices": {}}, "No figure is replaced"),
        (Flat("0.12"), {"dollars": "0.000000001"}, "the finest price"),
        (BY, {"prices": "0.1"}, "one price for each of 480p, 720p"),
        (BY, {"prices": {"4k": "0.1"}}, "“4k” is not priced by “prices”"),
        (Free(), {"dollars": "1"}, "It has none: it costs nothing"),
        (Flat("0.12"), {}, "No figure is replaced"),
        (Flat("0.12"), {"dollars": "0"}, "A price of 0 gives it away"),
        (BY, {"prices": {"720p": "0.00"}}, "A price of 0 gives it away"),
    ],
    ids=[
        "unknown", "number", "negative", "nan", "word", "other digits", "underscore", "exponent",
        "blank", "too much", "list", "text", "none of the values", "too fine", "one for all",
        "value", "free", "nothing", "nought", "nought among others",
    ],
)  # fmt: skip
def test_figures_that_are_refused(db: None, rule: Rule, new: Any, words: str) -> None:
    with pytest.raises(ValidationError, match="figures") as refusal:
        set_price("offer", rule, new, source="their page")
    assert words in str(refusal.value)
    assert not Price.objects.exists()


@pytest.fixture
def now(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-05-01T12:00Z", tick=False) as traveller:
        yield traveller


def test_the_newest_that_is_valid_counts(now: time_machine.Traveller) -> None:
    rule = Flat("0.12")
    set_price("offer", rule, {"dollars": "0.20"}, source="May")
    later = timezone.now() + timedelta(days=31)
    set_price("offer", rule, {"dollars": "0.30"}, source="June", valid_from=later)
    assert rule_of(valid_now()["offer"], rule) == Flat("0.20")
    now.shift(timedelta(days=31))
    assert rule_of(valid_now()["offer"], rule) == Flat("0.30")


def test_what_is_meant_to_be_free_is_said_to_be(now: time_machine.Traveller) -> None:
    row = set_price("offer", Flat("0.12"), {}, free=True, source="a gift in May")
    assert rule_of(row, Flat("0.12")).quote({}).amount == 0
    with pytest.raises(ValidationError, match="has no figures"):
        set_price("other", Flat("0.12"), {"dollars": "0.1"}, free=True, source="a gift")


def test_a_price_that_does_not_fit_the_rule_any_more_leaves_it_as_declared(db: None) -> None:
    row = set_price("offer", Flat("0.12"), {"dollars": "0.20"}, source="May")
    assert rule_of(row, BY) == BY


WRONG: dict[str, Callable[[Price], Any]] = {
    "changed": lambda row: row.save(),
    "removed": lambda row: row.delete(),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_price_that_was_valid_stays(now: time_machine.Traveller, how: str) -> None:
    row = set_price("offer", Flat("0.12"), {"dollars": "0.20"}, source="May")
    with pytest.raises(TypeError, match="write another one"):
        WRONG[how](row)


def test_a_price_of_the_past_is_refused(now: time_machine.Traveller) -> None:
    past = timezone.now() - timedelta(seconds=1)
    with pytest.raises(ValidationError, match="in the past"):
        set_price("offer", Flat("0.12"), {"dollars": "0.2"}, source="May", valid_from=past)


@pytest.mark.parametrize("source", ["", " " * 3])
def test_a_price_says_where_it_is_from(now: time_machine.Traveller, source: str) -> None:
    with pytest.raises(ValidationError, match="source"):
        set_price("offer", Flat("0.12"), {"dollars": "0.2"}, source=source)
