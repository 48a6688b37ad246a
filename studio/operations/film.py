"""Film: plain work on videos."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.operations import transform
from studio.operations.finishing import CROP
from studio.spec import Depends, Known, Makes, Operation, Param

MOST_CLIPS = 12
CLIPS = tuple(f"clip_{number}" for number in range(1, MOST_CLIPS + 1))
LONGEST = 7200
"""Seconds that a film of the library has at most."""
SLACK = 0.05
"""Seconds by which the length that is known of a file may be off."""

Wrong = tuple[str, str] | None
Params = Mapping[str, Any]
Files = Mapping[str, Known]

VIDEO = Param(
    "video",
    "video",
    "Video",
    help="MP4, MOV, WebM, MKV or GIF.",
    required=True,
    group="source",
)


def seconds(name: str, label: str, help: str = "", **more: Any) -> Param:
    found = Param(
        name, "number", label, help=help, low=0, high=LONGEST, step=0.001, unit="s", group="part"
    )
    return replace(found, **more)


START = seconds("start", "Start", "The first frame that stays. I sets it where you are.", default=0)
END = seconds("end", "End", "Left empty, all the rest stays. O sets it after the frame you see.")


def film(
    key: str,
    label: str,
    summary: str,
    title: str,
    *params: Param,
    verb: str = "Apply",
    makes: Makes = "video",
    **more: Any,
) -> Operation:
    return Operation(
        key=key,
        module="film",
        label=label,
        summary=summary,
        verb=verb,
        makes=makes,
        title=title,
        tags=(key, "edited"),
        params=params,
        **more,
    )


def part_is_there(params: Params, files: Files) -> Wrong:
    """Start and end lie within the film."""
    video = files.get("video")
    if video is None or video.seconds is None:
        return None
    start, end = params.get("start") or 0, params.get("end")
    long = f"“{video.title}” is {video.seconds:.3f} s long"
    if start >= video.seconds:
        return "start", f"Start is {start:g} s, and {long}. Choose an earlier one."
    if end is not None and end > video.seconds + SLACK:
        return "end", f"End is {end:g} s, and {long}. Choose an earlier one, or leave it empty."
    return None


def in_order(params: Params) -> Wrong:
    start, end = params.get("start") or 0, params.get("end")
    if end is not None and end <= start:
        return "end", (
            f"End is {end:g} s, and start is {start:g} s: nothing lies between them. "
            "Choose a later end or an earlier start."
        )
    return None


TRIM = film(
    "trim",
    "Trim",
    "A part of a video, exact to the frame.",
    "{video} · {start} to {end} s",
    VIDEO,
    START,
    END,
    verb="Trim",
    check=lambda params: (
        in_order(params)
        if params.get("start") or params.get("end") is not None
        else ("end", "Start and end leave nothing out. Move at least one of them.")
    ),
    inspect=part_is_there,
)

TRANSITION_TIME = Param(
    "seconds",
    "number",
    "Transition",
    help="How long each one takes.",
    default=0.5,
    low=0.1,
    high=5,
    step=0.1,
    unit="s",
    depends=Depends("transition", {"cut": ()}),
    group="transition",
)
OWN_SIZE = Depends("size", {"first": ()})


def _clip(number: int) -> Param:
    """Clips are filled from the first on, without a gap."""
    before = f"clip_{number - 1}"
    return Param(
        f"clip_{number}",
        "video",
        f"Clip {number}",
        help="MP4, MOV, WebM, MKV or GIF." if number == 1 else "",
        required=number <= 2,
        depends=Depends(before, {None: ()}, f"Fill clip {number - 1} first.")
        if number > 3
        else None,
        group="source",
    )


def long_enough(params: Params, files: Files) -> Wrong:
    """Each clip holds its transitions."""
    names = [name for name in CLIPS if name in files]
    if params.get("transition") == "cut" or len(names) < 2:
        return None
    each = params["seconds"] / (2 if params["transition"] == "black" else 1)
    for at, name in enumerate(names):
        had, need = files[name].seconds, each * (2 if 0 < at < len(names) - 1 else 1)
        if had is not None and had + SLACK < need:
            return name, (
                f"Clip {name.removeprefix('clip_')}: “{files[name].title}” is {had:.2f} s long, "
                f"and its transitions take {need:g} s. Make them shorter, or leave it out."
            )
    return None


JOIN = film(
    "join",
    "Join",
    f"2 to {MOST_CLIPS} clips one after the other.",
    "{clip_1} · joined",
    *(_clip(number) for number in range(1, MOST_CLIPS + 1)),
    Param(
        "transition",
        "choice",
        "From one to the next",
        help="The sound goes with the picture.",
        default="crossfade",
        choices=("cut", "crossfade", "black"),
        labels={"black": "Through black"},
        group="transition",
    ),
    TRANSITION_TIME,
    Param(
        "size",
        "choice",
        "Size",
        help="Clips of another shape are shown whole.",
        default="first",
        choices=("first", "custom"),
        labels={"first": "Of the first clip", "custom": "My own"},
        group="output",
    ),
    replace(transform.WIDTH, default=1920, depends=OWN_SIZE),
    replace(transform.HEIGHT, depends=OWN_SIZE),
    Param(
        "ground",
        "choice",
        "Beside a clip",
        help="Where a clip does not fill the shape.",
        default="black",
        choices=("black", "blur"),
        labels={"blur": "Its own blur"},
        group="output",
    ),
    verb="Join",
    inspect=long_enough,
)

SPEED = film(
    "speed",
    "Speed",
    "Slow motion, or faster.",
    "{video} · {factor}×",
    VIDEO,
    Param(
        "factor",
        "number",
        "Speed",
        help="0.5 takes twice as long, 2 half as long.",
        default=2,
        low=0.25,
        high=4,
        step=0.05,
        unit="×",
        group="time",
    ),
    Param(
        "sound",
        "choice",
        "Sound",
        default="stretch",
        choices=("stretch", "drop"),
        labels={"stretch": "Same pitch", "drop": "None"},
        group="sound",
    ),
    check=lambda params: (
        ("factor", "Speed is 1 ×, which is what it has. Choose another.")
        if params.get("factor") == 1
        else None
    ),
)

PIXELS_ONLY = Depends("size_by", {"percent": ()})
RESIZE = film(
    "resize-video",
    "Crop and resize",
    "Another shape or size.",
    "{video} · {width} × {height} · {scale} %",
    VIDEO,
    CROP.param("size_by"),
    replace(transform.WIDTH, depends=PIXELS_ONLY),
    replace(transform.HEIGHT, depends=PIXELS_ONLY),
    replace(CROP.param("scale"), high=200, help=CROP.param("scale").help + " Made even."),
    CROP.param("mode"),
    replace(
        transform.FOCUS,
        help="The spot that stays in view, as two numbers from 0 to 1: from the left, from the "
        "top.",
        depends=Depends("mode", {"fit": (), "stretch": ()}),
        group="output",
    ),
    Param(
        "ground",
        "choice",
        "Beside the picture",
        default="blur",
        choices=("blur", "black"),
        labels={"blur": "Its own blur"},
        depends=Depends("mode", {"crop": (), "stretch": ()}),
        group="output",
    ),
)

EXTEND = film(
    "extend-video",
    "Extend",
    "The video goes on from its last frame.",
    "{video} · {seconds} s longer",
    VIDEO,
    Param(
        "seconds",
        "number",
        "Longer by",
        help="The camera moves on over the last frame. It is silent there.",
        default=3,
        low=0.5,
        high=30,
        step=0.1,
        unit="s",
        group="time",
    ),
    replace(transform.STRENGTH, default=20, help="1 hardly moves, 100 goes far in.", group="time"),
    verb="Extend",
)

OPERATIONS = (TRIM, JOIN, EXTEND, SPEED, RESIZE)
