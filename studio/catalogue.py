"""Everything that can be asked and everybody who can do it, loaded by being there."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from studio import operations as operations_package
from studio import providers as providers_package
from studio.providers import Provider
from studio.spec import Offer, Operation


def _modules(package: ModuleType) -> list[ModuleType]:
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


@cache
def operations() -> dict[str, Operation]:
    """Operations by key, in the order of their declaration."""
    return {o.key: o for module in _modules(operations_package) for o in module.OPERATIONS}


@cache
def providers() -> dict[str, Provider]:
    """Providers by key, configured or not."""
    found = [module.PROVIDER for module in _modules(providers_package)]
    return {p.key: p for p in found}


@cache
def all_offers() -> dict[str, Offer]:
    """Offers by key, also those of providers that are not configured."""
    return {o.key: o for p in providers().values() for o in p.offers}


def offers(operation: str) -> list[Offer]:
    """Who can do it now; this computer first."""
    found = [
        o
        for o in all_offers().values()
        if o.operation == operation and providers()[o.provider].available
    ]
    return sorted(found, key=lambda o: not providers()[o.provider].local)


def provider_of(offer: Offer) -> Provider:
    return providers()[offer.provider]


def clear() -> None:
    """Forget what was loaded (tests register providers of their own)."""
    for loaded in (operations, providers, all_offers):
        loaded.cache_clear()
