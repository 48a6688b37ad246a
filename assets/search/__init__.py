"""Finding assets: one face for pages and API before the text indexes of two databases.

A search is words that must all be there, by their beginnings; "a phrase", -not, OR, parentheses,
and key:value of the table in assets.search.keys.
"""

from assets.search.errors import BadFilter, BadSearch
from assets.search.facet import Choice, Facet
from assets.search.facets import facets
from assets.search.filters import VERSIONS, filter_assets
from assets.search.index import title_key
from assets.search.keys import KeyHelp, help
from assets.search.manual import page
from assets.search.marks import MarkedPart, marks
from assets.search.sorts import SORTS
from assets.search.suggest import Suggestion, suggest

__all__ = [
    "SORTS",
    "VERSIONS",
    "BadFilter",
    "BadSearch",
    "Choice",
    "Facet",
    "KeyHelp",
    "MarkedPart",
    "Suggestion",
    "facets",
    "filter_assets",
    "help",
    "marks",
    "page",
    "suggest",
    "title_key",
]
