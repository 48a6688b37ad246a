"""Looks at a recording or a 3D model in a process of its own, with a limit of memory and of time.

The readers of films believe their files: a few bytes can make one reserve gigabytes, or crash. A
model may be drawn for seconds. It must not be the web server that this happens to.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

from PIL import Image

from assets.media.facts import Examined, Facts, Limits, Refused
from assets.media.formats import ALL, Format, damaged

log = logging.getLogger("zoetrope.assets")

_SECONDS = 180
_ROOT = Path(__file__).resolve().parents[2]


def examine(path: Path, format: Format, limits: Limits, kinds: Collection[str] | None) -> Examined:
    """As look.examine. Raises Refused, also for what the child did not survive."""
    request = {
        "path": str(path.resolve()),
        "format": ALL.index(format),
        "limits": asdict(limits),
        "kinds": kinds if kinds is None else list(kinds),
    }
    command = [sys.executable, "-m", "assets.media.child", json.dumps(request)]
    try:
        done = subprocess.run(
            command, cwd=_ROOT, capture_output=True, stdin=subprocess.DEVNULL, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise damaged(format) from error
    head, _, pixels = done.stdout.partition(b"\n")
    if done.returncode or not head:
        log.warning("looking at a file ended with %s: %s", done.returncode, done.stderr[-500:])
        raise damaged(format)
    return _read(json.loads(head), pixels)


def _read(answer: dict[str, object], pixels: bytes) -> Examined:
    match answer:
        case {"refused": str(words)}:
            raise Refused(words)
        case {"facts": dict(facts), "mode": str(mode), "size": [int(width), int(height)]}:
            return Examined(Facts(**facts), Image.frombytes(mode, (width, height), pixels))
    raise ValueError("an answer of another version")
