"""Decoding: every kind of file people have, and what cannot be used."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from studio.engine import EngineError, picture

COLOURS = {"red": (220, 30, 40), "green": (30, 200, 60), "blue": (40, 50, 210), "grey": (128,) * 3}


def back(loaded: picture.Picture) -> np.ndarray:
    """The planes as RGB again, by the textbook formulas of BT.709."""
    luma = loaded.luma.astype(float)
    chroma = []
    for plane in (loaded.cb, loaded.cr):
        whole = plane.repeat(loaded.down, 0).repeat(loaded.across, 1)
        chroma.append(whole[: loaded.height, : loaded.width].astype(float) - 128)
    y, cb, cr = (luma - 16) / 219, chroma[0] / 224, chroma[1] / 224
    red, blue = y + 1.5748 * cr, y + 1.8556 * cb
    green = (y - 0.2126 * red - 0.0722 * blue) / 0.7152
    return np.stack([red, green, blue], -1) * 255


def quarters(size=(64, 48)) -> Image.Image:
    """Red, green / blue, grey."""
    image = Image.new("RGB", size)
    half = (size[0] // 2, size[1] // 2)
    for number, colour in enumerate(COLOURS.values()):
        box = (number % 2 * half[0], number // 2 * half[1])
        image.paste(colour, (*box, box[0] + half[0], box[1] + half[1]))
    return image


def middles(pixels: np.ndarray) -> list[np.ndarray]:
    """The colour in the middle of each quarter."""
    rows, columns = pixels.shape[:2]
    return [pixels[r * rows // 4, c * columns // 4] for r in (1, 3) for c in (1, 3)]


def assert_quarters(loaded: picture.Picture, order=("red", "green", "blue", "grey"), slack=5):
    for found, name in zip(middles(back(loaded)), order, strict=True):
        assert found == pytest.approx(COLOURS[name], abs=slack), name


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.bmp", {}),
        ("a.tiff", {}),
        ("a.webp", {"lossless": True}),
        ("a.gif", {}),
        ("420.jpg", {"quality": 95, "subsampling": 2}),
        ("422.jpg", {"quality": 95, "subsampling": 1}),
        ("444.jpg", {"quality": 95, "subsampling": 0}),
        ("progressive.jpg", {"quality": 95, "progressive": True}),
    ],
)
def test_formats_keep_size_and_colours(tmp_path, name, options) -> None:
    quarters((64, 46)).save(tmp_path / name, **options)
    loaded = picture.load(tmp_path / name)
    assert (loaded.width, loaded.height) == (64, 46)
    assert_quarters(loaded)


def test_a_plain_jpeg_is_not_turned_into_rgb(tmp_path) -> None:
    quarters().save(tmp_path / "a.jpg", quality=95)
    loaded = picture.load(tmp_path / "a.jpg")
    assert (loaded.across, loaded.down) == (2, 2)
    assert loaded.cb.shape == (24, 32)


@pytest.mark.parametrize("size", [(63, 47), (1, 1), (2, 3), (1, 40)])
def test_odd_sizes(tmp_path, size) -> None:
    for name in ("a.jpg", "a.png"):
        Image.new("RGB", size, COLOURS["green"]).save(tmp_path / name)
        loaded = picture.load(tmp_path / name)
        assert (loaded.width, loaded.height) == size
        assert back(loaded)[0, 0] == pytest.approx(COLOURS["green"], abs=5)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(tmp_path, orientation) -> None:
    """Stored turned, so that following the tag gives the upright picture again."""
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    stored = quarters()
    if turn is not None:
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.jpg", quality=95, exif=exif)
    loaded = picture.load(tmp_path / "a.jpg")
    assert (loaded.width, loaded.height) == (64, 48)
    assert_quarters(loaded)


def test_cmyk(tmp_path) -> None:
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=95)
    red, green, blue = back(picture.load(tmp_path / "a.jpg"))[8, 8]
    assert red > 200
    assert max(green, blue) < 60


def test_sixteen_bits(tmp_path) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None, :].repeat(8, 0)
    Image.fromarray(ramp).save(tmp_path / "a.png")
    Image.fromarray(ramp).save(tmp_path / "a.tiff")
    for name in ("a.png", "a.tiff"):
        grey = back(picture.load(tmp_path / name))[4, :, 1]
        assert grey == pytest.approx(np.arange(256), abs=1.5)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "PA", "I", "F"])
def test_modes(tmp_path, mode) -> None:
    image = Image.new("L", (16, 16), 255)
    image = Image.fromarray(np.asarray(image).astype(np.float32)) if mode == "F" else image
    if mode == "I":
        image = Image.fromarray(np.full((16, 16), 65535, np.int32))
    elif mode != "F":
        image = image.convert("LA").convert("RGBA") if mode == "PA" else image.convert(mode)
    image.save(tmp_path / "a.tiff")
    assert back(picture.load(tmp_path / "a.tiff"))[8, 8] == pytest.approx((255,) * 3, abs=3)


@pytest.mark.parametrize(
    ("colour", "backdrop"), [((200, 20, 20), picture.WHITE), ((255, 255, 255), picture.DARK)]
)
def test_transparency_is_laid_on_what_shows_it(tmp_path, colour, backdrop) -> None:
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((*colour, 255), (10, 10, 30, 30))
    for name in ("a.png", "a.webp"):
        image.save(tmp_path / name, lossless=True)
        pixels = back(picture.load(tmp_path / name))
        assert pixels[2, 2] == pytest.approx((backdrop,) * 3, abs=3)
        assert pixels[20, 20] == pytest.approx(colour, abs=5)


def test_a_transparent_palette(tmp_path) -> None:
    image = Image.new("P", (20, 20), 0)
    image.putpalette([0, 0, 0, 200, 20, 20])
    image.paste(1, (5, 5, 15, 15))
    image.save(tmp_path / "a.gif", transparency=0)
    pixels = back(picture.load(tmp_path / "a.gif"))
    assert pixels[1, 1] == pytest.approx((255,) * 3, abs=3)
    assert pixels[10, 10] == pytest.approx((200, 20, 20), abs=5)


def test_the_first_picture_of_an_animation(tmp_path) -> None:
    first, second = (Image.new("RGB", (16, 16), COLOURS[name]) for name in ("red", "blue"))
    first.save(tmp_path / "a.gif", save_all=True, append_images=[second])
    assert back(picture.load(tmp_path / "a.gif"))[8, 8] == pytest.approx(COLOURS["red"], abs=5)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_an_embedded_profile_is_followed(tmp_path, name) -> None:
    """A profile that no decoder could guess: red and green have changed places."""
    profile = swapped_profile()
    Image.new("RGB", (32, 32), COLOURS["red"]).save(tmp_path / name, icc_profile=profile)
    found = back(picture.load(tmp_path / name))[16, 16]
    assert found == pytest.approx((COLOURS["red"][1], COLOURS["red"][0], COLOURS["red"][2]), abs=12)


def swapped_profile() -> bytes:
    """sRGB whose red and green primaries have changed places."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = data.index(b"rXYZ"), data.index(b"gXYZ")
    data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    place = data.index(b"sRGB".decode().encode("utf-16-be"))
    data[place : place + 8] = "Test".encode("utf-16-be")
    return bytes(data)


def test_a_broken_profile_is_ignored(tmp_path) -> None:
    quarters().save(tmp_path / "a.jpg", quality=95, icc_profile=b"not a profile")
    assert_quarters(picture.load(tmp_path / "a.jpg"))


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_a_truncated_file(tmp_path, name) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)
    memory = io.BytesIO()
    Image.fromarray(noise).save(memory, {"a.jpg": "JPEG"}.get(name, name[2:].upper()))
    whole = memory.getvalue()
    (tmp_path / name).write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(EngineError, match="damaged"):
        picture.load(tmp_path / name)


def test_not_a_picture(tmp_path) -> None:
    (tmp_path / "a.jpg").write_text("hello")
    with pytest.raises(EngineError, match="not a picture"):
        picture.load(tmp_path / "a.jpg")


def test_no_file(tmp_path) -> None:
    with pytest.raises(EngineError, match="no longer there"):
        picture.load(tmp_path / "a.jpg")


def test_far_too_large(tmp_path, monkeypatch) -> None:
    """Refused from the header, before any pixel is decoded."""
    quarters().save(tmp_path / "a.png")
    monkeypatch.setattr(picture, "MAX_PIXELS", 64 * 48)
    assert picture.load(tmp_path / "a.png").width == 64
    monkeypatch.setattr(picture, "MAX_PIXELS", 64 * 48 - 1)
    with pytest.raises(EngineError, match="64 × 48"):
        picture.load(tmp_path / "a.png")


def test_a_decompression_bomb(tmp_path, monkeypatch) -> None:
    quarters().save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(EngineError, match="150 megapixels"):
        picture.load(tmp_path / "a.png")
