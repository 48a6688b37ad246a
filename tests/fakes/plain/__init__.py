"""A provider as simple as can be, once for each way to find out what became of a submit. The
studio loads them by EXTRA_PROVIDERS; FakePlain is what they talk to."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import uuid4

from aiohttp import web

from billing.pricing import Flat
from studio.http import Reply, Wire
from studio.providers import Reconcile, Remote
from studio.spec import (
    Call,
    Delivery,
    ErrorKind,
    Handle,
    Offer,
    Output,
    ProviderError,
    Status,
    Update,
)
from tests.fakes import pictures
from tests.fakes.parts import CANCELED, DONE, FAILED, MODERATED, Prediction
from tests.fakes.server import Fake

PRICE = Flat("0.10")
MODES: tuple[Reconcile, ...] = ("idempotency_key", "lookup", "webhook", "none")
MODULES = (
    *(f"tests.fakes.plain.{mode.partition('_')[0]}" for mode in MODES),
    "tests.fakes.plain.atonce",
)
SIGNED_WITH = "a secret of the hooks"
WORDS = {"done": Status.SUCCEEDED, "canceled": Status.CANCELED, "failed": Status.FAILED}


class Plain(Remote):
    """One call for each verb."""

    cancels = True
    webhooks = True
    home = "http://127.0.0.1:9"
    slots: ClassVar[int] = 40
    poll_first: ClassVar[float] = 0.1
    poll_most: ClassVar[float] = 0.5

    async def submit(self, wire: Wire, call: Call) -> Update:
        said = {**call.payload, "reference": call.ref, "hook": call.webhook, "mode": self.reconcile}
        reply = await wire.call("POST", "/run", json=said, timeout=10)
        if not reply.ok:
            raise self.refusal(reply, sending=True)
        if not isinstance(reply.data, dict) or not reply.data.get("id"):
            raise ProviderError("Unreadable.", ErrorKind.UNCLEAR)
        return Update(Status.RUNNING, ref=reply.data["id"])

    async def poll(self, wire: Wire, handle: Handle) -> Update:
        reply = await wire.call("GET", f"/runs/{handle.ref}", timeout=10)
        if not reply.ok or not isinstance(reply.data, dict):
            raise self.refusal(reply)
        return self._told(reply.data)

    def _told(self, said: Mapping[str, Any]) -> Update:
        status = WORDS.get(said.get("status", ""), Status.RUNNING)
        error = None
        if status == Status.FAILED:
            moderated = said.get("reason") == MODERATED
            kind = ErrorKind.MODERATED if moderated else ErrorKind.REFUSED
            error = ProviderError(f"Plain says: {said.get('reason')}.", kind)
        return Update(
            status,
            ref=said.get("id", ""),
            progress=said.get("progress"),
            outputs=tuple(Output(url=url) for url in said.get("output", [])),
            error=error,
            cost=said.get("cost"),
        )

    async def cancel(self, wire: Wire, handle: Handle) -> Update:
        reply = await wire.call("DELETE", f"/runs/{handle.ref}", timeout=10)
        if not reply.ok or not isinstance(reply.data, dict):
            raise self.refusal(reply)
        return self._told(reply.data)

    async def lookup(self, wire: Wire, handle: Handle) -> Update | None:
        reply = await wire.call("GET", "/find", params={"reference": handle.sent_as}, timeout=10)
        if not reply.ok or not isinstance(reply.data, dict):
            raise self.refusal(reply)
        return self._told(reply.data) if reply.data.get("id") else None

    async def check_key(self, wire: Wire) -> str:
        reply = await wire.call("GET", "/me")
        if not reply.ok:
            raise self.refusal(reply)
        return "a plain account"

    async def hook_keys(self, wire: Wire) -> str:
        reply = await wire.call("GET", "/hook-key")
        if not reply.ok:
            raise self.refusal(reply)
        return str(reply.data["secret"])

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, keys: str, now: float
    ) -> Delivery:
        if not hmac.compare_digest(headers.get("x-signature", ""), signature(keys, body)):
            raise ProviderError("The signature is wrong.")
        return Delivery(headers["x-delivery"], headers["x-run"])

    def explain(self, reply: Reply) -> tuple[str, ErrorKind | None]:
        said = reply.data if isinstance(reply.data, dict) else {}
        return str(said.get("error", reply.text))[:200], None


def signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def plain(mode: Reconcile, *, key: str = "", deadline: int = 30, **more: Any) -> Plain:
    """The provider that finds out in this way; `more` overrides its facts."""
    name = key or "plain" + mode.partition("_")[0]
    offer = Offer(
        key=name,
        provider=name,
        operation="text-to-video",
        label=f"Plain ({mode})",
        accepts={"prompt": True},
        price=PRICE,
        deadline=deadline,
    )
    body = {
        "key": name,
        "label": f"Plain {mode}",
        "key_name": f"{name.upper()}_KEY",
        "reconcile": mode,
        "offers": (offer,),
        **more,
    }
    made: type[Plain] = type(name, (Plain,), body)
    return made()


class FakePlain(Fake):
    """`key` is that of the provider that it stands for; any number may use the same one."""

    key = "plain"
    label = "Plain"

    def variables(self) -> dict[str, str]:
        names = ["PLAINCALM", "PLAINATONCE"]
        names += ["PLAIN" + mode.partition("_")[0].upper() for mode in MODES]
        keys = {f"{name}_KEY": self.secret for name in names}
        return {**keys, **{f"{name}_URL": self.url for name in names}}

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/run", self.run)
        router.add_post("/at-once", self.at_once)
        router.add_get("/runs/{id}", self.look)
        router.add_delete("/runs/{id}", self.remove)
        router.add_get("/find", self.find)
        router.add_get("/me", self.me)
        router.add_get("/hook-key", self.hook_key)

    async def run(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        reference = said["reference"]
        if said["mode"] == "idempotency_key" and (known := self.by_reference(reference)):
            return web.json_response(self.told(known))
        return await self.take(
            request, "plain", said, self.answer, reference=reference, hook=said["hook"]
        )

    async def at_once(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        reference = said["reference"]
        return await self.take(request, "plain", said, self.picture, reference=reference)

    def picture(self, prediction: Prediction) -> web.StreamResponse:
        if prediction.fate in (FAILED, MODERATED):
            return self.error(400, f"It is {prediction.fate}.", "input")
        prediction.stage = DONE
        made = pictures.painted(str(prediction.input.get("prompt")), (96, 96), 4)
        return web.Response(body=pictures.written(made), content_type="image/png")

    def by_reference(self, reference: str) -> Prediction | None:
        found = (p for p in self.predictions.values() if p.reference == reference)
        return next(found, None)

    async def look(self, request: web.Request) -> web.StreamResponse:
        return await self.tell(request, request.match_info["id"], self.answer)

    async def remove(self, request: web.Request) -> web.StreamResponse:
        id = request.match_info["id"]
        if id in self.predictions and self.predictions[id].stage_now() not in (DONE, FAILED):
            self.end(id, CANCELED)
        return await self.tell(request, id, self.answer)

    async def find(self, request: web.Request) -> web.StreamResponse:
        if self.hit("server_error"):
            return self.error(500, "Internal error.", "server")
        known = self.by_reference(request.query["reference"])
        return web.json_response(self.told(known) if known else {})

    async def me(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"name": "plain"})

    async def hook_key(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"secret": SIGNED_WITH})

    def answer(self, prediction: Prediction) -> web.StreamResponse:
        return web.json_response(self.told(prediction))

    def told(self, prediction: Prediction) -> dict[str, Any]:
        stage = self.stage(prediction)
        said = {"id": prediction.id, "status": stage, "progress": prediction.fraction}
        if stage in (FAILED, MODERATED):
            said |= {"status": FAILED, "reason": stage}
        if stage == DONE:
            said |= {"output": self.results(prediction), **prediction.extra}
        return said

    def news(self, prediction: Prediction) -> tuple[dict[str, str], bytes]:
        body = f'{{"id": "{prediction.id}"}}'.encode()
        headers = {
            "X-Signature": signature(SIGNED_WITH, body),
            "X-Delivery": uuid4().hex,
            "X-Run": prediction.id,
        }
        return headers, body
