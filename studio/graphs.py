"""Graphs of ComfyUI in its API format: {node id: {"class_type", "inputs"}}. Pure functions.

A mapping says where the params of an operation go: {param: [[node id, input], …]}. The word
"frames" stands for the length in seconds × frames per second.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from studio.spec import Operation

FRAMES = "frames"
MAX_BYTES = 1024 * 1024
MAX_NODES = 1000
MAX_DEPTH = 50
MAX_NUMBER = 2**64
UNFIT = re.compile("[\x00\ud800-\udfff]")  # what a database or a wire cannot hold
NAMED = 20  # of many in a message
SAVES = re.compile(r"save|combine|output|export|preview", re.IGNORECASE)
LOOK = 12  # nodes from a sampler back to its text
# What inputs are called that hold the value of a param.
CALLED = {
    "seed": ("seed", "noise_seed"),
    "width": ("width",),
    "height": ("height",),
    "fps": ("fps", "frame_rate"),
    FRAMES: ("length", "num_frames", "frames", "video_frames"),
    "guidance": ("cfg",),
    "steps": ("steps",),
    "duration": ("duration", "seconds"),
}
# The nodes that load files: the input, and the kind of param whose file it is.
LOADS = {
    "LoadImage": ("image", "image"),
    "LoadImageMask": ("image", "mask"),
    "LoadAudio": ("audio", "audio"),
}

Graph = Mapping[str, Any]
Mapped = Mapping[str, Any]


def filled(graph: Graph, mapping: Mapped, values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the graph with the values in their places; None leaves what is there."""
    copy = {key: {**node, "inputs": dict(node["inputs"])} for key, node in graph.items()}
    for name, places in mapping.items():
        if (value := values.get(name)) is not None:
            for node, slot in places:
                copy[node]["inputs"][slot] = value
    return copy


def length_of(operation: Operation, mapping: Mapped) -> str | None:
    """The param that says how many seconds the result lasts: what is asked for, or measured of a
    file that the graph takes."""
    names = {param.name for param in operation.params}
    if "duration" in names:
        return "duration"
    return next((p.name for p in operation.params if p.measures in mapping), None)


def is_link(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)


# --- what is read -------------------------------------------------------------------------------


def read(text: str | bytes) -> Any:
    """JSON that somebody gave us. ValueError goes on, in words, after the name of where it is."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{error.msg} in line {error.lineno}, column {error.colno}"
        raise ValueError(f"is not valid JSON: {where}.") from None
    except RecursionError:
        raise ValueError(f"is nested more than {MAX_DEPTH} deep.") from None
    except ValueError:
        raise ValueError("is not valid JSON: it has a number or a letter too odd.") from None
    if problem := oddity(value):
        raise ValueError(problem)
    return value


def oddity(value: Any) -> str | None:
    """Why a JSON value cannot be stored or sent, after the name of where it is; else None. Without
    recursion, for it may be nested deeper than Python can follow."""
    left: list[tuple[Any, int, str]] = [(value, 1, "")]
    while left:
        found, depth, path = left.pop()
        named = found.items() if isinstance(found, dict) else ()
        inner = list(enumerate(found) if isinstance(found, list) else named)
        if depth > MAX_DEPTH:
            return f"is nested more than {MAX_DEPTH} deep."
        if problem := _odd(found) or next((p for key, _ in inner if (p := _odd(key))), None):
            return f"{problem}{f' at {path}' if path else ''}. Leave it out."
        before = f"{path} › " if path else ""
        left += [(v, depth + 1, f"{before}{str(key)[:40]}") for key, v in inner]
    return None


def _odd(value: Any) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return f"has {value}, which is no number that JSON knows,"
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        return "has a number larger than 2⁶⁴"
    if isinstance(value, str) and UNFIT.search(value):
        return "has a character that cannot be stored (code 0, or half of a pair)"
    return None


# --- what is wrong ------------------------------------------------------------------------------


def problems_of_graph(graph: Any) -> Iterator[str]:
    if not isinstance(graph, dict) or not graph:
        yield "The workflow is empty. Paste what ComfyUI saves as “Export (API)”."
        return
    if isinstance(graph.get("nodes"), list):
        yield (
            "This is the workflow of ComfyUI's editor, which its server cannot run. Choose "
            "Workflow, Export (API) in ComfyUI and use that file."
        )
        return
    if len(graph) > MAX_NODES or len(json.dumps(graph)) > MAX_BYTES:
        yield f"The workflow is too large; at most {MAX_NODES:,} nodes and 1 MB."
        return
    yield from _problems_of_nodes(graph)


def _problems_of_nodes(graph: Graph) -> Iterator[str]:
    for key, node in graph.items():
        if not isinstance(node, dict) or not isinstance(node.get("class_type"), str):
            yield f"Node {key} has no class_type, so this is not the API format."
        elif not isinstance(node.get("inputs"), dict):
            yield f"Node {key} ({node['class_type']}) has no inputs, so this is not the API format."
        else:
            for slot, value in node["inputs"].items():
                if is_link(value) and value[0] not in graph:
                    yield f"Node {key}: {slot} comes from node {value[0]}, which does not exist."
    if not any(SAVES.search(str(field(node, "class_type"))) for node in graph.values()):
        yield "No node saves a result. Add one such as SaveVideo."


def problems_of_mapping(graph: Graph, mapping: Any, operation: Operation) -> Iterator[str]:
    if not isinstance(mapping, dict) or not all(_are_places(v) for v in mapping.values()):
        yield 'The mapping must look like {"image": [["1", "image"]], "prompt": [["6", "text"]]}.'
        return
    params = {p.name: p for p in operation.params}
    possible = {p.name for p in operation.params if p.kind != "point"}
    possible |= {FRAMES} if length_of(operation, params) else set()
    for name, places in mapping.items():
        if name not in possible:
            takes = ", ".join(sorted(possible))
            yield f"“{name}” is nothing that {operation.label} asks for. It asks for {takes}."
        for node, slot in places:
            yield from _problems_of_place(graph, name, node, slot)
    for param in operation.params:
        if param.required and param.name not in mapping:
            yield f"The mapping lacks “{param.name}”, which {operation.label} requires."


def _problems_of_place(graph: Graph, name: str, key: str, slot: str) -> Iterator[str]:
    if key not in graph:
        yield f"“{name}” goes to node {key}, which does not exist. There are {_some(graph)}."
        return
    inputs = graph[key]["inputs"]
    where = f"node {key} ({graph[key]['class_type']})"
    if slot not in inputs:
        yield f"“{name}” goes to {slot} of {where}, which has {_some(inputs) or 'no inputs'}."
    elif is_link(inputs[slot]):
        yield f"“{name}” goes to {slot} of {where}, which is fed by node {inputs[slot][0]}."


def _some(names: Iterable[str]) -> str:
    found = list(names)
    return ", ".join(found[:NAMED]) + (" …" if len(found) > NAMED else "")


def _are_places(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(p, list) and len(p) == 2 and set(map(type, p)) == {str} for p in value)
    )


# --- a mapping to begin with --------------------------------------------------------------------


def propose(graph: Graph, operation: Operation) -> dict[str, list[list[str]]]:
    """Where the params of an operation seem to go. For a graph without problems."""
    found = {**_loaders(graph, operation), **_texts(graph), **_called(graph)}
    names = {param.name for param in operation.params}
    length = length_of(operation, {name: 1 for name in found if found[name]})
    if length and not found.get(length):
        names.add(FRAMES)
    return {name: places for name, places in found.items() if name in names and places}


def _loaders(graph: Graph, operation: Operation) -> dict[str, list[list[str]]]:
    """The first picture is the first that is asked for, a second one the next, and so on."""
    found: dict[str, list[list[str]]] = {}
    for loader, (slot, kind) in LOADS.items():
        nodes = [key for key, node in graph.items() if node["class_type"] == loader]
        names = [param.name for param in operation.params if param.kind == kind]
        found |= {name: [[key, slot]] for name, key in zip(names, nodes, strict=False)}
    return found


def _texts(graph: Graph) -> dict[str, list[list[str]]]:
    """Texts are told apart by the side of the sampler that they reach; else the first one."""
    found = {
        name: [place]
        for name, side in (("prompt", "positive"), ("negative_prompt", "negative"))
        if (place := _text_behind(graph, side))
    }
    first = next((key for key, node in graph.items() if _has(node, "text", str)), None)
    return found or ({"prompt": [[first, "text"]]} if first else {})


def _text_behind(graph: Graph, side: str) -> list[str] | None:
    links = [node["inputs"][side] for node in graph.values() if is_link(node["inputs"].get(side))]
    look = [link[0] for link in links]
    for key in look:
        node = graph[key]
        if _has(node, "text", str):
            return [key, "text"]
        same = node["inputs"].get(side)
        before = [same] if is_link(same) else list(filter(is_link, node["inputs"].values()))
        look += [link[0] for link in before][: LOOK - len(look)]
    return None


def _called(graph: Graph) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {
        name: [[key, s] for key, node in graph.items() for s in slots if _has(node, s, int, float)]
        for name, slots in CALLED.items()
    }
    repeats = [k for k, n in graph.items() if n["class_type"] == "RepeatImageBatch"]
    found[FRAMES] += [[key, "amount"] for key in repeats if _has(graph[key], "amount", int)]
    return found


def _has(node: Any, slot: str, *types: type) -> bool:
    return type(node["inputs"].get(slot)) in types


def field(node: Any, name: str) -> Any:
    return node.get(name) if isinstance(node, dict) else None
