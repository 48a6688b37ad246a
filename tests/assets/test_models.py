"""3D models: what is taken, what is refused, and how they look in the library."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from assets import media, services
from assets.media import facts, poster3d, raster
from assets.media import look as looking
from assets.models import Asset
from billing.models import User
from studio.engine.relief import relief
from tests.assets import glbs
from tests.conftest import SAMPLES

Look = Callable[..., media.Examined]
GOLDEN = Path(__file__).parent / "golden"


def refused(look: Look, content: bytes, words: str) -> None:
    with pytest.raises(media.Refused) as told:
        look(content)
    assert words in str(told.value)


def test_a_model_comes_in_with_a_picture_of_it(
    bring: Callable[..., Asset], stored: Callable[[], list[str]]
) -> None:
    asset = bring(glbs.cube(), "my cube.bin")
    assert (asset.kind, asset.mime, asset.filename) == ("model", "model/gltf-binary", "my cube.glb")
    assert asset.width is None
    assert [Path(name).name for name in stored()] == [
        "original.glb",
        "poster.webp",
        "thumbnail.webp",
    ]
    with services.open_file(asset, "poster") as file:
        assert Image.open(io.BytesIO(file.read())).size == poster3d.SIZE


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posters of a few pixels, made in this process: for what is not about them."""
    monkeypatch.setattr(poster3d, "SIZE", (32, 24))
    monkeypatch.setattr(media.apart, "examine", looking.examine)


def test_it_leaves_as_what_it_is(
    small: None, bring: Callable[..., Asset], alice: User, sign_in: Callable[[User], Client]
) -> None:
    asset = bring(glbs.cube(), "cube.glb")
    client = sign_in(alice)
    answer = client.get(reverse("asset-file", args=[asset.pk, "original"]))
    assert answer.headers["Content-Type"] == "model/gltf-binary"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'inline; filename="cube.glb"'
    kept = client.get(reverse("asset-file", args=[asset.pk, "original"]), {"download": "1"})
    assert kept.headers["Content-Disposition"] == 'attachment; filename="cube.glb"'


def test_only_its_page_may_use_blobs_and_the_style_of_the_viewer(
    small: None, bring: Callable[..., Asset], alice: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(alice)
    model, picture = bring(glbs.cube(), "cube.glb"), bring()
    said = [
        client.get(reverse("asset", args=[asset.pk])).headers["Content-Security-Policy"]
        for asset in (model, picture)
    ]
    assert "connect-src 'self' blob:;" in said[0] + ";"
    assert "style-src 'self' 'sha256-" in said[0]
    assert "script-src 'self';" in said[0]
    assert "unsafe" not in said[0]
    assert "connect-src" not in said[1]
    assert "style-src 'self';" in said[1]


def test_only_its_page_loads_the_viewer(
    small: None, bring: Callable[..., Asset], alice: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(alice)
    model, picture = bring(glbs.cube(), "cube.glb"), bring()
    pages = [
        client.get(reverse("asset", args=[model.pk])),
        client.get(reverse("asset", args=[picture.pk])),
        client.get(reverse("library")),
    ]
    assert ["js/model" in page.content.decode() for page in pages] == [True, False, False]
    assert "None" not in pages[0].content.decode()


def test_it_is_found_by_its_kind_and_picked(
    small: None, bring: Callable[..., Asset], alice: User, sign_in: Callable[[User], Client]
) -> None:
    bring(glbs.cube(), "cube.glb")
    bring()
    client = sign_in(alice)
    for query in ({"kind": "model"}, {"pick": "model"}):
        page = client.get(reverse("library"), query).content.decode()
        assert "Cube" in page
        assert "A picture" not in page
        assert "#box" in page


def test_a_model_is_not_taken_for_a_picture(look: Look) -> None:
    with pytest.raises(media.Refused, match=r"This is a 3D model. Choose a picture"):
        look(glbs.cube(), ("image",))
    with pytest.raises(media.Refused, match=r"This is a picture. Choose a 3D model \(GLB\)"):
        look((SAMPLES / "coffee.jpg").read_bytes(), ("model",))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (glbs.packed({}, version=1), "a 3D model of glTF 1, which cannot be used"),
        (b'{"asset": {"version": "2.0"}, "buffers": [{"uri": "a.bin"}]}', "a glTF text file"),
        (b"Kaydara FBX Binary  \0", "an FBX model"),
    ],
)
def test_other_models_are_named(look: Look, content: bytes, words: str) -> None:
    refused(look, content, words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (glbs.with_("images.0", {"uri": "https://a.example/x.png"}), "needs another file (“https"),
        (glbs.with_("buffers.0.uri", "data.bin"), "needs another file (“data.bin”)"),
        (glbs.with_("extensions.X_sound.uri", "a.mp3"), "needs another file"),
        (glbs.with_("extensionsUsed", ["KHR_draco_mesh_compression"]), "packed with Draco"),
        (glbs.with_("extensionsUsed", ["KHR_texture_basisu"]), "packed with KTX2"),
        (glbs.with_("extensionsRequired", ["EXT_meshopt_compression"]), "packed with meshopt"),
        (glbs.with_("extensionsRequired", ["ACME_thing"]), "needs the extension ACME_thing"),
        (glbs.with_("asset.version", "1.0"), "glTF of version 1.0; 2.0 is needed"),
        (glbs.with_("meshes.0.primitives.0.mode", 1), "no surface to show"),
        (glbs.with_("scenes.0.nodes", []), "no surface to show"),
        (glbs.with_("accessors.3.count", 9_100_000_000), "3,033,333,333 triangles; the limit is"),
        (glbs.with_("accessors.0.count", 3_000_001), "3,000,001 points; the limit is 3,000,000"),
        (glbs.many(50_001, nodes={}), "50,001 nodes; the limit is 50,000"),
        (glbs.packed(b"{" + b" " * 4_200_000 + b"}"), "has 4 MB; the limit is 4 MB"),
    ],
)
def test_what_is_refused_says_what_and_the_way_out(look: Look, content: bytes, words: str) -> None:
    refused(look, content, words)


def test_textures_have_a_limit_together(look: Look) -> None:
    with pytest.raises(media.Refused, match=r"The textures .* the limit is 0 megapixels"):
        look(glbs.cube(), image_pixels=4000)


@pytest.mark.parametrize("extension", ["KHR_mesh_quantization", "KHR_texture_transform"])
def test_what_the_viewer_understands_is_taken(small: None, look: Look, extension: str) -> None:
    seen = look(glbs.with_("extensionsRequired", [extension]))
    assert seen.facts.kind == "model"


def test_notes_of_the_maker_may_hold_addresses(small: None, look: Look) -> None:
    assert look(glbs.with_("asset.extras", {"uri": "https://a.example"})).facts.kind == "model"


# --- posters --------------------------------------------------------------------------------------


def difference(still: Image.Image, name: str) -> float:
    """The mean difference to a golden picture, 0 to 255, over the smaller of both."""
    golden = Image.open(GOLDEN / name).convert("RGBA")
    small = still.convert("RGBA").resize(golden.size, Image.Resampling.BOX)
    return float(np.abs(np.asarray(golden, int) - np.asarray(small, int)).mean())


@pytest.fixture(scope="module")
def cube(tmp_path_factory: pytest.TempPathFactory) -> media.Examined:
    """A cube and its poster in full size; drawn once."""
    path = tmp_path_factory.mktemp("cube") / "cube.glb"
    path.write_bytes(glbs.cube())
    limits = media.Limits(apart=False)
    return media.examine(path, media.identify(path, limits), limits)


def test_the_poster_of_a_cube(cube: media.Examined) -> None:
    """Its front to the left, its right side, a little of its top, all upright."""
    still = cube.still
    assert still.size == poster3d.SIZE
    assert difference(still, "cube.png") < 2
    assert still.getpixel((2, 2))[3] == 0  # type: ignore[index]


def test_the_poster_of_a_relief(look: Look, work: Path) -> None:
    path = relief(SAMPLES / "coffee.jpg", work / "a.glb", detail=96, texture_resolution=512)
    assert difference(look(path).still, "relief.png") < 3


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posters in which a quarter of a side is still some pixels."""
    monkeypatch.setattr(poster3d, "SIZE", (192, 144))


def quarter(look: Look, content: bytes) -> tuple[int, ...]:
    """The color in the middle of the upper left quarter of the cube's front."""
    found = look(content).still.resize((96, 72), Image.Resampling.BOX).getpixel((34, 30))
    assert isinstance(found, tuple)
    return tuple(int(v) for v in found)


def test_the_texture_lies_as_the_file_says(coarse: None, look: Look) -> None:
    red, green, blue, alpha = quarter(look, glbs.cube())
    assert alpha == 255
    assert red > 2 * max(green, blue)
    moved = {"index": 0, "extensions": {"KHR_texture_transform": {"offset": [0.5, 0]}}}
    path = "materials.0.pbrMetallicRoughness.baseColorTexture"
    red, green, blue, _ = quarter(look, glbs.with_(path, moved))
    assert green > 1.5 * max(red, blue)


def test_what_is_cut_out_is_not_there(coarse: None, look: Look) -> None:
    def holes(document: glbs.Document) -> None:
        material = document["materials"][0]
        material |= {"alphaMode": "MASK", "alphaCutoff": 0.5}
        material["pbrMetallicRoughness"]["baseColorFactor"] = [1, 1, 1, 0.4]

    assert quarter(look, glbs.cube(holes))[3] == 0


def test_nearer_hides_farther() -> None:
    near = np.array([[[0, 0, 0.5], [8, 0, 0.5], [0, 8, 0.5]]])
    far = np.array([[[0, 0, 0.2], [8, 0, 0.2], [0, 8, 0.2]]])
    for order in ((near, far), (far, near)):
        canvas = raster.Canvas.empty(8, 8)
        for triangle in order:
            raster.draw(canvas, triangle, np.array([1 if triangle is near else 0]))
        assert set(canvas.seen.tolist()) == {-1, 1}
        assert 26 <= (canvas.seen == 1).sum() <= 36


def test_triangles_that_share_a_side_leave_no_gap() -> None:
    square = np.array(
        [
            [[1.3, 1.7, 0.5], [13.1, 2.2, 0.5], [12.4, 13.9, 0.5]],
            [[1.3, 1.7, 0.5], [12.4, 13.9, 0.5], [2.8, 12.6, 0.5]],
        ]
    )
    canvas = raster.Canvas.empty(16, 16)
    raster.draw(canvas, square, np.array([0, 1]))
    assert (canvas.seen.reshape(16, 16)[3:12, 4:11] >= 0).all()


def test_a_scaled_and_turned_node_looks_the_same(coarse: None, look: Look) -> None:
    """A poster does not depend on where a model lies, nor on how large it is."""

    def moved(document: glbs.Document) -> None:
        document["nodes"] = [{"children": [1], "scale": [1e5] * 3}, {"mesh": 0}]
        document["nodes"][1] |= {"translation": [3, -70, 9], "rotation": [0, 0, 0, 1]}

    one, other = (np.asarray(look(c).still, int) for c in (glbs.cube(), glbs.cube(moved)))
    assert np.abs(one - other).mean() < 1


def test_facts_have_what_there_is(small: None, look: Look) -> None:
    seen = look(glbs.cube())
    assert seen.facts == facts.Facts(
        kind="model", mime="model/gltf-binary", extension="glb", color=seen.facts.color
    )


def test_it_is_looked_at_in_a_process_of_its_own(look: Look, cube: media.Examined) -> None:
    apart: Any = look(glbs.cube(), apart=True)
    here = cube
    assert apart.facts == here.facts
    assert apart.still.tobytes() == here.still.tobytes()
    with pytest.raises(media.Refused, match="packed with Draco"):
        look(glbs.with_("extensionsUsed", ["KHR_draco_mesh_compression"]), apart=True)
