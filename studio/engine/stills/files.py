"""Still pictures from and to files: upright sRGB in, PNG, JPEG or WebP out."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from studio.engine import EngineError, picture
from studio.engine.motion import beside

Pixels = NDArray[np.uint8]

FORMATS = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
"""What can be written, and the suffix of each."""
LONGEST = {"jpeg": 65_500, "webp": 16_383}
"""Sides in pixels that the file types cannot go beyond (libjpeg, libwebp)."""
QUALITY = 92
DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Whatever a decoder raises becomes an EngineError about `what`, such as “The picture”."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    except Image.DecompressionBombError as error:
        raise EngineError(f"{what} is too large. {picture.ALLOWED}") from error
    except FileNotFoundError as error:
        raise EngineError(f"{what} is no longer there. Choose it again.") from error
    except (OSError, SyntaxError, ValueError) as error:
        message = f"{what} cannot be read: it is damaged or not a picture. Choose another."
        raise EngineError(message) from error


def opened(path: Path) -> Image.Image:
    image = Image.open(path)
    if image.width * image.height > picture.MAX_PIXELS:
        size = (image.width, image.height)
        image.close()
        raise picture.too_large(*size)
    return image


def load_rgb(path: Path, what: str = "The picture") -> Pixels:
    """Any picture as upright, opaque sRGB: height x width x 3. Raises EngineError."""
    with reading(what), opened(path) as image:
        return picture.rgb(image)


def load_rgba(path: Path, what: str = "The picture") -> Pixels:
    """Any picture as upright sRGB with its holes: height x width x 4, straight alpha, 255 where
    the file says nothing. Raises EngineError."""
    with reading(what), opened(path) as image:
        if {"A", "a"}.isdisjoint(image.getbands()) and (
            "transparency" not in image.info or image.mode in DEEP
        ):
            return with_alpha(picture.rgb(image))
        return _holed(image)


def _holed(image: Image.Image) -> Pixels:
    profile = image.info.get("icc_profile")
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    seen = image.convert("RGBA")
    if profile and image.mode in ("RGBA", "RGB", "RGBa") and not picture.is_srgb(profile):
        seen = picture.to_srgb(seen, profile)
    return np.asarray(seen)


def with_alpha(rgb: Pixels, alpha: Pixels | None = None) -> Pixels:
    """RGB and alpha as one RGBA array; opaque without an alpha."""
    rgba = cast(Pixels, cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA))
    if alpha is not None:
        rgba[..., 3] = alpha
    return rgba


def is_opaque(rgba: Pixels) -> bool:
    return int(rgba[..., 3].min()) == 255


def load_mask(path: Path, size: tuple[int, int]) -> Pixels:
    """A mask as height x width: 255 (white) where to act, 0 where not. Transparent is black.

    size: width and height that it must have. Raises EngineError for another one.
    """
    with reading("The mask"), opened(path) as image:
        seen: Image.Image = ImageOps.exif_transpose(image)
        if seen.mode in DEEP:
            seen = picture.grey(seen)
        if "A" in seen.getbands() or "a" in seen.getbands() or "transparency" in seen.info:
            black = Image.new("RGBA", seen.size, (0, 0, 0, 255))
            seen = Image.alpha_composite(black, seen.convert("RGBA"))
        mask = np.asarray(seen.convert("L"))
    if (mask.shape[1], mask.shape[0]) != size:
        raise EngineError(
            f"The mask is {mask.shape[1]} × {mask.shape[0]}, the picture is {size[0]} × {size[1]}. "
            "Both have to be the same size."
        )
    return mask


def save(image: Pixels | Image.Image, target: Path, format: str, quality: int = QUALITY) -> None:
    """Write grey, RGB or RGBA pixels (or a Pillow image of such a mode) to `target`.

    format: png (loses nothing), jpeg (what is transparent becomes white) or webp. quality: 1 to
    100, for jpeg and webp. The file appears when it is whole. The same pixels make the same bytes.
    Raises EngineError for a size that the type cannot hold.
    """
    pixels = np.asarray(image)
    check_size((pixels.shape[1], pixels.shape[0]), format)
    data = _png(pixels) if format == "png" else _lossy(pixels, format, quality)
    with beside(target) as partial:
        partial.write_bytes(data)


def check_size(size: tuple[int, int], format: str) -> None:
    """Raise EngineError for a width and height that the file type cannot hold, or no such type."""
    if format not in FORMATS:
        raise EngineError(f"There is no format “{format}”. Choose {' or '.join(FORMATS)}.")
    most = LONGEST.get(format)
    if most and max(size) > most:
        raise EngineError(
            f"{size[0]} × {size[1]} is too large for {format}, which holds {most} px per side. "
            "Choose png."
        )


def _png(pixels: Pixels) -> bytes:
    """Fast rather than small: at 12 megapixels the smallest file takes ten times as long and
    saves a tenth."""
    if pixels.ndim == 3:
        swap = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
        pixels = cast(Pixels, cv2.cvtColor(pixels, swap))
    options = [
        cv2.IMWRITE_PNG_COMPRESSION,
        1,
        cv2.IMWRITE_PNG_STRATEGY,
        cv2.IMWRITE_PNG_STRATEGY_RLE,
    ]
    return bytes(cv2.imencode(".png", pixels, options)[1])


def _lossy(pixels: Pixels, format: str, quality: int) -> bytes:
    image = Image.fromarray(pixels)
    if format == "jpeg" and image.mode == "RGBA":
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image).convert("RGB")
    out = io.BytesIO()
    if format == "jpeg":
        image.save(out, "JPEG", quality=quality, subsampling=0 if quality >= 90 else 2)
    else:
        image.save(out, "WEBP", quality=quality, method=2, alpha_quality=100)
    return out.getvalue()
