"""Erased: the thing is gone, what is around it goes on, and nothing else changes."""

import cv2
import numpy as np
import pytest

from studio.engine import EngineError, Stopped
from studio.engine.stills import files, fill, sources
from tests.engine.stills.edited import (
    assert_golden,
    energy,
    golden,
    mask,
    pixels,
    sample,
    write,
)

TOWER = np.array([[188, 110], [210, 110], [216, 398], [160, 398], [186, 200]]) / (640, 427)


def tower(paper) -> None:
    points = TOWER * (paper.shape[1], paper.shape[0])
    cv2.fillPoly(paper, [np.rint(points).astype(int)], 255)


def badge(paper) -> None:
    side = paper.shape[0] / 512
    cv2.circle(paper, (round(171 * side), round(385 * side)), round(47 * side), 255, -1)


@golden
def rocket_without_tower(folder):
    source = sample("rocket")
    marks = mask(folder, pixels(source).shape, tower)
    fill.erase(source, marks, folder / "a.png")
    return folder / "a.png"


@golden
def astronaut_without_badge(folder):
    source = sample("astronaut")
    marks = mask(folder, pixels(source).shape, badge)
    fill.erase(source, marks, folder / "a.png")
    return folder / "a.png"


def grass(size=(180, 240)) -> np.ndarray:
    noise = np.random.default_rng(3).normal(0, 1, (*size, 3)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), sigmaX=1, sigmaY=4)
    return np.clip((70, 130, 50) + noise / noise.std() * 28, 0, 255).astype(np.uint8)


def bricks(size=(200, 320)) -> np.ndarray:
    wall = np.full((*size, 3), (200, 195, 185), np.uint8)
    for row, top in enumerate(range(0, size[0], 20)):
        for left in range(-20 if row % 2 else 0, size[1], 40):
            cv2.rectangle(wall, (left + 1, top + 1), (left + 37, top + 17), (150, 70, 55), -1)
    return np.clip(wall + np.random.default_rng(1).normal(0, 4, wall.shape), 0, 255).astype("u1")


def hole_in(picture, radius=24) -> np.ndarray:
    paper = np.zeros(picture.shape[:2], np.uint8)
    middle = (picture.shape[1] // 2 + 3, picture.shape[0] // 2 - 2)
    cv2.circle(paper, middle, radius, 255, -1)
    return paper > 0


def without(picture, hole) -> np.ndarray:
    spoiled = picture.copy()
    spoiled[hole] = (255, 0, 255)  # what is there must not come back in any way
    return fill.without(files.with_alpha(spoiled), hole)[..., :3]


def test_the_tower_is_gone_and_the_sky_goes_on(tmp_path) -> None:
    before, after = pixels(sample("rocket")), pixels(rocket_without_tower(tmp_path))
    hole = fill.widened(pixels(tmp_path / "mask.png") > 127, 5)
    assert after.shape == before.shape
    assert (after[~hole] == before[~hole]).all()
    sky = hole.copy()
    sky[int(0.7 * len(sky)) :] = False
    ring = cv2.dilate(sky.astype(np.uint8), np.ones((31, 31))) > 0
    ring &= ~hole
    ring[int(0.7 * len(sky)) :] = False
    assert energy(before, sky) > 3 * energy(before, ring)
    assert energy(after, sky) < 1.6 * energy(before, ring)
    assert abs(after[sky].mean() - before[ring].mean()) < 6
    assert_golden(tmp_path / "a.png", "rocket_without_tower")


def test_the_badge_is_gone_and_the_cloth_goes_on(tmp_path) -> None:
    before, after = pixels(sample("astronaut")), pixels(astronaut_without_badge(tmp_path))
    hole = fill.widened(pixels(tmp_path / "mask.png") > 127, 5)
    assert (after[~hole] == before[~hole]).all()
    red, _, blue = (after[hole][:, channel].astype(int) for channel in range(3))
    assert (red > blue + 40).mean() > 0.97  # orange, nothing of the blue badge
    assert_golden(tmp_path / "a.png", "astronaut_without_badge")


@pytest.mark.parametrize("texture", [grass, bricks])
def test_texture_is_as_sharp_in_the_hole_as_around_it(texture) -> None:
    picture = texture()
    hole = hole_in(picture)
    after = without(picture, hole)
    ring = (cv2.dilate(hole.astype(np.uint8), np.ones((25, 25))) > 0) & ~hole
    inside = cv2.erode(hole.astype(np.uint8), np.ones((3, 3))) > 0
    assert 0.8 < energy(after, inside) / energy(picture, ring) < 1.25
    assert (after[~hole] == picture[~hole]).all()


def test_bricks_go_on_in_their_rows() -> None:
    picture = bricks()
    hole = hole_in(picture, 30)
    after = without(picture, hole)
    assert np.abs(after[hole].astype(int) - picture[hole]).mean() < 12


def test_a_large_picture_is_filled_in_full_detail() -> None:
    picture = np.tile(grass((300, 400)), (3, 3, 1))
    hole = hole_in(picture, 120)
    after = without(picture, hole)
    ring = (cv2.dilate(hole.astype(np.uint8), np.ones((61, 61))) > 0) & ~hole
    assert 0.8 < energy(after, hole) / energy(picture, ring) < 1.25


def test_a_gradient_shows_no_rim() -> None:
    rows, columns = np.mgrid[:160, :200]
    picture = np.dstack([60 + columns * 0.6, 90 + rows * 0.5, 140 + 0 * rows]).astype(np.uint8)
    hole = hole_in(picture, 28)
    after = without(picture, hole)
    assert np.abs(after[hole].astype(int) - picture[hole]).mean() < 5
    assert np.abs(after[hole].astype(int) - picture[hole]).max() < 20


def test_a_scratch_is_closed_from_its_sides() -> None:
    picture = np.dstack([np.tile(np.arange(200, dtype=np.uint8), (120, 1))] * 3)
    hole = np.zeros(picture.shape[:2], bool)
    hole[58:61, 20:180] = True
    after = without(picture, hole)
    assert np.abs(after.astype(int) - picture).max() < 6


def test_holes_in_the_corner_and_many_at_once() -> None:
    picture = grass()
    hole = np.zeros(picture.shape[:2], bool)
    hole[:30, :40] = hole[100:130, -36:] = hole[-9:, 90:120] = hole[80:84, 50:54] = True
    after = without(picture, hole)
    assert (after[~hole] == picture[~hole]).all()
    magenta = np.abs(after[hole].astype(int) - (255, 0, 255)).sum(-1) < 60
    assert not magenta.any()
    assert energy(after, hole) > 0.7 * energy(picture, ~hole)


def test_holes_of_a_picture_are_continued_too(tmp_path) -> None:
    picture = files.with_alpha(grass())
    picture[:, :60, 3] = 0
    source = write(tmp_path, "g.png", picture)
    marks = mask(
        tmp_path, picture.shape, lambda p: cv2.rectangle(p, (120, 60), (160, 100), 255, -1)
    )
    fill.erase(source, marks, tmp_path / "a.png")
    after = pixels(tmp_path / "a.png")
    assert after.shape == picture.shape
    assert (after[:, :60, 3] == 0).all()
    assert (after[:, 60:, 3] == 255).all()


def test_growing_takes_the_rim_along(tmp_path) -> None:
    picture = grass()
    cv2.circle(picture, (120, 90), 20, (250, 250, 250), -1)
    source = write(tmp_path, "g.png", picture)
    marks = mask(tmp_path, picture.shape, lambda p: cv2.circle(p, (120, 90), 16, 255, -1))
    for grow in (0, 6):
        fill.erase(source, marks, tmp_path / f"{grow}.png", grow=grow)
    white = [(pixels(tmp_path / f"{grow}.png").min(-1) > 240).sum() for grow in (0, 6)]
    assert white[0] > 200
    assert white[1] == 0


def test_widened_is_round_and_exact() -> None:
    hole = np.zeros((41, 41), bool)
    hole[20, 20] = True
    rows, columns = np.mgrid[:41, :41] - 20
    assert (fill.widened(hole, 7) == (np.hypot(rows, columns) <= 7)).all()
    assert (fill.widened(hole, 0) == hole).all()


def test_the_same_call_makes_the_same_bytes(tmp_path) -> None:
    source = write(tmp_path, "g.png", grass())
    marks = mask(tmp_path, (180, 240), lambda p: cv2.circle(p, (100, 90), 20, 255, -1))
    for name in "ab":
        fill.erase(source, marks, tmp_path / name, seed=4)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(("value", "words"), [(255, "Everything is marked"), (0, "all black")])
def test_everything_and_nothing_are_refused(tmp_path, value, words) -> None:
    source = write(tmp_path, "g.png", grass())
    marks = mask(tmp_path, (180, 240), lambda paper: paper.fill(value))
    with pytest.raises(EngineError, match=words):
        fill.erase(source, marks, tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()


def test_a_mask_over_most_of_the_picture_is_refused_with_the_share_and_the_limit(tmp_path) -> None:
    source = write(tmp_path, "g.png", grass())
    marks = mask(tmp_path, (180, 240), lambda paper: paper[:, :180].fill(255))
    with pytest.raises(
        EngineError, match=r"75% of the picture is marked, and at most 60%.*Mark less"
    ):
        fill.erase(source, marks, tmp_path / "a.png", grow=0)
    assert not (tmp_path / "a.png").exists()


def foreign(before, after, hole, ring=9) -> float:
    """The share of the hole in colours that are nowhere along its rim."""
    side = np.ones((2 * ring + 1, 2 * ring + 1), np.uint8)
    rim = (cv2.dilate(hole.astype(np.uint8), side) > 0) & ~hole
    lab = [
        cv2.cvtColor(cv2.blur(p, (3, 3)), cv2.COLOR_RGB2LAB).astype(int) for p in (before, after)
    ]
    known = np.unique(lab[0][rim] // 4, axis=0) * 4 + 2
    inner = cv2.erode(hole.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    some = lab[1][inner][::7]
    least = np.sqrt(((some[:, None] - known[None]) ** 2).sum(-1)).min(1)
    return float((least > 16).mean())


def test_no_thing_from_elsewhere_is_copied_into_a_hole(tmp_path) -> None:
    """The space shuttle in front of a grey wall: it must not become her face, which is beside."""
    source = sample("astronaut")
    before = pixels(source)
    side = before.shape[0] / 512
    marks = mask(
        tmp_path,
        before.shape,
        lambda p: cv2.ellipse(
            p,
            (round(415 * side), round(165 * side)),
            (round(65 * side), round(135 * side)),
            0,
            0,
            360,
            255,
            -1,
        ),
    )
    fill.erase(source, marks, tmp_path / "a.png")
    hole = fill.widened(pixels(marks) > 127, 5)
    after = pixels(tmp_path / "a.png")
    assert foreign(before, after, hole) < 0.02
    skin = (after[..., 0] > after[..., 2] + 45) & hole
    assert skin[round(100 * side) :].sum() < 0.03 * hole.sum()


def test_cut_edges_in_a_fill_are_soft() -> None:
    """A hole between two colours of which no place shows the border."""
    picture = np.full((120, 160, 3), 40, np.uint8)
    picture[:, 80:] = (230, 120, 40)
    picture[:60, 60:100] = (90, 200, 90)
    hole = np.zeros(picture.shape[:2], bool)
    hole[30:90, 50:110] = True
    after = without(picture, hole)
    step = np.abs(np.diff(after.astype(int), axis=1)).max(-1)[34:86, 54:106]
    assert (step > 120).mean() < 0.02


@pytest.mark.parametrize("many", [60, 900])
def test_the_number_of_fills_has_a_bound(many) -> None:
    spots = np.random.default_rng(2).integers(0, 600, (many, 2))
    hole = np.zeros((600, 600), bool)
    for down, across in spots:
        hole[down : down + 6, across : across + 6] = True
    assert 1 <= len(fill.groups(hole)) <= fill.MANY


@pytest.mark.parametrize("size", [(300, 400), (3000, 4000), (9000, 9000)])
def test_what_is_searched_and_joined_has_a_bound_at_any_size(size) -> None:
    hole = np.zeros(size, bool)
    hole[: size[0] // 2] = True
    scale, by = sources.scales(hole, fill.BUDGET)
    assert scale % by == 0
    assert hole.size / scale**2 <= fill.BUDGET
    assert hole.sum() / by**2 <= sources.LIMIT


def test_a_hole_joined_in_a_small_copy_has_full_detail(monkeypatch) -> None:
    picture = np.tile(grass((300, 400)), (2, 2, 1))
    hole = hole_in(picture, 110)
    monkeypatch.setattr(sources, "LIMIT", 9000)
    after = without(picture, hole)
    ring = (cv2.dilate(hole.astype(np.uint8), np.ones((61, 61))) > 0) & ~hole
    assert 0.8 < energy(after, hole) / energy(picture, ring) < 1.25
    assert (after[~hole] == picture[~hole]).all()


def test_a_mask_that_grows_over_everything_is_refused(tmp_path) -> None:
    source = write(tmp_path, "g.png", grass((20, 20)))
    marks = mask(tmp_path, (20, 20), lambda p: cv2.circle(p, (10, 10), 8, 255, -1))
    with pytest.raises(EngineError, match="Mark only what is to disappear"):
        fill.erase(source, marks, tmp_path / "a.png", grow=20)


@pytest.mark.parametrize("size", [(1, 2), (2, 2), (3, 40), (30, 30), (50, 60)])
@pytest.mark.parametrize("share", [0.5, 0.6])
def test_tiny_pictures_and_holes_that_leave_little(tmp_path, size, share) -> None:
    picture = np.full((*size, 3), 77, np.uint8)
    source = write(tmp_path, "g.png", picture)

    def draw(paper):
        paper.ravel()[-int(share * paper.size) :] = 255

    marks = mask(tmp_path, size, draw)
    fill.erase(source, marks, tmp_path / "a.png", grow=0)
    assert np.abs(pixels(tmp_path / "a.png").astype(int) - 77).max() <= 1


def test_it_can_be_stopped_and_leaves_nothing(tmp_path) -> None:
    def report(fraction, stage) -> None:
        if fraction > 0.05:
            raise Stopped

    source = write(tmp_path, "g.png", grass())
    marks = mask(tmp_path, (180, 240), lambda p: cv2.circle(p, (100, 90), 20, 255, -1))
    with pytest.raises(Stopped):
        fill.erase(source, marks, tmp_path / "a.png", report=report)
    assert not (tmp_path / "a.png").exists()
