"""Makes GLB files, good ones and hostile ones."""

from __future__ import annotations

import copy
import io
import json
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image

Document = dict[str, Any]


def packed(document: Document | bytes, body: bytes = b"", **header: int) -> bytes:
    """A GLB of a description and a body; `length` and `version` of its header may lie."""
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body += bytes(-len(body) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    if body:
        chunks += struct.pack("<I4s", len(body), b"BIN\0") + body
    length = header.get("length", 12 + len(chunks))
    return struct.pack("<4sII", b"glTF", header.get("version", 2), length) + chunks


def texture(size: tuple[int, int] = (64, 64), format: str = "PNG") -> bytes:
    """Red, green, blue and yellow quarters: top left, top right, bottom left, bottom right."""
    image = Image.new("RGB", (2, 2))
    image.putdata([(230, 30, 30), (30, 200, 60), (40, 60, 230), (240, 220, 40)])
    out = io.BytesIO()
    image.resize(size, Image.Resampling.NEAREST).save(out, format)
    return out.getvalue()


def parts() -> tuple[Document, bytes]:
    """A cube with a texture on each side, as a description and a body."""
    points, normals, places, corners = [], [], [], []
    for axis in range(3):
        for sign in (1, -1):
            out = np.roll([sign, 0, 0], axis)
            right = np.roll([0, 1, 0], axis) * sign if axis != 1 else np.array([1, 0, 0])
            right = np.array([0, 0, -sign]) if axis == 0 else right
            right = np.array([sign, 0, 0]) if axis == 2 else right
            up = np.cross(out, right)
            first = len(points)
            for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                points.append((out + right * u + up * v) * 0.5)
                normals.append(out)
                places.append(((u + 1) / 2, (1 - v) / 2))
            corners += [first, first + 1, first + 2, first, first + 2, first + 3]
    body, views = b"", []
    for data in (
        np.array(points, "<f4").tobytes(),
        np.array(normals, "<f4").tobytes(),
        np.array(places, "<f4").tobytes(),
        np.array(corners, "<u2").tobytes(),
        texture(),
    ):
        views.append({"buffer": 0, "byteOffset": len(body), "byteLength": len(data)})
        body += data + bytes(-len(data) % 4)
    document: Document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [
            {
                "primitives": [
                    {
                        "attributes": {"POSITION": 0, "NORMAL": 1, "TEXCOORD_0": 2},
                        "indices": 3,
                        "material": 0,
                    }
                ]
            }
        ],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        "textures": [{"source": 0}],
        "images": [{"bufferView": 4, "mimeType": "image/png"}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 24, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5126, "count": 24, "type": "VEC3"},
            {"bufferView": 2, "componentType": 5126, "count": 24, "type": "VEC2"},
            {"bufferView": 3, "componentType": 5123, "count": 36, "type": "SCALAR"},
        ],
        "bufferViews": views,
        "buffers": [{"byteLength": len(body)}],
    }
    return document, body


def cube(change: Callable[[Document], None] | None = None) -> bytes:
    """The cube; `change` may do something to its description."""
    document, body = parts()
    if change:
        document = copy.deepcopy(document)
        change(document)
    return packed(document, body)


def with_(path: str, value: Any) -> bytes:
    """The cube with one place of its description changed: with_("nodes.0.mesh", 7)."""

    def change(document: Document) -> None:
        *way, last = (int(w) if w.isdigit() else w for w in path.split("."))
        place: Any = document
        for step in way:
            if isinstance(step, str) and step not in place:
                place[step] = {}
            place = place[step]
        place[last] = value

    return cube(change)


def many(count: int, **entry: Mapping[str, Any]) -> bytes:
    """A description with a list of `count` equal entries: many(9, nodes={"mesh": 0})."""
    document, body = parts()
    for name, value in entry.items():
        document[name] = [value] * count
    return packed(document, body)
