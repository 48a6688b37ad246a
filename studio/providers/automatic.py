"""Nobody in particular: the cheapest model of a quality that can do what is asked.

Its offers are never ordered as such: each request becomes one for a real model, with others in
reserve (studio.orders).
"""

from collections.abc import Mapping
from typing import Any

from billing.pricing import Free
from studio.operations.create import QUALITIES
from studio.providers import Provider
from studio.spec import Offer, Param

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
                "prompt": {"required": False, "advanced": True},
                "size": True,
                "longest_side": True,
                "seed": True,
            },
            QUALITY,
        ),
    )


PROVIDER = Automatic()
