"""How long the edits of a 12-megapixel photograph take, from file to file, in processor seconds.

The photograph is the sample of the coffee cup, enlarged, with a camera's noise; what is erased
covers 3 % of it. Peers: the same GrabCut at full size, and OpenCV's Telea at full size on the same
crop, which is the usual way to erase. Detail is the spread of the Laplacian in the filled place as
a share of that around it: 1 is a texture that goes on, 0 a smear.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from studio.engine.stills import files, fill, matte
from tests.benchmarks.common import MEDIA, cpu, table

SIZE = (4242, 2828)
SPOT = (0.86, 0.5)
"""Where the thing to erase is: on the wood of the table."""
ROUNDS = 2


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = enlarged(Path(folder) / "photo.jpg")
        mask = marks(Path(folder) / "mask.png")
        table(
            "Background removed and an object erased, 12 megapixels, processor seconds",
            [*cut_out(source), *erased(source, mask)],
        )


def enlarged(target: Path) -> Path:
    with Image.open(MEDIA / "coffee.jpg") as image:
        large = np.asarray(image.convert("RGB").resize(SIZE, Image.Resampling.BICUBIC))
    noise = np.random.default_rng(1).normal(0, 4, large.shape)
    noisy = np.clip(large + noise, 0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(target, quality=92)
    return target


def marks(target: Path) -> Path:
    """An ellipse of 3 % of the picture."""
    paper = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    across = round((0.03 * SIZE[0] * SIZE[1] / np.pi * 0.8) ** 0.5)
    middle = (round(SPOT[0] * SIZE[0]), round(SPOT[1] * SIZE[1]))
    cv2.ellipse(paper, middle, (across, round(across / 0.8)), 0, 0, 360, 255, -1)
    cv2.imwrite(str(target), paper)
    return target


def clock(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Processor seconds of the shortest of some rounds. All of it runs on one thread, so this is
    what the clock says when the computer is left alone."""
    return min(cpu(work) for _ in range(rounds))


def cut_out(source: Path) -> list[tuple[str, str, str, str, str]]:
    target = source.with_name("cut.png")
    ours = clock(lambda: matte.remove_background(source, target))
    rgb = files.load_rgb(source)
    small = matte.fitted(rgb, matte.CUT)
    seen = matte.subject.likelihood(matte.fitted(rgb, 640))
    trimap = matte.guessed(cv2.resize(seen, (small.shape[1], small.shape[0])))
    whole = cv2.resize(trimap, SIZE, interpolation=cv2.INTER_NEAREST)
    box, models = (0, 0, 1, 1), (np.zeros((1, 65)), np.zeros((1, 65)))

    def full() -> None:
        cv2.grabCut(rgb, whole.copy(), box, *models, 1, cv2.GC_INIT_WITH_MASK)

    theirs = clock(full, 1)
    share = f"{theirs / ours:.1f}× faster"
    return [("remove background", f"{ours:.2f}", f"{theirs:.2f} GrabCut, 1 round", share, "< 3 s")]


def erased(source: Path, mask: Path) -> list[tuple[str, str, str, str, str]]:
    target = source.with_name("erased.png")
    ours = clock(lambda: fill.erase(source, mask, target))
    rgb, hole = files.load_rgb(source).copy(), files.load_mask(mask, SIZE) > 127
    hole = fill.widened(hole, 5)
    (box,) = fill.groups(hole)
    crop = np.s_[box.top : box.bottom, box.left : box.right]
    telea: list[np.ndarray] = []

    def plain() -> None:
        part = np.ascontiguousarray(rgb[crop])
        telea.append(cv2.inpaint(part, hole[crop].astype(np.uint8), 4, cv2.INPAINT_TELEA))

    theirs = clock(plain, 1)
    inside = cv2.erode(hole.astype(np.uint8), np.ones((9, 9))) > 0
    ring = (cv2.dilate(hole.astype(np.uint8), np.ones((99, 99))) > 0) & ~hole
    around = detail(rgb, ring)
    sharp = detail(files.load_rgb(target), inside) / around
    rgb[crop] = telea[0]
    smeared = detail(rgb, inside) / around
    return [
        ("erase 3 %", f"{ours:.2f}", f"{theirs:.2f} Telea", f"{theirs / ours:.1f}×", "< 6 s"),
        ("detail in the filled place", f"{sharp:.2f}", f"{smeared:.2f} Telea", "–", "0.8 to 1.25"),
    ]


def detail(rgb: np.ndarray, where: np.ndarray) -> float:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F)[where].std())
