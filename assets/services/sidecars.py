"""What goes with the files of a ZIP: one manifest that names them, and beside each file a JSON file
with all that is known of it. `assets.services.imports` reads them again.

2 is the version that is written. 1 had no `format`, no collections, versions, makers and client.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone

from assets.models import Asset, Collection, CollectionItem
from billing.models import Account

FORMAT, VERSION = "zoetrope-library", 2
MANIFEST = "manifest.json"


def name_beside(file: str) -> str:
    """The name of the JSON file that goes with a file."""
    return f"{file}.json"


def manifest(files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "made": timezone.now().isoformat(),
        "files": files,
        "missing": sum(entry["file"] is None for entry in files),
    }


class Teller:
    """Says what is known of assets, as far as it is in sight of `account`."""

    def __init__(self, account: Account) -> None:
        self.account = account
        mine = Collection.objects.for_account(account).select_related("client")
        self.collections = {one.pk: one for one in mine}

    def load(self, ids: Iterable[UUID]) -> dict[UUID, Asset]:
        """The assets by id, with what `tell` needs."""
        mine = Asset.objects.for_account(self.account)
        items = CollectionItem.objects.filter(collection__in=list(self.collections))
        found = mine.filter(pk__in=list(ids)).select_related("client")
        return {
            row.pk: row
            for row in found.prefetch_related(
                "tags", Prefetch("parents", mine), Prefetch("items", items)
            )
        }

    def tell(self, asset: Asset) -> dict[str, Any]:
        return {
            "id": str(asset.pk),
            "title": asset.title,
            "alt": asset.alt,
            "filename": asset.filename,
            "tags": [tag.name for tag in asset.tags.all()],
            "rating": asset.rating,
            "flag": asset.flag,
            "favorite": asset.favorite,
            "collections": [self._place(item) for item in asset.items.all()],
            "client": asset.client.name if asset.client else "",
            "kind": asset.kind,
            "mime": asset.mime,
            "size": asset.size,
            "sha256": asset.sha256,
            "width": asset.width,
            "height": asset.height,
            "duration": asset.duration,
            "fps": asset.fps,
            "created": asset.created.isoformat(),
            "origin": asset.origin,
            "module": asset.module,
            "provider": asset.provider,
            "model": asset.model,
            "seed": asset.seed,
            "cost": asset.cost,
            "recipe": asset.recipe,
            "parents": sorted(str(parent.pk) for parent in asset.parents.all()),
            "version_of": str(asset.version_of_id) if asset.version_of_id else None,
            "version": asset.version,
            "shown": not asset.stacked,
        }

    def _place(self, item: CollectionItem) -> dict[str, Any]:
        """`path` has the names from the top, which have no slash in them."""
        collection, names = self.collections[item.collection_id], []
        at: Collection | None = collection
        while at is not None:
            names.append(at.name)
            at = self.collections.get(at.parent_id) if at.parent_id else None
        client = collection.client.name if collection.client else ""
        return {"path": "/".join(reversed(names)), "place": item.order, "client": client}
