"""Transform: pictures and words into videos."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.spec import Counts, Depends, Operation, Param
from studio.words.motion import SPOKEN as SPOKEN
from studio.words.motion import motion_words

MOTION_DIRECTIONS: dict[str, tuple[str, ...]] = {
    "zoom": ("in", "out"),
    "pan": ("left", "right", "up", "down"),
    "rotation": ("left", "right"),
    "complex": ("in", "out", "left", "right", "up", "down"),
}
NO_MOTION: dict[str, tuple[str, ...]] = {"none": ()}


def choice_of(*values: Any, default: Any = None) -> dict[str, Any]:
    """The override of a number that only takes these values; the first is the default."""
    limits = {"low": None, "high": None, "step": None}
    chosen = values[0] if default is None else default
    return {"kind": "choice", "choices": values, "default": chosen, **limits}


# What prompt-driven models accept of the motion controls: they become words, seen and editable.
PROMPTED: Mapping[str, Any] = {
    "motion": {
        "choices": ("none", *MOTION_DIRECTIONS),
        "default": "none",
        "help": "Becomes words of the prompt; the model decides how closely it follows.",
    },
    "direction": {"depends": Depends("motion", {**NO_MOTION, **MOTION_DIRECTIONS})},
    "strength": {"depends": Depends("motion", NO_MOTION)},
    "motion_words": {"depends": Depends("motion", NO_MOTION)},
}

IMAGE = Param(
    "image",
    "image",
    "Picture",
    help="JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF.",
    required=True,
    group="source",
)
END_IMAGE = Param(
    "end_image",
    "image",
    "Last picture",
    help="The video ends with it.",
    group="source",
)
PROMPT = Param(
    "prompt",
    "text",
    "Prompt",
    help="What is seen and what happens, in your own words.",
    group="words",
)
NEGATIVE_PROMPT = Param(
    "negative_prompt",
    "text",
    "Negative prompt",
    help="What should not be seen.",
    max_length=500,
    group="words",
    advanced=True,
)
EXPAND_PROMPT = Param(
    "expand_prompt",
    "boolean",
    "Let the model write more into the prompt",
    help="The model adds words of its own to a short prompt before it begins.",
    default=False,
    group="words",
    advanced=True,
)
MOTION = Param(
    "motion",
    "choice",
    "Motion",
    help="How the camera moves over the picture.",
    default="zoom",
    choices=tuple(MOTION_DIRECTIONS),
    group="motion",
)
DIRECTION = Param(
    "direction",
    "choice",
    "Direction",
    help="Where the camera goes. Left out, it is the first that fits the motion.",
    choices=("in", "out", "left", "right", "up", "down"),
    depends=Depends("motion", MOTION_DIRECTIONS),
    group="motion",
)
STRENGTH = Param(
    "strength",
    "integer",
    "Strength",
    help="1 is barely seen, 100 is dramatic.",
    default=50,
    low=1,
    high=100,
    group="motion",
)
MOTION_WORDS = Param(
    "motion_words",
    "text",
    "Motion in words",
    help="Follows from motion, direction and strength until you write your own; sent after the "
    "prompt. Clear it to get the proposal back.",
    max_length=300,
    derive=motion_words,
    group="motion",
)
EASING = Param(
    "easing",
    "choice",
    "Easing",
    help="How the movement starts and ends.",
    default="ease-in-out",
    choices=("linear", "ease-in", "ease-out", "ease-in-out"),
    labels={
        "linear": "Even",
        "ease-in": "Soft start",
        "ease-out": "Soft end",
        "ease-in-out": "Soft start and end",
    },
    group="motion",
)
FOCUS = Param(
    "focus",
    "point",
    "Focus point",
    help="The spot that stays in view, as two numbers from 0 to 1: from the left, from the "
    "top. Click the picture to set it.",
    default=(0.5, 0.5),
    low=0,
    high=1,
    group="source",
)
DURATION = Param(
    "duration",
    "number",
    "Duration",
    default=5,
    low=1,
    high=30,
    step=0.1,
    unit="s",
    group="output",
)
RESOLUTION = Param(
    "resolution",
    "choice",
    "Resolution",
    default="720p",
    choices=("360p", "480p", "512p", "720p", "1024p", "1080p", "4k"),
    labels={p: p for p in ("360p", "480p", "512p", "720p", "1024p", "1080p")} | {"4k": "4K"},
    group="output",
)
ASPECT_RATIO = Param(
    "aspect_ratio",
    "choice",
    "Shape",
    help="Width to height. Auto is the shape of the picture, as near as the model can.",
    default="auto",
    choices=("auto", "16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "9:21", "3:2", "2:3"),
    group="output",
)
WIDTH = Param(
    "width",
    "integer",
    "Width",
    help="Video needs even numbers; an odd one is made even.",
    default=1080,
    low=64,
    high=3840,
    multiple=2,
    unit="px",
    group="output",
)
HEIGHT = Param(
    "height",
    "integer",
    "Height",
    help="Video needs even numbers; an odd one is made even.",
    default=1080,
    low=64,
    high=3840,
    multiple=2,
    unit="px",
    group="output",
)
FORMAT = Param(
    "format",
    "choice",
    "Format",
    help="MP4 plays everywhere. GIF is large and silent.",
    default="mp4",
    choices=("mp4", "mov", "webm", "gif"),
    labels={"mp4": "MP4", "mov": "MOV", "webm": "WebM", "gif": "GIF"},
    group="output",
)
FPS = Param(
    "fps",
    "choice",
    "Frames per second",
    default=30,
    choices=(24, 25, 30, 60),
    depends=Depends(
        "format",
        {
            "mp4": (24, 25, 30, 60),
            "mov": (24, 25, 30, 60),
            "webm": (24, 25, 30, 60),
            "gif": (24, 25, 30),
        },
        words="{on} plays at {choices} frames per second",
    ),
    group="output",
)
AUDIO = Param(
    "audio",
    "audio",
    "Sound",
    help="Optional. Cut to the length of the video; silence follows a shorter one.",
    depends=Depends(
        "format",
        {"gif": ()},
        words="A GIF has no sound: leave it out, or choose mp4, mov or webm.",
    ),
    group="sound",
)
MAKE_AUDIO = Param(
    "make_audio",
    "boolean",
    "Make sound",
    help="The model invents a sound that fits.",
    default=False,
    group="sound",
)
GUIDANCE = Param(
    "guidance",
    "number",
    "Guidance",
    help="How closely the model keeps to the prompt. Left empty, the model decides.",
    low=0,
    high=20,
    step=0.05,
    group="more",
    advanced=True,
)
SEED = Param(
    "seed",
    "seed",
    "Seed",
    help="The same number makes the same again, as far as the model can. Left empty, it is chance.",
    low=0,
    high=2**31 - 1,
    group="more",
    advanced=True,
)

IMAGE_TO_VIDEO = Operation(
    key="image-to-video",
    module="transform",
    label="Image to video",
    summary="A still picture becomes a moving one.",
    verb="Generate",
    makes="video",
    title="{image} · {motion} {direction} · {prompt}",
    tags=("image-to-video", "generated"),
    counts=Counts("videos"),
    params=(
        IMAGE,
        END_IMAGE,
        PROMPT,
        NEGATIVE_PROMPT,
        EXPAND_PROMPT,
        MOTION,
        DIRECTION,
        STRENGTH,
        MOTION_WORDS,
        EASING,
        FOCUS,
        DURATION,
        RESOLUTION,
        ASPECT_RATIO,
        WIDTH,
        HEIGHT,
        FORMAT,
        FPS,
        AUDIO,
        MAKE_AUDIO,
        GUIDANCE,
        SEED,
    ),
)

TEXT_TO_VIDEO = Operation(
    key="text-to-video",
    module="transform",
    label="Text to video",
    summary="Words become a video.",
    verb="Generate",
    makes="video",
    title="{prompt}",
    tags=("text-to-video", "generated"),
    counts=Counts("videos"),
    params=(
        replace(PROMPT, required=True),
        NEGATIVE_PROMPT,
        EXPAND_PROMPT,
        Param(
            "style",
            "choice",
            "Style",
            help="What moves behind the words.",
            default="aurora",
            choices=("aurora", "gradient", "rays", "bokeh", "paper"),
            group="words",
        ),
        DURATION,
        RESOLUTION,
        replace(
            ASPECT_RATIO, help="Width to height.", default="16:9", choices=ASPECT_RATIO.choices[1:]
        ),
        replace(WIDTH, default=1920),
        HEIGHT,
        FORMAT,
        FPS,
        AUDIO,
        MAKE_AUDIO,
        SEED,
    ),
)

OPERATIONS = (IMAGE_TO_VIDEO, TEXT_TO_VIDEO)
