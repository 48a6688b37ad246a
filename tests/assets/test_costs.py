"""What old files cost, out of the ledger."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import SimpleNamespace

from django.apps import apps
from django.db import connection

from assets.models import Asset
from billing import services as billing
from billing.models import CREDIT, Account, User

fill = importlib.import_module("assets.migrations.0018_costs").fill


def costs(*assets: Asset) -> list[int]:
    for asset in assets:
        asset.refresh_from_db()
    return [asset.cost for asset in assets]


def pay(account: Account, job: str, amount: int, back: int = 0) -> str:
    reference = f"job:{job}"
    billing.hold(account, amount, reference, job)
    billing.charge(account, amount, reference)
    if back:
        billing.refund(account, back, reference)
    return reference


def test_old_files_cost_what_their_job_was_charged(
    bring: Callable[..., Asset], account: Account, charlie: User
) -> None:
    billing.grant(account, 100 * CREDIT, "grant:test")
    account.refresh_from_db()
    three = pay(account, "three", 10)
    whole = pay(account, "whole", 7)
    returned = pay(account, "returned", 9, back=9)
    part = pay(account, "part", 9, back=4)
    several = [bring(origin=three, slot=slot) for slot in range(3)]
    one, none, some = bring(origin=whole), bring(origin=returned), bring(origin=part)
    free, upload = bring(origin="job:free"), bring()
    kept = bring(origin=pay(account, "new", 50))
    Asset.objects.filter(pk=kept.pk).update(cost=33)
    before = one.updated
    for _ in range(2):
        fill(apps, SimpleNamespace(connection=connection))
        assert costs(*several) == [4, 3, 3]
        assert costs(one, none, some, free, upload, kept) == [7, 0, 5, 0, 0, 33]
    assert one.updated == before


def test_what_was_deleted_since_had_its_share(
    bring: Callable[..., Asset], account: Account
) -> None:
    billing.grant(account, CREDIT, "grant:test")
    account.refresh_from_db()
    origin = pay(account, "pair", 11)
    first, second = (bring(origin=origin, slot=slot) for slot in range(2))
    first.delete()
    fill(apps, SimpleNamespace(connection=connection))
    assert costs(second) == [5]
