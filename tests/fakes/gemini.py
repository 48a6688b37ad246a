"""Google's Gemini API: pictures at once, and its Interactions, whose results lie at its own address
and want the key."""

from __future__ import annotations

import asyncio
import base64
import zlib
from typing import Any

from aiohttp import web

from tests.fakes import pictures
from tests.fakes.parts import CANCELED, DONE, ENDS, FAILED, MODERATED, QUEUED, RUNNING, Prediction
from tests.fakes.server import Fake

WORDS = {QUEUED: "queued", RUNNING: "in_progress", DONE: "completed", CANCELED: "cancelled"}
WORDS |= {FAILED: "failed", MODERATED: "failed"}
CODES = {401: "INVALID_ARGUMENT", 402: "FAILED_PRECONDITION", 429: "RESOURCE_EXHAUSTED"}
SIZES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
RATIOS = {"1:1", "1:4", "4:1", "1:8", "8:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4"}
RATIOS |= {"9:16", "16:9", "21:9"}
FORMAT = {
    "type": {"video"},
    "aspect_ratio": {"16:9", "9:16"},
    "resolution": {"360p", "720p", "1080p", "4k"},
    "delivery": {"inline", "uri"},
    "duration": {f"{seconds}s" for seconds in range(3, 11)},
}


class FakeGemini(Fake):
    """`inline`: the result comes inside the answer, whatever was asked. `delay` is what a 429
    names in its details."""

    key = "gemini"
    label = "Gemini"
    key_name = "GEMINI_API_KEY"
    inline = False
    delay = ""

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1beta/models/{model}:generateContent", self.generate)
        router.add_post("/v1/interactions", self.submit)
        router.add_get("/v1/interactions/{id}", self.poll)
        router.add_post("/v1/interactions/{id}/cancel", self.stop_it)
        router.add_get("/v1/files/{name}:download", self.result)
        router.add_get("/v1/models", self.models)

    def allowed(self, request: web.Request) -> bool:
        return request.headers.get("x-goog-api-key") == self.secret

    def error(self, status: int, words: str, kind: str) -> web.Response:
        said = {"message": words, "status": CODES.get(status, "INTERNAL"), "details": []}
        details: list[dict[str, Any]] = []
        if kind == "key":
            status, said["message"] = 400, "API key not valid. Please pass a valid API key."
            details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo"}]
            details[0]["reason"] = "API_KEY_INVALID"
        if kind == "credit":
            status, said["message"] = 400, "Billing is not enabled for this project."
        if kind == "input":
            said["status"] = "INVALID_ARGUMENT"
        if kind == "missing":
            said["status"] = "NOT_FOUND"
        if kind == "busy" and self.delay:
            kind_of = "type.googleapis.com/google.rpc.RetryInfo"
            details = [{"@type": kind_of, "retryDelay": self.delay}]
        return web.json_response(
            {"error": {**said, "code": status, "details": details}}, status=status
        )

    def refuses(self, model: str, said: dict[str, Any]) -> str:
        if "contents" in said:
            return self.refuses_still(said)
        wanted = said.get("response_format", {})
        wrong = [k for k, v in wanted.items() if v not in FORMAT.get(k, ())]
        if wrong or not said.get("background"):
            return f"Invalid value at {wrong or 'background'}"
        content = said["input"][0]["content"]
        for part in content:
            if part["type"] == "image" and not self.is_picture(part):
                return "Unable to process input image."
        texts = [part["text"] for part in content if part["type"] == "text"]
        return "" if texts and all(texts) else "contents is required"

    @staticmethod
    def is_picture(part: dict[str, Any]) -> bool:
        try:
            data = base64.b64decode(part["data"], validate=True)
        except (KeyError, ValueError):
            return False
        starts = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8", "image/webp": b"RIFF"}
        return data.startswith(starts.get(part.get("mime_type", ""), b"?")) and len(data) < 7 << 20

    async def submit(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        return await self.take(request, said.get("model", ""), said, self.told)

    # --- pictures -------------------------------------------------------------------------------

    def refuses_still(self, said: dict[str, Any]) -> str:
        parts = said["contents"][0]["parts"]
        for part in parts:
            data = part.get("inlineData")
            if data and not self.is_picture({"mime_type": data["mimeType"], "data": data["data"]}):
                return "Unable to process input image."
        config = said.get("generationConfig", {}).get("imageConfig", {})
        if (
            config.get("aspectRatio", "1:1") not in RATIOS
            or config.get("imageSize", "1K") not in SIZES
        ):
            return f"Invalid value at generation_config.image_config: {config}"
        return "" if any(part.get("text") for part in parts) else "contents is required"

    async def generate(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        return await self.take(request, request.match_info["model"], said, self.at_once)

    async def at_once(self, prediction: Prediction) -> web.StreamResponse:
        """Thoughts and words come before the picture, as they do there."""
        await asyncio.sleep(min(self.seconds or 0, 20))
        prediction.stage = prediction.fate
        if prediction.fate == MODERATED:
            return web.json_response({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
        parts: list[dict[str, Any]] = [
            {"text": "I think of hills.", "thought": True},
            {"text": "Here is your picture."},
        ]
        if prediction.fate == DONE:
            body = await asyncio.to_thread(self.drawn, prediction.input)
            data = base64.b64encode(body).decode()
            parts.append({"inlineData": {"mimeType": "image/png", "data": data}})
        reason = "STOP" if prediction.fate == DONE else "NO_IMAGE"
        candidate = {"content": {"role": "model", "parts": parts}, "finishReason": reason}
        used = {"totalTokenCount": 1290}
        return web.json_response({"candidates": [candidate], "usageMetadata": used})

    @staticmethod
    def drawn(said: dict[str, Any]) -> bytes:
        parts = said["contents"][0]["parts"]
        words = " ".join(part["text"] for part in parts if "text" in part)
        sent = [base64.b64decode(p["inlineData"]["data"]) for p in parts if "inlineData" in p]
        hue = zlib.crc32(words.encode()) % pictures.HUES
        config = said["generationConfig"].get("imageConfig", {})
        side = SIZES[config.get("imageSize", "1K")]
        if sent and "aspectRatio" not in config:
            return pictures.written(pictures.changed(pictures.read(sent[0]), words, hue))
        size = pictures.of_ratio(config.get("aspectRatio", "1:1"), side * side)
        return pictures.written(pictures.painted(words, size, hue))

    # --- interactions ---------------------------------------------------------------------------

    async def poll(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("stream") != "false":
            return self.error(400, "stream", "input")
        return await self.tell(request, request.match_info["id"], self.told)

    def told(self, prediction: Prediction) -> web.Response:
        stage = self.stage(prediction)
        said: dict[str, Any] = {
            "id": prediction.id,
            "object": "interaction",
            "model": prediction.model,
            "status": WORDS.get(stage, stage),
            "steps": [],
        }
        if stage == DONE:
            thought = {"type": "thought", "content": [{"type": "text", "text": "…"}]}
            videos = [self.video(url) for url in self.results(prediction)]
            said["steps"] = [thought, {"type": "model_output", "content": videos}]
            said["usage"] = {"total_tokens": 100}
        if stage == MODERATED:
            said["errors"] = [{"code": "SAFETY", "message": "The prompt was blocked."}]
        if stage == FAILED:
            said["errors"] = [{"code": "INTERNAL", "message": "Generation failed."}]
        return web.json_response(said)

    def video(self, url: str) -> dict[str, str]:
        name = url.rpartition("/")[2]
        video = {"type": "video", "mime_type": "video/mp4"}
        if self.inline:
            return {**video, "data": base64.b64encode(self.film(name)).decode()}
        return {**video, "uri": f"{self.url}/v1/files/{name}:download?alt=media"}

    async def stop_it(self, request: web.Request) -> web.StreamResponse:
        prediction = self.predictions.get(request.match_info["id"])
        if prediction and prediction.stage_now() not in ENDS:
            self.end(prediction.id, CANCELED)
        return await self.tell(request, request.match_info["id"], self.told)

    async def models(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"models": [{"name": "models/gemini-omni-flash-preview"}]})

    def watch(self, request: web.Request) -> None:
        """Their own files want the key."""
        if not request.path.startswith("/v1/files/"):
            super().watch(request)


FAKE = FakeGemini
