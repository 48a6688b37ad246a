"""Words in pictures: found where there are some, and not where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from studio.engine import lettering
from studio.engine.social import Safe, export, lines
from tests.benchmarks.common import PICTURES
from tests.benchmarks.scenes import GROUNDS, read
from tests.engine.social.pictures import Pixels, want, written

FONT = Path(lettering.__file__).parent / "fonts" / "InterDisplay-Bold.otf"


def worded(
    ground: Pixels, text: str, size: int, spot: tuple[int, int]
) -> tuple[Pixels, tuple[float, ...]]:
    """The ground with words on it, and where they are in fractions."""
    image = Image.fromarray(ground)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONT), size)
    box = draw.textbbox(spot, text, font=font)
    light = ground[int(box[1]) : int(box[3]), int(box[0]) : int(box[2])].mean() < 128
    draw.text(spot, text, font=font, fill=(255, 255, 255) if light else (10, 10, 10))
    sides = (image.width, image.height, image.width, image.height)
    return np.asarray(image), tuple(v / s for v, s in zip(box, sides, strict=True))


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The share of `one` that is in the other."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    whole = (one[2] - one[0]) * (one[3] - one[1])
    return max(0.0, across) * max(0.0, down) / whole


@pytest.mark.parametrize("name", [name[:-4] for name in PICTURES])
def test_a_photograph_without_words_has_none(name: str) -> None:
    assert lines.found(read(name)) == ()


@pytest.mark.parametrize("ground", GROUNDS, ids=lambda ground: ground.__name__)
def test_nor_has_what_is_all_texture(ground) -> None:  # type: ignore[no-untyped-def]
    for seed in range(3):
        assert lines.found(ground(np.random.default_rng(seed), 1000, 700)) == ()


@pytest.mark.parametrize("size", [28, 48, 90])
@pytest.mark.parametrize("ground", ["plain", "coffee", "chelsea", "rocket"])
def test_words_are_found_where_they_are(size: int, ground: str) -> None:
    pixels = np.full((600, 900, 3), 240, np.uint8)
    if ground != "plain":
        pixels = np.asarray(Image.fromarray(read(ground)).resize((900, 600)))
    pixels, box = worded(pixels, "Summer sale", size, (100, 40))
    found = lines.found(pixels)
    assert max((overlap(box, one) for one in found), default=0) > 0.45


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from([3, 4]))
def test_pictures_of_every_size_are_searched(width: int, height: int, channels: int) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (height, width, channels), np.uint8)
    for box in lines.found(pixels):
        assert all(0 <= value <= 1 for value in box)


def test_words_in_the_unsafe_zone_are_told(tmp_path: Path) -> None:
    pixels, _ = worded(np.full((600, 900, 3), 240, np.uint8), "Summer sale", 60, (250, 30))
    source = written(pixels, tmp_path / "a.png")
    safe, bare = want(safe=Safe(top=0.2), width=300), want(key="b", width=300)
    unsafe, calm = export(source, tmp_path, [safe, bare]).made
    assert unsafe.warnings == ("Text is in the unsafe zone at the top, which may be covered.",)
    assert calm.warnings == ()
