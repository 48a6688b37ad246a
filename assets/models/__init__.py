"""What is kept of files: the assets, and how people order them."""

from assets.models.asset import Asset, AssetKind, AssetQuerySet, Flag, Status
from assets.models.excerpt import Excerpt
from assets.models.look import Look
from assets.models.tag import Tag
from assets.models.upload import PartUpload, UploadedPart, UploadState

__all__ = [
    "Asset",
    "AssetKind",
    "AssetQuerySet",
    "Excerpt",
    "Flag",
    "Look",
    "PartUpload",
    "Status",
    "Tag",
    "UploadState",
    "UploadedPart",
]
