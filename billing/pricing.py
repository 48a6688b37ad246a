"""Price rules: pure functions of the exact parameters of a request. Amounts in units.

One rule serves the estimate, the hold and the charge. Prices of providers are written in US dollars
where they are declared; one dollar is 100 credits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any, Protocol

CREDIT = 1_000_000
UNITS_PER_DOLLAR = 100 * CREDIT


def units(dollars: str) -> int:
    """'0.10' → 10,000,000 units. Text, because a float is not money.

    >>> units("0.10")
    10000000
    """
    return int(Decimal(dollars) * UNITS_PER_DOLLAR)


def dollars(amount: int) -> str:
    """Units as dollars, for words.

    >>> dollars(50_000_000), dollars(1_250_000)
    ('$0.50', '$0.0125')
    """
    exact = f"{Decimal(amount) / UNITS_PER_DOLLAR:f}"
    whole, _, rest = exact.partition(".")
    return f"${whole}.{rest.rstrip('0'):0<2}"


def about(amount: int) -> str:
    """Units as dollars to the cent; what is less than ten cents more finely.

    >>> about(22_837_985), about(450_000), about(0)
    ('$0.23', '$0.0045', '$0.00')
    """
    fine = Decimal(amount) / UNITS_PER_DOLLAR
    return dollars(int(round(fine, 2 if fine >= Decimal("0.1") else 4) * UNITS_PER_DOLLAR))


@dataclass(frozen=True)
class Quote:
    """`amount` units, and the rule in words that a person can check."""

    amount: int
    words: str


class Price(Protocol):
    """Anything that can quote a set of clean parameters."""

    def quote(self, params: Mapping[str, Any]) -> Quote: ...


@dataclass(frozen=True)
class Free:
    """Costs nothing, and says why. Not the same as a price that is missing."""

    words: str = "free"

    def quote(self, params: Mapping[str, Any]) -> Quote:
        return Quote(0, self.words)


@dataclass(frozen=True)
class Flat:
    """The same amount for every job."""

    dollars: str

    def quote(self, params: Mapping[str, Any]) -> Quote:
        amount = units(self.dollars)
        return Quote(amount, f"{dollars(amount)} a job")


@dataclass(frozen=True)
class FlatBy:
    """An amount for every job that follows from the value of the parameter named by `of`."""

    prices: Mapping[Any, str]
    of: str

    def quote(self, params: Mapping[str, Any]) -> Quote:
        value = params[self.of]
        amount = units(self.prices[value])
        return Quote(amount, f"{dollars(amount)} a job at {value}")


def _seconds(value: Any, minimum: float, whole: bool) -> tuple[Decimal, str]:
    """The seconds that are billed, and the words for them."""
    asked = Decimal(str(value))
    billed = max(asked, Decimal(str(minimum)))
    if whole:
        billed = billed.to_integral_value(ROUND_CEILING)
    return billed, f"{billed} s" if billed == asked else f"{asked} s, billed as {billed} s,"


@dataclass(frozen=True)
class PerSecond:
    """Dollars for each second of the parameter named by `of`, at least `minimum` seconds; `whole`
    rounds up to a second. `with_sound` is the other price when the parameter `sound` is on."""

    dollars: str
    of: str = "duration"
    minimum: float = 0
    whole: bool = False
    with_sound: str = ""
    sound: str = "make_audio"

    def quote(self, params: Mapping[str, Any]) -> Quote:
        seconds, words = _seconds(params[self.of], self.minimum, self.whole)
        loud = bool(self.with_sound and params.get(self.sound))
        price = self.with_sound if loud else self.dollars
        return Quote(
            int(units(price) * seconds), f"{words} × ${price}{' with sound' if loud else ''}"
        )


@dataclass(frozen=True)
class PerSecondBy:
    """As PerSecond, with a price for each value of the parameter named by `of`."""

    prices: Mapping[Any, str]
    of: str = "resolution"
    seconds: str = "duration"
    minimum: float = 0
    whole: bool = False
    with_sound: Mapping[Any, str] = field(default_factory=dict)
    sound: str = "make_audio"

    def quote(self, params: Mapping[str, Any]) -> Quote:
        value = params[self.of]
        rule = PerSecond(
            self.prices[value],
            self.seconds,
            self.minimum,
            self.whole,
            self.with_sound.get(value, ""),
            self.sound,
        )
        price = rule.quote(params)
        return Quote(price.amount, f"{price.words} at {value}")


@dataclass(frozen=True)
class PerMegapixel:
    """Dollars for a million pixels of all frames together. `size` and `frames` read width, height
    and number of frames from the parameters; where the provider decides, the most it may make."""

    dollars: str
    size: Callable[[Mapping[str, Any]], tuple[int, int]]
    frames: Callable[[Mapping[str, Any]], int]

    def quote(self, params: Mapping[str, Any]) -> Quote:
        (width, height), frames = self.size(params), self.frames(params)
        millions = Decimal(width * height * frames) / 1_000_000
        words = f"{width} × {height} × {frames} frames = {millions:,.1f} MP × ${self.dollars}"
        return Quote(int(units(self.dollars) * millions), words)
