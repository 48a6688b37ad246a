"""What is kept of files: the assets, and how people order them."""

from assets.models.asset import Asset, AssetKind, AssetQuerySet, Flag, Status
from assets.models.board import Board, BoardComment, BoardItem, BoardTry, BoardVerdict, Said
from assets.models.tag import Tag

__all__ = [
    "Asset",
    "AssetKind",
    "AssetQuerySet",
    "Board",
    "BoardComment",
    "BoardItem",
    "BoardTry",
    "BoardVerdict",
    "Flag",
    "Said",
    "Status",
    "Tag",
]
