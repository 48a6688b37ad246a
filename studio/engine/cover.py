"""A finished picture brought to the size that was asked for, with as little change as possible."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from studio.engine import EngineError

Size = tuple[int, int]
# How it is saved anew: nobody sees the difference to what came.
HOW: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": False},
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 95, "method": 4},
}


def covered(source: Path, folder: Path, width: int, height: int) -> Path:
    """A picture of exactly that size in pixels: scaled until it covers it, what hangs over cut off
    in equal parts. The same file type; the source itself where it has the size already. Raises
    EngineError for what cannot be read."""
    return _resized(source, folder, lambda size: (width, height))


def at_most(source: Path, folder: Path, longest: int) -> Path:
    """Its longer side at most so many pixels; the source itself where it is not longer."""

    def wanted(size: Size) -> Size:
        scale = min(1.0, longest / max(size))
        return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))

    return _resized(source, folder, wanted)


def _resized(source: Path, folder: Path, wanted: Callable[[Size], Size]) -> Path:
    try:
        with Image.open(source) as image:
            picture = _whole(image)
            size = wanted(picture.size)
            if picture.size == size:
                return source
            kind, suffix = (image.format or "", source.suffix)
            if kind not in HOW:
                kind, suffix = "PNG", ".png"
            fitted = picture.resize(size, Image.Resampling.LANCZOS, box=_box(picture.size, size))
            copy = folder / f"{source.stem}-{size[0]}x{size[1]}{suffix}"
            profile = image.info.get("icc_profile")
            fitted.save(copy, kind, icc_profile=profile, **HOW[kind])
    except Exception as error:
        raise EngineError("The picture cannot be read, so its size stays as it came.") from error
    return copy


def _whole(image: Image.Image) -> Image.Image:
    """Upright, in full colours; with its holes where it has any."""
    upright = ImageOps.exif_transpose(image)
    holes = "A" in upright.getbands() or "transparency" in upright.info
    return upright.convert("RGBA" if holes else "RGB")


def _box(size: Size, wanted: Size) -> tuple[float, float, float, float]:
    """The largest part in the middle that has the shape of what is wanted."""
    scale = min(size[0] / wanted[0], size[1] / wanted[1])
    width, height = wanted[0] * scale, wanted[1] * scale
    # Rounding must not lead out of the picture.
    left, top = max(0.0, (size[0] - width) / 2), max(0.0, (size[1] - height) / 2)
    return left, top, min(size[0], left + width), min(size[1], top + height)
