"""Pencil, a model that pictures words; it is only there in tests and refuses all work."""

from __future__ import annotations

from billing.pricing import Flat
from studio.http import Wire
from studio.providers import Remote
from studio.spec import Call, ErrorKind, Offer, ProviderError, Update

TAKES = ("prompt", "negative_prompt", "quality", "width", "height", "seed")


class Pencil(Remote):
    """`pencil-small` makes no more than 1,200 pixels and takes no negative prompt."""

    key = "pencil"
    label = "Pencil"
    offers = (
        Offer(
            key="pencil-large",
            provider="pencil",
            operation="text-to-image",
            label="Pencil",
            summary="Draws what is described.",
            # A plain choice: how styles are drawn is another matter.
            accepts={**dict.fromkeys(TAKES, True), "style": {"kind": "choice"}},
            price=Flat("0.02"),
            quality="standard",
        ),
        Offer(
            key="pencil-small",
            provider="pencil",
            operation="text-to-image",
            label="Pencil stub",
            accepts={"prompt": {"max_length": 300}, "width": {"high": 1200}, "height": True},
            price=Flat("0.01"),
        ),
    )

    async def submit(self, wire: Wire, call: Call) -> Update:
        raise ProviderError("The pencil is broken.", ErrorKind.REFUSED)


PROVIDER = Pencil()
