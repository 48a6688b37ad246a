"""What the measurements share: clocks, a photograph, rows of a table."""

import importlib.util
import os
import statistics
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import cv2
import numpy as np

MEDIA = Path(__file__).parents[2] / "static" / "samples"
PICTURES = ("astronaut.jpg", "coffee.jpg", "chelsea.jpg", "rocket.jpg", "hubble.jpg")

Work = Callable[[], object]


def cpu(work: Work) -> float:
    """Processor seconds of this process, all its threads and the children it waited for."""
    before = os.times()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def alternate(cases: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    """Processor seconds of every case, the cases taking turns so that they share the weather."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, work in cases.items():
            seconds[name].append(cpu(work))
    return seconds


def ratio(above: list[float], below: list[float]) -> float:
    """The median of the ratios round by round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


HEADS = ("case", "ours", "peer", "ratio", "promised")


def table(title: str, rows: Iterable[tuple[str, ...]], heads: tuple[str, ...] = HEADS) -> None:
    print(f"\n### {title}\n")
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)
    print(flush=True)


def photograph(target: Path, width: int = 4000, height: int = 3000) -> Path:
    """A detailed 12-megapixel JPEG: the sample pictures side by side, with a camera's noise."""
    tiles = [cv2.imread(str(MEDIA / name)) for name in PICTURES]
    board = np.zeros((height, width, 3), np.uint8)
    across, down = width // 4, height // 4
    for number in range(16):
        tile = tiles[number % len(tiles)]
        assert tile is not None, f"{MEDIA} lacks a picture"
        way = cv2.INTER_AREA if tile.shape[1] > across else cv2.INTER_CUBIC
        row, column = divmod(number, 4)
        place = board[row * down : (row + 1) * down, column * across : (column + 1) * across]
        place[:] = cv2.resize(tile, (across, down), interpolation=way)
    noise = np.random.default_rng(1).normal(0, 3, board.shape)
    cv2.imwrite(str(target), np.clip(board + noise, 0, 255).astype(np.uint8))
    return target
