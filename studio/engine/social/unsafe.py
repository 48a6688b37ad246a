"""What a person should look at: faces and words that are cut, or lie where a platform puts its own
buttons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from studio.engine.social.place import Placed, moved
from studio.engine.social.sight import Seen
from studio.engine.social.wanted import Fractions, Safe

SIDES = ("left", "top", "right", "bottom")
LITTLE = 0.1
"""The share of a face or of a line of words that may be outside without a word about it: boxes are
a little larger than what is in them."""
SEEN = 0.05
"""The share that has to be in the file for it to be there at all."""


def warnings(seen: Seen, placed: Placed, safe: Safe) -> tuple[str, ...]:
    """In words, faces first."""
    zone = (safe.left, safe.top, 1 - safe.right, 1 - safe.bottom)
    return (
        *_about("A face", "Faces", seen.faces, placed, zone),
        *_about("Text", "Text", seen.texts, placed, zone),
    )


def _about(
    one: str, many: str, parts: Sequence[Fractions], placed: Placed, zone: Fractions
) -> Iterator[str]:
    there = [part for part in (moved(part, placed) for part in parts) if _is_there(part)]
    for what, frame in (("cut off at", (0.0, 0.0, 1.0, 1.0)), ("unsafe at", zone)):
        found = [sides for sides in (_beyond(part, frame) for part in there) if sides]
        if not found or (what == "unsafe at" and zone == (0, 0, 1, 1)):
            continue
        sides = [side for side in SIDES if any(side in some for some in found)]
        where = " and ".join(f"the {side}" for side in sides) if len(sides) < 3 else "the rim"
        name, verb = (one, "is") if len(found) == 1 or one == many else (many, "are")
        if what == "cut off at":
            yield f"{name} {verb} cut off at {where}."
        else:
            yield f"{name} {verb} in the unsafe zone at {where}, which may be covered."


def _is_there(part: Fractions) -> bool:
    return _share(part, (0, 0, 1, 1)) > SEEN


def _share(part: Fractions, frame: Fractions) -> float:
    """How much of the part is in the frame."""
    across = min(part[2], frame[2]) - max(part[0], frame[0])
    down = min(part[3], frame[3]) - max(part[1], frame[1])
    whole = (part[2] - part[0]) * (part[3] - part[1])
    return max(0.0, across) * max(0.0, down) / whole if whole > 0 else 0.0


def _beyond(part: Fractions, frame: Fractions) -> list[str]:
    """The sides at which more than a little of what is seen of the part is outside the frame."""
    wide, tall = part[2] - part[0], part[3] - part[1]
    out = (
        (frame[0] - part[0]) / wide,
        (frame[1] - part[1]) / tall,
        (part[2] - frame[2]) / wide,
        (part[3] - frame[3]) / tall,
    )
    return [side for side, share in zip(SIDES, out, strict=True) if share > LITTLE]
