"""What is kept of files: the assets, and how people order them."""

from assets.models.asset import Asset, AssetKind, AssetQuerySet, Flag, Status
from assets.models.saved_search import SavedSearch
from assets.models.tag import Tag

__all__ = ["Asset", "AssetKind", "AssetQuerySet", "Flag", "SavedSearch", "Status", "Tag"]
