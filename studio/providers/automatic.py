"""Nobody in particular: the cheapest model of a quality that can do what is asked.

Its offers are never ordered as such: each request becomes one for a real model, with others in
reserve (studio.orders).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from billing.pricing import Free
from studio.operations.create import QUALITIES
from studio.providers import Provider
from studio.providers._pictures import upscale_sizes
from studio.spec import Offer, Operation, Param

KEY = "automatic"
QUALITY = Param(
    "quality",
    "choice",
    "Quality",
    help="The cheapest model of this quality that can do what you ask is taken.",
    default="standard",
    choices=QUALITIES,
    group="words",
)


def _offer(operation: str, accepts: Mapping[str, Any], quality: Param | None = None) -> Offer:
    return Offer(
        key=f"auto-{operation}",
        provider=KEY,
        operation=operation,
        label="Automatic",
        summary="The cheapest model of the quality you want that can do what you ask; another one "
        "when it cannot be reached.",
        accepts=accepts,
        extra=(quality,) if quality else (),
        price=Free("the price of the model that is taken"),
    )


def fitted(offer: Offer, operation: Operation, models: Sequence[Offer]) -> Offer:
    """The offer as these models can do it: without a quality that none of them has, and without
    what none of them takes."""
    taken = {p.name for model in models for p in model.params(operation)}
    there = tuple(q for q in QUALITIES if any(model.quality == q for model in models))
    default = QUALITY.default if QUALITY.default in there else there[0]
    accepts = {name: rule for name, rule in offer.accepts.items() if name in taken}
    if "quality" in offer.accepts:
        accepts["quality"] = {"choices": there, "default": default}
    extra = tuple(replace(param, choices=there, default=default) for param in offer.extra)
    return replace(offer, accepts=accepts, extra=extra)


class Automatic(Provider):
    key = KEY
    label = "Automatic"
    offers = (
        _offer(
            "text-to-image",
            {
                "prompt": True,
                "negative_prompt": True,
                "style": True,
                "quality": True,
                "image": True,
                "width": True,
                "height": True,
                "guidance": True,
                "steps": True,
                "seed": True,
            },
        ),
        _offer(
            "upscale",
            {
                "image": True,
                "shrink": True,
                "prompt": {"advanced": True},
                **upscale_sizes("most", "As large as the model makes it"),
                "seed": True,
            },
            QUALITY,
        ),
        _offer(
            "edit-by-words",
            {
                "image": True,
                "mask": True,
                "prompt": True,
                "style": True,
                "reference": True,
                "guidance": True,
                "steps": True,
                "seed": True,
            },
            QUALITY,
        ),
        _offer("face-swap", {"image": True, "face": True, "face_number": True}, QUALITY),
    )


PROVIDER = Automatic()
