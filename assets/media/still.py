"""The small pictures that stand for a file, and its dominant color."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

THUMBNAIL_SIDE = 480
POSTER_SIDE = 1600
# A strip is shown by its breadth: it may be longer, but WebP ends at 16383.
POSTER_BREADTH = 480
POSTER_LENGTH = 16_000
_MANY = 500_000  # pixels
# So little smaller, nothing is lost between the pixels that are looked at.
_SMALL_STEP = 1.5


def thumbnail(still: Image.Image) -> tuple[bytes, str]:
    """A WebP of at most THUMBNAIL_SIDE pixels: the bytes and their extension."""
    small = shrunk(still, fitted(still.size, THUMBNAIL_SIDE))
    return _encoded(small, "WEBP", quality=78, method=1), "webp"


def poster(still: Image.Image) -> tuple[bytes, str]:
    """A large still for a page: JPEG, because it is ten times faster to make than WebP, and WebP
    only for what is transparent."""
    if still.mode == "RGBA":
        return _encoded(still, "WEBP", quality=82, method=1), "webp"
    return _encoded(still, "JPEG", quality=85), "jpg"


def dominant_color(still: Image.Image) -> str:
    """The most frequent of eight colors, as #rrggbb; what is transparent does not count."""
    small = still.resize(fitted(still.size, 64), Image.Resampling.BICUBIC, reducing_gap=2.0)
    pixels = np.asarray(small.convert("RGBA")).reshape(-1, 4)
    seen = pixels[pixels[:, 3] > 127][:, :3]
    if not len(seen):
        return "#808080"
    palette = Image.fromarray(seen.reshape(1, -1, 3)).quantize(8)
    index = int(np.bincount(np.asarray(palette).ravel()).argmax())
    red, green, blue = (palette.getpalette() or [])[index * 3 : index * 3 + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """`image` itself, or a smaller copy of that size."""
    if size == image.size:
        return image
    if image.mode == "RGB" and image.width * image.height >= _MANY:
        return _quickly(image, size)
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _quickly(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The same three times as fast. Only here, because the process that looks at recordings makes
    no such copy and would wait for the library to load."""
    import cv2

    pixels = np.asarray(image)
    # By a whole number first, which is cheap, as long as enough is left to do.
    if (whole := int(image.width / size[0] / _SMALL_STEP)) > 1:
        first = (image.width // whole, image.height // whole)
        pixels = cv2.resize(pixels, first, interpolation=cv2.INTER_AREA)
    step = pixels.shape[1] / size[0]
    way = cv2.INTER_LINEAR if step < _SMALL_STEP else cv2.INTER_AREA
    return Image.fromarray(cv2.resize(pixels, size, interpolation=way))


def fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """`size` in the same shape with a long side of at most `side`, never larger, never 0."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def poster_size(size: tuple[int, int]) -> tuple[int, int]:
    """POSTER_SIDE long at most; a strip longer, as long as its short side has POSTER_BREADTH."""
    length = round(POSTER_BREADTH * max(size) / min(size))
    return fitted(size, min(max(POSTER_SIDE, length), POSTER_LENGTH))


def _encoded(image: Image.Image, format: str, **options: int) -> bytes:
    out = io.BytesIO()
    # A comment of the original would be written into the copy.
    image = image.copy()
    image.info = {}
    image.save(out, format, **options)
    return out.getvalue()
