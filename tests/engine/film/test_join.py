"""Films joined: copied where they match, drawn where not, sound and picture together."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio.engine import EngineError
from studio.engine.film import join
from studio.engine.film.clip import look
from tests.fakes import films
from tests.fakes.films import click_times, heard, numbers, payloads, seen


def named(*paths: Path) -> list[tuple[str, Path]]:
    return [(f"Clip {number}", path) for number, path in enumerate(paths, 1)]


def joined(target: Path, *paths: Path, **more: object) -> Path:
    join.join(named(*paths), target, **more)
    return target


def test_matching_films_without_transition_are_copied(reel, tmp_path) -> None:
    made = joined(tmp_path / "out.mp4", *reel.values(), transition="cut")
    assert payloads(made) == [data for path in reel.values() for data in payloads(path)]
    times, found = zip(*seen(made), strict=True)
    assert list(found) == [*range(90), *range(200, 275), *range(400, 460)]
    assert times == pytest.approx([n / 30 for n in range(225)], abs=1e-4)


@pytest.mark.parametrize(
    ("transition", "length", "drawn"), [("crossfade", 195, 40), ("black", 225, 70)]
)
def test_only_transitions_are_drawn(reel, tmp_path, transition, length, drawn) -> None:
    made = joined(tmp_path / "out.mp4", *reel.values(), transition=transition)
    had = {data for path in reel.values() for data in payloads(path)}
    packets = payloads(made)
    assert len(packets) == len(seen(made)) == length
    assert sum(data not in had for data in packets) <= drawn
    found = numbers(made)
    assert found[:75] == list(range(75))
    assert found[-40:] == list(range(420, 460))


def test_both_ways_show_the_same(reel, tmp_path, monkeypatch) -> None:
    """Copied and drawn, frame by frame."""
    smart = joined(tmp_path / "smart.mp4", *reel.values())
    monkeypatch.setattr(join, "matching", lambda clips: False)
    full = joined(tmp_path / "full.mp4", *reel.values())
    with av.open(str(smart)) as one, av.open(str(full)) as other:
        pairs = zip(one.decode(video=0), other.decode(video=0), strict=True)
        worst = max(np.abs(a.to_ndarray().astype(int) - b.to_ndarray()).mean() for a, b in pairs)
    assert worst < 3
    assert heard(smart).tobytes() == heard(full).tobytes()


def test_a_fade_goes_from_one_to_the_other(tmp_path) -> None:
    red = films.ours(tmp_path / "red.mp4", 60, hue=0)
    blue = films.ours(tmp_path / "blue.mp4", 60, hue=2)
    made = joined(tmp_path / "out.mp4", red, blue, seconds=1)
    with av.open(str(made)) as container:
        lower = [f.to_ndarray(format="rgb24")[60:].mean((0, 1)) for f in container.decode(video=0)]
    share = np.array([pixel[2] / (pixel[0] + pixel[2]) for pixel in lower])
    assert share[:30] == pytest.approx(0, abs=0.06)
    assert share[30:60] == pytest.approx(np.arange(1, 31) / 31, abs=0.06)
    assert share[60:] == pytest.approx(1, abs=0.06)
    dark = joined(tmp_path / "dark.mp4", red, blue, seconds=1, transition="black")
    with av.open(str(dark)) as container:
        level = [f.to_ndarray(format="rgb24")[60:].mean() for f in container.decode(video=0)]
    assert np.argmin(level) in (59, 60)
    assert min(level) < level[0] * 0.15


@pytest.mark.parametrize(
    ("transition", "shift"), [("cut", [0, 3, 5.5]), ("crossfade", [0, 2.5, 4.5])]
)
def test_sound_begins_with_its_clip(reel, tmp_path, transition, shift) -> None:
    made = joined(tmp_path / "out.mp4", *reel.values(), transition=transition)
    found = click_times(heard(made))
    wanted = {round(shift[0] + n / 2, 3) for n in range(6)} | {
        round(shift[1] + n / 2, 3) for n in range(5)
    }
    clear = [t for t in sorted(wanted) if transition == "cut" or not 2.4 < t < 3.01]
    for time in clear:
        assert np.abs(found - time).min() < 0.002


def test_mixed_films_take_the_size_and_rate_of_the_first(reel, tmp_path) -> None:
    other = films.theirs(
        tmp_path / "other.webm", 50, size=(128, 128), codec="libvpx-vp9", sound=films.clicks(2)
    )
    made = joined(tmp_path / "out.mp4", reel["a"], other, reel["c"], transition="cut")
    clip = look(made)
    assert (clip.size, clip.rate, clip.sound) == ((160, 96), 30, True)
    assert len(clip.index) == 90 + 60 + 60
    found = numbers(made)
    assert found[:90] == list(range(90))
    assert found[150:] == list(range(400, 460))
    assert click_times(heard(made)) == pytest.approx(np.arange(10) / 2, abs=0.003)
    chosen = joined(tmp_path / "big.mp4", reel["a"], other, size=(200, 200), ground="blur")
    assert look(chosen).size == (200, 200)


def test_nothing_drifts_in_five_minutes(tmp_path) -> None:
    """Ten films of 30 s at 29.97 frames per second, with sound at 44.1 kHz."""
    part = films.theirs(
        tmp_path / "part.mp4", 899, Fraction(30000, 1001), size=(64, 32), sound=films.clicks(30, 5)
    )
    made = joined(tmp_path / "out.mp4", *[part] * 10, transition="cut")
    clip, sound = look(made), heard(made)
    assert float(clip.seconds) == pytest.approx(8990 * 1001 / 30000, abs=1e-3)
    each = 899 * 1001 / 30000
    wanted = [each * n + 5 * k for n in range(10) for k in range(6)]
    assert np.abs(click_times(sound) - wanted).max() < 0.005


def test_a_clip_that_is_too_short_is_named(reel, tmp_path) -> None:
    short = films.ours(tmp_path / "short.mp4", 20)
    with pytest.raises(EngineError, match=r"Clip 2 is 0.67 s long, and its transitions take 1.00"):
        joined(tmp_path / "out.mp4", reel["a"], short, reel["c"])


def test_the_damaged_clip_is_named(reel, tmp_path) -> None:
    bad = tmp_path / "bad.mp4"
    data = reel["b"].read_bytes()
    bad.write_bytes(data[: len(data) * 3 // 4])
    with pytest.raises(EngineError, match=r"lip 2 is damaged at \d\.\d s"):
        joined(tmp_path / "out.mp4", reel["a"], bad)
    assert not (tmp_path / "out.mp4").exists()


def test_the_same_films_make_the_same_bytes(reel, tmp_path) -> None:
    made = [joined(tmp_path / f"{n}.mp4", *reel.values()).read_bytes() for n in range(2)]
    assert made[0] == made[1]
