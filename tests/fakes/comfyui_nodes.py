"""The nodes of ComfyUI that need no weights, and how a graph of them is checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Input:
    type: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    required: bool = True


NUMBERS = {"INT": int, "FLOAT": float}
SCALES = ("nearest-exact", "bilinear", "area", "bicubic", "lanczos")
PREFIX = Input("STRING")
NODES: dict[str, tuple[dict[str, Input], tuple[str, ...]]] = {
    "LoadImage": ({"image": Input("FILE")}, ("IMAGE", "MASK")),
    "LoadImageMask": (
        {
            "image": Input("FILE"),
            "channel": Input("COMBO", choices=("alpha", "red", "green", "blue")),
        },
        ("MASK",),
    ),
    "LoadAudio": ({"audio": Input("FILE")}, ("AUDIO",)),
    "EmptyImage": (
        {
            "width": Input("INT", 1, 16384),
            "height": Input("INT", 1, 16384),
            "batch_size": Input("INT", 1, 4096),
            "color": Input("INT", 0, 0xFFFFFF),
        },
        ("IMAGE",),
    ),
    "ImageCompositeMasked": (
        {
            "destination": Input("IMAGE"),
            "source": Input("IMAGE"),
            "x": Input("INT", 0, 16384),
            "y": Input("INT", 0, 16384),
            "resize_source": Input("BOOLEAN"),
            "mask": Input("MASK", required=False),
        },
        ("IMAGE",),
    ),
    "ImageScale": (
        {
            "image": Input("IMAGE"),
            "upscale_method": Input("COMBO", choices=SCALES),
            "width": Input("INT", 0, 16384),
            "height": Input("INT", 0, 16384),
            "crop": Input("COMBO", choices=("disabled", "center")),
        },
        ("IMAGE",),
    ),
    "RepeatImageBatch": (
        {"image": Input("IMAGE"), "amount": Input("INT", 1, 4096)},
        ("IMAGE",),
    ),
    "CreateVideo": (
        {
            "images": Input("IMAGE"),
            "fps": Input("FLOAT", 1, 120),
            "audio": Input("AUDIO", required=False),
        },
        ("VIDEO",),
    ),
    "SaveVideo": (
        {
            "video": Input("VIDEO"),
            "filename_prefix": PREFIX,
            "format": Input("COMBO", choices=("auto", "mp4")),
            "codec": Input("COMBO", choices=("auto", "h264")),
        },
        (),
    ),
    "SaveImage": ({"images": Input("IMAGE"), "filename_prefix": PREFIX}, ()),
}
OUTPUTS = ("SaveVideo", "SaveImage")


def check(graph: Any, files: Collection[str]) -> dict[str, Any] | None:
    """The body of the 400 that the server would answer with; None when it would accept."""
    if not isinstance(graph, dict):
        return _refusal("no_prompt", "No prompt provided")
    for key, node in graph.items():
        name = node.get("class_type")
        if name not in NODES:
            details = f"Node ID '#{key}'"
            return _refusal(
                "invalid_prompt", f"Cannot execute because node {name} does not exist.", details
            )
    if not any(node["class_type"] in OUTPUTS for node in graph.values()):
        return _refusal("prompt_no_outputs", "Prompt has no outputs")
    wrong = {key: list(_problems(graph, node, files)) for key, node in graph.items()}
    told = {
        key: {"errors": found, "dependent_outputs": [], "class_type": graph[key]["class_type"]}
        for key, found in wrong.items()
        if found
    }
    if not told:
        return None
    words = "Prompt outputs failed validation"
    return {**_refusal("prompt_outputs_failed_validation", words), "node_errors": told}


def _refusal(type: str, message: str, details: str = "") -> dict[str, Any]:
    error = {"type": type, "message": message, "details": details, "extra_info": {}}
    return {"error": error, "node_errors": {}}


def _problems(
    graph: dict[str, Any], node: dict[str, Any], files: Collection[str]
) -> Iterator[dict[str, Any]]:
    inputs, _ = NODES[node["class_type"]]
    for name, wanted in inputs.items():
        if name not in node["inputs"]:
            if wanted.required:
                yield _problem("required_input_missing", "Required input is missing", name)
        elif isinstance(value := node["inputs"][name], list):
            yield from _wrong_link(graph, name, wanted, value)
        else:
            yield from _wrong_value(name, wanted, value, files)


def _wrong_link(
    graph: dict[str, Any], name: str, wanted: Input, link: list[Any]
) -> Iterator[dict[str, Any]]:
    made = NODES[graph[link[0]]["class_type"]][1]
    if link[1] >= len(made) or made[link[1]] != wanted.type:
        yield _problem("return_type_mismatch", "Return type mismatch between linked nodes", name)


def _wrong_value(
    name: str, wanted: Input, value: Any, files: Collection[str]
) -> Iterator[dict[str, Any]]:
    if wanted.type == "FILE" and value not in files:
        said = f"{name} - Invalid image file: {value}"
        yield _problem("custom_validation_failed", "Custom validation failed for node", said)
    if wanted.choices and value not in wanted.choices:
        said = f"{name}: '{value}' not in {list(wanted.choices)}"
        yield _problem("value_not_in_list", "Value not in list", said)
    if wanted.type not in NUMBERS:
        return
    try:
        number = NUMBERS[wanted.type](value)
    except (TypeError, ValueError):
        yield _problem("invalid_input_type", f"Failed to convert to {wanted.type}", name)
        return
    if wanted.low is not None and number < wanted.low:
        said = f"Value {number} smaller than min of {wanted.low:g}"
        yield _problem("value_smaller_than_min", said, name)
    if wanted.high is not None and number > wanted.high:
        said = f"Value {number} bigger than max of {wanted.high:g}"
        yield _problem("value_bigger_than_max", said, name)


def _problem(type: str, message: str, details: str) -> dict[str, Any]:
    return {"type": type, "message": message, "details": details, "extra_info": {}}
