"""Hugging Face's router as far as its own inference goes: JSON in, the bytes of a picture out."""

from __future__ import annotations

import asyncio
import base64
import zlib
from typing import Any

from aiohttp import web

from tests.fakes import pictures
from tests.fakes.parts import FAILED, MODERATED, Prediction
from tests.fakes.server import Fake

PARAMETERS = {
    "prompt",
    "width",
    "height",
    "num_inference_steps",
    "guidance_scale",
    "negative_prompt",
    "seed",
    "scheduler",
}


class FakeHuggingFace(Fake):
    """`asleep`: so many calls are answered that the model is being loaded."""

    key = "huggingface"
    label = "Hugging Face"
    key_name = "HF_TOKEN"
    asleep = 0

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/hf-inference/models/{model:.+}", self.submit)
        router.add_get("/api/whoami-v2", self.whoami)

    def error(self, status: int, words: str, kind: str) -> web.Response:
        if kind == "credit":
            words = "You have exceeded your monthly included credits for Inference Providers."
        return web.json_response({"error": words}, status=status)

    def refuses(self, model: str, said: dict[str, Any]) -> str:
        inputs, more = said.get("inputs"), said.get("parameters", {})
        if not inputs or not isinstance(inputs, str):
            return "inputs: field required"
        if unknown := set(more) - PARAMETERS:
            return f"unknown parameters: {', '.join(sorted(unknown))}"
        if "prompt" in more and self.picture(said) is None:
            return "inputs: cannot be decoded as an image"
        return ""

    @staticmethod
    def picture(said: dict[str, Any]) -> Any:
        try:
            return pictures.read(base64.b64decode(said["inputs"], validate=True))
        except (OSError, ValueError):
            return None

    async def submit(self, request: web.Request) -> web.StreamResponse:
        if self.asleep:
            self.asleep -= 1
            told = {"error": "Model is currently loading", "estimated_time": 20.5}
            return web.json_response(told, status=503)
        return await self.take(
            request, request.match_info["model"], await request.json(), self.at_once
        )

    async def at_once(self, prediction: Prediction) -> web.StreamResponse:
        await asyncio.sleep(min(self.seconds or 0, 20))
        prediction.stage = prediction.fate
        if prediction.fate in (FAILED, MODERATED):
            return self.error(400, "The model could not make it.", "failed")
        body = await asyncio.to_thread(self.drawn, prediction.input)
        return web.Response(body=body, content_type="image/png")

    def drawn(self, said: dict[str, Any]) -> bytes:
        more = said.get("parameters", {})
        words = more.get("prompt") or said["inputs"]
        hue = zlib.crc32(f"{words} {more.get('seed')}".encode()) % pictures.HUES
        if "prompt" in more:
            return pictures.written(pictures.changed(self.picture(said), words, hue))
        size = (more.get("width", 1024), more.get("height", 1024))
        return pictures.written(pictures.painted(words, size, hue))

    async def whoami(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"type": "user", "name": "ada"})


FAKE = FakeHuggingFace
