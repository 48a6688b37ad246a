"""Keyword search in the words that assets.services keeps with each asset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q

from assets.models import AssetQuerySet
from assets.services.names import findable

LONGEST = 500
MOST_WORDS = 20

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_ID = re.compile(r"(?i)(?:\w+:)?([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})")


def search(queryset: AssetQuerySet, text: str) -> AssetQuerySet:
    """Those that `text` finds. Raises ValueError, said for the person, when it is too long."""
    if len(text) > LONGEST:
        raise ValueError(
            f"The search has {len(text)} letters; the limit is {LONGEST}. Use fewer words."
        )
    terms = list(_terms(text))
    if len(terms) > MOST_WORDS:
        raise ValueError(
            f"The search has {len(terms)} words; the limit is {MOST_WORDS}. Use fewer words."
        )
    for excluded, term in terms:
        queryset = queryset.exclude(_has(term)) if excluded else queryset.filter(_has(term))
    return queryset


def _terms(text: str) -> Iterator[tuple[bool, str]]:
    """The words and phrases: whether they must be absent, and what they are."""
    for minus, phrase, word in _TERM.findall(text):
        term = findable(phrase or word)
        if term not in ("", "-"):
            yield bool(minus), term


def _has(term: str) -> Q:
    words = Q(search__contains=term)
    if found := _ID.fullmatch(term):
        asset = UUID(found[1])
        return words | Q(pk=asset) | Q(origin__endswith=f":{asset}")
    return words
