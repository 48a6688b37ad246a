"""Hugging Face's own inference: models of the Hub by their names. An answer is the picture itself.

A model may sleep, and is then woken by being asked: 503 with the seconds that it needs. Nothing can
be looked up or stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from billing.pricing import Flat
from studio.http import Reply, Wire
from studio.providers import Remote
from studio.providers._answers import field, harmless, text, unreadable
from studio.providers._pictures import (
    AT_ONCE,
    HERE,
    MASKED,
    MB,
    by_size,
    data_url,
    exact,
    inline,
    made_size,
)
from studio.spec import Call, ErrorKind, FileLimits, Offer, ProviderError, Status, Update
from studio.words.style import ROOM, as_sent

HUB = "https://huggingface.co"
LONGEST_WAIT = 600.0
INLINE = 7 * MB
PICTURE = FileLimits(
    max_bytes=INLINE - 1024,
    max_side=2048,
    min_side=64,
    mimes=("image/jpeg", "image/png", "image/webp"),
)
# It bills the seconds of its machines, so nobody knows the price beforehand: these are guesses from
# above, not its words.
QUICK, SLOW = Flat("0.01"), Flat("0.05")
NAMES = {"guidance": "guidance_scale", "steps": "num_inference_steps"}
# Diffusion models make sides of whole eights, best of about a million pixels.
million = partial(made_size, low=256, high=1536, pixels=1_048_576, multiple=8)
PROMPT = {"max_length": 2000 - ROOM}


def from_words(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """Words as the input, everything else beside it."""
    said = as_sent(params)
    width, height = million(params)
    size = {"width": width, "height": height}
    return {"inputs": said["prompt"], "parameters": {**_named(said), **size}}


def from_picture(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """The picture, in base64, as the input. `files` holds it as a data address."""
    said = as_sent(params)
    _, _, picture = files["image"].rpartition(";base64,")
    return {"inputs": picture, "parameters": {"prompt": said["prompt"], **_named(said)}}


def _named(said: Mapping[str, Any]) -> dict[str, Any]:
    sent = ("negative_prompt", "guidance", "steps", "seed")
    return {NAMES.get(n, n): said[n] for n in sent if said.get(n) is not None}


WORDS: Mapping[str, Any] = {
    "prompt": PROMPT,
    "style": True,
    "width": True,
    "height": True,
    "seed": {"high": 2**31 - 1},
}
LED: Mapping[str, Any] = {
    "negative_prompt": {"max_length": 2000},
    "guidance": True,
    "steps": {"high": 80},
}


def _words(key: str, label: str, model: str, accepts: Mapping[str, Any], **more: Any) -> Offer:
    return Offer(
        key=f"huggingface-{key}",
        provider="huggingface",
        operation="text-to-image",
        label=label,
        model=model,
        accepts={**WORDS, **accepts},
        build=from_words,
        advice=by_size(million),
        finish=exact,
        cannot="About a million pixels: a larger size is enlarged here. A model may have to wake.",
        **more,
    )


OFFERS = (
    _words(
        "flux-1-schnell",
        "FLUX.1 schnell",
        "black-forest-labs/FLUX.1-schnell",
        {"steps": {"high": 8}},
        price=QUICK,
        quality="draft",
        summary="An open model that is quick and keeps to the words.",
    ),
    _words(
        "sdxl",
        "Stable Diffusion XL",
        "stabilityai/stable-diffusion-xl-base-1.0",
        LED,
        price=QUICK,
        quality="draft",
        summary="An open model with a negative prompt, guidance and steps.",
    ),
    _words(
        "flux-1-dev",
        "FLUX.1 dev",
        "black-forest-labs/FLUX.1-dev",
        {"guidance": True, "steps": {"high": 50}},
        price=SLOW,
        quality="standard",
        summary="Finer than schnell. Its terms must be accepted on its page at Hugging Face.",
    ),
    _words(
        "flux-1-krea-dev",
        "FLUX.1 Krea dev",
        "black-forest-labs/FLUX.1-Krea-dev",
        {"guidance": True, "steps": {"high": 50}},
        price=SLOW,
        quality="standard",
        summary="Photographs that do not look made. Its terms must be accepted on its page.",
    ),
    Offer(
        key="huggingface-flux-1-kontext-dev",
        provider="huggingface",
        operation="edit-by-words",
        label="FLUX.1 Kontext dev",
        model="black-forest-labs/FLUX.1-Kontext-dev",
        accepts={
            "image": {"limits": PICTURE},
            **MASKED,
            "prompt": PROMPT,
            "style": True,
            "guidance": True,
            "steps": {"high": 50},
            "seed": {"high": 2**31 - 1},
        },
        build=from_picture,
        here=HERE,
        price=SLOW,
        quality="standard",
        summary="An open model that changes a picture as you say.",
        cannot="Its terms must be accepted on its page; a model may have to wake.",
    ),
)


class HuggingFace(Remote):
    key = "huggingface"
    label = "Hugging Face"
    home = "https://router.huggingface.co"
    key_name = "HF_TOKEN"
    offers = OFFERS
    slots = 2

    async def submit(self, wire: Wire, call: Call) -> Update:
        path = f"/hf-inference/models/{call.offer.model}"
        body = await asyncio.to_thread(self._body, call)
        headers = {"Accept": "image/png"}
        reply = await wire.call("POST", path, json=body, headers=headers, timeout=AT_ONCE)
        if not reply.ok:
            raise self.refusal(reply, sending=True)
        output = inline(reply.content)
        if output is None:
            raise unreadable(self, reply, ErrorKind.UNCLEAR)
        return Update(Status.SUCCEEDED, outputs=(output,))

    def _body(self, call: Call) -> dict[str, Any]:
        files = {name: data_url(path, self.label, INLINE) for name, path in call.files.items()}
        return call.offer.payload(call.said, files)

    async def check_key(self, wire: Wire) -> str:
        hub = wire.at(HUB) if wire.home == self.home else wire
        with harmless():
            reply = await hub.call("GET", "/api/whoami-v2")
        if not reply.ok:
            raise self.refusal(reply)
        name = text(reply.data, "name")
        return f"Hugging Face accepts the token{f' of {name[:80]}' if name else ''}."

    def explain(self, reply: Reply) -> tuple[str, ErrorKind | None]:
        told = field(reply.data, "error")
        parts = told if isinstance(told, list) else [told or reply.text[:300]]
        words = "; ".join(str(part)[:300] for part in parts[:3])
        if "monthly included credits" in words.lower():
            return words, ErrorKind.NO_CREDIT
        if reply.status == 503 and _seconds(reply) is not None:
            return words, ErrorKind.LATER
        if reply.status == 404:
            return f"it does not serve this model now ({words.strip()})", ErrorKind.REFUSED
        return words, ErrorKind.INPUT if reply.status in (400, 422) else None

    def refusal(self, reply: Reply, *, sending: bool = False) -> ProviderError:
        error = super().refusal(reply, sending=sending)
        if error.kind == ErrorKind.LATER and error.retry_after is None:
            error.retry_after = _seconds(reply)
        return error


def _seconds(reply: Reply) -> float | None:
    """In how many a model that sleeps will be awake; None when that is not said."""
    said = field(reply.data, "estimated_time")
    if isinstance(said, bool) or not isinstance(said, int | float) or not said >= 0:
        return None
    return min(float(said), LONGEST_WAIT)


PROVIDER = HuggingFace()
