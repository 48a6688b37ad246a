"""fal.ai: a queue in front of many models. Done also means failed: only the result tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from studio.http import Reply, Wire
from studio.providers import Remote
from studio.providers._answers import (
    DAY,
    failed,
    field,
    handed_over,
    harmless,
    kind_of,
    no_news,
    succeeded,
    text,
    unreadable,
)
from studio.providers.fal.offers import OFFERS
from studio.providers.fal.signature import delivery_of
from studio.spec import Call, Delivery, ErrorKind, Handle, Status, Update, Uploaded

# Storage, signatures and prices live beside the queue. Where the queue has another address (a
# fake, a gateway), so have they.
REST = "https://rest.fal.ai"
PLATFORM = "https://api.fal.ai"
PREFIXES = ("workflows", "comfy")
LINKS = {"status": "status_url", "result": "response_url", "cancel": "cancel_url"}
PATHS = {"status": "/status", "result": "", "cancel": "/cancel"}
KINDS = {
    "content_policy_violation": ErrorKind.MODERATED,
    "face_detection_error": ErrorKind.INPUT,
    "file_download_error": ErrorKind.INPUT,
    "file_too_large": ErrorKind.INPUT,
    "image_load_error": ErrorKind.INPUT,
    "image_too_large": ErrorKind.INPUT,
    "image_too_small": ErrorKind.INPUT,
}
FILE_LIFE = 3 * DAY
LONGEST_LINK = 2000


class Fal(Remote):
    key = "fal"
    label = "fal.ai"
    home = "https://queue.fal.run"
    key_name = "FAL_KEY"
    reconcile = "webhook"
    slots = 2
    cancels = True
    webhooks = True
    uploads = True
    keeps = DAY
    offers = OFFERS

    def headers(self, key: str) -> dict[str, str]:
        return {"Authorization": f"Key {key}"}

    async def submit(self, wire: Wire, call: Call) -> Update:
        hook = {"fal_webhook": call.webhook} if call.webhook else None
        path = f"/{call.offer.model}"
        reply = await wire.call("POST", path, json=call.payload, params=hook, timeout=60)
        if not reply.ok:
            raise self.refusal(reply, sending=True)
        ref = text(reply.data, "request_id")
        if not ref or len(ref) > 200:
            raise unreadable(self, reply, ErrorKind.UNCLEAR)
        named = {name: text(reply.data, theirs) for name, theirs in LINKS.items()}
        links = {name: url for name, url in named.items() if url and len(url) < LONGEST_LINK}
        return Update(Status.QUEUED, ref=ref, links=links)

    async def poll(self, wire: Wire, handle: Handle) -> Update:
        reply = await wire.call("GET", _address(wire, handle, "status"), params={"logs": "0"})
        if not reply.ok:
            raise no_news(self, reply)
        word = text(reply.data, "status")
        if not word or text(reply.data, "request_id") not in ("", handle.ref):
            raise unreadable(self, reply)
        if word == "COMPLETED":
            return replace(await self._result(wire, handle, reply.data), ref=handle.ref)
        if word == "IN_QUEUE":
            return Update(Status.QUEUED, ref=handle.ref, stage=_place(reply.data))
        return Update(Status.RUNNING, ref=handle.ref)

    async def _result(self, wire: Wire, handle: Handle, said: Any) -> Update:
        """What came of work that is over; `said` is the answer that called it so."""
        reply = await wire.call("GET", _address(wire, handle, "result"))
        broken = bool(field(said, "error") or field(said, "error_type"))
        done = self._files(reply.data) if reply.ok else None
        if done is not None:
            return done
        if "cancel" in text(said, "error_type").lower() or reply.status == 499:
            return Update(Status.CANCELED)
        if reply.status == 400 and "in progress" in reply.text and not broken:
            return Update(Status.RUNNING)
        if broken or _of_model(reply):
            words, kind = ("", None) if reply.ok else self.explain(reply)
            return failed(self, words or text(said, "error"), kind, f"{reply.status} {reply.text}")
        raise unreadable(self, reply) if reply.ok else no_news(self, reply)

    def _files(self, data: Any) -> Update | None:
        """The results in the output of a model; None when it has no place for one."""
        for name in ("video", "videos", "audio", "image", "images"):
            if isinstance(data, dict) and name in data:
                found = data[name] or []
                many = found if isinstance(found, list) else [found]
                flags = data.get("has_nsfw_concepts")
                return succeeded(self, [field(one, "url") for one in many], flags)
        return None

    async def cancel(self, wire: Wire, handle: Handle) -> Update:
        reply = await wire.call("PUT", _address(wire, handle, "cancel"))
        if text(reply.data, "status") == "ALREADY_COMPLETED":
            return await self.poll(wire, handle)
        if reply.status == 404 and await self._is_gone(wire, handle):
            return Update(Status.CANCELED, ref=handle.ref)
        if not reply.ok:
            raise no_news(self, reply)
        # A request to stop, not a promise: it may still finish, and is then paid for.
        return Update(Status.RUNNING, ref=handle.ref)

    async def _is_gone(self, wire: Wire, handle: Handle) -> bool:
        """Whether they do not know it under its state either, as after a stop in their queue."""
        reply = await wire.call("GET", _address(wire, handle, "status"), params={"logs": "0"})
        return reply.status == 404

    async def upload(self, wire: Wire, file: Path, mime: str) -> Uploaded:
        life = json.dumps({"expiration_duration_seconds": int(FILE_LIFE)})
        with harmless():
            reply = await self._beside(wire, REST).call(
                "POST",
                "/storage/upload/initiate",
                params={"storage_type": "fal-cdn-v3"},
                json={"file_name": file.name, "content_type": mime},
                headers={"X-Fal-Object-Lifecycle": life},
            )
            if not reply.ok:
                raise self.refusal(reply)
            place, address = text(reply.data, "upload_url"), text(reply.data, "file_url")
            if not (place and address):
                raise unreadable(self, reply)
            answer = await wire.hand_over("PUT", place, file, mime=mime)
        handed_over(self, answer)
        return Uploaded(address, FILE_LIFE / 3)

    async def check_key(self, wire: Wire) -> str:
        asked = {"endpoint_id": OFFERS[0].model}
        with harmless():
            platform = self._beside(wire, PLATFORM)
            reply = await platform.call("GET", "/v1/models/pricing", params=asked)
        if not reply.ok:
            raise self.refusal(reply)
        return "The key works."

    async def hook_keys(self, wire: Wire) -> str:
        with harmless():
            reply = await self._beside(wire, REST).call("GET", "/.well-known/jwks.json")
        if not reply.ok:
            raise self.refusal(reply)
        if not isinstance(field(reply.data, "keys"), list):
            raise unreadable(self, reply)
        return json.dumps(reply.data)

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, keys: str, now: float
    ) -> Delivery:
        return delivery_of(self, headers, body, keys, now)

    def _beside(self, wire: Wire, home: str) -> Wire:
        return wire.at(home) if wire.home == self.home else wire

    def explain(self, reply: Reply) -> tuple[str, ErrorKind | None]:
        detail = field(reply.data, "detail")
        if isinstance(detail, list):
            kinds = [KINDS[t] for one in detail if (t := text(one, "type")) in KINDS]
            return "; ".join(filter(None, map(_words, detail))), kinds[0] if kinds else None
        words = detail if isinstance(detail, str) else reply.text[:300]
        named = KINDS.get(text(reply.data, "error_type"))
        locked = reply.status == 403 and "locked" in words.lower()
        telling = locked or (400 <= reply.status < 500 and reply.status not in (401, 429))
        kind = ErrorKind.NO_CREDIT if locked else kind_of(words)
        return words, named or (kind if telling else None)


def _of_model(reply: Reply) -> bool:
    """Whether an error is the model's own word, and not trouble on the way to it."""
    if isinstance(field(reply.data, "detail"), list):
        return not reply.ok
    return 400 <= reply.status < 500 and reply.status not in (401, 403, 404, 408, 429)


def _words(problem: Any) -> str:
    """One problem of a list: where it is, and what."""
    place = field(problem, "loc")
    parts = [str(p) for p in place if p != "body"] if isinstance(place, list) else []
    words = text(problem, "msg")
    return f"{'.'.join(parts)}: {words}" if parts and words else words


def _place(data: Any) -> str:
    place = field(data, "queue_position")
    return f"place {place + 1} in their queue" if type(place) is int and place >= 0 else ""


def _address(wire: Wire, handle: Handle, name: str) -> str:
    """Where to ask: as they said, if that is theirs, else by the rule. Only owner and alias of a
    model's name are part of it."""
    said = handle.links.get(name, "")
    if said and wire.is_own(said):
        return said
    parts = handle.offer.model.split("/")
    base = "/".join(parts[: 3 if parts[0] in PREFIXES else 2])
    return f"/{base}/requests/{quote(handle.ref, safe='')}{PATHS[name]}"


PROVIDER = Fal()
