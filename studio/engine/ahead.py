"""Frames that are encoded while the next ones are drawn.

Worth it where drawing leaves a core idle. `motion` does not need it: see Stage.play there.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import av

from studio.engine.picture import plane

DEPTH = 3
"""Frames that may wait."""


class Ahead:
    """`show` is called in a thread, in order, with a copy of each frame; what it raises is raised
    by the next `frame`, or at the end."""

    def __init__(self, show: Callable[[av.VideoFrame], None]) -> None:
        self._show = show
        self._waiting: queue.Queue[av.VideoFrame | None] = queue.Queue(DEPTH)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def frame(self, picture: av.VideoFrame) -> None:
        """Done with the frame when it returns."""
        if self._error:
            raise self._error
        self._waiting.put(_copy(picture))

    def _run(self) -> None:
        while (picture := self._waiting.get()) is not None:
            if self._error:
                continue  # taken, so that nobody waits for room
            try:
                self._show(picture)
            except BaseException as error:
                self._error = error

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._waiting.put(None)
        self._thread.join()
        if self._error and error is None:
            raise self._error


def _copy(picture: av.VideoFrame) -> av.VideoFrame:
    copied = av.VideoFrame(picture.width, picture.height, picture.format.name)
    copied.colorspace, copied.color_range = picture.colorspace, picture.color_range
    for index in range(len(picture.planes)):
        plane(copied, index)[:] = plane(picture, index)
    return copied
