"""A copy that fits: within the limits, looking the same, and only where one is needed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.engine import EngineError
from studio.engine.fit import fitted

JPEG_ONLY = ("image/jpeg",)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture of 800 × 600 with detail that does not compress well."""
    noise = np.random.default_rng(1).integers(0, 255, (600, 800, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.jpg", quality=95)
    return tmp_path / "photo.jpg"


@pytest.fixture
def cutout(tmp_path: Path) -> Path:
    image = Image.new("RGBA", (400, 200), (200, 20, 20, 255))
    image.paste((0, 0, 0, 0), (0, 0, 200, 200))
    image.save(tmp_path / "cutout.png")
    return tmp_path / "cutout.png"


def opened(path: Path) -> Image.Image:
    image = Image.open(path)
    image.load()
    return image


def test_what_fits_is_not_touched(photo: Path, work: Path) -> None:
    assert fitted(photo, work) == photo
    size = photo.stat().st_size
    same = fitted(photo, work, max_bytes=size, max_side=800, mimes=JPEG_ONLY)
    assert same == photo
    assert list(work.iterdir()) == []


def test_too_many_pixels(photo: Path, work: Path) -> None:
    copy = fitted(photo, work, max_side=400)
    assert opened(copy).size == (400, 300)
    assert copy.parent == work


def test_too_many_bytes(photo: Path, work: Path) -> None:
    most = 40_000
    assert photo.stat().st_size > most
    copy = fitted(photo, work, max_bytes=most)
    assert copy.stat().st_size <= most
    width, height = opened(copy).size
    assert abs(width / height - 4 / 3) < 0.02


def test_another_type(cutout: Path, work: Path) -> None:
    copy = fitted(cutout, work, mimes=JPEG_ONLY)
    image = opened(copy)
    assert (image.format, image.mode, copy.suffix) == ("JPEG", "RGB", ".jpg")
    assert min(image.getpixel((10, 100))) > 240, "holes become white, not black"


def test_holes_stay_where_they_may(cutout: Path, work: Path) -> None:
    image = opened(fitted(cutout, work, max_side=100, mimes=("image/png", "image/jpeg")))
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (100, 50))
    assert image.getchannel("A").getextrema() == (0, 255)


def test_transparency_that_nobody_sees_is_dropped(tmp_path: Path, work: Path) -> None:
    source = tmp_path / "opaque.png"
    Image.new("RGBA", (300, 300), (9, 9, 9, 255)).save(source)
    assert opened(fitted(source, work, max_side=100)).mode == "RGB"


def test_a_turned_photo_comes_out_upright(tmp_path: Path, work: Path) -> None:
    source = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (300, 100)).save(source, exif=exif)
    copy = opened(fitted(source, work, max_side=150))
    assert copy.size == (50, 150)
    assert copy.getexif().get(0x0112, 1) == 1


def test_the_same_call_makes_the_same_bytes(photo: Path, work: Path) -> None:
    first = fitted(photo, work, max_side=300).read_bytes()
    assert fitted(photo, work, max_side=300).read_bytes() == first


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\xff\xd8\xff\xe0 cut off"])
def test_what_cannot_be_read_is_said(content: bytes, tmp_path: Path, work: Path) -> None:
    source = tmp_path / "broken.jpg"
    source.write_bytes(content)
    with pytest.raises(EngineError, match="picture"):
        fitted(source, work, max_side=10)


def test_half_a_picture_is_refused(photo: Path, work: Path) -> None:
    photo.write_bytes(photo.read_bytes()[:5000])
    with pytest.raises(EngineError, match="damaged"):
        fitted(photo, work, max_side=100)


def test_a_limit_that_cannot_be_kept_is_said(photo: Path, work: Path) -> None:
    with pytest.raises(EngineError, match="small enough"):
        fitted(photo, work, max_bytes=200)
    with pytest.raises(EngineError, match="type"):
        fitted(photo, work, max_side=100, mimes=("image/gif",))
