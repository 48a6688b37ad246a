"""Answers a submit with the result; loaded with EXTRA_PROVIDERS."""

from __future__ import annotations

import base64

from billing.pricing import Flat
from studio.engine.cover import covered
from studio.http import Wire
from studio.providers import Remote
from studio.spec import Call, ErrorKind, Offer, Output, ProviderError, Status, Update


class AtOnce(Remote):
    """At /at-once of FakePlain; it can be asked nothing afterwards."""

    key = "plainatonce"
    label = "Plain at once"
    key_name = "PLAINATONCE_KEY"
    home = "http://127.0.0.1:9"
    slots = 40
    offers = (
        Offer(
            key="plainatonce",
            provider="plainatonce",
            operation="text-to-image",
            label="Plain at once",
            accepts={"prompt": True},
            price=Flat("0.10"),
            deadline=30,
            finish=lambda path, params, folder: covered(path, folder, 48, 32),
        ),
    )

    async def submit(self, wire: Wire, call: Call) -> Update:
        said = {**call.payload, "reference": call.ref}
        reply = await wire.call("POST", "/at-once", json=said, timeout=10)
        if not reply.ok:
            raise self.refusal(reply, sending=True)
        if not reply.content.startswith(b"\x89PNG"):
            raise ProviderError("Unreadable.", ErrorKind.UNCLEAR)
        data = base64.b64encode(reply.content).decode()
        return Update(Status.SUCCEEDED, outputs=(Output(url=f"data:image/png;base64,{data}"),))


PROVIDER = AtOnce()
