"""The files that a job works on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from assets import services as assets
from assets.models import Asset
from billing.models import Account
from studio import catalogue, edl
from studio.models import Job
from studio.spec import Offer, Operation, Param


def named(params: Mapping[str, Any], declared: tuple[Param, ...]) -> Iterator[tuple[str, str, str]]:
    """(its name for the provider, what messages call it, its id) of every file that is said."""
    for param in declared:
        value = params.get(param.name)
        if param.is_asset and value:
            yield param.name, param.label, value
        elif param.kind == "edl":
            for name, called, pk in edl.ids(value):
                yield f"{param.name}.{name}", called, pk


def asset_ids(operation: Operation, params: Mapping[str, Any]) -> list[str]:
    return [pk for _, _, pk in named(params, operation.params)]


def client_of(account: Account, files: Iterable[str], client: UUID | None = None) -> UUID | None:
    """Whom an order with these files is for: `client`, or for whom the account works, or whose the
    files are. Raises assets.Refused where they belong to different clients."""
    rows = Asset.objects.for_account(account).filter(pk__in=files).exclude(client=None)
    named = rows.only("pk", "title", "client", "account")
    return assets.common_client(named, client or account.scope.client)


def source_assets(job: Job, offer: Offer) -> dict[str, Asset]:
    """The files that a job works on, by the name of the param. Raises assets.Refused."""
    wanted = list(named(job.params, offer.params(catalogue.operations()[job.operation])))
    mine = Asset.objects.for_account(job.account).filter(pk__in={pk for _, _, pk in wanted})
    there = {str(asset.pk): asset for asset in mine}
    found = {}
    for name, called, pk in wanted:
        if pk not in there:
            raise assets.Refused(f"{called} is gone from the library. Choose another.")
        found[name] = there[pk]
    return found
