"""Files and the clients that they belong to: what may stand together, and what may not."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from assets.media import Refused
from assets.models import Asset
from billing.models import Client
from billing.owned import Owned
from billing.scope import common


def common_client(files: Iterable[Asset], also: UUID | None = None) -> UUID | None:
    """The client of all of them (and `also`); None when they belong to none. What belongs to none
    may stand beside anything. Raises Refused."""
    files = list(files)
    try:
        return common([also, *(asset.client_id for asset in files)])
    except ValueError:
        raise Refused(_crossing(files, also)) from None


def join(owner: Owned, files: Iterable[Asset]) -> None:
    """A board or a story takes these files: from then on it belongs to their client. Raises
    Refused where that is another one's."""
    client = common_client(files, owner.client_id)
    if client != owner.client_id:
        owner.client_id = client
        type(owner)._default_manager.filter(pk=owner.pk).update(client=client)


def _crossing(files: Iterable[Asset], also: UUID | None) -> str:
    named = {asset.client_id: f"“{asset.title}”" for asset in files if asset.client_id}
    if also is not None:
        named[also] = "this"
    clients = Client.objects.in_bulk([pk for pk in named if pk])
    said = [f"{named[pk]} to {clients[pk].name}" for pk in named if pk in clients]
    return (
        f"These belong to different clients: {', '.join(said[:3])}. Choose files of "
        "one, or move them first."
    )
