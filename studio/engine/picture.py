"""Still pictures, decoded into the colours of video: planar Y'CbCr, BT.709, limited range.

Converting once, here, is what keeps colours right: a photograph is BT.601 full range inside, a
video is neither. A plain JPEG never becomes RGB on the way; everything else goes through Pillow.
"""

import io
import warnings
from pathlib import Path
from typing import NamedTuple, cast

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from studio.engine import EngineError

cv2.setNumThreads(1)  # OpenCV's own pool spins and would take the processor from the encoder

Plane = NDArray[np.uint8]
Colours = NDArray[np.float64]

MAX_PIXELS = 150_000_000
"""Less than what makes Pillow refuse; such a picture takes about 1 GB to decode."""
ALLOWED = "Use one of at most 150 megapixels."
WHITE, DARK = 255, 24
ORIENTATION = 0x0112

# ITU-T T.871 (JPEG) and BT.601: Y'CbCr to R'G'B', all in 0..255 with Cb and Cr around 0.
TO_RGB = np.array([[1, 0, 1.402], [1, -0.344136, -0.714136], [1, 1.772, 0]])


def bt709() -> Colours:
    """R'G'B' in 0..255 to BT.709 Y'CbCr in limited range, without the offsets."""
    red, blue = 0.2126, 0.0722
    luma = np.array([red, 1 - red - blue, blue])
    cb = (np.array([0, 0, 1]) - luma) / (2 * (1 - blue))
    cr = (np.array([1, 0, 0]) - luma) / (2 * (1 - red))
    return np.vstack([luma * 219, cb * 224, cr * 224]) / 255


FROM_RGB = bt709()
FROM_JPEG = FROM_RGB @ TO_RGB


class Picture(NamedTuple):
    """One picture in BT.709 limited range.

    `cb` and `cr` hold the same area as `luma`, with each of their pixels as wide as `across` and
    as high as `down` luma pixels. The last column or row may reach over the picture's edge.
    """

    luma: Plane
    cb: Plane
    cr: Plane
    across: int
    down: int

    @property
    def width(self) -> int:
        return int(self.luma.shape[1])

    @property
    def height(self) -> int:
        return int(self.luma.shape[0])


def load(path: Path) -> Picture:
    """Decode a picture: upright, in sRGB, without transparency.

    Raises EngineError when the file is missing, damaged, not a picture or far too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise too_large(image.width, image.height)
                return (planar(path, image) if plain(image) else None) or from_rgb(rgb(image))
    except Image.DecompressionBombError as error:
        raise EngineError(f"The picture is too large. {ALLOWED}") from error
    except FileNotFoundError as error:
        raise EngineError("The picture is no longer there. Choose it again.") from error
    except (OSError, SyntaxError, ValueError) as error:
        message = "The picture cannot be read: it is damaged or not a picture. Choose another."
        raise EngineError(message) from error


def too_large(width: int, height: int) -> EngineError:
    return EngineError(f"The picture has {width} × {height} pixels. {ALLOWED}")


def plain(image: Image.Image) -> bool:
    """Whether a JPEG can be used as it is: upright, sRGB, three channels."""
    return (
        image.format == "JPEG"
        and image.mode == "RGB"
        and image.getexif().get(ORIENTATION, 1) in (0, 1)
        and is_srgb(image.info.get("icc_profile"))
    )


def is_srgb(profile: bytes | None) -> bool:
    if not profile:
        return True
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return "srgb" in ImageCms.getProfileDescription(opened).lower()
    except (ImageCms.PyCMSError, OSError):
        return True  # a profile that nobody can read says nothing


def planar(path: Path, image: Image.Image) -> Picture | None:
    """A JPEG's own planes with the matrix and the range changed, or None where Pillow must try.

    "explode" makes the decoder refuse damage that it would otherwise paint over in grey.
    """
    try:
        with av.open(str(path), format="jpeg_pipe") as container:
            stream = container.streams.video[0]
            stream.codec_context.options = {"err_detect": "explode"}
            frame = next(container.decode(stream))
    except (av.FFmpegError, StopIteration, IndexError):
        return None
    shapes = {"yuvj420p": (2, 2), "yuvj422p": (2, 1), "yuvj444p": (1, 1)}
    if frame.format.name not in shapes or (frame.width, frame.height) != image.size:
        return None
    across, down = shapes[frame.format.name]
    luma, cb, cr = (plane(frame, index) for index in range(3))
    return Picture(*retint(luma, cb, cr), across, down)


def plane(frame: av.VideoFrame, index: int) -> Plane:
    """The samples of one plane, in place: writing to them changes the frame.

    The chroma of nv12 and nv24 has two channels.
    """
    part = frame.planes[index]
    rows = np.frombuffer(cast(bytes, part), np.uint8).reshape(-1, part.line_size)
    channels = sum(component.plane == index for component in frame.format.components)
    rows = rows[: part.height, : part.width * channels]
    return rows if channels == 1 else rows.reshape(part.height, part.width, channels)


def as_plane(values: object) -> Plane:
    """What OpenCV or Pillow made, as a plane."""
    return np.asarray(values, np.uint8)


def retint(luma: Plane, cb: Plane, cr: Plane) -> tuple[Plane, Plane, Plane]:
    """From the JPEG's matrix to BT.709 limited, rounding once per plane.

    Luma needs a small share of the chroma, which has fewer pixels: the share is worked out at
    chroma size, lifted by 64 to keep its sign, and enlarged.
    """
    m = FROM_JPEG
    shift = -128 * (m[:, 1] + m[:, 2]) + np.array([16, 128, 128])
    part = cv2.addWeighted(cb, m[0, 1], cr, m[0, 2], shift[0] + 64)
    height, width = luma.shape
    across, down = round(width / cb.shape[1]), round(height / cb.shape[0])
    if (across, down) != (1, 1):
        size = (cb.shape[1] * across, cb.shape[0] * down)
        part = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)[:height, :width]
    return (
        cast(Plane, cv2.addWeighted(luma, m[0, 0], part, 1, -64, dst=part)),
        cast(Plane, cv2.addWeighted(cb, m[1, 1], cr, m[1, 2], shift[1])),
        cast(Plane, cv2.addWeighted(cb, m[2, 1], cr, m[2, 2], shift[2])),
    )


def rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Any picture as upright, opaque sRGB: height x width x 3."""
    profile = image.info.get("icc_profile")
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode in ("I", "F", "I;16", "I;16L", "I;16B", "I;16N"):
        image = grey(image)
    elif (
        profile
        and (image := unfolded(image)).mode in ("RGB", "CMYK", "L", "LAB", "RGBA")
        and not is_srgb(profile)
    ):
        image = to_srgb(image, profile)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return flatten(image)
    return np.asarray(image.convert("RGB"))


def grey(image: Image.Image) -> Image.Image:
    """Deep greys in 8 bits: 16-bit by its full range, others by the brightest value in them."""
    values = np.nan_to_num(np.asarray(image).astype(np.float32))
    top = float(values.max(initial=0))
    if image.mode != "F":
        top = max(top, 65535.0)
    values *= 255 / max(top, 1e-9)
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def unfolded(image: Image.Image) -> Image.Image:
    """A picture of indexed colours with its colours in place, as a profile speaks of them."""
    if image.mode != "P":
        return image
    return image.convert("RGBA" if "transparency" in image.info else "RGB")


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture's colours in sRGB; unchanged where its profile does not fit its pixels."""
    return to_space(image, profile, ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")))


def to_space(
    image: Image.Image, profile: bytes, to: bytes | ImageCms.ImageCmsProfile
) -> Image.Image:
    """The picture's colours in the RGB space of the profile `to`, opacity as it is; unchanged where
    its own `profile` does not fit its pixels."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.ImageCmsProfile(io.BytesIO(to)) if isinstance(to, bytes) else to
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, source, target, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError):
        return image


def flatten(image: Image.Image) -> NDArray[np.uint8]:
    """Lay a picture with holes on a backdrop that nothing in it disappears on.

    That is white, as people expect of a cut-out, except for drawings that are nearly white
    themselves: a white logo gets a dark backdrop.
    """
    rgba = image.convert("RGBA")
    # In "RGBa" the colours are already multiplied by how much of them there is.
    small = np.asarray(rgba.convert("RGBa").resize((64, 64), Image.Resampling.BOX), np.float64)
    light, seen = (small[..., :3] @ (0.299, 0.587, 0.114)).sum(), small[..., 3].sum()
    shade = DARK if seen > 0 and light > 0.85 * seen else WHITE
    backdrop = Image.new("RGBA", rgba.size, (shade, shade, shade, 255))
    return np.asarray(Image.alpha_composite(backdrop, rgba).convert("RGB"))


def from_rgb(pixels: NDArray[np.uint8]) -> Picture:
    """sRGB pixels (height x width x 3) as full-size planes."""
    offsets = np.array([[16], [128], [128]])
    planes = cv2.transform(pixels, np.hstack([FROM_RGB, offsets]))
    luma, cb, cr = cv2.split(planes)
    return Picture(cast(Plane, luma), cast(Plane, cb), cast(Plane, cr), 1, 1)
