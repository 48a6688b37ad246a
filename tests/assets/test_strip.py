"""Place, camera and comments go; pixels, colors and orientation stay; signed files stay whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from assets import media
from tests.assets import make
from tests.conftest import SAMPLES


def stripped(content: bytes, work: Path) -> bytes:
    path = work / "before"
    path.write_bytes(content)
    format = media.identify(path, media.Limits())
    return media.strip(path, format, work / "after").read_bytes()


def pixels(content: bytes, work: Path) -> bytes:
    path = work / "pixels"
    path.write_bytes(content)
    with Image.open(path) as image:
        return image.tobytes()


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_place_and_camera_go_and_the_orientation_stays(
    work: Path, format: str, orientation: int
) -> None:
    before = make.with_exif(orientation, format=format)
    after = stripped(before, work)
    assert b"SecretCamera" in before
    assert b"SecretCamera" not in after
    assert pixels(after, work) == pixels(before, work)
    (work / "again").write_bytes(after)
    with Image.open(work / "again") as image:
        exif = image.getexif()
        assert exif.get(0x0112, 1) == orientation
        assert not exif.get_ifd(0x8825)
        assert set(exif) <= {0x0112}


def test_comments_and_what_follows_the_picture_go(work: Path) -> None:
    plain = make.encoded(Image.new("RGB", (50, 50), "green"), "JPEG", comment=b"my secret comment")
    after = stripped(plain + b"PK\x03\x04 an archive", work)
    assert b"secret" not in after
    assert after.endswith(b"\xff\xd9")
    assert pixels(after, work) == pixels(plain, work)


def test_words_in_a_png_go_and_its_look_stays(work: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("prompt", "a secret prompt")
    info.add_itxt("XML:com.adobe.xmp", "<x>secret</x>", zip=False)
    image = Image.new("P", (9, 9), 1)
    image.putpalette([1, 2, 3, 4, 5, 6])
    before = make.encoded(image, "PNG", pnginfo=info, transparency=0, dpi=(300, 300), gamma=0.5)
    after = stripped(before + b"trailing secret", work)
    assert b"secret" not in after
    (work / "again").write_bytes(after)
    with Image.open(work / "again") as again:
        assert again.info["transparency"] is not None
        assert "dpi" in again.info


def test_the_color_profile_stays(work: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for format in ("JPEG", "PNG"):
        exif = Image.Exif()
        exif[0x010F] = "SecretCamera"
        image = Image.new("RGB", (9, 9), "red")
        after = stripped(make.encoded(image, format, icc_profile=profile, exif=exif), work)
        (work / "again").write_bytes(after)
        with Image.open(work / "again") as again:
            assert again.info["icc_profile"] == profile


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_rows": 1}, {}])
def test_every_kind_of_jpeg_keeps_its_pixels(work: Path, options: dict[str, object]) -> None:
    with Image.open(SAMPLES / "coffee.jpg") as image:
        image.load()
    for mode in ("RGB", "CMYK", "L"):
        before = make.encoded(image.convert(mode), "JPEG", comment=b"secret", **options)
        after = stripped(before, work)
        assert len(after) < len(before)
        assert pixels(after, work) == pixels(before, work)


def test_a_signed_file_stays_as_it_is_to_the_byte(work: Path) -> None:
    jpeg = make.with_exif(6)
    manifest = b"JP\0\x01\0\0\0\x01\0\0\0\x20jumb\0\0\0\x18jumdc2pa"
    segment = b"\xff\xeb" + (len(manifest) + 2).to_bytes(2, "big") + manifest
    signed = jpeg[:2] + segment + jpeg[2:]
    assert stripped(signed, work) == signed
    png = make.with_exif(6, format="PNG")
    signed = png[:33] + make.chunk(b"caBX", b"jumb") + png[33:]
    assert stripped(signed, work) == signed


def test_what_is_already_clean_is_not_copied(work: Path) -> None:
    path = work / "clean.png"
    path.write_bytes(make.encoded(Image.new("RGB", (9, 9)), "PNG"))
    format = media.identify(path, media.Limits())
    assert media.strip(path, format, work / "after") == path
    assert not (work / "after").exists()


def test_a_damaged_file_is_left_for_the_decoder(work: Path) -> None:
    for content in (make.with_exif(6), make.with_exif(6, format="PNG")):
        for length in range(12, len(content), 61):
            path = work / "damaged"
            path.write_bytes(content[:length])
            format = media.identify(path, media.Limits())
            assert media.strip(path, format, work / "after").read_bytes()
