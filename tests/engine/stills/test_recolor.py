"""Recolored: the right things, in the right colour, with their light and shade; nothing else."""

import cv2
import numpy as np
import pytest

from studio.engine import EngineError
from studio.engine.stills import files, recolor
from tests.engine.stills.edited import assert_golden, golden, mask, pixels, sample, write

SUIT = "#e0522c"


@golden
def blue_suit(folder):
    recolor.recolor(
        sample("astronaut"), folder / "a.png", color="#2f6fed", from_color=SUIT, tolerance=30
    )
    return folder / "a.png"


@golden
def white_suit(folder):
    recolor.recolor(
        sample("astronaut"), folder / "a.png", color="#ffffff", from_color=SUIT, tolerance=30
    )
    return folder / "a.png"


def hue(array) -> np.ndarray:
    return cv2.cvtColor(array, cv2.COLOR_RGB2HSV)[..., 0].astype(int) * 2


def lightness(array) -> np.ndarray:
    return cv2.cvtColor(array, cv2.COLOR_RGB2LAB)[..., 0].astype(int)


def spot(array):
    """A piece of the suit, left of the middle."""
    high, wide = array.shape[:2]
    return array[int(0.55 * high) : int(0.64 * high), int(0.25 * wide) : int(0.42 * wide)]


def test_the_suit_is_blue_with_its_folds(tmp_path) -> None:
    before, after = pixels(sample("astronaut")), pixels(blue_suit(tmp_path))
    assert np.abs(np.median(hue(spot(after))) - 220) < 12
    folds = np.corrcoef(lightness(spot(before)).ravel(), lightness(spot(after)).ravel())[0, 1]
    assert folds > 0.95
    face = np.s_[: int(0.35 * len(after)), int(0.34 * len(after)) : int(0.56 * len(after))]
    assert (after[face] == before[face]).all(-1).mean() > 0.98
    assert_golden(tmp_path / "a.png", "blue_suit")


def test_to_white_is_light_and_grey_and_keeps_shade(tmp_path) -> None:
    after = spot(pixels(white_suit(tmp_path)))
    assert np.median(after) > 225
    assert np.median(np.ptp(after, axis=-1)) < 8
    assert lightness(after).std() > 2
    assert_golden(tmp_path / "a.png", "white_suit")


@pytest.mark.parametrize("picked", ["#d2691e", SUIT])
def test_a_color_picked_roughly_takes_the_cloth_without_speckle(tmp_path, picked) -> None:
    """#d2691e is an orange that no part of the suit is exactly."""
    before = pixels(sample("astronaut"))
    recolor.recolor(sample("astronaut"), tmp_path / "a.png", color="#2f6fed", from_color=picked)
    after = pixels(tmp_path / "a.png")
    changed = (np.abs(after.astype(int) - before).max(-1) > 40).astype(np.uint8) * 255
    lone = changed != cv2.medianBlur(changed, 5)
    assert spot(changed).mean() > 0.88 * 255
    assert spot(lone).mean() < 0.01
    assert lone.mean() < 0.02


def test_the_noise_of_a_camera_makes_no_speckle_and_small_holes_are_closed() -> None:
    picture = np.full((120, 160, 3), (120, 130, 140), np.uint8)
    picture[20:100, 30:130] = (208, 84, 50)
    picture[50:52, 60:62] = (250, 250, 250)  # a shine
    noisy = picture + np.random.default_rng(1).normal(0, 16, picture.shape)
    whole = np.full(picture.shape[:2], 255, np.uint8)
    share = recolor.alike(np.clip(noisy, 0, 255).astype(np.uint8), whole, (210, 105, 30), 30)
    assert share[23:97, 33:127].min() > 200
    assert share[:17].max() == share[103:].max() == share[:, :27].max() == 0


@pytest.mark.parametrize(
    "color", ["#808080", "#000000", "#ffffff", "#2f6fed", "#ffee00", "#3a0510"]
)
def test_an_even_thing_gets_exactly_the_colour(tmp_path, color) -> None:
    source = write(tmp_path, "p.png", np.full((20, 30, 3), (180, 60, 50), np.uint8))
    marks = mask(tmp_path, (20, 30), lambda paper: paper.fill(255))
    recolor.recolor(source, tmp_path / "a.png", color=color, mask=marks)
    after = pixels(tmp_path / "a.png").astype(int)
    assert np.abs(after - recolor.rgb_of(color)).max() <= 2


@pytest.mark.parametrize("color", ["#808080", "#000000", "#ffffff", "#2f6fed"])
def test_light_and_shade_stay_in_order(tmp_path, color) -> None:
    ramp = np.linspace(0.25, 1.2, 200)[None, :, None] * (170, 60, 50)
    picture = np.clip(np.tile(ramp, (10, 1, 1)), 0, 255).astype(np.uint8)
    source = write(tmp_path, "p.png", picture)
    marks = mask(tmp_path, picture.shape, lambda paper: paper.fill(255))
    recolor.recolor(source, tmp_path / "a.png", color=color, mask=marks)
    light = lightness(pixels(tmp_path / "a.png"))[5]
    assert (np.diff(light) >= -1).all()
    assert light[-1] - light[0] > 12


def test_nothing_else_changes_by_a_bit(tmp_path) -> None:
    before = pixels(sample("coffee"))
    marks = mask(tmp_path, before.shape, lambda p: cv2.circle(p, (200, 200), 60, 255, -1))
    recolor.recolor(sample("coffee"), tmp_path / "a.png", color="#00aa55", mask=marks)
    after, inside = pixels(tmp_path / "a.png"), pixels(marks) > 0
    assert (after[~inside] == before[~inside]).all()
    assert (after[inside] != before[inside]).any(-1).mean() > 0.95


def two_colors(tmp_path):
    picture = np.full((40, 90, 3), (200, 50, 40), np.uint8)
    picture[:, 30:60] = (40, 90, 200)
    picture[:, 60:] = (150, 150, 150)
    return write(tmp_path, "p.png", picture), picture


def test_mask_and_colour_together_are_both_needed(tmp_path) -> None:
    source, before = two_colors(tmp_path)
    marks = mask(tmp_path, before.shape, lambda p: cv2.rectangle(p, (0, 0), (90, 19), 255, -1))
    recolor.recolor(
        source, tmp_path / "a.png", color="#20c040", mask=marks, from_color="#c83228", tolerance=20
    )
    changed = (pixels(tmp_path / "a.png") != before).any(-1)
    assert changed[:20, :30].all()
    assert not changed[20:].any()
    assert not changed[:, 30:].any()


def test_grey_is_picked_by_its_lightness() -> None:
    greys = np.repeat(np.arange(0, 250, 50, dtype=np.uint8), 8)[None, :, None].repeat(3, 2)
    share = recolor.alike(greys, np.full(greys.shape[:2], 255, np.uint8), (150, 150, 150), 20)
    assert [bool(share[0, at]) for at in range(4, 40, 8)] == [False, False, False, True, False]


def test_a_higher_tolerance_takes_more_and_its_edge_is_soft() -> None:
    ramp = np.zeros((1, 256, 3), np.uint8)
    ramp[0, :, 0], ramp[0, :, 2] = 200, np.arange(256)
    whole = np.full((1, 256), 255, np.uint8)
    few, many = (recolor.alike(ramp, whole, (200, 0, 0), tolerance) for tolerance in (15, 60))
    assert (few <= many).all()
    assert few.astype(int).sum() < many.astype(int).sum()
    assert ((many > 20) & (many < 235)).sum() > 3


def test_a_soft_mask_changes_softly(tmp_path) -> None:
    source = write(tmp_path, "p.png", np.full((4, 256, 3), (180, 60, 50), np.uint8))
    marks = write(tmp_path, "m.png", np.tile(np.arange(256, dtype=np.uint8), (4, 1)))
    recolor.recolor(source, tmp_path / "a.png", color="#20c040", mask=marks)
    green = pixels(tmp_path / "a.png")[0, :, 1].astype(int)
    assert (np.diff(green) >= 0).all()
    assert np.diff(green).max() < 4


def test_holes_stay_holes(tmp_path) -> None:
    picture = np.full((10, 10, 4), (180, 60, 50, 255), np.uint8)
    picture[:5, :, 3] = 60
    source = write(tmp_path, "p.png", picture)
    recolor.recolor(source, tmp_path / "a.png", color="#20c040", from_color="#b43c32")
    assert (pixels(tmp_path / "a.png")[..., 3] == picture[..., 3]).all()


def test_one_pixel(tmp_path) -> None:
    source = write(tmp_path, "p.png", np.full((1, 1, 3), (180, 60, 50), np.uint8))
    recolor.recolor(source, tmp_path / "a.png", color="#20c040", from_color="#b43c32")
    assert np.abs(pixels(tmp_path / "a.png")[0, 0].astype(int) - (32, 192, 64)).max() <= 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"color": "#fff"}, "“#fff” is no color. Write it as #rrggbb"),
        ({"color": "blue", "from_color": "#c83228"}, "“blue” is no color"),
        ({"color": "#20c040"}, "Paint a mask, or pick the color"),
        ({"color": "#20c040", "from_color": "#00ff00", "tolerance": 5}, "Raise the tolerance"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, options, words) -> None:
    source, _ = two_colors(tmp_path)
    with pytest.raises(EngineError, match=words):
        recolor.recolor(source, tmp_path / "a.png", **options)
    assert not (tmp_path / "a.png").exists()


def test_a_large_picture_is_worked_on_in_parts(monkeypatch) -> None:
    pixels_ = files.with_alpha(pixels(sample("coffee")))
    share = recolor.alike(
        pixels_[..., :3], np.full(pixels_.shape[:2], 255, np.uint8), (160, 40, 15), 30
    )
    whole = recolor.recolored(pixels_, share, (40, 90, 200))
    monkeypatch.setattr(recolor, "ROWS", 7)
    assert (recolor.recolored(pixels_, share, (40, 90, 200)) == whole).all()
