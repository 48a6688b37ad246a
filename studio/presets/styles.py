"""Styles: a look in words of our own, for models that read a prompt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """`words` are what a prompt gets; `group` is where it is listed."""

    key: str
    label: str
    words: str
    group: str = "film"


STYLES = (
    Style(
        "photographic",
        "Photographic",
        "natural photograph, true colours, soft daylight, fine detail",
        "photo",
    ),
    Style(
        "cinematic",
        "Cinematic",
        "film still, wide frame, shallow depth of field, graded light",
        "film",
    ),
    Style(
        "digital-art",
        "Digital art",
        "digital painting, clean shapes, rich colours, soft gradients",
        "drawing",
    ),
    Style(
        "line-art",
        "Line art",
        "clean ink outlines on white, no shading, even strokes",
        "drawing",
    ),
)
