"""A written file that is not what it should be is not given away."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from studio.engine import EngineError
from studio.engine.social.proof import proven
from studio.engine.stills import icc
from tests.engine.social.pictures import want


def saved(tmp_path: Path, size: tuple[int, int] = (320, 200), **more: object) -> Path:
    path = tmp_path / "a.jpg"
    Image.new("RGB", size, (90, 20, 20)).save(path, **{"icc_profile": icc.srgb(), **more})
    return path


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def test_a_good_file_is_told_to_be_good(tmp_path: Path) -> None:
    found = proven(saved(tmp_path), want(most=50_000), "jpeg")
    assert found[0] == "320 × 200 px"
    assert "of 50 KB at most" in found[2]
    assert found[3] == "sRGB"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"size": (320, 201)}, "is 320 × 201 px"),
        ({"icc_profile": icc.adobe_rgb()}, "is not in sRGB"),
        ({"icc_profile": None}, "does not say that it is in sRGB"),
        ({"exif": turned()}, "is to be turned"),
        ({"format": "PNG"}, "is no JPEG by its first bytes"),
    ],
)
def test_others_are_not(tmp_path: Path, more: dict[str, object], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        proven(saved(tmp_path, **more), want(), "jpeg")


def test_nor_is_one_that_is_too_large_or_too_short(tmp_path: Path) -> None:
    path = saved(tmp_path)
    with pytest.raises(EngineError, match="bytes of 100"):
        proven(path, want(most=100), "jpeg")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(EngineError, match="ends too early"):
        proven(path, want(), "jpeg")
    path.write_bytes(b"nothing")
    with pytest.raises(EngineError, match="cannot be opened again"):
        proven(path, want(), "jpeg")
