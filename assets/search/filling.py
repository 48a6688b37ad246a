"""Filling the columns and the index for assets of an older library, whatever their recipes say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from assets.search.index import Entry, store, tags_of, tint_of, title_key
from assets.search.traits import traits_of

BATCH = 500
COLUMNS = ("provider", "model", "seed", "ratio", "tint", "title_key", "tag_ids")


def fill(model: Any, connection: BaseDatabaseWrapper) -> int:
    """Fills everything for all rows of `model`, the Asset of a migration; how many there were.
    Done again it changes nothing."""
    count = 0
    for some in _batches(model.objects.using(connection.alias)):
        tags = tags_of(model, connection.alias, [asset.pk for asset in some])
        for asset in some:
            _derive(asset, tags.get(asset.pk, []))
        with transaction.atomic(using=connection.alias):
            model.objects.using(connection.alias).bulk_update(some, COLUMNS)
            store(connection, [(a, Entry(a, tags.get(a.pk, []))) for a in some])
        count += len(some)
    return count


def fill_traits(model: Any, connection: BaseDatabaseWrapper) -> None:
    """The same for the number by which facets count."""
    rows = model.objects.using(connection.alias)
    for some in _batches(rows.only("kind", "module", "provider", "model", "tint", "ratio")):
        pairs = [(traits_of(a), model._meta.pk.get_db_prep_value(a.pk, connection)) for a in some]
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.executemany("UPDATE assets_asset SET traits = %s WHERE id = %s", pairs)


def _batches(rows: Any) -> Iterator[list[Any]]:
    last = None
    while True:
        following = rows.filter(pk__gt=last) if last else rows
        some = list(following.order_by("pk")[:BATCH])
        if not some:
            return
        yield some
        last = some[-1].pk


def _derive(asset: Any, tags: list[tuple[int, str]]) -> None:
    recipe = asset.recipe if isinstance(asset.recipe, dict) else {}
    params = recipe.get("params")
    seed = params.get("seed") if isinstance(params, dict) else None
    asset.provider = asset.provider or _text(recipe.get("provider"), 40)
    asset.model = asset.model or _text(recipe.get("offer"), 120)
    if asset.seed is None and type(seed) is int and abs(seed) < 2**63:
        asset.seed = seed
    asset.ratio = asset.width / asset.height if asset.width and asset.height else None
    asset.tint = tint_of(asset)
    asset.title_key = title_key(asset.title)
    asset.tag_ids = " ".join(str(pk) for pk, _ in tags)


def _text(value: Any, most: int) -> str:
    return value[:most] if isinstance(value, str) else ""
