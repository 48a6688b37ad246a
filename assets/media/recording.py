"""Films and sounds: which of the two it is, and what is known of it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from assets.media import movie, sound
from assets.media.container import opened
from assets.media.facts import Examined, Limits, Refused
from assets.media.formats import Format, check_kind, damaged


def examine(path: Path, format: Format, limits: Limits, kinds: Collection[str] | None) -> Examined:
    """The facts and a still of a recording, in this process. Raises Refused."""
    try:
        with opened(path, format, limits) as container:
            film = movie.find_film(container) if format.kind == "video" else None
            check_kind("video" if film else "audio", kinds)
            if film:
                return movie.examine(container, film, format, limits)
            return sound.examine(container, format, limits)
    except Refused:
        raise
    except Exception as error:
        # A decoder that is fed nonsense raises nearly anything.
        raise damaged(format) from error
