"""What is really sent: one golden input per offer, and every combination that can be asked for.

The golden files are written anew, to be read before they are kept, by

    GOLDEN=write .venv/bin/pytest tests/providers/test_payloads.py
"""

from __future__ import annotations

import itertools
import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from studio import catalogue
from studio.forms import OperationForm
from studio.providers import Remote
from studio.spec import Offer, Param
from tests.providers.sheets import SHEETS, problems

GOLDEN = Path(__file__).parent / "golden"
FULL = 5000
REMOTE = [p for p in catalogue.providers().values() if isinstance(p, Remote)]
OFFERS = [offer for provider in REMOTE for offer in provider.offers]
WORDS = {
    "prompt": "A red balloon rises over the sea.",
    "negative_prompt": "blur",
    "voice": "voice-1",
    "second_voice": "voice-2",
    "search_prompt": "the boat",
    "select_prompt": "the sail",
    "background_prompt": "a harbour in the morning",
    "foreground_prompt": "a wooden boat",
}

each_offer = pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.key)


def params_of(offer: Offer) -> tuple[Param, ...]:
    return offer.params(catalogue.operations()[offer.operation])


def address(name: str) -> str:
    return f"https://files.example/{name}"


# --- golden -------------------------------------------------------------------------------------


def asked(offer: Offer) -> dict[str, Any]:
    """A person says something to everything that can be said."""
    said: dict[str, Any] = {}
    for param in params_of(offer):
        if param.kind == "text" and param.name in WORDS:
            said[param.name] = WORDS[param.name]
        elif param.kind == "seed":
            said[param.name] = 7
        elif param.kind in ("integer", "number") and param.required:
            said[param.name] = param.high
        elif param.kind == "boolean":
            said[param.name] = not param.default
        elif param.kind == "choice" and not param.derive:
            said[param.name] = param.choices[-1]
        elif param.kind == "style" and "photographic" in offer.styles:
            said[param.name] = "photographic"
    return said


@pytest.mark.django_db
@each_offer
def test_the_golden_input(offer: Offer) -> None:
    form = OperationForm(
        catalogue.operations()[offer.operation], offer, asked(offer), resolve=False
    )
    assert form.is_valid(), form.errors
    files = {p.name: address(p.name) for p in params_of(offer) if p.is_asset}
    sent = offer.payload(form.params, files)
    assert not any(address(name) in json.dumps(sent) for name in offer.here)
    found = {"model": offer.model, "input": sent}
    file = GOLDEN / f"{offer.key}.json"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    assert json.loads(file.read_text()) == found


def test_no_golden_file_is_left_over() -> None:
    kept = {file.stem for file in GOLDEN.glob("*.json")}
    assert kept >= {offer.key for offer in OFFERS}
    declared = {key for key in kept if key.partition("-")[0] in {p.key for p in REMOTE if p.offers}}
    assert declared <= {offer.key for offer in OFFERS}


# --- every combination --------------------------------------------------------------------------


def values_of(param: Param) -> list[Any]:
    """What can be said to one param, the default first. None: nothing."""
    if param.is_asset:
        return [address(param.name)] if param.required else [None, address(param.name)]
    least: list[Any] = [] if param.required else [param.default]
    more: list[Any] = {
        "boolean": [True, False],
        "choice": [*param.choices],
        "style": [*param.choices],
        "text": [WORDS.get(param.name) or "some words", "w" * param.max_length],
        "seed": [0, param.high],
        "point": [],
    }.get(param.kind, [param.low, param.high])
    return list(dict.fromkeys([*least, *more]))


def combinations(offer: Offer) -> Iterator[dict[str, Any]]:
    """All of them; where they are too many, all pairs of values of any two params."""
    values = {p.name: values_of(p) for p in params_of(offer)}
    if math.prod(map(len, values.values())) <= FULL:
        for chosen in itertools.product(*values.values()):
            yield dict(zip(values, chosen, strict=True))
        return
    first = {name: found[0] for name, found in values.items()}
    for one, other in itertools.combinations(values, 2):
        for pair in itertools.product(values[one], values[other]):
            yield first | dict(zip((one, other), pair, strict=True))


def settled(offer: Offer, said: Mapping[str, Any]) -> dict[str, Any]:
    """The rest of what the form does: what depends on another value, and what follows from them."""
    found = dict(said)
    for param in params_of(offer):
        if param.depends and not param.is_asset:
            legal = param.depends.choices.get(found.get(param.depends.on))
            if legal is not None and found[param.name] not in legal:
                found[param.name] = legal[0] if legal else None
        if param.derive and found[param.name] is None:
            found[param.name] = param.derive(found)
    return {name: value for name, value in found.items() if value is not None}


@each_offer
def test_every_combination_is_what_the_model_takes(offer: Offer) -> None:
    rules = SHEETS[offer.provider, offer.operation, offer.model]
    assets = {p.name for p in params_of(offer) if p.is_asset}
    seen = 0
    for said in combinations(offer):
        params = settled(offer, said)
        files = {name: value for name, value in params.items() if name in assets}
        rest = {name: value for name, value in params.items() if name not in assets}
        sent = offer.payload(rest, files)
        assert not problems(sent, rules), said
        assert json.loads(json.dumps(sent, allow_nan=False)) == sent
        assert offer.price.quote(params).amount > 0
        seen += 1
    assert seen


@each_offer
def test_each_param_makes_a_difference(offer: Offer) -> None:
    """Nothing that a person can say is dropped on the way."""
    # Said by other params, or for us alone.
    dropped = {"strength", "direction", "width", "height", "seconds", "ratio", "balance"}
    dropped |= {"shrink", "size", "longest_side"}
    for param in params_of(offer):
        values = values_of(param)
        if param.name in dropped or param.name in offer.here or len(values) < 2:
            continue
        inputs = set()
        for value in values:
            params = settled(
                offer, {p.name: values_of(p)[-1] for p in params_of(offer)} | {param.name: value}
            )
            assets = {p.name for p in params_of(offer) if p.is_asset} & params.keys()
            files = {name: params.pop(name) for name in sorted(assets)}
            inputs.add(json.dumps(offer.payload(params, files), sort_keys=True))
        assert len(inputs) > 1, param.name
