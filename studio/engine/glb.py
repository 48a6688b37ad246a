"""Writes GLB: one file with the points, the triangles and the picture of a 3D model.

The layout is that of glTF 2.0 (Khronos, section 4 for the container, 3.6 for the data): little
endian, every part on a multiple of 4 bytes. The same model makes the same bytes.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAGIC, VERSION = b"glTF", 2
JSON_CHUNK, BIN_CHUNK = b"JSON", b"BIN\0"
POINTS, TRIANGLES = 34962, 34963  # targets of a buffer view
FLOAT, SHORT, INT = 5126, 5123, 5125  # component types
MOST_SHORT = 65535
LINEAR, MIPMAPS, CLAMP = 9729, 9987, 33071


class Material(NamedTuple):
    """How a surface looks. `picture` is an encoded JPEG; `color` is linear, 0 to 1."""

    name: str
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    roughness: float = 1.0
    picture: bytes = b""


class Surface(NamedTuple):
    """Triangles of one material. `points` and `normals` are n x 3, `places` in the picture n x 2
    from 0 to 1 with the top left as (0, 0); `triangles` m x 3, seen from the front against the
    clock."""

    points: NDArray[np.float32]
    normals: NDArray[np.float32]
    triangles: NDArray[np.uint32]
    material: Material
    places: NDArray[np.float32] | None = None


@dataclass
class _Data:
    """What the parts put together: views, accessors and bytes."""

    views: list[dict[str, Any]] = field(default_factory=list)
    accessors: list[dict[str, Any]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    def view(self, data: bytes, **more: int) -> int:
        view = {"buffer": 0, "byteOffset": len(self.body), "byteLength": len(data), **more}
        self.views.append(view)
        self.body += data + bytes(-len(data) % 4)
        return len(self.views) - 1

    def values(self, array: NDArray[Any], component: int, shape: str, **more: Any) -> int:
        target = TRIANGLES if shape == "SCALAR" else POINTS
        view = self.view(array.tobytes(), target=target)
        entry = {"bufferView": view, "componentType": component, "count": len(array), "type": shape}
        self.accessors.append(entry | more)
        return len(self.accessors) - 1


def encode(surfaces: list[Surface], name: str) -> bytes:
    """The GLB of a model made of these surfaces."""
    data = _Data()
    primitives = [_primitive(data, surface, at) for at, surface in enumerate(surfaces)]
    textures = [s.material.picture for s in surfaces if s.material.picture]
    images = [{"mimeType": "image/jpeg", "bufferView": data.view(t)} for t in textures]
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "Zoetrope"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": name}],
        "meshes": [{"name": name, "primitives": primitives}],
        "materials": _materials([surface.material for surface in surfaces]),
        "accessors": data.accessors,
        "bufferViews": data.views,
        "buffers": [{"byteLength": len(data.body)}],
    }
    if textures:
        sampler = {"magFilter": LINEAR, "minFilter": MIPMAPS, "wrapS": CLAMP, "wrapT": CLAMP}
        document["samplers"] = [sampler]
        document["images"] = images
        document["textures"] = [{"sampler": 0, "source": at} for at in range(len(images))]
    return _container(document, bytes(data.body))


def _primitive(data: _Data, surface: Surface, material: int) -> dict[str, Any]:
    points = np.ascontiguousarray(surface.points, "<f4")
    # Required of positions, and of nothing else.
    box = {"min": points.min(0).tolist(), "max": points.max(0).tolist()}
    attributes = {
        "POSITION": data.values(points, FLOAT, "VEC3", **box),
        "NORMAL": data.values(np.ascontiguousarray(surface.normals, "<f4"), FLOAT, "VEC3"),
    }
    if surface.places is not None:
        # Half the bytes of floats, and finer than any picture has pixels.
        steps = np.rint(np.clip(surface.places, 0, 1) * MOST_SHORT).astype("<u2")
        attributes["TEXCOORD_0"] = data.values(steps, SHORT, "VEC2", normalized=True)
    small = len(points) <= MOST_SHORT
    corners = surface.triangles.ravel().astype("<u2" if small else "<u4")
    indices = data.values(corners, SHORT if small else INT, "SCALAR")
    return {"attributes": attributes, "indices": indices, "material": material}


def _materials(materials: list[Material]) -> list[dict[str, Any]]:
    described, pictures = [], 0
    for material in materials:
        look: dict[str, Any] = {
            "baseColorFactor": [*material.color, 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": material.roughness,
        }
        if material.picture:
            look["baseColorTexture"] = {"index": pictures}
            pictures += 1
        described.append({"name": material.name, "pbrMetallicRoughness": look})
    return described


def _container(document: dict[str, Any], body: bytes) -> bytes:
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    chunks = _chunk(JSON_CHUNK, text) + _chunk(BIN_CHUNK, body)
    return struct.pack("<4sII", MAGIC, VERSION, 12 + len(chunks)) + chunks


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack("<I4s", len(content), kind) + content
