"""Reliefs: whole bodies, of the right size, with the picture in the right place."""

from __future__ import annotations

import io
import json
import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from studio.engine import EngineError, Stopped
from studio.engine.depth import guess
from studio.engine.relief import BASE, relief
from tests.conftest import SAMPLES

Make = Callable[..., Path]
TYPES = {5123: "<u2", 5125: "<u4", 5126: "<f4"}
PARTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}


class Read:
    """A GLB, read as its specification says; every promise about its bytes is checked."""

    def __init__(self, data: bytes) -> None:
        magic, version, length = struct.unpack_from("<4sII", data)
        assert (magic, version, length) == (b"glTF", 2, len(data))
        size, kind = struct.unpack_from("<I4s", data, 12)
        assert kind == b"JSON"
        assert size % 4 == 0
        self.document: dict[str, Any] = json.loads(data[20 : 20 + size])
        rest, kind = struct.unpack_from("<I4s", data, 20 + size)
        assert kind == b"BIN\0"
        assert rest % 4 == 0
        assert 28 + size + rest == length
        self.body = data[28 + size :]
        assert self.document["buffers"] == [{"byteLength": rest}]
        for view in self.document["bufferViews"]:
            assert view["byteOffset"] % 4 == 0
            assert view["byteOffset"] + view["byteLength"] <= rest

    def values(self, number: int) -> np.ndarray[Any, Any]:
        accessor = self.document["accessors"][number]
        view = self.document["bufferViews"][accessor["bufferView"]]
        parts, kind = PARTS[accessor["type"]], np.dtype(TYPES[accessor["componentType"]])
        assert view["byteLength"] == accessor["count"] * parts * kind.itemsize
        found = np.frombuffer(self.body, kind, accessor["count"] * parts, view["byteOffset"])
        return found.reshape(-1, parts)

    def surface(self, number: int) -> tuple[Any, Any, Any, Any]:
        """points, triangles, normals, places (0 to 1, or None)"""
        primitive = self.document["meshes"][0]["primitives"][number]
        names = primitive["attributes"]
        points = self.values(names["POSITION"]).astype(float)
        accessor = self.document["accessors"][names["POSITION"]]
        assert np.allclose(accessor["min"], points.min(0))
        assert np.allclose(accessor["max"], points.max(0))
        triangles = self.values(primitive["indices"]).reshape(-1, 3).astype(int)
        assert triangles.max() < len(points)
        normals = self.values(names["NORMAL"]).astype(float)
        assert np.allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
        places = self.values(names["TEXCOORD_0"]) / 65535 if "TEXCOORD_0" in names else None
        return points, triangles, normals, places

    @property
    def picture(self) -> Image.Image:
        view = self.document["bufferViews"][self.document["images"][0]["bufferView"]]
        start = view["byteOffset"]
        return Image.open(io.BytesIO(self.body[start : start + view["byteLength"]]))

    def whole(self) -> tuple[Any, Any]:
        """Both surfaces as one: points and triangles."""
        front, back = self.surface(0), self.surface(1)
        points = np.concatenate([front[0], back[0]])
        return points, np.concatenate([front[1], back[1] + len(front[0])])


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """make(image or path, **options): the relief of a picture."""

    def relief_of(image: Image.Image | Path, name: str = "a", **options: Any) -> Path:
        if isinstance(image, Image.Image):
            path = tmp_path / f"{name}.png"
            image.save(path)
            image = path
        return relief(image, tmp_path / f"{name}.glb", **{"detail": 32, **options})

    return relief_of


def ring() -> Image.Image:
    """A red ring with a hole in it, on nothing."""
    image = Image.new("RGBA", (200, 120))
    ImageDraw.Draw(image).ellipse((20, 10, 160, 110), fill=(220, 30, 40, 255))
    ImageDraw.Draw(image).ellipse((70, 40, 110, 80), fill=(0, 255, 0, 0))
    return image


def unclosed(points: Any, triangles: Any) -> int:
    """How many sides of triangles have no triangle on their other side."""
    _, places = np.unique(np.round(points, 6), axis=0, return_inverse=True)
    corners = places.ravel()[triangles]
    corners = corners[(np.diff(np.sort(corners, 1), axis=1) > 0).all(1)]
    sides = Counter(map(tuple, corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).tolist()))
    return sum(abs(n - sides[side[::-1]]) for side, n in sides.items())


def volume(points: Any, triangles: Any) -> float:
    a, b, c = (points[triangles[:, i]] for i in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


@pytest.mark.parametrize(
    "image",
    [
        SAMPLES / "coffee.jpg",
        SAMPLES / "astronaut.jpg",
        ring(),
        Image.new("RGB", (1, 1), "red"),
        Image.new("L", (300, 2), 90),
    ],
    ids=["landscape", "square", "ring", "pixel", "strip"],
)
def test_it_is_a_closed_body_with_its_faces_outward(make: Make, image: Any) -> None:
    points, triangles = Read(make(image).read_bytes()).whole()
    assert unclosed(points, triangles) == 0
    assert volume(points, triangles) > 0


def test_triangles_turn_to_where_their_normals_point(make: Make) -> None:
    for image in (SAMPLES / "coffee.jpg", ring()):
        read = Read(make(image).read_bytes())
        for number in (0, 1):
            points, triangles, normals, _ = read.surface(number)
            a, b, c = (points[triangles[:, i]] for i in range(3))
            flat, meant = np.cross(b - a, c - a), normals[triangles].sum(1)
            # Walls of no height have no direction.
            some = np.linalg.norm(flat, axis=1) > 1e-9
            agree = np.einsum("ij,ij->i", flat, meant)[some] > 0
            assert agree.mean() > 0.99


@pytest.mark.parametrize(("size", "box"), [((300, 200), (1, 2 / 3)), ((100, 400), (0.25, 1))])
def test_it_is_one_unit_long_and_as_deep_as_asked(
    make: Make, size: tuple[int, int], box: tuple[float, float]
) -> None:
    image = Image.linear_gradient("L").resize(size)
    low, high = (
        np.ptp(Read(make(image, depth=depth).read_bytes()).whole()[0], axis=0) for depth in (10, 40)
    )
    assert low[:2] == pytest.approx(box, abs=0.01)
    assert high[2] - BASE == pytest.approx(4 * (low[2] - BASE), rel=0.01)
    assert high[2] <= BASE + 0.4 * box[0] + 1e-6
    assert high[2] > BASE + 0.2 * box[0]


def test_the_picture_is_on_it_upright(make: Make) -> None:
    """Red at the left, green below: where a place in the picture is red the point is left."""
    image = Image.new("RGB", (80, 60), "black")
    image.paste("red", (0, 0, 20, 60))
    image.paste((0, 255, 0), (20, 45, 80, 60))
    read = Read(make(image).read_bytes())
    points, _, _, places = read.surface(0)
    pixels = np.asarray(read.picture.convert("RGB"), int)
    height, width = pixels.shape[:2]
    x = np.clip(places[:, 0] * width, 0, width - 1).astype(int)
    y = np.clip(places[:, 1] * height, 0, height - 1).astype(int)
    red = pixels[y, x, 0] > 200
    green = pixels[y, x, 1] > 200
    assert points[red, 0].max() < -0.24
    assert points[green, 1].max() < -0.17
    assert red.sum() > 50
    assert green.sum() > 50


def test_a_cut_out_keeps_its_outline_and_its_hole(make: Make) -> None:
    image = ring()
    read = Read(make(image, detail=192).read_bytes())
    points, triangles, normals, places = read.surface(0)
    triangles = triangles[(normals[triangles, 2] > 1e-6).all(1)]  # without the sides
    seen = np.asarray(image.getchannel("A"))
    middles = places[triangles].mean(1) * (200, 120)
    inside = seen[middles[:, 1].astype(int), middles[:, 0].astype(int)] > 0
    assert inside.mean() > 0.97
    # The front's area is that of what is there.
    a, b, c = (points[triangles[:, i], :2] for i in range(3))
    ab, ac = b - a, c - a
    area = (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]).sum() / 2
    assert area == pytest.approx((seen > 0).mean() * 0.6, rel=0.02)
    # Nothing of the green that nobody sees is on it.
    pixels = np.asarray(read.picture.convert("RGB"), int)
    x = np.clip(places[:, 0] * 200, 0, 199).astype(int)
    y = np.clip(places[:, 1] * 120, 0, 119).astype(int)
    assert pixels[y, x, 1].max() < 90


def test_the_same_picture_makes_the_same_bytes(make: Make) -> None:
    for image in (SAMPLES / "chelsea.jpg", ring()):
        assert make(image, "one").read_bytes() == make(image, "two").read_bytes()


@pytest.mark.parametrize("name", ["astronaut", "coffee", "hubble", "chelsea", "rocket"])
def test_it_is_light_at_normal_detail(make: Make, name: str) -> None:
    assert make(SAMPLES / f"{name}.jpg", detail=192).stat().st_size < 1_500_000


def test_detail_and_texture_are_what_was_asked_for(make: Make) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (90, 90, 3), np.uint8)
    image = Image.fromarray(noise).resize((900, 900))
    light, fine = (Read(make(image, detail=n).read_bytes()).surface(0)[0] for n in (96, 320))
    across = [len(np.unique(np.round(points[:, 0], 5))) for points in (light, fine)]
    assert across == [97, 321]
    sizes = [Read(make(image, texture_resolution=n).read_bytes()).picture.size for n in (512, 1024)]
    assert sizes == [(512, 512), (900, 900)]


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16", "LA", "RGBA"])
def test_every_kind_of_picture(make: Make, tmp_path: Path, mode: str) -> None:
    image = Image.linear_gradient("L").resize((40, 30))
    image = image.convert("I;16") if mode == "I;16" else image.convert("RGB").convert(mode)
    path = tmp_path / f"a.{'tif' if mode == 'CMYK' else 'png'}"
    image.save(path)
    assert Read(make(path).read_bytes()).picture.size == (40, 30)


def test_a_turned_photo_stands_upright(make: Make, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (80, 40), "red").save(tmp_path / "a.jpg", exif=exif)
    assert Read(make(tmp_path / "a.jpg").read_bytes()).picture.size == (40, 80)


# --- depth ----------------------------------------------------------------------------------------


def test_what_stands_out_is_nearer_than_what_is_around_it() -> None:
    pixels = np.full((200, 300, 3), 190, np.uint8)
    pixels[70:150, 110:190] = np.random.default_rng(3).integers(0, 120, (80, 80, 3))
    near = guess(pixels)
    height, width = near.shape
    middle = near[height // 2 - 20 : height // 2 + 30, width // 2 - 20 : width // 2 + 20]
    assert middle.mean() > near[:40].mean() + 0.4
    assert 0 <= near.min() <= near.max() <= 1


def test_the_field_is_calm() -> None:
    """Between neighbours it never jumps: a jump is a torn wall in the relief."""
    for name in ("rocket", "coffee", "hubble"):
        with Image.open(SAMPLES / f"{name}.jpg") as image:
            near = guess(np.asarray(image.convert("RGB")))
        jumps = max(np.abs(np.diff(near, axis=0)).max(), np.abs(np.diff(near, axis=1)).max())
        assert jumps < 0.12


# --- what cannot be -------------------------------------------------------------------------------


def test_a_picture_of_nothing_is_refused(make: Make) -> None:
    with pytest.raises(EngineError, match="transparent everywhere"):
        make(Image.new("RGBA", (40, 40)))


def test_what_is_no_picture_is_refused(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no")
    with pytest.raises(EngineError, match="cannot be read"):
        make(tmp_path / "a.jpg")
    with pytest.raises(EngineError, match="no longer there"):
        make(tmp_path / "b.jpg")
    (tmp_path / "c.jpg").write_bytes((SAMPLES / "coffee.jpg").read_bytes()[:20_000])
    with pytest.raises(EngineError, match="cannot be read"):
        make(tmp_path / "c.jpg")


def test_it_can_be_stopped_and_leaves_nothing(make: Make, tmp_path: Path) -> None:
    said: list[float] = []

    def report(fraction: float, stage: str) -> None:
        said.append(fraction)
        if fraction > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        make(Image.new("RGB", (20, 20)), report=report)
    assert said == sorted(said)
    assert {p.name for p in tmp_path.iterdir()} == {"a.png"}
