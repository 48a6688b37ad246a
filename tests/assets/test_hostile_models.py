"""A 3D model may say anything of itself: it is taken or refused, in bounded time and memory."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assets import media
from assets.media import model
from assets.media.formats import FORMATS
from tests.assets import glbs, make
from tests.assets.test_bombs import looked_at, refused_cheaply

DAMAGED = "damaged or incomplete and cannot be read as GLB"
GLB = next(f for f in FORMATS if f.extension == "glb")


def verdict(path: Path, content: bytes) -> str:
    """What is said of it; "taken" when it is. Anything but Refused fails the test."""
    path.write_bytes(content)
    try:
        model.examine(path, GLB, media.Limits())
    except media.Refused as refusal:
        return str(refusal)
    return "taken"


def cyclic(document: glbs.Document) -> None:
    document["nodes"] = [{"mesh": 0, "children": [1]}, {"children": [0]}]


def diamond(document: glbs.Document) -> None:
    """Thirty levels of two that share their children: a thousand million cubes."""
    document["nodes"] = [{"children": [n + 1, n + 1]} for n in range(30)] + [{"mesh": 0}]


@pytest.mark.parametrize(
    "content",
    [
        glbs.cube()[:-8],
        glbs.cube() + b"more",
        glbs.packed({}, length=0xFFFFFFFF),
        glbs.packed(b"[1, 2"),
        glbs.packed(b"[" * 100_000),
        glbs.packed(b"\xff\xfe{}"),
        glbs.cube()[:12],
        glbs.cube()[:12] + struct.pack("<I4s", 0xFFFFFFF0, b"JSON"),
        glbs.with_("nodes.0.mesh", 7),
        glbs.with_("nodes.0.mesh", -1),
        glbs.with_("nodes.0.mesh", True),
        glbs.with_("nodes.0.scale", ["a", 1, 2]),
        glbs.with_("nodes.0.scale", [1e308] * 3),
        glbs.with_("nodes.0.matrix", [1] * 15),
        glbs.with_("bufferViews.0.byteOffset", 2**62),
        glbs.with_("bufferViews.0.byteLength", 2**40),
        glbs.with_("bufferViews.0.byteStride", 2**30),
        glbs.with_("accessors.0.byteOffset", 100_000),
        glbs.with_("accessors.0.componentType", 1),
        glbs.with_("accessors.0.type", "MAT9"),
        glbs.with_("accessors.0.count", -3),
        glbs.with_("accessors.0.count", 25),
        glbs.with_("accessors.3.bufferView", 0),
        glbs.with_("accessors.1.count", 3),
        glbs.with_("accessors.0.sparse", {"count": 10**9}),
        glbs.with_("images.0.bufferView", 99),
        glbs.with_("materials.0.pbrMetallicRoughness", []),
        glbs.with_("meshes.0.primitives", {"a": 1}),
        glbs.cube(cyclic),
        glbs.cube(diamond),
    ],
)
def test_what_contradicts_itself_is_damaged(work: Path, content: bytes) -> None:
    assert DAMAGED in verdict(work / "a.glb", content)


@pytest.mark.parametrize(
    "content",
    [
        glbs.with_("accessors.0.byteOffset", 4),
        glbs.with_("nodes.0.scale", [0, 0, 0]),
        glbs.with_("nodes.0.scale", [-1, 1, 1e-30]),
        glbs.with_("materials.0.alphaMode", "BLEND"),
        glbs.with_("meshes.0.primitives.0.mode", 5),
        glbs.with_("meshes.0.primitives.0.mode", 6),
        glbs.with_("accessors.0", {"componentType": 5126, "count": 24, "type": "VEC3"}),
    ],
)
def test_what_is_odd_is_taken_or_refused(small: None, work: Path, content: bytes) -> None:
    said = verdict(work / "a.glb", content)
    assert said == "taken" or DAMAGED in said


def test_triangles_that_are_drawn_over_and_over(work: Path) -> None:
    """A hundred thousand triangles, each as large as the picture, would be tens of thousands
    of millions of pixels: they are drawn smaller and fewer."""
    path = work / "a.glb"

    def flood(document: glbs.Document) -> None:
        view = document["bufferViews"]
        document["nodes"] = [{"mesh": 0} for _ in range(10_000)]
        document["scenes"] = [{"nodes": list(range(10_000))}]
        view[4]["byteLength"] = 68
        del document["textures"], document["images"], document["materials"]
        document["meshes"][0]["primitives"][0].pop("material")
        document["accessors"][3]["count"] = 36

    path.write_bytes(glbs.cube(flood))
    took, used, said = looked_at(path, "child")
    assert said == "taken"
    assert used < 1000, f"{used} MB"
    assert took < 40


def test_a_picture_inside_that_would_be_enormous(work: Path) -> None:
    document, body = glbs.parts()
    bomb = make.png_bomb(30_000, 30_000)
    document["bufferViews"][4] |= {"byteOffset": len(body), "byteLength": len(bomb)}
    path = work / "a.glb"
    path.write_bytes(glbs.packed(document, body + bomb))
    refused_cheaply(path, "900 megapixels", memory=150, seconds=5, whose="child")


@pytest.mark.parametrize("whose", ["self", "child"])
def test_a_description_that_is_all_brackets(work: Path, whose: str) -> None:
    path = work / "a.glb"
    path.write_bytes(glbs.packed(b'{"asset":{"version":"2.0"},"x":[' + b"{}," * 1_390_000 + b"1]}"))
    memory = 700 if whose == "child" else 30
    refused_cheaply(path, "", memory=memory, seconds=15, whose=whose)


# --- at random ------------------------------------------------------------------------------------

MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posters of a few pixels: here only what is said counts."""
    monkeypatch.setattr("assets.media.poster3d.SIZE", (32, 24))


@MANY
@given(places=st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 255)), max_size=12))
@example(places=[(8, 0)])
def test_any_changed_bytes(small: None, work: Path, places: list[tuple[int, int]]) -> None:
    data = bytearray(glbs.cube())
    for at, byte in places:
        data[at % len(data)] = byte
    assert verdict(work / "a.glb", bytes(data))


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(-5, 40), max_size=17),
    st.dictionaries(st.sampled_from(["index", "count", "mesh", "uri"]), st.integers(0, 9)),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in pairs:
        found += places(child, (*path, key)) if isinstance(child, dict | list) else [(*path, key)]
    return found


@MANY
@given(data=st.data())
def test_any_changed_values(small: None, work: Path, data: st.DataObject) -> None:
    document, body = glbs.parts()
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(places(document)))
        place: Any = document
        for step in way:
            place = place[step]
        place[last] = data.draw(VALUES)
    text = json.dumps(document).encode()
    assert verdict(work / "a.glb", glbs.packed(text, body))


@MANY
@given(length=st.integers(0, 2600))
def test_cut_off_anywhere(small: None, work: Path, length: int) -> None:
    whole = glbs.cube()
    said = verdict(work / "a.glb", whole[:length])
    assert (said == "taken") == (length >= len(whole))
