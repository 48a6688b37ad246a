"""Places where a process may be told to die, for experiments: FAILPOINT=name:/path/of/a/mark.

The first process that comes by makes the mark and is gone, as after a power cut; later ones pass.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

NAMES: Final = (
    "claimed",  # the start is committed, nothing is ready
    "handed",  # that it is handed over is committed, nothing was sent
    "before-send",  # the next thing is the submit
    "answered",  # the provider took it, nobody knows yet
    "before-commit",  # the answer is written, not committed
    "noted",  # the answer is committed
    "result-known",  # the result was announced and that is committed
    "downloaded",  # the file is here, not in the library
    "stored",  # it lies in the library's storage, without a row
    "charged",  # everything is committed
)


def point(name: str) -> None:
    """Die here, if that is asked for."""
    wanted, _, mark = os.environ.get("FAILPOINT", "").partition(":")
    if wanted != name:
        return
    assert name in NAMES
    try:
        Path(mark).open("x").close()
    except FileExistsError:
        return
    os._exit(137)
