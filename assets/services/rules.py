"""Tags by rule: what can be said of a file without asking anybody. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import atan2, degrees, hypot

PANORAMA = 2.2
GROUP = 4  # faces
_BRIGHT, _DARK = 175.0, 70.0  # mean lightness, 0…255
_COLORFUL = 22.0  # distance from gray in CIELAB
_SHARE = 0.3  # of the picture that a color must fill
_GRAY = 5.0
# Angles of CIELAB where a color ends, in degrees.
_HUES = (
    (15, "pink"),
    (50, "red"),
    (78, "orange"),
    (108, "yellow"),
    (170, "green"),
    (225, "teal"),
    (305, "blue"),
    (328, "purple"),
    (360, "pink"),
)


@dataclass(frozen=True)
class Known:
    """What the rules look at. `layout` as in media.likeness: 16 fields of L, a, b, or empty."""

    kind: str
    width: int | None = None
    height: int | None = None
    has_audio: bool = False
    has_alpha: bool = False
    layout: bytes = b""
    operation: str = ""
    provider: str = ""


def names_for(known: Known) -> list[str]:
    """The tags, each once, the surest first."""
    return list(dict.fromkeys([*_shape(known), *_colors(known.layout), *_making(known)]))


def people(faces: int) -> list[str]:
    """What the number of faces says."""
    if faces < 1:
        return []
    if faces == 1:
        return ["face"]
    return ["faces", "group"] if faces >= GROUP else ["faces"]


def _shape(known: Known) -> Iterator[str]:
    if known.kind in ("image", "video") and known.width and known.height:
        ratio = known.width / known.height
        if ratio >= PANORAMA:
            yield "panorama"
        elif ratio > 1.05:
            yield "landscape"
        elif ratio < 0.95:
            yield "portrait"
        else:
            yield "square"
    if known.kind == "image" and known.has_alpha:
        yield "transparent"
    if known.kind == "video" and known.has_audio:
        yield "with sound"


def _colors(layout: bytes) -> Iterator[str]:
    fields = [layout[at : at + 3] for at in range(0, len(layout), 3)]
    if not fields:
        return
    lightness = sum(field[0] for field in fields) / len(fields)
    if lightness >= _BRIGHT:
        yield "bright"
    elif lightness <= _DARK:
        yield "dark"
    chromas = [hypot(_signed(a), _signed(b)) for _, a, b in fields]
    if max(chromas) < _GRAY:
        yield "black and white"
        return
    names = [
        _hue(_signed(a), _signed(b))
        for (_, a, b), chroma in zip(fields, chromas, strict=True)
        if chroma >= _COLORFUL
    ]
    for name in sorted(set(names), key=lambda name: (-names.count(name), name)):
        if names.count(name) >= _SHARE * len(fields):
            yield name


def _hue(a: int, b: int) -> str:
    angle = degrees(atan2(b, a)) % 360
    return next(name for end, name in _HUES if angle <= end)


def _signed(value: int) -> int:
    return value - 256 if value > 127 else value


def _making(known: Known) -> Iterator[str]:
    if known.operation:
        yield known.operation.replace("-", " ")
        yield "made here" if known.provider in ("", "local") else known.provider.replace("-", " ")
