"""The models of an operation as cards: who does it, for how much, what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from billing.models import Account
from billing.pricing import about
from studio import catalogue, keys, price_list
from studio.providers import Provider, Remote
from studio.providers.automatic import KEY as AUTOMATIC
from studio.recommend import Fit, best, fits
from studio.spec import Offer, Operation
from studio.templatetags.zoetrope import credits


@dataclass(frozen=True)
class Model:
    """`price` is that of the usual settings, or of what is said, `words` how it comes about; `mark`
    says what it is the best for, `problem` why it cannot do what is said."""

    offer: Offer
    provider: Provider
    price: str
    words: str
    chosen: bool = False
    mark: str = ""
    problem: str = ""


def usable(operation: Operation, account: Account, chosen: Offer) -> list[Model]:
    """Those that this account may use; this computer first."""
    own = set(account.provider_keys.filter(retired=None).values_list("provider", flat=True))
    found = []
    for offer in catalogue.offers(operation.key, keys.usable(account)):
        price = price_list.quote(offer, catalogue.usual(operation, offer))
        paid = f"{credits(price.amount)} cr" if price.amount else "free"
        if offer.provider == AUTOMATIC:
            paid = _from(operation, account)
        found.append(
            Model(
                offer,
                catalogue.provider_of(offer),
                "your key" if offer.provider in own else paid,
                price.words,
                offer.key == chosen.key,
            )
        )
    return found


def fitting(
    operation: Operation, account: Account, chosen: Offer, said: Mapping[str, Any]
) -> list[Model]:
    """The same, held against what is said: prices of that, who is the best, who cannot."""
    found = {fit.offer.key: fit for fit in fits(operation, said, account)}
    marks = _marks(list(found.values()))
    return [
        _held_against(model, found[model.offer.key], marks) if model.offer.key in found else model
        for model in usable(operation, account, chosen)
    ]


def _marks(found: list[Fit]) -> dict[str, str]:
    """The cheapest, and the finest where they have tiers; nothing without a choice."""
    able = best(found)
    if len(able) < 2:
        return {}
    cheapest, finest = able[0].offer, best(found, "quality")[0].offer
    marks = {finest.key: "Finest"} if finest.quality else {}
    return marks | {cheapest.key: "Cheapest, finest" if cheapest.key in marks else "Cheapest"}


def _held_against(model: Model, fit: Fit, marks: Mapping[str, str]) -> Model:
    if fit.problem:
        return replace(model, problem=fit.problem)
    own = model.price == "your key"
    price = model.price if own else f"{credits(fit.amount)} cr" if fit.amount else "free"
    return replace(model, price=price, words=fit.words, mark=marks.get(fit.offer.key, ""))


def _from(operation: Operation, account: Account) -> str:
    """The least that a model costs that may be chosen."""
    shut = catalogue.off()
    found = catalogue.offers(operation.key, keys.usable(account))
    real = [o for o in found if o.quality and o.key not in shut]
    prices = [price_list.quote(o, catalogue.usual(operation, o)).amount for o in real]
    return f"from {credits(min(prices))} cr" if prices else ""


def locked(operation: Operation, account: Account) -> list[Model]:
    """Those that this account could use with a key of its own."""
    open_ = keys.usable(account)
    found = []
    for offer in catalogue.all_offers().values():
        provider = catalogue.provider_of(offer)
        if offer.operation != operation.key or provider.key in open_:
            continue
        if isinstance(provider, Remote) and provider.home:
            price = price_list.quote(offer, catalogue.usual(operation, offer))
            found.append(Model(offer, provider, f"≈ {about(price.amount)}", price.words))
    return found


def siblings(operation: Operation) -> list[Operation]:
    """The operations of the same module, this one among them."""
    return [o for o in catalogue.operations().values() if o.module == operation.module]
