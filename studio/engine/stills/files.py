"""Still pictures from and to files: whatever a person has comes in, upright sRGB goes out."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from studio.engine import EngineError, picture
from studio.engine.motion import beside
from studio.engine.stills import indexed

Pixels = NDArray[np.uint8]
"""Height x width, x 3 (R'G'B') or x 4 (and opacity, straight)."""
Field = NDArray[np.float32]
Color = tuple[int, int, int]

SUFFIXES = {
    "png": ".png",
    "jpeg": ".jpg",
    "webp": ".webp",
    "avif": ".avif",
    "gif": ".gif",
    "tiff": ".tiff",
    "bmp": ".bmp",
}
"""What can be written, and the suffix of each."""
SEE_THROUGH = ("png", "webp", "avif", "gif", "tiff")
"""The types that keep what is transparent; a GIF only whole pixels of it."""
LONGEST = {"png": 65_535, "jpeg": 65_500, "webp": 16_383, "avif": 65_535, "gif": 65_535}
"""Pixels on a side that a type can hold (libpng's and libjpeg's limits, libwebp's format)."""
QUALITY = 92
WHITE: Color = (255, 255, 255)
DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
LARGE = 4_000_000
"""Pixels from which a PNG is written fast rather than small: at 12 megapixels the smallest file
takes ten times as long and saves a tenth."""

SAMPLING_420 = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
SAMPLING_444 = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444

# --- reading ------------------------------------------------------------------------------------


@contextmanager
def opened(path: Path, what: str = "The picture") -> Iterator[Image.Image]:
    """A picture of a bearable size; whatever its decoder raises is an EngineError about `what`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.width * image.height > picture.MAX_PIXELS:
                    raise picture.too_large(image.width, image.height)
                yield image
    except Image.DecompressionBombError as error:
        raise EngineError(f"{what} is too large. {picture.ALLOWED}") from error
    except FileNotFoundError as error:
        raise EngineError(f"{what} is no longer there. Choose it again.") from error
    except (OSError, SyntaxError, ValueError) as error:
        message = f"{what} cannot be read: it is damaged or not a picture. Choose another."
        raise EngineError(message) from error


def load_rgb(path: Path, what: str = "The picture") -> Pixels:
    """Any picture as upright, opaque sRGB: height x width x 3. Raises EngineError."""
    with opened(path, what) as image:
        quick = _plain_jpeg(path, image)
        return picture.rgb(image) if quick is None else quick


def _plain_jpeg(path: Path, image: Image.Image) -> Pixels | None:
    """The pixels of a JPEG with nothing to turn or convert, the same and in half of Pillow's time.
    None for any other picture, and for a damaged one, of which Pillow knows what is wrong."""
    if not picture.plain(image):
        return None
    data = np.fromfile(path, np.uint8)
    found = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    return None if found is None or found.shape[1::-1] != image.size else as_pixels(found)


def load_rgba(path: Path, what: str = "The picture") -> Pixels:
    """Any picture as upright sRGB with its holes: height x width x 4, straight alpha, 255 where
    the file says nothing. Raises EngineError."""
    with opened(path, what) as image:
        if {"A", "a"}.isdisjoint(image.getbands()) and (
            "transparency" not in image.info or image.mode in DEEP
        ):
            return with_alpha(picture.rgb(image))
        return _holed(image)


def _holed(image: Image.Image) -> Pixels:
    profile = image.info.get("icc_profile")
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    image = picture.unfolded(image) if profile else image
    seen = image.convert("RGBA")
    if profile and image.mode in ("RGBA", "RGB", "RGBa") and not picture.is_srgb(profile):
        seen = picture.to_srgb(seen, profile)
    return np.asarray(seen)


def load(path: Path) -> Pixels:
    """Three channels, or four where something in the picture is transparent."""
    with opened(path) as image:
        quick = _plain_jpeg(path, image)
    if quick is not None:
        return quick
    pixels = load_rgba(path)
    return pixels if not is_opaque(pixels) else np.ascontiguousarray(pixels[..., :3])


def with_alpha(rgb: Pixels, alpha: Pixels | None = None) -> Pixels:
    """RGB and alpha as one RGBA array; opaque without an alpha."""
    rgba = cast(Pixels, cv2.cvtColor(rgb, cv2.COLOR_RGB2RGBA))
    if alpha is not None:
        rgba[..., 3] = alpha
    return rgba


def is_opaque(rgba: Pixels) -> bool:
    return int(rgba[..., 3].min()) == 255


def load_mask(path: Path, size: tuple[int, int]) -> Pixels:
    """How much is to happen where: 255 (white) in full, 0 not at all; height x width. What is
    transparent counts as black.

    size: width and height that it must have. Raises EngineError for another one.
    """
    with opened(path, "The mask") as image:
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
            "Both have to be the same size: paint it on this picture, or bring one of its size."
        )
    return mask


def as_pixels(values: object) -> Pixels:
    """What OpenCV made, as pixels."""
    return np.asarray(values, np.uint8)


# --- writing ------------------------------------------------------------------------------------


def save(
    image: NDArray[Any] | Image.Image,
    target: Path,
    format: str,
    quality: int | None = None,
    background: Color = WHITE,
) -> Path:
    """Write the picture, whole or not at all, without metadata; the path is given back.

    image: height x width, or with 3 or 4 channels; uint8. A type without transparency shows it on
    the `background`. `quality`, 1 to 100, is for JPEG, WebP and AVIF. The same pixels make the
    same bytes. Raises EngineError for a size that the type cannot hold.
    """
    return write(target, encoded(np.asarray(image), format, quality, background))


def write(target: Path, data: bytes) -> Path:
    """The bytes as a file, whole or not at all."""
    with beside(target) as partial:
        partial.write_bytes(data)
    return target


def encoded(
    image: NDArray[Any], format: str, quality: int | None = None, background: Color = WHITE
) -> bytes:
    """The file's bytes. Raises EngineError for a picture that the type cannot hold."""
    check_size((image.shape[1], image.shape[0]), format)
    if image.ndim == 3 and image.shape[2] == 4 and format not in SEE_THROUGH:
        image = flat(image, background)
    if format == "png":
        return _png(image)
    if format == "gif":
        return gif(np.asarray(Image.fromarray(image).convert("RGBA")), background)
    return bytes_of(Image.fromarray(image), format.upper(), **settings(format, quality or QUALITY))


def gif(image: Pixels, background: Color = WHITE, colors: int = indexed.MOST) -> bytes:
    """As a GIF. A pixel that is half transparent or less stands on the `background`; one that is
    more is not there."""
    if image.shape[2] == 4:
        image = np.dstack([flat(image, background), image[..., 3]])
    few = indexed.with_few(image, colors)
    clear = few.info.get("transparency")
    return bytes_of(few, "GIF", **({} if clear is None else {"transparency": clear}))


def quick_jpeg(pixels: Pixels, quality: int, half: bool | None = None) -> bytes:
    """A JPEG of opaque pixels that takes a sixth of the time, and a tenth more bytes, than one that
    is optimized and seen at once. half: whether colors are kept at half the size; None goes by the
    quality."""
    if half is None:
        half = settings("jpeg", quality)["subsampling"] != 0
    sampling = SAMPLING_420 if half else SAMPLING_444
    told = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".jpg", bgr, told)[1])


def bytes_of(image: Image.Image, type: str, **settings: Any) -> bytes:
    """The file. An optimized JPEG is written in one piece, for which Pillow keeps two bytes a
    pixel; noise of the highest quality needs more, and is written plainly."""
    try:
        return _bytes(image, type, settings)
    except OSError:
        if type != "JPEG":
            raise
        return _bytes(image, type, {**settings, "progressive": False, "optimize": False})


def _bytes(image: Image.Image, type: str, settings: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    image.save(out, type, **settings)
    return out.getvalue()


def check_size(size: tuple[int, int], format: str) -> None:
    """Raise EngineError for a width and height that the file type cannot hold, or no such type."""
    if format not in SUFFIXES:
        raise EngineError(f"There is no type “{format}”. Choose from {', '.join(SUFFIXES)}.")
    most = LONGEST.get(format)
    if most and max(size) > most:
        raise EngineError(
            f"The picture is {size[0]} × {size[1]}, and {format.upper()} holds at most {most:,} "
            "pixels on a side. Choose another format, or a smaller size."
        )


def _png(pixels: NDArray[Any]) -> bytes:
    """OpenCV writes it several times faster than Pillow."""
    if pixels.ndim == 3:
        swap = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
        pixels = cast(Pixels, cv2.cvtColor(pixels, swap))
    options = [cv2.IMWRITE_PNG_COMPRESSION, 6]
    if pixels.shape[0] * pixels.shape[1] > LARGE:
        fast = cv2.IMWRITE_PNG_STRATEGY_RLE
        options = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, fast]
    return bytes(cv2.imencode(".png", pixels, options)[1])


def flat(image: Pixels, background: Color) -> Pixels:
    """Without transparency, on a colour."""
    share = image[..., 3:].astype(np.uint32)
    ground = np.array(background, np.uint32)
    mixed = (image[..., :3] * share + ground * (255 - share) + 127) // 255
    return np.asarray(mixed, np.uint8)


def settings(format: str, quality: int) -> dict[str, Any]:
    match format:
        case "jpeg":
            # Thin coloured lines lose their colour when it is kept at half the size.
            half = 2 if quality < 90 else 0
            return {
                "quality": quality,
                "subsampling": half,
                "optimize": True,
                "progressive": True,
            }
        case "webp":
            return {"quality": quality, "method": 4, "alpha_quality": 100}
        case "avif":
            return {"quality": quality, "speed": 8}
        case "tiff":
            return {"compression": "tiff_adobe_deflate"}
        case _:
            return {}


def rgb_of(color: str) -> Color:
    """(red, green, blue) of "#rrggbb"."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
