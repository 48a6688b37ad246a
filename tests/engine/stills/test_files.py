"""Pictures in and out: every kind of file people have, masks, and file types."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.engine import EngineError
from studio.engine.stills import files

RED = (210, 40, 30)


def saved(tmp_path, image, name, **options):
    path = tmp_path / name
    image.save(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "mode", "color"),
    [
        ("a.png", "RGB", RED),
        ("a.png", "P", RED),
        ("a.jpg", "CMYK", (0, 207, 219, 45)),
        ("a.tiff", "RGB", RED),
        ("a.bmp", "RGB", RED),
    ],
)
def test_any_picture_becomes_rgb_and_opaque_rgba(tmp_path, name, mode, color) -> None:
    image = Image.new("RGB", (8, 6), RED).quantize() if mode == "P" else None
    path = saved(tmp_path, image or Image.new(mode, (8, 6), color), name)
    rgb, rgba = files.load_rgb(path), files.load_rgba(path)
    assert rgb.shape == (6, 8, 3)
    assert np.abs(rgb.astype(int) - RED).max() < 12
    assert (rgba[..., :3] == rgb).all()
    assert files.is_opaque(rgba)


def test_a_turned_photograph_is_upright(tmp_path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(tmp_path, Image.new("RGB", (8, 6)), "a.jpg", exif=exif)
    assert files.load_rgb(path).shape == (8, 6, 3)
    assert files.load_rgba(path).shape == (8, 6, 4)


def test_a_turned_picture_with_holes_keeps_them(tmp_path) -> None:
    image = Image.new("RGBA", (2, 1), (*RED, 255))
    image.putpixel((1, 0), (0, 0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    rgba = files.load_rgba(saved(tmp_path, image, "a.png", exif=exif))
    assert rgba[:, 0, 3].tolist() == [255, 0]


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_holes_are_kept(tmp_path, mode) -> None:
    image = Image.new("RGBA", (4, 4), (90, 90, 90, 255))
    image.paste((0, 0, 0, 0), (0, 0, 2, 4))
    path = saved(tmp_path, image.convert(mode), "a.png")
    rgba = files.load_rgba(path)
    assert (rgba[:, :2, 3] == 0).all()
    assert (rgba[:, 2:] == (90, 90, 90, 255)).all()


def test_sixteen_bits_of_grey_become_eight(tmp_path) -> None:
    deep = np.full((4, 4), 32768, np.uint16)
    path = saved(tmp_path, Image.fromarray(deep), "a.png")
    assert (files.load_rgba(path) == (128, 128, 128, 255)).all()


def test_colours_of_another_space_become_srgb(tmp_path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    # A profile that does not fit the pixels changes nothing.
    path = saved(tmp_path, Image.new("RGB", (4, 4), RED), "a.png", icc_profile=lab.tobytes())
    assert (files.load_rgb(path) == RED).all()


@pytest.mark.parametrize(
    ("mode", "white", "black"),
    [("L", 255, 0), ("1", 1, 0), ("RGB", (255, 255, 255), (0, 0, 0))],
)
def test_white_acts_and_black_does_not(tmp_path, mode, white, black) -> None:
    image = Image.new(mode, (4, 2), black)
    image.paste(white, (0, 0, 2, 2))
    mask = files.load_mask(saved(tmp_path, image, "m.png"), (4, 2))
    assert mask.tolist() == [[255, 255, 0, 0]] * 2


def test_what_is_transparent_in_a_mask_is_black(tmp_path) -> None:
    image = Image.new("RGBA", (4, 2), (255, 255, 255, 0))
    image.paste((255, 255, 255, 255), (0, 0, 2, 2))
    image.paste((0, 0, 0, 255), (0, 1, 4, 2))
    mask = files.load_mask(saved(tmp_path, image, "m.png"), (4, 2))
    assert mask.tolist() == [[255, 255, 0, 0], [0, 0, 0, 0]]


def test_a_mask_of_another_size_is_refused_with_both_sizes(tmp_path) -> None:
    path = saved(tmp_path, Image.new("L", (4, 2)), "m.png")
    with pytest.raises(EngineError, match=r"mask is 4 × 2, the picture is 5 × 2"):
        files.load_mask(path, (5, 2))


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4), (1, 1, 3)])
@pytest.mark.parametrize("format", ["png", "webp"])
def test_what_is_saved_comes_back(tmp_path, shape, format) -> None:
    array = np.full(shape, 120, np.uint8)
    path = tmp_path / "a"
    files.save(array, path, format)
    with Image.open(path) as image:
        assert image.format == format.upper()
        assert image.size == (shape[1], shape[0])
        back = np.asarray(
            image.convert({2: "L", 3: "RGB", 4: "RGBA"}[shape[-1] if len(shape) > 2 else 2])
        )
    assert np.abs(back.astype(int) - 120).max() <= (0 if format == "png" else 3)
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_png_loses_nothing_and_jpeg_gets_white_for_nothing(tmp_path) -> None:
    array = np.random.default_rng(1).integers(0, 256, (20, 30, 4), np.uint8)
    files.save(array, tmp_path / "a.png", "png")
    assert (files.load_rgba(tmp_path / "a.png") == array).all()
    files.save(np.zeros((8, 8, 4), np.uint8), tmp_path / "a.jpg", "jpeg")
    assert files.load_rgb(tmp_path / "a.jpg").min() > 250


def test_a_side_that_the_type_cannot_hold_is_refused(tmp_path) -> None:
    with pytest.raises(EngineError, match="WEBP holds at most 16,383"):
        files.save(np.zeros((1, 16_400), np.uint8), tmp_path / "a", "webp")
    assert not list(tmp_path.iterdir())


def test_an_unknown_type_is_refused(tmp_path) -> None:
    with pytest.raises(EngineError, match="Choose from png, jpeg, webp"):
        files.save(np.zeros((1, 1), np.uint8), tmp_path / "a", "psd")


@pytest.mark.parametrize("content", [b"", b"no picture", "cut"])
def test_what_is_no_picture_is_refused(tmp_path, content) -> None:
    if content == "cut":
        out = io.BytesIO()
        Image.effect_noise((64, 64), 90).save(out, "PNG")
        content = out.getvalue()[:900]
    (tmp_path / "a").write_bytes(content)
    for load in (files.load_rgb, files.load_rgba):
        with pytest.raises(EngineError, match="The picture cannot be read"):
            load(tmp_path / "a")
    with pytest.raises(EngineError, match="The mask cannot be read"):
        files.load_mask(tmp_path / "a", (64, 64))
    with pytest.raises(EngineError, match="no longer there"):
        files.load_rgba(tmp_path / "gone")
