"""Typographic cards: every design is readable, whole, and says no more than its words."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from studio.engine import EngineError
from studio.engine.lettering import paragraphs
from studio.engine.stills import patterns, poster
from studio.engine.stills.layouts import DESIGNS
from studio.engine.stills.palettes import PALETTES, brightness, contrast, palette
from studio.providers.local.create import DESIGN
from tests import needs

LONG = ("A thought of two hundred characters is whole on every card " * 4)[:200]
TEXTS = ("Hi", "Summer sale\nUp to 50 % off", LONG, "W" * 200)
EVERY = pytest.mark.parametrize("design", DESIGNS)
SHAPES = ((216, 270), (320, 180), (180, 320))


def made(design: str, pattern: str = "mesh", name: str = "dusk", text: str = "Hello"):  # type: ignore[no-untyped-def]
    return poster.picture(text, design, pattern, PALETTES[name], (216, 270), 1)


def test_what_is_declared_is_what_the_engine_has() -> None:
    assert DESIGN.choices == tuple(DESIGNS)


def worst(picture: np.ndarray, letters: np.ndarray) -> float:  # type: ignore[type-arg]
    """The least contrast between whole pixels of letters and the ground close to them."""
    near = cv2.dilate(letters, np.ones((5, 5), np.uint8))
    rim = cv2.dilate(letters, np.ones((3, 3), np.uint8))
    inside = brightness(picture[letters == 255].astype(np.float32))
    ground = brightness(picture[(near > 0) & (rim == 0)].astype(np.float32))
    ink = float(np.median(inside))
    return min(contrast(ink, float(ground.min())), contrast(ink, float(ground.max())))


@EVERY
@pytest.mark.parametrize("pattern", patterns.PATTERNS)
def test_letters_stand_out_on_every_pattern(design: str, pattern: str) -> None:
    size, names = (216, 270), list(PALETTES)
    turn = list(patterns.PATTERNS).index(pattern) + list(DESIGNS).index(design)
    both = (names[turn % 5], names[5 + turn % 5])  # a dark one and a bright one
    for name in both if needs.EVERYTHING else both[turn % 2 :][:1]:
        seen = poster.picture("Make it bold", design, pattern, PALETTES[name], size, 2)
        letters = DESIGNS[design](paragraphs("Make it bold"), size).letters
        assert worst(seen, letters) >= poster.ENOUGH


@EVERY
@pytest.mark.parametrize("ground", ["#777777", "#767676", "#00ff00", "#ff0000", "#000000"])
def test_letters_stand_out_on_colours_of_ones_own(design: str, ground: str) -> None:
    own = palette("own", (ground, "#808080", "#7f7f7f"))
    seen = poster.picture("Make it bold", design, "stripes", own, (216, 270), 1)
    letters = DESIGNS[design](paragraphs("Make it bold"), (216, 270)).letters
    assert worst(seen, letters) >= poster.ENOUGH


@EVERY
@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("text", TEXTS)
def test_words_are_whole_and_inside(design: str, size: tuple[int, int], text: str) -> None:
    letters = DESIGNS[design](paragraphs(text), size).letters
    assert letters.shape == (size[1], size[0])
    rim = np.concatenate([letters[0], letters[-1], letters[:, 0], letters[:, -1]])
    assert rim.max() == 0, "nothing is cut off"
    assert letters.max() > 200


@EVERY
def test_letters_lie_on_their_panel(design: str) -> None:
    layout = DESIGNS[design](paragraphs(LONG), (216, 270))
    if layout.panel is not None:
        assert layout.panel[layout.letters > 0].min() == 255


def test_the_designs_differ() -> None:
    cards = [made(design) for design in DESIGNS]
    for i, one in enumerate(cards):
        for other in cards[:i]:
            assert np.abs(one.astype(int) - other).mean() > 3


@EVERY
def test_the_smallest_and_odd_sizes(design: str) -> None:
    for size in ((64, 64), (301, 67), (67, 301)):
        seen = poster.picture("Hello", design, "tiles", PALETTES["sea"], size)
        assert seen.shape == (size[1], size[0], 3)


def test_the_background_follows_the_words_until_a_seed_is_said() -> None:
    def one(text: str, seed: int | None = None) -> bytes:
        return poster.picture(text, "split", "mesh", PALETTES["sea"], (96, 96), seed).tobytes()

    assert one("Hello") == one("Hello")
    assert one("Hello", 1) != one("Hello", 2)
    upper = slice(0, 96 * 36 * 3)
    assert one("Hello")[upper] != one("World")[upper]


def test_the_first_line_is_the_headline() -> None:
    with_more = DESIGNS["headline"](paragraphs("Hello\nthere, all of you"), (216, 270)).letters
    rows = np.flatnonzero(with_more.max(1))
    gaps = np.flatnonzero(np.diff(rows) > 1)
    first, last = gaps[0] + 1, len(rows) - gaps[-1] - 1
    assert first > 1.4 * last


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There are no words"),
        (" \n ", "There are no words"),
        ("x" * 201, "201 characters; a card holds 200"),
        ("Hi 😀", "has no “😀”"),
        ("日本", "Latin, Greek and Cyrillic"),
    ],
)
def test_words_that_cannot_be_drawn_are_named(text: str, words: str, work: Path) -> None:
    with pytest.raises(EngineError, match=words):
        poster.draw(
            text,
            work / "a.png",
            design="headline",
            pattern="mesh",
            palette=PALETTES["sea"],
            width=64,
            height=64,
        )
    assert list(work.iterdir()) == []


def test_a_design_that_is_not_there_is_named() -> None:
    with pytest.raises(EngineError, match="no design “zigzag”"):
        made("zigzag")
