"""Params that have no meaning beside another value: left out, along the whole way, and said so."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from billing.models import User
from studio import catalogue
from studio.orders import OrderForm
from studio.schema import json_schema
from tests.studio.pages import People, said

CROP = catalogue.operations()["crop"]
OFFER = catalogue.all_offers()["local-crop"]


def checked(**data: Any) -> OrderForm:
    form = OrderForm(CROP, OFFER, data, resolve=False)
    assert form.is_valid(), form.problems()
    return form


@pytest.mark.parametrize(
    ("data", "sent"),
    [
        ({}, {"size_by", "width", "height", "mode", "format"}),
        ({"mode": "fit"}, {"size_by", "width", "height", "mode", "fill", "format"}),
        (
            {"mode": "fit", "fill": "color"},
            {"size_by", "width", "height", "mode", "fill", "background_color", "format"},
        ),
        ({"size_by": "percent"}, {"size_by", "scale", "format"}),
    ],
)
def test_only_what_has_a_meaning_is_sent(data: dict[str, Any], sent: set[str]) -> None:
    assert set(checked(**data).params) == sent


def test_a_value_that_was_left_out_is_named_with_its_reason() -> None:
    """The reason is the value at the root: the fill is away because of the mode."""
    form = checked(mode="stretch", background_color="#ff0000")
    assert "background_color" not in form.params
    assert form.notes == ["Color beside it does not go with how “Stretch” and is left out."]
    form = checked(size_by="percent", background_color="#ff0000", mode="fit")
    assert "Color beside it does not go with size in “Percent” and is left out." in form.notes
    assert "How does not go with size in “Percent” and is left out." in form.notes


def test_a_bad_value_is_refused_even_where_it_has_no_meaning() -> None:
    form = OrderForm(CROP, OFFER, {"size_by": "percent", "mode": "squeeze"}, resolve=False)
    assert not form.is_valid()
    assert "Choose crop, fit or stretch." in form.problems()[0]["message"]


def test_the_schema_says_with_what_it_goes() -> None:
    schema = json_schema(CROP, OFFER)
    Draft202012Validator.check_schema(schema)
    words = {name: part.get("description", "") for name, part in schema["properties"].items()}
    assert words["fill"].endswith("Only with mode fit; left out otherwise.")
    assert words["background_color"] == "Only with fill color; left out otherwise."
    assert words["scale"].endswith("Only with size_by percent; left out otherwise.")
    assert "Only with" not in words["format"]


@pytest.mark.parametrize(
    ("query", "away"),
    [
        ("", {"scale", "fill", "background_color"}),
        ("?mode=fit", {"focus", "scale", "background_color"}),
        ("?mode=fit&fill=color", {"focus", "scale"}),
        ("?size_by=percent", {"focus", "width", "mode", "fill", "background_color"}),
    ],
)
def test_the_page_does_not_show_what_has_no_meaning(
    sign_in: People, alice: User, query: str, away: set[str]
) -> None:
    page = said(sign_in(alice).get(f"/edit/crop/{query}"))
    fields = re.findall(r'<div class="field[^>]*?(hidden)?>.*?name="(\w+)"', page, re.DOTALL)
    assert {name for hidden, name in fields if hidden} == away


@pytest.mark.parametrize(
    ("data", "title"), [({}, "1024 × 1024"), ({"size_by": "percent", "scale": 30}, "30 %")]
)
def test_the_title_tells_only_what_was_said(data: dict[str, Any], title: str) -> None:
    assert checked(**data).title == title
