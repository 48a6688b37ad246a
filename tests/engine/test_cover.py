"""A finished picture in another size: what is in the middle stays, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from studio.engine import EngineError, cover
from studio.engine.cover import Size, at_most, covered
from tests import needs

SIDE = st.integers(1, 5000)


def saved(path: Path, image: Image.Image, **more: object) -> Path:
    image.save(path, **more)
    return path


def striped(size: tuple[int, int] = (300, 100)) -> Image.Image:
    """Red, green, blue from left to right."""
    image = Image.new("RGB", size)
    third = size[0] // 3
    for n, color in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255))):
        image.paste(color, (n * third, 0, (n + 1) * third, size[1]))
    return image


@pytest.mark.parametrize(
    ("format", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("WEBP", ".webp")]
)
def test_the_middle_is_kept_and_the_type(tmp_path: Path, format: str, suffix: str) -> None:
    source = saved(tmp_path / f"a{suffix}", striped(), format=format, quality=95)
    done = covered(source, tmp_path, 50, 50)
    with Image.open(done) as made:
        assert (made.size, made.format, done.suffix) == ((50, 50), format, suffix)
        red, green, blue = np.asarray(made.convert("RGB"))[20:30, 10:40].mean((0, 1))
    assert green > 230
    assert max(red, blue) < 25


def test_what_has_the_size_is_left_alone(tmp_path: Path) -> None:
    source = saved(tmp_path / "a.png", striped())
    assert covered(source, tmp_path, 300, 100) == source
    assert at_most(source, tmp_path, 300) == source
    assert at_most(source, tmp_path, 4000) == source


def test_a_shape_that_differs_by_a_pixel_is_scaled_and_hardly_cut(tmp_path: Path) -> None:
    ramp = Image.linear_gradient("L").rotate(90).resize((832, 1216)).convert("RGB")
    source = saved(tmp_path / "a.png", ramp)
    with Image.open(covered(source, tmp_path, 1080, 1578)) as made:
        row = np.asarray(made)[800, :, 0].astype(int)
    was = np.asarray(ramp)[600, :, 0].astype(int)
    assert abs(row[0] - was[0]) <= 2
    assert abs(row[-1] - was[-1]) <= 2


def test_holes_stay_holes_without_a_dark_rim(tmp_path: Path) -> None:
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (50, 50, 150, 150))
    with Image.open(covered(saved(tmp_path / "a.png", image), tmp_path, 90, 90)) as made:
        pixels = np.asarray(made).astype(int)
    assert pixels[0, 0, 3] == 0
    seen = pixels[pixels[..., 3] > 40]
    assert seen[:, :3].min() > 200


def test_a_profile_stays(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = saved(tmp_path / "a.png", striped(), icc_profile=profile)
    with Image.open(covered(source, tmp_path, 60, 60)) as made:
        assert made.info["icc_profile"] == profile


def test_a_grey_one_and_one_of_another_type_are_taken_too(tmp_path: Path) -> None:
    grey = saved(tmp_path / "a.png", striped().convert("L"))
    other = saved(tmp_path / "b.bmp", striped())
    assert Image.open(covered(grey, tmp_path, 40, 40)).size == (40, 40)
    done = covered(other, tmp_path, 40, 40)
    assert (done.suffix, Image.open(done).format) == (".png", "PNG")


def test_the_same_call_makes_the_same_bytes(tmp_path: Path) -> None:
    source = saved(tmp_path / "a.png", striped())
    first = at_most(source, tmp_path, 120).read_bytes()
    assert at_most(source, tmp_path, 120).read_bytes() == first


def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    source.write_bytes(b"no picture")
    with pytest.raises(EngineError, match="stays as it came"):
        covered(source, tmp_path, 10, 10)


@settings(max_examples=needs.often(300), deadline=None)
@given(came=st.tuples(SIDE, SIDE), wanted=st.tuples(SIDE, SIDE))
def test_the_part_that_is_taken_lies_in_the_picture(came: Size, wanted: Size) -> None:
    left, top, right, low = cover._box(came, wanted)
    assert 0 <= left < right <= came[0]
    assert 0 <= top < low <= came[1]
    assert (right - left) / (low - top) == pytest.approx(wanted[0] / wanted[1], rel=1e-6)
