"""What a 3D model shows: the triangles of its scene in one space, with what covers them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from assets.media.facts import Limits, Refused, megapixels
from assets.media.glb import (
    MOST_NODES,
    MOST_POINTS,
    MOST_SURFACES,
    MOST_TRIANGLES,
    Array,
    Broken,
    Model,
    numbers,
    whole,
)

Floats = npt.NDArray[np.float64]

# For a poster a texture has so many pixels at most.
_TEXTURE_SIDE = 2048
_READERS = (
    (b"\xff\xd8\xff", JpegImagePlugin.JpegImageFile),
    (b"\x89PNG\r\n\x1a\n", PngImagePlugin.PngImageFile),
    (b"RIFF", WebPImagePlugin.WebPImageFile),
)
_TRIANGLES, _STRIP, _FAN = 4, 5, 6
# Beyond what a viewer's numbers hold.
_FARTHEST = 1e30


@dataclass(frozen=True)
class Cover:
    """How a surface looks. `color` is linear RGBA; a texture has 8 bits of sRGB and alpha.

    `cutoff`: what is less opaque is not there; `turn` and `shift` move the places in the texture.
    """

    color: Floats
    texture: npt.NDArray[np.uint8] | None = None
    channel: int = 0
    cutoff: float = 0.0
    both_sides: bool = False
    turn: Floats | None = None
    shift: Floats | None = None


@dataclass(frozen=True)
class Surface:
    """Triangles in the space of the scene: points n x 3, corners m x 3. What a file does not give
    is None: normals n x 3, places in the texture n x 2, colors n x 4."""

    points: Floats
    corners: npt.NDArray[np.int64]
    cover: Cover
    normals: Floats | None
    places: Floats | None
    colors: Floats | None


def surfaces(model: Model, limits: Limits) -> list[Surface]:
    """Everything that the scene shows. Raises Refused, or Broken."""
    check_textures(model, limits)
    meshes = list(_placed(model))
    parts = [(p, matrix) for mesh, matrix in meshes for p in _primitives(model, mesh)]
    if len(parts) > MOST_SURFACES:
        raise Refused(
            f"The 3D model has {len(parts):,} surfaces; the limit is {MOST_SURFACES:,}. "
            "Join parts of the same material and export it again."
        )
    _check_counts(model, [part for part, _ in parts])
    covers: dict[Any, Cover] = {}
    found = []
    for part, matrix in parts:
        key = part.get("material")
        if key not in covers:
            covers[key] = _cover(model, key, limits)
        found.append(_surface(model, part, matrix, covers[key]))
    found = [surface for surface in found if len(surface.corners)]
    if not found:
        raise Refused("The 3D model has no surface to show. Choose another one.")
    return found


def _placed(model: Model) -> Iterator[tuple[dict[str, Any], Floats]]:
    """Each mesh of the scene with the matrix that places it. A node is met once: a model whose
    nodes form no tree is broken."""
    if len(model.listed("nodes")) > MOST_NODES:
        raise Refused(
            f"The 3D model has {len(model.listed('nodes')):,} nodes; the limit is {MOST_NODES:,}. "
            "Join its parts and export it again."
        )
    scene = model.entry("scenes", model.document.get("scene", 0))
    rest = [(index, np.eye(4)) for index in _indices(scene, "nodes")]
    met: set[int] = set()
    while rest:
        index, above = rest.pop()
        if index in met:
            raise Broken("a node is met twice")
        met.add(index)
        node = model.entry("nodes", index)
        matrix = above @ _matrix(node)
        if "mesh" in node:
            yield model.entry("meshes", node["mesh"]), matrix
        rest.extend((child, matrix) for child in _indices(node, "children"))


def _indices(entry: dict[str, Any], name: str) -> list[int]:
    found = entry.get(name, [])
    if not isinstance(found, list):
        raise Broken(f"{name} is no list")
    return [whole(index, MOST_NODES) for index in found]


def _matrix(node: dict[str, Any]) -> Floats:
    if "matrix" in node:
        return numbers(node["matrix"], 16, ()).reshape(4, 4).T
    x, y, z, w = numbers(node.get("rotation"), 4, (0, 0, 0, 1))
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = turn * numbers(node.get("scale"), 3, (1, 1, 1))
    matrix[:3, 3] = numbers(node.get("translation"), 3, (0, 0, 0))
    return matrix


def _primitives(model: Model, mesh: dict[str, Any]) -> list[dict[str, Any]]:
    found = mesh.get("primitives", [])
    if not isinstance(found, list) or len(found) > MOST_SURFACES:
        raise Broken("a mesh without a list of surfaces")
    return [p for p in found if p.get("mode", 4) in (_TRIANGLES, _STRIP, _FAN)]


def _check_counts(model: Model, parts: list[dict[str, Any]]) -> None:
    """As the file says itself; that what it says is there is checked when it is read."""
    points = corners = 0
    for part in parts:
        count = model.entry("accessors", _attributes(part).get("POSITION")).get("count")
        drawn = model.entry("accessors", part["indices"]).get("count") if "indices" in part else 0
        points += whole(count, 2**40)
        corners += whole(drawn, 2**40) or whole(count, 2**40)
    for number, limit, what in (
        (corners // 3, MOST_TRIANGLES, "triangles"),
        (points, MOST_POINTS, "points"),
    ):
        if number > limit:
            raise Refused(
                f"The 3D model has {number:,} {what}; the limit is {limit:,}. "
                "Reduce it and export it again."
            )


def _attributes(part: dict[str, Any]) -> dict[str, Any]:
    found = part.get("attributes")
    if not isinstance(found, dict):
        raise Broken("a surface without points")
    return found


def _surface(model: Model, part: dict[str, Any], matrix: Floats, cover: Cover) -> Surface:
    given = _attributes(part)
    points = _floats(model, given, "POSITION", 3)
    assert points is not None
    with np.errstate(all="ignore"):
        points = points @ matrix[:3, :3].T + matrix[:3, 3]
    if not (np.abs(points) < _FARTHEST).all():
        raise Broken("points that are nowhere")
    if "indices" in part:
        order = model.values(part["indices"])[:, 0].astype(np.int64)
    else:
        order = np.arange(len(points))
    if len(order) and not 0 <= int(order.min()) <= int(order.max()) < len(points):
        raise Broken("a corner that is no point")
    corners = _corners(order, part.get("mode", _TRIANGLES))
    if np.linalg.det(_comparable(matrix)) < 0:
        corners = corners[:, ::-1]
    normals = _floats(model, given, "NORMAL", 3, len(points))
    if normals is not None:
        normals = normals @ np.linalg.pinv(_comparable(matrix))
    places = _floats(model, given, f"TEXCOORD_{cover.channel}", 2, len(points))
    colors = _floats(model, given, "COLOR_0", 0, len(points))
    if colors is not None and colors.shape[1] == 3:
        colors = np.concatenate([colors, np.ones((len(colors), 1))], 1)
    return Surface(points, corners, cover, normals, places, colors)


def _comparable(matrix: Floats) -> Floats:
    """How it turns and stretches, without how large it makes things."""
    part = matrix[:3, :3]
    return np.asarray(part / (float(np.abs(part).max()) or 1.0))


def _floats(
    model: Model, given: dict[str, Any], name: str, parts: int, count: int | None = None
) -> Floats | None:
    """An attribute with that many numbers each (0: 3 or 4), or None where there is none."""
    if name not in given:
        if name == "POSITION":
            raise Broken("a surface without points")
        return None
    found: Array = model.values(given[name])
    if found.shape[1] not in ((parts,) if parts else (3, 4)) or count not in (None, len(found)):
        raise Broken(f"{name} does not fit")
    return np.nan_to_num(found.astype(np.float64)) if count else found.astype(np.float64)


def _corners(order: npt.NDArray[np.int64], mode: int) -> npt.NDArray[np.int64]:
    if mode == _TRIANGLES:
        return order[: len(order) // 3 * 3].reshape(-1, 3)
    if len(order) < 3:
        return np.zeros((0, 3), np.int64)
    if mode == _FAN:
        first = np.full(len(order) - 2, order[0])
        return np.stack([first, order[1:-1], order[2:]], -1)
    corners = np.stack([order[:-2], order[1:-1], order[2:]], -1)
    corners[1::2] = corners[1::2, [1, 0, 2]]
    return corners


# --- what covers them -----------------------------------------------------------------------------


def _cover(model: Model, index: object, limits: Limits) -> Cover:
    if index is None:
        return Cover(np.ones(4))
    material = model.entry("materials", index)
    look = material.get("pbrMetallicRoughness", {})
    color = numbers(look.get("baseColorFactor"), 4, (1, 1, 1, 1))
    mode = material.get("alphaMode", "OPAQUE")
    cutoff = 0.0 if mode == "OPAQUE" else 0.1 if mode == "BLEND" else 0.5
    if mode == "MASK":
        cutoff = float(numbers([material.get("alphaCutoff", 0.5)], 1, ())[0])
    both = material.get("doubleSided") is True
    if "baseColorTexture" not in look:
        return Cover(color, cutoff=cutoff, both_sides=both)
    texture = look["baseColorTexture"]
    moved = texture.get("extensions", {}).get("KHR_texture_transform", {})
    angle = float(numbers([moved.get("rotation", 0)], 1, ())[0])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return Cover(
        color,
        _texture(model, texture.get("index")),
        whole(moved.get("texCoord", texture.get("texCoord", 0)), 15),
        cutoff,
        both,
        turn * numbers(moved.get("scale"), 2, (1, 1)),
        numbers(moved.get("offset"), 2, (0, 0)),
    )


def _texture(model: Model, index: object) -> npt.NDArray[np.uint8] | None:
    """Its pixels, no larger than a poster needs; None where it is of a kind that only a browser
    reads."""
    texture = model.entry("textures", index)
    webp = texture.get("extensions", {}).get("EXT_texture_webp", {})
    source = webp.get("source", texture.get("source"))
    if source is None:
        return None
    image = _image(model, model.entry("images", source))
    if image is None:
        return None
    side = max(image.size)
    image.draft("RGB", (_TEXTURE_SIDE, _TEXTURE_SIDE))
    image.load()
    picture = image.convert("RGBA")
    if side > _TEXTURE_SIDE:
        picture.thumbnail((_TEXTURE_SIDE, _TEXTURE_SIDE), Image.Resampling.BOX)
    return np.asarray(picture)


def check_textures(model: Model, limits: Limits) -> None:
    """Every texture, used or not: a browser may decode them all. Raises Refused."""
    total = 0
    for entry in model.listed("images"):
        image = _image(model, entry)
        if image is not None:
            total += image.width * image.height
    if total > limits.image_pixels:
        raise Refused(
            f"The textures of the 3D model have {megapixels(total)}; the limit is "
            f"{megapixels(limits.image_pixels)}. Make them smaller and export it again."
        )


def _image(model: Model, entry: dict[str, Any]) -> Image.Image | None:
    """An embedded picture, measured and not yet decoded."""
    data = bytes(model.view(entry.get("bufferView"))[0])
    for start, reader in _READERS:
        if data.startswith(start):
            return reader(io.BytesIO(data))
    return None
