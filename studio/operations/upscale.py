"""Upscale: more pixels."""

from dataclasses import replace

from studio.operations._stills import IMAGE, NEGATIVE_PROMPT, OUTPUT, PROMPT, SEED, SHRINK, STYLE
from studio.spec import Counts, Depends, Operation, Param

# The longer side in pixels.
PRESETS = {"social": 1080, "web": 2048, "print": 3072, "a4": 3508, "4k": 3840}
FACTORS = {"2x": 2, "4x": 4}

SIZE = Param(
    "size",
    "choice",
    "Size",
    default="2x",
    choices=(*FACTORS, *PRESETS, "custom"),
    labels={
        "2x": "2×",
        "4x": "4×",
        **{key: f"{key.capitalize()} · {px} px" for key, px in PRESETS.items()},
        "a4": "A4 at 300 dpi · 3508 px",
        "4k": "4K · 3840 px",
        "custom": "My own",
    },
    help="The longer side of the result.",
    group="output",
)

UPSCALE = Operation(
    key="upscale",
    module="upscale",
    label="Upscale",
    summary="A picture with more pixels.",
    verb="Upscale",
    makes="image",
    title="{image} · {size}",
    tags=("upscale", "edited"),
    counts=Counts("upscales"),
    params=(
        IMAGE,
        SHRINK,
        replace(
            PROMPT,
            required=False,
            help="What is to be seen; the model paints its detail after it.",
        ),
        NEGATIVE_PROMPT,
        SIZE,
        Param(
            "longest_side",
            "integer",
            "Longer side",
            default=4096,
            low=64,
            high=16_384,
            unit="px",
            depends=Depends("size", dict.fromkeys((*FACTORS, *PRESETS), ())),
            group="output",
        ),
        Param(
            "sharpness",
            "integer",
            "Sharpness",
            default=50,
            low=0,
            high=100,
            group="look",
        ),
        Param(
            "creativity",
            "number",
            "Creativity",
            help="How much detail the model may invent.",
            default=0.35,
            low=0.1,
            high=0.5,
            step=0.05,
            group="look",
        ),
        STYLE,
        SEED,
        OUTPUT,
    ),
)

OPERATIONS = (UPSCALE,)
