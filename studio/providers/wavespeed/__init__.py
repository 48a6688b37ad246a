"""WaveSpeed: many models behind one API, every answer in an envelope {code, message, data}."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from studio.engine import EngineError, audio
from studio.http import Reply, Wire
from studio.providers import Remote
from studio.providers._answers import (
    DAY,
    check_age,
    failed,
    field,
    forged,
    handed_over,
    harmless,
    kind_of,
    no_news,
    same,
    succeeded,
    text,
    unreadable,
)
from studio.providers.wavespeed import edits, pictures
from studio.providers.wavespeed import offers as films
from studio.spec import Call, Delivery, ErrorKind, Handle, ProviderError, Status, Update, Uploaded

API = "/api/v3"
OFFERS = (*films.OFFERS, *pictures.OFFERS, *edits.OFFERS)
STATUSES = {
    "created": Status.QUEUED,
    "pending": Status.QUEUED,
    "queued": Status.QUEUED,
    "in_queue": Status.QUEUED,
    "processing": Status.RUNNING,
    "completed": Status.SUCCEEDED,
    "succeeded": Status.SUCCEEDED,
    "failed": Status.FAILED,
    "timeout": Status.FAILED,
    "cancelled": Status.CANCELED,
    "canceled": Status.CANCELED,
    "deleted": Status.CANCELED,
}


class WaveSpeed(Remote):
    key = "wavespeed"
    label = "WaveSpeed"
    home = "https://api.wavespeed.ai"
    key_name = "WAVESPEED_API_KEY"
    reconcile = "webhook"
    slots = 3
    cancels = True
    webhooks = True
    uploads = True
    keeps = 7 * DAY
    offers = OFFERS

    async def submit(self, wire: Wire, call: Call) -> Update:
        await _check_length(call)
        path = f"{API}/{call.offer.model}"
        hook = {"webhook": call.webhook} if call.webhook else None
        reply = _opened(await wire.call("POST", path, json=call.payload, params=hook, timeout=60))
        data = field(reply.data, "data")
        ref = text(data, "id")
        if ref and len(ref) <= 200:
            return self._update(data, reply) or Update(Status.RUNNING, ref=ref)
        if not reply.ok:
            raise self.refusal(reply, sending=True)
        raise unreadable(self, reply, ErrorKind.UNCLEAR)

    async def poll(self, wire: Wire, handle: Handle) -> Update:
        reply = _opened(await wire.call("GET", f"{_prediction(handle)}/result"))
        if not reply.ok:
            raise no_news(self, reply)
        data = field(reply.data, "data")
        update = self._update(data, reply)
        if update is None or text(data, "id") not in ("", handle.ref):
            raise unreadable(self, reply)
        return update

    def _update(self, data: Any, reply: Reply) -> Update | None:
        """A prediction in our words; None when it is not to be read."""
        word = text(data, "status")
        if not word:
            return None
        status = STATUSES.get(word.lower(), Status.RUNNING)
        ref = text(data, "id")
        if status == Status.FAILED:
            words = text(data, "error") or f"it ended as {word}"
            kind = kind_of(words)
            return replace(failed(self, words, kind, reply.text), ref=ref)
        if status == Status.SUCCEEDED:
            urls = field(data, "outputs")
            flags = field(data, "has_nsfw_contents")
            done = succeeded(self, urls, flags) if isinstance(urls, list) else None
            return done and replace(done, ref=ref)
        return Update(status, ref=ref)

    async def cancel(self, wire: Wire, handle: Handle) -> Update:
        # What is done can be deleted too, but it was paid for: better to keep it.
        now = await self.poll(wire, handle)
        if now.status not in (Status.QUEUED, Status.RUNNING):
            return now
        reply = _opened(await wire.call("DELETE", _prediction(handle)))
        if not reply.ok:
            raise no_news(self, reply)
        word = text(field(reply.data, "data"), "status").lower()
        ended = STATUSES.get(word) == Status.CANCELED
        return Update(Status.CANCELED if ended else Status.RUNNING, ref=handle.ref)

    async def upload(self, wire: Wire, file: Path, mime: str) -> Uploaded:
        said = {"filename": file.name, "size": file.stat().st_size, "content_type": mime}
        with harmless():
            reply = _opened(await wire.call("POST", f"{API}/media/uploads", json=said))
            if not reply.ok:
                raise self.refusal(reply)
            data = field(reply.data, "data")
            ticket, address = field(data, "upload"), text(data, "download_url")
            headers = field(ticket, "headers") or {}
            if not (text(ticket, "url") and address and isinstance(headers, dict)):
                raise unreadable(self, reply)
            # In lower case, so that none of them is sent twice.
            given = {str(name).lower(): str(value) for name, value in headers.items()}
            method = text(ticket, "method") or "PUT"
            answer = await wire.hand_over(
                method, text(ticket, "url"), file, mime=mime, headers=given
            )
        handed_over(self, answer)
        return Uploaded(address, DAY)

    async def check_key(self, wire: Wire) -> str:
        await self.hook_keys(wire)
        return "The key works."

    async def hook_keys(self, wire: Wire) -> str:
        with harmless():
            reply = _opened(await wire.call("GET", f"{API}/webhook/secret"))
        if not reply.ok:
            raise self.refusal(reply)
        secret = text(field(reply.data, "data"), "secret")
        if not secret:
            raise unreadable(self, reply)
        return secret

    def read_webhook(
        self, headers: Mapping[str, str], body: bytes, keys: str, now: float
    ) -> Delivery:
        delivery, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        signature = headers.get("webhook-signature", "")
        # The secret is used as text: it looks like base64 and is not decoded.
        secret = keys.strip().removeprefix("whsec_").encode()
        if not (delivery and secret):
            raise forged(self, "it is not signed")
        check_age(self, sent, now)
        signed = f"{delivery}.{sent}.".encode() + body
        right = f"v3,{hmac_of(secret, signed)}"
        if not any(same(part, right) for part in signature.split()):
            raise forged(self, "the signature is wrong")
        ref = text(_json(body), "id")
        if not ref:
            raise forged(self, "it does not say what it is about")
        return Delivery(delivery, ref)

    def explain(self, reply: Reply) -> tuple[str, ErrorKind | None]:
        words = text(reply.data, "message") or text(reply.data, "error") or reply.text[:300]
        telling = 400 <= reply.status < 500 and reply.status not in (401, 429)
        return words, kind_of(words) if telling else None


def _opened(reply: Reply) -> Reply:
    """The answer with the code of its envelope as its status, where that says more."""
    code = field(reply.data, "code")
    if not reply.ok or code in (None, 200) or isinstance(code, bool):
        return reply
    known = isinstance(code, int) and 400 <= code < 600
    return replace(reply, status=code if known else 500)


def _prediction(handle: Handle) -> str:
    return f"{API}/predictions/{quote(handle.ref, safe='')}"


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def hmac_of(secret: bytes, signed: bytes) -> str:
    return hmac.new(secret, signed, hashlib.sha256).hexdigest()


async def _check_length(call: Call) -> None:
    """The price of a talking picture follows from the length that was measured when the voice came:
    hold the file to it before anything is sent."""
    said, voice = call.params.get("seconds"), call.files.get("audio")
    if said is None or voice is None:
        return
    try:
        found = await asyncio.to_thread(audio.length, voice, said + 60)
    except EngineError as error:
        raise ProviderError(str(error), ErrorKind.INPUT) from error
    if found > said + 0.05:
        raise ProviderError(
            f"The voice is longer than the {said} s that were measured. "
            "Save it anew, as MP3 or WAV, and bring it again.",
            ErrorKind.INPUT,
        )


PROVIDER = WaveSpeed()
