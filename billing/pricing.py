"""Price rules: pure functions of the exact parameters of a request. Amounts in units.

One rule serves the estimate, the hold and the charge. Prices of providers are written in US dollars
where they are declared; one dollar is 100 credits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
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


def as_credits(amount: int) -> str:
    """Units in words: 12,500,000 → "12.5 credits"."""
    number = f"{Decimal(amount) / CREDIT:,f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{number} credit" if number == "1" else f"{number} credits"


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


# --- other figures for the same rule ------------------------------------------------------------


def figures(rule: Price) -> dict[str, Any]:
    """The dollars of a rule by the names of its fields, as they may be replaced: text, or text by
    value. What is no money (seconds, names of params) is not among them.

    >>> figures(PerSecond("0.07", with_sound="0.14", minimum=5))
    {'dollars': '0.07', 'with_sound': '0.14'}
    >>> figures(PerSecondBy({"720p": "0.10"}))
    {'prices': {'720p': '0.10'}}
    """
    found: dict[str, Any] = {}
    for name in MONEY:
        value = getattr(rule, name, None)
        if isinstance(value, Mapping) and value:
            found[name] = {str(of): price for of, price in value.items()}
        elif isinstance(value, str) and value:
            found[name] = value
    return found


# The fields that are money, in all rules.
MONEY = ("dollars", "prices", "with_sound")


class WrongFigures(ValueError):
    """These cannot be the figures of that rule; the message names the field and the way out."""


def with_figures(rule: Price, new: Mapping[str, Any]) -> Price:
    """The same rule with other dollars; what is not named stays. Raises WrongFigures.

    >>> with_figures(PerSecond("0.07"), {"dollars": "0.09"}).quote({"duration": 2}).words
    '2 s × $0.09'
    """
    own = figures(rule)
    if unknown := sorted(new.keys() - own.keys()):
        has = ", ".join(own) or "none: it costs nothing"
        raise WrongFigures(f"“{unknown[0][:40]}” is no figure of this price. It has {has}.")
    changed: dict[str, Any] = {}
    for name, value in new.items():
        declared = getattr(rule, name)
        if not isinstance(declared, Mapping):
            changed[name] = _figure(name, value)
            continue
        if not isinstance(value, Mapping):
            raise WrongFigures(f"“{name}” is one price for each of {', '.join(own[name])}.")
        if odd := sorted(value.keys() - own[name].keys()):
            raise WrongFigures(
                f"“{str(odd[0])[:40]}” is not priced by “{name}”; it has {', '.join(own[name])}."
            )
        said = {of: _figure(f"{name}.{of}", price) for of, price in value.items()}
        changed[name] = {of: said.get(str(of), price) for of, price in declared.items()}
    made: Price = replace(rule, **changed)  # type: ignore[type-var]
    return made


def _figure(name: str, value: Any) -> str:
    # What Decimal takes besides (1_0, 1E+1, digits of other scripts) people would misread.
    is_plain = isinstance(value, str) and re.fullmatch(r"[0-9]{1,5}(\.[0-9]+)?", value)
    amount = Decimal(value) if is_plain else None
    if amount is None or amount > 10_000:
        raise WrongFigures(
            f'“{name}” is {str(value)[:40]!r}; write dollars from 0 to 10,000 as text, like "0.05".'
        )
    if amount * UNITS_PER_DOLLAR % 1:
        raise WrongFigures(f"“{name}” is {value}; the finest price is $0.00000001.")
    return str(value)


def is_nothing(found: Mapping[str, Any]) -> bool:
    """Whether any of these figures is a price of 0."""
    flat = [v for value in found.values() for v in _each(value)]
    return any(Decimal(v) == 0 for v in flat)


def _each(value: Any) -> list[str]:
    return list(value.values()) if isinstance(value, Mapping) else [value]
