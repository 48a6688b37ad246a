"""A written file, opened again: is it what the platform asks for?"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, UnidentifiedImageError

from studio.engine import EngineError, picture
from studio.engine.social.wanted import Wanted
from studio.engine.weight import weight

SIGNS = {
    "jpeg": (0, b"\xff\xd8\xff"),
    "png": (0, b"\x89PNG\r\n\x1a\n"),
    "gif": (0, b"GIF8"),
    "webp": (8, b"WEBP"),
    "avif": (4, b"ftypavi"),
}
"""Where the first bytes of a file tell its type, and which they are."""
ENDS = {"jpeg": b"\xff\xd9", "png": b"IEND\xaeB`\x82", "gif": b";"}
"""The last bytes of a file that was written whole."""
TOLD = ("jpeg", "png")
"""Types of which a file says its color space."""
SIGN_BYTES = 16


def proven(path: Path, want: Wanted, type: str) -> tuple[str, ...]:
    """What was found to be right, in words. Raises EngineError for the first thing that is not."""
    try:
        with Image.open(path) as image:
            size, mode = image.size, image.mode
            profile = image.info.get("icc_profile")
            said = bool(profile) or "srgb" in image.info
            turned = image.getexif().get(picture.ORIENTATION, 1)
    except (OSError, UnidentifiedImageError) as error:
        raise _wrong(want, "cannot be opened again") from error
    if size != (want.width, want.height):
        raise _wrong(want, f"is {size[0]} × {size[1]} px")
    if not picture.is_srgb(profile) or mode == "CMYK":
        raise _wrong(want, "is not in sRGB")
    if turned not in (0, 1):
        raise _wrong(want, "is to be turned by its viewer")
    found = (
        f"{size[0]} × {size[1]} px",
        _type(path, want, type),
        _light(path.stat().st_size, want),
    )
    if type in TOLD and not said:
        raise _wrong(want, "does not say that it is in sRGB")
    return (*found, "sRGB", "upright, without a mark to turn it")


def _type(path: Path, want: Wanted, type: str) -> str:
    with path.open("rb") as file:
        begin = file.read(SIGN_BYTES)
        end = ENDS.get(type, b"")
        file.seek(-min(len(end), path.stat().st_size), 2)
        whole = file.read() == end
    at, sign = SIGNS[type]
    if type not in want.types or not begin[at:].startswith(sign):
        raise _wrong(want, f"is no {type.upper()} by its first bytes")
    if end and not whole:
        raise _wrong(want, "ends too early")
    return f"{type.upper()} by its first bytes"


def _light(size: int, want: Wanted) -> str:
    if want.most is None:
        return f"{weight(size)}, any size is taken"
    if size > want.most:
        raise _wrong(want, f"has {size:,} bytes of {want.most:,}")
    return f"{weight(size)} of {weight(want.most)} at most"


def _wrong(want: Wanted, what: str) -> EngineError:
    return EngineError(
        f"The file of “{want.key}” {what}, so it is not given away. Try again, and look whether "
        "the disk is full."
    )
