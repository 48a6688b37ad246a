"""Avatar: a picture that speaks."""

from studio.operations import transform
from studio.spec import Operation, Param

TALKING_AVATAR = Operation(
    key="talking-avatar",
    module="avatar",
    label="Talking avatar",
    summary="A face in a picture speaks or sings what is heard.",
    verb="Generate",
    makes="video",
    title="{image} speaks",
    tags=("talking-avatar", "generated"),
    params=(
        transform.IMAGE,
        Param(
            "audio",
            "audio",
            "Voice",
            help="What is spoken or sung. The video is as long as this.",
            required=True,
            group="source",
        ),
        Param(
            "mask",
            "image",
            "Mask",
            help="Optional. A picture of the same shape that marks who speaks.",
            group="source",
            advanced=True,
        ),
        transform.PROMPT,
        Param(
            "seconds",
            "integer",
            "Length of the voice",
            help="Rounded up to whole seconds; the price follows from it. A voice that turns out "
            "longer is not sent.",
            required=True,
            default=5,
            low=1,
            high=600,
            unit="s",
            group="output",
        ),
        transform.RESOLUTION,
        transform.SEED,
    ),
)

OPERATIONS = (TALKING_AVATAR,)
