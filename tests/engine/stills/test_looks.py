"""Looks: every style is really drawn, the same at any size, distinct from all others."""

from __future__ import annotations

import inspect
from pathlib import Path

import cv2
import numpy as np
import pytest
from django.conf import settings
from PIL import Image

from studio.engine import Stopped
from studio.engine.stills import looks
from studio.engine.stills.looks import STEPS
from studio.management.commands import style_thumbnails
from studio.presets import STYLES
from studio.presets.looks import LOOKS
from tests.engine.stills.pictures import apart, pixels_of, sample, written

KEYS = tuple(LOOKS)
FEW = ("cinematic", "line-art", "comic-book", "watercolor", "stained-glass", "glitch-art")
NATIVE = {
    *("enhance", "anime", "photographic", "digital-art", "comic-book", "fantasy-art", "line-art"),
    *("analog-film", "neon-punk", "isometric", "low-poly", "origami", "modeling-compound"),
    *("cinematic", "3d-model", "pixel-art", "tile-texture"),
}


def thumbnail(key: str) -> Path:
    return Path(settings.BASE_DIR) / "static" / "styles" / f"{key}.webp"


def test_every_style_has_a_look_and_a_thumbnail() -> None:
    keys = [style.key for style in STYLES]
    assert len(keys) == len(set(keys)) >= 45
    assert set(keys) == set(LOOKS)
    assert set(keys) >= NATIVE
    pictures = thumbnail("").parent.glob("*")
    assert {path.name for path in pictures} == {f"{key}.webp" for key in keys}


def test_steps_and_their_values_exist() -> None:
    for key, steps in LOOKS.items():
        for name, values in steps:
            inspect.signature(STEPS[name]).bind(None, **values)
        assert steps, key
    assert set(STEPS) == {name for steps in LOOKS.values() for name, _ in steps}


def test_thumbnails_are_small_and_of_one_size() -> None:
    for key in KEYS:
        with Image.open(thumbnail(key)) as image:
            assert (image.format, image.size) == ("WEBP", style_thumbnails.SHOWN)
    assert sum(thumbnail(key).stat().st_size for key in KEYS) < 500_000


def test_thumbnails_differ_from_each_other() -> None:
    small = {key: cv2.resize(pixels_of(thumbnail(key)), (120, 90)).astype(int) for key in KEYS}
    close = [
        (one, other)
        for i, one in enumerate(KEYS)
        for other in KEYS[i + 1 :]
        if np.abs(small[one] - small[other]).mean() < 6
    ]
    assert not close


@pytest.mark.parametrize("key", FEW)
def test_thumbnails_are_those_looks(key: str) -> None:
    made = style_thumbnails.thumbnail(style_thumbnails.sample(), key)
    assert drift(made, key) < 4


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_all_thumbnails_are_those_looks(key: str) -> None:
    made = style_thumbnails.thumbnail(style_thumbnails.sample(), key)
    assert drift(made, key) < 4


def drift(made: bytes, key: str) -> float:
    """Seen from a little further away: where a pane or a stroke ends depends on the last bit of
    the processor."""
    pixels = np.asarray(cv2.imdecode(np.frombuffer(made, np.uint8), cv2.IMREAD_COLOR_RGB))
    one, other = (
        np.asarray(cv2.resize(each, (80, 60), interpolation=cv2.INTER_AREA))
        for each in (pixels, pixels_of(thumbnail(key)))
    )
    return apart(one, other)


@pytest.mark.parametrize("key", KEYS)
def test_every_look_is_drawn_and_repeatable(key: str) -> None:
    before = sample("coffee", 120)
    copy = before.copy()
    after = looks.rendered(before, LOOKS[key])
    assert (before == copy).all(), "what comes in is not written to"
    assert after.shape == before.shape
    assert apart(after, before) > 3
    assert (looks.rendered(before, LOOKS[key]) == after).all()


@pytest.mark.parametrize("shape", [(1, 1), (3, 60), (60, 3)])
def test_the_smallest_pictures(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 120, np.uint8)
    for key in KEYS[::6]:
        assert looks.rendered(picture, LOOKS[key]).shape == picture.shape


@pytest.mark.parametrize(
    "key", ["cinematic", "comic-book", "newsprint", "pixel-art", "neon-punk", "toy-bricks"]
)
def test_a_look_is_the_same_at_any_size(key: str) -> None:
    large = np.asarray(cv2.resize(sample("astronaut", 512), (960, 960)), np.uint8)
    small = np.asarray(cv2.resize(large, (480, 480), interpolation=cv2.INTER_AREA), np.uint8)
    once = looks.rendered(small, LOOKS[key])
    twice = cv2.resize(looks.rendered(large, LOOKS[key]), (480, 480), interpolation=cv2.INTER_AREA)
    soft = [cv2.GaussianBlur(p, (0, 0), 4) for p in (once, np.asarray(twice, np.uint8))]
    assert apart(*(np.asarray(p, np.uint8) for p in soft)) < 8


def test_a_very_large_picture_keeps_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "MOST_PIXELS", 6000)
    picture = sample("coffee", 300)
    after = looks.rendered(picture, LOOKS["noir-monochrome"])
    assert after.shape == picture.shape


def test_the_amount_mixes(tmp_path: Path) -> None:
    before = sample("coffee")
    source = written(before, tmp_path / "a.png")
    distances = []
    for amount in (0.01, 0.5, 1.0):
        path = looks.apply(source, tmp_path / "b.png", LOOKS["noir-monochrome"], amount=amount)
        distances.append(apart(pixels_of(path), before))
    assert distances[0] < 1.5
    assert distances[1] == pytest.approx(distances[2] / 2, rel=0.1)


def test_what_is_transparent_stays_so(tmp_path: Path) -> None:
    clear = np.dstack([sample("coffee"), np.tile(np.arange(160, dtype=np.uint8), (107, 1))])
    path = looks.apply(written(clear, tmp_path / "a.png"), tmp_path / "b.png", LOOKS["enhance"])
    assert (pixels_of(path)[..., 3] == clear[..., 3]).all()


def test_it_stops_when_told(tmp_path: Path) -> None:
    def stop(fraction: float, stage: str) -> None:
        if fraction > 0.3:
            raise Stopped

    source = written(sample("coffee"), tmp_path / "a.png")
    with pytest.raises(Stopped):
        looks.apply(source, tmp_path / "b.png", LOOKS["enhance"], report=stop)
    assert not (tmp_path / "b.png").exists()


def test_tiles_have_no_seam() -> None:
    """The left column goes on in the right one, the top row in the bottom one."""
    after = looks.rendered(sample("astronaut", 240), LOOKS["tile-texture"]).astype(int)
    inner = np.abs(np.diff(after, axis=1)).mean()
    assert np.abs(after[:, 0] - after[:, -1]).mean() < inner
    assert np.abs(after[0] - after[-1]).mean() < inner
