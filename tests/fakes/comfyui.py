"""ComfyUI behind a proxy that wants a key: a queue, a history, and a WebSocket.

Its results and uploads are on its own address, so the key belongs there. As the real one it turns
away every call with a foreign Origin.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from tests.fakes import pictures
from tests.fakes.comfyui_nodes import check
from tests.fakes.media import HUES, movie
from tests.fakes.parts import CANCELED, DONE, ENDS, FAILED, MODERATED, QUEUED, RUNNING, Prediction
from tests.fakes.server import Fake

STEPS = 4
PREVIEW = b"\x00\x00\x00\x01\x00\x00\x00\x01\xff\xd8"


class FakeComfyUI(Fake):
    key = "comfyui"
    label = "ComfyUI"
    key_name = "COMFYUI_KEY"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sockets: dict[str, web.WebSocketResponse] = {}

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/prompt", self.submit)
        router.add_get("/queue", self.queue)
        router.add_post("/queue", self.remove)
        router.add_post("/interrupt", self.interrupt)
        router.add_get("/history/{id}", self.history)
        router.add_post("/upload/image", self.upload)
        router.add_get("/view", self.view)
        router.add_get("/system_stats", self.stats)
        router.add_get("/ws", self.socket)

    def allowed(self, request: web.Request) -> bool:
        return "Origin" not in request.headers and super().allowed(request)

    def error(self, status: int, words: str, kind: str) -> web.Response:
        if kind == "input" and words.startswith("{"):
            return web.json_response(json.loads(words), status=status)
        if kind == "input":
            told = {"type": "prompt_outputs_failed_validation", "message": words, "details": ""}
            return web.json_response({"error": told, "node_errors": {}}, status=status)
        return web.Response(status=status, text=words)

    # --- work -----------------------------------------------------------------------------------

    async def submit(self, request: web.Request) -> web.StreamResponse:
        try:
            said = await request.json()
        except ValueError:
            return web.Response(status=500, text="500 Internal Server Error")
        if problem := check(said.get("prompt"), self.uploads):
            return self.error(400, json.dumps(problem), "input")
        id = str(said.get("prompt_id") or uuid4())
        # The same id twice runs twice; here it is kept under another, so that it can be counted.
        own = "" if id in self.predictions else id
        return await self.take(request, "workflow", said, self.accepted, id=own, reference=id)

    def accepted(self, prediction: Prediction) -> web.Response:
        client = self.sockets.get(str(prediction.input.get("client_id")))
        if client is not None and prediction.seconds is not None:
            task = self._loop.create_task(self.play(client, prediction, prediction.seconds))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        told = {"prompt_id": prediction.reference, "number": 1, "node_errors": {}}
        return web.json_response(told)

    def standing(self, prediction: Prediction) -> str:
        """A word that nobody has heard of is told in the history."""
        return DONE if self.faults.wrong_word else self.stage(prediction)

    async def queue(self, request: web.Request) -> web.StreamResponse:
        if self.hit("server_error"):
            return self.error(500, "Internal error.", "server")
        if self.hit("malformed"):
            return self.unreadable()
        told: dict[str, list[Any]] = {"queue_running": [], "queue_pending": []}
        for number, prediction in enumerate(list(self.predictions.values())):
            stage = self.standing(prediction)
            if stage not in ENDS:
                line = told["queue_pending" if stage == QUEUED else "queue_running"]
                line.append([number, prediction.id, prediction.input["prompt"], {}, ["5"]])
        return web.json_response(told)

    async def history(self, request: web.Request) -> web.StreamResponse:
        id = request.match_info["id"]
        if id not in self.predictions and not (self.faults.server_error or self.faults.malformed):
            return web.json_response({})
        return await self.tell(request, id, self.past)

    def past(self, prediction: Prediction) -> web.Response:
        stage = self.stage(prediction)
        if stage in (QUEUED, RUNNING) or prediction.extra.get("deleted"):
            return web.json_response({})
        good = stage == DONE
        status = {"status_str": "success" if good else "error", "completed": good}
        if stage not in ENDS:
            status["status_str"] = stage
        entry = {
            "prompt": [1, prediction.id, prediction.input["prompt"], {}, ["5"]],
            "outputs": {"5": self.saved(prediction)} if good else {},
            "status": {**status, "messages": _messages(stage, prediction.id)},
            "meta": {},
        }
        return web.json_response({prediction.id: entry})

    def saved(self, prediction: Prediction) -> dict[str, Any]:
        names = [url.rpartition("/")[2] for url in self.results(prediction)]
        files = [{"filename": n, "subfolder": "", "type": "output"} for n in names]
        moves = {"animated": [True]} if self.suffix(prediction) == ".mp4" else {}
        return {"images": files, **moves}

    def suffix(self, prediction: Prediction) -> str:
        kinds = [node["class_type"] for node in prediction.input["prompt"].values()]
        return ".mp4" if "SaveVideo" in kinds else ".png"

    def still(self, graph: dict[str, Any]) -> bytes:
        """The first picture of the graph, in its size, changed where its mask is white."""
        files = {
            kind: pictures.read(self.uploads[node["inputs"]["image"]])
            for kind in ("LoadImageMask", "LoadImage")
            for node in reversed(graph.values())
            if node["class_type"] == kind
        }
        sized = next((n["inputs"] for n in graph.values() if "width" in n["inputs"]), {})
        words = next(
            n["inputs"]["filename_prefix"] for n in graph.values() if "images" in n["inputs"]
        )
        hue = zlib.crc32(words.encode()) % HUES
        if "LoadImage" not in files:
            size = (sized.get("width", 512), sized.get("height", 512))
            return pictures.written(pictures.painted(words, size, hue))
        source = files["LoadImage"]
        if any(node["class_type"] == "ImageScale" for node in graph.values()):
            source = source.resize((sized["width"], sized["height"]))
        return pictures.written(pictures.changed(source, words, hue, files.get("LoadImageMask")))

    async def remove(self, request: web.Request) -> web.StreamResponse:
        """Only what has not begun, and without a trace."""
        for id in (await request.json()).get("delete", []):
            prediction = self.predictions.get(id)
            if prediction and prediction.stage_now() == QUEUED:
                prediction.extra["deleted"] = True
                self.end(id, CANCELED)
        return web.Response()

    async def interrupt(self, request: web.Request) -> web.StreamResponse:
        prediction = self.predictions.get((await request.json()).get("prompt_id", ""))
        if prediction and prediction.stage_now() == RUNNING:
            self.end(prediction.id, CANCELED)
        return web.Response()

    # --- files ----------------------------------------------------------------------------------

    async def upload(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        file, folder = form.get("image"), str(form.get("subfolder") or "")
        if not isinstance(file, web.FileField) or ".." in folder:
            return web.Response(status=400)
        content = file.file.read()
        stem, _, suffix = file.filename.rpartition(".")
        name, number = file.filename, 0
        while self.uploads.get(name, content) != content:
            number += 1
            name = f"{stem} ({number}).{suffix}"
        self.uploads[name] = content
        return web.json_response({"name": name, "subfolder": folder, "type": "input"})

    async def view(self, request: web.Request) -> web.StreamResponse:
        name = request.query.get("filename", "")
        if ".." in name or name.startswith("/"):
            return web.Response(status=400)
        request.match_info["name"] = name
        return await self.result(request)

    def film(self, name: str) -> bytes:
        """In the shape that the graph asks for, small."""
        found = next((p for p in self.predictions.values() if name.startswith(p.id)), None)
        if found and name.endswith(".png"):
            return self.still(found.input["prompt"])
        nodes = found.input["prompt"].values() if found else ()
        scaled = [node["inputs"] for node in nodes if "width" in node["inputs"]]
        width, height = (scaled[0]["width"], scaled[0]["height"]) if scaled else (320, 180)
        scale = min(1, 320 / max(width, height, 1))
        size = (max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2))
        return movie(f"ComfyUI\n{name[:8]}", zlib.crc32(name.encode()) % HUES, size)

    def watch(self, request: web.Request) -> None:
        """Everything is their own."""

    # --- news -----------------------------------------------------------------------------------

    async def stats(self, request: web.Request) -> web.StreamResponse:
        system = {"comfyui_version": "0.3.64", "os": "posix"}
        return web.json_response({"system": system, "devices": [{"name": "cpu", "type": "cpu"}]})

    async def socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        name = request.query.get("clientId") or uuid4().hex
        self.sockets[name] = socket
        queue = {"status": {"exec_info": {"queue_remaining": 0}}, "sid": name}
        await socket.send_json({"type": "status", "data": queue})
        async for message in socket:
            if message.type == WSMsgType.ERROR:
                break
        self.sockets.pop(name, None)
        return socket

    async def play(
        self, socket: web.WebSocketResponse, prediction: Prediction, seconds: float
    ) -> None:
        """What the one that submitted hears; other frames come between."""
        named = {"prompt_id": prediction.id}
        await socket.send_json({"type": "execution_start", "data": named})
        await socket.send_bytes(PREVIEW)
        for step in range(1, STEPS + 1):
            await asyncio.sleep(seconds / (STEPS + 1))
            data = {**named, "value": step, "max": STEPS, "node": "3"}
            await socket.send_json({"type": "progress", "data": data})
        await socket.send_json({"type": "executing", "data": {**named, "node": None}})


def _messages(stage: str, id: str) -> list[list[Any]]:
    begun: list[list[Any]] = [["execution_start", {"prompt_id": id, "timestamp": 1}]]
    if stage == DONE:
        return [*begun, ["execution_success", {"prompt_id": id}]]
    if stage == CANCELED:
        return [*begun, ["execution_interrupted", {"prompt_id": id, "node_id": "3"}]]
    if stage in (FAILED, MODERATED):
        return [*begun, ["execution_error", _crash(id)]]
    return begun


def _crash(id: str) -> dict[str, Any]:
    return {
        "prompt_id": id,
        "node_id": "3",
        "node_type": "RepeatImageBatch",
        "executed": ["1", "2"],
        "exception_type": "RuntimeError",
        "exception_message": "cannot open /srv/comfy/input/example.png: out of memory",
        "traceback": ['  File "/srv/comfy/execution.py", line 496, in execute\n'],
        "current_inputs": {},
        "current_outputs": ["1", "2"],
    }


FAKE = FakeComfyUI
