"""Reads how a picture was made from what other studios write into their files.

InvokeAI, SwarmUI, ComfyUI, the web UI of AUTOMATIC1111 (and who writes like it) and another
Zoetrope are understood.
Whatever is in there came from somewhere: only known values of the right type, cleaned and of a
bounded size, are taken over. What nobody understands is nothing, never an error.
"""

from __future__ import annotations

import json
import math
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypedDict

from PIL import JpegImagePlugin, WebPImagePlugin

from assets.media.formats import Format

_PNG_SIGNATURE = 8
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_MOST_TEXTS, _LONGEST = 40, 4 * 1024 * 1024
_WORDS = 10_000
_EXIF, _USER_COMMENT = 0x8769, 0x9286
_LARGEST = 2**63
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_PAIR = re.compile(r'\s*([\w ()/.-]{1,40}): ("(?:\\.|[^"\\])*"|[^,]*)(?:,|$)')


class Told(TypedDict):
    """What made it, and with what: `prompt`, `negative_prompt`, `seed`, `steps`, `guidance`,
    `sampler`, `model`, as far as they are known."""

    tool: str
    params: dict[str, Any]


def embedded(path: Path, format: Format) -> Told | None:
    """None where the file says nothing that is understood."""
    try:
        texts = _texts(path, format)
        return _understood(texts) if texts else None
    except Exception:
        return None  # anybody can write anything into a file


def _texts(path: Path, format: Format) -> dict[str, str]:
    match format.reader:
        case "PNG":
            return dict(_png_texts(path))
        case "JPEG" | "WEBP":
            comment = _user_comment(path, format)
            return {"parameters": comment} if comment else {}
    return {}


def _png_texts(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as file:
        file.seek(_PNG_SIGNATURE)
        count = 0
        while len(head := file.read(8)) == 8 and count < _MOST_TEXTS:
            length, name = struct.unpack(">I4s", head)
            if name == b"IEND":
                return
            if name in _TEXTS and length <= _LONGEST:
                count += 1
                yield _text(name, file.read(length))
                file.seek(4, 1)
            else:
                file.seek(length + 4, 1)


def _text(name: bytes, body: bytes) -> tuple[str, str]:
    key, _, rest = body.partition(b"\0")
    if name == b"tEXt":
        return key.decode("latin-1"), _decoded(rest)
    if name == b"zTXt":
        return key.decode("latin-1"), _decoded(_inflated(rest[1:]))
    packed = rest[:1] == b"\1"
    text = rest[2:].split(b"\0", 2)[2]
    return key.decode("latin-1"), _decoded(_inflated(text) if packed else text)


def _inflated(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, _LONGEST)


def _decoded(data: bytes) -> str:
    """The standard says Latin-1, most of them write UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _user_comment(path: Path, format: Format) -> str:
    reader = {
        "JPEG": JpegImagePlugin.JpegImageFile,
        "WEBP": WebPImagePlugin.WebPImageFile,
    }[format.reader]
    with path.open("rb") as file:
        told = reader(file).getexif().get_ifd(_EXIF).get(_USER_COMMENT, b"")
    if not isinstance(told, bytes):
        return str(told)[:_LONGEST]
    code, body = told[:8], told[8:]
    if code == b"UNICODE\0":
        # Big-endian by most writers; else every second byte of plain letters is the other one.
        little = len(body) > 1 and body[1] == 0 and body[0] != 0
        return body.decode("utf-16-le" if little else "utf-16-be", "replace")
    return _decoded(body)


# --- who wrote it -------------------------------------------------------------------------------


def _understood(texts: Mapping[str, str]) -> Told | None:
    for key, tool, read in _READERS:
        if key in texts and (found := read(texts[key])):
            params = {name: kept for name, v in found.items() if (kept := _kept(v)) is not None}
            if params.keys() & {"prompt", "seed", "model"}:
                return {"tool": str(params.pop("tool", tool)), "params": params}
    return None


def _kept(value: Any) -> Any:
    """A number or text that may be stored; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value if abs(value) < _LARGEST else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return _CONTROLS.sub(" ", value).strip()[:_WORDS] or None
    return None


def _invoke(text: str) -> dict[str, Any]:
    told = json.loads(text)
    model = told.get("model")
    if isinstance(model, dict):
        model = model.get("name") or model.get("model_name")
    return {
        "prompt": told.get("positive_prompt"),
        "negative_prompt": told.get("negative_prompt"),
        "seed": told.get("seed"),
        "steps": told.get("steps"),
        "guidance": told.get("cfg_scale"),
        "sampler": told.get("scheduler"),
        "model": model,
    }


def _parameters(text: str) -> dict[str, Any]:
    if text.lstrip().startswith("{"):
        return _swarm(json.loads(text))
    return _web_ui(text)


def _swarm(told: dict[str, Any]) -> dict[str, Any]:
    said = told.get("sui_image_params")
    if not isinstance(said, dict):
        return {}
    return {
        "tool": "SwarmUI",
        "prompt": said.get("prompt"),
        "negative_prompt": said.get("negativeprompt"),
        "seed": said.get("seed"),
        "steps": said.get("steps"),
        "guidance": said.get("cfgscale"),
        "sampler": said.get("sampler"),
        "model": said.get("model"),
    }


def _web_ui(text: str) -> dict[str, Any]:
    """The prompt, “Negative prompt: …”, and a last line of “Steps: 20, Sampler: …, Seed: …”."""
    text = text[: _WORDS * 4]
    body, _, last = text.strip().rpartition("\n")
    pairs = {key.strip().lower(): value.strip('" ') for key, value in _PAIR.findall(last)}
    if not pairs.keys() & {"steps", "seed"}:
        return {}
    prompt, _, negative = body.partition("Negative prompt:")
    return {
        "prompt": prompt,
        "negative_prompt": negative,
        "seed": _number(pairs.get("seed", "")),
        "steps": _number(pairs.get("steps", "")),
        "guidance": _number(pairs.get("cfg scale", "")),
        "sampler": pairs.get("sampler"),
        "model": pairs.get("model"),
    }


def _number(text: str) -> float | int | None:
    if re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d{1,9}\.\d{1,9}", text) else None


def _comfy(text: str) -> dict[str, Any]:
    """The graph that was run: from the sampler along its wires to the words and the model."""
    graph = {str(key): n for key, n in json.loads(text).items() if isinstance(n, dict)}
    nodes = {key: n["inputs"] for key, n in graph.items() if isinstance(n.get("inputs"), dict)}
    samplers = [n for n in nodes.values() if _seed(n) is not None]
    sampler = next((n for n in samplers if "positive" in n), samplers[0] if samplers else {})
    found = {
        "prompt": _followed(nodes, sampler.get("positive"), "text"),
        "negative_prompt": _followed(nodes, sampler.get("negative"), "text"),
        "seed": _seed(sampler),
        "steps": sampler.get("steps"),
        "guidance": sampler.get("cfg"),
        "sampler": sampler.get("sampler_name"),
        "model": _followed(nodes, sampler.get("model"), "ckpt_name", "unet_name"),
    }
    for name, keys in (("prompt", ("text",)), ("model", ("ckpt_name", "unet_name"))):
        if not found[name]:
            found[name] = next((t for n in nodes.values() if (t := _first(n, keys))), None)
    return found


def _seed(inputs: Mapping[str, Any]) -> Any:
    return next((v for k in ("seed", "noise_seed") if isinstance(v := inputs.get(k), int)), None)


def _first(inputs: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((v for k in keys if isinstance(v := inputs.get(k), str) and v.strip()), None)


def _followed(nodes: Mapping[str, dict[str, Any]], wire: Any, *keys: str) -> str | None:
    """The first text of that name along a wire, which is written [node, output]."""
    seen: set[str] = set()
    waiting = [wire]
    while waiting and len(seen) < 100:
        wire = waiting.pop(0)
        key = str(wire[0]) if isinstance(wire, list) and wire else ""
        if key in seen or key not in nodes:
            continue
        seen.add(key)
        if text := _first(nodes[key], keys):
            return text
        waiting += [value for value in nodes[key].values() if isinstance(value, list)]
    return None


def _ours(text: str) -> dict[str, Any]:
    told = json.loads(text)
    params = told.get("params", {})
    return {
        "prompt": params.get("prompt"),
        "negative_prompt": params.get("negative_prompt"),
        "seed": params.get("seed"),
        "steps": params.get("steps"),
        "model": told.get("offer"),
    }


_READERS = (
    ("zoetrope", "Zoetrope", _ours),
    ("invokeai_metadata", "InvokeAI", _invoke),
    ("parameters", "Stable Diffusion web UI", _parameters),
    ("prompt", "ComfyUI", _comfy),
)
