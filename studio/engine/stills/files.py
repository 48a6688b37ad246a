"""Pictures from files and to files: whatever a person has comes in, plain sRGB goes out."""

from __future__ import annotations

import io
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from studio.engine import EngineError, picture

Pixels = NDArray[np.uint8]
Field = NDArray[np.float32]
Color = tuple[int, int, int]

SUFFIXES = {
    "jpeg": ".jpg",
    "png": ".png",
    "webp": ".webp",
    "avif": ".avif",
    "tiff": ".tiff",
    "bmp": ".bmp",
}
SEE_THROUGH = ("png", "webp", "avif", "tiff")
"""The types that keep what is transparent."""
LONGEST = {"jpeg": 65_535, "webp": 16_383, "avif": 65_535}
"""Pixels on a side that the type can hold; the others hold more than can be loaded."""
QUALITY = 92
WHITE: Color = (255, 255, 255)
LAYERED = ("RGBA", "LA", "PA", "La", "RGBa")


def load_rgb(path: Path) -> Pixels:
    """Upright and opaque: height x width x 3. Raises EngineError for what cannot be used."""
    with _opened(path) as image:
        return picture.rgb(image)


def load_rgba(path: Path) -> Pixels:
    """Upright, with its transparency: height x width x 4. Raises EngineError as above."""
    with _opened(path) as image:
        if image.mode not in LAYERED and "transparency" not in image.info:
            opaque = picture.rgb(image)
            return np.dstack([opaque, np.full(opaque.shape[:2], 255, np.uint8)])
        profile = image.info.get("icc_profile")
        image.load()
        straight = ImageOps.exif_transpose(image).convert("RGBA")
        if profile and not picture.is_srgb(profile):
            straight = picture.to_srgb(straight, profile)
        return np.asarray(straight)


def load(path: Path) -> Pixels:
    """Three channels, or four where something in the picture is transparent."""
    pixels = load_rgba(path)
    return pixels if pixels[..., 3].min() < 255 else np.ascontiguousarray(pixels[..., :3])


def load_mask(path: Path, size: tuple[int, int]) -> Pixels:
    """How much is to happen where: 255 in full, 0 not at all; height x width.

    `size` is (width, height) of the picture. What is transparent in the mask counts as black.
    Raises EngineError for a mask of another size.
    """
    rgba = load_rgba(path)
    height, width = rgba.shape[:2]
    if (width, height) != size:
        raise EngineError(
            f"The mask is {width} × {height}, the picture is {size[0]} × {size[1]}. "
            "Both have to be the same size: paint it on this picture, or bring one of its size."
        )
    grey = np.asarray(Image.fromarray(rgba[..., :3]).convert("L"), np.uint16)
    return np.asarray((grey * rgba[..., 3] + 127) // 255, np.uint8)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.width * image.height > picture.MAX_PIXELS:
                    raise picture.too_large(image.width, image.height)
                yield image
    except Image.DecompressionBombError as error:
        raise EngineError(f"The picture is too large. {picture.ALLOWED}") from error
    except FileNotFoundError as error:
        raise EngineError("The picture is no longer there. Choose it again.") from error
    except (OSError, SyntaxError, ValueError) as error:
        message = "The picture cannot be read: it is damaged or not a picture. Choose another."
        raise EngineError(message) from error


def save(
    image: NDArray[Any],
    target: Path,
    format: str,
    quality: int = QUALITY,
    background: Color = WHITE,
) -> Path:
    """Write the picture, whole or not at all, without metadata; the path is given back.

    image: height x width, or with 3 or 4 channels; uint8. A type without transparency shows it on
    the `background`. `quality`, 1 to 100, is for JPEG, WebP and AVIF.
    """
    return write(target, encoded(image, format, quality, background))


def write(target: Path, data: bytes) -> Path:
    """The bytes as a file, whole or not at all."""
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex[:12]}.part")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def encoded(
    image: NDArray[Any], format: str, quality: int = QUALITY, background: Color = WHITE
) -> bytes:
    """The file's bytes. Raises EngineError for a picture that the type cannot hold."""
    if format not in SUFFIXES:
        raise EngineError(f"There is no type “{format}”. Choose from {', '.join(SUFFIXES)}.")
    height, width = image.shape[:2]
    most = LONGEST.get(format, max(width, height))
    if max(width, height) > most:
        raise EngineError(
            f"The picture is {width} × {height}, and {format.upper()} holds at most {most:,} "
            "pixels on a side. Choose PNG, or a shorter longer side."
        )
    if image.ndim == 3 and image.shape[2] == 4 and format not in SEE_THROUGH:
        image = flat(image, background)
    return bytes_of(Image.fromarray(image), format.upper(), **_settings(format, quality))


def bytes_of(image: Image.Image, type: str, **settings: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, type, **settings)
    return out.getvalue()


def flat(image: Pixels, background: Color) -> Pixels:
    """Without transparency, on a colour."""
    share = image[..., 3:].astype(np.uint32)
    ground = np.array(background, np.uint32)
    mixed = (image[..., :3] * share + ground * (255 - share) + 127) // 255
    return np.asarray(mixed, np.uint8)


def _settings(format: str, quality: int) -> dict[str, Any]:
    match format:
        case "jpeg":
            # Thin coloured lines lose their colour when it is kept at half the size.
            half = 2 if quality < 90 else 0
            whole = {"optimize": True, "progressive": True}
            return {"quality": quality, "subsampling": half, **whole}
        case "webp":
            return {"quality": quality, "method": 4}
        case "avif":
            return {"quality": quality, "speed": 8}
        case "png":
            return {"compress_level": 4}
        case "tiff":
            return {"compression": "tiff_adobe_deflate"}
        case _:
            return {}


def rgb_of(color: str) -> Color:
    """(red, green, blue) of "#rrggbb"."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
