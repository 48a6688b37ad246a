"""Films and sounds: what is taken, what is refused, and what is known of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from assets import media
from tests.assets import make

Look = Callable[..., media.Examined]


@pytest.mark.parametrize(
    ("name", "codec", "mime"),
    [
        ("a.mp4", "libx264", "video/mp4"),
        ("a.mov", "libx264", "video/quicktime"),
        ("a.webm", "libvpx-vp9", "video/webm"),
        ("a.mkv", "libx264", "video/x-matroska"),
    ],
)
def test_every_format_of_film(look: Look, work: Path, name: str, codec: str, mime: str) -> None:
    path = make.film(work / name, codec=codec)
    facts = look(path).facts
    assert (facts.kind, facts.mime, facts.extension) == ("video", mime, name[2:])
    assert (facts.width, facts.height, facts.fps) == (64, 48, 12)
    assert facts.duration == pytest.approx(1.0, abs=0.1)
    assert not facts.has_audio


@pytest.mark.parametrize(
    ("name", "codec", "mime", "rate"),
    [
        ("a.wav", "pcm_s16le", "audio/wav", 8000),
        ("a.mp3", "libmp3lame", "audio/mpeg", 8000),
        ("a.m4a", "aac", "audio/mp4", 8000),
        ("a.aac", "aac", "audio/aac", 8000),
        ("a.ogg", "libopus", "audio/ogg", 48000),
        ("a.flac", "flac", "audio/flac", 8000),
        ("a.weba", "libopus", "audio/webm", 48000),
    ],
)
def test_every_format_of_sound(
    look: Look, work: Path, name: str, codec: str, mime: str, rate: int
) -> None:
    made = make.tone(work / name.replace("weba", "webm"), 2.0, codec, rate)
    facts = look(made).facts
    assert (facts.kind, facts.mime, facts.extension) == ("audio", mime, name[2:])
    assert facts.duration == pytest.approx(2.0, abs=0.2)
    assert facts.has_audio
    assert facts.width is None


def test_a_film_with_sound_says_so(look: Look, work: Path) -> None:
    assert look(make.film(work / "a.mp4", sound=True)).facts.has_audio


def test_the_poster_is_taken_from_well_inside(look: Look, work: Path) -> None:
    """The right half goes from black to white: at 40 % of the way it is a dark gray."""
    still = look(make.film(work / "a.mp4", frames=50, fps=25)).still
    gray = still.getpixel((48, 24))[0]
    assert 80 < gray < 130


def test_a_film_of_a_phone_held_upright_is_upright(look: Look, work: Path) -> None:
    seen = look(make.turned_film(work / "a.mp4"))
    assert (seen.facts.width, seen.facts.height) == seen.still.size == (48, 64)
    assert seen.facts.turned
    red, green, _ = seen.still.getpixel((24, 8))
    assert red > 200 > 60 > green, "the red half was left; turned clockwise it is on top"


def test_the_waveform_shows_where_it_is_loud(look: Look, work: Path) -> None:
    still = look(make.tone(work / "a.wav", 2.0)).still
    width, height = still.size
    above = height // 4
    assert still.getpixel((width // 4, above)) == still.getpixel((2, 2)), "silence"
    bars = {still.getpixel((x, above)) for x in range(width * 5 // 8, width * 7 // 8)}
    assert len(bars) > 1, "no bar where it is loud"


def test_a_long_sound_is_drawn_fast_and_to_its_end(look: Look, work: Path) -> None:
    path = make.tone(work / "a.wav", 1000.0, rate=8000)
    seen = look(path)
    assert seen.facts.duration == pytest.approx(1000, abs=0.1)
    width, height = seen.still.size
    bars = {seen.still.getpixel((x, height // 4)) for x in range(width * 3 // 4, width - 60)}
    assert len(bars) > 1


def test_a_gif_is_a_film_only_when_a_film_is_wanted(
    look: Look, work: Path, picture: Callable[..., bytes]
) -> None:
    path = make.film(work / "a.gif", codec="gif", frames=10, fps=10)
    assert look(path).facts.kind == "image"
    assert look(path, kinds=("image", "video")).facts.kind == "image"
    facts = look(path, kinds=("video",)).facts
    assert (facts.kind, facts.mime, facts.fps) == ("video", "image/gif", 10)
    assert facts.duration == pytest.approx(1.0, abs=0.05)
    with pytest.raises(media.Refused, match="This is a picture"):
        look(picture(format="GIF"), kinds=("video",))


def test_too_long_too_large_too_many(look: Look, work: Path) -> None:
    path = make.film(work / "a.mp4", frames=36, tracks=3)
    for limits, words in (
        ({"seconds": 2.0}, "runs 0:03; the limit is 0:02"),
        ({"video_pixels": 3000}, "64 × 48 pixels"),
        ({"frames": 30}, "more than 30 frames"),
        ({"streams": 2}, "3 tracks; the limit is 2"),
        ({"media_bytes": 500}, "the limit is 500 bytes"),
    ):
        with pytest.raises(media.Refused, match=words):
            look(path, **limits)
    assert look(path, seconds=3.0, video_pixels=64 * 48, frames=36, streams=3)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mkv"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.7])
def test_half_a_film_is_refused(look: Look, work: Path, name: str, kept: float) -> None:
    codec = "libvpx-vp9" if name == "a.webm" else "libx264"
    content = make.film(work / name, (320, 240), 120, codec=codec).read_bytes()
    with pytest.raises(media.Refused):
        look(content[: int(len(content) * kept)])


def test_a_film_named_as_a_sound_is_told_apart(look: Look, work: Path) -> None:
    with pytest.raises(media.Refused, match="This is a video"):
        look(make.film(work / "a.mp4"), kinds=("audio",))
    with pytest.raises(media.Refused, match="This is a sound"):
        look(make.tone(work / "a.m4a", codec="aac"), kinds=("video",))


def test_a_playlist_inside_a_film_reads_no_other_file(look: Look, work: Path) -> None:
    """A head that looks like MP4 forces the MP4 reader: the text after it is never followed."""
    secret = make.tone(work / "secret.wav")
    content = b"\0\0\0\x14ftypisom\0\0\0\0isom#EXTM3U\n#EXTINF:1,\n" + str(secret).encode()
    with pytest.raises(media.Refused):
        look(content)


def test_broken_films_do_not_crash(look: Look, work: Path) -> None:
    content = make.film(work / "a.mp4", sound=True).read_bytes()
    for at in range(8, len(content), 97):
        damaged = bytearray(content)
        damaged[at : at + 8] = b"\xff" * 8
        with suppress(media.Refused):
            look(bytes(damaged))


def test_a_process_of_its_own_finds_the_same(work: Path) -> None:
    path = make.film(work / "a.mp4", sound=True)
    format = media.identify(path, media.Limits())
    here = media.examine(path, format, media.Limits(apart=False))
    there = media.examine(path, format, media.Limits())
    assert there.facts == here.facts
    assert there.still.tobytes() == here.still.tobytes()
    with pytest.raises(media.Refused, match="This is a video"):
        media.examine(path, format, media.Limits(), ("audio",))
    with pytest.raises(media.Refused, match="runs 0:01"):
        media.examine(path, format, media.Limits(seconds=0.5))


def test_a_process_that_dies_is_a_refusal(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make.film(work / "a.mp4")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(media.Refused, match="The video is damaged"):
        media.examine(path, media.identify(path, media.Limits()), media.Limits())


@pytest.mark.parametrize("fps", [24, 30])
def test_a_gif_is_as_fast_as_it_plays(look: Look, work: Path, fps: int) -> None:
    """Its ticks are hundredths of a second, so no two frames need last equally long."""
    path = make.film(work / "film.gif", frames=30, fps=fps, codec="gif")
    seen = look(path, kinds=("video",))
    assert seen.facts.fps == pytest.approx(fps, rel=0.03)
