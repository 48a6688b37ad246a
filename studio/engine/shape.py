"""The shape of a picture without decoding it, and the nearest of the shapes that are on offer."""

import math
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from studio.engine import EngineError

ORIENTATION, LYING = 0x0112, 5  # from here on the camera was held upright


def size_of(path: Path) -> tuple[int, int]:
    """Width and height in pixels, as a person sees the picture. Raises EngineError."""
    try:
        with Image.open(path) as image:
            width, height = image.size
            turned = image.getexif().get(ORIENTATION, 1) >= LYING
    except Exception as error:
        raise EngineError("The picture cannot be read. Use another file.") from error
    return (height, width) if turned else (width, height)


def nearest_ratio(width: float, height: float, legal: Iterable[str]) -> str:
    """The shape ("1280:720", "16:9") that cuts least; of equal ones that of the nearest size.

    >>> nearest_ratio(1080, 1350, ("1280:720", "832:1104", "960:960"))
    '832:1104'
    >>> nearest_ratio(1920, 1080, ("1280:720", "1920:1080"))
    '1920:1080'
    """

    def distance(shape: str) -> tuple[float, float]:
        across, down = (float(part) for part in shape.split(":"))
        cut = abs(math.log((across / down) / (width / height)))
        return round(cut, 6), abs(math.log((across * down) / (width * height)))

    return min(legal, key=distance)
