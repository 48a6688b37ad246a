"""Extended: the exact size, the picture itself untouched, and something sensible beside it."""

import cv2
import numpy as np
import pytest

from studio.engine import EngineError, Stopped
from studio.engine.stills import extend, files, onward
from tests.engine.stills.edited import assert_golden, energy, golden, pixels, sample, write
from tests.engine.stills.test_fill import grass


@golden
def coffee_wider(folder):
    extend.extend(sample("coffee"), folder / "a.png", left=60, right=100, down=40)
    return folder / "a.png"


@golden
def coffee_much_wider_in_a_blur(folder):
    extend.extend(sample("coffee"), folder / "a.png", left=300, right=300, fill="blur")
    return folder / "a.png"


def inner(after, before, left=0, up=0):
    return after[up : up + before.shape[0], left : left + before.shape[1]]


def test_the_table_goes_on(tmp_path) -> None:
    before, after = pixels(sample("coffee")), pixels(coffee_wider(tmp_path))
    assert after.shape == (before.shape[0] + 40, before.shape[1] + 160, 3)
    assert (inner(after, before, left=60) == before).all()
    new = np.zeros(after.shape[:2], bool)
    new[: before.shape[0], before.shape[1] + 60 :] = True
    beside = np.zeros(before.shape[:2], bool)
    beside[:, -100:] = True
    assert energy(after, new) > 0.6 * energy(before, beside)
    red, _, blue = (after[new][:, channel].astype(int) for channel in range(3))
    assert (red > blue + 20).mean() > 0.97  # wood
    assert_golden(tmp_path / "a.png", "coffee_wider")


def test_a_blur_keeps_the_colours_and_no_detail(tmp_path) -> None:
    before, after = pixels(sample("coffee")), pixels(coffee_much_wider_in_a_blur(tmp_path))
    assert (inner(after, before, left=300) == before).all()
    far = np.zeros(after.shape[:2], bool)
    far[:, -150:] = True
    assert energy(after, far) < 0.2 * energy(before, np.ones(before.shape[:2], bool))
    assert np.abs(after[:, 299].astype(int) - before[:, 0]).mean() < 3  # no seam
    assert_golden(tmp_path / "a.png", "coffee_much_wider_in_a_blur")


@pytest.mark.parametrize("fill", extend.FILLS)
@pytest.mark.parametrize(
    "sides", [(1, 0, 0, 0), (0, 7, 0, 0), (0, 0, 33, 0), (3, 40, 11, 29), (300, 0, 0, 500)]
)
def test_the_size_is_exact_and_the_picture_untouched(tmp_path, fill, sides) -> None:
    before = grass((120, 150))
    source = write(tmp_path, "g.png", before)
    left, right, up, down = sides
    extend.extend(source, tmp_path / "a.png", left=left, right=right, up=up, down=down, fill=fill)
    after = pixels(tmp_path / "a.png")
    assert after.shape == (120 + up + down, 150 + left + right, 3)
    assert (inner(after, before, left, up) == before).all()


def test_a_mirror_image_is_one(tmp_path) -> None:
    before = grass((60, 80))
    source = write(tmp_path, "g.png", before)
    extend.extend(source, tmp_path / "a.png", right=80, fill="mirror")
    assert (pixels(tmp_path / "a.png")[:, 80:] == before[:, ::-1]).all()


def test_grass_goes_on_as_sharp_as_it_is() -> None:
    before = grass((160, 200))
    after = extend.extended(before, extend.Sides(0, 36, 0, 0), "continue")
    new = np.zeros(after.shape[:2], bool)
    new[:, 200:] = True
    assert 0.8 < energy(after, new) / energy(after, ~new) < 1.4


def test_a_horizon_goes_on_at_its_height() -> None:
    before = np.full((160, 220, 3), (90, 140, 220), np.uint8)
    before[90:] = (60, 110, 50)
    noise = np.random.default_rng(1).normal(0, 5, before.shape)
    before = np.clip(before + noise, 0, 255).astype(np.uint8)
    after = extend.extended(before, extend.Sides(40, 40, 0, 0), "continue")
    blue = after[..., 2] > 135
    assert blue[:84].mean() > 0.99
    assert blue[96:].mean() < 0.01


def strange(new, edge, room=60) -> float:
    """The share of `new` (right of the column `edge`) in hues that the edge has nowhere near."""
    lab = [
        cv2.cvtColor(cv2.GaussianBlur(p, (0, 0), 2), cv2.COLOR_RGB2LAB).astype(int)
        for p in (new, edge)
    ]
    low, high = lab[1].min(1, keepdims=True), lab[1].max(1, keepdims=True)
    window = np.ones((2 * room + 1, 1), np.uint8)
    low = cv2.erode(low[:, 0].astype(np.uint8)[:, None], window).astype(int)
    high = cv2.dilate(high[:, 0].astype(np.uint8)[:, None], window).astype(int)
    return float((np.maximum(low - lab[0], lab[0] - high).max(-1) > 14).mean())


@pytest.mark.parametrize("side", ["left", "right", "up"])
def test_no_thing_of_the_picture_appears_a_second_time_beyond_its_edge(side) -> None:
    """The astronaut: her suit is near the left edge, her hair near the upper one."""
    before = files.load_rgb(sample("astronaut"))
    amount = before.shape[0] // 4
    sides = extend.Sides(0, 0, 0, 0)._replace(**{side: amount})
    after = extend.extended(before, sides, "continue")
    turned, edge = extend.turned(after, side), extend.turned(before, side)
    assert strange(turned[:, -amount:], edge[:, -4:]) < 0.02


def test_a_structured_border_gets_soft_instead_of_torn() -> None:
    """Towers of lattice left and right of the rocket, a flag beside the astronaut."""
    for name, side in (("astronaut", "left"), ("rocket", "left")):
        before = files.load_rgb(sample(name))
        amount = before.shape[1] // 5
        sides = extend.Sides(0, 0, 0, 0)._replace(**{side: amount})
        after = extend.turned(extend.extended(before, sides, "continue"), side)
        new = np.zeros(after.shape[:2], bool)
        new[:, -amount // 2 :] = True
        assert energy(after, new) < 0.25 * energy(after, ~new)


def test_the_far_part_is_calm_and_has_the_colours_of_the_edge() -> None:
    before = files.load_rgb(sample("coffee"))
    after = extend.extended(before, extend.Sides(0, 600, 0, 0), "continue")
    far = np.zeros(after.shape[:2], bool)
    far[:, -300:] = True
    assert energy(after, far) < 0.1 * energy(before, np.ones(before.shape[:2], bool))
    assert strange(after[:, -300:], before[:, -8:], 200) < 0.02


def test_the_soft_part_is_made_on_a_small_copy_whatever_the_size(monkeypatch) -> None:
    seen = []
    made = onward.softer

    def spy(few, count, most):
        seen.append(few.shape[0] * (few.shape[1] + count))
        return made(few, count, most)

    monkeypatch.setattr(onward, "softer", spy)
    for size in ((40, 3000), (1500, 1500), (3000, 40)):
        onward.calm(np.full((*size, 3), 90, np.uint8), 2000)
    assert max(seen) < 1.2 * onward.SMALL


def test_what_is_transparent_goes_on_too(tmp_path) -> None:
    picture = files.with_alpha(grass((60, 80)))
    picture[:, 60:, 3] = 0
    source = write(tmp_path, "g.png", picture)
    extend.extend(source, tmp_path / "a.png", right=20, fill="mirror")
    after = pixels(tmp_path / "a.png")
    assert after.shape == (60, 100, 4)
    assert (after[:, 60:, 3] == 0).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 30), (20, 3)])
@pytest.mark.parametrize("fill", extend.FILLS)
def test_tiny_pictures(tmp_path, size, fill) -> None:
    source = write(tmp_path, "g.png", np.full((*size, 3), 99, np.uint8))
    extend.extend(source, tmp_path / "a.png", left=40, up=2, fill=fill)
    after = pixels(tmp_path / "a.png")
    assert after.shape == (size[0] + 2, size[1] + 40, 3)
    assert (after == 99).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Give at least one of them, from 1 to 2000 px"),
        ({"left": 2001}, "“left” is 2001 px. Choose 0 to 2000"),
        ({"down": -1}, "“down” is -1 px"),
        ({"up": 5, "fill": "zebra"}, "no fill “zebra”. Choose continue or mirror or blur"),
        ({"up": 5, "format": "psd"}, "no type “psd”"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, options, words) -> None:
    source = write(tmp_path, "g.png", grass((20, 20)))
    with pytest.raises(EngineError, match=words):
        extend.extend(source, tmp_path / "a.png", **options)
    assert not (tmp_path / "a.png").exists()


def test_a_file_type_that_cannot_hold_the_size_is_refused_before_any_work(tmp_path) -> None:
    source = write(tmp_path, "g.png", np.zeros((2, 15_000, 3), np.uint8))
    with pytest.raises(EngineError, match="WEBP holds at most 16,383"):
        extend.extend(source, tmp_path / "a.webp", left=2000, format="webp")


def test_it_tells_how_far_it_is_and_can_be_stopped(tmp_path) -> None:
    source = write(tmp_path, "g.png", grass((90, 90)))
    heard = []
    extend.extend(
        source, tmp_path / "a.png", left=9, up=9, report=lambda share, _: heard.append(share)
    )
    assert heard == sorted(heard)
    assert len(heard) >= 5
    assert (heard[0], heard[-1]) == (0, 1)

    def stop(fraction, stage) -> None:
        if fraction > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        extend.extend(source, tmp_path / "b.png", left=9, up=9, report=stop)
    assert not (tmp_path / "b.png").exists()


def test_another_seed_goes_on_differently_and_the_same_one_the_same() -> None:
    before = grass((80, 90))
    sides = extend.Sides(0, 17, 0, 0)
    one, again, other = (extend.extended(before, sides, "continue", seed) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()
