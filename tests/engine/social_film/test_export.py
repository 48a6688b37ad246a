"""Files as a place wants them, opened again by the tests themselves."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from studio.engine import EngineError
from studio.engine.film import frames as decoding
from studio.engine.film.clip import look
from studio.engine.social_film import export as exporting
from studio.engine.social_film.export import export
from studio.engine.social_film.wanted import Made, Wanted
from tests.engine.social_film import scenery
from tests.fakes import films

RAW = 30


def opened(path: Path) -> tuple[int, int, str, str, float, float]:
    """Width, height, codec, pixels, seconds of picture and of sound."""
    with av.open(str(path)) as container:
        film = container.streams.video[0]
        lengths = [
            float((s.duration or 0) * s.time_base)
            for s in (*container.streams.video, *container.streams.audio)
        ]
        context = film.codec_context
        size = context.width, context.height
        return *size, context.name, context.pix_fmt or "", lengths[0], (*lengths, 0.0)[1]


def numbered(folder: Path, count: int = 90, sound: bool = True) -> Path:
    track = films.tone(count / 30) if sound else None
    return films.ours(folder / "source.mp4", count, sound=track, size=(320, 180))


def fits(made: Made, wanted: Wanted) -> None:
    width, height, codec, pixels, seen, heard = opened(made.path)
    assert (width, height, codec, pixels) == (*wanted.size, "h264", "yuv420p")
    assert (made.width, made.height) == wanted.size
    assert made.bytes == made.path.stat().st_size
    if wanted.seconds:
        assert max(seen, heard, made.seconds) <= wanted.seconds
    if heard:
        assert heard == pytest.approx(seen, abs=0.001)


def test_a_short_video_is_kept_whole(tmp_path: Path) -> None:
    wanted = Wanted("whole", 320, 180, seconds=10)
    made = export(numbered(tmp_path), tmp_path / "made.mp4", wanted)
    fits(made, wanted)
    assert (made.start, made.end, made.enlarged) == (0, 3, 1)
    assert films.numbers(made.path) == list(range(90))


@pytest.mark.parametrize(("trim", "first"), [("beginning", 0), ("middle", 29), ("end", 59)])
def test_a_long_one_is_cut_to_whole_frames(tmp_path: Path, trim: str, first: int) -> None:
    wanted = Wanted("cut", 320, 180, seconds=1.05, trim=trim)
    made = export(numbered(tmp_path), tmp_path / "made.mp4", wanted)
    fits(made, wanted)
    assert films.numbers(made.path) == list(range(first, first + 31))
    assert made.start == pytest.approx(first / 30)
    assert made.end - made.start == pytest.approx(31 / 30)


def test_the_sound_goes_with_the_picture(tmp_path: Path) -> None:
    file = films.ours(tmp_path / "a.mp4", 120, sound=films.clicks(4), size=(320, 180))
    made = export(file, tmp_path / "made.mp4", Wanted("cut", 180, 180, seconds=2, trim="middle"))
    assert made.start == 1.0
    clicks = films.click_times(films.heard(made.path))
    assert np.allclose(clicks[1:4] % 0.5, 0, atol=0.02) or np.allclose(
        0.5 - clicks[1:4] % 0.5, 0, atol=0.02
    )


def test_the_subject_is_followed_into_another_shape(tmp_path: Path) -> None:
    file = scenery.written(tmp_path / "a.mp4", scenery.pictures(scenery.at(0.85), 45, 30))
    wanted = Wanted("tall", 270, 480)
    smart = export(file, tmp_path / "smart.mp4", wanted)
    center = export(file, tmp_path / "center.mp4", Wanted("tall", 270, 480, mode="center"))
    fits(smart, wanted)
    assert smart.enlarged == pytest.approx(480 / 270)
    assert _orange(smart.path) > 4 * max(_orange(center.path), 0.001)


def _orange(path: Path) -> float:
    """The share of pixels with the bright color of the subject."""
    with av.open(str(path)) as container:
        rgb = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    return float(((rgb[..., 0] > 190) & (rgb[..., 2] < 90)).mean())


def test_a_phone_video_is_shown_upright(tmp_path: Path) -> None:
    file = scenery.turned(
        scenery.written(tmp_path / "a.mp4", scenery.pictures(scenery.at(0.85), 20, 30))
    )
    clip = look(file)
    assert clip.size == (270, 480)
    wanted = Wanted("square", 270, 270)
    made = export(file, tmp_path / "made.mp4", wanted)
    fits(made, wanted)
    assert "upright, square pixels" in made.checked
    assert look(made.path).turn == 0
    assert _orange(made.path) > 0.01


def test_odd_sizes_and_no_sound(tmp_path: Path) -> None:
    shown = (p[:171, :301] for p in scenery.pictures(scenery.at(0.4, 0.4), 12, 30))
    file = scenery.written(tmp_path / "a.mp4", shown, pixels="yuv444p")
    for mode in ("smart", "center", "fit"):
        wanted = Wanted(mode, 180, 320, mode=mode, loudness=-14)
        made = export(file, tmp_path / f"{mode}.mp4", wanted)
        fits(made, wanted)
        assert made.loudness is None
        assert "without sound" in made.checked


def test_an_uneven_rate_keeps_its_time(tmp_path: Path) -> None:
    times = [0, 40, 60, 200, 230, 400, 430, 500, 700, 730, 800, 1000, 1033, 1100, 1200]
    shown = scenery.pictures(scenery.at(0.5), len(times), 15)
    file = scenery.written(tmp_path / "a.mp4", shown, times=times)
    wanted = Wanted("uneven", 270, 270, seconds=1)
    made = export(file, tmp_path / "made.mp4", wanted)
    fits(made, wanted)
    clip = look(made.path)
    assert clip.rate is not None
    assert 1 - made.seconds < 1 / clip.rate


def test_many_frames_a_second_become_60(tmp_path: Path) -> None:
    file = films.theirs(tmp_path / "a.mp4", 60, 120)
    made = export(file, tmp_path / "made.mp4", Wanted("fast", 160, 96))
    assert look(made.path).fps == 60
    assert films.numbers(made.path) == list(range(0, 60, 2))


def test_loudness_is_reached_and_silence_stays(tmp_path: Path) -> None:
    made = export(numbered(tmp_path), tmp_path / "a.mp4", Wanted("loud", 180, 180, loudness=-16))
    assert made.loudness == pytest.approx(-16, abs=0.5)
    silent = films.ours(tmp_path / "s.mp4", 60, sound=np.zeros(96_000, np.float32))
    made = export(silent, tmp_path / "b.mp4", Wanted("loud", 96, 96, loudness=-16))
    assert made.loudness is None
    assert "with sound" in made.checked


def noisy(folder: Path) -> Path:
    random = np.random.default_rng(3)
    shown = (random.integers(0, 255, (180, 320, 3), np.uint8) for _ in range(60))
    return scenery.written(folder / "noise.mp4", shown, crf="30")


def test_a_file_is_never_over_its_limit(tmp_path: Path) -> None:
    wanted = Wanted("light", 320, 180, bytes=300_000, mode="center")
    made = export(noisy(tmp_path), tmp_path / "made.mp4", wanted)
    assert made.path.stat().st_size <= 300_000
    free = export(noisy(tmp_path), tmp_path / "free.mp4", Wanted("free", 320, 180, mode="center"))
    assert free.bytes > 300_000


def test_what_came_out_too_heavy_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = exporting.quality
    rates: list[int | None] = []

    def generous(rate: int | None) -> dict[str, str]:
        rates.append(rate)
        return plain(rate if len(rates) > 1 or rate is None else rate * 4)

    monkeypatch.setattr(exporting, "quality", generous)
    wanted = Wanted("light", 320, 180, bytes=300_000, mode="center")
    made = export(noisy(tmp_path), tmp_path / "made.mp4", wanted)
    assert len(rates) > 1
    assert all((a or 0) > (b or 0) for a, b in pairwise(rates))
    assert made.bytes <= 300_000


@pytest.mark.parametrize("limit", [900, 2_600])
def test_a_limit_that_cannot_be_kept_says_what_helps(tmp_path: Path, limit: int) -> None:
    target = tmp_path / "made.mp4"
    target.write_bytes(b"before")
    with pytest.raises(EngineError, match="Allow more, or choose fewer seconds or a smaller size"):
        export(noisy(tmp_path), target, Wanted("tiny", 320, 180, bytes=limit, mode="center"))
    assert target.read_bytes() == b"before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["made.mp4", "noise.mp4"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted("a", 101, 100), "Width of a is 101 px. Use an even number"),
        (Wanted("a", 100, 9000), "Height of a is 9000 px"),
        (Wanted("a", 100, 100, mode="clever"), "Mode of a is “clever”. Choose from smart"),
        (Wanted("a", 100, 100, type="webm"), "Type of a is “webm”. Choose from mp4"),
        (Wanted("a", 100, 100, seconds=0), "Seconds of a is 0"),
        (Wanted("a", 100, 100, seconds=0.01), "shorter than one frame"),
        (Wanted("a", 100, 100, focus=(2, 0)), "Focus of a is 2, 0. Use 0 to 1"),
        (Wanted("a", 100, 100, loudness=3), "Loudness of a is 3 LUFS"),
    ],
)
def test_what_cannot_be_made_is_named(tmp_path: Path, wanted: Wanted, words: str) -> None:
    with pytest.raises(EngineError, match=words.replace("(", r"\(")):
        export(numbered(tmp_path, 10), tmp_path / "made.mp4", wanted)
    assert not (tmp_path / "made.mp4").exists()


@pytest.mark.parametrize(("ground", "color"), [("color", (0, 0, 255)), ("black", (0, 0, 0))])
def test_what_is_shown_whole_stands_on_its_ground(
    tmp_path: Path, ground: str, color: tuple[int, int, int]
) -> None:
    wanted = Wanted("whole", 180, 320, mode="fit", ground=ground, color=(0, 0, 255))
    made = export(numbered(tmp_path, 10), tmp_path / "made.mp4", wanted)
    fits(made, wanted)
    with av.open(str(made.path)) as container:
        rgb = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    assert np.abs(rgb[20, 90] - color).max() < 12
    assert made.enlarged == pytest.approx(180 / 320, abs=0.01)


def test_two_hours_are_trimmed_without_decoding_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 7200
    grey = np.full((32, 32, 3), 100, np.uint8)
    shown = (np.roll(grey + np.uint8(n % 60), n, 1) for n in range(seconds))
    file = scenery.written(tmp_path / "long.mp4", shown, fps=1)
    decoded = 0
    plain = decoding._decoded

    def counted(*args: object) -> object:
        nonlocal decoded
        for frame in plain(*args):  # type: ignore[arg-type]
            decoded += 1
            yield frame

    monkeypatch.setattr(decoding, "_decoded", counted)
    wanted = Wanted("short", 18, 32, seconds=30, trim="middle")
    made = export(file, tmp_path / "made.mp4", wanted)
    fits(made, wanted)
    assert (made.start, made.end) == (3585, 3615)
    assert decoded < 700  # two passes, each from the key frame before
