"""Any picture in, plain sRGB out."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.engine import EngineError
from studio.engine.stills import files


def half_clear(size: tuple[int, int] = (40, 20)) -> Image.Image:
    image = Image.new("RGBA", size, (200, 20, 20, 255))
    image.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    return image


def test_a_turned_photo_stands_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20), "red")
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.jpg", exif=exif)
    assert files.load(tmp_path / "a.jpg").shape == (40, 20, 3)
    assert files.load_rgba(tmp_path / "a.jpg").shape == (40, 20, 4)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "RGB", "RGBA", "YCbCr"])
def test_every_mode_loads(tmp_path: Path, mode: str) -> None:
    image = Image.new("L", (9, 5), 128)
    deep = Image.fromarray(np.full((5, 9), 32896, np.uint16))
    (deep if mode == "I;16" else image.convert(mode)).save(tmp_path / "a.tiff")
    if mode in ("P", "1"):
        image.convert(mode).save(tmp_path / "a.tiff")
    loaded = files.load(tmp_path / "a.tiff")
    assert loaded.shape == (5, 9, 3)
    if mode != "1":
        assert abs(int(loaded[2, 4, 0]) - 128) <= 2


def test_transparency_is_kept_and_dropped_where_there_is_none(tmp_path: Path) -> None:
    half_clear().save(tmp_path / "a.png")
    assert files.load(tmp_path / "a.png").shape == (20, 40, 4)
    Image.new("RGBA", (4, 4), (1, 2, 3, 255)).save(tmp_path / "b.png")
    assert files.load(tmp_path / "b.png").shape == (4, 4, 3)


def test_a_palette_with_a_clear_color_is_transparent(tmp_path: Path) -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.putpixel((0, 0), 0)
    image.save(tmp_path / "a.png", transparency=0)
    loaded = files.load(tmp_path / "a.png")
    assert loaded[0, 0, 3] == 0
    assert tuple(loaded[1, 1]) == (255, 0, 0, 255)


def test_another_color_space_becomes_srgb(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.new("LAB", (4, 4), (128, 128, 128)).save(tmp_path / "a.tiff", icc_profile=lab)
    loaded = files.load(tmp_path / "a.tiff")
    assert loaded.shape == (4, 4, 3)
    assert np.ptp(loaded.astype(int), axis=2).max() <= 3


def test_a_mask_is_white_where_it_acts(tmp_path: Path) -> None:
    mask = half_clear((4, 2))
    mask.paste((255, 255, 255, 255), (2, 0, 4, 2))
    mask.save(tmp_path / "m.png")
    assert files.load_mask(tmp_path / "m.png", (4, 2)).tolist() == [[0, 0, 255, 255]] * 2


def test_a_mask_of_another_size_is_refused_with_both(tmp_path: Path) -> None:
    Image.new("L", (4, 2)).save(tmp_path / "m.png")
    with pytest.raises(EngineError, match=r"mask is 4 × 2, the picture is 5 × 2"):
        files.load_mask(tmp_path / "m.png", (5, 2))


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"no picture", "cannot be read"), (b"", "cannot be read"), (None, "no longer there")],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes | None, message: str) -> None:
    path = tmp_path / "a.png"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(EngineError, match=message):
        files.load(path)


def test_a_damaged_picture_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.effect_noise((60, 60), 90).save(out, "PNG")
    (tmp_path / "a.png").write_bytes(out.getvalue()[:900])
    with pytest.raises(EngineError, match="damaged"):
        files.load(tmp_path / "a.png")


@pytest.mark.parametrize("format", files.SUFFIXES)
def test_every_type_is_written_and_read(tmp_path: Path, format: str) -> None:
    pixels = np.full((6, 8, 3), (200, 100, 50), np.uint8)
    path = files.save(pixels, tmp_path / f"a{files.SUFFIXES[format]}", format)
    with Image.open(path) as image:
        assert image.format == format.upper()
        assert format == "tiff" or not image.getexif()  # its size is a tag, too
        assert "icc_profile" not in image.info
    assert np.abs(files.load(path).astype(int) - pixels).max() <= 6


@pytest.mark.parametrize("format", files.SUFFIXES)
def test_transparency_stays_or_shows_the_background(tmp_path: Path, format: str) -> None:
    pixels = np.asarray(half_clear())
    target = tmp_path / f"a{files.SUFFIXES[format]}"
    files.save(pixels, target, format, background=(0, 0, 255))
    loaded = files.load_rgba(target)
    if format in files.SEE_THROUGH:
        assert loaded[10, 4, 3] == 0
    else:
        assert np.abs(loaded[10, 4].astype(int) - (0, 0, 255, 255)).max() <= 6


def test_what_a_type_cannot_hold_is_refused() -> None:
    with pytest.raises(EngineError, match=r"20000 × 1.*WEBP holds at most 16,383"):
        files.encoded(np.zeros((1, 20_000, 3), np.uint8), "webp")
    with pytest.raises(EngineError, match="no type “psd”"):
        files.encoded(np.zeros((1, 1, 3), np.uint8), "psd")


def test_nothing_is_left_when_writing_fails(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OSError):
        files.save(np.zeros((1, 1, 3), np.uint8), tmp_path / "a.png", "png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_jpeg_is_progressive(tmp_path: Path) -> None:
    path = files.save(np.zeros((9, 9, 3), np.uint8), tmp_path / "a.jpg", "jpeg")
    with Image.open(path) as image:
        assert image.info["progressive"]


@pytest.mark.parametrize("size", [(114, 185), (700, 700)])
def test_noise_of_the_highest_quality_is_a_jpeg_too(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (*size, 3)).astype(np.uint8)
    with Image.open(io.BytesIO(files.encoded(noise, "jpeg", 100))) as image:
        assert image.size == (size[1], size[0])
