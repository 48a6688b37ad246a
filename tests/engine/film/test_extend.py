"""A film that goes on from its last frame."""

import numpy as np
import pytest

from studio.engine.film import extend
from studio.engine.film.clip import look
from tests.engine.film.test_remake import pixels
from tests.fakes import films
from tests.fakes.films import numbers


def test_what_was_there_stays_and_the_rest_begins_with_its_last_frame(tmp_path) -> None:
    source, target = films.ours(tmp_path / "a.mp4", 45, sound=films.tone(1.5)), tmp_path / "b.mp4"
    extend.extend(source, target, seconds=1.0, strength=60)
    made = look(target)
    assert (made.size, made.rate, made.sound) == (look(source).size, look(source).rate, True)
    assert len(made.index) == 45 + 30
    assert numbers(target)[:45] == numbers(source)
    last = pixels(source, 44)
    assert np.abs(pixels(target, 45) - last).mean() < 6, "it begins where the film ended"
    assert np.abs(pixels(target, 74) - last).mean() > np.abs(pixels(target, 45) - last).mean()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]


@pytest.mark.parametrize("seconds", [0.5, 2.3])
def test_it_is_as_much_longer_as_was_asked(tmp_path, seconds) -> None:
    source, target = films.ours(tmp_path / "a.mp4", 20), tmp_path / "b.mp4"
    extend.extend(source, target, seconds=seconds, strength=1)
    assert float(look(target).seconds - look(source).seconds) == pytest.approx(seconds, abs=0.02)
