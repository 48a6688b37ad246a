"""Runway's developer API: tasks that are asked after, uploads by a form, credits of a cent."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from aiohttp import web

from tests.fakes.parts import CANCELED, DONE, ENDS, FAILED, MODERATED, QUEUED, RUNNING, Prediction
from tests.fakes.server import Fake

WORDS = {QUEUED: "PENDING", RUNNING: "RUNNING", DONE: "SUCCEEDED", CANCELED: "CANCELLED"}
WORDS |= {FAILED: "FAILED", MODERATED: "FAILED"}
CODES = {MODERATED: "SAFETY.INPUT.TEXT", FAILED: "INTERNAL.BAD_OUTPUT.CODE01"}
GEN4 = {"1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672"}
VEO = {"1280:720", "720:1280", "1080:1920", "1920:1080"}
TEXT = {"1280:720", "720:1280"}
MODERATION = {"seed", "contentModeration"}
VEO_FIELDS = {"duration", "audio", "negativePrompt", "promptText"}
# (what starts the address, model): required fields, other fields, ratios, durations, credits a
# second
MODELS: dict[tuple[str, str], tuple[set[str], set[str], set[str], range | set[int], int]] = {
    ("image", "gen4_turbo"): (
        {"promptImage", "ratio"},
        {"promptText", "duration", *MODERATION},
        GEN4,
        range(2, 11),
        5,
    ),
    ("image", "gen4.5"): (
        {"promptText", "promptImage", "ratio", "duration"},
        {"outputFormat", "proresProfile", *MODERATION},
        GEN4,
        range(2, 11),
        12,
    ),
    ("text", "gen4.5"): (
        {"promptText", "ratio", "duration"},
        {"outputFormat", "proresProfile", *MODERATION},
        TEXT,
        range(2, 11),
        12,
    ),
} | {
    (kind, model): (needed, VEO_FIELDS - needed, VEO, {4, 6, 8}, credits)
    for kind, needed in (("image", {"promptImage", "ratio"}), ("text", {"promptText", "ratio"}))
    for model, credits in (("veo3.1", 20), ("veo3.1_fast", 10))
}


class FakeRunway(Fake):
    key = "runway"
    label = "Runway"
    key_name = "RUNWAYML_API_SECRET"

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/{kind}_to_video", self.submit)
        router.add_get("/v1/tasks/{id}", self.poll)
        router.add_delete("/v1/tasks/{id}", self.remove)
        router.add_post("/v1/uploads", self.place)
        router.add_post("/_fake/form/{name}", self.form)
        router.add_get("/v1/organization", self.organization)

    def allowed(self, request: web.Request) -> bool:
        version = request.headers.get("X-Runway-Version")
        return version == "2024-11-06" and super().allowed(request)

    def error(self, status: int, words: str, kind: str) -> web.Response:
        if kind == "credit":
            words = "You do not have enough credits to run this task."
            return web.json_response({"error": words}, status=400)
        if kind == "input":
            said = {"error": "Validation of body failed", "docUrl": "https://docs.dev.runwayml.com"}
            issue = {"code": "custom", "path": ["promptText"], "message": words}
            return web.json_response({**said, "issues": [issue]}, status=400)
        return web.json_response({"error": words}, status=status)

    def refuses(self, model: str, said: dict[str, Any]) -> str:
        kind, _, name = model.partition("/")
        if (kind, name) not in MODELS:
            return f"Invalid model {name}"
        needed, others, ratios, seconds, _ = MODELS[kind, name]
        if wrong := (needed - set(said)) or (set(said) - needed - others - {"model"}):
            return f"Missing or unrecognized: {sorted(wrong)}"
        if said["ratio"] not in ratios or said.get("duration", min(seconds)) not in seconds:
            return "Invalid ratio or duration"
        if not 1 <= len(said.get("promptText", "x").encode("utf-16-le")) // 2 <= 1000:
            return "promptText must have 1 to 1000 characters"
        if not all(self.can_read(uri) for uri in self.pictures(said.get("promptImage"), name)):
            return "promptImage: Failed to fetch asset"
        return ""

    @staticmethod
    def pictures(image: Any, model: str) -> list[Any]:
        if not isinstance(image, list):
            return [image] if image is not None else []
        places = [i.get("position") for i in image]
        allowed = ("first", "last") if model.startswith("veo") else ("first",)
        good = len(set(places)) == len(places) and set(places) <= set(allowed)
        return [i.get("uri") for i in image] if good else [None]

    def can_read(self, address: Any) -> bool:
        """Not what lies on this machine: only https, data and their own uploads."""
        if not isinstance(address, str):
            return False
        if address.startswith("runway://"):
            return bool(self.uploads.get(address.removeprefix("runway://")))
        short = len(address) <= 5_242_880
        return address.startswith("https://") or (address.startswith("data:image/") and short)

    async def submit(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        model = f"{request.match_info['kind']}/{said.get('model')}"
        return await self.take(request, model, said, self.accepted)

    def add(self, model: str, said: dict[str, Any], **names: str) -> Prediction:
        return super().add(model, said, **{**names, "id": str(uuid4())})

    def credits(self, prediction: Prediction) -> dict[str, int]:
        kind, _, name = prediction.model.partition("/")
        per_second = MODELS[kind, name][4]
        return {"credits": per_second * prediction.input.get("duration", 5)}

    def accepted(self, prediction: Prediction) -> web.Response:
        told = {"id": prediction.id, "estimatedCost": self.credits(prediction)}
        return web.json_response(told)

    async def poll(self, request: web.Request) -> web.StreamResponse:
        return await self.tell(request, request.match_info["id"], self.told)

    def told(self, prediction: Prediction) -> web.Response:
        if prediction.extra.get("deleted"):
            return self.error(404, "Task not found.", "missing")
        stage = self.stage(prediction)
        said: dict[str, Any] = {
            "id": prediction.id,
            "createdAt": "2026-11-20T12:00:00.000Z",
            "status": WORDS.get(stage, stage.upper()),
        }
        said["cost" if stage in ENDS else "estimatedCost"] = self.credits(prediction)
        if stage == RUNNING:
            said["progress"] = prediction.fraction
        if stage == DONE:
            said["output"] = self.results(prediction)
        if stage in CODES:
            said |= {"failure": "An internal text.", "failureCode": CODES[stage]}
        return web.json_response(said)

    async def remove(self, request: web.Request) -> web.StreamResponse:
        """What goes on is stopped; what is done is gone with its result. Then it is unknown."""
        prediction = self.predictions.get(request.match_info["id"])
        if prediction is None or prediction.extra.get("deleted"):
            return self.error(404, "Task not found.", "missing")
        prediction.extra["deleted"] = True
        self.end(prediction.id, CANCELED)
        return web.Response(status=204)

    async def place(self, request: web.Request) -> web.StreamResponse:
        said = await request.json()
        name = str(said.get("filename"))
        if said.get("type") != "ephemeral" or not 3 <= len(name) <= 255 or "." not in name:
            return self.error(400, "filename", "input")
        place = f"{uuid4().hex}-{name}"
        self.uploads[place] = b""
        fields = {"key": place, "policy": "cG9saWN5", "x-amz-signature": "ab12"}
        told = {"uploadUrl": f"{self.url}/_fake/form/{place}", "fields": fields}
        return web.json_response({**told, "runwayUri": f"runway://{place}"})

    async def form(self, request: web.Request) -> web.StreamResponse:
        """As S3 takes it: all fields, then the file as the last part, and no key of ours."""
        self.watch(request)
        place, names = request.match_info["name"], []
        async for part in await request.multipart():
            names.append(part.name)
            content = await part.read()
            if part.name == "file":
                self.uploads[place] = bytes(content)
        if (
            names != ["key", "policy", "x-amz-signature", "file"]
            or "Authorization" in request.headers
        ):
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        return web.Response(status=204)

    async def organization(self, request: web.Request) -> web.StreamResponse:
        tier = {"maxMonthlyCreditSpend": 10_000, "models": {}}
        return web.json_response({"creditBalance": 2500, "tier": tier, "usage": {"models": {}}})


FAKE = FakeRunway
