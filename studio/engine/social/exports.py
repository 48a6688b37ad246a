"""One picture into a folder, in every format that is wanted."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

from studio.engine import EngineError, Report, ignore
from studio.engine.social import draw, pack, proof, unsafe
from studio.engine.social.place import box_of, enlarged, is_fitted, place
from studio.engine.social.sight import Seen, look
from studio.engine.social.wanted import Fractions, Made, Wanted, check
from studio.engine.stills import crop, files
from studio.engine.stills.crop import Box

THREADS = 2


class TooFew(EngineError):
    """A format would have to be enlarged, and may not."""


class Exported(NamedTuple):
    """What was made, in the order that it was asked for, and why the others were not, by key."""

    made: list[Made]
    refused: dict[str, str]


class Task(NamedTuple):
    """One picture to draw, and the formats that are all the same but for their names."""

    wants: tuple[Wanted, ...]
    level: int
    box: Box
    enlarged: float


def export(
    source: Path | Seen, folder: Path, wanted: Sequence[Wanted], report: Report = ignore
) -> Exported:
    """Write a file for each format into the folder, named by its key, and open each again.

    source: a picture, or what `look` saw in it. The files come back in the order of `wanted`; the
    same picture and formats make the same bytes. A format that would have to be enlarged and may
    not, or that cannot be small enough, is refused by itself.

    Raises EngineError, and leaves no file of these behind, for input that cannot be used, and when
    every format is refused.
    """
    check(wanted)
    report(0.0, "looking")
    seen = source if isinstance(source, Seen) else look(source)
    if not seen.levels:
        raise ValueError("what was kept of a picture has no pixels: look at it, known by that")
    refused = dict[str, str]()
    tasks = _tasks(seen, wanted, refused)
    report(0.2, "exporting")
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        made = _run(seen, folder, tasks, written, refused, report)
        if not made:
            raise _nothing(refused)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return Exported([made[want.key] for want in wanted if want.key in made], refused)


def _run(
    seen: Seen,
    folder: Path,
    tasks: Sequence[Task],
    written: list[Path],
    refused: dict[str, str],
    report: Report,
) -> dict[str, Made]:
    made: dict[str, Made] = {}
    with ThreadPoolExecutor(THREADS) as pool:
        running = {pool.submit(_done, seen, folder, task, written): task for task in tasks}
        try:
            for number, future in enumerate(as_completed(running)):
                try:
                    made |= {one.key: one for one in future.result()}
                except pack.TooHeavy as error:
                    refused |= dict.fromkeys((w.key for w in running[future].wants), str(error))
                report(0.2 + 0.8 * (number + 1) / len(running), "exporting")
        except BaseException:
            _cancel(running)
            raise
    return made


def _cancel(running: Iterable[Future[list[Made]]]) -> None:
    for future in running:
        future.cancel()


def _tasks(seen: Seen, wanted: Sequence[Wanted], refused: dict[str, str]) -> list[Task]:
    """Each different picture once, the largest first so that the threads end together."""
    alike: dict[Hashable, list[Wanted]] = {}
    cuts: dict[Hashable, tuple[int, Box, float]] = {}
    smart: dict[float, Box] = {}
    for want in wanted:
        try:
            cut = _cut(seen, want, smart)
        except TooFew as error:
            refused[want.key] = str(error)
            continue
        same = (cut, *_same(want))
        cuts[same] = cut
        alike.setdefault(same, []).append(want)
    tasks = [Task(tuple(wants), *cuts[same]) for same, wants in alike.items()]
    return sorted(tasks, key=lambda task: -task.wants[0].width * task.wants[0].height)


def _cut(seen: Seen, want: Wanted, smart: dict[float, Box]) -> tuple[int, Box, float]:
    """The level, the box on it, and by how much that is enlarged. smart: boxes found before."""
    asked = want.mode == "smart" and not want.box and not want.focus
    box = smart.get(want.ratio) if asked else None
    box = box or box_of(seen, want)
    if asked:
        smart[want.ratio] = box
    by = enlarged(box, want)
    if by > 1 and not want.enlarge:
        raise _too_few(want, box)
    size = (want.width, want.height)
    if is_fitted(want):
        size = crop.fitted_size(seen.size, *size)
    level, box = draw.snapped(seen, box, size)
    return level, box, by


def _same(want: Wanted) -> tuple[Hashable, ...]:
    """What makes the file of two formats the same, beside what they show."""
    fill = (want.fill, want.mode) if is_fitted(want) else ()
    size = (want.width, want.height)
    return (size, want.types, want.most, want.background, fill)


def _done(seen: Seen, folder: Path, task: Task, written: list[Path]) -> list[Made]:
    want = task.wants[0]
    pixels = draw.drawn(seen, want, task.level, task.box)
    file = pack.packed(pixels, want)
    return list(_saved(seen, folder, task, file, written))


def _saved(
    seen: Seen, folder: Path, task: Task, file: pack.Packed, written: list[Path]
) -> Iterator[Made]:
    for want in task.wants:
        path = folder / f"{want.key}{files.SUFFIXES[file.type]}"
        files.write(path, file.data)
        written.append(path)
        checked = proof.proven(path, want, file.type)
        placed = place(seen, want, task.box)
        yield Made(
            key=want.key,
            path=path,
            width=want.width,
            height=want.height,
            bytes=len(file.data),
            type=file.type,
            quality=file.quality,
            box=_inside(placed.seen),
            enlarged=task.enlarged,
            warnings=(*unsafe.warnings(seen, placed, want.safe), *_given_up(task, file)),
            checked=checked,
        )


def _inside(box: Fractions) -> Fractions:
    left, top, right, bottom = (min(1.0, max(0.0, value)) for value in box)
    return left, top, right, bottom


SOFT = 1.5
"""The enlargement from which it is seen that pixels are missing."""
BLURRED = 8
"""The enlargement from which little can be made out."""
LOW = 60
"""The quality below which the blocks of a JPEG are seen."""


def _given_up(task: Task, file: pack.Packed) -> Iterator[str]:
    if task.enlarged > BLURRED:
        yield f"It is enlarged {task.enlarged:.0f} times and is a blur. Choose a larger picture."
    elif task.enlarged > SOFT:
        yield f"It is enlarged {task.enlarged:.1f} times, which looks soft."
    if file.quality is not None and file.quality < LOW:
        yield f"It has quality {file.quality} to be small enough, which is seen."
    if file.colors is not None:
        yield f"It has {file.colors} colors to be small enough."


def _nothing(refused: dict[str, str]) -> EngineError:
    first, *others = refused.values()
    return EngineError(f"None of {len(refused)} formats can be made. {first}" if others else first)


def _too_few(want: Wanted, box: Box) -> TooFew:
    wide, tall = box.right - box.left, box.bottom - box.top
    return TooFew(
        f"“{want.key}” has {want.width} × {want.height} px, and the part of the picture that it "
        f"shows has only {wide:.0f} × {tall:.0f}. Allow it to be enlarged, or choose a larger "
        "picture."
    )
