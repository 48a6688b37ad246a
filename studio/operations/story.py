"""Story: shots become one film."""

from dataclasses import replace

from studio.operations import transform
from studio.operations.film_sound import SOUND
from studio.spec import Depends, Operation, Param

SIZES: dict[str, dict[str, int]] = {
    "1080p": {"width": 1920, "height": 1080},
    "720p": {"width": 1280, "height": 720},
    "4k": {"width": 3840, "height": 2160},
    "vertical": {"width": 1080, "height": 1920},
    "square": {"width": 1080, "height": 1080},
    "portrait": {"width": 1080, "height": 1350},
}
RATES = ("23.976", "24", "25", "29.97", "30", "50", "60")
HAS_TITLE = Depends("title", {None: ()})
UNSIZED: dict[str, int | None] = {"width": None, "height": None}

CUTS = Param(
    "cuts",
    "edl",
    "Cuts",
    help="The shots in their order, as a list: of each its asset, and its seconds. A story writes "
    "it by itself.",
    required=True,
    group="source",
)
TRACK = Param(
    "track",
    "audio",
    "Track",
    help="Music or a voice under all of it. It ends with the film.",
    group="sound",
)


def _level(name: str, label: str, default: float) -> Param:
    return replace(SOUND.param("own_level"), name=name, label=label, default=default, depends=None)


def _fade(name: str, label: str, help: str) -> Param:
    return Param(
        name,
        "number",
        label,
        help=help,
        default=0,
        low=0,
        high=10,
        step=0.1,
        unit="s",
        group="ends",
    )


FILM = Operation(
    key="story-film",
    module="story",
    label="Film",
    summary="Clips and pictures in their order become one film, with its sound, titles and "
    "subtitles.",
    verb="Make the film",
    makes="video",
    title="{name}",
    tags=("story", "film"),
    elsewhere="A film is made in its story. Open one, or begin a new one.",
    params=(
        CUTS,
        Param(
            "name",
            "text",
            "Name",
            help="What the film is called in the library.",
            max_length=150,
            group="ends",
            advanced=True,
        ),
        TRACK,
        Param(
            "size",
            "choice",
            "Size",
            help="Everything is brought to it.",
            default="1080p",
            choices=(*SIZES, "custom"),
            labels={
                "1080p": "1920 × 1080",
                "720p": "1280 × 720",
                "4k": "3840 × 2160",
                "vertical": "1080 × 1920",
                "square": "1080 × 1080",
                "portrait": "1080 × 1350",
                "custom": "My own",
            },
            group="output",
        ),
        replace(transform.WIDTH, default=1920, depends=Depends("size", dict.fromkeys(SIZES, ()))),
        replace(transform.HEIGHT, depends=Depends("size", dict.fromkeys(SIZES, ()))),
        Param(
            "fps",
            "choice",
            "Frames per second",
            default="30",
            choices=RATES,
            group="output",
        ),
        replace(
            transform.FORMAT,
            help="MP4 plays everywhere; WebM is smaller and takes longer to make.",
            choices=("mp4", "mov", "webm"),
        ),
        Param(
            "transition",
            "choice",
            "From one to the next",
            help="The sound goes with the picture.",
            default="cut",
            choices=("cut", "crossfade", "dip"),
            labels={"dip": "Through black"},
            group="transition",
        ),
        Param(
            "transition_time",
            "number",
            "Transition",
            help="How long each one takes.",
            default=0.5,
            low=0.1,
            high=3,
            step=0.1,
            unit="s",
            depends=Depends("transition", {"cut": ()}),
            group="transition",
        ),
        Param(
            "ground",
            "choice",
            "Beside a clip",
            help="Where a clip does not fill the shape.",
            default="blur",
            choices=("blur", "black"),
            labels={"blur": "Its own blur"},
            group="transition",
        ),
        _level("clip_level", "Level of the clips", 0),
        _level("track_level", "Level of the track", -6),
        replace(SOUND.param("loudness"), default=-14, depends=None),
        _fade("fade_in", "Fade in", "Picture and sound come from nothing."),
        _fade("fade_out", "Fade out", "Picture and sound go to nothing."),
        Param(
            "subtitles",
            "choice",
            "Subtitles",
            help="What is said in the shots. A track can be turned off while watching.",
            default="none",
            choices=("none", "track", "burned"),
            labels={"track": "As a track", "burned": "In the picture"},
            group="words",
        ),
        Param(
            "title",
            "text",
            "Title card",
            help="Shown before the first shot. Empty: none.",
            max_length=120,
            group="words",
        ),
        Param(
            "title_time",
            "number",
            "Title for",
            default=3,
            low=1,
            high=10,
            step=0.5,
            unit="s",
            depends=HAS_TITLE,
            group="words",
        ),
        Param(
            "damaged",
            "choice",
            "A clip that cannot be read",
            help="Stop says which one it is. Going on tells at the film what is missing.",
            default="stop",
            choices=("stop", "go-on"),
            labels={"stop": "Stop", "go-on": "Go on without it"},
            group="ends",
            advanced=True,
        ),
    ),
)

OPERATIONS = (FILM,)
