"""Metadata: left out, or kept without the place, and never turning the picture twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from studio.engine.stills import files, icc, metadata
from studio.engine.stills.convert import Wish, convert
from studio.engine.stills.packing import PROFILED

XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description tiff:Orientation="6"
 exif:GPSLatitude="48,8.5N" exif:GPSAltitude='35/1' dc:creator="Ada">
<exif:GPSLongitude>11,34.6E</exif:GPSLongitude><dc:rights>Ada, 2026</dc:rights>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """On its side, with a camera, a place and an author."""
    image = Image.new("RGB", (30, 20), "red")
    exif = image.getexif()
    exif[0x0112], exif[0x0110], exif[0x013B], exif[0x8298] = 6, "Camera 9", "Ada", "Ada, 2026"
    exif.get_ifd(metadata.EXIF).update({0x9003: "2026:11:01 12:00:00", 0x927C: b"maker", 0xA002: 9})
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 30.0), 3: "E", 4: (11.0, 34.0, 0.0)})
    image.save(tmp_path / "photo.webp", exif=exif, xmp=XMP, lossless=True)
    return tmp_path / "photo.webp"


def made(photo: Path, format: str, **wish: bool) -> Path:
    return convert(photo, photo.parent / f"made{files.SUFFIXES[format]}", Wish(format, **wish))  # type: ignore[arg-type]


@pytest.mark.parametrize("format", PROFILED)
def test_what_is_kept(photo: Path, format: str) -> None:
    path = made(photo, format, keep_metadata=True)
    with Image.open(path) as image:
        exif, xmp = image.getexif(), image.info["xmp"]
        more = exif.get_ifd(metadata.EXIF)
        assert image.size == (20, 30)
        assert (exif[0x0110], exif[0x013B], exif[0x8298]) == ("Camera 9", "Ada", "Ada, 2026")
        date = exif[metadata.DATE] if format == "tiff" else more[metadata.TAKEN]
        assert date == "2026:11:01 12:00:00"
        assert exif.get(0x0112, 1) == 1, "it stands upright already"
        assert not exif.get_ifd(0x8825)
        assert not {0x927C, 0xA002} & more.keys()
        assert image.info["icc_profile"] == icc.srgb()
    assert b'dc:creator="Ada"' in xmp
    assert b"<dc:rights>Ada, 2026</dc:rights>" in xmp
    assert b"GPS" not in xmp
    assert b'tiff:Orientation="1"' in xmp


@pytest.mark.parametrize("format", files.SUFFIXES)
def test_what_is_left_out(photo: Path, format: str) -> None:
    path = made(photo, format)
    data = path.read_bytes()
    for word in (b"Camera 9", b"Ada", b"xmpmeta", b"2026:11:01", b"sRGB built-in"):
        assert word not in data
    with Image.open(path) as image:
        assert image.size == (20, 30)
        assert "icc_profile" not in image.info


@pytest.mark.parametrize("format", ["gif", "bmp"])
def test_types_that_hold_none(photo: Path, format: str) -> None:
    assert b"Ada" not in made(photo, format, keep_metadata=True).read_bytes()


def test_a_picture_that_tells_nothing(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    assert metadata.told(tmp_path / "a.png") == metadata.Told()


def test_damaged_exif_is_left_behind(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.webp", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert metadata.told(tmp_path / "a.webp").exif == b""


def test_the_same_picture_makes_the_same_bytes(photo: Path) -> None:
    for format in PROFILED:
        first = made(photo, format, keep_metadata=True).read_bytes()
        assert made(photo, format, keep_metadata=True).read_bytes() == first
