"""The words of this package: what may come in, what was found, and how a refusal is said."""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image


class Refused(Exception):
    """The file cannot be taken. The message is for the person: value, limit and way out."""


@dataclass(frozen=True)
class Limits:
    """What is looked at before anything is decoded. Bytes, pixels and seconds are inclusive.

    `account_bytes` is what an account may store in all; None is no limit. `apart`: recordings
    and 3D models are looked at in a process of their own, which costs a third of a second.
    """

    image_bytes: int = 40 * 1024**2
    media_bytes: int = 200 * 1024**2
    text_bytes: int = 5 * 1024**2
    image_pixels: int = 50_000_000
    video_pixels: int = 8192 * 4320
    seconds: float = 2 * 3600
    frames: int = 500_000
    streams: int = 16
    account_bytes: int | None = None
    apart: bool = True

    def check_bytes(self, kind: str, size: int) -> None:
        own = {"image": self.image_bytes, "text": self.text_bytes}
        limit = own.get(kind, self.media_bytes)
        if size > limit:
            raise Refused(
                f"The {NAMES[kind]} has {filesize(size)}; the limit is {filesize(limit)}. "
                "Make it smaller and try again."
            )

    def check_pixels(self, kind: str, width: int, height: int) -> None:
        limit = self.image_pixels if kind == "image" else self.video_pixels
        if width * height > limit:
            raise Refused(
                f"The {NAMES[kind]} is {width} × {height} pixels ({megapixels(width * height)}); "
                f"the limit is {megapixels(limit)}. Make it smaller and try again."
            )

    def check_seconds(self, kind: str, seconds: float) -> None:
        if seconds > self.seconds:
            raise Refused(
                f"The {NAMES[kind]} runs {clock(seconds)}; the limit is {clock(self.seconds)}. "
                "Cut it and try again."
            )


@dataclass(frozen=True)
class Facts:
    """What is known of a file. Sizes in pixels as a person sees it (turned), times in seconds.

    `animated` says that an image has more frames, of which only the first is used; `turned` that
    the file asks to be shown rotated or mirrored.
    """

    kind: str
    mime: str
    extension: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    fps: float | None = None
    has_audio: bool = False
    has_alpha: bool = False
    animated: bool = False
    turned: bool = False
    color: str = "#808080"


@dataclass(frozen=True)
class Examined:
    """The facts of a file and a picture of it, RGB or RGBA, upright, as large as a poster. `words`
    are the first letters of a text."""

    facts: Facts
    still: Image.Image = field(repr=False)
    words: str = field(default="", repr=False)


NAMES = {
    "image": "picture",
    "video": "video",
    "audio": "sound",
    "model": "3D model",
    "text": "text",
}


def filesize(size: int) -> str:
    """Bytes as a person reads them: 812 bytes, 3.5 MB."""
    for unit, power in (("GB", 3), ("MB", 2), ("kB", 1)):
        if size >= 1024**power:
            return f"{size / 1024**power:.1f} {unit}".replace(".0 ", " ")
    return f"{size} bytes"


def megapixels(pixels: int) -> str:
    return f"{pixels / 1e6:.1f} megapixels".replace(".0 m", " m")


def clock(seconds: float) -> str:
    """Seconds as 1:02:03 or 2:03."""
    hours, rest = divmod(round(seconds), 3600)
    words = f"{rest // 60:02}:{rest % 60:02}"
    return f"{hours}:{words}" if hours else words.removeprefix("0")
