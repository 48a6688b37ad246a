"""Speed, size, sound, frames, GIF and compression of small real films."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from studio.engine import EngineError
from studio.engine.film import compress, extract, remake, track
from studio.engine.film.clip import look
from studio.engine.film.loud import measured
from studio.engine.film.track import Wish
from tests.fakes import films
from tests.fakes.films import click_times, heard, numbers, payloads


def pixels(path: Path, number: int) -> np.ndarray:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return frames[number].to_ndarray(format="rgb24").astype(int)


# --- speed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("factor", "length"), [(0.25, 360), (0.5, 180), (1.5, 60), (4, 22)])
def test_speed_keeps_rate_and_pitch(reel, tmp_path, factor, length) -> None:
    long = films.ours(tmp_path / "long.mp4", 90, sound=films.tone(3, pitch=440))
    made = tmp_path / "made.mp4"
    remake.speed(long, made, factor=factor, keep_sound=True)
    found = numbers(made)
    assert len(found) == length
    assert [abs(n - k * factor) < 1 for k, n in enumerate(found)] == [True] * length
    assert look(made).rate == 30
    sound = heard(made)[4800 : int(length / 30 * 48000) - 4800]
    peak = np.argmax(np.abs(np.fft.rfft(sound * np.hanning(len(sound)))))
    assert peak * 48000 / len(sound) == pytest.approx(440, abs=8)
    remake.speed(long, made, factor=factor, keep_sound=False)
    assert not look(made).sound


# --- size -----------------------------------------------------------------------------------------


def test_crop_keeps_the_focus_point(reel, tmp_path) -> None:
    left, right = ((tmp_path / f"{x}.mp4", x) for x in (0.0, 1.0))
    for path, x in (left, right):
        remake.resize(reel["a"], path, width=48, height=96, mode="crop", focus=(x, 0.5))
        assert look(path).size == (48, 96)
    # Frame 1 has its only white field at the right end.
    assert pixels(left[0], 1)[20].max() < 100
    assert pixels(right[0], 1)[20].max() > 180


def test_fit_shows_all_of_it(reel, tmp_path) -> None:
    made = tmp_path / "made.mp4"
    remake.resize(reel["a"], made, width=160, height=160, mode="fit", ground="black")
    shown = pixels(made, 5)
    assert shown[:28].max() < 12
    assert films.number_of(shown[32:128]) == 5
    remake.resize(reel["a"], made, width=160, height=160, mode="fit", ground="blur")
    blurred = pixels(made, 5)
    assert blurred[:28].max() > 20
    assert films.number_of(blurred[32:128]) == 5


def test_stretch_and_percent_make_even_sizes(reel, tmp_path) -> None:
    made = tmp_path / "made.mp4"
    remake.resize(reel["a"], made, width=96, height=96, mode="stretch")
    assert films.number_of(pixels(made, 33)) == 33
    remake.scale(reel["a"], made, percent=37)
    assert look(made).size == (60, 36)
    assert click_times(heard(made)) == pytest.approx(np.arange(6) / 2, abs=0.001)


# --- sound ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tones(tmp_path_factory) -> Path:
    return films.ours(tmp_path_factory.mktemp("t") / "tone.mp4", 150, sound=films.tone(5, 0.05))


def changed(source: Path, folder: Path, **wish: object) -> Path:
    target = folder / "changed.mp4"
    track.change(source, target, Wish(**wish))
    assert payloads(target) == payloads(source), "the picture is copied"
    return target


def k_weighted(sound: np.ndarray) -> float:
    """LUFS after ITU-R BS.1770-4 for both channels alike: filters at 48 kHz, blocks of 400 ms, both
    gates. Written for this test alone."""
    shelf = (
        [1.53512485958697, -2.69169618940638, 1.19839281085285],
        [-1.69065929318241, 0.73248077421585],
    )
    high = ([1.0, -2.0, 1.0], [-1.99004745483398, 0.99007225036621])
    for (b0, b1, b2), (a1, a2) in (shelf, high):
        out, x1, x2, y1, y2 = np.empty(len(sound)), 0.0, 0.0, 0.0, 0.0
        for at, x in enumerate(sound.tolist()):
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x2, x1, y2, y1 = x1, x, y1, y
            out[at] = y
        sound = out
    blocks = [sound[at : at + 19200] for at in range(0, len(sound) - 19199, 4800)]
    power = np.array([2 * np.mean(block**2) for block in blocks])
    loud = -0.691 + 10 * np.log10(power + 1e-12)
    kept = power[loud > -70]
    gate = -0.691 + 10 * np.log10(kept.mean()) - 10
    return float(-0.691 + 10 * np.log10(power[loud > max(gate, -70)].mean()))


@pytest.mark.parametrize("target", [-14, -16, -23])
def test_loudness_is_met(tones, tmp_path, target) -> None:
    made = changed(tones, tmp_path, loudness=float(target))
    assert k_weighted(heard(made)[: 5 * 48000]) == pytest.approx(target, abs=0.5)
    assert np.abs(heard(made)).max() <= 10 ** (-0.8 / 20)


def test_our_meter_and_the_standard_agree(tones) -> None:
    found = measured(remake.sound_of(look(tones))).integrated
    assert found == pytest.approx(k_weighted(heard(tones)[: 5 * 48000]), abs=0.1)


def test_peaks_are_held(tmp_path) -> None:
    sound = films.tone(4, 0.02)
    sound[24000::24000] = 0.9
    film = films.ours(tmp_path / "peaks.mp4", 120, sound=sound)
    assert np.abs(heard(changed(film, tmp_path, loudness=-14.0))).max() < 1.0


def test_silence_has_no_loudness(tmp_path) -> None:
    film = films.ours(tmp_path / "silent.mp4", 60, sound=np.zeros(96000, np.float32))
    with pytest.raises(EngineError, match="silent"):
        changed(film, tmp_path, loudness=-14.0)


def test_replace_mix_mute_and_fade(reel, tones, tmp_path) -> None:
    music = tmp_path / "music.mp3"
    extract.audio(tones, music, format="mp3")
    replaced = heard(changed(reel["a"], tmp_path, way="replace", audio=music))
    assert np.abs(replaced[9600:120000]).max() == pytest.approx(0.05, abs=0.01)
    mixed = heard(changed(reel["a"], tmp_path, way="mix", audio=music, own=-6.0, new=-12.0))
    assert click_times(mixed) == pytest.approx(np.arange(6) / 2, abs=0.001)
    assert np.abs(mixed[12000:20000]).max() == pytest.approx(0.0125, abs=0.004)
    assert not look(changed(reel["a"], tmp_path, way="mute")).sound
    faded = heard(changed(tones, tmp_path, fade_in=1.0, fade_out=1.0))
    assert np.abs(faded[:2400]).max() < 0.005
    assert np.abs(faded[22800:25200]).max() == pytest.approx(0.025, abs=0.004)
    assert np.abs(faded[237600:240000]).max() < 0.005
    given = heard(changed(reel["c"], tmp_path, way="replace", audio=music))
    assert len(given) >= 2 * 48000


def test_no_sound_where_it_is_needed(reel, tmp_path) -> None:
    with pytest.raises(EngineError, match="has no sound"):
        changed(reel["c"], tmp_path, loudness=-14.0)
    with pytest.raises(EngineError, match="has no sound"):
        extract.audio(reel["c"], tmp_path / "x.mp3", format="mp3")
    with pytest.raises(EngineError, match="Sound has no sound"):
        changed(reel["a"], tmp_path, way="replace", audio=reel["c"])


# --- out of it ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "number"), [(None, 89), (0, 0), (1.0, 30), (1.02, 30), (2.999, 89)])
def test_the_frame_that_is_seen_then(reel, tmp_path, at, number) -> None:
    extract.still(reel["a"], tmp_path / "f.png", at=at, format="png")
    with Image.open(tmp_path / "f.png") as picture:
        assert films.number_of(np.asarray(picture)) == number
        assert picture.size == (160, 96)


@pytest.mark.parametrize("kind", ["wav", "mp3", "m4a"])
def test_sound_as_a_file(reel, tmp_path, kind) -> None:
    path = tmp_path / f"s.{kind}"
    extract.audio(reel["a"], path, format=kind)
    with av.open(str(path)) as container:
        parts = [f.to_ndarray() for f in container.decode(audio=0)]
        scale = 32768 if parts[0].dtype == np.int16 else 1
    flat = [p.reshape(-1, 2).T[0] if len(p) == 1 else p[0] for p in parts]
    found = click_times(np.concatenate(flat) / scale)
    assert found == pytest.approx(np.arange(6) / 2, abs=0.03)
    assert not extract.audio(reel["a"], tmp_path / "again", format=kind)
    assert path.read_bytes() == (tmp_path / "again").read_bytes()


def test_a_gif_of_a_part(reel, tmp_path) -> None:
    path = tmp_path / "f.gif"
    extract.animation(reel["a"], path, width=120, fps=10, start=1, end=2)
    clip = look(path)
    assert clip.size == (120, 72)
    assert numbers(path) == list(range(30, 60, 3))
    told = extract.weight_of_gif(reel["a"], tmp_path, width=120, fps=10, start=1, end=2)
    assert told == pytest.approx(path.stat().st_size, rel=0.3)
    remake.part(path, tmp_path / "of-gif.mp4", start=0.2, end=0.6)
    assert numbers(tmp_path / "of-gif.mp4") == [36, 39, 42, 45]


# --- fewer bytes ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def heavy(tmp_path_factory) -> Path:
    """Two seconds of noise, which no encoder likes."""
    path = tmp_path_factory.mktemp("heavy") / "noise.mp4"
    chance = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", 25, options={"crf": "18", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for _ in range(50):
            noise = chance.integers(0, 255, (96, 160, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("codec", compress.CODECS)
def test_a_limit_is_never_passed(heavy, tmp_path, codec) -> None:
    path = tmp_path / "small"
    compress.compress(heavy, path, codec=codec, megabytes=0.2)
    assert path.stat().st_size <= 200_000
    clip = look(path)
    assert {"h265": "hevc"}.get(codec, codec) == clip.codec
    assert len(clip.index) == 50


@pytest.mark.parametrize("codec", compress.CODECS)
def test_less_quality_is_fewer_bytes(heavy, tmp_path, codec) -> None:
    sizes = []
    for quality in (90, 50, 10):
        compress.compress(heavy, tmp_path / "q", codec=codec, quality=quality)
        sizes.append((tmp_path / "q").stat().st_size)
    assert sizes[0] > sizes[1] > sizes[2]


def test_what_cannot_be_reached_is_said(heavy, tmp_path) -> None:
    with pytest.raises(EngineError, match=r"At most 1\.0 KB cannot be reached: .* about \d"):
        compress.compress(heavy, tmp_path / "x", codec="h264", megabytes=0.001)
    assert not (tmp_path / "x").exists()


def test_a_longer_side_makes_it_smaller_never_larger(heavy, tmp_path) -> None:
    compress.compress(heavy, tmp_path / "x", codec="h264", longest=80)
    assert look(tmp_path / "x").size == (80, 48)
    compress.compress(heavy, tmp_path / "x", codec="h264", longest=800)
    assert look(tmp_path / "x").size == (160, 96)
