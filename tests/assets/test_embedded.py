"""How a picture was made, read from what other studios write, and believed no further."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image, PngImagePlugin

from assets.models import Asset
from billing.models import User

WEB_UI = (
    "a harbor at night, (lights:1.2)\nsecond line\nNegative prompt: blurry, dark\n"
    'Steps: 28, Sampler: DPM++ 2M, CFG scale: 6.5, Seed: 123, Size: 512x768, Model: "sdxl, base"'
)
COMFY = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 99,
            "steps": 20,
            "cfg": 7.0,
            "sampler_name": "euler",
            "model": ["10", 0],
            "positive": ["6", 0],
            "negative": ["7", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "flux.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a harbor", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
    "10": {"class_type": "LoraLoader", "inputs": {"lora_name": "x", "model": ["4", 0]}},
}
INVOKE = {
    "positive_prompt": "a harbor",
    "negative_prompt": "",
    "seed": 7,
    "steps": 30,
    "cfg_scale": 7.5,
    "scheduler": "euler",
    "model": {"name": "Juggernaut", "key": "x"},
}
SWARM = {
    "sui_image_params": {
        "prompt": "a harbor",
        "negativeprompt": "dark",
        "model": "flux-dev",
        "seed": 5,
        "steps": 20,
        "cfgscale": 1,
    }
}


def png(packed: bool = False, **texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        info.add_text(key, text, zip=packed)
    out = io.BytesIO()
    Image.new("RGB", (32, 24), "teal").save(out, "PNG", pnginfo=info)
    return out.getvalue()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("texts", "tool", "params"),
    [
        (
            {"invokeai_metadata": json.dumps(INVOKE)},
            "InvokeAI",
            {"prompt": "a harbor", "seed": 7, "steps": 30, "model": "Juggernaut"},
        ),
        (
            {"parameters": json.dumps(SWARM)},
            "SwarmUI",
            {"prompt": "a harbor", "negative_prompt": "dark", "seed": 5, "model": "flux-dev"},
        ),
        (
            {"parameters": WEB_UI},
            "Stable Diffusion web UI",
            {
                "prompt": "a harbor at night, (lights:1.2)\nsecond line",
                "negative_prompt": "blurry, dark",
                "seed": 123,
                "steps": 28,
                "guidance": 6.5,
                "sampler": "DPM++ 2M",
                "model": "sdxl, base",
            },
        ),
        (
            {"prompt": json.dumps(COMFY), "workflow": "{}"},
            "ComfyUI",
            {
                "prompt": "a harbor",
                "negative_prompt": "blurry",
                "seed": 99,
                "steps": 20,
                "model": "flux.safetensors",
            },
        ),
    ],
)
def test_png(bring: Callable[..., Asset], texts: Any, tool: str, params: Any, packed: bool) -> None:
    asset = bring(png(packed, **texts))
    assert asset.recipe["imported"] == tool
    assert params.items() <= asset.recipe["params"].items()
    assert b"harbor" not in asset.file.read()  # the library keeps it beside the file


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
@pytest.mark.parametrize("code", ["utf-16-be", "utf-16-le"])
def test_comments_of_photos(bring: Callable[..., Asset], format: str, code: str) -> None:
    exif, out = Image.Exif(), io.BytesIO()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + WEB_UI.encode(code)
    Image.new("RGB", (32, 24)).save(out, format, exif=exif)
    asset = bring(out.getvalue(), f"a.{format.lower()}")
    assert asset.recipe["params"]["seed"] == 123
    assert asset.recipe["params"]["negative_prompt"] == "blurry, dark"


@pytest.mark.parametrize(
    "texts",
    [
        {"parameters": "just a note"},
        {"parameters": "{"},
        {"parameters": "[1, 2]"},
        {"prompt": "[]"},
        {"prompt": json.dumps({"1": {"inputs": {"positive": ["1", 0], "seed": "x"}}})},
        {"invokeai_metadata": "null"},
        {"invokeai_metadata": json.dumps({"seed": 2**80, "positive_prompt": ["a"]})},
        {"invokeai_metadata": "[" * 100_000},
        {"parameters": '{"sui_image_params": {"seed": NaN, "prompt": {"a": 1}}}'},
        {"Software": "A camera"},
    ],
)
def test_nonsense_is_nothing(bring: Callable[..., Asset], texts: dict[str, str]) -> None:
    assert bring(png(**texts)).recipe == {}


def test_what_is_kept_can_be_stored_everywhere(bring: Callable[..., Asset]) -> None:
    told = {"positive_prompt": "a\x00b\ud800" + "x" * 20_000, "seed": True, "steps": float("nan")}
    asset = bring(png(invokeai_metadata=json.dumps(told)))
    asset.refresh_from_db()
    assert set(asset.recipe["params"]) == {"prompt"}
    assert "\x00" not in asset.recipe["params"]["prompt"]
    assert len(asset.recipe["params"]["prompt"]) == 10_000


def test_a_wire_in_a_circle_ends(bring: Callable[..., Asset]) -> None:
    graph = {"1": {"inputs": {"seed": 1, "positive": ["2", 0]}}, "2": {"inputs": {"a": ["1", 0]}}}
    assert bring(png(prompt=json.dumps(graph))).recipe["params"] == {"seed": 1}


def test_a_recipe_of_ours_is_not_replaced(bring: Callable[..., Asset]) -> None:
    asset = bring(png(parameters=WEB_UI), recipe={"operation": "crop", "params": {}})
    assert "imported" not in asset.recipe


def test_it_is_shown_and_found(
    bring: Callable[..., Asset], sign_in: Callable[[User], Client], alice: User
) -> None:
    asset = bring(png(parameters=WEB_UI))
    client = sign_in(alice)
    page = client.get(reverse("asset", args=[asset.pk])).content.decode()
    assert "as Stable Diffusion web UI wrote it" in page
    assert "blurry, dark" in page
    assert "Run again" not in page
    assert str(asset.pk) in client.get(reverse("library"), {"q": "harbor"}).content.decode()
