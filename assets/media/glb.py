"""GLB, the one-file form of glTF 2.0: opened, measured and never believed.

Everything that the file says of itself is checked against what is there before it is used: lengths,
offsets, counts, references. A model must be whole in its one file and readable without a decoder
that would have to be fetched from elsewhere, because the page shows it without any.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assets.media.facts import Refused, filesize

Array = npt.NDArray[Any]

MOST_JSON = 4 * 1024**2
MOST_POINTS = 3_000_000
MOST_TRIANGLES = 3_000_000
MOST_SURFACES = 10_000
MOST_NODES = 50_000

_HEADER, _CHUNK = struct.Struct("<4sII"), struct.Struct("<II")
_JSON, _BIN = 0x4E4F534A, 0x004E4942
_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_PARTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}

# What the viewer draws with what it has. Whatever else a file may need is refused by its name.
_UNDERSTOOD = frozenset(
    {
        "KHR_lights_punctual",
        "KHR_materials_anisotropy",
        "KHR_materials_clearcoat",
        "KHR_materials_dispersion",
        "KHR_materials_emissive_strength",
        "KHR_materials_ior",
        "KHR_materials_iridescence",
        "KHR_materials_sheen",
        "KHR_materials_specular",
        "KHR_materials_transmission",
        "KHR_materials_unlit",
        "KHR_materials_variants",
        "KHR_materials_volume",
        "KHR_mesh_quantization",
        "KHR_texture_transform",
        "EXT_texture_webp",
        "EXT_texture_avif",
    }
)
# A viewer would fetch a decoder for these, even where the file could be shown without.
_PACKED = {
    "KHR_draco_mesh_compression": "Draco",
    "EXT_meshopt_compression": "meshopt",
    "KHR_meshopt_compression": "meshopt",
    "KHR_texture_basisu": "KTX2",
}


class Broken(Exception):
    """The file contradicts itself. The message is for the log, not for the person."""


@dataclass(frozen=True)
class Model:
    """An opened GLB: its description, and the bytes that it describes."""

    document: dict[str, Any]
    body: memoryview

    def listed(self, name: str) -> list[Any]:
        found = self.document.get(name, [])
        if not isinstance(found, list):
            raise Broken(f"{name} is no list")
        return found

    def entry(self, name: str, index: object) -> dict[str, Any]:
        """One of a list, which must be there."""
        entries = self.listed(name)
        found = entries[whole(index, len(entries) - 1)]
        if not isinstance(found, dict):
            raise Broken(f"{name}[{index}] is no object")
        return found

    def view(self, index: object) -> tuple[memoryview, int]:
        """The bytes of a buffer view, and its step from one element to the next (0: none)."""
        view = self.entry("bufferViews", index)
        if whole(view.get("buffer"), len(self.listed("buffers")) - 1) != 0:
            raise Broken("a second buffer")
        start = whole(view.get("byteOffset", 0), len(self.body))
        length = whole(view.get("byteLength"), len(self.body) - start)
        return self.body[start : start + length], whole(view.get("byteStride", 0), 252)

    def values(self, index: object) -> Array:
        """What an accessor gives, as count x parts; whole numbers as the shares they stand for
        where it says so."""
        accessor = self.entry("accessors", index)
        kind, parts = _TYPES.get(_hashed(accessor, "componentType"), ""), _parts(accessor)
        count = whole(accessor.get("count"), MOST_POINTS * 3)
        if not kind:
            raise Broken("an unknown type of number")
        if "bufferView" in accessor:
            found = self._strided(accessor, kind, count, parts)
        else:
            found = np.zeros((count, parts), kind)
        if "sparse" in accessor:
            found = self._patched(found, accessor["sparse"], kind, parts)
        return _shares(found) if accessor.get("normalized") is True else found

    def _strided(self, accessor: dict[str, Any], kind: str, count: int, parts: int) -> Array:
        data, step = self.view(accessor["bufferView"])
        start, size = whole(accessor.get("byteOffset", 0), len(data)), np.dtype(kind).itemsize
        step = step or size * parts
        if count and start + step * (count - 1) + size * parts > len(data):
            raise Broken("an accessor reaches beyond its bytes")
        shape, strides = (count, parts), (step, size)
        return np.ndarray(shape, kind, data, start, strides) if count else np.zeros(shape, kind)

    def _patched(self, values: Array, sparse: Any, kind: str, parts: int) -> Array:
        count = whole(sparse.get("count"), len(values))
        at, to = sparse.get("indices", {}), sparse.get("values", {})
        where = self._strided(at, _TYPES.get(_hashed(at, "componentType"), ""), count, 1)[:, 0]
        if count and int(where.max()) >= len(values):
            raise Broken("a sparse accessor reaches beyond its values")
        values = values.copy()
        values[where] = self._strided(to, kind, count, parts)
        return values


def opened(path: Path) -> Model:
    """Raises Refused for what is not taken, and Broken for what cannot be."""
    data = memoryview(path.read_bytes())
    chunks = dict(_chunks(data))
    text = chunks.get(_JSON, memoryview(b""))
    if len(text) > MOST_JSON:
        raise Refused(
            f"The description inside the 3D model has {filesize(len(text))}; the limit is "
            f"{filesize(MOST_JSON)}. Export it again with fewer parts."
        )
    document = json.loads(bytes(text))
    if not isinstance(document, dict):
        raise Broken("its JSON is no object")
    _check_version(document)
    _check_whole(document)
    _check_extensions(document)
    body = chunks.get(_BIN, memoryview(b""))
    return Model(document, body)


def _chunks(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The description and the body; of others only that they fit."""
    if len(data) < _HEADER.size or _HEADER.unpack_from(data)[2] != len(data):
        raise Broken("it is not as long as it says")
    at, number = _HEADER.size, 0
    while at < len(data):
        if at + _CHUNK.size > len(data):
            raise Broken("a chunk is cut off")
        length, kind = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        if at + length > len(data):
            raise Broken("a chunk is longer than the file")
        if (number, kind) in ((0, _JSON), (1, _BIN)):
            yield kind, data[at : at + length]
        at, number = at + length, number + 1


def _check_version(document: dict[str, Any]) -> None:
    asset = document.get("asset")
    version = str(asset.get("version", "")) if isinstance(asset, dict) else ""
    if not version.startswith("2."):
        said = f"version {version[:10]}" if version else "no version"
        raise Refused(f"The 3D model is glTF of {said}; 2.0 is needed. Export it again as that.")


def _check_whole(document: dict[str, Any]) -> None:
    """Raises Refused when it needs anything outside of its own file."""
    rest: list[Any] = [document]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            if isinstance(value.get("uri"), str):
                raise Refused(
                    f"The 3D model needs another file (“{value['uri'][:60]}”). Export it as one "
                    "GLB with everything inside."
                )
            rest.extend(child for key, child in value.items() if key != "extras")
        elif isinstance(value, list):
            rest.extend(child for child in value if isinstance(child, dict | list))


def _check_extensions(document: dict[str, Any]) -> None:
    used, needed = (
        [str(name) for name in document.get(key, []) if isinstance(name, str)]
        for key in ("extensionsUsed", "extensionsRequired")
    )
    for name in [*used, *needed]:
        if name in _PACKED:
            raise Refused(
                f"The 3D model is packed with {_PACKED[name]}, which is not taken here. "
                "Export it again without compression."
            )
    for name in needed:
        if name not in _UNDERSTOOD:
            raise Refused(
                f"The 3D model needs the extension {name[:60]}, which is not known here. "
                "Export it again without it."
            )


def whole(value: object, most: int) -> int:
    """A whole number from 0 to `most`."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise Broken(f"{str(value)[:30]} is not from 0 to {most}")
    return value


def numbers(value: object, count: int, otherwise: tuple[float, ...]) -> npt.NDArray[np.float64]:
    """So many finite numbers."""
    if value is None:
        return np.array(otherwise, np.float64)
    found = np.asarray(value, np.float64)
    if found.shape != (count,) or not np.isfinite(found).all():
        raise Broken("numbers that are none")
    return found


def _hashed(accessor: dict[str, Any], name: str) -> int:
    return whole(accessor.get(name), 2**16)


def _parts(accessor: dict[str, Any]) -> int:
    found = _PARTS.get(str(accessor.get("type")))
    if found is None:
        raise Broken("an unknown type of value")
    return found


def _shares(values: Array) -> Array:
    """Whole numbers as shares: -1 or 0 to 1 (glTF 2.0, section 3.6.2.2)."""
    if values.dtype.kind == "f":
        return values
    top = np.iinfo(values.dtype).max
    return np.maximum(values.astype(np.float32) / top, -1)
