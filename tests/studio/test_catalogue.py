"""The declarations are sound, and a mistake in one is found at start-up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from billing.pricing import Free, PerSecond, units
from studio import catalogue, checks
from studio.operations.transform import (
    FPS,
    IMAGE_TO_VIDEO,
    MOTION_DIRECTIONS,
    PROMPTED,
    SPOKEN,
    choice_of,
)
from studio.providers.local import RENDERERS
from studio.providers.local.video import CARD, MOTION
from studio.schema import json_schema
from studio.spec import Depends, Offer, Param


def test_the_catalogue_as_shipped_is_sound() -> None:
    assert list(checks.catalogue_problems()) == []


def test_every_local_offer_has_its_renderer() -> None:
    assert set(RENDERERS) == {o.key for o in catalogue.providers()["local"].offers}


def test_this_computer_comes_first_and_only_what_is_usable_is_offered(db: None) -> None:
    everybody = catalogue.offers("image-to-video", catalogue.providers())
    assert everybody[0] is MOTION
    assert len({o.provider for o in everybody}) > 2
    assert catalogue.offers("image-to-video", {"local"}) == [MOTION]
    assert catalogue.offers("text-to-video", {"local"}) == [CARD]


def test_transform_leads_wherever_operations_are_listed() -> None:
    assert list(catalogue.operations())[:2] == ["image-to-video", "text-to-video"]


@pytest.mark.parametrize("offer", catalogue.declared_offers().values(), ids=lambda o: o.key)
def test_every_offer_has_a_price_and_a_schema_for_its_usual_settings(offer: Offer) -> None:
    operation = catalogue.operations()[offer.operation]
    price = offer.price.quote(catalogue.usual(operation, offer))
    assert price.words
    # An automatic choice costs what the model costs that is taken.
    free = catalogue.provider_of(offer).local or offer.provider == "automatic"
    assert (price.amount == 0) == free
    Draft202012Validator.check_schema(json_schema(operation, offer))


def test_a_rule_about_a_param_that_is_not_taken_falls_away() -> None:
    offer = Offer("f", "x", "image-to-video", "F", {"fps": True, "audio": True}, Free())
    assert [p.depends for p in offer.params(IMAGE_TO_VIDEO)] == [None, None]
    depends = {p.name: p.depends for p in MOTION.params(IMAGE_TO_VIDEO)}
    assert depends["fps"] == FPS.depends is not None


def test_a_duration_may_be_a_choice() -> None:
    offer = Offer(
        "c", "x", "image-to-video", "C", {"duration": choice_of(4, 6, 8, default=8)}, Free()
    )
    (duration,) = offer.params(IMAGE_TO_VIDEO)
    assert (duration.kind, duration.choices, duration.default) == ("choice", (4, 6, 8), 8)
    assert duration.label_of(4) == "4 s"


def test_motion_that_is_only_words_may_be_none() -> None:
    offer = Offer("w", "x", "image-to-video", "W", PROMPTED, Free())
    params = {p.name: p for p in offer.params(IMAGE_TO_VIDEO)}
    assert list(params) == ["motion", "direction", "strength", "motion_words"]
    assert params["motion"].default == "none"
    assert tuple(params) == SPOKEN[1:]
    found = [i for i, _ in checks.offer_problems(offer, {"image-to-video": IMAGE_TO_VIDEO})]
    assert set(found) == {"studio.E013"}, "nothing but the picture that is missing here"


def test_the_declared_directions_are_those_of_the_engine() -> None:
    from studio.engine import path

    assert {k: tuple(v) for k, v in path.DIRECTIONS.items()} == MOTION_DIRECTIONS


def preset(sets: dict[int, dict[str, Any]]) -> Param:
    return Param("preset", "choice", "For", default=0, choices=(0, 1), sets=sets)


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
        ({"extra": (preset({2: {}}),)}, "studio.E019"),
        ({"extra": (preset({1: {"width": 9}, 0: {"height": 9}}),)}, "studio.E019"),
        ({"extra": (preset({1: {"glow": 9}}),)}, "studio.E019"),
    ],
)
def test_a_bad_offer_is_found(change: dict[str, Any], id_: str) -> None:
    offer = replace(MOTION, **change)
    found = [i for i, _ in checks.offer_problems(offer, {"image-to-video": IMAGE_TO_VIDEO})]
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


def test_an_operator_may_rename_the_model_of_an_offer(settings: pytest.FixtureRequest) -> None:
    settings.OFFER_MODELS = ["gemini-omni-text=gemini-next", "gone=x"]  # type: ignore[attr-defined]
    catalogue.clear()
    try:
        assert catalogue.declared_offers()["gemini-omni-text"].model == "gemini-next"
    finally:
        catalogue.clear()
