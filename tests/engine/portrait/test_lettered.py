"""Captions and the strip over a portrait."""

import numpy as np
import pytest

from studio.engine import EngineError, lettering
from studio.engine.portrait import lettered, voice
from tests.engine.portrait import make

WORDS = "The quick brown fox jumps over the lazy dog, and nobody knows why it does so again."


@pytest.fixture(scope="module")
def heard(tmp_path_factory) -> voice.Voice:
    return voice.listen(make.voice(tmp_path_factory.mktemp("v") / "v.wav", 6), 25)


def test_every_word_is_shown_once_in_order(heard):
    lines = lettered.cues(WORDS, heard, 480, 480)
    assert " ".join(line.words for line in lines) == WORDS
    assert len(lines) > 2
    begins = [line.first for line in lines]
    assert begins == sorted(begins)
    size = lettered.letters(480, 480)
    assert all(lettering.length(line.words, size) <= lettered.WIDE * 480 for line in lines)


def test_words_wait_for_the_voice(tmp_path):
    """After two seconds of silence the first line comes with the first sound."""
    late = make.voice(tmp_path / "v.wav", 2, gap=False)
    with_gap = make.write(
        tmp_path / "late.wav", np.concatenate([np.zeros(2 * make.RATE), _sound(late)])
    )
    lines = lettered.cues(WORDS, voice.listen(with_gap, 25), 480, 480)
    assert lines[1].first > 50
    assert lines[-1].first < 100


def _sound(path) -> np.ndarray:
    import wave

    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


@pytest.mark.parametrize(("word", "count"), [("syllable", 3), ("why", 1), ("42", 2), ("мама", 2)])
def test_syllables(word, count):
    assert lettered.syllables(word) == count


def test_signs_that_the_font_lacks(heard):
    with pytest.raises(EngineError, match="leave other characters out"):
        lettered.cues("漢字", heard, 480, 480)


def test_the_strip_moves_and_the_words_are_readable(heard):
    over = lettered.Overlay([lettered.Cue(0, "Hello")], heard, 480, 480, strip=True)
    luma, colors = np.full((480, 480), 200, np.uint8), np.full((240, 240, 2), 90, np.uint8)
    drawn = []
    for number in (0, 10):
        over.draw(luma, colors, number)
        drawn.append(luma.copy())
        luma[:], colors[:] = 200, 90
    first, later = drawn
    assert (first[: over.top] == 200).all()
    words = first[over.top : over.top + over.rows]
    assert words.max() > 225
    assert words.min() < 80
    assert (first[over.top + over.rows :] != later[over.top + over.rows :]).any()
