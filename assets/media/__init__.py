"""What a file is, whether it may come in, and the pictures that stand for it.

Pure: files and values in, values out; no models, no settings. Each question has one function:

    format = identify(path, limits)          by the first bytes, within the limit of bytes
    told = embedded(path, format)            how other studios made it, before that is taken out
    path = strip(path, format, target)       without place and camera, losslessly
    path = mark(path, format, target, words) with how it was made
    seen = examine(path, format, limits, kinds)   facts and a still; every other limit
    thumbnail(seen.still), poster(seen.still)     bytes and extension

A file that cannot be taken raises Refused, with words for the person.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from assets.media import apart, image, look, text
from assets.media.embedded import Told, embedded
from assets.media.facts import Examined, Facts, Limits, Refused, filesize
from assets.media.formats import GIF_MOVIE, HEAD, MIMES, Format, check_kind, detect
from assets.media.likeness import Likeness, likeness
from assets.media.mark import Mark, mark
from assets.media.still import poster, thumbnail
from assets.media.strip import strip
from assets.media.text import MIMES as TEXT_MIMES
from assets.media.text import named

__all__ = [
    "HEAD",
    "MIMES",
    "TEXT_MIMES",
    "Examined",
    "Facts",
    "Format",
    "Likeness",
    "Limits",
    "Mark",
    "Refused",
    "Told",
    "detect",
    "embedded",
    "examine",
    "filesize",
    "identify",
    "likeness",
    "mark",
    "named",
    "poster",
    "strip",
    "thumbnail",
]


def identify(path: Path, limits: Limits, kinds: Collection[str] | None = None) -> Format:
    """What the file at `path` is by its first bytes. Raises Refused, also when it is too large."""
    size = path.stat().st_size
    if not size:
        raise Refused("The file is empty (0 bytes). Choose another one.")
    with path.open("rb") as file:
        format = detect(file.read(HEAD), kinds)
    limits.check_bytes(format.kind, size)
    return format


def examine(
    path: Path, format: Format, limits: Limits, kinds: Collection[str] | None = None
) -> Examined:
    """The facts of the file and a still of it. `kinds` are the kinds that are wanted.

    A GIF is a picture, unless only a video is wanted and it moves. Raises Refused.
    """
    if format.kind == "image":
        if format.reader == "GIF" and kinds is not None and "image" not in kinds:
            check_kind("video" if image.is_animated(path) else "image", kinds)
            return _apart(path, GIF_MOVIE, limits, kinds)
        check_kind("image", kinds)
        return image.examine(path, format, limits)
    if format.kind == "text":
        check_kind("text", kinds)
        return text.examine(path, format, limits)
    return _apart(path, format, limits, kinds)


def _apart(path: Path, format: Format, limits: Limits, kinds: Collection[str] | None) -> Examined:
    if limits.apart:
        return apart.examine(path, format, limits, kinds)
    return look.examine(path, format, limits, kinds)
