"""What things are called, by the keys that the books have."""

from __future__ import annotations

from collections import Counter

from billing.models import Account
from billing.spending import Way, names_of
from studio import catalogue


def names(account: Account, way: Way, keys: set[str]) -> dict[str, str]:
    match way:
        case "offer":
            return _models(keys)
        case "module":
            return {key: key.replace("-", " ").capitalize() or "Other" for key in keys}
    return names_of(account, way, keys)


def _models(keys: set[str]) -> dict[str, str]:
    """Those that are called the same are told apart by their keys."""
    known = catalogue.all_offers()
    labels = {key: known[key].label if key in known else key or "Other" for key in keys}
    alike = Counter(labels.values())
    return {
        key: f"{label} ({key})" if alike[label] > 1 and label != key else label
        for key, label in labels.items()
    }
