"""Edit: another face in a picture."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.operations._stills import IMAGE, OUTPUT
from studio.operations.edit import edit
from studio.spec import Param

MOST_FACES = 5
MORE_FACES = range(2, MOST_FACES + 1)


def _face(number: int) -> tuple[Param, Param]:
    """A face, and the one that it is put in the place of."""
    return (
        Param(
            f"face_{number}",
            "image",
            f"Face {number}",
            help="Optional. Another face to put in.",
            group="more faces",
            advanced=True,
        ),
        Param(
            f"instead_{number}",
            "image",
            f"Instead of (face {number})",
            help="A picture of the face that goes, such as a crop of the picture.",
            group="more faces",
            advanced=True,
        ),
    )


def _pairs(params: Mapping[str, Any]) -> tuple[str, str] | None:
    for number in MORE_FACES:
        face, instead = f"face_{number}", f"instead_{number}"
        if params.get(face) and not params.get(instead):
            return instead, (
                f"Face {number} is given, and not whose place it takes. Give a picture of the face "
                f"that goes, or leave face {number} out."
            )
        if params.get(instead) and not params.get(face):
            return face, (
                f"A face is to go, and the one that takes its place is missing. Give face {number},"
                " or leave both out."
            )
    return None


FACE_SWAP = edit(
    "face-swap",
    "Swap a face",
    "Somebody else's face, or whole head, in a picture. Use faces of people who agreed to it.",
    "{image} · other face",
    replace(IMAGE, help="The picture that keeps its body, clothes and place."),
    Param(
        "face",
        "image",
        "New face",
        help="A clear picture of one face, seen from the front.",
        required=True,
        group="source",
    ),
    Param(
        "face_number",
        "integer",
        "Which face goes",
        help="0 is the largest face of the picture, 1 the next one.",
        default=0,
        low=0,
        high=10,
        group="source",
    ),
    Param(
        "instead",
        "image",
        "Instead of",
        help="Optional. A picture of the face that goes, where there are several.",
        group="source",
    ),
    *(param for number in MORE_FACES for param in _face(number)),
    Param(
        "refine",
        "boolean",
        "Refine the new face",
        help="Sharper skin and eyes after the swap.",
        default=True,
        group="look",
    ),
    OUTPUT,
    check=_pairs,
)

OPERATIONS = (FACE_SWAP,)
