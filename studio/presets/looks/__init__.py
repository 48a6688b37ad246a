"""How this computer draws each style over a picture: a row of steps.

The steps are those of `studio.engine.stills.looks`. Lengths are shares of the shorter side of the
picture; counts are along it.
"""

from collections.abc import Mapping
from typing import Any

from studio.presets.looks import camera, drawn, made

Step = tuple[str, Mapping[str, Any]]
LOOKS: Mapping[str, tuple[Step, ...]] = {**camera.LOOKS, **drawn.LOOKS, **made.LOOKS}

__all__ = ["LOOKS", "Step"]
