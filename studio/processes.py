"""Processes that never outlive the one that started them, whatever ended it."""

import ctypes
import os
import signal
import socket
import sys
import threading
import time
from typing import Final

HOST: Final = socket.gethostname()
PR_SET_PDEATHSIG: Final = 1

_pid = 0


def die_with(parent: int) -> None:
    """End this process when `parent` ends, and later forks of it when it ends itself.

    parent: the pid that started this process. Should it be gone already, this call does not return.
    """
    _bind(parent)
    os.register_at_fork(after_in_child=lambda: _bind(_pid))


def _bind(parent: int) -> None:
    global _pid
    _pid = os.getpid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    # The parent may have died before the line above took hold.
    if os.getppid() != parent:
        os.kill(_pid, signal.SIGKILL)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
