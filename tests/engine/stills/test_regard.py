"""What is looked at in a picture, against pictures of which it is known."""

from __future__ import annotations

import numpy as np
import pytest

from studio.engine.stills import crop
from studio.engine.stills.halves import ENOUGH, enough, halves
from studio.engine.stills.regard import QUICK, Face, Regard, faces, regard
from tests.benchmarks import scenes

SHAPES = (9 / 16, 4 / 5, 1.0, 1.91, 3.0)
SCENES = list(scenes.scenes(7))


def shares(some: list[scenes.Scene]) -> tuple[float, float]:
    """How often at least 95 % of the subject is in the part that is kept: here, and in the middle
    of the picture."""
    here, middle = [], []
    for scene in some:
        seen = regard(scene.pixels)
        for shape in SHAPES:
            if scenes.fits(scene, shape):
                size = (seen.width, seen.height)
                plain = crop.around(size, shape, (0.5, 0.5))
                here.append(scenes.kept(scene.subject, crop.best(seen, shape)) >= 0.95)
                middle.append(scenes.kept(scene.subject, plain) >= 0.95)
    return float(np.mean(here)), float(np.mean(middle))


@pytest.mark.parametrize(
    ("kind", "least"), [("head", 0.97), ("coffee", 0.95), ("rocket", 0.95), ("object", 0.93)]
)
def test_the_subject_is_kept(kind: str, least: float) -> None:
    here, middle = shares([scene for scene in SCENES if scene.name.startswith(kind)])
    assert here >= least
    assert here > middle


@pytest.mark.slow
def test_the_subject_is_kept_in_pictures_that_nothing_was_tuned_on() -> None:
    here, middle = shares([scene for seed in (31, 32) for scene in scenes.scenes(seed)])
    assert here >= 0.95
    assert here > middle + 0.3


def test_a_face_on_a_busy_ground_is_found_and_nothing_else() -> None:
    found = 0
    heads = [scene for scene in SCENES if scene.name.startswith("head")]
    for scene in heads:
        left, top, right, bottom = scene.subject
        for face in faces(scene.pixels, QUICK):
            middle = ((face.left + face.right) / 2, (face.top + face.bottom) / 2)
            assert left < middle[0] < right
            assert top < middle[1] < bottom
            found += 1
    assert found >= len(heads) - 2


def test_a_look_holds_for_a_copy_of_another_size() -> None:
    seen = Regard(400, 200, (Face(100, 50, 200, 150),), (1.0,), (1.0,)).of_size(800, 100)
    assert seen.heads == (Face(200, 25, 400, 75),)
    assert (seen.width, seen.height) == (800, 100)


def test_halves_go_down_to_little_and_what_is_looked_at_is_one_of_them() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (901, 4000, 3), np.uint8)
    levels = halves(pixels)
    assert [level.shape[1] for level in levels] == [4000, 2000, 1000, 500, 250, 125]
    looked = enough(pixels)
    assert looked.shape[1] == 1000 >= ENOUGH
    assert (looked == levels[2]).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (4000, 20), (7, 9), (16, 16)])
@pytest.mark.parametrize("channels", [3, 4])
def test_pictures_of_every_shape_are_looked_at(size: tuple[int, int], channels: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (size[1], size[0], channels), np.uint8)
    seen = regard(pixels)
    assert (seen.width, seen.height) == size
    assert np.isfinite(seen.across).all()
    assert np.isfinite(seen.down).all()
