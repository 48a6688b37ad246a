"""The declarations are sound, and a mistake in one is found at start-up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from billing.pricing import Free, PerSecond, units
from studio import catalogue, checks
from studio.operations.transform import IMAGE_TO_VIDEO, MOTION_DIRECTIONS
from studio.providers.local import MOTION, RENDERERS
from studio.schema import json_schema
from studio.spec import Depends, Offer, Param


def test_the_catalogue_as_shipped_is_sound() -> None:
    assert list(checks.catalogue_problems()) == []


def test_every_local_offer_has_its_renderer() -> None:
    assert set(RENDERERS) == {o.key for o in catalogue.providers()["local"].offers}


def test_this_computer_comes_first() -> None:
    assert catalogue.offers("image-to-video")[0] is MOTION


def test_the_declared_directions_are_those_of_the_engine() -> None:
    from studio.engine import path

    assert {k: tuple(v) for k, v in path.DIRECTIONS.items()} == MOTION_DIRECTIONS


@pytest.mark.parametrize(
    ("change", "id_"),
    [
        ({"operation": "no-such"}, "studio.E010"),
        ({"accepts": {**MOTION.accepts, "sparkle": True}}, "studio.E011"),
        ({"accepts": {**MOTION.accepts, "fps": (24, 120)}}, "studio.E012"),
        ({"accepts": {"motion": True}}, "studio.E013"),
        ({"price": PerSecond("0.1", of="length")}, "studio.E014"),
        ({"extra": (Param("odd", "number", "Odd"),)}, "studio.E007"),
        ({"extra": (Param("odd", "choice", "Odd"),)}, "studio.E005"),
        ({"extra": (Param("odd", "choice", "Odd", default=3, choices=(1, 2)),)}, "studio.E006"),
        (
            {"extra": (Param("o", "choice", "O", choices=(1,), depends=Depends("q", {})),)},
            "studio.E008",
        ),
    ],
)
def test_a_bad_offer_is_found(change: dict[str, Any], id_: str) -> None:
    offer = replace(MOTION, **change)
    found = [i for i, _ in checks._offer_problems(offer, {"image-to-video": IMAGE_TO_VIDEO})]
    assert id_ in found


def test_an_offer_narrows_and_overrides() -> None:
    offer = Offer(
        key="narrow",
        provider="x",
        operation="image-to-video",
        label="Narrow",
        accepts={"image": True, "fps": (24,), "duration": {"low": 5, "high": 10, "default": 5}},
        price=Free(),
    )
    params = {p.name: p for p in offer.params(IMAGE_TO_VIDEO)}
    assert list(params) == ["image", "duration", "fps"]
    assert (params["fps"].choices, params["fps"].default) == ((24,), 24)
    assert (params["duration"].low, params["duration"].high) == (5, 10)


def test_prices_are_whole_units() -> None:
    assert PerSecond("0.05").quote({"duration": 7.3}).amount == units("0.365")
    assert PerSecond("0.03", minimum=5).quote({"duration": 2}).amount == units("0.15")
    assert PerSecond("0.10").quote({"duration": 10}).words == "10 s × $0.10"


def test_the_schema_says_what_the_form_checks() -> None:
    schema = json_schema(IMAGE_TO_VIDEO, MOTION)
    assert schema["required"] == ["image"]
    assert schema["additionalProperties"] is False
    props = schema["properties"]
    assert (props["duration"]["minimum"], props["duration"]["maximum"]) == (1, 30)
    assert props["fps"]["enum"] == [24, 25, 30, 60]
    rules = {r["if"]["properties"].get("motion", {}).get("const"): r for r in schema["allOf"]}
    zoom = rules["zoom"]
    assert zoom["then"]["properties"]["direction"]["enum"] == ["in", "out"]
    assert "required" not in zoom["if"], "left out, the motion is zoom"
