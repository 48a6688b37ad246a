"""One supervised process: started, watched, started again, ended together with all it forked."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

log = logging.getLogger("zoetrope.supervisor")

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
SETTLED = 30.0  # seconds of life after which the next death is a new story


class Child:
    """A `manage.py` command in a process group of its own.

    fds: open files that it inherits. prepare: is called before every start; when it answers False
    the start waits for a later try.
    """

    def __init__(
        self,
        name: str,
        *arguments: str,
        fds: tuple[int, ...] = (),
        environment: dict[str, str] | None = None,
        prepare: Callable[[], bool] = lambda: True,
    ) -> None:
        self.name = name
        self.arguments = arguments
        self.fds = fds
        self.environment = environment or {}
        self.prepare = prepare
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.pause = FIRST_PAUSE
        self.due = 0.0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keep_running(self) -> None:
        """Start it, or start it again, once its pause is over."""
        if self.process is not None and not self.is_running:
            log.warning("%s ended (%s); starting it again", self.name, describe(self.end()))
        if self.process is None and time.monotonic() >= self.due:
            try:
                if self.prepare():
                    self._start()
                    return
            except OSError as error:
                log.warning("%s cannot be started, trying again: %s", self.name, error)
            self._wait_longer()

    def ask_to_end(self) -> None:
        """SIGTERM to the first process only: a group of django-q's that is asked hangs for ever."""
        if self.process is not None:
            self.process.terminate()

    def end(self) -> int:
        """Kill the whole group now; the exit code of its first process."""
        if self.process is None:
            return 0
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        self.process = None
        if time.monotonic() - self.started > SETTLED:
            self.pause = FIRST_PAUSE
        self._wait_longer()
        return code

    def _start(self) -> None:
        manage = str(Path(settings.BASE_DIR) / "manage.py")
        self.process = subprocess.Popen(
            [sys.executable, manage, *self.arguments, f"--parent={os.getpid()}"],
            env=os.environ | self.environment,
            pass_fds=self.fds,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started = time.monotonic()

    def _wait_longer(self) -> None:
        self.due = time.monotonic() + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)


def describe(code: int) -> str:
    """The exit code of a process in words."""
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
