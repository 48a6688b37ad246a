"""Backgrounds: every pattern in every palette and size, smooth, without steps, repeatable."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from studio.engine import EngineError, Stopped
from studio.engine.stills import patterns
from studio.engine.stills.palettes import PALETTES, Palette, contrast, palette
from studio.engine.stills.scene import blue_noise, dithered
from studio.operations import create

EVERY = pytest.mark.parametrize("pattern", patterns.PATTERNS)


def picture(pattern: str, name: str = "dusk", size: tuple[int, int] = (120, 150), seed: int = 1):  # type: ignore[no-untyped-def]
    return patterns.picture(pattern, PALETTES[name], *size, seed)


def test_what_is_declared_is_what_the_engine_has() -> None:
    assert create.PATTERN.choices == tuple(patterns.PATTERNS)
    assert tuple(PALETTES) == create.PALETTES
    assert len(patterns.PATTERNS) >= 12
    assert len(PALETTES) >= 8


@EVERY
@pytest.mark.parametrize("size", [(64, 64), (300, 64), (64, 300), (65, 127)])
def test_every_size_is_drawn_to_its_edges(pattern: str, size: tuple[int, int]) -> None:
    made = picture(pattern, "forest", size)
    assert made.shape == (size[1], size[0], 3)
    assert made.std() > 2, "something is to be seen"
    rim = np.concatenate([made[0], made[-1], made[:, 0], made[:, -1]])
    assert rim.max() > 0, "no edge was left undrawn"


@EVERY
def test_the_same_request_makes_the_same_bytes_and_a_seed_another(pattern: str, work: Path) -> None:
    made = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        target = work / f"{name}.png"
        patterns.draw(
            target, pattern=pattern, palette=PALETTES["candy"], width=96, height=64, seed=seed
        )
        made.append(target.read_bytes())
    assert made[0] == made[1]
    assert made[0] != made[2]


@EVERY
def test_the_palette_is_what_is_seen(pattern: str) -> None:
    one, other = picture(pattern, "sea"), picture(pattern, "ember")
    assert np.abs(one.astype(int) - other).mean() > 12
    grey = picture(pattern, "mono").astype(int)
    assert np.ptp(grey, axis=2).max() <= 14, "black and white has no other colours"


@EVERY
def test_a_background_looks_the_same_at_twice_the_size(pattern: str) -> None:
    small, large = picture(pattern, "dusk", (240, 300)), picture(pattern, "dusk", (480, 600))
    again = cv2.resize(large, (240, 300), interpolation=cv2.INTER_AREA)
    soft = [cv2.GaussianBlur(v.astype(np.float32), (0, 0), 6) for v in (small, again)]
    assert np.abs(soft[0] - soft[1]).mean() < 4


@pytest.mark.parametrize("pattern", ["mesh", "gradient", "aurora", "rays"])
def test_no_steps_are_seen_between_close_colours(pattern: str) -> None:
    """A step would be a long run of one value beside a long run of the next one."""
    made = picture(pattern, "night", (400, 400))[..., 2].astype(int)
    runs = np.diff(np.flatnonzero(np.diff(made[200]) != 0))
    assert runs.size == 0 or np.percentile(runs, 99) < 40
    plain = np.broadcast_to(np.linspace(40, 44, 400, dtype=np.float32)[None, :, None], (64, 400, 3))
    soft = dithered(plain).mean((0, 2))
    assert np.abs(soft - plain[0, :, 0]).max() < 0.35, "on average it is the colour itself"


@pytest.mark.parametrize("value", [0, 1, 18, 127, 254, 255])
def test_a_flat_colour_stays_flat(value: int) -> None:
    assert (dithered(np.full((70, 130, 3), value, np.float32)) == value).all()


def test_the_noise_that_hides_steps_has_no_low_frequencies() -> None:
    tile = blue_noise()
    assert abs(float(tile.mean()) - 0.5) < 1e-3
    power = np.abs(np.fft.fft2(tile - tile.mean())) ** 2
    far = np.hypot(*np.meshgrid(np.fft.fftfreq(len(tile)), np.fft.fftfreq(len(tile))))
    assert power[far < 0.1].mean() < 0.05 * power[far > 0.3].mean()


@pytest.mark.parametrize("pattern", ["waves", "stripes", "dots", "tiles", "scales", "terrazzo"])
def test_edges_have_soft_pixels(pattern: str) -> None:
    """Between two flat colours lie pixels of neither, and never a staircase only."""
    made = picture(pattern, "mono", (256, 256))[..., 0]
    values = np.bincount(made.ravel(), minlength=256)
    assert (values > 0).sum() > 24


def test_own_colours_are_used() -> None:
    own = palette("own", ("#102030", "#ff0000", "#00ff00"))
    made = patterns.picture("stripes", own, 256, 256, 1).reshape(-1, 3).astype(int)
    for colour in ((16, 32, 48), (255, 0, 0), (0, 255, 0)):
        away = np.abs(made - np.array(colour)).max(1)
        assert away.min() <= 26


@pytest.mark.parametrize("name", PALETTES)
def test_the_colours_of_a_palette_can_be_told_apart(name: str) -> None:
    colours = PALETTES[name].colours()
    for i in range(5):
        for j in range(i):
            assert np.abs(colours[i] - colours[j]).max() > 25
    assert contrast(0, 1) == pytest.approx(21)


@pytest.mark.parametrize("color", ["red", "#12345", "#gggggg", ""])
def test_a_colour_that_is_none_is_named(color: str) -> None:
    with pytest.raises(EngineError, match="is not a color"):
        patterns.picture("mesh", Palette(color, *["#ffffff"] * 4), 64, 64)


@pytest.mark.parametrize("size", [(63, 64), (64, 4097), (0, 100)])
def test_a_size_that_is_none_is_named(size: tuple[int, int]) -> None:
    with pytest.raises(EngineError, match="from 64 to 4096 px"):
        patterns.picture("mesh", PALETTES["sea"], *size)


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(EngineError, match="no pattern “plaid”"):
        patterns.picture("plaid", PALETTES["sea"], 64, 64)
    with pytest.raises(EngineError, match="no palette “neon”"):
        palette("neon")


def test_stopping_leaves_nothing_behind(work: Path) -> None:
    def stop(fraction: float, stage: str) -> None:
        if fraction > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        patterns.draw(
            work / "a.png",
            pattern="mesh",
            palette=PALETTES["sea"],
            width=64,
            height=64,
            report=stop,
        )
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_the_file_is_of_the_format(format: str, work: Path) -> None:
    target = work / "a.bin"
    patterns.draw(
        target, pattern="mesh", palette=PALETTES["sea"], width=80, height=64, format=format
    )
    with Image.open(target) as image:
        assert (image.format, image.size) == (format.upper(), (80, 64))


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["marble", "bokeh", "terrazzo"])
def test_the_largest_size(pattern: str) -> None:
    assert picture(pattern, "sand", (4096, 4096)).shape == (4096, 4096, 3)


@pytest.mark.slow
@EVERY
@pytest.mark.parametrize("size", [(4096, 256), (256, 4096)])
def test_the_longest_sides(pattern: str, size: tuple[int, int]) -> None:
    assert picture(pattern, "sand", size).shape == (size[1], size[0], 3)
