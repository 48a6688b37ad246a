"""The window over real films: the subject stays in it, and it jumps at cuts alone."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from studio.engine.film import frames as decoding
from studio.engine.film.clip import look
from studio.engine.social_film import follow, watch
from studio.engine.social_film.path import path_of
from tests.engine.social_film import scenery
from tests.engine.social_film.scenery import SIDE, SIZE, across

TALL = 9 / 16


def inside(path: object, way: scenery.Way, times: list[float], size: tuple[int, int]) -> np.ndarray:
    """For each time, how much of the subject is in the window."""
    shares = []
    for second in times:
        box = path.box(second)  # type: ignore[attr-defined]
        share = 1.0
        for axis in (0, 1):
            middle = way(second)[axis] * size[axis]
            low, high = max(middle - SIDE / 2, box[axis]), min(middle + SIDE / 2, box[axis + 2])
            share *= max(0.0, high - low) / SIDE
        shares.append(share)
    return np.array(shares)


def test_it_follows_what_moves_smoothly(tmp_path: Path) -> None:
    file = scenery.written(tmp_path / "a.mp4", scenery.pictures(across, 240, 30))
    clip = look(file)
    path = path_of(clip, 0, len(clip.index), TALL)
    times = [float(clip.time(number)) for number in range(240)]
    assert (inside(path, across, times, SIZE) >= 0.95).mean() >= 0.95
    assert not path.cuts
    assert not path.still
    lefts = np.array([path.box(second).left for second in times])
    assert np.abs(np.diff(lefts)).max() <= follow.FASTEST * SIZE[0] / 30 + 1e-6
    assert np.abs(np.diff(lefts, 2)).max() <= follow.HARDEST * SIZE[0] / 30**2 * 1.05


def test_it_goes_up_and_down_in_a_tall_video(tmp_path: Path) -> None:
    def fall(seconds: float) -> tuple[float, float]:
        return 0.5, 0.15 + 0.1 * seconds

    size = (270, 480)
    shown = scenery.pictures(fall, 180, 30, size)
    clip = look(scenery.written(tmp_path / "a.mp4", shown))
    path = path_of(clip, 0, 180, 16 / 9)
    times = [number / 30 for number in range(180)]
    assert path.axis == 1
    assert (inside(path, fall, times, size) >= 0.95).mean() >= 0.95


def test_it_stands_still_before_what_stands_still(tmp_path: Path) -> None:
    way = scenery.at(0.8)
    clip = look(scenery.written(tmp_path / "a.mp4", scenery.pictures(way, 90, 30)))
    path = path_of(clip, 0, 90, TALL)
    times = [number / 30 for number in range(90)]
    assert np.ptp([path.box(second).left for second in times]) < 1e-6
    assert inside(path, way, times, SIZE).min() >= 0.99


def test_it_jumps_where_the_film_cuts_and_nowhere_else(tmp_path: Path) -> None:
    one = scenery.pictures(scenery.at(0.15), 47, 30)
    other = (255 - p for p in scenery.pictures(scenery.at(0.85), 60, 30, seed=2))
    clip = look(scenery.written(tmp_path / "a.mp4", chain(one, other)))
    path = path_of(clip, 0, 107, TALL)
    assert path.cuts == (pytest.approx(47 / 30),)
    lefts = np.array([path.box(float(clip.time(number))).left for number in range(107)])
    steps = np.abs(np.diff(lefts))
    assert steps[46] > 100
    assert np.delete(steps, 46).max() < 1e-6


def test_a_flash_is_no_cut(tmp_path: Path) -> None:
    shown = [*scenery.pictures(scenery.at(0.3), 60, 30)]
    shown[30] = np.full_like(shown[30], 255)
    clip = look(scenery.written(tmp_path / "a.mp4", iter(shown)))
    assert len(watch.scenes(clip, 0, 60, 0)) <= 2
    lefts = [path_of(clip, 0, 60, TALL).box(n / 30).left for n in range(60) if n != 30]
    assert np.ptp(lefts) < 0.1 * SIZE[0]


def test_a_spot_that_a_person_names_stays_and_nothing_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = look(scenery.written(tmp_path / "a.mp4", scenery.pictures(across, 30, 30)))
    monkeypatch.setattr(watch, "frames", _never)
    path = path_of(clip, 0, 30, TALL, focus=(0.25, 0.5))
    box = path.box(0.5)
    assert path.still
    assert (box.left + box.right) / 2 == pytest.approx(0.25 * SIZE[0])
    assert path_of(clip, 0, 30, TALL, focus=(1.0, 0.0)).box(0).right == pytest.approx(SIZE[0])


def test_nothing_is_looked_at_where_nothing_is_to_spare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = look(scenery.written(tmp_path / "a.mp4", scenery.pictures(across, 30, 30)))
    monkeypatch.setattr(watch, "frames", _never)
    assert tuple(path_of(clip, 0, 30, 16 / 9).box(0)) == (0, 0, *SIZE)


def test_only_the_part_that_is_kept_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = look(scenery.written(tmp_path / "a.mp4", scenery.pictures(across, 90, 30)))
    seen: list[float] = []

    def counted(*args: int) -> object:
        for frame in decoding.frames(clip, *args[1:]):
            seen.append(float((frame.pts or 0) * clip.base))
            yield frame

    monkeypatch.setattr(watch, "frames", counted)
    path_of(clip, 30, 50, TALL)
    assert len(seen) == 20
    assert min(seen) == pytest.approx(1.0)


def _never(*args: object) -> object:
    raise AssertionError("no frame should be decoded")
