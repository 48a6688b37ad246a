"""A made-up library is one like any other: found, counted, and with all of its indexes."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from assets import services
from assets.models import Asset, Look
from assets.search import facets, filter_assets, index, traits
from billing.models import Account


def _indexes() -> set[str]:
    with connection.cursor() as cursor:
        found: dict[str, Any] = {}
        for table in ("assets_asset", "assets_asset_tags", "assets_look"):
            found |= connection.introspection.get_constraints(cursor, table)
    return set(found)


@pytest.mark.django_db
def test_a_made_up_library() -> None:
    before = _indexes()
    call_command("seed_library", assets=400, accounts=3, seed=5)
    assert _indexes() == before
    largest = Account.objects.get(name="Seeded 0001")
    mine = Asset.objects.for_account(largest)
    assert Asset.objects.count() == 400
    assert 120 < mine.count() < 200
    asset = mine.filter(width__gt=0, recipe__has_key="params").exclude(tag_ids="").latest("created")
    kept = (asset.traits, asset.tag_ids, asset.title_key, asset.tint, asset.ratio)
    found = filter_assets(mine, {"q": f'"{asset.title}"', "versions": "all"})
    assert asset in found
    index.write([asset])
    assert kept == (asset.traits, asset.tag_ids, asset.title_key, asset.tint, asset.ratio)
    assert Look.objects.filter(account=largest).count() == mine.filter(width__gt=0).count()
    assert isinstance(services.alike(asset), list)
    total = filter_assets(mine, {}).count()
    assert sum(choice.count for choice in facets(largest, {})[0].choices) == total
    with pytest.raises(CommandError, match="has assets already"):
        call_command("seed_library", assets=400, accounts=3, seed=5)


def test_every_kind_color_and_shape_has_its_own_number() -> None:
    class Known:
        module, provider, model = "create", "fal", "flux"

    made = set()
    for Known.kind in traits.KINDS:  # type: ignore[attr-defined]
        for Known.tint in traits.TINTS:  # type: ignore[attr-defined]
            for Known.ratio in (None, 0.5, 1.0, 1.02, 2.0):  # type: ignore[attr-defined]
                made.add(traits.traits_of(Known))
    assert len(made) == len(traits.KINDS) * len(traits.TINTS) * len(traits.SHAPES)
    assert max(made) * 128 < 2**63
