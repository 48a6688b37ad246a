"""What a file of ours tells of itself, read back by others than who wrote it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import av
import numpy as np
import pytest
from PIL import Image

from assets import media
from assets.media import Limits, Mark
from assets.media.clean import clean
from tests.assets.make import chunk, film, with_exif

MARK = Mark("trainedAlgorithmicMedia", {"params": {"prompt": "tea & <cake> “ü”", "seed": 7}})
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def marked(content: bytes | Path, work: Path, suffix: str, mark: Mark = MARK) -> Path:
    path = content if isinstance(content, Path) else work / f"plain{suffix}"
    if isinstance(content, bytes):
        path.write_bytes(content)
    return media.mark(path, media.identify(path, Limits()), work / f"marked{suffix}", mark)


def picture(format: str, mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    image = Image.effect_noise((60, 41), 80).convert(mode)
    image.save(out, format, **options)
    return out.getvalue()


def told(path: Path) -> dict[str, Any]:
    """The description in the XMP packet where Pillow finds it, by names without their rooms."""
    with Image.open(path) as image:
        image.load()
        packet = image.info.get("xmp") or image.info["XML:com.adobe.xmp"].encode()
    root = ElementTree.fromstring(packet.decode().strip("\ufeff"))
    (found,) = root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    return {name.rpartition("}")[2]: value for name, value in found.attrib.items()}


CASES = [
    ("JPEG", "RGB", {}),
    ("JPEG", "L", {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"}),
    ("PNG", "RGBA", {}),
    ("WEBP", "RGB", {"quality": 80}),
    ("WEBP", "RGB", {"lossless": True}),
    ("WEBP", "RGBA", {"lossless": True}),
    ("WEBP", "RGBA", {"quality": 80}),
]


@pytest.mark.parametrize(("format", "mode", "options"), CASES)
def test_pictures(format: str, mode: str, options: Any, work: Path) -> None:
    content = picture(format, mode, **options)
    path = marked(content, work, f".{format.lower()}")
    found = told(path)
    assert found["DigitalSourceType"] == SOURCE
    assert json.loads(found["recipe"]) == MARK.recipe
    with Image.open(io.BytesIO(content)) as old, Image.open(path) as new:
        assert (new.mode, new.size) == (old.mode, old.size)
        assert np.array_equal(np.asarray(old), np.asarray(new))


def test_the_same_recipe_makes_the_same_file(work: Path) -> None:
    content = picture("PNG")
    assert len({marked(content, work, ".png").read_bytes() for _ in range(2)}) == 1


def test_the_recipe_of_a_png_stands_alone_and_comes_back(work: Path) -> None:
    path = marked(picture("PNG"), work, ".png")
    with Image.open(path) as image:
        image.load()
        assert json.loads(image.info["zoetrope"]) == MARK.recipe
    found = media.embedded(path, media.identify(path, Limits()))
    assert found == {"tool": "Zoetrope", "params": {"prompt": "tea & <cake> “ü”", "seed": 7}}


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_films(suffix: str, work: Path) -> None:
    plain = film(work / f"plain{suffix}")
    path = marked(plain, work, suffix)
    assert path.read_bytes().startswith(plain.read_bytes())
    with av.open(str(path), options={"export_xmp": "1"}) as container:
        assert SOURCE in container.metadata["xmp"]
        assert sum(1 for _ in container.decode(video=0)) == 12
    assert marked(path, work, f"-again{suffix}") == path  # told already


@pytest.mark.parametrize(("format", "suffix"), [("JPEG", ".jpeg"), ("PNG", ".png")])
def test_cleaning_takes_it_out_again(format: str, suffix: str, work: Path) -> None:
    content = picture(format)
    path = marked(content, work, suffix)
    assert clean(path, work / f"clean{suffix}", Limits()).read_bytes() == content


def test_signed_files_stay_identical(work: Path) -> None:
    png = picture("PNG")
    signed = png[:33] + chunk(b"caBX", b"jumb") + png[33:]
    assert marked(signed, work, ".png").read_bytes() == signed
    jpeg = with_exif(6)
    manifest = b"JP\0\x01\0\0\0\x01\0\0\0\x20jumb\0\0\0\x18jumdc2pa"
    segment = b"\xff\xeb" + (len(manifest) + 2).to_bytes(2, "big") + manifest
    signed = jpeg[:2] + segment + jpeg[2:]
    assert marked(signed, work, ".jpg").read_bytes() == signed


def test_a_recipe_that_is_too_long_for_a_jpeg_is_left_out(work: Path) -> None:
    long = Mark("algorithmicMedia", {"prompt": "x" * 100_000})
    found = told(marked(picture("JPEG"), work, ".jpeg", long))
    assert found["DigitalSourceType"].endswith("/algorithmicMedia")
    assert found["recipe"] == "{}"


def test_what_is_not_understood_is_left_alone(work: Path) -> None:
    for format in ("GIF", "TIFF", "BMP"):
        content = picture(format)
        assert marked(content, work, f".{format}").read_bytes() == content
    broken = film(work / "whole.mp4").read_bytes() + b"\0\0\0\0rest"
    assert marked(broken, work, ".mp4").read_bytes() == broken
