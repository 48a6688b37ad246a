"""Which model to take: all that can do what is asked, the best for the purpose first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from billing.models import Account
from studio import catalogue, jobs, keys
from studio.forms import OperationForm
from studio.operations.create import QUALITIES
from studio.providers.automatic import KEY as AUTOMATIC
from studio.spec import Offer, Operation

Prefer = Literal["cost", "quality"]
PREFER: tuple[Prefer, ...] = ("cost", "quality")


@dataclass(frozen=True)
class Fit:
    """What one model says to a request: `amount` in units of the ledger, or the `problem`. `slow`:
    it does not answer at the moment."""

    offer: Offer
    amount: int = 0
    words: str = ""
    problem: str = ""
    slow: bool = False

    @property
    def rank(self) -> float:
        """How fine its results are: its tier, or between the two lower ones where it has none,
        above this computer."""
        if self.offer.quality:
            return float(QUALITIES.index(self.offer.quality))
        return -1.0 if catalogue.provider_of(self.offer).local else 0.5


def fits(operation: Operation, said: Mapping[str, Any], account: Account) -> list[Fit]:
    """Every model that the account may use, in the order of the catalogue. What is not said yet,
    and files that are not given, count as no problem."""
    return [
        _fit(operation, offer, said, account)
        for offer in catalogue.offers(operation.key, keys.usable(account))
        if offer.provider != AUTOMATIC
    ]


def _fit(operation: Operation, offer: Offer, said: Mapping[str, Any], account: Account) -> Fit:
    if offer.key in catalogue.off() and (shut := keys.problem(account, offer)):
        return Fit(offer, problem=shut)
    taken = {p.name for p in offer.params(operation)}
    strange = [p.label.lower() for p in operation.params if p.name in said and p.name not in taken]
    if strange:
        return Fit(offer, problem=f"Does not take: {', '.join(strange)}.")
    form = OperationForm(operation, offer, said, account=account, resolve=False)
    for field in form.fields.values():
        field.required = False
    if not form.is_valid():
        return Fit(offer, problem=str(form.problems()[0]["message"]))
    price = jobs.quote(offer, form.params, account)
    return Fit(offer, price.amount, price.words, slow=bool(keys.delay(account, offer)))


def best(found: list[Fit], prefer: Prefer = "cost") -> list[Fit]:
    """Those that can, best first: who answers at the moment, then the cheapest of them, or the
    finest and of equally fine ones the cheaper."""

    def order(fit: Fit) -> tuple[Any, ...]:
        by = (fit.amount, -fit.rank) if prefer == "cost" else (-fit.rank, fit.amount)
        return fit.slow, *by

    return sorted((fit for fit in found if not fit.problem), key=order)


def reason(fit: Fit, prefer: Prefer) -> str:
    """Why it is the first, in words."""
    local = catalogue.provider_of(fit.offer).local
    if prefer == "cost":
        why = "Costs nothing and stays on this computer" if local else "The cheapest that can do it"
    elif fit.offer.quality:
        why = f"The finest that can do it ({fit.offer.quality})"
    else:
        why = "The finest that can do it"
    return f"{why}. {fit.offer.summary}".strip()
