"""`manage.py style_thumbnails`: draw the small picture of every style anew.

The result belongs to the source: it is made from a sample picture by the same steps that the
operation *look* takes, and changes only when those do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand

from studio.engine.stills import files, looks
from studio.engine.stills.files import Pixels
from studio.presets import STYLES
from studio.presets.looks import LOOKS

SAMPLE = "astronaut.jpg"
PART = (slice(4, 281), slice(80, 450))
"""Rows and columns of the sample that are shown: a face, cloth, metal, a soft background."""
DRAWN = (720, 540)
"""Drawn larger than shown, so that fine dots and lines come out as on a real picture."""
SHOWN = (240, 180)
QUALITIES = (80, 70, 60, 50, 40, 30)
ENOUGH = 5_400
"""Bytes. What is all dots takes the lowest quality, and more."""


def folder() -> Path:
    return Path(settings.BASE_DIR) / "static" / "styles"


def sample() -> Pixels:
    picture = files.load_rgb(Path(settings.BASE_DIR) / "static" / "samples" / SAMPLE)
    large = cv2.resize(picture[PART], DRAWN, interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.uint8)


def thumbnail(picture: Pixels, key: str) -> bytes:
    """The sample in that style as WebP."""
    drawn = looks.rendered(picture, LOOKS[key])
    small = np.asarray(cv2.resize(drawn, SHOWN, interpolation=cv2.INTER_AREA), np.uint8)
    tries = (files.encoded(small, "webp", quality) for quality in QUALITIES)
    return next(
        (data for data in tries if len(data) <= ENOUGH), files.encoded(small, "webp", QUALITIES[-1])
    )


class Command(BaseCommand):
    help = "Draw the small picture of every style anew, into static/styles."

    def handle(self, *args: Any, **options: Any) -> None:
        target, picture = folder(), sample()
        target.mkdir(exist_ok=True)
        keys = {style.key for style in STYLES}
        for old in target.glob("*.webp"):
            if old.stem not in keys:
                old.unlink()
        size = 0
        for key in sorted(keys):
            data = thumbnail(picture, key)
            files.write(target / f"{key}.webp", data)
            size += len(data)
        self.stdout.write(f"{len(keys)} styles, {size // 1000} kB")
