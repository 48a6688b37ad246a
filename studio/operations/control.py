"""Control: a picture that follows another one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from studio.operations import transform
from studio.operations._stills import IMAGE, NEGATIVE_PROMPT, OUTPUT, PROMPT, SEED, STYLE
from studio.spec import Counts, Operation, Param


def _share(name: str, label: str, help: str, default: float | None, **more: Any) -> Param:
    whole = Param(
        name, "number", label, help=help, default=default, low=0, high=1, step=0.05, group="look"
    )
    return replace(whole, **more)


CONTROL_STRENGTH = _share(
    "control_strength",
    "Strength",
    "0 takes it as a hint, 1 keeps every line.",
    0.7,
)


def _control(key: str, label: str, summary: str, title: str, *params: Param) -> Operation:
    return Operation(
        key=key,
        module="control",
        label=label,
        summary=summary,
        verb="Generate",
        makes="image",
        title=title,
        tags=(key, "generated"),
        counts=Counts("images"),
        params=params,
    )


SKETCH = _control(
    "sketch",
    "Sketch",
    "A drawing becomes a finished picture.",
    "{prompt}",
    replace(IMAGE, label="Drawing", help="Dark lines on a light ground. Photos can become one."),
    PROMPT,
    NEGATIVE_PROMPT,
    CONTROL_STRENGTH,
    STYLE,
    SEED,
    OUTPUT,
)
STRUCTURE = _control(
    "structure",
    "Structure",
    "Another picture with the same layout.",
    "{prompt}",
    replace(IMAGE, label="Layout"),
    PROMPT,
    NEGATIVE_PROMPT,
    CONTROL_STRENGTH,
    STYLE,
    SEED,
    OUTPUT,
)
STYLE_GUIDE = _control(
    "style",
    "Style",
    "Something new in the style of a picture.",
    "{prompt}",
    replace(IMAGE, label="Style picture"),
    PROMPT,
    NEGATIVE_PROMPT,
    replace(
        transform.ASPECT_RATIO,
        help="Width to height.",
        default="1:1",
        choices=("21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21"),
    ),
    _share("fidelity", "Fidelity", "How closely the style is kept.", 0.5),
    STYLE,
    SEED,
    OUTPUT,
)


def follows(low: float, high: float) -> Callable[[Mapping[str, Any]], float]:
    """Between `low` (all for the composition) and `high` (all for the style), by the balance."""

    def derived(params: Mapping[str, Any]) -> float:
        balance = params.get("balance")
        share = (50 if balance is None else balance) / 100
        return round(low + (high - low) * share, 2)

    return derived


STYLE_TRANSFER = _control(
    "style-transfer",
    "Style transfer",
    "A picture with the colors and the manner of another one.",
    "{image} in the style of {style_image}",
    IMAGE,
    Param(
        "style_image",
        "image",
        "Style picture",
        help="Whose colors and manner are taken.",
        required=True,
        group="source",
    ),
    replace(PROMPT, required=False, help="Optional. What is to be seen."),
    NEGATIVE_PROMPT,
    Param(
        "balance",
        "integer",
        "Composition or style",
        help="0 keeps the picture, 100 takes all of the style.",
        default=50,
        low=0,
        high=100,
        group="look",
    ),
    _share(
        "style_strength",
        "Style strength",
        "Follows from the balance until you say it.",
        None,
        derive=follows(0.4, 1),
        group="more",
        advanced=True,
    ),
    _share(
        "composition_fidelity",
        "Composition fidelity",
        "Follows from the balance until you say it.",
        None,
        derive=follows(1, 0.6),
        group="more",
        advanced=True,
    ),
    _share(
        "change_strength",
        "Change strength",
        "Follows from the balance until you say it.",
        None,
        derive=follows(0.6, 1),
        low=0.1,
        group="more",
        advanced=True,
    ),
    SEED,
    OUTPUT,
)
EDGES = _control(
    "edge-map",
    "Line drawing",
    "The lines of a picture, to steer another one with or to keep as a drawing.",
    "{image} · lines",
    IMAGE,
    Param(
        "manner",
        "choice",
        "Manner",
        default="ink",
        choices=("ink", "pencil", "edges"),
        labels={"edges": "White on black"},
        group="look",
    ),
    Param("detail", "integer", "Detail", default=50, low=1, high=100, group="look"),
    OUTPUT,
)

OPERATIONS = (SKETCH, STRUCTURE, STYLE_GUIDE, STYLE_TRANSFER, EDGES)
