"""What the tests of edited pictures share: samples, masks, and pictures that were looked at.

`python -m tests.engine.stills.edited` draws the golden pictures again. Look at each of them before
you keep it.
"""

import importlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from studio.engine.stills import files

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "static" / "samples"
GOLDEN = ROOT / "tests" / "golden" / "stills"
SIDE = 176
MAKERS: dict[str, Callable[[Path], Path]] = {}


def sample(name: str) -> Path:
    return SAMPLES / f"{name}.jpg"


def golden(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """Mark a function from a folder to a result file as one with a golden picture of its name."""
    MAKERS[make.__name__] = make
    return make


def small(path: Path) -> np.ndarray:
    """A result on magenta, at most SIDE wide and high: what is transparent shows."""
    with Image.open(path) as image:
        seen = image.convert("RGBA")
    ground = Image.new("RGBA", seen.size, (255, 0, 255, 255))
    shown = Image.alpha_composite(ground, seen).convert("RGB")
    shown.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(shown)


def assert_golden(path: Path, name: str) -> None:
    """The result looks as the picture that was looked at: hardly a pixel in fifty differs."""
    found = small(path).astype(int)
    with Image.open(GOLDEN / f"{name}.png") as image:
        wanted = np.asarray(image.convert("RGB")).astype(int)
    assert found.shape == wanted.shape
    apart = np.abs(found - wanted).max(-1)
    assert (apart > 24).mean() < 0.02, f"{(apart > 24).mean():.3f} of {name} looks different"


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def write(folder: Path, name: str, array: np.ndarray) -> Path:
    path = folder / name
    Image.fromarray(array).save(path)
    return path


def mask(folder: Path, shape: tuple[int, ...], draw: Callable[[np.ndarray], object]) -> Path:
    """A mask file of the shape, with what `draw` paints on it in 255."""
    paper = np.zeros(shape[:2], np.uint8)
    draw(paper)
    return write(folder, "mask.png", paper)


def energy(array: np.ndarray, where: np.ndarray) -> float:
    """Fine detail: the spread of the Laplacian."""
    grey = cv2.cvtColor(np.ascontiguousarray(array[..., :3]), cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F)[where].std())


def main() -> None:
    for part in ("matte", "fill", "extend", "recolor", "relight"):
        importlib.import_module(f"tests.engine.stills.test_{part}")
    from tests.engine.stills.edited import MAKERS  # this file runs twice, as itself and as main

    for name, make in MAKERS.items():
        with tempfile.TemporaryDirectory() as folder:
            files.save(small(make(Path(folder))), GOLDEN / f"{name}.png", "png")
            print(name)


if __name__ == "__main__":
    main()
