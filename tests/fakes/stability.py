"""Stability: forms in, and mostly the result at once. Two kinds of work are named and asked after.

How a failure of named work is told is not in its documents; here it is an error with their usual
body.
"""

from __future__ import annotations

import asyncio
import base64
import zlib
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from aiohttp import web
from PIL import Image

from tests.fakes import pictures
from tests.fakes.parts import DONE, FAILED, MODERATED, Prediction
from tests.fakes.server import Fake

NAMES = {"key": "unauthorized", "credit": "payment_required", "moderated": "content_moderation"}
NAMES |= {"busy": "rate_limit_exceeded", "missing": "not_found", "server": "internal_error"}
MOST = 10 * 1024 * 1024
WORDS = "negative_prompt seed output_format"
STYLED = f"{WORDS} style_preset"
EDIT = (4096, 9_437_184)


@dataclass(frozen=True)
class Path:
    """What an endpoint takes: fields that it needs and others, and the pixels of its pictures."""

    needs: str
    takes: str
    pixels: tuple[int, int] = EDIT
    shaped: bool = False
    later: bool = False


IMAGE = "stable-image"
PATHS = {
    f"{IMAGE}/generate/core": Path("prompt", f"aspect_ratio {STYLED}"),
    f"{IMAGE}/generate/ultra": Path(
        "prompt", f"aspect_ratio image strength {STYLED}", (4096, 16_777_216)
    ),
    f"{IMAGE}/generate/sd3": Path(
        "prompt",
        f"mode image strength aspect_ratio model cfg_scale {STYLED}",
        (4096, 16_777_216),
    ),
    f"{IMAGE}/edit/erase": Path("image", "mask grow_mask seed output_format"),
    f"{IMAGE}/edit/inpaint": Path("image prompt", f"mask grow_mask {STYLED}"),
    f"{IMAGE}/edit/outpaint": Path(
        "image",
        "left right up down creativity prompt seed output_format style_preset",
        shaped=True,
    ),
    f"{IMAGE}/edit/search-and-replace": Path(
        "image prompt search_prompt", f"grow_mask {STYLED}", shaped=True
    ),
    f"{IMAGE}/edit/search-and-recolor": Path(
        "image prompt select_prompt", f"grow_mask {STYLED}", shaped=True
    ),
    f"{IMAGE}/edit/remove-background": Path("image", "output_format", (4096, 4_194_304)),
    f"{IMAGE}/edit/replace-background-and-relight": Path(
        "subject_image",
        "background_prompt background_reference foreground_prompt preserve_original_subject "
        "original_background_depth keep_original_background light_source_direction "
        f"light_reference light_source_strength {WORDS}",
        later=True,
    ),
    f"{IMAGE}/upscale/fast": Path("image", "output_format", (1024, 1_048_576)),
    f"{IMAGE}/upscale/conservative": Path("image prompt", f"creativity {WORDS}", shaped=True),
    f"{IMAGE}/upscale/creative": Path(
        "image prompt", f"creativity {STYLED}", (4096, 1_048_576), later=True
    ),
    f"{IMAGE}/control/sketch": Path("image prompt", f"control_strength {STYLED}", shaped=True),
    f"{IMAGE}/control/structure": Path("image prompt", f"control_strength {STYLED}", shaped=True),
    f"{IMAGE}/control/style": Path("image prompt", f"aspect_ratio fidelity {STYLED}"),
    f"{IMAGE}/control/style-transfer": Path(
        "init_image style_image",
        f"prompt style_strength composition_fidelity change_strength {WORDS}",
    ),
    "3d/stable-fast-3d": Path(
        "image", "texture_resolution foreground_ratio remesh vertex_count", (4096, 4_194_304)
    ),
    "3d/stable-point-aware-3d": Path(
        "image",
        "texture_resolution foreground_ratio remesh target_type target_count guidance_scale seed",
        (4096, 4_194_304),
    ),
}
FILES = (
    "image",
    "mask",
    "subject_image",
    "background_reference",
    "light_reference",
    "init_image",
    "style_image",
)
RATIOS = ("21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21")
CHOICES = {
    "aspect_ratio": RATIOS,
    "output_format": ("png", "jpeg", "webp"),
    "mode": ("text-to-image", "image-to-image"),
    "model": ("sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium"),
    "keep_original_background": ("true", "false"),
    "light_source_direction": ("left", "right", "above", "below"),
    "texture_resolution": ("512", "1024", "2048"),
    "remesh": ("none", "triangle", "quad"),
    "target_type": ("none", "vertex", "face"),
}
RANGES = {
    "seed": (0, 2**32 - 2),
    "grow_mask": (0, 100),
    "strength": (0, 1),
    "creativity": (0, 1),
    "cfg_scale": (1, 10),
    "control_strength": (0, 1),
    "fidelity": (0, 1),
    "vertex_count": (-1, 20_000),
    "target_count": (100, 20_000),
    "guidance_scale": (1, 10),
    **dict.fromkeys(("left", "right", "up", "down"), (0, 2000)),
}


class FakeStability(Fake):
    """`sent` holds the files of each piece of work, `credits` what is left."""

    key = "stability"
    label = "Stability"
    key_name = "STABILITY_API_KEY"
    credits = 1000.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sent: dict[str, dict[str, bytes]] = {}

    def routes(self, router: web.UrlDispatcher) -> None:
        for path in PATHS:
            router.add_post(f"/v2beta/{path}", self.submit)
        router.add_get("/v2beta/results/{id}", self.poll)
        router.add_get("/v1/user/balance", self.balance)

    def error(self, status: int, words: str, kind: str) -> web.Response:
        name = NAMES.get(kind, "bad_request")
        said = {"id": uuid4().hex, "name": name, "errors": [words]}
        return web.json_response(said, status=status)

    # --- submits --------------------------------------------------------------------------------

    async def submit(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/v2beta/")
        if not request.content_type.startswith("multipart/"):
            return self.error(400, "content-type: must be multipart/form-data", "input")
        if (request.content_length or 0) > MOST:
            return self.error(413, "body: payload cannot be larger than 10MiB", "input")
        form = await request.post()
        fields = {k: v for k, v in form.items() if isinstance(v, str)}
        files = {k: v.file.read() for k, v in form.items() if isinstance(v, web.FileField)}
        if "BLOCKED" in fields.get("prompt", ""):
            return self.error(
                403, "Your request was flagged by our moderation system.", "moderated"
            )
        if words := problem(PATHS[path], path, fields, files):
            return self.error(400, words, "input")
        marked = {**fields, **{name: f"{len(body)} bytes" for name, body in files.items()}}
        held = uuid4().hex
        self.sent[held] = files
        answer = self.named if PATHS[path].later else self.at_once
        return await self.take(request, path, marked, answer, id=held)

    def named(self, prediction: Prediction) -> web.Response:
        return web.json_response({"id": prediction.id})

    async def at_once(self, prediction: Prediction) -> web.StreamResponse:
        await asyncio.sleep(min(self.seconds or 0, 20))
        if prediction.fate == FAILED:
            prediction.stage = FAILED
            return self.error(422, "The generation failed.", "failed")
        prediction.stage = prediction.fate
        return await self.finished(prediction)

    async def finished(self, prediction: Prediction) -> web.StreamResponse:
        body = await asyncio.to_thread(self.drawn, prediction)
        if prediction.model.startswith("3d/"):
            return web.Response(body=body, content_type="model/gltf-binary")
        filtered = MODERATED in (prediction.fate, prediction.stage)
        said = {
            "image": base64.b64encode(body).decode(),
            "finish_reason": "CONTENT_FILTERED" if filtered else "SUCCESS",
            "seed": int(prediction.input.get("seed") or 7),
        }
        return web.json_response(said)

    # --- named work -----------------------------------------------------------------------------

    async def poll(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Accept") != "application/json":
            return self.error(400, "accept: this fake has only JSON", "input")
        return await self.tell(request, request.match_info["id"], self.told)

    async def told(self, prediction: Prediction) -> web.StreamResponse:
        stage = self.stage(prediction)
        if stage in (DONE, MODERATED):
            return await self.finished(prediction)
        if stage == FAILED:
            return self.error(400, "The generation failed.", "failed")
        word = stage if stage == "pondering" else "in-progress"
        return web.json_response({"id": prediction.id, "status": word}, status=202)

    async def balance(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"credits": self.credits})

    # --- what is made ---------------------------------------------------------------------------

    def drawn(self, prediction: Prediction) -> bytes:
        """The result, as far as it can be drawn from what was sent."""
        files = {n: pictures.read(b) for n, b in self.sent.get(prediction.id, {}).items()}
        said = prediction.input
        hue = zlib.crc32(f"{said.get('prompt')} {said.get('seed')}".encode()) % pictures.HUES
        if prediction.model.startswith("3d/"):
            return pictures.solid(files["image"])
        made = draw(prediction.model.rpartition("/")[2], said, files, hue)
        return pictures.written(made, said.get("output_format", "png"))


def draw(name: str, said: dict[str, Any], files: dict[str, Image.Image], hue: int) -> Image.Image:
    words = str(said.get("prompt") or said.get("background_prompt") or "")
    source = files.get("image") or files.get("subject_image") or files.get("init_image")
    if source is None or name == "style":
        pixels = 1.5e6 if name == "core" else pictures.MEGAPIXEL
        return pictures.painted(
            words, pictures.of_ratio(said.get("aspect_ratio", "1:1"), pixels), hue
        )
    match name:
        case "fast":
            return pictures.enlarged(source, 4)
        case "conservative" | "creative":
            return pictures.enlarged(
                source, max(1.0, (4e6 / (source.width * source.height)) ** 0.5)
            )
        case "outpaint":
            sides = {side: int(said.get(side, 0)) for side in ("left", "right", "up", "down")}
            return pictures.extended(source, sides, words)
        case "remove-background":
            return pictures.cut_out(source)
        case "erase" if "mask" in files:
            return pictures.erased(source, files["mask"])
        case "sketch" | "structure":
            return pictures.lines(source, words, hue)
        case "replace-background-and-relight":
            ground = pictures.painted(words, source.size, hue)
            ground.paste(source, mask=pictures.cut_out(source).getchannel("A"))
            return ground
    return pictures.changed(source, words, hue, files.get("mask"))


def problem(path: Path, name: str, fields: dict[str, str], files: dict[str, bytes]) -> str:
    """Why a form is not accepted, in their manner; empty when it is."""
    said = fields.keys() | files.keys()
    needs, takes = set(path.needs.split()), set(path.takes.split())
    for missing in sorted(needs - said):
        return f"{missing}: is required"
    for unknown in sorted(said - needs - takes):
        return f"{unknown}: is not allowed"
    for field in sorted(said & set(FILES)):
        if words := _no_picture(path, field, files.get(field)):
            return words
    for field, value in fields.items():
        if words := _no_value(field, value):
            return words
    return _together(name, fields, files)


def _no_picture(path: Path, field: str, content: bytes | None) -> str:
    try:
        width, height = pictures.read(content or b"").size
    except OSError:
        return f"{field}: must be a valid image"
    low, high = path.pixels
    if not low <= width * height <= high:
        return f"{field}: total pixels must be between {low} and {high}"
    if path.shaped and not 0.4 <= width / height <= 2.5:
        return f"{field}: aspect ratio must be between 1:2.5 and 2.5:1"
    return ""


def _no_value(field: str, value: str) -> str:
    if field in CHOICES and value not in CHOICES[field]:
        return f"{field}: must be one of {', '.join(CHOICES[field])}"
    if field in RANGES:
        low, high = RANGES[field]
        try:
            fits = low <= float(value) <= high
        except ValueError:
            fits = False
        return "" if fits else f"{field}: must be between {low} and {high}"
    if "prompt" in field and not 0 < len(value) <= 10_000:
        return f"{field}: must have 1 to 10000 characters"
    return ""


def _together(name: str, fields: dict[str, str], files: dict[str, bytes]) -> str:
    by_picture = fields.get("mode") == "image-to-image"
    if "strength" in fields and "image" not in files:
        return "strength: is only allowed with image"
    if "image" in files and name.endswith(("ultra", "sd3")) and "strength" not in fields:
        return "strength: is required with image"
    if name.endswith("sd3") and by_picture == ("aspect_ratio" in fields):
        return "aspect_ratio: is for text-to-image, and needed there"
    if name.endswith("outpaint") and not any(
        float(fields.get(side, 0)) for side in ("left", "right", "up", "down")
    ):
        return "at least one of left, right, up, down must be greater than 0"
    return ""


FAKE = FakeStability
