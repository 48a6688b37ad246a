"""A whole studio as a person starts it: real processes, a data folder and a port of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

ROOT = Path(__file__).resolve().parents[2]
OURS = ("DJANGO_SETTINGS_MODULE", "Q_CLUSTER_NAME", "SECRET_KEY", "LOG_LEVEL", "HTTPS")


class Process(NamedTuple):
    pid: int
    parent: int
    state: str
    """As in /proc: R running, S sleeping, T stopped, Z dead but not collected."""
    command: str


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str]

    def json(self) -> Any:
        return json.loads(self.body)


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    """The variables of a studio in `folder`; nothing of the tests or of a .env file gets in."""
    plain = {k: v for k, v in os.environ.items() if k not in OURS and not k.startswith("PYTEST")}
    return plain | {
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite://{folder}/zoetrope.sqlite3",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        **more,
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


T = TypeVar("T")


def wait_for(ask: Callable[[], T], seconds: float = 15.0, what: str = "") -> T:
    """Ask until the answer is true; it is returned. Fails after that many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain: {what or ask}")
        time.sleep(0.05)
    return answer


class Studio:
    """`with Studio(folder, prepared) as studio: studio.start()`; it leaves nothing running.

    folder: an empty one for its data. prepared: the data folder of a studio that was set up, to
    begin with a copy of it (None: run `manage.py setup` here).
    """

    def __init__(self, folder: Path, prepared: Path | None = None, **variables: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.environment = environment(folder, self.port, **variables)
        self.log = folder / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        if prepared:
            shutil.copytree(prepared, folder, dirs_exist_ok=True, symlinks=True)
        else:
            self.manage("setup")

    def __enter__(self) -> Studio:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
        for process in self.processes():
            os.kill(process.pid, signal.SIGKILL)

    # --- the command line -------------------------------------------------------------------

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command to its end."""
        return subprocess.run(
            [sys.executable, ROOT / "manage.py", *arguments],
            env=self.environment,
            check=check,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def start(self, *options: str, ready: bool = True) -> Studio:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py", "start", *options],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if ready:
            self.wait_ready()
        return self

    def stop(self, number: int = signal.SIGINT) -> float:
        """Send the signal to the first process; the seconds until none of them is left."""
        assert self.process
        begin = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        wait_for(lambda: not self.processes(), 30, "every process to end")
        return time.monotonic() - begin

    @property
    def output(self) -> str:
        return self.log.read_text()

    # --- its processes ----------------------------------------------------------------------

    def processes(self) -> list[Process]:
        """Every living process that belongs to it, orphans included."""
        mark = f"DATA_DIR={self.folder}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(_read(entry))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return [process for process in found if process.state != "Z"]

    def leader(self, name: str) -> int:
        """The first process of web, engine or work."""
        assert self.process
        word = "manage.py serve" if name == "web" else f"manage.py cluster {name}"
        found = [p for p in self.children(self.process.pid) if word in p.command]
        return found[0].pid if found else 0

    def children(self, pid: int) -> list[Process]:
        return sorted(p for p in self.processes() if p.parent == pid)

    def orphans(self) -> list[Process]:
        """Processes whose line of parents does not lead to the supervisor."""
        assert self.process
        known = {self.process.pid}
        rest = [p for p in self.processes() if p.pid not in known]
        while more := {p.pid for p in rest if p.parent in known}:
            known |= more
            rest = [p for p in rest if p.pid not in known]
        return rest

    def sentinel(self, queue: str) -> int:
        """The process of a cluster that guards all others of it."""
        return wait_for(lambda: self.children(self.leader(queue)), what=f"{queue}'s sentinel")[
            0
        ].pid

    def workers(self, queue: str, count: int) -> list[int]:
        """The workers of a fresh cluster: the first that its sentinel forked."""
        return [p.pid for p in self.children(self.sentinel(queue))][:count]

    # --- its pages, its database ------------------------------------------------------------

    def get(self, path: str, headers: dict[str, str] | None = None, timeout: float = 10) -> Answer:
        return self.request("GET", path, headers=headers, timeout=timeout)

    def request(
        self,
        method: str,
        path: str,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 30,
    ) -> Answer:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data, headers or {}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return Answer(answer.status, answer.read(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(), dict(error.headers))

    def is_ready(self) -> bool:
        try:
            return self.get("/healthz?ready").status == 200
        except OSError:
            return False

    def wait_ready(self, seconds: float = 90) -> None:
        def ready() -> bool:
            assert self.process
            assert self.process.poll() is None, f"it ended: {self.output}"
            return self.is_ready()

        wait_for(ready, seconds, "the studio to be ready")

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        database = sqlite3.connect(self.folder / "zoetrope.sqlite3", timeout=20)
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.close()

    def beat(self, queue: str) -> str:
        """When a task last came through the queue."""
        name = f"{queue}@{socket.gethostname()}"
        return str(self.rows("SELECT seen FROM studio_beat WHERE name = ?", name)[0][0])

    def wait_beat(self, queue: str, seconds: float = 15) -> float:
        """Wait until one more task has come through the queue; the seconds that it took."""
        begin, last = time.monotonic(), self.beat(queue)
        wait_for(lambda: self.beat(queue) != last, seconds, f"a task through {queue}")
        return time.monotonic() - begin


def _read(entry: Path) -> Process:
    # The name of the program may contain spaces; it ends at the last bracket.
    state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return Process(int(entry.name), int(parent), state, command)
