"""Drawings in templates, and the addresses of very many files."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.urls import reverse

from assets.models import Asset
from studio.templatetags.zoetrope import at, icon


def drawn(text: str, **values: str) -> str:
    return Template("{% load zoetrope %}" + text).render(Context(values))


def test_a_name_that_is_written_down_is_drawn_as_one_that_is_told() -> None:
    assert drawn('{% icon "heart" %}') == drawn("{% icon name %}", name="heart") == icon("heart")
    assert drawn("{% icon 'x' \"when-reject\" %}") == icon("x", "when-reject")


def test_a_name_is_no_way_to_write_html() -> None:
    assert "<script>" not in drawn("{% icon name %}", name='"><script>')


@pytest.mark.parametrize("place", ["asset", "asset-favorite", "asset-file original"])
def test_the_address_is_the_one_of_its_view(place: str) -> None:
    asset = Asset()
    name, *more = place.split()
    assert at(asset, place) == reverse(name, args=[asset.pk, *more])
