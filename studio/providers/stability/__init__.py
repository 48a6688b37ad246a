"""Stability's API: pictures made, edited, enlarged and steered, and models in three dimensions.

Every call is a form. Most answers are the result itself; two kinds of work are named and asked
after. Nothing can be looked up, stopped, or repeated without being paid for again.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from studio.http import Reply, Wire
from studio.providers import Remote
from studio.providers._answers import failed, field, harmless, no_news, text, unreadable
from studio.providers._pictures import AT_ONCE, decoded, inline, mime_of
from studio.providers.stability.offers import OFFERS
from studio.spec import Call, ErrorKind, Handle, Status, Update

API = "/v2beta"
JSON = {"Accept": "application/json"}
SUCCESS, FILTERED = "SUCCESS", "CONTENT_FILTERED"
TOO_MUCH = "The pictures together are larger than the 10 MB that a request may have"


class Stability(Remote):
    key = "stability"
    label = "Stability"
    home = "https://api.stability.ai"
    key_name = "STABILITY_API_KEY"
    offers = OFFERS
    slots = 4
    # They ask not to be asked again within ten seconds; a little is left to chance.
    poll_first = 10.6
    poll_most = 20.0

    async def submit(self, wire: Wire, call: Call) -> Update:
        path, _, _ = call.offer.model.partition(":")
        fields, files = await asyncio.to_thread(form_of, call)
        headers = {} if call.offer.operation == "image-to-3d" else JSON
        reply = await wire.call(
            "POST", f"{API}/{path}", data=fields, files=files, headers=headers, timeout=AT_ONCE
        )
        if not reply.ok:
            raise self.refusal(reply, sending=True)
        if ref := text(reply.data, "id"):
            if len(ref) > 200 or "image" in reply.data:
                raise unreadable(self, reply, ErrorKind.UNCLEAR)
            return Update(Status.RUNNING, ref=ref)
        update = self._result(reply)
        if update is None:
            raise unreadable(self, reply, ErrorKind.UNCLEAR)
        return update

    async def poll(self, wire: Wire, handle: Handle) -> Update:
        path = f"{API}/results/{quote(handle.ref, safe='')}"
        with harmless():
            reply = await wire.call("GET", path, headers=JSON, timeout=60)
        if reply.status == 202 and text(reply.data, "id") in ("", handle.ref):
            if text(reply.data, "status"):
                return Update(Status.RUNNING, ref=handle.ref)
            raise unreadable(self, reply)
        words, kind = self.explain(reply)
        if kind == ErrorKind.MODERATED or _came_to_nothing(reply):
            return failed(self, words, kind, _told(reply))
        if not reply.ok:
            raise no_news(self, reply)
        update = self._result(reply)
        if update is None:
            raise unreadable(self, reply)
        return update

    def _result(self, reply: Reply) -> Update | None:
        """The result that an answer is; None when it is none. A filtered one is there, but
        blurred."""
        word = text(reply.data, "finish_reason") or (SUCCESS if reply.content else "")
        if word == FILTERED:
            return failed(self, "the result was filtered", ErrorKind.MODERATED, _told(reply))
        content = reply.content or decoded(field(reply.data, "image"))
        output = inline(content) if word == SUCCESS and mime_of(content) else None
        return Update(Status.SUCCEEDED, outputs=(output,)) if output else None

    async def check_key(self, wire: Wire) -> str:
        with harmless():
            reply = await wire.call("GET", "/v1/user/balance", headers=JSON)
        if not reply.ok:
            raise self.refusal(reply)
        left = field(reply.data, "credits")
        known = isinstance(left, int | float) and not isinstance(left, bool)
        return f"Stability accepts the key{f': {left:,.2f} credits left' if known else ''}."

    def explain(self, reply: Reply) -> tuple[str, ErrorKind | None]:
        told = field(reply.data, "errors")
        errors = [str(one)[:200] for one in told[:3]] if isinstance(told, list) else []
        words = "; ".join(errors) or text(reply.data, "message") or reply.text[:300]
        if text(reply.data, "name") == "content_moderation":
            return words, ErrorKind.MODERATED
        if reply.status == 413:
            return TOO_MUCH, ErrorKind.INPUT
        return words, ErrorKind.INPUT if reply.status in (400, 422) else None


def _came_to_nothing(reply: Reply) -> bool:
    """Their word that the work failed, and not trouble on the way to it."""
    return reply.status in (400, 422) and isinstance(field(reply.data, "errors"), list)


def _told(reply: Reply) -> str:
    return f"{reply.status} {reply.text[:300]}"


def form_of(call: Call) -> tuple[dict[str, str], list[tuple[str, Any, str]]]:
    """The fields, and the files as (field, path, type)."""
    names = {name: call.offer.wire.get(name, name) for name in call.files}
    said = call.offer.payload(call.said, {name: name for name in call.files})
    fields = {k: _written(v) for k, v in said.items() if k not in names.values()}
    _, _, model = call.offer.model.partition(":")
    if model:
        fields["model"] = model
    return fields, [(names[n], path, _mime(path)) for n, path in call.files.items()]


def _mime(path: Any) -> str:
    with path.open("rb") as file:
        return mime_of(file.read(16)) or "image/jpeg"


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


PROVIDER = Stability()
