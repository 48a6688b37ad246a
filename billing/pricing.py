"""Price rules: pure functions of the exact parameters of a request. Amounts in units.

One rule serves the estimate, the hold and the charge. Prices of providers are written in US dollars
where they are declared; one dollar is 100 credits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

CREDIT = 1_000_000
UNITS_PER_DOLLAR = 100 * CREDIT


def units(dollars: str) -> int:
    """'0.10' → 10,000,000 units. Text, because a float is not money.

    >>> units("0.10")
    10000000
    """
    return int(Decimal(dollars) * UNITS_PER_DOLLAR)


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
        return Quote(units(self.dollars), f"${self.dollars} a job")


@dataclass(frozen=True)
class PerSecond:
    """Dollars for each second of the parameter named by `of`, at least `minimum` seconds."""

    dollars: str
    of: str = "duration"
    minimum: float = 0

    def quote(self, params: Mapping[str, Any]) -> Quote:
        seconds = max(Decimal(str(params[self.of])), Decimal(str(self.minimum)))
        return Quote(int(units(self.dollars) * seconds), f"{seconds} s × ${self.dollars}")
