"""What is kept of files: the assets, and how people order them."""

from assets.models.archive import Archive, ArchiveState
from assets.models.asset import Asset, AssetKind, AssetQuerySet, Flag, Status
from assets.models.bulk import BulkChange
from assets.models.collection import Collection, CollectionItem
from assets.models.tag import Tag

__all__ = [
    "Archive",
    "ArchiveState",
    "Asset",
    "AssetKind",
    "AssetQuerySet",
    "BulkChange",
    "Collection",
    "CollectionItem",
    "Flag",
    "Status",
    "Tag",
]
