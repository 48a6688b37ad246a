"""`manage.py animate`: a picture in, a video out, without a server."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from django.core.management import CommandError, call_command

SMALL = ["--width", "64", "--height", "64", "--duration", "1", "--fps", "24", "--quiet"]


@pytest.fixture
def source(tmp_path: Path, picture: Callable[..., bytes]) -> Path:
    file = tmp_path / "cat.png"
    file.write_bytes(picture())
    return file


@pytest.mark.parametrize("format", ["mp4", "mov", "webm", "gif"])
def test_each_format(source: Path, tmp_path: Path, format: str) -> None:
    target = tmp_path / f"out.{format}"
    call_command("animate", str(source), *SMALL, "--format", format, "--output", str(target))
    with av.open(str(target)) as video:
        stream = video.streams.video[0]
        assert (stream.width, stream.height) == (64, 64)
        assert sum(1 for _ in video.decode(stream)) == 24


def test_the_same_call_makes_the_same_bytes(source: Path, tmp_path: Path) -> None:
    made = []
    for name in ("a.mp4", "b.mp4"):
        call_command("animate", str(source), *SMALL, "--output", str(tmp_path / name))
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_it_lies_beside_the_picture_by_default(source: Path) -> None:
    call_command("animate", str(source), *SMALL)
    assert source.with_suffix(".mp4").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--duration", "0"], "Duration is 0 s; the least is 1 s"),
        (["--motion", "zoom", "--direction", "left"], "in or out"),
        (["--format", "gif", "--output", "film.mp4"], "does not end in .gif"),
        (["--audio", "nowhere.mp3"], "There is no file nowhere.mp3"),
        (["--audio", "{source}", "--format", "gif"], "Sound cannot be used. A GIF has no sound"),
        (["--audio", "{source}"], "cat.png: This is a picture. Choose a sound"),
    ],
)
def test_bad_words_are_explained(source: Path, arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words.replace(".", r"\.")):
        call_command("animate", str(source), *(a.format(source=source) for a in arguments))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def test_a_bomb_is_named_with_its_size(tmp_path: Path) -> None:
    file = tmp_path / "bomb.png"
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b""))
    with pytest.raises(CommandError, match="30000 × 30000 pixels"):
        call_command("animate", str(file))


def test_stopped_by_hand_it_says_so_and_leaves_nothing(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("studio.engine.motion.animate", interrupted)
    with pytest.raises(CommandError, match="Stopped") as stopped:
        call_command("animate", str(source), "--output", str(tmp_path / "no.mp4"))
    assert stopped.value.returncode == 130
    assert not (tmp_path / "no.mp4").exists()


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.png"
    file.write_text("not a picture")
    with pytest.raises(CommandError):
        call_command("animate", str(file), *SMALL)
    assert not file.with_suffix(".mp4").exists()


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        call_command("animate", str(tmp_path / "none.png"))


def test_it_never_writes_over_what_it_reads(tmp_path: Path, picture: Callable[..., bytes]) -> None:
    file = tmp_path / "cat.gif"
    file.write_bytes(before := picture(format="GIF"))
    for more in ([], ["--output", str(file)], ["--overwrite"]):
        with pytest.raises(CommandError, match="is what is read"):
            call_command("animate", str(file), *SMALL, "--format", "gif", *more)
    assert file.read_bytes() == before


def test_an_existing_output_is_kept_unless_told(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    target.write_text("mine")
    with pytest.raises(CommandError, match="add --overwrite"):
        call_command("animate", str(source), *SMALL, "--output", str(target))
    assert target.read_text() == "mine"
    call_command("animate", str(source), *SMALL, "--output", str(target), "--overwrite")
    assert target.stat().st_size > 1000


def test_a_missing_folder_is_named(source: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("animate", str(source), *SMALL, "--output", str(tmp_path / "no" / "x.mp4"))
