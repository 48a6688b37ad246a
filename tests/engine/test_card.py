"""Title cards: words are whole, readable and inside the frame; files are what was asked for."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from studio.engine import EngineError, Stopped, card, lettering
from studio.engine.backdrop import STYLES, Backdrop
from studio.engine.card import Card
from studio.operations.transform import TEXT_TO_VIDEO

LONG = "A thought of two hundred characters stands inside the frame, smaller but whole, " * 3
LONG = LONG[:200]
SMALL: dict[str, Any] = {"duration": 1, "width": 128, "height": 72, "fps": 24, "format": "mp4"}


def animate(target: Path, text: str = "Hello there", **changed: Any) -> Path:
    card.animate(text, target, **{"style": "gradient", **SMALL, **changed})
    return target


def letters(lines: list[lettering.Line]) -> str:
    return "".join(word for line in lines for word in line.words)


def contrast(light: float, dark: float) -> float:
    """Of two grey values from 0 to 255, as accessibility guidelines reckon it."""
    linear = [((v / 255 + 0.055) / 1.055) ** 2.4 + 0.05 for v in (light, dark)]
    return max(linear) / min(linear)


def test_the_declared_styles_are_those_of_the_engine() -> None:
    assert set(TEXT_TO_VIDEO.param("style").choices) == set(STYLES)


@pytest.mark.parametrize("format", ["mp4", "mov", "webm", "gif"])
def test_the_file_is_what_was_asked_for(format: str, work: Path) -> None:
    with av.open(str(animate(work / f"card.{format}", format=format))) as container:
        frames = list(container.decode(video=0))
        assert len(frames) == 24
        assert (frames[0].width, frames[0].height) == (128, 72)


@pytest.mark.parametrize("size", [(64, 64), (3840, 64), (64, 3840), (320, 180), (1080, 1920)])
@pytest.mark.parametrize("text", ["i", "One two three\nfour", LONG, "W" * 60])
def test_words_are_whole_and_inside_the_frame(text: str, size: tuple[int, int]) -> None:
    words = lettering.compose(text, *size)
    for word in words:
        width, height = (side / lettering.SHARP for side in word.mask.shape[::-1])
        assert word.mask.max() > 60, "even the smallest leave a trace"
        if word.size > lettering.SMALLEST + 1:
            assert word.x >= 0
            assert word.y >= 0
            assert word.x + width <= size[0]
            assert word.y + height <= size[1]
    assert len(words) >= len(text.split())
    assert letters(lettering.laid_out(text, *size)) == "".join(text.split())


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (3840, 2160), (320, 180)])
@pytest.mark.parametrize(
    "text", ["W" * 200, "m" * 200, "Hello " + "W" * 194, "Headline\n" + "W" * 191]
)
def test_a_word_without_end_goes_on_in_the_next_line(text: str, size: tuple[int, int]) -> None:
    """All of it is there, large enough to be read, on lines of about the same length."""
    lines = lettering.laid_out(text, *size)
    assert letters(lines) == "".join(text.split())
    assert min(line.size for line in lines) > 0.05 * min(size)
    *full, last = [lettering.measure(line) for line in lines if line.words[0][0] in "Wm"]
    assert min(full) == max(full) >= last


def test_the_ink_of_two_hundred_letters_is_all_on_the_frame() -> None:
    """200 letters W, counted: each of them is a piece of ink of its own."""
    drawn = Card("W" * 200, "gradient", 1, 1920, 1080, 4, 2)
    seen = np.where(drawn.letters(4.0) > 128, 255, 0).astype(np.uint8)
    *_, stats, _ = cv2.connectedComponentsWithStats(seen)
    tall = stats[1:, cv2.CC_STAT_HEIGHT]
    assert tall.min() > 40
    assert stats[1:, cv2.CC_STAT_WIDTH].sum() > 200 * 55


@pytest.mark.parametrize("text", ["Extraordinary", "Donaudampfschifffahrtsgesellschaftskapitän"])
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (640, 360)])
def test_a_word_that_can_be_read_stays_whole(text: str, size: tuple[int, int]) -> None:
    (line,) = lettering.laid_out(text, *size)
    assert line.words == [text]


def test_only_the_word_without_end_is_broken() -> None:
    lines = lettering.laid_out("Extraordinary " + "W" * 100 + " considerations", 1080, 1920)
    assert {"Extraordinary", "considerations"} < {word for line in lines for word in line.words}


def test_an_accent_stays_with_its_letter() -> None:
    lines = lettering.laid_out("x\u0302" * 100, 320, 180)
    assert len(lines) > 1
    assert all(word[0] == "x" and word[-1] == "\u0302" for line in lines for word in line.words)


def test_long_text_is_smaller() -> None:
    sizes = [lettering.compose(text, 1920, 1080)[0].size for text in ("Short", LONG)]
    assert sizes[0] > 2 * sizes[1] > 60


def test_further_lines_are_set_smaller() -> None:
    first, *_, last = lettering.compose("The headline\n\nand the rest", 1280, 720)
    assert (first.headline, last.headline) == (True, False)
    assert last.size == first.size * lettering.SMALLER
    assert last.y > first.y


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", range(6))
def test_words_can_be_read_on_every_background(style: str, seed: int) -> None:
    """Where the letters are inked through, beside the ground just around them."""
    drawn = Card("Readable words\non every ground", style, seed, 320, 180, 4, 2)
    grey = drawn.still(3.9).to_ndarray(format="gray").astype(float)
    left, top, right, bottom = drawn.box
    mask = drawn.letters(3.9)
    part = grey[top:bottom, left:right]
    ink = np.median(part[mask > 250])
    around = cv2.dilate(mask, np.ones((9, 9), np.uint8))
    ground = part[(mask == 0) & (around > 0)]
    hardest = np.percentile(ground, 1 if drawn.backdrop.light else 99)
    assert contrast(ink, hardest) > 4.5


def test_the_words_come_in_and_stay() -> None:
    drawn = Card("One two three four", "rays", 1, 320, 180, 5, 2)
    inked = [int(drawn.letters(t).astype(np.int64).sum()) for t in (0.0, 0.5, 1.0, 2.5, 5.0)]
    assert inked[0] == 0
    assert inked[1] < inked[2] < inked[3]
    assert abs(inked[4] - inked[3]) < 0.05 * inked[3]


def test_a_short_card_still_shows_all_its_words() -> None:
    drawn = Card(LONG, "bokeh", 1, 320, 180, 1, 2)
    half, end = (int(drawn.letters(t).astype(np.int64).sum()) for t in (0.5, 1.0))
    assert half > 0.9 * end


@pytest.mark.parametrize("style", STYLES)
def test_the_background_moves_gently(style: str) -> None:
    ground = Backdrop(style, 3, 96, 54)
    first, soon, late = (ground.at(t) for t in (0.0, 1 / 30, 4.0))
    assert np.abs(soon - first).mean() < 1.5
    assert np.abs(late - first).mean() > 1.0
    assert np.array_equal(Backdrop(style, 3, 96, 54).at(4.0), late)
    assert not np.array_equal(Backdrop(style, 4, 96, 54).at(4.0), late)


def test_the_same_call_makes_the_same_bytes(work: Path) -> None:
    digests = {hashlib.sha256(animate(work / "a.mp4", seed=5).read_bytes()).digest() for _ in "12"}
    assert len(digests) == 1
    other = animate(work / "b.mp4", seed=0).read_bytes()
    assert hashlib.sha256(other).digest() not in digests


def test_without_a_seed_the_text_decides(work: Path) -> None:
    one, same, other = (animate(work / "a.mp4", t).read_bytes() for t in ("one", "one", "two"))
    assert one == same != other


def test_sound_is_as_long_as_the_picture(work: Path) -> None:
    speech = work / "tone.wav"
    with av.open(str(speech), "w") as container:
        stream = container.add_stream("pcm_s16le", 48_000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 9600), np.int16), "s16", "mono")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
    with av.open(str(animate(work / "card.mp4", audio=speech))) as container:
        sound = container.streams.audio[0]
        assert float(sound.duration * sound.time_base) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["no words"]),
        (" \n ", ["no words"]),
        ("x" * 201, ["201", "200"]),
        ("雨の日 rain", ["“雨” (U+96E8)", "Latin, Greek and Cyrillic", "leave other"]),
        ("Hi 🎬", ["“🎬” (U+1F3AC)"]),
        ("a\u202eb", ["U+202E (right-to-left override, invisible)"]),
        ("سلام", ["“س” (U+0633)", "“م” (U+0645)"]),
        ("a\ud800b", ["U+D800"]),
        ("".join(chr(c) for c in range(0x5D0, 0x5E0)), ["and 10 more"]),
    ],
)
def test_what_cannot_be_drawn_is_named(text: str, words: list[str], work: Path) -> None:
    with pytest.raises(EngineError) as error:
        animate(work / "card.mp4", text)
    for word in words:
        assert word in str(error.value)
    assert list(work.iterdir()) == []


def test_the_wish_for_a_coloured_sign_is_no_character() -> None:
    """Telephones write a heart as two characters; the font has the heart."""
    assert lettering.paragraphs("I \u2764\ufe0f it") == [["I", "\u2764", "it"]]


def test_the_font_is_opened_when_there_is_something_to_draw() -> None:
    source = (
        "import studio.providers.local, studio.engine.lettering as l; print(l.font.cache_info())"
    )
    told = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert "currsize=0" in told.stdout, told.stderr


def test_an_accent_may_be_written_in_two_characters(work: Path) -> None:
    assert lettering.paragraphs("Cafe\u0301") == [["Café"]]


def test_a_stop_leaves_nothing_behind(work: Path) -> None:
    told: list[tuple[float, str]] = []

    def report(fraction: float, stage: str) -> None:
        told.append((fraction, stage))
        if fraction > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        animate(work / "card.mp4", report=report)
    assert told[0] == (0.0, "reading")
    assert {stage for _, stage in told[1:]} == {"rendering"}
    assert list(work.iterdir()) == []
