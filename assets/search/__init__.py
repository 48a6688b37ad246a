"""Finding assets: one face for pages and API, so that a full-text index can replace the inside.

A query is words: each must occur somewhere. `"two words"` is a phrase, `-word` must not occur, and
the pasted id of an asset or a job finds what belongs to it.
"""

from assets.search.filters import VERSIONS, BadFilter, filter_assets
from assets.search.words import search

__all__ = ["VERSIONS", "BadFilter", "filter_assets", "search"]
