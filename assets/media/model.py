"""3D models: what is known of one, and a picture of it."""

from __future__ import annotations

from pathlib import Path

from assets.media import glb, poster3d, scene
from assets.media.facts import Examined, Facts, Limits, Refused
from assets.media.formats import Format, damaged
from assets.media.still import dominant_color


def examine(path: Path, format: Format, limits: Limits) -> Examined:
    """The facts and a poster of a model, in this process. Raises Refused."""
    try:
        still = poster3d.render(scene.surfaces(glb.opened(path), limits))
    except Refused:
        raise
    except Exception as error:
        # What is fed nonsense raises nearly anything.
        raise damaged(format) from error
    facts = Facts(
        kind="model",
        mime=format.mime,
        extension=format.extension,
        color=dominant_color(still),
    )
    return Examined(facts, still)
