"""Films out of cuts of which some are damaged, and how the work goes on and ends."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from studio.engine import EngineError, Stopped
from studio.engine.film.assembly import Cut
from tests.engine.film.making import made, shots
from tests.fakes.films import numbers

SAMPLES = Path(__file__).parents[3] / "static" / "samples"
FILES = Path("/proc/self/fd")


# --- damage ---------------------------------------------------------------------------------------


def hurt(source: Path, target: Path, share: float = 0.6) -> Path:
    """Noise in the middle of the file."""
    data = bytearray(source.read_bytes())
    at = int(len(data) * share)
    data[at : at + 4000] = np.random.default_rng(3).bytes(4000)
    target.write_bytes(data)
    return target


def short(source: Path, target: Path) -> Path:
    data = source.read_bytes()
    target.write_bytes(data[: len(data) * 3 // 4])
    return target


def test_the_cut_that_cannot_be_read_is_named(reel, tmp_path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"nothing" * 99)
    (tmp_path / "no.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"nothing" * 99)
    for path, message in (
        (tmp_path / "gone.mp4", r"^Shot 2 is no longer there"),
        (tmp_path / "no.mp4", r"^Shot 2 cannot be read as a video"),
        (tmp_path / "no.jpg", r"^Shot 2: The picture cannot be read"),
        (short(reel["b"], tmp_path / "short.mp4"), r"^Shot 2 is damaged at \d\.\d s"),
        (hurt(reel["b"], tmp_path / "hurt.mp4"), r"hot 2 is damaged at \d\.\d s"),
    ):
        with pytest.raises(EngineError, match=message):
            made(tmp_path / "film.mp4", [Cut("Shot 1", reel["a"]), Cut("Shot 2", path, seconds=2)])
    assert not (tmp_path / "film.mp4").exists()


def test_damage_behind_what_is_seen_does_not_matter(reel, tmp_path) -> None:
    bad = short(reel["b"], tmp_path / "short.mp4")
    made(tmp_path / "film.mp4", [Cut("Shot 1", bad, seconds=0.8)])
    assert numbers(tmp_path / "film.mp4") == list(range(200, 224))


def test_damaged_cuts_are_left_out_or_held(reel, tmp_path) -> None:
    cuts = [
        Cut("Shot 1", tmp_path / "gone.mp4"),
        Cut("Shot 2", reel["a"], seconds=1),
        Cut("Shot 3", hurt(reel["b"], tmp_path / "hurt.mp4"), seconds=2.5),
        Cut("Shot 4", reel["c"], voice=tmp_path / "gone.wav"),
        Cut("Shot 5", reel["c"], seconds=1),
    ]
    said = made(tmp_path / "film.mp4", cuts, skip_damaged=True)
    assert said.begins == (0, 0, 1, Fraction(7, 2), Fraction(7, 2))
    assert said.seconds == Fraction(9, 2)
    whole = " ".join(said.left_out)
    assert "Shot 1 is no longer there" in said.left_out[0]
    assert "hot 3 is damaged at" in whole
    assert "Shot 4: The sound file is no longer there" in whole
    found = numbers(tmp_path / "film.mp4")
    assert found[:30] == list(range(30))
    assert found[105:] == list(range(400, 430))
    with pytest.raises(EngineError, match=r"None of the cuts can be read.*Shot 1 is no longer"):
        made(tmp_path / "film.mp4", cuts[:1], skip_damaged=True)


def test_the_last_good_picture_of_a_short_file_is_held(reel, tmp_path) -> None:
    bad = short(reel["b"], tmp_path / "short.mp4")
    said = made(tmp_path / "film.mp4", [Cut("Shot 1", bad, seconds=2.5)], skip_damaged=True)
    found = numbers(tmp_path / "film.mp4")
    assert len(found) == 75
    assert found[:30] == list(range(200, 230))
    assert len(set(found[-5:])) == 1
    assert any("Its last good picture is held" in line for line in said.left_out)


def test_letters_that_cannot_be_drawn_are_said_with_their_cut(reel, tmp_path) -> None:
    cuts = [Cut("Shot 1", reel["a"], text="你好")]
    with pytest.raises(EngineError, match=r"words of Shot 1 have “你”, “好”.*subtitles as a track"):
        made(tmp_path / "film.mp4", cuts, subtitles="burned")
    made(tmp_path / "film.mp4", cuts, subtitles="track")


# --- the work itself ------------------------------------------------------------------------------


def test_files_are_open_only_while_they_are_needed(reel, tmp_path) -> None:
    copies = []
    for number in range(20):
        copies.append(tmp_path / f"copy-{number}.mp4")
        os.link(reel["b"], copies[-1])
    most = 0

    def count(fraction: float, stage: str) -> None:
        nonlocal most
        links = [link.readlink().name for link in FILES.iterdir() if link.is_symlink()]
        most = max(most, sum(link.startswith("copy-") for link in links))

    cuts = shots(*copies, seconds=0.4)
    made(tmp_path / "film.mp4", cuts, count, transition="crossfade", seconds=0.2, fps=25)
    assert 0 < most <= 6


def test_it_says_how_far_it_is_in_seconds(reel, tmp_path) -> None:
    said: list[tuple[float, str]] = []
    made(
        tmp_path / "film.mp4",
        shots(*reel.values()),
        lambda fraction, stage: said.append((fraction, stage)),
        loudness=-16.0,
    )
    fractions = [fraction for fraction, _ in said]
    assert fractions == sorted(fractions)
    stages = list(dict.fromkeys(stage for _, stage in said))
    assert stages[0] == "reading"
    assert "listening to 3 of 8 s" in stages
    assert stages[-3:] == ["6 of 8 s", "7 of 8 s", "finishing"]


@pytest.mark.parametrize("at", [0.0, 0.05, 0.5, 1.0])
def test_stopping_leaves_nothing(reel, tmp_path, at) -> None:
    def stop(fraction: float, stage: str) -> None:
        if fraction >= at:
            raise Stopped

    with pytest.raises(Stopped):
        made(tmp_path / "film.mp4", shots(*reel.values()), stop, loudness=-16.0, fps=25)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", ["mp4", "webm"])
def test_the_same_cuts_make_the_same_bytes(reel, tmp_path, format) -> None:
    cuts = [
        Cut("Shot 1", reel["a"], seconds=1, text="Words."),
        Cut("Shot 2", SAMPLES / "coffee.jpg", seconds=1, motion={"type": "zoom"}),
    ]
    wish = {"transition": "crossfade", "title": "T", "subtitles": "burned", "loudness": -16.0}
    files = [tmp_path / f"{n}.{format}" for n in range(2)]
    for target in files:
        made(target, cuts, format=format, **wish)
    assert files[0].read_bytes() == files[1].read_bytes()
