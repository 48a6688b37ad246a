"""Social: one picture or video in the shapes of every platform."""

from __future__ import annotations

from dataclasses import replace

from studio.operations import transform
from studio.operations._stills import IMAGE
from studio.operations.film import VIDEO
from studio.spec import Depends, Operation, Param

FORMATS = Param(
    "formats",
    "places",
    "Formats",
    help="Choose at least one. Each has a size and limits of its own; one of them may be cut in "
    "its own way.",
    required=True,
    group="output",
)
MODE = Param(
    "mode",
    "choice",
    "How",
    help="Smart keeps faces and what stands out in view. Fit shows everything.",
    default="smart",
    choices=("smart", "center", "fit"),
    labels={"smart": "Smart crop", "center": "Center", "fit": "Fit whole"},
    group="shape",
)
FOCUS = replace(
    transform.FOCUS,
    default=None,
    help="Optional. The spot that stays in view everywhere; it wins over what is found. Without "
    "one, the spot that was chosen for this file before; null finds it anew.",
    depends=Depends("mode", {"center": (), "fit": ()}),
    group="shape",
)
FILL = Param(
    "fill",
    "choice",
    "Beside it",
    help="Where a format shows the whole picture and that does not fill its shape.",
    default="white",
    choices=("white", "color", "blur", "extend"),
    labels={"color": "A color", "blur": "Its own blur", "extend": "Extend the picture"},
    group="shape",
)
BACKGROUND = Param(
    "background_color",
    "color",
    "Color",
    help="Beside the picture, and behind what is transparent in a JPEG.",
    default="#ffffff",
    group="shape",
)

PICTURES = Operation(
    key="social-pictures",
    module="social",
    label="Pictures for every platform",
    summary="One picture in the exact shapes of every platform, each below its limits.",
    verb="Make the pictures",
    makes="image",
    title="{image}",
    tags=("social",),
    params=(
        IMAGE,
        FORMATS,
        MODE,
        FOCUS,
        FILL,
        BACKGROUND,
        Param(
            "type",
            "choice",
            "File type",
            help="The best that a platform takes is JPEG for photos; PNG keeps every pixel where "
            "it is taken and small enough.",
            default="best",
            choices=("best", "jpeg", "png"),
            labels={"best": "The best for each", "jpeg": "JPEG", "png": "PNG"},
            group="output",
        ),
        Param(
            "small",
            "choice",
            "A picture with too few pixels",
            help="Enlarged looks soft, and is said at the result.",
            default="enlarge",
            choices=("enlarge", "refuse"),
            labels={"enlarge": "Enlarge it", "refuse": "Refuse the format"},
            group="output",
        ),
    ),
)

VIDEOS = Operation(
    key="social-videos",
    module="social",
    label="Videos for every platform",
    summary="One video in the shapes and lengths of every platform, each below its limits.",
    verb="Make the videos",
    makes="video",
    title="{video}",
    tags=("social",),
    params=(
        VIDEO,
        replace(FORMATS, of="video"),
        replace(MODE, help="Smart follows the subject. Fit shows everything."),
        replace(FOCUS, of="video"),
        replace(
            FILL,
            default="blur",
            choices=("blur", "color"),
            labels={"color": "A color", "blur": "Its own blur"},
        ),
        replace(BACKGROUND, default="#000000", help="Beside the video."),
        Param(
            "trim",
            "choice",
            "What is too long",
            help="Which part stays where a platform takes less.",
            default="beginning",
            choices=("beginning", "middle", "end"),
            labels={"beginning": "The beginning", "middle": "The middle", "end": "The end"},
            group="part",
        ),
        Param(
            "level",
            "boolean",
            "Even loudness",
            help="Brings the sound to what each platform plays.",
            default=True,
            group="part",
        ),
        Param(
            "cover",
            "boolean",
            "Cover pictures",
            help="The best frame of each as a picture beside it.",
            default=True,
            group="part",
        ),
    ),
)

OPERATIONS = (PICTURES, VIDEOS)
