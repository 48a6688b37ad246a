"""The language model that writes, in the two dialects that servers speak."""

from __future__ import annotations

import asyncio
import base64
import logging
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from studio import catalogue, keys
from studio.http import Clients, Reply, Wire
from studio.providers import Remote
from studio.spec import ProviderError

log = logging.getLogger("zoetrope.writer")

GEMINI = "gemini"
GEMINI_MODEL = "gemini-3.5-flash"
SECONDS = 20.0
MOST = 256 * 1024  # bytes of an answer
TOKENS = 2000


class NotWritten(Exception):
    """The model wrote nothing that can be used; the message says why, for people."""


@dataclass(frozen=True)
class Question:
    """What it is asked: how to answer, the shape of the answer, and everything that people wrote,
    as data; and the JPEG that it is about, if there is one."""

    system: str
    schema: dict[str, Any]
    data: str
    picture: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Model:
    """A language model and the way to it. The key goes to `home` and to no other host."""

    label: str
    home: str
    path: str
    headers: dict[str, str] = field(repr=False)
    bodies: tuple[dict[str, Any], ...] = ()


def answer(question: Question) -> str:
    """The text of the model's answer, which may be anything. Raises NotWritten."""
    try:
        model = _gemini(question) if settings.WRITER == GEMINI else _compatible(question)
        return asyncio.run(_asked(model))
    except ProviderError as error:
        # Their words may hold what somebody wrote, or a key: the kind is enough.
        log.warning("the writing model failed: %s", error.kind)
        raise NotWritten(error.message.rstrip(".")) from None


# --- the two dialects ---------------------------------------------------------------------------


def _compatible(question: Question) -> Model:
    """OpenAI's chat completions, as many servers speak them. Not all know the optional fields, so
    the second body goes without."""
    plain = {
        "model": settings.WRITER_MODEL,
        "messages": [
            {"role": "system", "content": question.system},
            {"role": "user", "content": _content(question)},
        ],
    }
    full = {**plain, "max_tokens": TOKENS, "response_format": {"type": "json_object"}}
    key = settings.WRITER_KEY
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    home = settings.WRITER_URL
    return Model("The writing model", home, "/chat/completions", headers, (full, plain))


def _content(question: Question) -> str | list[dict[str, Any]]:
    if not question.picture:
        return question.data
    picture = f"data:image/jpeg;base64,{base64.b64encode(question.picture).decode()}"
    return [
        {"type": "text", "text": question.data},
        {"type": "image_url", "image_url": {"url": picture}},
    ]


def _parts(question: Question) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"text": question.data}]
    if question.picture:
        data = base64.b64encode(question.picture).decode()
        parts.append({"inlineData": {"mimeType": "image/jpeg", "data": data}})
    return parts


def _gemini(question: Question) -> Model:
    provider = catalogue.providers().get(GEMINI)
    if not isinstance(provider, Remote):
        raise NotWritten("There is no Gemini in this studio")
    access = keys.access(provider)
    plain = {
        "systemInstruction": {"parts": [{"text": question.system}]},
        "contents": [{"role": "user", "parts": _parts(question)}],
    }
    shape = {
        "responseMimeType": "application/json",
        "responseSchema": _in_capitals(question.schema),
    }
    full = {**plain, "generationConfig": shape}
    path = f"/v1beta/models/{settings.WRITER_MODEL or GEMINI_MODEL}:generateContent"
    return Model("Gemini", access.home, path, access.headers, (full, plain))


def _in_capitals(schema: Any) -> Any:
    """A JSON Schema with Google's names of types."""
    if isinstance(schema, dict):
        return {
            k: v.upper() if k == "type" and isinstance(v, str) else _in_capitals(v)
            for k, v in schema.items()
        }
    return schema


# --- the call -----------------------------------------------------------------------------------


async def _asked(model: Model) -> str:
    """The text of the model's answer. Raises ProviderError and NotWritten."""
    clients = Clients(1)
    try:
        async with asyncio.timeout(SECONDS):
            wire = Wire(model.home, model.headers, clients)
            return _text_of(model, await _answered(model, wire))
    except TimeoutError:
        raise NotWritten(f"{model.label} did not answer within {SECONDS:g} seconds") from None
    finally:
        await clients.close()


async def _answered(model: Model, wire: Wire) -> Reply:
    for body in model.bodies:
        reply = await wire.call("POST", model.path, json=body, timeout=SECONDS, most=MOST)
        if reply.status not in (400, 422):
            break
    return reply


def _text_of(model: Model, reply: Reply) -> str:
    if not reply.ok:
        raise NotWritten(_refusal(model, reply.status))
    match reply.data:
        case {"choices": [{"message": {"content": str(text)}, **about}, *_]}:
            ended = about.get("finish_reason")
        case {"candidates": [{"content": {"parts": [*parts]}, **about}, *_]}:
            text, ended = _spoken(parts), about.get("finishReason")
        case _:
            raise NotWritten(f"{model.label} gave no answer to this prompt")
    if ended in ("length", "MAX_TOKENS"):
        raise NotWritten(f"{model.label} did not come to an end")
    if ended in ("content_filter", "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST"):
        raise NotWritten(f"{model.label} refused this prompt for its content")
    return text


def _spoken(parts: list[Any]) -> str:
    """The text of the parts of an answer, without what was only thought."""
    said = [p for p in parts if isinstance(p, dict) and not p.get("thought")]
    return "".join(p["text"] for p in said if isinstance(p.get("text"), str))


def _refusal(model: Model, status: int) -> str:
    if status in (401, 403):
        return f"{model.label} does not accept the key of this studio"
    if status == 429:
        return f"{model.label} has too much to do at the moment"
    return f"{model.label} answered with an error ({status})"
