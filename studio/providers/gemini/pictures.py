"""Still pictures by Gemini: made of words, or changed by them. An answer is the picture itself.

The names of its models change within months; OFFER_MODELS renames them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from billing.pricing import Flat, FlatBy, Price
from studio.engine.shape import nearest_ratio
from studio.http import Reply
from studio.providers import Remote
from studio.providers._answers import failed, field, text
from studio.providers._pictures import (
    HERE,
    MASKED,
    MB,
    asked,
    by_ratio,
    decoded,
    exact,
    inline,
    ratio_of,
)
from studio.spec import ErrorKind, FileLimits, Offer, Param, Sizes, Status, Update
from studio.words.style import ROOM, as_sent

INLINE = 7 * MB  # bytes of a picture, which travels inside the request
PICTURE = FileLimits(
    max_bytes=INLINE - 1024, max_side=4096, mimes=("image/jpeg", "image/png", "image/webp")
)
RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
SIZES = {"1K": 1024, "2K": 2048, "4K": 4096}
# The model refused the words, or its picture.
CONTENT = {
    "SAFETY",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "RECITATION",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
}
# Google's prices of these models were not to be read anywhere we looked; these are guesses from
# above, by what its older ones and resellers cost.
LITE = Flat("0.04")
FLASH = FlatBy({"1K": "0.07", "2K": "0.11", "4K": "0.16"}, of="picture_size")
PRO = FlatBy({"1K": "0.15", "2K": "0.15", "4K": "0.25"}, of="picture_size")


def size_of(choices: tuple[str, ...], *, derived: bool) -> Param:
    """How large the model makes it; derived from the size that was asked for, the first that
    reaches it."""

    def proposed(params: Mapping[str, Any]) -> str:
        longest = max(asked(params))
        return next((c for c in choices if SIZES[c] >= longest), choices[-1])

    return Param(
        "picture_size",
        "choice",
        "Size at the model",
        help="The longer side, about. A larger one costs more.",
        default=None if derived else choices[0],
        choices=choices,
        labels={c: f"{c} · about {SIZES[c]} px" for c in choices},
        derive=proposed if derived else None,
        group="output",
        advanced=True,
    )


def built(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    """`files` holds pictures as data addresses; they come before the words."""
    said = as_sent(params)
    parts = [_part(url) for url in files.values()]
    shape = {"aspectRatio": _ratio(params), "imageSize": params.get("picture_size")}
    # 1K is what a model makes when nothing is said, and not all know the word.
    if shape["imageSize"] == "1K":
        del shape["imageSize"]
    config = {
        "responseModalities": ["IMAGE"],
        "imageConfig": {k: v for k, v in shape.items() if v},
        "seed": said.get("seed"),
    }
    return {
        "contents": [{"role": "user", "parts": [*parts, {"text": said["prompt"]}]}],
        "generationConfig": {k: v for k, v in config.items() if v is not None and v != {}},
    }


def _ratio(params: Mapping[str, Any]) -> str | None:
    """Without one the picture keeps its shape."""
    if "width" not in params:
        return None
    return params.get("ratio") or nearest_ratio(*asked(params), RATIOS)


def _part(url: str) -> dict[str, Any]:
    if not url.startswith("data:"):
        return {"fileData": {"fileUri": url}}
    mime, _, data = url.removeprefix("data:").partition(";base64,")
    return {"inlineData": {"mimeType": mime, "data": data}}


def advice(params: Mapping[str, Any], sizes: Sizes) -> Iterable[str]:
    """As `by_ratio`, of the size that is chosen."""
    side = SIZES[params.get("picture_size") or "1K"]
    return by_ratio(RATIOS, round(side * side / 1e6, 1))(params, sizes)


PROMPT = {"max_length": 10_000 - ROOM}
SEED = {"high": 2**31 - 1}
MADE: Mapping[str, Any] = {
    "prompt": PROMPT,
    "style": True,
    "image": {"limits": PICTURE},
    "width": True,
    "height": True,
    "seed": SEED,
}
CHANGED: Mapping[str, Any] = {
    "image": {"limits": PICTURE},
    **MASKED,
    "prompt": PROMPT,
    "style": True,
    "reference": {"limits": PICTURE},
    "seed": SEED,
}


@dataclass(frozen=True)
class Model:
    """One of them: `key` in ours, `name` its own; `sizes` that it makes, if they can be chosen."""

    key: str
    name: str
    label: str
    quality: str
    price: Price
    summary: str
    sizes: tuple[str, ...] = ()

    def made(self) -> Offer:
        """From words."""
        sizes = (size_of(self.sizes, derived=True),) if self.sizes else ()
        return Offer(
            key=f"gemini-{self.key}-image",
            provider="gemini",
            operation="text-to-image",
            label=self.label,
            summary=self.summary,
            cannot="No negative prompt. Makes ten shapes; your size is made of the nearest here.",
            model=self.name,
            accepts=MADE,
            extra=(ratio_of(RATIOS), *sizes),
            build=built,
            price=self.price,
            quality=self.quality,
            advice=advice,
            finish=exact,
        )

    def changed(self) -> Offer:
        """From a picture, or two, and words."""
        return Offer(
            key=f"gemini-{self.key}-edit",
            provider="gemini",
            operation="edit-by-words",
            label=self.label,
            summary=f"Changes a picture as you say. {self.summary}",
            cannot="It may change more than you say; a mask keeps the rest.",
            model=self.name,
            accepts=CHANGED,
            extra=(size_of(self.sizes, derived=False),) if self.sizes else (),
            build=built,
            here=HERE,
            price=self.price,
            quality=self.quality,
        )


MODELS = (
    Model(
        "flash-lite",
        "gemini-3.1-flash-lite-image",
        "Gemini Flash Lite Image",
        "draft",
        LITE,
        "Quick and cheap.",
    ),
    Model(
        "flash",
        "gemini-3.1-flash-image",
        "Gemini Flash Image",
        "standard",
        FLASH,
        "Quick, and good at following words.",
        tuple(FLASH.prices),
    ),
    Model(
        "pro",
        "gemini-3-pro-image",
        "Gemini Pro Image",
        "premium",
        PRO,
        "Google's best: long instructions, letters, up to 4K.",
        tuple(PRO.prices),
    ),
)
OFFERS = tuple(offer for model in MODELS for offer in (model.made(), model.changed()))


def read(provider: Remote, reply: Reply) -> Update | None:
    """The picture in an answer; None when the answer is none. Words and thoughts are no picture."""
    blocked = text(field(reply.data, "promptFeedback"), "blockReason")
    candidates = field(reply.data, "candidates")
    if blocked and not candidates:
        return _refused(provider, blocked, "", reply)
    if not isinstance(candidates, list) or not candidates:
        return None
    first = candidates[0]
    parts = field(field(first, "content"), "parts")
    said = [p for p in parts if isinstance(p, dict)] if isinstance(parts, list) else []
    for part in said:
        data = field(part, "inlineData") or field(part, "inline_data")
        output = inline(decoded(field(data, "data"))) if not part.get("thought") else None
        if output:
            return Update(Status.SUCCEEDED, outputs=(output,))
    reason = text(first, "finishReason")
    if not (reason or said):
        return None
    return _refused(provider, reason, " ".join(text(p, "text") for p in said), reply)


def _refused(provider: Remote, reason: str, words: str, reply: Reply) -> Update:
    kind = ErrorKind.MODERATED if reason in CONTENT else None
    told = f"it answered without a picture ({reason or 'no reason'}) {words[:300]}".strip()
    return failed(provider, told, kind, f"{reply.status} {reply.text[:500]}")
