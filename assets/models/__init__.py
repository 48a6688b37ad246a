"""What is kept of files: the assets, and how people order them."""

from assets.models.archive import Archive, ArchiveState
from assets.models.asset import LENGTH, Asset, AssetKind, AssetQuerySet, Flag, Status
from assets.models.board import Board, BoardComment, BoardItem, BoardTry, BoardVerdict, Said
from assets.models.bulk import BulkChange
from assets.models.collection import Collection, CollectionItem
from assets.models.described import Description, DescriptionState
from assets.models.excerpt import Excerpt
from assets.models.hint import HintSource, HintState, LibrarySettings, TagHint
from assets.models.imports import Import, ImportItem, ImportState, Outcome
from assets.models.look import Look
from assets.models.saved_search import SavedSearch
from assets.models.tag import Tag
from assets.models.upload import PartUpload, UploadedPart, UploadState

__all__ = [
    "LENGTH",
    "Archive",
    "ArchiveState",
    "Asset",
    "AssetKind",
    "AssetQuerySet",
    "Board",
    "BoardComment",
    "BoardItem",
    "BoardTry",
    "BoardVerdict",
    "BulkChange",
    "Collection",
    "CollectionItem",
    "Description",
    "DescriptionState",
    "Excerpt",
    "Flag",
    "HintSource",
    "HintState",
    "Import",
    "ImportItem",
    "ImportState",
    "LibrarySettings",
    "Look",
    "Outcome",
    "PartUpload",
    "Said",
    "SavedSearch",
    "Status",
    "Tag",
    "TagHint",
    "UploadState",
    "UploadedPart",
]
