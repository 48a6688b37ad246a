"""The frame that is shown before a video plays."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from studio.engine import EngineError
from studio.engine.film.clip import look
from studio.engine.social_film.cover import cover
from studio.engine.social_film.path import path_of
from tests.benchmarks.common import MEDIA
from tests.engine.social_film import scenery

SIZE = (270, 480)


def of(file: Path, target: Path, start: float, end: float) -> tuple[float, int]:
    clip = look(file)
    path = path_of(clip, 0, len(clip.index), SIZE[0] / SIZE[1], focus=(0.5, 0.5))
    made = cover(file, target, start, end, SIZE, path)
    with Image.open(target) as image:
        assert (image.format, image.size) == ("JPEG", SIZE)
    return made.seconds, made.faces


def test_it_is_sharp_and_not_black(tmp_path: Path) -> None:
    clear = list(scenery.pictures(scenery.at(0.5), 15, 15))
    soft = [cv2.GaussianBlur(picture, (0, 0), 6) for picture in clear]
    black = [np.zeros_like(picture) for picture in clear]
    file = scenery.written(tmp_path / "a.mp4", chain(black, soft, clear, soft, black), fps=15)
    seconds, _ = of(file, tmp_path / "cover.jpg", 0, 5)
    assert 2 < seconds < 3


def test_a_fade_is_not_chosen(tmp_path: Path) -> None:
    clear = list(scenery.pictures(scenery.at(0.5), 60, 15))
    shown = ((p * min(1.0, n / 40)).astype(np.uint8) for n, p in enumerate(clear))
    file = scenery.written(tmp_path / "a.mp4", shown, fps=15)
    seconds, _ = of(file, tmp_path / "cover.jpg", 0, 4)
    assert seconds >= 2.3


def test_a_face_is_preferred_and_the_part_is_kept_to(tmp_path: Path) -> None:
    face = cv2.cvtColor(cv2.imread(str(MEDIA / "astronaut.jpg")), cv2.COLOR_BGR2RGB)
    high, wide = face.shape[:2]
    by = 480 / wide
    face = cv2.resize(face, (480, max(270, round(high * by))))[:270]
    plain = list(scenery.pictures(scenery.at(0.5), 30, 15))
    file = scenery.written(tmp_path / "a.mp4", chain(plain, [face] * 15, plain), fps=15)
    seconds, faces = of(file, tmp_path / "cover.jpg", 0, 5)
    assert 2 <= seconds < 3
    assert faces == 1
    seconds, faces = of(file, tmp_path / "other.jpg", 3.2, 5)
    assert 3.2 <= seconds < 5
    assert faces == 0


def test_a_part_without_frames_is_named(tmp_path: Path) -> None:
    file = scenery.written(tmp_path / "a.mp4", scenery.pictures(scenery.at(0.5), 5, 15), fps=15)
    with pytest.raises(EngineError, match=r"Start 3 s is not before end 2 s"):
        of(file, tmp_path / "cover.jpg", 3, 2)
