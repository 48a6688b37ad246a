"""Still pictures in and out of files: upright sRGB on the way in, whole files on the way out."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from studio.engine import EngineError
from studio.engine.motion import beside
from studio.engine.picture import MAX_PIXELS, Plane, flatten, is_srgb, rgb, to_srgb, too_large

Pixels = NDArray[np.uint8]
"""Height x width x 3 (R'G'B') or 4 (and opacity)."""

SUFFIXES = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
LONGEST = {"png": 65_535, "jpeg": 65_535, "webp": 16_383}
QUALITY = {"jpeg": 92, "webp": 90}
FAST, SMALL = 1, 6
"""Compression of a PNG; a large one is written faster, for it takes seconds."""
LARGE = 4_000_000


def load_rgb(path: Path) -> Pixels:
    """Any picture as upright, opaque sRGB: height x width x 3. Raises EngineError."""
    with _opened(path) as image:
        return rgb(image)


def load_rgba(path: Path) -> Pixels:
    """Any picture as upright sRGB with its opacity: height x width x 4. Raises EngineError."""
    with _opened(path) as image:
        if not _has_holes(image):
            return cast(Pixels, cv2.cvtColor(rgb(image), cv2.COLOR_RGB2RGBA))
        profile = image.info.get("icc_profile")
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        seen = image.convert("RGBA")
        if profile and not is_srgb(profile):
            seen = to_srgb(seen, profile)
        return np.asarray(seen)


def load_mask(path: Path, size: tuple[int, int]) -> Plane:
    """A mask of `size` (width, height): 255 where something is to happen. What is transparent is
    black. Raises EngineError when it has another size."""
    rgba = load_rgba(path)
    height, width = rgba.shape[:2]
    if (width, height) != size:
        raise EngineError(
            f"The mask is {width} × {height}, the picture is {size[0]} × {size[1]}. "
            "Both have to be the same size."
        )
    grey = cv2.cvtColor(rgba[..., :3], cv2.COLOR_RGB2GRAY)
    return cast(Plane, cv2.multiply(grey, rgba[..., 3], scale=1 / 255))


def save(image: Pixels, target: Path, format: str, quality: int | None = None) -> None:
    """Write pixels (height x width, x 3 or x 4) to `target`; it is whole or not there.

    format: png, jpeg (opaque: what is transparent is laid on white) or webp. The same pixels make
    the same bytes. Raises EngineError where the format cannot hold so many pixels on a side.
    """
    height, width = image.shape[:2]
    if max(width, height) > LONGEST[format]:
        raise EngineError(
            f"The result is {width} × {height}; {format.upper()} holds at most "
            f"{LONGEST[format]} pixels on a side. Choose another format or a smaller size."
        )
    with beside(target) as partial:
        if format == "png":
            partial.write_bytes(_png(image))
            return
        drawn = Image.fromarray(image)
        if format == "webp":
            drawn.save(partial, "WEBP", quality=quality or QUALITY["webp"], method=4)
            return
        if drawn.mode == "RGBA":
            drawn = Image.fromarray(flatten(drawn))
        chosen = quality or QUALITY["jpeg"]
        fine = 0 if chosen >= QUALITY["jpeg"] else 2  # colour as sharp as light, or a half of it
        drawn.save(partial, "JPEG", quality=chosen, subsampling=fine, optimize=True)


def _png(image: Pixels) -> bytes:
    """OpenCV writes it several times faster than Pillow."""
    level = FAST if image.shape[0] * image.shape[1] > LARGE else SMALL
    turned = image
    if image.ndim == 3:
        code = cv2.COLOR_RGB2BGR if image.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
        turned = cast(Pixels, cv2.cvtColor(image, code))
    done, data = cv2.imencode(".png", turned, [cv2.IMWRITE_PNG_COMPRESSION, level])
    if not done:
        raise EngineError("The result could not be written as PNG. Choose another format.")
    return data.tobytes()


def _has_holes(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise too_large(image.width, image.height)
                yield image
    except Image.DecompressionBombError as error:
        raise EngineError("The picture is too large. Use one of at most 150 megapixels.") from error
    except FileNotFoundError as error:
        raise EngineError("The picture is no longer there. Choose it again.") from error
    except (OSError, SyntaxError, ValueError) as error:
        message = "The picture cannot be read: it is damaged or not a picture. Choose another."
        raise EngineError(message) from error
