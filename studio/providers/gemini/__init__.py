"""Google's Gemini API: still pictures at once, and video by its Interactions, a preview whose
models come and go.

So an answer that says more or less than expected is read for what it says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from billing.pricing import PerSecond
from studio.http import Reply, Wire
from studio.operations.transform import PROMPTED
from studio.providers import Remote
from studio.providers._answers import field, harmless, no_news, text, unreadable
from studio.providers._pictures import AT_ONCE, data_url
from studio.providers.gemini import pictures
from studio.providers.gemini.pictures import INLINE
from studio.spec import (
    Call,
    ErrorKind,
    FileLimits,
    Handle,
    Offer,
    Output,
    ProviderError,
    Status,
    Update,
)
from studio.words.motion import spoken

VERSION = "/v1"
MODEL = "gemini-omni-flash-preview"
PICTURES = "/v1beta"
PICTURE = FileLimits(max_bytes=INLINE - 1024, mimes=("image/jpeg", "image/png", "image/webp"))
PREVIEW = "A preview: Google may change or close it at any time. 720p at most."
PRICE = PerSecond("0.40")  # unknown for this model; what their dearest known one costs
TAKES: Mapping[str, Any] = {
    "duration": {"kind": "integer", "low": 3, "high": 10, "step": 1, "default": 5},
    "resolution": ("720p", "360p"),
    "aspect_ratio": ("16:9", "9:16"),
}


def build(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """`files` holds pictures as data addresses."""
    words = spoken(params)
    content = [{"type": "text", "text": words}] if words else []
    content += [_picture(url) for url in files.values()]
    wanted = {
        "type": "video",
        "aspect_ratio": params.get("aspect_ratio"),
        "duration": f"{params['duration']}s",
        "resolution": params.get("resolution"),
        "delivery": "uri",
    }
    return {
        "background": True,
        "input": [{"type": "user_input", "content": content}],
        "response_format": {k: v for k, v in wanted.items() if v is not None},
    }


def _picture(url: str) -> dict[str, str]:
    if not url.startswith("data:"):
        return {"type": "image", "uri": url}
    mime, _, data = url.removeprefix("data:").partition(";base64,")
    return {"type": "image", "data": data, "mime_type": mime}


def _offer(operation: str, accepts: Mapping[str, Any], summary: str) -> Offer:
    return Offer(
        key=f"gemini-omni-{operation.partition('-')[0]}",
        provider="gemini",
        operation=operation,
        label="Gemini Omni Flash (preview)",
        summary=summary,
        cannot=PREVIEW,
        accepts={**accepts, **TAKES},
        price=PRICE,
        model=MODEL,
        build=build,
    )


OFFERS = (
    _offer(
        "image-to-video",
        {"image": {"limits": PICTURE}, "prompt": {"required": True}, **PROMPTED},
        "Google's video model, from a picture and words.",
    ),
    _offer("text-to-video", {"prompt": True}, "Google's video model, from words alone."),
)
STILLS = {offer.operation for offer in pictures.OFFERS}
STATUSES = {
    "queued": Status.QUEUED,
    "in_progress": Status.RUNNING,
    "completed": Status.SUCCEEDED,
    "cancelled": Status.CANCELED,
    "failed": Status.FAILED,
    "incomplete": Status.FAILED,
    "budget_exceeded": Status.FAILED,
    # Both wait for an answer that nobody here can give.
    "requires_action": Status.FAILED,
    "requires_continuation": Status.FAILED,
}
ENDINGS = {
    "incomplete": "Gemini stopped before the video was complete",
    "budget_exceeded": "The budget of the account at Google is used up",
    "requires_action": "Gemini asks a question back instead of making a video; change the prompt",
}
CONTENT = ("safety", "prohibited", "blocked", "blocklist", "spii", "recitation")
BILLING = ("billing", "prepay", "credits are depleted")


class Gemini(Remote):
    key = "gemini"
    label = "Gemini"
    home = "https://generativelanguage.googleapis.com"
    key_name = "GEMINI_API_KEY"
    offers = (*OFFERS, *pictures.OFFERS)
    slots = 2
    cancels = True
    poll_first = 5.0

    def headers(self, key: str) -> dict[str, str]:
        return {"x-goog-api-key": key}

    async def submit(self, wire: Wire, call: Call) -> Update:
        body = await asyncio.to_thread(self._body, call)
        if call.offer.operation in STILLS:
            return await self._picture(wire, call.offer.model, body)
        body = {"model": call.offer.model, **body}
        reply = await wire.call("POST", f"{VERSION}/interactions", json=body, timeout=AT_ONCE)
        if not reply.ok:
            raise self.refusal(reply, sending=True)
        ref = text(reply.data, "id")
        if not ref:
            raise unreadable(self, reply, ErrorKind.UNCLEAR)
        return Update(Status.QUEUED, ref=ref)

    async def _picture(self, wire: Wire, model: str, body: dict[str, Any]) -> Update:
        path = f"{PICTURES}/models/{model}:generateContent"
        reply = await wire.call("POST", path, json=body, timeout=AT_ONCE)
        if not reply.ok:
            raise self.refusal(reply, sending=True)
        update = pictures.read(self, reply)
        if update is None:
            raise unreadable(self, reply, ErrorKind.UNCLEAR)
        return update

    def _body(self, call: Call) -> dict[str, Any]:
        files = {n: data_url(path, self.label, INLINE) for n, path in call.files.items()}
        return call.offer.payload(call.said, files)

    async def poll(self, wire: Wire, handle: Handle) -> Update:
        with harmless():
            reply = await wire.call(
                "GET", self._path(handle), params={"stream": "false"}, timeout=120
            )
        return self._standing(wire, handle, reply)

    async def cancel(self, wire: Wire, handle: Handle) -> Update:
        with harmless():
            reply = await wire.call("POST", f"{self._path(handle)}/cancel", json={})
        return self._standing(wire, handle, reply)

    @staticmethod
    def _path(handle: Handle) -> str:
        return f"{VERSION}/interactions/{handle.ref}"

    async def check_key(self, wire: Wire) -> str:
        with harmless():
            reply = await wire.call("GET", f"{VERSION}/models", params={"pageSize": 1000})
        if not reply.ok:
            raise self.refusal(reply)
        names = [text(model, "name") for model in _dicts(field(reply.data, "models"))]
        there = any(name.endswith(f"/{MODEL}") for name in names)
        return f"Google accepts the key{'' if there else f', but does not list {MODEL}'}."

    def explain(self, reply: Reply) -> tuple[str, ErrorKind | None]:
        error, all_of_it = field(reply.data, "error"), reply.text.lower()
        words = text(error, "message")[:300]
        if "api_key_invalid" in all_of_it or "api key not valid" in all_of_it:
            return words, ErrorKind.KEY
        if reply.status == 400 and any(word in all_of_it for word in BILLING):
            return words, ErrorKind.NO_CREDIT
        if reply.status == 400 and any(word in all_of_it for word in CONTENT):
            return words, ErrorKind.MODERATED
        wrong = text(error, "status") == "INVALID_ARGUMENT"
        return words, ErrorKind.INPUT if wrong else None

    def refusal(self, reply: Reply, *, sending: bool = False) -> ProviderError:
        error = super().refusal(reply, sending=sending)
        if error.retry_after is None:
            error.retry_after = _delay(field(reply.data, "error"))
        return error

    def _standing(self, wire: Wire, handle: Handle, reply: Reply) -> Update:
        if not reply.ok:
            raise no_news(self, reply)
        word = text(reply.data, "status")
        if text(reply.data, "id") != handle.ref or not word:
            raise unreadable(self, reply)
        match STATUSES.get(word, Status.RUNNING):
            case Status.SUCCEEDED:
                return self._ended(wire, reply)
            case Status.FAILED:
                return Update(Status.FAILED, error=_failure(word, reply.data))
            case status:
                return Update(status)

    def _ended(self, wire: Wire, reply: Reply) -> Update:
        if not isinstance(reply.data.get("steps", reply.data.get("outputs")), list):
            raise unreadable(self, reply)
        said = list(_said(reply.data))
        outputs = tuple(o for c in said if text(c, "type") == "video" and (o := _output(wire, c)))
        if outputs:
            return Update(Status.SUCCEEDED, progress=1.0, outputs=outputs)
        words = " ".join(text(c, "text") for c in said if text(c, "type") == "text").strip()
        told = f": {words[:300].rstrip('.')}" if words else ""
        error = ProviderError(f"Gemini answered without a video{told}.", detail=reply.text)
        return Update(Status.FAILED, error=error)


def _delay(error: Any) -> float | None:
    """RetryInfo among the details: {"retryDelay": "34s"}."""
    for detail in _dicts(field(error, "details")):
        delay = text(detail, "retryDelay")
        number = delay.removesuffix("s").replace(".", "", 1)
        if delay.endswith("s") and number.isascii() and number.isdigit():
            return min(float(delay[:-1]), 86_400.0)
    return None


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _said(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the model put out; older answers have it at the top."""
    for step in _dicts(data.get("steps")):
        if step.get("type") == "model_output":
            yield from _dicts(step.get("content"))
    yield from _dicts(data.get("outputs"))


def _output(wire: Wire, content: dict[str, Any]) -> Output | None:
    match content:
        case {"uri": str(uri)} if uri.startswith(("https://", "http://")):
            return Output(url=uri, own=wire.is_own(uri))
        case {"data": str(data)} if data:
            mime = str(content.get("mime_type") or "video/mp4")
            return Output(url=f"data:{mime};base64,{data}")
    return None


def _failure(word: str, data: dict[str, Any]) -> ProviderError:
    found = data.get("errors") or data.get("error") or ()
    told = _dicts(found if isinstance(found, list) else [found])
    words = "; ".join(str(e["message"]) for e in told if e.get("message"))[:300]
    detail = f"{word} {told}"[:2000]
    if any(mark in detail.lower() for mark in CONTENT):
        kind, message = ErrorKind.MODERATED, "Gemini refused it for its content"
    else:
        kind = ErrorKind.NO_CREDIT if word == "budget_exceeded" else ErrorKind.REFUSED
        message = ENDINGS.get(word, "Gemini could not make the video")
    said = f": {words.rstrip('.')}" if words else ""
    return ProviderError(f"{message}{said}.", kind, detail=detail)


PROVIDER = Gemini()
