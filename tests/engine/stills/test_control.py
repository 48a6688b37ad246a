"""Line drawings show the lines; colours carried over suit the style picture and harm nothing."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from studio.engine import EngineError
from studio.engine.stills import edges, transfer
from studio.operations.control import EDGES
from tests.engine.stills.golden import sample

NAMES = ("astronaut", "chelsea", "coffee", "rocket", "hubble")


def test_what_is_declared_is_what_the_engine_has() -> None:
    assert EDGES.param("manner").choices == edges.MANNERS


@pytest.mark.parametrize("manner", edges.MANNERS)
def test_lines_are_where_the_edge_is(manner: str) -> None:
    picture = np.full((200, 300, 3), 230, np.uint8)
    cv2.rectangle(picture, (80, 60), (220, 140), (90, 60, 160), -1)
    lines = edges.draw(picture, manner, 50).astype(float)
    drawn = lines if manner == "edges" else 255 - lines
    assert lines.shape == (200, 300)
    assert drawn[55:66, 100:200].max(0).min() > 100, "the upper edge is unbroken"
    assert drawn[:40].max() < 40, "nothing where nothing is"


@pytest.mark.parametrize("manner", edges.MANNERS)
def test_more_detail_has_more_lines(manner: str) -> None:
    picture = sample("chelsea", 300)
    drawn = [float(edges.draw(picture, manner, d).mean()) for d in (5, 50, 95)]
    assert drawn == sorted(drawn, reverse=manner != "edges")
    assert abs(drawn[0] - drawn[2]) > 2


@pytest.mark.parametrize("manner", edges.MANNERS)
@pytest.mark.parametrize("size", [(1, 1), (3, 200), (64, 65)])
def test_every_size_is_drawn(manner: str, size: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (*size, 3), np.uint8)
    one, other = (edges.draw(picture, manner, 100) for _ in range(2))
    assert one.shape == size
    assert (one == other).all()


def test_a_colour_edge_of_one_brightness_is_found() -> None:
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[:, :50], picture[:, 50:] = (200, 60, 60), (30, 130, 60)
    assert edges.draw(picture, "edges", 50)[20:80, 46:54].max(1).min() > 100


def test_a_manner_that_is_not_there_is_named() -> None:
    with pytest.raises(EngineError, match="no manner “chalk”"):
        edges.draw(sample("coffee", 64), "chalk", 50)


def lab(image: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2Lab))


PAIRS = [(a, b) for a, b in itertools.permutations(NAMES, 2)]


@pytest.mark.parametrize(("name", "style"), PAIRS)
def test_colours_come_nearer_to_the_style_picture(name: str, style: str) -> None:
    image, model = sample(name, 200), sample(style, 200)
    made = transfer.transferred(image, model, 1, 0.6)
    before, after, goal = (lab(v).reshape(-1, 3).mean(0) for v in (image, made, model))
    assert np.linalg.norm(after - goal) < 0.9 * np.linalg.norm(before - goal) + 1


@pytest.mark.parametrize(("name", "style"), PAIRS)
def test_nothing_is_torn_into_steps(name: str, style: str) -> None:
    """Where the picture was smooth it still is, and no light is lost that was there."""
    image, model = sample(name, 200), sample(style, 200)
    made = transfer.transferred(image, model, 1, 0.5)
    old, new = (lab(v)[..., 0] for v in (image, made))
    rough = np.abs(np.diff(old, axis=1)) < 0.5
    assert np.percentile(np.abs(np.diff(new, axis=1))[rough], 99) < 5
    order = np.corrcoef(old.ravel(), new.ravel())[0, 1]
    assert order > 0.85, "light and shade are where they were"


@pytest.mark.parametrize("style", [n for n in NAMES if n != "astronaut"])
def test_skin_never_turns_green_or_blue(style: str) -> None:
    made = transfer.transferred(sample("astronaut"), sample(style), 1, 0.6)
    face = lab(made)[90:150, 195:255].reshape(-1, 3)
    assert face[:, 1].mean() > 1, "it is reddish"
    assert face[:, 2].mean() > 1, "and rather yellow than blue"
    assert (face[:, 1] < -4).mean() < 0.02


def test_the_strength_goes_from_nothing_to_all() -> None:
    image, model = sample("rocket", 160), sample("coffee", 160)
    far = [
        np.abs(transfer.transferred(image, model, s, 0.8).astype(int) - image).mean()
        for s in (0, 0.25, 0.5, 1)
    ]
    assert far[0] == 0
    assert far == sorted(far)
    assert far[3] > 10


def test_full_fidelity_keeps_the_light() -> None:
    image, model = sample("coffee", 200), sample("hubble", 200)
    kept, free = (lab(transfer.transferred(image, model, 1, f))[..., 0] for f in (1, 0.5))
    old = lab(image)[..., 0]
    assert np.abs(kept - old).mean() < 2.5
    assert np.abs(free - old).mean() > 8


def test_its_own_style_changes_little() -> None:
    image = sample("chelsea", 200)
    made = transfer.transferred(image, image, 1, 0.6)
    assert np.abs(made.astype(int) - image).mean() < 4


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (30, 2)])
def test_tiny_and_grey_pictures(size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 128, np.uint8)
    made = transfer.transferred(image, sample("coffee", 64), 1, 0)
    assert made.shape == image.shape
    assert (made == transfer.transferred(image, sample("coffee", 64), 1, 0)).all()
    assert transfer.transferred(sample("coffee", 64), image, 1, 0).std() > 0
