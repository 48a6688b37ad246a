"""Pictures: what is taken, what is refused, and what is known of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from assets import media
from tests.assets import make
from tests.conftest import SAMPLES

Look = Callable[..., media.Examined]


@pytest.mark.parametrize(
    ("format", "mime", "extension"),
    [
        ("JPEG", "image/jpeg", "jpg"),
        ("PNG", "image/png", "png"),
        ("WEBP", "image/webp", "webp"),
        ("GIF", "image/gif", "gif"),
        ("BMP", "image/bmp", "bmp"),
        ("TIFF", "image/tiff", "tif"),
        ("AVIF", "image/avif", "avif"),
    ],
)
def test_every_format_is_known_by_its_bytes(
    look: Look, picture: Callable[..., bytes], format: str, mime: str, extension: str
) -> None:
    facts = look(picture((64, 48), format)).facts
    assert (facts.kind, facts.mime, facts.extension) == ("image", mime, extension)
    assert (facts.width, facts.height) == (64, 48)


@pytest.mark.parametrize(
    ("mode", "format"),
    [
        ("CMYK", "JPEG"),
        ("L", "JPEG"),
        ("1", "PNG"),
        ("P", "PNG"),
        ("LA", "PNG"),
        ("RGBA", "PNG"),
        ("I;16", "PNG"),
        ("F", "TIFF"),
        ("I", "TIFF"),
        ("LAB", "TIFF"),
        ("RGBA", "WEBP"),
    ],
)
def test_every_kind_of_pixel_gives_a_thumbnail(look: Look, mode: str, format: str) -> None:
    image = Image.linear_gradient("L").convert(mode) if mode != "LAB" else _lab()
    still = look(make.encoded(image, format)).still
    assert still.mode in ("RGB", "RGBA")
    for content, _ in (media.thumbnail(still), media.poster(still)):
        assert content


def _lab() -> Image.Image:
    return Image.merge("LAB", [Image.linear_gradient("L")] * 3)


def test_sixteen_bits_keep_their_shades(look: Look) -> None:
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16).repeat(16).reshape(256, 16)
    still = look(make.encoded(Image.fromarray(ramp), "PNG")).still
    red, *_ = still.getpixel((8, 128))
    assert 120 <= red <= 136


def test_a_single_pixel_is_a_picture(look: Look, picture: Callable[..., bytes]) -> None:
    seen = look(picture((1, 1)))
    assert (seen.facts.width, seen.facts.height, seen.still.size) == (1, 1, (1, 1))


@pytest.mark.parametrize("size", [(5000, 1), (1, 5000)])
def test_a_line_gets_a_thumbnail(
    look: Look, picture: Callable[..., bytes], size: tuple[int, int]
) -> None:
    content, _ = media.thumbnail(look(picture(size)).still)
    assert content


@pytest.mark.parametrize(
    ("orientation", "size", "corner"),
    [
        (1, (60, 40), (5, 5)),
        (3, (60, 40), (55, 35)),
        (6, (40, 60), (35, 5)),
        (8, (40, 60), (5, 55)),
        (2, (60, 40), (55, 5)),
    ],
)
def test_a_turned_photograph_is_measured_and_shown_upright(
    look: Look, orientation: int, size: tuple[int, int], corner: tuple[int, int]
) -> None:
    seen = look(make.with_exif(orientation))
    assert (seen.facts.width, seen.facts.height) == seen.still.size == size
    assert seen.facts.turned == (orientation != 1)
    red, _, blue = seen.still.getpixel(corner)
    assert red > 200 > 100 > blue


def test_only_what_is_transparent_has_alpha(look: Look) -> None:
    opaque = make.encoded(Image.new("RGBA", (9, 9), (9, 200, 9, 255)), "PNG")
    glass = make.encoded(Image.new("RGBA", (9, 9), (9, 200, 9, 100)), "PNG")
    palette = Image.new("P", (9, 9), 0)
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.putpixel((1, 1), 1)
    assert not look(opaque).facts.has_alpha
    assert look(glass).facts.has_alpha
    assert look(make.encoded(palette, "PNG", transparency=0)).facts.has_alpha


def test_the_dominant_color_is_the_most_frequent_one_that_is_seen(look: Look) -> None:
    image = Image.new("RGBA", (40, 40), (0, 0, 255, 0))
    image.paste((250, 10, 10, 255), (0, 0, 30, 10))
    image.paste((10, 250, 10, 255), (30, 0, 40, 10))
    color = look(make.encoded(image, "PNG")).facts.color
    assert int(color[1:3], 16) > 230
    assert int(color[3:5], 16) < 40


def test_of_a_moving_gif_the_first_frame_is_used(look: Look) -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    gif = make.encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    seen = look(gif)
    assert seen.facts.kind == "image"
    assert seen.facts.animated
    assert seen.still.convert("RGB").getpixel((5, 5)) == (255, 0, 0)
    assert not look(make.encoded(frames[0], "GIF")).facts.animated


def test_stills_are_small_enough(look: Look, picture: Callable[..., bytes], work: Path) -> None:
    still = look(picture((3000, 2000), "JPEG")).still
    for (content, extension), longest in (
        (media.thumbnail(still), 480),
        (media.poster(still), 1600),
    ):
        path = work / f"still.{extension}"
        path.write_bytes(content)
        with Image.open(path) as image:
            assert max(image.size) == longest
            assert abs(image.width / image.height - 1.5) < 0.01


@pytest.mark.parametrize(
    ("size", "poster"),
    [
        ((3000, 2000), (1600, 1067)),
        ((8000, 2000), (1920, 480)),
        ((1000, 9000), (480, 4320)),
        ((400, 9000), (400, 9000)),
        ((30, 4000), (30, 4000)),
        ((4000, 30), (4000, 30)),
        # Neither JPEG nor WebP knows much longer ones.
        ((51, 40000), (20, 16000)),
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_poster_of_a_strip_keeps_its_breadth(
    look: Look, size: tuple[int, int], poster: tuple[int, int], mode: str
) -> None:
    still = look(make.encoded(Image.new(mode, size, (90, 60, 30, 128)[: len(mode)]), "PNG")).still
    content, _ = media.poster(still)
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == poster
    content, _ = media.thumbnail(still)
    with Image.open(io.BytesIO(content)) as image:
        assert max(image.size) == 480


def test_a_wide_gamut_picture_keeps_its_colors_in_the_thumbnail(look: Look) -> None:
    """In the profile of this test red and green have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    head, rest = profile[:400], profile[400:]
    swapped = head.replace(b"rXYZ", b"....").replace(b"gXYZ", b"rXYZ").replace(b"....", b"gXYZ")
    image = Image.new("RGB", (9, 9), (250, 10, 10))
    assert look(make.encoded(image, "PNG")).still.getpixel((4, 4)) == (250, 10, 10)
    red, green, _ = look(make.encoded(image, "PNG", icc_profile=swapped + rest)).still.getpixel(
        (4, 4)
    )
    assert green > 200 > 100 > red


STRANGERS = {
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
    "svg after xml": (b"<?xml version='1.0'?>\n<!-- x -->\n<svg></svg>", "SVG"),
    "html": (b"<!DOCTYPE html><html><script>alert(1)</script>", "web page"),
    "xml": (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "XML"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
    "zip": (b"PK\x03\x04\x14\0\0\0", "ZIP"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
    "playlist": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "playlist"),
    "text": (b"just some words\n", "text file"),
    "concat": (b"ffconcat version 1.0\nfile /etc/passwd\n", "text file"),
    "noise": (bytes(range(256)) * 8, "unknown type"),
    "a single byte": (b"\xff", "unknown type"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_no_picture_is_refused_and_called_by_its_name(look: Look, name: str) -> None:
    content, words = STRANGERS[name]
    with pytest.raises(media.Refused, match=words) as refusal:
        look(content, kinds=("image",))
    assert "Choose a picture (JPEG" in str(refusal.value)


def test_an_empty_file_is_refused(look: Look) -> None:
    with pytest.raises(media.Refused, match="0 bytes"):
        look(b"")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
@pytest.mark.parametrize("kept", [0.05, 0.5, 0.95])
def test_half_a_picture_is_refused(
    look: Look, picture: Callable[..., bytes], format: str, kept: float
) -> None:
    content = picture((200, 150), format)
    with pytest.raises(media.Refused):
        look(content[: int(len(content) * kept)])


def test_a_jpeg_with_a_broken_middle_does_not_crash(look: Look) -> None:
    content = bytearray((SAMPLES / "coffee.jpg").read_bytes())
    for at in range(0, 600, 7):
        damaged = bytearray(content)
        damaged[at : at + 40] = bytes(40)
        with suppress(media.Refused):
            look(bytes(damaged))


def test_too_many_pixels_are_refused_by_the_header(look: Look) -> None:
    with pytest.raises(media.Refused) as refusal:
        look(make.png_bomb(30000, 30000))
    assert str(refusal.value) == (
        "The picture is 30000 × 30000 pixels (900 megapixels); the limit is 50 megapixels. "
        "Make it smaller and try again."
    )


def test_the_limit_of_pixels_is_inclusive(look: Look, picture: Callable[..., bytes]) -> None:
    assert look(picture((100, 100)), image_pixels=10_000)
    with pytest.raises(media.Refused, match="101 × 100"):
        look(picture((101, 100)), image_pixels=10_000)


def test_too_many_bytes_are_refused(look: Look, picture: Callable[..., bytes]) -> None:
    content = picture((100, 100), "BMP")
    assert look(content, image_bytes=len(content))
    with pytest.raises(media.Refused, match="the limit is"):
        look(content, image_bytes=len(content) - 1)


def test_a_tiff_with_enormous_tiles_is_refused(look: Look) -> None:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    content = bytearray(make.encoded(Image.new("L", (16, 16)), "TIFF", tiffinfo=info))
    at = content.index(b"\x16\x01\x04\x00")  # RowsPerStrip, here called TileWidth and TileLength
    content[at : at + 12] = b"\x42\x01\x04\x00\x01\x00\x00\x00\x00\x00\x01\x00"
    content[at + 12 : at + 24] = b"\x43\x01\x04\x00\x01\x00\x00\x00\x00\x00\x01\x00"
    with pytest.raises(media.Refused, match="65536 × 65536"):
        look(bytes(content))


def test_what_is_wanted_is_said(look: Look, picture: Callable[..., bytes]) -> None:
    with pytest.raises(media.Refused) as refusal:
        look(picture(), kinds=("audio",))
    assert str(refusal.value) == (
        "This is a picture. Choose a sound (WAV, MP3, M4A, AAC, OGG or FLAC)."
    )
