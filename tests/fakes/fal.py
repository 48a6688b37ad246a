"""fal.ai: the queue, and beside it storage, signatures and prices, all on one address."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any
from uuid import uuid4

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fakes.parts import CANCELED, DONE, ENDS, FAILED, MODERATED, QUEUED, RUNNING, Prediction
from tests.fakes.server import Fake

WORDS = {QUEUED: "IN_QUEUE", RUNNING: "IN_PROGRESS"} | dict.fromkeys(ENDS, "COMPLETED")
FILES = ("image_url", "start_image_url", "end_image_url", "audio_url")
PREFIXES = ("workflows", "comfy")


class FakeFal(Fake):
    """`padded`: whether the keys of the set end in '='."""

    key = "fal"
    label = "fal.ai"
    key_name = "FAL_KEY"
    open = ("/.well-known/",)
    padded = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signer = Ed25519PrivateKey.generate()
        self.result_error: tuple[int, str] | None = None  # status and body
        self.user = f"user-{uuid4().hex[:8]}"

    def routes(self, router: web.UrlDispatcher) -> None:
        app = "/{app:.+}/requests/{id}"
        router.add_get("/.well-known/jwks.json", self.keys)
        router.add_get("/v1/models/pricing", self.pricing)
        router.add_post("/storage/upload/initiate", self.initiate)
        router.add_get(f"{app}/status", self.status)
        router.add_put(f"{app}/cancel", self.stop_request)
        router.add_get(app, self.result_of)
        router.add_post("/{model:.+}", self.submit)

    def allowed(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Key {self.secret}"

    def error(self, status: int, words: str, kind: str) -> web.Response:
        if kind == "credit":
            words = "User is locked. Reason: Exhausted balance. Top up your balance."
            return web.json_response({"detail": words}, status=403)
        if kind == "input":
            return _problems(422, "value_error", words, "prompt")
        headers = {"X-Fal-Error-Type": "internal_error"} if status >= 500 else {}
        named = {"error_type": "internal_error"} if status >= 500 else {}
        return web.json_response({"detail": words, **named}, status=status, headers=headers)

    def refuses(self, model: str, said: dict[str, Any]) -> str:
        picture = "start_image_url" if "kling-video" in model else "image_url"
        for name in ("prompt", picture):
            if not said.get(name):
                return f"field required: {name}"
        wrong = [n for n in FILES if n in said and not self.can_read(said[n])]
        return f"Failed to download {wrong[0]}" if wrong else ""

    async def submit(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        hook = request.query.get("fal_webhook", "")
        model = request.match_info["model"]
        return await self.take(request, model, said, self.accepted, hook=hook)

    def accepted(self, prediction: Prediction) -> web.Response:
        return web.json_response({"status": "IN_QUEUE", **self.links(prediction)})

    def links(self, prediction: Prediction) -> dict[str, Any]:
        parts = prediction.model.split("/")
        app = "/".join(parts[: 3 if parts[0] in PREFIXES else 2])
        at = f"{self.url}/{app}/requests/{prediction.id}"
        return {
            "request_id": prediction.id,
            "response_url": at,
            "status_url": f"{at}/status",
            "cancel_url": f"{at}/cancel",
            "queue_position": 0,
        }

    def _found(self, request: web.Request) -> str:
        """The id, where it is asked for by the right owner and alias."""
        prediction = self.predictions.get(request.match_info["id"])
        right = prediction and f"/{request.match_info['app']}/requests/" in str(
            self.links(prediction)["status_url"]
        )
        return request.match_info["id"] if right else ""

    async def status(self, request: web.Request) -> web.StreamResponse:
        return await self.tell(request, self._found(request), self.status_of)

    def status_of(self, prediction: Prediction) -> web.Response:
        stage = self.stage(prediction)
        said = {"status": WORDS.get(stage, stage.upper()), **self.links(prediction), "logs": None}
        if stage in ENDS:
            said["metrics"] = {"inference_time": 1.5}
        if stage in (FAILED, MODERATED):
            said |= {"error": "Invalid status code: 422", "error_type": "model_error"}
        if stage == CANCELED:
            said |= {"error": "Request was cancelled", "error_type": "client_cancelled"}
        return web.json_response(said, status=200 if stage in ENDS else 202)

    async def result_of(self, request: web.Request) -> web.StreamResponse:
        return await self.tell(request, self._found(request), self.output_of)

    def output_of(self, prediction: Prediction) -> web.Response:
        if self.result_error:
            status, body = self.result_error
            return web.Response(status=status, text=body, content_type="application/json")
        stage = prediction.stage_now()
        if stage == CANCELED:
            return web.json_response(
                {"detail": "Request was cancelled", "error_type": "client_cancelled"}, status=499
            )
        if stage == MODERATED:
            words = "The content could not be processed because it was flagged."
            return _problems(422, "content_policy_violation", words, "prompt")
        if stage == FAILED:
            return _problems(500, "internal_server_error", "Internal server error", "")
        if stage != DONE:
            return web.json_response({"detail": "Request is still in progress"}, status=400)
        return web.json_response(self.output(prediction))

    def output(self, prediction: Prediction) -> dict[str, Any]:
        files = [
            {"url": url, "content_type": "video/mp4", "file_name": "output.mp4", "file_size": 26101}
            for url in self.results(prediction)
        ]
        if len(files) > 1:
            return {"videos": files}
        return {"video": files[0] if files else None, "seed": 7}

    async def stop_request(self, request: web.Request) -> web.StreamResponse:
        prediction = self.predictions.get(self._found(request))
        if prediction is None:
            return web.json_response({"status": "NOT_FOUND"}, status=404)
        stage = prediction.stage_now()
        if stage in ENDS:
            return web.json_response({"status": "ALREADY_COMPLETED"}, status=400)
        if stage == QUEUED:
            self.end(prediction.id, CANCELED)
        # What has begun may go on: the signal alone ends nothing here.
        return web.json_response({"status": "CANCELLATION_REQUESTED"}, status=202)

    async def initiate(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        put, read = self.ticket(said["file_name"])
        return web.json_response({"upload_url": put, "file_url": read})

    async def pricing(self, request: web.Request) -> web.StreamResponse:
        price = {"endpoint_id": request.query.get("endpoint_id"), "unit_price": 0.2, "unit": "s"}
        return web.json_response({"prices": [price]})

    async def keys(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.key_set())

    def key_set(self) -> dict[str, Any]:
        raw = self.signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        x = base64.urlsafe_b64encode(raw).decode()
        return {
            "keys": [{"kty": "OKP", "crv": "Ed25519", "x": x if self.padded else x.rstrip("=")}]
        }

    def news(self, prediction: Prediction) -> tuple[dict[str, str], bytes]:
        good = prediction.stage_now() == DONE
        said = {
            "request_id": prediction.id,
            "gateway_request_id": prediction.id,
            "status": "OK" if good else "ERROR",
            "payload": self.output(prediction) if good else None,
            **({} if good else {"error": "Invalid status code: 422"}),
        }
        body = json.dumps(said).encode()
        return self.sign(body, id=prediction.id), body

    def sign(self, body: bytes, at: float | None = None, id: str = "") -> dict[str, str]:
        """The headers of a webhook with this body."""
        id, sent = id or uuid4().hex, str(int(at or time.time()))
        digest = hashlib.sha256(body).hexdigest()
        signed = "\n".join((id, self.user, sent, digest)).encode()
        return {
            "x-fal-webhook-request-id": id,
            "x-fal-webhook-user-id": self.user,
            "x-fal-webhook-timestamp": sent,
            "x-fal-webhook-signature": self.signer.sign(signed).hex(),
            "content-type": "application/json",
        }


def _problems(status: int, type: str, words: str, where: str) -> web.Response:
    problem = {"loc": ["body", where] if where else ["body"], "msg": words, "type": type}
    return web.json_response(
        {"detail": [problem]}, status=status, headers={"X-Fal-Retryable": "false"}
    )


FAKE = FakeFal
