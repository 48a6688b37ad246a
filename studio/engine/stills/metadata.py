"""What a file tells beside its picture: author, camera, date. The place is never passed on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from studio.engine.stills import files

# Tags of Exif 2.32 and TIFF 6.0 that tell of the picture. All others say how its file is built.
TOLD = {
    0x010E: "description",
    0x010F: "maker of the camera",
    0x0110: "camera",
    0x011A: "pixels per unit across",
    0x011B: "pixels per unit down",
    0x0128: "the unit",
    0x0131: "software",
    0x0132: "date",
    0x013B: "artist",
    0x8298: "copyright",
}
DATE, TAKEN = 0x0132, 0x9003
EXIF = 0x8769
XMP = 0x02BC
# The size in pixels, a pointer, and notes of the maker that only hold together where they lay.
NOT_TOLD = (0xA002, 0xA003, 0xA005, 0x927C)
TURNED = re.compile(rb"""(tiff:Orientation\s*(?:=\s*["']|>))[2-8]""")
PLACE = re.compile(
    rb"""\s+exif:GPS\w+\s*=\s*("[^"]*"|'[^']*')|<exif:GPS(\w+)\b[^>]*?(/>|>.*?</exif:GPS\2\s*>)""",
    re.DOTALL,
)


class Told(NamedTuple):
    """Exif as bytes that begin with the byte order, and an XMP packet; each may be empty."""

    exif: bytes = b""
    xmp: bytes = b""


def told(path: Path) -> Told:
    """What may be passed on of a picture that stands upright from now on: all but its place, its
    preview, its maker's notes and its orientation. What nobody can read is left behind."""
    with files.opened(path) as image:
        xmp = image.info.get("xmp") or b""
        found = image.getexif()
        try:
            kept = Image.Exif()
            for tag in TOLD.keys() & found.keys():
                kept[tag] = found[tag]
            more = {t: v for t, v in found.get_ifd(EXIF).items() if t not in NOT_TOLD}
            if more:
                kept.get_ifd(EXIF).update(more)
            exif = kept.tobytes() if kept or more else b""
        except Exception:  # a damaged table raises whatever it likes
            exif = b""
    xmp = xmp if isinstance(xmp, bytes) else str(xmp).encode()
    return Told(exif.removeprefix(b"Exif\0\0"), PLACE.sub(b"", TURNED.sub(rb"\g<1>1", xmp)))
