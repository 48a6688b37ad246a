"""Create: words into pictures, and backgrounds out of nothing."""

from dataclasses import replace

from studio.operations._stills import (
    HEIGHT,
    IMAGE,
    NEGATIVE_PROMPT,
    OUTPUT,
    PROMPT,
    SEED,
    STYLE,
    WIDTH,
)
from studio.spec import Counts, Depends, Operation, Param

QUALITIES = ("draft", "standard", "premium")

TEXT_TO_IMAGE = Operation(
    key="text-to-image",
    module="create",
    label="Picture from words",
    summary="Words become a picture.",
    verb="Generate",
    makes="image",
    title="{prompt}",
    tags=("text-to-image", "generated"),
    counts=Counts("images"),
    most=10,
    params=(
        PROMPT,
        NEGATIVE_PROMPT,
        STYLE,
        Param(
            "quality",
            "choice",
            "Quality",
            help="The cheapest model of this quality that can do what you ask is taken.",
            default="standard",
            choices=QUALITIES,
            group="words",
        ),
        replace(
            IMAGE,
            label="Reference picture",
            help="Optional. The new picture follows it.",
            required=False,
            group="reference",
        ),
        Param(
            "strength",
            "number",
            "Distance from the reference",
            help="0 is the reference itself, 1 ignores it. Without a reference it says nothing.",
            default=0.6,
            low=0,
            high=1,
            step=0.05,
            group="reference",
            advanced=True,
        ),
        WIDTH,
        HEIGHT,
        OUTPUT,
        Param(
            "guidance",
            "number",
            "Guidance",
            help="How closely the model keeps to the prompt. Left empty, the model decides.",
            low=0,
            high=20,
            step=0.1,
            group="more",
            advanced=True,
        ),
        Param(
            "steps",
            "integer",
            "Steps",
            help="More steps are slower and finer. Left empty, the model decides.",
            low=1,
            high=150,
            group="more",
            advanced=True,
        ),
        SEED,
    ),
)

PALETTES = (
    "dusk",
    "sea",
    "forest",
    "ember",
    "night",
    "sand",
    "candy",
    "lilac",
    "citrus",
    "mono",
)
PATTERN = Param(
    "pattern",
    "choice",
    "Pattern",
    default="mesh",
    choices=(
        "mesh",
        "gradient",
        "aurora",
        "rays",
        "bokeh",
        "waves",
        "blobs",
        "topographic",
        "marble",
        "paper",
        "stripes",
        "dots",
        "grid",
        "triangles",
        "terrazzo",
        "tiles",
        "scales",
    ),
    labels={
        "mesh": "Color mesh",
        "rays": "Rays of light",
        "bokeh": "Lights out of focus",
        "topographic": "Contour lines",
        "stripes": "Slanted bars",
        "tiles": "Geometric tiles",
    },
    group="look",
)
PALETTE = Param(
    "palette",
    "choice",
    "Colors",
    default="dusk",
    choices=(*PALETTES, "own"),
    labels={"mono": "Black and white", "own": "My own"},
    group="look",
)


def _own(number: int, label: str, default: str) -> Param:
    """A color of one's own; it is not there while another palette is chosen."""
    return Param(
        f"color_{number}",
        "color",
        label,
        default=default,
        depends=Depends("palette", dict.fromkeys(PALETTES, ())),
        group="look",
    )


COLORS = (
    _own(1, "Ground", "#16213e"),
    _own(2, "First color", "#e94560"),
    _own(3, "Second color", "#f9d56e"),
)

BACKGROUND = Operation(
    key="background",
    module="create",
    label="Background",
    summary="Gradients, patterns and textures to put something on, drawn on this computer.",
    verb="Generate",
    makes="image",
    title="{pattern} · {palette}",
    tags=("background", "generated"),
    most=10,
    params=(PATTERN, PALETTE, *COLORS, WIDTH, HEIGHT, OUTPUT, SEED),
)

OPERATIONS = (TEXT_TO_IMAGE, BACKGROUND)
