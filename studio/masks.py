"""Is a mask one? It has the size of its picture, and marks a part of it."""

from __future__ import annotations

from django.core.files.base import File
from PIL import Image

from assets import services as assets
from assets.models import Asset
from studio.spec import Param

# Of 255: less than this marks nothing that anybody can have meant.
SEEN = 16


def problem(param: Param, mask: Asset, picture: Asset | None) -> str:
    """What is wrong with it, and the way out; empty when it can be used. Raises assets.Refused."""
    if picture is not None and (mask.width, mask.height) != (picture.width, picture.height):
        return (
            f"{param.label} is {mask.width} × {mask.height}, the picture is "
            f"{picture.width} × {picture.height}. Both have to be the same size: paint it on this "
            "picture, or bring one of its size."
        )
    with assets.open_file(mask) as file:
        lightest = _lightest(file)
    if lightest < SEEN:
        return (
            f"{param.label} is all black, so it marks nothing. Paint over what is meant in white."
        )
    return ""


def _lightest(file: File[bytes]) -> int:
    """0 to 255. What is transparent counts as black."""
    with Image.open(file) as image:
        seen: Image.Image = image
        if "A" in image.getbands() or "transparency" in image.info:
            black = Image.new("RGBA", image.size, (0, 0, 0, 255))
            seen = Image.alpha_composite(black, image.convert("RGBA"))
        most = seen.convert("L").getextrema()[1]
    return int(most) if isinstance(most, int | float) else 255
