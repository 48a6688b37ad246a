"""The process that `apart` starts: limits itself, looks at one file, and answers.

Its answer is a line of JSON and then the pixels of the still.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assets.media import look
from assets.media.facts import Limits, Refused
from assets.media.formats import ALL

_MEMORY = 1536 * 1024**2
_PROCESSOR_SECONDS = 60


def main(request: str) -> None:
    _limit(resource.RLIMIT_AS, _MEMORY)
    _limit(resource.RLIMIT_CPU, _PROCESSOR_SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    sys.stdout.buffer.write(_answer(**json.loads(request)))


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def _answer(path: str, format: int, limits: dict[str, Any], kinds: list[str] | None) -> bytes:
    try:
        seen = look.examine(Path(path), ALL[format], Limits(**limits), kinds)
    except Refused as refusal:
        return json.dumps({"refused": str(refusal)}).encode() + b"\n"
    still = seen.still
    head = {"facts": asdict(seen.facts), "mode": still.mode, "size": still.size}
    return json.dumps(head).encode() + b"\n" + still.tobytes()


if __name__ == "__main__":
    main(sys.argv[1])
