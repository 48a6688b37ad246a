"""What is heard of a piece of music: its beats, its loudness, its changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from studio.engine import EngineError
from studio.engine.beats import heard
from tests.engine import drums

A_FEW = settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a song is slow to make smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@A_FEW
@given(
    pattern=st.sampled_from(["click", "house", "pop", "rock"]),
    bpm=st.floats(70, 170),
    offset=st.floats(0, 1.5),
    noise=st.sampled_from([0, 0.02, 0.1]),
)
def test_beats_are_found(
    tmp_path: Path, pattern: str, bpm: float, offset: float, noise: float
) -> None:
    sound, beats = drums.song(pattern, bpm, offset=offset, noise=noise)
    pace = heard(drums.write(tmp_path / "song.wav", sound))
    assert drums.agreement(np.array(pace.beats), beats) >= 0.95
    assert pace.bpm == pytest.approx(bpm, rel=0.01)
    assert pace.confidence > 0.5


@pytest.mark.parametrize("bpm", [81.5, 118, 150])
def test_a_waltz(tmp_path: Path, bpm: float) -> None:
    sound, beats = drums.song("waltz", bpm)
    pace = heard(drums.write(tmp_path / "waltz.wav", sound))
    assert drums.agreement(np.array(pace.beats), beats) >= 0.95


def test_the_beats_lie_where_the_drums_are_struck(tmp_path: Path) -> None:
    sound, beats = drums.song("rock", 104.3, offset=0.77)
    found = np.array(heard(drums.write(tmp_path / "song.wav", sound)).beats)
    away = [found[np.abs(found - beat).argmin()] - beat for beat in beats]
    assert abs(np.median(away)) < 0.01
    assert np.std(away) < 0.02


def test_how_loud_it_is_recorded_does_not_matter(tmp_path: Path) -> None:
    sound, _ = drums.song("house", 120)
    loud = heard(drums.write(tmp_path / "loud.wav", sound))
    soft = heard(drums.write(tmp_path / "soft.wav", sound * 0.1))
    assert soft.beats == pytest.approx(loud.beats, abs=0.02)
    levels = [[level for *_, level in pace.loudness] for pace in (loud, soft)]
    assert levels[1] == pytest.approx(levels[0], abs=0.03)


def test_a_tempo_that_drifts_is_followed(tmp_path: Path) -> None:
    beats = [0.5]
    while beats[-1] < 28:
        beats.append(beats[-1] + 0.5 * (1 + 0.03 * np.sin(beats[-1] / 4)))
    sound = np.zeros(30 * drums.RATE)
    for beat in beats:
        struck = drums._struck("snare", np.random.default_rng(0))
        at = round(beat * drums.RATE)
        sound[at : at + len(struck)] += 0.3 * struck
    pace = heard(drums.write(tmp_path / "song.wav", sound))
    assert drums.agreement(np.array(pace.beats), np.array(beats)) >= 0.95


@pytest.mark.parametrize(("seconds", "seed"), [(7, 0), (7, 1), (20, 2)])
def test_no_beat_is_made_up(tmp_path: Path, seconds: int, seed: int) -> None:
    hiss = 0.1 * np.random.default_rng(seed).standard_normal(seconds * drums.RATE)
    hum = 0.2 * np.sin(2 * np.pi * 440 * np.arange(seconds * drums.RATE) / drums.RATE)
    for name, sound in (("noise", hiss), ("speech", drums.babble(seconds, seed)), ("tone", hum)):
        pace = heard(drums.write(tmp_path / f"{name}.wav", sound))
        assert (pace.bpm, pace.beats, pace.silent) == (None, (), False), name
        assert pace.confidence < 0.2, name


def test_silence(tmp_path: Path) -> None:
    pace = heard(drums.write(tmp_path / "silence.wav", np.zeros(3 * drums.RATE)))
    assert (pace.silent, pace.bpm, pace.beats, pace.changes) == (True, None, (), ())
    assert [level for *_, level in pace.loudness] == [0] * 6


def test_a_very_short_sound(tmp_path: Path) -> None:
    pace = heard(drums.write(tmp_path / "tick.wav", 0.3 * np.ones(400)))
    assert pace.beats == ()
    assert pace.seconds == pytest.approx(400 / drums.RATE, abs=0.001)
    assert len(pace.loudness) == 1


def test_no_beats_before_the_music_and_after_it(tmp_path: Path) -> None:
    sound, beats = drums.song("rock", 120, seconds=12)
    quiet = np.zeros(5 * drums.RATE)
    pace = heard(drums.write(tmp_path / "song.wav", np.concatenate([quiet, sound, quiet])))
    assert pace.beats[0] == pytest.approx(5 + beats[0], abs=0.07)
    assert pace.beats[-1] < 5 + 12


def test_where_the_music_changes(tmp_path: Path) -> None:
    loud, _ = drums.song("rock", 120, seconds=20)
    soft = 0.02 * np.random.default_rng(2).standard_normal(15 * drums.RATE)
    pace = heard(drums.write(tmp_path / "song.wav", np.concatenate([soft, loud, soft])))
    assert pace.changes == pytest.approx((15, 35), abs=0.75)
    levels = {(start >= 15) + (start >= 35): [] for start, *_ in pace.loudness}
    for start, _, level in pace.loudness:
        levels[(start >= 15) + (start >= 35)].append(level)
    calm, wild, after = (np.mean(levels[part]) for part in (0, 1, 2))
    assert wild > 1.5 * max(calm, after)


def test_the_loudness_covers_the_whole_sound(tmp_path: Path) -> None:
    sound, _ = drums.song("click", 100, seconds=7.3)
    pace = heard(drums.write(tmp_path / "song.wav", sound))
    ends = [end for _, end, _ in pace.loudness]
    assert [start for start, *_ in pace.loudness] == [0, *ends[:-1]]
    assert ends[-1] == pytest.approx(7.3, abs=0.001)
    assert all(0 <= level <= 1 for *_, level in pace.loudness)


def test_what_cannot_be_heard_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.mp3").write_text("These are words.")
    with pytest.raises(EngineError, match="cannot be read"):
        heard(tmp_path / "words.mp3")


def test_work_can_be_stopped(tmp_path: Path) -> None:
    sound, _ = drums.song("click", 100, seconds=15)

    def stop(fraction: float, stage: str) -> None:
        raise EngineError("stopped")

    with pytest.raises(EngineError, match="stopped"):
        heard(drums.write(tmp_path / "song.wav", sound), stop)
