"""The filters that are on, in words, and the way to take each of them off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from assets.models import AssetKind, Status

NAMES = (
    "q",
    "kind",
    "module",
    "favorite",
    "rating",
    "flag",
    "collection",
    "tag",
    "status",
    "added_after",
    "added_before",
    "versions",
    "origin",
    "like",
)


@dataclass(frozen=True)
class ActiveFilter:
    """One filter that is on. `rest` is the query without it."""

    name: str
    words: str
    rest: dict[str, str]

    @property
    def off(self) -> str:
        return f"?{urlencode(self.rest)}"


def active_filters(params: Mapping[str, str]) -> list[ActiveFilter]:
    on = {name: params[name] for name in NAMES if params.get(name)}
    return [
        ActiveFilter(name, _words(name, value), {n: v for n, v in on.items() if n != name})
        for name, value in on.items()
    ]


def _words(name: str, value: str) -> str:
    value = value[:40]
    match name:
        case "q":
            return f"“{value}”"
        case "kind":
            return dict(AssetKind.choices).get(value, value)
        case "status":
            return {**dict(Status.choices), "trashed": "In the trash"}.get(value, value)
        case "favorite":
            return "Favorites" if value.lower() in ("1", "true", "yes", "on") else "Not favorites"
        case "module":
            return "Uploads" if value == "upload" else value.capitalize()
        case "added_after":
            return f"Since {value}"
        case "added_before":
            return f"Until {value}"
        case "versions":
            return "All versions" if value == "all" else "One version of each"
        case "like":
            return "Looks like one of them"
        case "rating":
            return f"{value} stars or more"
        case "flag":
            return {"pick": "Picked", "reject": "Rejected"}.get(value, "Without a flag")
        case "collection":
            return "In no collection" if value == "none" else "In the collection"
        case "tag":
            return f"#{value}"
    return f"{name}: {value}"
