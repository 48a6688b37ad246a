"""What is heard in a film: clips, voices, a track, and how loud they are."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.engine import EngineError
from studio.engine.film.assembly import Cut, Wish, assemble
from studio.engine.film.clip import look
from studio.engine.film.loud import measured
from studio.engine.film.remake import sound_of
from tests.fakes import films
from tests.fakes.films import click_times, heard

RATE = 48_000


def written(path: Path, sound: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def hums(tmp_path_factory) -> dict[str, Path]:
    """Clips of 4 s with a low and a high tone, a silent one, and a voice."""
    folder = tmp_path_factory.mktemp("hums")
    return {
        "low": films.ours(folder / "low.mp4", 120, sound=films.tone(4, 0.1, 300)),
        "high": films.ours(folder / "high.mp4", 120, sound=films.tone(4, 0.1, 2000)),
        "none": films.ours(folder / "none.mp4", 120),
        "voice": written(folder / "voice.wav", films.tone(6, 0.1, 5000)),
    }


def level(sound: np.ndarray, begin: float, end: float, pitch: float | None = None) -> float:
    """The amplitude of that tone, or of a sine of the same power, between those seconds."""
    part = sound[round(begin * RATE) : round(end * RATE)]
    if pitch is None:
        return float(np.sqrt(2 * np.mean(part**2)))
    turn = np.exp(-2j * np.pi * pitch * np.arange(len(part)) / RATE)
    return float(2 * np.abs(np.mean(part * turn)))


def film(folder: Path, cuts: list[Cut], **wish: Any) -> np.ndarray:
    target = folder / "film.mp4"
    assemble(cuts, target, Wish(**{"size": films.SIZE, "transition": "cut", **wish}))
    found = heard(target)
    assert len(found) == pytest.approx(float(look(target).seconds) * RATE, abs=1100)
    return found


def test_a_silent_cut_is_silent_and_so_is_a_muted_one(hums, tmp_path) -> None:
    cuts = [
        Cut("Shot 1", hums["low"]),
        Cut("Shot 2", hums["none"]),
        Cut("Shot 3", hums["high"], seconds=2, muted=True),
        Cut("Shot 4", hums["high"], seconds=2, start=1),
        Cut("Shot 5", None, seconds=1),
    ]
    sound = film(tmp_path, cuts)
    assert level(sound, 0.1, 3.9) == pytest.approx(0.1, abs=0.01)
    assert level(sound, 4.1, 9.9) < 0.002
    assert level(sound, 10.1, 11.9, 2000) == pytest.approx(0.1, abs=0.01)
    assert level(sound, 12.1, 13) < 0.002


def test_a_held_picture_is_silent(hums, tmp_path) -> None:
    sound = film(tmp_path, [Cut("Shot 1", hums["low"], seconds=6)])
    assert level(sound, 3, 3.9) > 0.09
    assert level(sound, 4.1, 6) < 0.002


def test_a_film_without_any_sound_has_none_and_may_be_wished_louder(hums, tmp_path) -> None:
    cuts = [Cut("Shot 1", hums["none"]), Cut("Shot 2", hums["low"], seconds=1, muted=True)]
    wish = Wish(size=films.SIZE, loudness=-14.0)
    assemble(cuts, tmp_path / "film.mp4", wish)
    assert not look(tmp_path / "film.mp4").sound
    still = written(tmp_path / "still.wav", np.zeros(RATE))
    assert level(film(tmp_path, cuts, track=still, loudness=-14.0), 0, 5) == 0


@pytest.mark.parametrize("transition", ["crossfade", "dip"])
def test_a_voice_replaces_the_clip_and_keeps_to_its_cut(hums, tmp_path, transition) -> None:
    cuts = [
        Cut("Shot 1", hums["low"], seconds=3),
        Cut("Shot 2", hums["high"], seconds=3, voice=hums["voice"]),
        Cut("Shot 3", hums["low"], seconds=3, voice=hums["voice"], voice_start=1, voice_end=2.5),
        Cut("Shot 4", None, seconds=2, voice=hums["voice"]),
    ]
    sound = film(tmp_path, cuts, transition=transition, seconds=0.6)
    assert level(sound, 0.1, 2.5, 300) == pytest.approx(0.1, abs=0.01)
    for begin, end in ((3.0, 6.0), (6.0, 7.5), (9.0, 11.0)):
        assert level(sound, begin - 0.2, begin - 0.02, 5000) < (0.11 if begin == 6 else 0.002)
        assert level(sound, begin + 0.02, end - 0.02, 5000) == pytest.approx(0.1, abs=0.01)
    assert level(sound, 3.4, 11, 2000) < 0.002
    assert level(sound, 7.55, 8.95) < 0.002


def test_crossfades_keep_the_power(hums, tmp_path) -> None:
    cuts = [Cut("Shot 1", hums["low"]), Cut("Shot 2", hums["high"])]
    sound = film(tmp_path, cuts, transition="crossfade", seconds=2)
    for at in np.arange(2, 4, 0.1):
        assert level(sound, at, at + 0.1) == pytest.approx(0.1, abs=0.012)
    assert level(sound, 2.9, 3.1, 300) == pytest.approx(0.0707, abs=0.01)
    assert level(sound, 2.9, 3.1, 2000) == pytest.approx(0.0707, abs=0.01)


def test_two_levels_and_the_fades_of_the_film(hums, tmp_path) -> None:
    cuts = [Cut("Shot 1", hums["low"]), Cut("Shot 2", hums["none"])]
    sound = film(
        tmp_path,
        cuts,
        track=hums["voice"],
        track_start=1,
        clip_level=-6.0,
        track_level=-20.0,
        fade_in=1.0,
        fade_out=2.0,
    )
    assert level(sound, 1.5, 3.9, 300) == pytest.approx(0.05, abs=0.006)
    assert level(sound, 1.5, 4.9, 5000) == pytest.approx(0.01, abs=0.002)
    assert level(sound, 0.45, 0.55, 300) == pytest.approx(0.025, abs=0.005)
    assert level(sound, 5.1, 8) < 0.001, "the track is 5 s long from there on"


def test_the_track_ends_with_the_film(hums, tmp_path) -> None:
    cuts = [Cut("Shot 1", hums["none"], seconds=3)]
    sound = film(tmp_path, cuts, track=hums["voice"], track_level=0.0, fade_out=1.0)
    assert level(sound, 1, 1.9) == pytest.approx(0.1, abs=0.01)
    assert level(sound, 2.95, 3) < 0.01


@pytest.mark.parametrize("wanted", [-16.0, -23.0])
def test_loudness_is_met(hums, tmp_path, wanted) -> None:
    cuts = [Cut("Shot 1", hums["low"]), Cut("Shot 2", hums["high"])]
    film(tmp_path, cuts, transition="crossfade", loudness=wanted, track=hums["voice"])
    sound = sound_of(look(tmp_path / "film.mp4"))
    assert sound is not None
    assert measured(sound).integrated == pytest.approx(wanted, abs=0.5)


def test_peaks_are_held(tmp_path) -> None:
    loud = films.ours(tmp_path / "loud.mp4", 60, sound=films.tone(2, 0.7))
    track = written(tmp_path / "t.wav", films.tone(2, 0.7))
    assert np.abs(film(tmp_path, [Cut("Shot 1", loud)], track=track, track_level=0.0)).max() < 1


def test_clicks_stand_where_their_cuts_do(reel, tmp_path) -> None:
    cuts = [Cut("Shot 1", reel["a"], seconds=1.25), Cut("Shot 2", reel["b"], seconds=2, start=0.25)]
    found = click_times(film(tmp_path, cuts))
    wanted = [0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    assert found == pytest.approx(wanted, abs=0.002)


def test_sounds_that_are_no_longer_there_are_named(hums, tmp_path) -> None:
    with pytest.raises(EngineError, match=r"^Shot 1: The sound file is no longer there"):
        film(tmp_path, [Cut("Shot 1", hums["low"], voice=tmp_path / "gone.wav")])
    with pytest.raises(EngineError, match=r"The sound file is no longer there"):
        film(tmp_path, [Cut("Shot 1", hums["low"])], track=tmp_path / "gone.wav")
