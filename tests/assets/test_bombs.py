"""Small files that would become enormous are refused in little time and little memory.

Each is looked at in a process of its own, because only there is the peak of memory its own.
"""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path

import av
import pytest
from PIL import Image

from tests.assets import make

_PROBE = """
import resource, sys
from pathlib import Path
from assets import media
whose = {"self": resource.RUSAGE_SELF, "child": resource.RUSAGE_CHILDREN}[sys.argv[2]]
before, limits = resource.getrusage(whose), media.Limits()
try:
    path = Path(sys.argv[1])
    format = media.identify(path, limits)
    media.examine(media.strip(path, format, path.with_name("clean")), format, limits)
    words = "taken"
except media.Refused as refusal:
    words = str(refusal)
after = resource.getrusage(whose)
seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(f"{seconds:.3f}|{(after.ru_maxrss - before.ru_maxrss) // 1024}|{words}")
"""


def looked_at(path: Path, whose: str = "self") -> tuple[float, int, str]:
    """Seconds of the processor and megabytes of memory that it took, and the verdict. `whose`:
    those of the process itself, or of the child which looks at recordings."""
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, str(path), whose], cwd=root, capture_output=True, check=True
    )
    seconds, memory, words = done.stdout.decode().strip().split("|")
    return float(seconds), int(memory), words


def refused_cheaply(
    path: Path, words: str, memory: int = 60, seconds: float = 1.0, whose: str = "self"
) -> None:
    took, used, verdict = looked_at(path, whose)
    assert words in verdict
    assert used < memory, f"{used} MB"
    assert took < seconds, f"{took} s"


@pytest.mark.parametrize("size", [(30000, 30000), (13000, 13000)])
def test_an_enormous_png(work: Path, size: tuple[int, int]) -> None:
    path = work / "bomb.png"
    path.write_bytes(make.png_bomb(*size))
    refused_cheaply(path, f"{size[0]} × {size[1]} pixels")


def test_a_gif_with_an_enormous_canvas(work: Path) -> None:
    path = work / "bomb.gif"
    content = bytearray(make.encoded(Image.new("P", (8, 8)), "GIF"))
    content[6:10] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    refused_cheaply(path, "65535 × 65535 pixels")


def test_a_gif_with_an_enormous_frame_on_a_small_canvas(work: Path) -> None:
    path = work / "bomb.gif"
    content = bytearray(make.encoded(Image.new("P", (8, 8)), "GIF"))
    at = content.index(b",", 13)
    content[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    refused_cheaply(path, "he picture")


def test_a_gif_with_a_thousand_frames(work: Path) -> None:
    path = work / "many.gif"
    frames = [Image.new("P", (1500, 1500), n % 7) for n in range(2)]
    content = make.encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    body = content[content.index(b"!\xf9", 20) :].removesuffix(b";")
    path.write_bytes(content.removesuffix(b";") + body * 500 + b";")
    took, used, verdict = looked_at(path)
    assert verdict == "taken"
    assert used < 120, f"{used} MB"
    assert took < 2.0


def test_words_that_unpack_to_gigabytes(work: Path) -> None:
    path = work / "text.png"
    packed = zlib.compress(bytes(100_000_000), 6)
    content = make.encoded(Image.new("RGB", (9, 9)), "PNG")
    bombs = make.chunk(b"zTXt", b"a\0\0" + packed) + make.chunk(b"iCCP", b"b\0\0" + packed)
    path.write_bytes(content[:33] + bombs + content[33:])
    took, used, _ = looked_at(path)
    assert used < 120, f"{used} MB"
    assert took < 2.0


def test_a_film_with_enormous_frames(work: Path) -> None:
    path = work / "bomb.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuvj420p"
        frame = av.VideoFrame(64, 64, "yuvj420p")
        container.mux([*stream.encode(frame), *stream.encode()])
    content = path.read_bytes()
    small, large = b"\0\x40\0\x40", b"\x3a\x98\x3a\x98"
    assert content.count(small) > 1
    path.write_bytes(content.replace(small, large))
    refused_cheaply(path, "larger than 35.4 megapixels", memory=160, seconds=5, whose="child")


def test_a_film_that_says_it_has_ten_hours(work: Path) -> None:
    path = make.film(work / "long.mkv", frames=2)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for at in (0, 360_000):
            frame = av.VideoFrame(64, 64, "yuv420p")
            frame.pts = at
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    refused_cheaply(
        path, "runs 10:00:00; the limit is 2:00:00", memory=160, seconds=5, whose="child"
    )


def test_a_film_whose_tables_ask_for_gigabytes(work: Path) -> None:
    """The reader reserves memory for every frame that the table names; the child may not."""
    path = make.table_bomb(work / "bomb.mp4", 60_000_000)
    took, used, verdict = looked_at(path, "child")
    assert "Choose another one" in verdict
    assert used < 1536, f"{used} MB"
    assert took < 30
    took, used, verdict = looked_at(path, "self")
    assert used < 20, f"{used} MB"
