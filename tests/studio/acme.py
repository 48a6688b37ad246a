"""Acme, a provider that is only there in tests: its adapter (PROVIDER), and a server for it."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from aiohttp import web

from billing.pricing import Flat
from studio.http import Reply, Wire
from studio.providers import Reconcile, Remote
from studio.providers.local.video import MOTION
from studio.spec import ErrorKind
from tests.fakes.server import Fake


class Acme(Remote):
    key = "acme"
    label = "Acme"
    home = "https://api.acme.example"
    key_name = "ACME_API_KEY"
    webhooks = True
    reconcile: ClassVar[Reconcile] = "webhook"
    offers = (replace(MOTION, key="acme-motion", provider="acme", price=Flat("0.12")),)

    async def check_key(self, wire: Wire) -> str:
        reply = await wire.call("GET", "/account")
        if not reply.ok:
            raise self.refusal(reply)
        return str(reply.data["words"])

    def explain(self, reply: Reply) -> tuple[str, ErrorKind | None]:
        return str((reply.data or {}).get("error", "")), None


class Shed(Acme):
    """A server of the operator's own: used once its address is set, with a key or without."""

    key = "shed"
    label = "Shed"
    home = ""
    key_name = ""
    webhooks = False
    reconcile = "lookup"
    offers = (replace(MOTION, key="shed-motion", provider="shed", price=Flat("0.05")),)


class FakeAcme(Fake):
    """`status` is what it answers about an account. It repeats the key in it, as some do."""

    key, key_name, label = "acme", "ACME_API_KEY", "Acme"
    status = 200

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/account", self.account)

    async def account(self, request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.status != 200:
            return self.error(self.status, f"no answer for {given}", "server")
        return web.json_response({"words": f"Balance 12.30 dollars ({given})"})


PROVIDER = Acme()
