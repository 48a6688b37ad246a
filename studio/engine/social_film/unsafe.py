"""What a person should look at in a finished video: faces and words that may be covered."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studio.engine.film.clip import look
from studio.engine.film.frames import frames
from studio.engine.social.place import Placed
from studio.engine.social.sight import at_pixels
from studio.engine.social.unsafe import warnings as of_picture
from studio.engine.social.wanted import EVERYWHERE, Safe
from studio.engine.social_film.cover import picture_of
from studio.engine.social_film.wanted import Made

TRIED = 5
"""Frames that are looked at, evenly over the video."""
JUDGED = 640
"""The longer side of what is looked at."""
SOFT = 1.5
"""The enlargement from which it is seen that pixels are missing."""
WHOLE = Placed((0, 0, 1, 1), (0, 0, 1, 1))


def warnings(made: Made, safe: Safe) -> tuple[str, ...]:
    """In words, each with the second at which it is seen first."""
    found = dict[str, float]()
    if safe != EVERYWHERE:
        for seconds, words in _seen(made.path, safe):
            found.setdefault(words, seconds)
    soft = (f"It is enlarged {made.enlarged:.1f} times, which looks soft.",)
    return (
        *(f"At {seconds:.1f} s: {words}" for words, seconds in found.items()),
        *(soft if made.enlarged > SOFT else ()),
    )


def _seen(path: Path, safe: Safe) -> list[tuple[float, str]]:
    clip = look(path)
    count = len(clip.index)
    said = []
    for number in sorted({round(share) for share in np.linspace(0, count - 1, TRIED + 2)[1:-1]}):
        for frame in frames(clip, number, min(count, number + 1)):
            seen = at_pixels(np.asarray(picture_of(frame, JUDGED)))
            said += [(float(clip.time(number)), words) for words in of_picture(seen, WHOLE, safe)]
    return said
