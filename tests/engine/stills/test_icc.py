"""Color spaces: the numbers of the profiles, and colors that look the same in each of them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.engine import picture
from studio.engine.stills import files, icc
from studio.engine.stills.convert import Wish, convert
from tests.engine.stills.pictures import SAMPLES, apart, pixels_of

# Adobe RGB (1998) Color Image Encoding, 4.3.6.1: colorants relative to D50.
PUBLISHED = [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]
NAME = "Compatible with Adobe RGB (1998)"


def opened(profile: bytes) -> ImageCms.core.CmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile


def test_the_colorants_are_the_published_ones() -> None:
    profile = opened(icc.adobe_rgb())
    found = (profile.red_colorant, profile.green_colorant, profile.blue_colorant)
    for made, said in zip(found, PUBLISHED, strict=True):
        assert made is not None
        assert made[0] == pytest.approx(said, abs=3e-5)


def test_the_profile_is_small_and_whole() -> None:
    data = icc.adobe_rgb()
    assert int.from_bytes(data[:4]) == len(data) < 600
    assert (data[36:40], data[12:20], icc.name_of(data)) == (b"acsp", b"mntrRGB ", NAME)
    assert opened(data).is_matrix_shaper
    assert icc.adobe_rgb() == data
    # All three curves are the same twelve and two bytes: a gamma of 2 51/256.
    at = data.index(b"curv")
    assert data[at + 8 : at + 14] == b"\0\0\0\1" + bytes([2, 51])
    assert data.count(b"curv") == 1


def linear(values: np.ndarray) -> np.ndarray:
    low, high = values / 12.92, ((values + 0.055) / 1.055) ** 2.4
    return np.where(values <= 0.04045, low, high)


def test_conversion_agrees_with_the_formula() -> None:
    """By hand: sRGB to linear, both matrices, the gamma. Within one step."""
    colors = np.random.default_rng(5).integers(0, 256, (1, 400, 3), np.uint8)
    srgb = icc.colorants(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)))
    light = linear(colors / 255) @ srgb.T @ np.linalg.inv(icc.colorants(icc.ADOBE_PRIMARIES)).T
    expected = np.clip(light, 0, 1) ** (1 / icc.ADOBE_GAMMA) * 255
    moved = picture.to_space(Image.fromarray(colors), icc.srgb(), icc.adobe_rgb())
    assert np.abs(np.asarray(moved) - expected).max() < 1.6


def made(source: Path, space: str, format: str = "png") -> Image.Image:
    target = source.parent / f"made-{space}{files.SUFFIXES[format]}"
    return Image.open(convert(source, target, Wish(format, quality=95, space=space)))


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "avif", "tiff"])
def test_adobe_rgb_is_named_in_the_file_and_looks_the_same(tmp_path: Path, format: str) -> None:
    target = tmp_path / f"a{files.SUFFIXES[format]}"
    convert(SAMPLES / "coffee.jpg", target, Wish(format, quality=95, space="adobe-rgb"))
    with Image.open(target) as image:
        assert image.info["icc_profile"] == icc.adobe_rgb()
    plain, seen = pixels_of(SAMPLES / "coffee.jpg"), files.load(target)
    assert apart(pixels_of(target), plain) > 4, "other numbers"
    assert apart(seen, plain) < 2.5, "the same colors"


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """A green that sRGB does not have, in Adobe RGB."""
    image = Image.new("RGB", (20, 10), (0, 255, 0))
    image.save(tmp_path / "wide.png", icc_profile=icc.adobe_rgb())
    return tmp_path / "wide.png"


def test_a_wide_color_survives_where_there_is_room(wide: Path) -> None:
    assert made(wide, "adobe-rgb").getpixel((3, 3)) == (0, 255, 0)
    kept = made(wide, "keep")
    assert (kept.getpixel((3, 3)), kept.info["icc_profile"]) == ((0, 255, 0), icc.adobe_rgb())
    narrow = made(wide, "srgb")
    assert "icc_profile" not in narrow.info
    assert narrow.getpixel((3, 3)) == (0, 255, 0), "as near as sRGB comes"


def test_a_color_of_srgb_gets_other_numbers(tmp_path: Path) -> None:
    Image.new("RGB", (9, 9), (0, 255, 0)).save(tmp_path / "a.png")
    assert made(tmp_path / "a.png", "adobe-rgb").getpixel((3, 3)) == (144, 255, 60)
    assert "icc_profile" not in made(tmp_path / "a.png", "keep").info


def test_transparency_goes_along(tmp_path: Path) -> None:
    image = Image.new("RGBA", (8, 8), (0, 255, 0, 90))
    image.save(tmp_path / "a.png", icc_profile=icc.adobe_rgb())
    for space, color in (("adobe-rgb", (0, 255, 0, 90)), ("keep", (0, 255, 0, 90))):
        assert made(tmp_path / "a.png", space).getpixel((1, 1)) == color
    assert made(tmp_path / "a.png", "srgb").getpixel((1, 1))[3] == 90  # type: ignore[index]


def test_indexed_colors_are_converted_too(tmp_path: Path) -> None:
    image = Image.new("RGB", (8, 8), (200, 30, 30)).quantize(8)
    image.save(tmp_path / "a.png", icc_profile=icc.adobe_rgb())
    red = made(tmp_path / "a.png", "srgb").getpixel((1, 1))
    assert red[0] > 225  # type: ignore[index]


@pytest.mark.parametrize("space", ["srgb", "adobe-rgb", "keep"])
def test_cmyk_comes_in(tmp_path: Path, space: str) -> None:
    """Cyan without a profile; a profile of red, green and blue would not fit it."""
    Image.new("CMYK", (8, 8), (255, 0, 0, 0)).save(tmp_path / "a.jpg", icc_profile=icc.srgb())
    image = made(tmp_path / "a.jpg", space)
    red, green, blue = image.getpixel((1, 1))  # type: ignore[misc]
    assert red < 160 < min(green, blue)
    assert image.mode == "RGB"


def test_a_profile_that_nobody_can_read_counts_as_none(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "a.png", icc_profile=b"no profile")
    assert "icc_profile" not in made(tmp_path / "a.png", "keep").info
    assert made(tmp_path / "a.png", "srgb").getpixel((1, 1)) == (255, 0, 0)
