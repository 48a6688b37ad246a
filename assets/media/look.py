"""What is looked at apart from the web server: recordings and 3D models."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from assets.media import model, recording
from assets.media.facts import Examined, Limits
from assets.media.formats import Format, check_kind


def examine(path: Path, format: Format, limits: Limits, kinds: Collection[str] | None) -> Examined:
    """The facts and a still, in this process. Raises Refused."""
    if format.kind == "model":
        check_kind("model", kinds)
        return model.examine(path, format, limits)
    return recording.examine(path, format, limits, kinds)
