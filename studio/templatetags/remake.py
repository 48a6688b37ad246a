"""Ways to make something like it once more: the same, with another seed, by another model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import template

from assets.models import Asset
from studio import catalogue
from studio.recommend import best, fits
from studio.spec import Operation
from studio.templatetags.zoetrope import credits, operation_path

register = template.Library()
SEED = "seed"
MOST = 12


@dataclass(frozen=True)
class Other:
    """Another model that can take the same params."""

    label: str
    price: str
    url: str


@dataclass(frozen=True)
class Ways:
    """Addresses of forms that are filled in; `remix` is empty where no seed was given."""

    again: str
    remix: str
    others: tuple[Other, ...]


@register.simple_tag
def ways_to_remake(asset: Asset) -> Ways | None:
    """None for what was not made here, or by an operation that is gone or ordered elsewhere."""
    recipe = asset.recipe
    operation = catalogue.operations().get(recipe.get("operation", ""))
    if operation is None or operation.elsewhere or "params" not in recipe:
        return None
    path = f"{operation_path(operation)}?"
    source = {"from": str(asset.pk)}
    seeded = recipe["params"].get(SEED) is not None
    return Ways(
        again=path + urlencode(source),
        remix=path + urlencode(source | {"remix": "1"}) if seeded else "",
        others=tuple(_others(asset, operation, recipe, path)),
    )


def _others(asset: Asset, operation: Operation, recipe: dict[str, Any], path: str) -> list[Other]:
    params = recipe["params"]
    # What only the model that made it has is no reason against another.
    said = {p.name: params[p.name] for p in operation.params if params.get(p.name) is not None}
    able = best(fits(operation, said, asset.account))
    return [
        Other(
            fit.offer.label,
            f"{credits(fit.amount)} cr" if fit.amount else "free",
            path + urlencode({"from": str(asset.pk), "offer": fit.offer.key}),
        )
        for fit in able[:MOST]
        if fit.offer.key != recipe.get("offer")
    ]
