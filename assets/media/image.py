"""Pictures: opened by the one reader that their first bytes name, measured before decoding."""

from __future__ import annotations

import io
from pathlib import Path
from typing import cast

import numpy as np
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from assets.media.facts import Examined, Facts, Limits, Refused
from assets.media.formats import Format
from assets.media.still import dominant_color, poster_size, shrunk

# Image.open would try every reader that is installed, and refuses a large picture without its size.
_READERS: dict[str, type[ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
}
_ORIENTATION = 0x0112
_TILE_SIZES = (322, 323)
_SRGB = ImageCms.createProfile("sRGB")


def examine(path: Path, format: Format, limits: Limits) -> Examined:
    """The facts and a small copy of a picture. Raises Refused."""
    try:
        with path.open("rb") as file:
            return _examine(_READERS[format.reader](file), format, limits)
    except Refused:
        raise
    except Exception as error:
        # A decoder that is fed nonsense raises nearly anything.
        raise Refused(
            f"The picture is damaged or incomplete and cannot be read as {format.reader}. "
            "Save it again, or choose another one."
        ) from error


def _examine(image: ImageFile.ImageFile, format: Format, limits: Limits) -> Examined:
    limits.check_pixels("image", *image.size)
    _check_tiles(image, limits)
    size = image.size
    animated = bool(getattr(image, "is_animated", False))
    profile = image.info.get("icc_profile")
    orientation = image.getexif().get(_ORIENTATION, 1)
    image.draft(None, poster_size(size))
    image.load()
    still = _upright(_in_srgb(_small(image), profile), orientation)
    if orientation in (5, 6, 7, 8):
        size = size[::-1]
    facts = Facts(
        kind="image",
        mime=format.mime,
        extension=format.extension,
        width=size[0],
        height=size[1],
        has_alpha=still.mode == "RGBA",
        animated=animated,
        turned=orientation in range(2, 9),
        color=dominant_color(still),
    )
    return Examined(facts, still)


def _check_tiles(image: ImageFile.ImageFile, limits: Limits) -> None:
    """A TIFF may be small and say that its tiles are enormous; the decoder would believe it."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        width, height = (int(image.tag_v2.get(tag, 0)) for tag in _TILE_SIZES)
        limits.check_pixels("image", width, height)


def _small(image: Image.Image) -> Image.Image:
    """RGB or RGBA, as large as a poster; RGBA only when something is really transparent."""
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.mode in ("I", "F"):
        image = _stretched(shrunk(image, poster_size(image.size)))
    elif image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif "transparency" in image.info:
        image = image.convert("RGBA")
    small = shrunk(image, poster_size(image.size))
    if small.mode == "RGBA":
        lowest = cast("tuple[int, int]", small.getchannel("A").getextrema())[0]
        return small if lowest < 255 else small.convert("RGB")
    return small if small.mode in ("RGB", "CMYK") else small.convert("RGB")


def _stretched(image: Image.Image) -> Image.Image:
    """Numbers of any range as gray: the smallest is black, the largest white."""
    image = image.convert("F")
    low, high = cast("tuple[float, float]", image.getextrema())
    scale = 255 / (high - low or 1)
    return image.point(lambda value: value * scale - low * scale).convert("L")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Without this a thumbnail of a print or a wide-gamut picture has the wrong colors."""
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
            return turned or image.convert("RGB")
        except (ImageCms.PyCMSError, OSError):
            pass
    return image.convert("RGB") if image.mode == "CMYK" else image


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    image.getexif()[_ORIENTATION] = orientation
    return ImageOps.exif_transpose(image)


def is_animated(path: Path) -> bool:
    """Whether a GIF has more than one frame. False for what cannot be read."""
    try:
        with path.open("rb") as file:
            return bool(GifImagePlugin.GifImageFile(file).is_animated)
    except Exception:
        return False
