"""A part of a film: exact to the frame, and copied where that is possible."""

from pathlib import Path

import av
import numpy as np
import pytest

from studio.engine import EngineError, Stopped
from studio.engine.film import remake
from studio.engine.film.clip import look
from studio.engine.film.output import Splice
from tests.fakes import films
from tests.fakes.films import click_times, heard, numbers, payloads, seen

UNEVEN = [0, 40, 100, 120, 200, 333, 340, 400, 480, 500, 700, 720, 800, 1000]


def cut(source: Path, folder: Path, start: float, end: float) -> Path:
    target = folder / f"part{source.suffix}"
    remake.part(source, target, start=start, end=end)
    return target


def copied(made: Path, *sources: Path) -> int:
    had = {data for source in sources for data in payloads(source)}
    return sum(data in had for data in payloads(made))


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [(0.7, 2.3, 21, 69), (0.0, 1.0, 0, 30), (0.667, 0.7, 20, 21), (1.0, 3.0, 30, 90)],
)
def test_exactly_those_frames(reel, tmp_path, start, end, first, last) -> None:
    made = cut(reel["a"], tmp_path, start, end)
    times, found = zip(*seen(made), strict=True)
    assert list(found) == list(range(first, last))
    assert times == pytest.approx([n / 30 for n in range(last - first)], abs=1e-4)
    assert float(look(made).seconds) == pytest.approx((last - first) / 30, abs=1e-3)


def test_only_broken_groups_are_drawn(reel, tmp_path) -> None:
    made = cut(reel["a"], tmp_path, 0.7, 2.9)
    assert len(payloads(made)) == 66
    # Frames 21…29 before the key frame at 30, and what the last ones lean on.
    assert 66 - 9 - 4 <= copied(made, reel["a"]) <= 66 - 9


def test_a_cut_at_key_frames_copies_every_packet(reel, tmp_path) -> None:
    made = cut(reel["a"], tmp_path, 0.5, 3.0)
    assert payloads(made) == payloads(reel["a"])[15:]
    theirs = films.theirs(tmp_path / "theirs.mp4", 60, options={"g": "10", "bf": "0"})
    made = cut(theirs, tmp_path, 0.4, 1.6)
    assert payloads(made) == payloads(theirs)[10:40]
    assert numbers(made) == list(range(10, 40))


def test_a_stranger_is_drawn_anew_where_it_breaks(tmp_path) -> None:
    theirs = films.theirs(tmp_path / "theirs.mp4", 60, sound=films.clicks(2.4))
    assert not Splice(look(theirs)).fits
    made = cut(theirs, tmp_path, 0.52, 1.52)
    assert numbers(made) == list(range(13, 38))
    assert copied(made, theirs) == 0
    assert click_times(heard(made)) == pytest.approx([0.48, 0.98], abs=0.002)


@pytest.mark.parametrize("name", ["mp4", "webm"])
def test_uneven_times_are_kept(tmp_path, name) -> None:
    codec = {"mp4": "libx264", "webm": "libvpx-vp9"}[name]
    film = films.theirs(
        tmp_path / f"u.{name}", 14, times=UNEVEN, codec=codec, sound=films.clicks(1)
    )
    assert look(film).rate is None
    made = cut(film, tmp_path, 0.1, 0.72)
    times, found = zip(*seen(made), strict=True)
    assert list(found) == list(range(2, 11))
    assert times == pytest.approx([(t - 100) / 1000 for t in UNEVEN[2:11]], abs=1.1e-3)
    assert click_times(heard(made)) == pytest.approx([0.4], abs=0.002)


def test_sound_stays_with_the_picture(reel, tmp_path) -> None:
    made = cut(reel["a"], tmp_path, 0.7, 2.9)
    assert click_times(heard(made)) == pytest.approx([0.3, 0.8, 1.3, 1.8], abs=0.001)


def test_a_turned_film_stays_turned(reel, tmp_path) -> None:
    turned = tmp_path / "turned.mp4"
    with av.open(str(turned), "w") as out, av.open(str(reel["a"])) as source:
        stream = out.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(90)
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    made = cut(turned, tmp_path, 0.7, 2.3)
    clip = look(made)
    assert (clip.turn, clip.size) == (1, (96, 160))
    assert copied(made, reel["a"]) > 20
    remake.resize(turned, tmp_path / "small.mp4", width=96, height=160, mode="stretch")
    small = look(tmp_path / "small.mp4")
    assert (small.turn, small.size) == (0, (96, 160))
    with av.open(str(tmp_path / "small.mp4")) as container:
        frame = list(container.decode(video=0))[40].to_ndarray(format="rgb24")
    assert films.number_of(np.rot90(frame, -1)) == 40


def test_deep_and_odd_films_become_ordinary_ones(tmp_path) -> None:
    quiet = {"x265-params": "log-level=none"}
    deep = films.theirs(
        tmp_path / "deep.mp4", 30, codec="libx265", pixels="yuv420p10le", options=quiet
    )
    assert look(deep).deep
    odd = films.theirs(tmp_path / "odd.mp4", 30, size=(161, 97), pixels="yuv444p")
    for film in (deep, odd):
        made = look(cut(film, tmp_path, 0.2, 1.0))
        assert (made.pixels, made.codec, made.deep) == ("yuv420p", "h264", False)
        assert made.size == (160, 96)
        assert numbers(made.path) == list(range(5, 25))


def test_colors_are_tagged(tmp_path) -> None:
    plain = films.theirs(tmp_path / "plain.mp4", 30)
    with av.open(str(cut(plain, tmp_path, 0.2, 1.0))) as container:
        frame = next(container.decode(video=0))
    tags = (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range)
    assert tuple(map(int, tags)) == (1, 1, 1, 1)


def test_the_same_cut_makes_the_same_bytes(reel, tmp_path) -> None:
    one = cut(reel["a"], tmp_path, 0.7, 2.3).read_bytes()
    assert cut(reel["a"], tmp_path, 0.7, 2.3).read_bytes() == one
    assert one.index(b"moov") < one.index(b"mdat"), "plays before all of it is there"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (2, 1, "Start 2 s is not before end 1 s"),
        (1, 1, "not before"),
        (9, 10, "Start is 9 s, and the video is 3.000 s long"),
        (1.005, 1.02, "No frame is shown from 1.005 to 1.02 s"),
    ],
)
def test_bad_parts_are_named(reel, tmp_path, start, end, words) -> None:
    with pytest.raises(EngineError, match=words):
        cut(reel["a"], tmp_path, start, end)
    assert list(tmp_path.iterdir()) == []


def test_damage_is_named_with_its_second(tmp_path) -> None:
    film = films.ours(tmp_path / "film.mp4", 150, size=(320, 192))
    data = film.read_bytes()
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(EngineError, match=r"The video is damaged at [234]\.\d s"):
        remake.resize(broken, tmp_path / "out.mp4", width=64, height=64)
    middle = len(data) // 2
    broken.write_bytes(data[:middle] + bytes(len(data) // 5) + data[middle + len(data) // 5 :])
    with pytest.raises(EngineError, match=r"The video is damaged at [1234]\.\d s"):
        remake.resize(broken, tmp_path / "out.mp4", width=64, height=64)
    assert not (tmp_path / "out.mp4").exists()


def test_what_is_no_film_is_refused(tmp_path) -> None:
    with pytest.raises(EngineError, match="no longer there"):
        look(tmp_path / "none.mp4")
    (tmp_path / "text.mp4").write_bytes(b"hello " * 1000)
    with pytest.raises(EngineError, match="cannot be read as a video"):
        look(tmp_path / "text.mp4")
    (tmp_path / "list.mp4").write_bytes(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")
    with pytest.raises(EngineError, match="cannot be read as a video"):
        look(tmp_path / "list.mp4")


def test_sound_alone_is_refused(tmp_path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", 48000, layout="stereo")
        for frame in films.as_frames(films.tone(1)):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(EngineError, match="has sound but no picture"):
        look(path)


def test_it_stops_and_leaves_nothing(reel, tmp_path) -> None:
    def stop(fraction: float, stage: str) -> None:
        if fraction > 0.4:
            raise Stopped

    with pytest.raises(Stopped):
        remake.part(reel["a"], tmp_path / "out.mp4", start=0.2, end=2.9, report=stop)
    assert list(tmp_path.iterdir()) == []
