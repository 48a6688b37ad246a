"""Whatever picture a person has comes in upright and in sRGB; what goes out is whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.engine import EngineError
from studio.engine.stills.files import load_mask, load_rgb, load_rgba, save


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "CMYK", "I;16", "1", "LA", "RGBA", "YCbCr"])
def test_every_kind_of_picture_comes_in(mode: str, work: Path) -> None:
    target = work / ("a.tif" if mode not in ("YCbCr",) else "a.jpg")
    Image.linear_gradient("L").resize((20, 10)).convert("RGB").convert(
        mode if mode != "I;16" else "L"
    ).convert(mode).save(target)
    rgb, rgba = load_rgb(target), load_rgba(target)
    assert rgb.shape == (10, 20, 3)
    assert rgba.shape == (10, 20, 4)
    assert rgb[9].mean() > rgb[0].mean()


def test_it_comes_in_upright(work: Path) -> None:
    image = Image.new("RGB", (40, 20))
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(work / "a.jpg", exif=exif)
    assert load_rgb(work / "a.jpg").shape == (40, 20, 3)
    assert load_rgba(work / "a.jpg").shape == (40, 20, 4)


def test_holes_are_kept(work: Path) -> None:
    Image.new("RGBA", (4, 4), (9, 8, 7, 100)).save(work / "a.png")
    assert (load_rgba(work / "a.png") == (9, 8, 7, 100)).all()


def test_a_mask_is_white_where_something_happens(work: Path) -> None:
    image = Image.new("RGBA", (6, 4), (255, 255, 255, 0))
    image.paste((255, 255, 255, 255), (0, 0, 3, 4))
    image.save(work / "m.png")
    mask = load_mask(work / "m.png", (6, 4))
    assert (mask[:, :3] == 255).all()
    assert (mask[:, 3:] == 0).all(), "transparent is black"
    with pytest.raises(EngineError, match="6 × 4, the picture is 4 × 6"):
        load_mask(work / "m.png", (4, 6))


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("channels", [3, 4])
def test_what_goes_out_comes_in_again(format: str, channels: int, work: Path) -> None:
    image = np.full((12, 16, channels), 200, np.uint8)
    for name in ("a", "b"):
        save(image, work / name, format)
    assert (work / "a").read_bytes() == (work / "b").read_bytes()
    with Image.open(work / "a") as opened:
        assert opened.format == format.upper()
    again = load_rgb(work / "a") if channels == 3 else load_rgba(work / "a")
    if format != "jpeg":
        assert np.abs(again.astype(int) - image).max() <= 3


def test_too_long_a_side_is_named(work: Path) -> None:
    with pytest.raises(EngineError, match="WEBP holds at most 16383"):
        save(np.zeros((1, 16384, 3), np.uint8), work / "a.webp", "webp")
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_no_picture_is_said(content: bytes, work: Path) -> None:
    (work / "a.png").write_bytes(content)
    for load in (load_rgb, load_rgba):
        with pytest.raises(EngineError, match="cannot be read"):
            load(work / "a.png")
    with pytest.raises(EngineError, match="no longer there"):
        load_rgb(work / "none.png")
