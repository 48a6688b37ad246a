"""Converting: the type, the ceiling, the sizes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from studio.engine import EngineError
from studio.engine.stills import files
from studio.engine.stills.convert import Wish, light_enough
from studio.engine.stills.convert import convert as convert_as
from tests.engine.stills.pictures import SAMPLES, Pixels, apart, pixels_of, sample, written


def convert(source: Path, target: Path, **wish: Any) -> Path:
    return convert_as(source, target, Wish(**wish))


def noise(width: int, height: int, channels: int = 3) -> Pixels:
    random = np.random.default_rng(3)
    return random.integers(0, 256, (height, width, channels), np.uint8)


@pytest.mark.parametrize("format", files.SUFFIXES)
def test_every_type_shows_the_same_picture(tmp_path: Path, format: str) -> None:
    target = tmp_path / f"a{files.SUFFIXES[format]}"
    convert(SAMPLES / "coffee.jpg", target, format=format)
    # A GIF mixes what it lacks from neighbors.
    most = 3.5 if format == "gif" else 2.5
    assert apart(pixels_of(target), pixels_of(SAMPLES / "coffee.jpg")) < most
    with Image.open(target) as image:
        assert image.format == format.upper()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    format=st.sampled_from(sorted(files.SUFFIXES)),
    kb=st.integers(14, 90),
    width=st.integers(1, 260),
    height=st.integers(1, 260),
    quality=st.integers(1, 100),
    channels=st.sampled_from([3, 4]),
)
def test_the_ceiling_is_never_broken(
    tmp_path: Path, format: str, kb: int, width: int, height: int, quality: int, channels: int
) -> None:
    source = written(noise(width, height, channels), tmp_path / "a.png")
    target = tmp_path / f"b{files.SUFFIXES[format]}"
    convert(source, target, format=format, quality=quality, target_kb=kb)
    assert target.stat().st_size <= kb * 1000
    with Image.open(target) as image:
        assert image.width <= width
        assert image.height <= height


def test_the_quality_goes_down_before_the_size(tmp_path: Path) -> None:
    target = convert(SAMPLES / "coffee.jpg", tmp_path / "a.jpg", format="jpeg", target_kb=30)
    with Image.open(target) as image:
        assert image.size == (600, 400)
    assert target.stat().st_size > 26_000, "as good as fits"


def test_then_the_size_goes_down(tmp_path: Path) -> None:
    target = convert(SAMPLES / "hubble.jpg", tmp_path / "a.jpg", format="jpeg", target_kb=15)
    with Image.open(target) as image:
        assert 300 < image.width < 1000
        assert image.width / image.height == pytest.approx(1000 / 872, rel=0.01)


def test_a_png_loses_colors_only_when_it_must(tmp_path: Path) -> None:
    source = written(sample("coffee"), tmp_path / "a.png")
    whole = convert(source, tmp_path / "b.png", format="png", target_kb=1000)
    assert (pixels_of(whole) == sample("coffee")).all()
    most = whole.stat().st_size // 1000 - 8
    few = convert(source, tmp_path / "c.png", format="png", target_kb=most)
    with Image.open(few) as image:
        assert image.mode == "P"
        assert image.size == (160, 107)


def test_transparency_survives_few_colors() -> None:
    clear = noise(200, 200, 4)
    clear[:100, :, 3], clear[100:, :, 3] = 0, 255
    data = light_enough(clear, "png", 85, 60_000)
    assert len(data) <= 60_000
    with Image.open(io.BytesIO(data)) as image:
        alpha = np.asarray(image.convert("RGBA"))[..., 3]
    rows = alpha.shape[0]
    assert alpha[: rows // 2 - 2].max() == 0
    assert alpha[rows // 2 + 2 :].min() == 255


def test_what_cannot_be_reached_says_what_can(tmp_path: Path) -> None:
    source = written(noise(100, 100), tmp_path / "a.png")
    with pytest.raises(EngineError, match=r"At most 10 KB.*64 × 64.*13 KB as BMP.*WebP or AVIF"):
        convert(source, tmp_path / "b.bmp", format="bmp", target_kb=10)
    assert not (tmp_path / "b.bmp").exists()


@pytest.mark.parametrize(
    ("longest", "size"), [(300, (300, 200)), (600, (600, 400)), (5000, (600, 400))]
)
def test_the_longer_side_only_shrinks(tmp_path: Path, longest: int, size: tuple[int, int]) -> None:
    target = convert(
        SAMPLES / "coffee.jpg", tmp_path / "a.webp", format="webp", longest_side=longest
    )
    with Image.open(target) as image:
        assert image.size == size


def test_quality_is_worth_bytes(tmp_path: Path) -> None:
    for format in ("jpeg", "webp", "avif"):
        sizes = [
            convert(SAMPLES / "coffee.jpg", tmp_path / f"{q}", format=format, quality=q)
            .stat()
            .st_size
            for q in (30, 60, 90)
        ]
        assert sizes == sorted(sizes)
        assert sizes[0] < sizes[2] / 2


@pytest.mark.parametrize("format", ["jpeg", "bmp"])
def test_the_background_shows_where_there_is_no_transparency(tmp_path: Path, format: str) -> None:
    source = written(np.zeros((20, 20, 4), np.uint8), tmp_path / "a.png")
    target = convert(source, tmp_path / "b", format=format, background=(10, 200, 30))
    assert np.abs(pixels_of(target).astype(int) - (10, 200, 30)).max() <= 4


def test_metadata_stays_behind(tmp_path: Path) -> None:
    image = Image.new("RGB", (30, 20), "red")
    exif = image.getexif()
    exif[0x0112], exif[0x010F] = 8, "a camera"
    image.save(tmp_path / "a.jpg", exif=exif, comment=b"home")
    for format in files.SUFFIXES:
        target = convert(tmp_path / "a.jpg", tmp_path / f"b-{format}", format=format)
        with Image.open(target) as made:
            assert made.size == (20, 30)
            assert not {0x0112, 0x010F} & set(made.getexif())
        assert b"a camera" not in target.read_bytes()
