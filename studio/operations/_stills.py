"""What the operations on still pictures have in common; no operation of its own."""

from dataclasses import replace

from studio.operations import transform
from studio.presets import STYLES
from studio.spec import Param

IMAGE = transform.IMAGE
PROMPT = replace(
    transform.PROMPT,
    help="What is to be seen, in your own words.",
    required=True,
    max_length=10_000,
)
NEGATIVE_PROMPT = replace(transform.NEGATIVE_PROMPT, max_length=10_000)
SEED = replace(transform.SEED, high=2**32 - 2)
STYLE = Param(
    "style",
    "style",
    "Style",
    help="Becomes words of the prompt, which you can read before anything is sent.",
    choices=tuple(style.key for style in STYLES),
    labels={style.key: style.label for style in STYLES},
    group="words",
)
MASK = Param(
    "mask",
    "mask",
    "Mask",
    help="White where it is to happen, black where nothing changes. Paint it on the picture, or "
    "bring a PNG of the same size.",
    group="source",
)
GROW_MASK = Param(
    "grow_mask",
    "integer",
    "Grow the mask",
    help="Pixels by which it is widened, so that no rim of the old thing is left.",
    default=5,
    low=0,
    high=100,
    unit="px",
    group="more",
    advanced=True,
)
OUTPUT = Param(
    "format",
    "choice",
    "Format",
    help="PNG keeps every pixel, WebP is a tenth of it, JPEG opens everywhere. Each has 8 bits "
    "a color, also where the picture has 16.",
    default="png",
    choices=("png", "jpeg", "webp"),
    labels={"png": "PNG", "jpeg": "JPEG", "webp": "WebP"},
    group="output",
)
WIDTH = replace(transform.WIDTH, help="", default=1024, multiple=1, high=4096)
HEIGHT = replace(transform.HEIGHT, help="", default=1024, multiple=1, high=4096)
SHRINK = Param(
    "shrink",
    "boolean",
    "Shrink the picture to what the model takes",
    help="A picture with more pixels than the model takes is refused otherwise.",
    default=False,
    group="source",
)
