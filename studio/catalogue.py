"""Everything that can be asked and everybody who can do it, loaded by being there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

from django.conf import settings

from studio import operations as operations_package
from studio import providers as providers_package
from studio.providers import Provider, Remote, automatic
from studio.providers.automatic import KEY as AUTOMATIC
from studio.spec import Offer, Operation


def _modules(package: ModuleType) -> list[ModuleType]:
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if m.name[0] != "_")
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


@cache
def operations() -> dict[str, Operation]:
    """Operations by key, in the order of the modules and of their declaration."""
    return {o.key: o for o in operations_package.declared()}


@cache
def providers() -> dict[str, Provider]:
    """Providers by key, configured or not."""
    more = [importlib.import_module(name) for name in settings.EXTRA_PROVIDERS]
    found = [module.PROVIDER for module in [*_modules(providers_package), *more]]
    return {p.key: p for p in found}


@cache
def declared_offers() -> dict[str, Offer]:
    """Offers by key, as the files of the providers declare them; their models may have been
    renamed since, which the operator says with OFFER_MODELS."""
    declared = {o.key: o for p in providers().values() for o in p.offers}
    for key, model in (entry.split("=", 1) for entry in settings.OFFER_MODELS if "=" in entry):
        if key in declared:
            declared[key] = replace(declared[key], model=model)
    return declared


# Offers that are not declared but stored; each is asked every time, so it should be quick.
SOURCES: list[Callable[[], Iterable[Offer]]] = []


# Says which offers are switched off, and why, by their keys; as quick.
SWITCHES: list[Callable[[], Mapping[str, str]]] = []


def off() -> dict[str, str]:
    """The offers that nobody may order for now, and why."""
    return {key: why for switches in SWITCHES for key, why in switches().items()}


def all_offers() -> dict[str, Offer]:
    """Offers by key, also those of providers that are not configured."""
    return {**declared_offers(), **{o.key: o for source in SOURCES for o in source()}}


def offers(operation: str, usable: Collection[str]) -> list[Offer]:
    """Who can do it, of the providers that are `usable` (their keys); this computer first, and last
    what is switched off, which is refused with the reason when it is ordered. An automatic choice
    is there when there is something to choose from."""
    found = [o for o in all_offers().values() if o.operation == operation and o.provider in usable]
    shut = off()
    models = [o for o in found if o.quality and o.key not in shut]
    found = [
        automatic.fitted(o, operations()[operation], models) if o.provider == AUTOMATIC else o
        for o in found
        if models or o.provider != AUTOMATIC
    ]
    order = {True: 0, False: 2}

    def place(offer: Offer) -> tuple[bool, int]:
        automatic = offer.provider == AUTOMATIC
        return offer.key in shut, 1 if automatic else order[providers()[offer.provider].local]

    return sorted(found, key=place)


def usual(operation: Operation, offer: Offer) -> dict[str, Any]:
    """The params when nothing is said, for the price in a list: where there is no default, what
    follows from the others, or the most that may be said."""
    found: dict[str, Any] = {}
    for param in offer.params(operation):
        value = param.derive(found) if param.default is None and param.derive else param.default
        found[param.name] = param.high if value is None else value
    return found


def provider_of(offer: Offer) -> Provider:
    return providers()[offer.provider]


def remote(key: str) -> Remote:
    """The provider of that key, which works elsewhere."""
    provider = providers()[key]
    assert isinstance(provider, Remote)
    return provider


def clear() -> None:
    """Forget what was loaded (tests register providers of their own)."""
    for loaded in (operations, providers, declared_offers):
        loaded.cache_clear()
