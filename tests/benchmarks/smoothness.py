"""How exactly the picture sits where it should, frame by frame, in the finished video.

A chart of round dots is filmed, every dot's centre of mass is found in every decoded frame and
compared with where the path puts it. Trembling is what is left of the error after taking a cubic
trend off each dot's track. The dots are large, with sharp edges, because the encoder's own noise
moves the centre of a small or soft one by more than the camera does.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.engine import motion, path, picture
from tests.benchmarks import peers
from tests.benchmarks.common import MEDIA, installed, photograph, table

Row = tuple[str, str, str, str, str]
Where = Callable[[float, float, float], tuple[float, float]]
Values = NDArray[np.float64]
Grey = NDArray[np.uint8]

PICTURE = (4000, 3000)
OUTPUT = (1080, 1080)
RADIUS, APART, EDGE = 90, 400, 2
REACH = 60
"""Output pixels around a dot's centre that belong to it."""
MOVES = {"zoom": "in", "pan": "left", "rotation": "left", "complex": "in"}
SHIMMER_FRAMES = 40


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        card = chart(Path(folder) / "dots.png")
        rivals = others(card)
        best = min((row[1] for row in rivals.values()), default=0.0)
        rows = [row for name in MOVES for row in ours(card, name, best)]
        for name, (error, shake) in rivals.items():
            rows.append((f"(peer) {name}, zoom", "–", both(error, shake), "–", "–"))
        table("Dots against the path in px RMS, 1080×1080: error / trembling", rows)
        table("Shimmer, stars and photographs, before encoding", shimmer(Path(folder)))


def both(error: float, shake: float) -> str:
    return f"{error:.4f} / {shake:.4f}"


def dots() -> Iterator[tuple[float, float]]:
    for y in range(APART // 2, PICTURE[1], APART):
        for x in range(APART // 2, PICTURE[0], APART):
            yield x + 0.37, y + 0.21


def chart(target: Path) -> Path:
    """White discs with soft edges on black."""
    card = np.zeros((PICTURE[1], PICTURE[0]), np.uint8)
    for x, y in dots():
        left, top = int(x) - RADIUS * 2, int(y) - RADIUS * 2
        rows, columns = np.mgrid[top : top + RADIUS * 4, left : left + RADIUS * 4] + 0.5
        away = np.hypot(columns - x, rows - y)
        disc = 255 * np.clip((RADIUS - away) / EDGE + 0.5, 0, 1)
        part = card[top : top + RADIUS * 4, left : left + RADIUS * 4]
        part[:] = np.maximum(part, np.rint(disc).astype(np.uint8)[: part.shape[0], : part.shape[1]])
    cv2.imwrite(str(target), card)
    return target


def decoded(video: Path) -> list[Grey]:
    with av.open(str(video)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return cast(list[Grey], frames)


def measure(frames: list[Grey], where: Where) -> tuple[float, float]:
    """RMS of the error and of the trembling, in output pixels."""
    tracks: dict[int, list[tuple[float, float]]] = {}
    for number, frame in enumerate(frames):
        done = number / (len(frames) - 1)
        for index, (x, y) in enumerate(dots()):
            miss = offset(frame, *where(x, y, done))
            if miss is not None:
                tracks.setdefault(index, []).append(miss)
    whole = [np.array(track) for track in tracks.values() if len(track) == len(frames)]
    assert whole, "no dot stays in sight"
    steps = np.linspace(-1, 1, len(frames))
    shaken = [track - trend(steps, track) for track in whole]
    return rms(np.stack(whole)), rms(np.stack(shaken))


def offset(frame: Grey, x: float, y: float) -> tuple[float, float] | None:
    """How far a dot's centre of mass is from where it should be, or None at the border."""
    left, top = round(x) - REACH, round(y) - REACH
    size = 2 * REACH
    if left < 0 or top < 0 or left + size > frame.shape[1] or top + size > frame.shape[0]:
        return None
    light = frame[top : top + size, left : left + size].astype(np.float64)
    light = np.clip(light - 40, 0, None)  # the encoder's noise on black
    if light.sum() == 0:
        return None
    places = np.arange(size) + 0.5
    return (
        float((light.sum(0) * places).sum() / light.sum() + left - x),
        float((light.sum(1) * places).sum() / light.sum() + top - y),
    )


def trend(steps: Values, track: Values) -> Values:
    basis = np.vander(steps, 4)
    return cast(Values, basis @ np.linalg.lstsq(basis, track, rcond=None)[0])


def rms(values: Values) -> float:
    return float(np.sqrt(np.mean(values**2)))


def ours(card: Path, name: str, rival: float) -> Iterator[Row]:
    target = card.with_name("ours.mp4")
    motion.animate(
        card,
        target,
        motion=name,
        direction=MOVES[name],
        strength=50,
        easing="linear",
        duration=peers.SECONDS,
        width=OUTPUT[0],
        height=OUTPUT[1],
        fps=peers.FPS,
        format="mp4",
    )

    def where(x: float, y: float, done: float) -> tuple[float, float]:
        at = path.view(name, MOVES[name], 50, "linear", PICTURE, OUTPUT, (0.5, 0.5), done)
        a, b, c, d, e, f = path.matrix(at, OUTPUT)
        return a * x + c * y + e, b * x + d * y + f

    error, shake = measure(decoded(target), where)
    share = f"{rival / shake:.1f}× steadier" if rival else "–"
    yield name, both(error, shake), f"{rival:.4f} trembling", share, "error < 0.02"
    pixels = picture.load(card)
    views = [
        path.view(
            name,
            MOVES[name],
            50,
            "linear",
            PICTURE,
            OUTPUT,
            (0.5, 0.5),
            number / (peers.FRAMES - 1),
        )
        for number in range(peers.FRAMES)
    ]
    stage = motion.Stage(pixels, views, *OUTPUT, "nv12")
    drawn = [picture.plane(stage.still(at), 0) for at in views]
    yield f"{name}, before encoding", both(*measure(drawn, where)), "–", "–", "–"


def others(card: Path) -> dict[str, tuple[float, float]]:
    shot = peers.Shot(card, card.with_name("peer.mp4"), PICTURE, OUTPUT)
    ways: dict[str, Callable[[], None]] = {}
    if installed("imageio_ffmpeg"):
        ways["zoompan"] = lambda: peers.zoompan(shot)
        ways["zoompan after enlarging 4×"] = lambda: peers.zoompan(shot, 4)
    if installed("moviepy"):
        ways["moviepy"] = lambda: peers.moviepy(shot)
    if len(ways) < 3:
        print("Left out: moviepy and zoompan need `pip install moviepy`.")
    found = {}
    for name, work in ways.items():
        work()
        found[name] = measure(decoded(shot.target), shot.where)
    return found


def shimmer(folder: Path) -> Iterator[Row]:
    """Change over time at fixed points of the picture, ours against Pillow's Lanczos."""
    for name, source in (
        ("stars", MEDIA / "hubble.jpg"),
        ("photographs", photograph(folder / "photo.jpg")),
    ):
        pixels = picture.load(source)
        size = (540, 540)
        views = [
            path.view(
                "zoom",
                "in",
                50,
                "linear",
                (pixels.width, pixels.height),
                size,
                (0.5, 0.5),
                0.2 + 0.2 * number / SHIMMER_FRAMES,
            )
            for number in range(SHIMMER_FRAMES)
        ]
        stage = motion.Stage(pixels, views, *size, "nv12")
        drawn = [picture.plane(stage.still(at), 0) for at in views]
        exact = [lanczos(pixels.luma, at, size) for at in views]
        mine, gold = flicker(drawn, views, size), flicker(exact, views, size)
        error = rms(np.stack(drawn).astype(np.float64) - np.stack(exact))
        alike = f"{20 * np.log10(255 / error):.1f} dB alike"
        yield f"{name}, zoom", f"{mine:.2f}", f"{gold:.2f} Lanczos", f"{mine / gold:.2f}", alike


def lanczos(luma: Grey, at: path.View, size: tuple[int, int]) -> Grey:
    x, y = at.scale * size[0] / 2, at.scale * size[1] / 2
    box = (at.cx - x, at.cy - y, at.cx + x, at.cy + y)
    return np.asarray(Image.fromarray(luma).resize(size, Image.Resampling.LANCZOS, box=box))


def flicker(frames: list[Grey], views: list[path.View], size: tuple[int, int]) -> float:
    """RMS change over time, in grey levels, once the movement is taken out."""
    base = views[len(views) // 2]
    held = []
    for frame, at in zip(frames, views, strict=True):
        grow = base.scale / at.scale
        x = (base.cx - at.cx) / at.scale + (1 - grow) * (size[0] / 2 - 0.5)
        y = (base.cy - at.cy) / at.scale + (1 - grow) * (size[1] / 2 - 0.5)
        back = np.array([[grow, 0, x], [0, grow, y]])
        flags = cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP
        held.append(cv2.warpAffine(frame.astype(np.float32), back, size, flags=flags))
    inner = np.stack(held)[:, 80:-80, 80:-80]
    return float(np.sqrt(inner.var(axis=0).mean()))
