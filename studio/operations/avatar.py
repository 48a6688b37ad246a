"""Avatar: a picture that speaks."""

from dataclasses import replace

from studio.operations import transform
from studio.operations._stills import MASK
from studio.spec import Counts, FileLimits, Operation, Param

LONGEST = 600
"""Seconds of a voice, of the longest work that anybody takes."""


def _trim(name: str, label: str, help: str) -> Param:
    return Param(
        name, "number", label, help=help, low=0, high=36_000, step=0.01, unit="s", group="source"
    )


TALKING_AVATAR = Operation(
    key="talking-avatar",
    module="avatar",
    label="Talking avatar",
    summary="A face in a picture speaks or sings what is heard.",
    verb="Generate",
    makes="video",
    title="{image} speaks",
    tags=("talking-avatar", "generated"),
    counts=Counts("avatar_seconds", by="seconds"),
    params=(
        replace(transform.IMAGE, look="face"),
        Param(
            "audio",
            "audio",
            "Voice",
            help="What is spoken or sung, up to 10 minutes. The video is as long as this.",
            required=True,
            group="source",
            limits=FileLimits(max_seconds=LONGEST),
            look="voice",
            cut=("trim_start", "trim_end"),
        ),
        _trim("trim_start", "Voice from", "What is before it is left out. Empty is the beginning."),
        _trim("trim_end", "Voice to", "What is after it is left out. Empty is the end."),
        replace(
            MASK,
            required=False,
            help="White where it may move: over the head of who speaks, from the hair to the chin.",
        ),
        transform.PROMPT,
        Param(
            "seconds",
            "integer",
            "Length of the voice",
            help="Measured: the seconds that are used, rounded up. The price follows from them.",
            default=5,
            low=1,
            high=LONGEST,
            unit="s",
            group="output",
            measures="audio",
        ),
        transform.RESOLUTION,
        transform.SEED,
    ),
)

OPERATIONS = (TALKING_AVATAR,)
