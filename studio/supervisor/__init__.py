"""The studio's processes: a web server and two task clusters, kept running until told otherwise.

    manage.py start (this one)
     ├─ web     manage.py serve            listens on a socket that this process holds
     ├─ engine  manage.py cluster engine   hints, sweeps, anything short
     └─ work    manage.py cluster work     renders

Each is a process group of its own and dies with this process. A task cluster is not trusted: it
shows every other second that a task which goes in comes out, else its whole group is killed and
started again. Killing is always safe; asking politely is only quicker for those who wait.
"""

from __future__ import annotations

import logging
import queue
import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TypeVar

from django import db

from studio import jobs
from studio.broker import QUEUES
from studio.models import Job, State
from studio.processes import HOST
from studio.pump.lease import ask_to_leave, void_dead
from studio.supervisor.canary import Canaries
from studio.supervisor.child import Child

log = logging.getLogger("zoetrope.supervisor")

T = TypeVar("T")

TICK = 0.5
GRACE = 1.5
SEND_GRACE = 20.0


class Supervisor:
    """Keeps the children running until SIGINT, SIGTERM or SIGHUP.

    web: the number of the socket to serve, None for no web server. queues: the clusters to run.
    """

    def __init__(self, web: int | None, queues: Sequence[str] = QUEUES) -> None:
        self.clusters = {name: _cluster(name) for name in queues}
        self.children = list(self.clusters.values())
        if web is not None:
            self.children.insert(0, Child("web", "serve", f"--socket={web}", fds=(web,)))
        self.canaries = Canaries(queues)
        # SimpleQueue is the one thing that a signal handler may safely put something into.
        self.signals: queue.SimpleQueue[int] = queue.SimpleQueue()

    def run(self) -> None:
        self._listen()
        _be_brief()
        try:
            self._keep_running()
        finally:
            self._end()

    def _listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.signals.put(number)

    def _told_to_end(self, wait: float) -> bool:
        """Sleep until something happens, `wait` seconds at most; whether it was the word to end."""
        try:
            number = self.signals.get(timeout=wait)
        except queue.Empty:
            return False
        return number != signal.SIGCHLD

    def _keep_running(self) -> None:
        last = time.monotonic()
        while True:
            for child in self.children:
                child.keep_running()
            now = time.monotonic()
            self._check_clusters(now - last)
            last = now
            if self._told_to_end(TICK):
                return

    def _check_clusters(self, elapsed: float) -> None:
        if not self.clusters:
            return
        self.canaries.look(elapsed)
        late = [name for name in self.clusters if self.canaries.is_late(name)]
        for name, child in self.clusters.items():
            if child.is_running and name in late:
                log.warning("%s does not answer; killing it and starting it again", name)
                child.end()
            elif child.is_running:
                continue
            self.canaries.start_anew(name)

    def _end(self) -> None:
        """Everything is over in three seconds, unless something is just being handed to a provider;
        a second word to end shortens that."""
        _quietly(lambda: ask_to_leave(HOST))
        for child in self.children:
            child.ask_to_end()
        begun = time.monotonic()
        while any(child.is_running for child in self.children):
            waited = time.monotonic() - begun
            # What is on its way to a provider may cost money: its answer is worth waiting for.
            if waited > GRACE and not (waited < SEND_GRACE and _quietly(_is_sending)):
                break
            if self._told_to_end(TICK):
                break
        for child in self.children:
            child.end()
        if "work" in self.clusters:
            _void_host(planned=True)


def _cluster(name: str) -> Child:
    prepare = _void_host if name == "work" else _free_pump
    return Child(name, "cluster", name, environment={"Q_CLUSTER_NAME": name}, prepare=prepare)


def _free_pump() -> bool:
    """The pump is worked in the engine: let the next one begin at once."""
    return _quietly(void_dead) is not None


def _void_host(planned: bool = False) -> bool:
    """Let work of dead workers be taken up. Called whenever no worker of this host is alive."""
    try:
        jobs.void_host(HOST, planned=planned)
    except db.Error as error:
        log.warning("the work that was under way here waits for the database: %s", error)
        db.connection.close()
        return False
    except Exception:
        # Its lease runs out by itself; the studio need not stand still for that.
        log.exception("the work that was under way here cannot be taken up at once")
    return True


def _is_sending() -> bool:
    return Job.objects.filter(host=HOST, state=State.SUBMITTING, lease=None).exists()


def _quietly(ask: Callable[[], T]) -> T | None:
    """An answer of the database, None when it gives none."""
    try:
        return ask()
    except db.Error as error:
        log.warning("the database does not answer: %s", error)
        db.connection.close()
        return None


def _be_brief() -> None:
    """Have the database answer this process soon or not at all, so that it can look after its
    children while the database cannot be reached."""
    db.connection.close()
    options = db.connection.settings_dict["OPTIONS"]
    if db.connection.vendor == "sqlite":
        options["timeout"] = 0.5
    else:
        options["connect_timeout"] = 2
        options["options"] = f"{options.get('options', '')} -c statement_timeout=2000".strip()
