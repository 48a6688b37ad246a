"""What a motion video costs, against the bare encoder and against the usual ways to make one."""

import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import av

from studio.engine import motion, path, picture
from studio.engine.encode import Writer
from tests.benchmarks import peers
from tests.benchmarks.common import alternate, installed, photograph, ratio, table

Row = tuple[str, str, str, str, str]

SIZES = ((1080, 1080), (1920, 1080))
MOVES = {
    "zoom": ("in", 1.20),
    "pan": ("left", 1.30),
    "rotation": ("left", 1.45),
    "complex": ("in", 1.45),
}
STRENGTH, EASING = 50, "ease-in-out"
ROUNDS = 5


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        photo = photograph(Path(folder) / "photo.jpg")
        table(
            "5 s, 30 fps from 12 megapixels: processor time, peer = x264 given ready-made frames",
            (encoder(photo, name, size) for size in SIZES for name in MOVES),
        )
        rows = []
        for size in SIZES:
            rows += usual(photo, size)
        table("The same zoom made in the usual ways: processor time", rows)
        table("The same request makes the same bytes", [repeated(photo)])


def ours(photo: Path, target: Path, name: str, size: tuple[int, int], easing: str = EASING) -> None:
    motion.animate(
        photo,
        target,
        motion=name,
        direction=MOVES[name][0],
        strength=STRENGTH,
        easing=easing,
        duration=peers.SECONDS,
        width=size[0],
        height=size[1],
        fps=peers.FPS,
        format="mp4",
    )


def ready_made(photo: Path, name: str, size: tuple[int, int]) -> list[av.VideoFrame]:
    """Every frame of a render, each in memory of its own."""
    pixels = picture.load(photo)
    views = [
        path.view(
            name,
            MOVES[name][0],
            STRENGTH,
            EASING,
            (pixels.width, pixels.height),
            size,
            (0.5, 0.5),
            number / (peers.FRAMES - 1),
        )
        for number in range(peers.FRAMES)
    ]
    stage = motion.Stage(pixels, views, *size, "nv12")
    return [stage.still(at) for at in views]


def encode(frames: list[av.VideoFrame], target: Path, size: tuple[int, int]) -> None:
    with Writer(target, "mp4", *size, peers.FPS) as writer:
        for frame in frames:
            writer.frame(frame)
        writer.finish()


def encoder(photo: Path, name: str, size: tuple[int, int]) -> Row:
    frames = ready_made(photo, name, size)
    made, bare = photo.with_name("made.mp4"), photo.with_name("bare.mp4")
    seconds = alternate(
        {
            "ours": lambda: ours(photo, made, name, size),
            "encoder": lambda: encode(frames, bare, size),
        },
        ROUNDS,
    )
    same = "same bytes" if made.read_bytes() == bare.read_bytes() else "OTHER BYTES"
    return (
        f"{name} {size[0]}×{size[1]} ({same})",
        f"{statistics.median(seconds['ours']):.2f} s",
        f"{statistics.median(seconds['encoder']):.2f} s",
        f"{ratio(seconds['ours'], seconds['encoder']):.2f}",
        f"≤ {MOVES[name][1]:.2f}",
    )


def usual(photo: Path, size: tuple[int, int]) -> list[Row]:
    shot = peers.Shot(photo, photo.with_name("peer.mp4"), (4000, 3000), size)
    ways: dict[str, tuple[Callable[[], None], str]] = {}
    if installed("imageio_ffmpeg"):
        ways["zoompan"] = (lambda: peers.zoompan(shot), "–")
        ways["zoompan after enlarging 4×"] = (lambda: peers.zoompan(shot, 4), "≥ 2.5× ours")
    if installed("moviepy"):
        ways["moviepy"] = (lambda: peers.moviepy(shot), "≥ 9× ours")
    if len(ways) < 3:
        print("Left out: moviepy and zoompan need `pip install moviepy`.")
    rows = []
    for name, (work, promised) in ways.items():
        same = partial(ours, photo, photo.with_name("made.mp4"), "zoom", size, "linear")
        seconds = alternate({"ours": same, "peer": work}, 3 if name == "zoompan" else 2)
        rows.append(
            (
                f"{name}, zoom {size[0]}×{size[1]}",
                f"{statistics.median(seconds['ours']):.2f} s",
                f"{statistics.median(seconds['peer']):.2f} s",
                f"{ratio(seconds['peer'], seconds['ours']):.1f}× ours",
                promised,
            )
        )
    return rows


def repeated(photo: Path) -> Row:
    found = set()
    for _ in range(3):
        ours(photo, photo.with_name("again.mp4"), "complex", (1080, 1080))
        found.add(photo.with_name("again.mp4").read_bytes())
    return "complex 1080×1080, 3 runs", f"{len(found)} kind of bytes", "–", "–", "1"
