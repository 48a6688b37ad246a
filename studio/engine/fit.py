"""Pictures made to fit what somebody else takes: smaller, lighter, of another type."""

import io
import warnings
from collections.abc import Collection
from pathlib import Path

from PIL import Image, ImageOps

from studio.engine import EngineError
from studio.engine.picture import rgb

QUALITIES = (92, 84, 76)
SHRINK = 0.8
SMALLEST = 16
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}


def fitted(
    source: Path,
    folder: Path,
    *,
    max_bytes: int | None = None,
    max_side: int | None = None,
    max_pixels: int | None = None,
    mimes: Collection[str] = (),
) -> Path:
    """The picture itself where it fits, else a copy in `folder` that does.

    The copy is upright sRGB: a JPEG, or a PNG where it has holes and PNG is taken. The same call
    makes the same bytes. Raises EngineError for what cannot be read, or made to fit.
    """
    with _opened(source) as image:
        mime = Image.MIME.get(image.format or "", "")
        small = _scale(image.size, max_side, max_pixels) == 1
        light = not max_bytes or source.stat().st_size <= max_bytes
        if small and light and (not mimes or mime in mimes):
            return source
        try:
            picture = _plain(
                image, keep=not mimes or not {"image/png", "image/webp"}.isdisjoint(mimes)
            )
        except (OSError, SyntaxError, ValueError) as error:
            raise EngineError("The picture is damaged. Choose another.") from error
    if (by := _scale(picture.size, max_side, max_pixels)) < 1:
        picture = _scaled(picture, by)
    target = _type(picture, mimes)
    data = _light_enough(picture, target, max_bytes)
    copy = folder / f"fitted-{source.stem}{SUFFIXES[target]}"
    copy.write_bytes(data)
    return copy


def _scale(size: tuple[int, int], max_side: int | None, max_pixels: int | None) -> float:
    by_side = max_side / max(size) if max_side else 1.0
    by_pixels = (max_pixels / (size[0] * size[1])) ** 0.5 if max_pixels else 1.0
    return min(1.0, by_side, by_pixels)


def _opened(source: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(source)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise EngineError("The picture cannot be read. Choose another.") from error


def _plain(image: Image.Image, keep: bool) -> Image.Image:
    """Upright, in sRGB; with its holes where it has any and they are to be kept."""
    if keep and ("A" in image.getbands() or "transparency" in image.info):
        seen = ImageOps.exif_transpose(image).convert("RGBA")
        lowest = seen.getchannel("A").getextrema()[0]
        if isinstance(lowest, int) and lowest < 255:
            return seen
    return Image.fromarray(rgb(image))


def _type(picture: Image.Image, mimes: Collection[str]) -> str:
    order = ("image/png", "image/webp", "image/jpeg")
    wanted = order if picture.mode == "RGBA" else tuple(reversed(order))
    found = next((m for m in wanted if not mimes or m in mimes), None)
    if found is None:
        raise EngineError("The picture cannot be converted to a type that is taken.")
    return found


def _scaled(picture: Image.Image, by: float) -> Image.Image:
    size = (max(1, int(picture.width * by)), max(1, int(picture.height * by)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _light_enough(picture: Image.Image, mime: str, max_bytes: int | None) -> bytes:
    """Its bytes: lower quality first, then fewer pixels, until they are few enough."""
    qualities = QUALITIES if mime != "image/png" else (100,)
    while True:
        for quality in qualities:
            data = _saved(picture, mime, quality)
            if not max_bytes or len(data) <= max_bytes:
                return data
        picture = _scaled(picture, SHRINK)
        if min(picture.size) < SMALLEST:
            raise EngineError("The picture cannot be made small enough. Choose another.")


def _saved(picture: Image.Image, mime: str, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, mime.partition("/")[2].upper(), quality=quality)
    return out.getvalue()
