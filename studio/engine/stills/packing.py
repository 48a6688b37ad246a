"""The bytes of a file by its type, with what goes beside the pixels."""

from __future__ import annotations

from typing import Any, NamedTuple

from PIL import Image, PngImagePlugin

from studio.engine.stills import files, indexed, metadata
from studio.engine.stills.files import Color, Pixels

PROFILED = ("png", "jpeg", "webp", "avif", "tiff")
"""Types that hold a color profile, and metadata."""
XMP_OF_PNG = "XML:com.adobe.xmp"


class Pack(NamedTuple):
    """How a file is written.

    optimize: more work for fewer bytes, the same picture. progressive: a JPEG that is seen as a
    whole at once, at first roughly. background: behind the edges of what is transparent in a GIF.
    colors: of a GIF, and of a PNG that may lose some (0: it may not). half: the colors of a JPEG
    are kept at half the size in every quality.
    """

    optimize: bool = True
    progressive: bool = True
    background: Color = files.WHITE
    profile: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""
    colors: int = 0
    half: bool = False


PLAIN = Pack()


def packed(pixels: Pixels, format: str, quality: int, pack: Pack = PLAIN) -> bytes:
    """The file's bytes. The same pixels make the same bytes. Raises EngineError for a size that the
    type cannot hold."""
    files.check_size((pixels.shape[1], pixels.shape[0]), format)
    if format == "gif":
        return files.gif(pixels, pack.background, pack.colors or indexed.MOST)
    image = Image.fromarray(pixels)
    if format == "png" and pack.colors:
        image = _few(pixels, pack.colors)
    return files.bytes_of(image, format.upper(), **_settings(image, format, quality, pack))


def _few(pixels: Pixels, colors: int) -> Image.Image:
    """Half transparent pixels stay so, which the better choice of colors knows nothing of."""
    if pixels.shape[2] == 3:
        return indexed.with_few(pixels, colors)
    return Image.fromarray(pixels).quantize(colors, method=Image.Quantize.FASTOCTREE)


def _settings(image: Image.Image, format: str, quality: int, pack: Pack) -> dict[str, Any]:
    settings = files.settings(format, quality)
    match format:
        case "jpeg":
            # Progressive ones always are, in libjpeg.
            settings |= {"optimize": pack.optimize, "progressive": pack.progressive}
            settings |= {"subsampling": 2} if pack.half else {}
        case "png":
            settings |= {"compress_level": _effort(image, pack.optimize)}
        case "webp" if pack.optimize:
            settings |= {"method": 6}
        case "avif" if pack.optimize:
            settings |= {"speed": 7}
    if format in PROFILED:
        settings |= _beside(format, pack)
    return settings


def _effort(image: Image.Image, optimize: bool) -> int:
    """Of zlib. A large photograph would take minutes with the most, for a twentieth less."""
    if not optimize:
        return 3
    return 9 if image.width * image.height <= files.LARGE else 6


def _beside(format: str, pack: Pack) -> dict[str, Any]:
    beside: dict[str, Any] = {}
    if pack.profile:
        beside["icc_profile"] = pack.profile
    if pack.exif and format != "tiff":
        beside["exif"] = b"Exif\0\0" + pack.exif
    if format == "tiff":
        beside["exif"] = _tags(pack)
    elif pack.xmp and format == "png":
        text = PngImagePlugin.PngInfo()
        text.add_itxt(XMP_OF_PNG, pack.xmp.decode("utf-8", "replace"))
        beside["pnginfo"] = text
    elif pack.xmp:
        beside["xmp"] = pack.xmp
    return beside


def _tags(pack: Pack) -> Image.Exif:
    """The first table only: libtiff, as Pillow drives it, cannot write the one of the exposure. The
    date is taken out of that."""
    told, tags = Image.Exif(), Image.Exif()
    if pack.exif:
        told.load(b"Exif\0\0" + pack.exif)
        taken = told.get_ifd(metadata.EXIF).get(metadata.TAKEN)
        tags.update({metadata.DATE: taken} if taken else {})
        tags.update({tag: told[tag] for tag in metadata.TOLD if tag in told})
    if pack.xmp:
        tags[metadata.XMP] = pack.xmp
    return tags
