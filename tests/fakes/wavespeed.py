"""WaveSpeed as its documents and its own client have it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import zlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import web
from PIL import Image

from tests.fakes import pictures
from tests.fakes.parts import CANCELED, DONE, ENDS, FAILED, MODERATED, QUEUED, RUNNING, Prediction
from tests.fakes.server import Fake

WORDS = {
    QUEUED: "created",
    RUNNING: "processing",
    DONE: "completed",
    FAILED: "failed",
    MODERATED: "completed",
    CANCELED: "deleted",
}
FILES = ("image", "audio", "mask_image", "face_image", "source_image", "target_image")
LISTS = ("reference_images", "images", "source_image", "target_image")
NEEDS = {
    "image-to-video": ("image", "prompt"),
    "text-to-video": ("prompt",),
    "infinitetalk": ("image", "audio"),
    "edit": ("image", "prompt"),
    "edit-plus": ("images", "prompt"),
    "flux-kontext-pro": ("image", "prompt"),
    "image-face-swap": ("image", "face_image"),
    "image-face-swap-pro": ("image", "face_image"),
    "image-head-swap": ("image", "face_image"),
    "infinite-you": ("target_image", "source_image"),
}
AKOOL = "akool/image-face-swap"
GROUP = ("image", "source_image", "target_image")
STILLS = (
    "ideogram-ai/",
    "akool/",
    "wavespeed-ai/qwen-image/",
    "wavespeed-ai/flux-kontext-pro",
    "wavespeed-ai/image-",
    "wavespeed-ai/infinite-you",
)


class FakeWaveSpeed(Fake):
    """`in_envelope`: errors come as HTTP 200 with a code in the envelope."""

    key = "wavespeed"
    label = "WaveSpeed"
    key_name = "WAVESPEED_API_KEY"
    in_envelope = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hook_secret = f"whsec_{uuid4().hex}"

    def routes(self, router: web.UrlDispatcher) -> None:
        api = "/api/v3"
        router.add_get(f"{api}/predictions/{{id}}/result", self.poll)
        router.add_get(f"{api}/predictions/{{id}}", self.poll)
        router.add_delete(f"{api}/predictions/{{id}}", self.delete)
        router.add_get(f"{api}/webhook/secret", self.secret_of_hooks)
        router.add_post(f"{api}/media/uploads", self.upload)
        router.add_post(f"{api}/{{model:.+}}", self.submit)

    def error(self, status: int, words: str, kind: str) -> web.Response:
        if kind == "credit":
            status, words = 400, "Insufficient credits. Please top up."
        said = {"code": status, "message": words}
        return web.json_response(said, status=200 if self.in_envelope else status)

    def refuses(self, model: str, said: dict[str, Any]) -> str:
        needs = NEEDS.get(model.rpartition("/")[2], ("prompt",))
        for name in GROUP if model == AKOOL else needs:
            if not said.get(name):
                return f"property '{name}' is missing"
        files = {n: said[n] for n in FILES if isinstance(said.get(n), str)}
        for name in LISTS:
            found = said.get(name)
            if isinstance(found, list):
                files |= {f"{name} {n}": url for n, url in enumerate(found)}
        for name, url in files.items():
            if not self.can_read(url):
                return f"'{name}' cannot be downloaded: {url}"
        if "mask_image" in said and "image" not in said and "ideogram" in model:
            return "'mask_image' needs an 'image'"
        return ""

    def suffix(self, prediction: Prediction) -> str:
        still = prediction.model.startswith(STILLS)
        return f".{prediction.input.get('output_format', 'png')}" if still else ".mp4"

    def film(self, name: str) -> bytes:
        prediction = self.predictions.get(name.partition("-")[0])
        if prediction is None or self.suffix(prediction) == ".mp4":
            return super().film(name)
        return self.still(prediction.input)

    def still(self, said: dict[str, Any]) -> bytes:
        """A picture of its words, in the size or the shape that was asked for."""
        if face := said.get("face_image") or said.get("source_image"):
            return self.swapped(said, face)
        words = str(said["prompt"])
        hue = zlib.crc32(words.encode()) % pictures.HUES
        if "mask_image" in said:
            source, mask = (self.seen(said[name]) for name in ("image", "mask_image"))
            return pictures.written(pictures.changed(source, words, hue, mask))
        if source := said.get("image") or next(iter(said.get("images", ())), ""):
            made = pictures.changed(self.seen(source), words, hue)
            return pictures.written(made, said.get("output_format", "png"))
        size = pictures.of_ratio(said.get("aspect_ratio", "1:1"))
        if "size" in said:
            across, _, down = said["size"].partition("*")
            size = (int(across), int(down))
        made = pictures.painted(words, size, hue)
        return pictures.written(made, said.get("output_format", "png"))

    def swapped(self, said: dict[str, Any], face: Any) -> bytes:
        """The new face, or those of a group, as ovals in the upper part of the picture."""
        base = self.seen(said["image"] if "image" in said else said["target_image"])
        faces = [self.seen(one) for one in (face if isinstance(face, list) else [face])]
        return pictures.written(pictures.faced(base, faces), said.get("output_format", "png"))

    def seen(self, address: str) -> Image.Image:
        return pictures.read(self.uploads[address.rpartition("/")[2]])

    async def submit(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        hook = request.query.get("webhook", "")
        model = request.match_info["model"]
        return await self.take(request, model, said, self.tell_of, hook=hook)

    async def poll(self, request: web.Request) -> web.StreamResponse:
        return await self.tell(request, request.match_info["id"], self.tell_of)

    def tell_of(self, prediction: Prediction) -> web.Response:
        return _ok(self.data(prediction))

    def data(self, prediction: Prediction) -> dict[str, Any]:
        stage = self.stage(prediction)
        done = stage in (DONE, MODERATED)
        outputs = self.results(prediction) if done else []
        error = "The model ran out of memory." if stage == FAILED else ""
        return {
            "id": prediction.id,
            "model": prediction.model,
            "outputs": outputs,
            "urls": {"get": f"{self.url}/api/v3/predictions/{prediction.id}/result"},
            "has_nsfw_contents": [stage == MODERATED] * len(outputs),
            "status": WORDS.get(stage, stage),
            "created_at": datetime.now(UTC).isoformat(),
            "error": error,
            "timings": {"inference": 1234 if done else 0},
        }

    async def delete(self, request: web.Request) -> web.StreamResponse:
        prediction = self.predictions.get(request.match_info["id"])
        if prediction is None:
            return self.error(404, "There is no such prediction.", "missing")
        if prediction.stage_now() not in ENDS:
            self.end(prediction.id, CANCELED)
        return _ok({"id": prediction.id, "status": "deleted"})

    async def secret_of_hooks(self, request: web.Request) -> web.StreamResponse:
        return _ok({"secret": self.hook_secret})

    async def upload(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        put, read = self.ticket(said["filename"])
        headers = {"Content-Type": said["content_type"]}
        return _ok(
            {"upload": {"method": "PUT", "url": put, "headers": headers}, "download_url": read}
        )

    def news(self, prediction: Prediction) -> tuple[dict[str, str], bytes]:
        body = json.dumps({**self.data(prediction), "input": prediction.input}).encode()
        return self.sign(body), body

    def sign(self, body: bytes, at: float | None = None, id: str = "") -> dict[str, str]:
        """The headers of a webhook with this body."""
        id, sent = id or f"msg_{uuid4().hex}", str(int(at or time.time()))
        key = self.hook_secret.removeprefix("whsec_").encode()
        signed = f"{id}.{sent}.".encode() + body
        signature = hmac.new(key, signed, hashlib.sha256).hexdigest()
        return {
            "webhook-id": id,
            "webhook-timestamp": sent,
            "webhook-signature": f"v3,{signature}",
            "content-type": "application/json",
        }


def _ok(data: dict[str, Any]) -> web.Response:
    return web.json_response({"code": 200, "message": "success", "data": data})


FAKE = FakeWaveSpeed
