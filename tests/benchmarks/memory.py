"""Whether a long render needs more memory than a short one. Reads /proc, so Linux only."""

import multiprocessing
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from tests.benchmarks.common import photograph, table

MINUTES, FPS = 10, 30


def run() -> None:
    if not Path("/proc/self/status").exists():
        print("Left out: memory is read from /proc.")
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        photo = photograph(Path(folder) / "photo.jpg")
        for format in ("mp4", "webm"):
            first, last = watched(photo, format)
            rows.append(
                (
                    f"{MINUTES} minutes, 320×180 {format}: at the end and after 1 minute",
                    f"{last:.0f} MB",
                    f"{first:.0f} MB",
                    f"{last / first:.3f}",
                    "does not grow",
                )
            )
    table("Resident memory", rows)


def watched(photo: Path, format: str) -> tuple[float, float]:
    """Megabytes after one minute of video and at its end, in a process of its own."""
    here, there = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("spawn").Process(target=render, args=(photo, format, there))
    child.start()
    try:
        found: tuple[float, float] = here.recv()
    finally:
        child.join()
    return found


def render(photo: Path, format: str, answer: Connection) -> None:
    from studio.engine import motion

    seen: list[float] = []

    def report(fraction: float, stage: str) -> None:
        if stage == "rendering" and ((fraction >= 1 / MINUTES and not seen) or fraction == 1):
            seen.append(resident())

    motion.animate(
        photo,
        photo.with_name(f"long.{format}"),
        motion="complex",
        direction="in",
        strength=50,
        easing="linear",
        duration=60 * MINUTES,
        width=320,
        height=180,
        fps=FPS,
        format=format,
        report=report,
    )
    answer.send((seen[0], seen[-1]))


def resident() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError("VmRSS")
