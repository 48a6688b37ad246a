"""The motion controls as a sentence, for models that know a camera only by words."""

from collections.abc import Mapping
from typing import Any

# What reaches such a model only as its prompt.
SPOKEN = ("prompt", "motion", "direction", "strength", "motion_words")

PACES = ((15, "barely"), (40, "slowly"), (65, "steadily"), (85, "quickly"))
FASTEST = "dramatically"
MOVES = {
    ("zoom", "in"): "zooms in",
    ("zoom", "out"): "zooms out",
    ("pan", "left"): "pans to the left",
    ("pan", "right"): "pans to the right",
    ("pan", "up"): "pans up",
    ("pan", "down"): "pans down",
    ("rotation", "left"): "rolls, turning the picture counter-clockwise",
    ("rotation", "right"): "rolls, turning the picture clockwise",
    ("complex", "in"): "moves in while it drifts and turns a little",
    ("complex", "out"): "moves back while it drifts and turns a little",
    ("complex", "left"): "drifts to the left while it moves in and turns a little",
    ("complex", "right"): "drifts to the right while it moves in and turns a little",
    ("complex", "up"): "rises while it moves in and turns a little",
    ("complex", "down"): "sinks while it moves in and turns a little",
}
FIRST = {"zoom": "in", "pan": "left", "rotation": "left", "complex": "in"}


def pace(strength: float) -> str:
    """Strength 1 to 100 as a word."""
    return next((word for limit, word in PACES if strength <= limit), FASTEST)


def motion_words(params: Mapping[str, Any]) -> str | None:
    """What the camera does, in a sentence; None when it is to do nothing.

    >>> motion_words({"motion": "pan", "direction": "up", "strength": 30})
    'The camera slowly pans up.'
    """
    motion = params.get("motion")
    if motion not in FIRST:
        return None
    move = MOVES.get((motion, str(params.get("direction")))) or MOVES[motion, FIRST[motion]]
    strength = params.get("strength")
    return f"The camera {pace(50 if strength is None else strength)} {move}."


def spoken(params: Mapping[str, Any]) -> str | None:
    """The prompt as it is sent: what the person wrote, and what the camera does."""
    prompt = (params.get("prompt") or "").strip()
    moves = (params.get("motion_words") or "").strip()
    if prompt and moves and prompt[-1].isalnum():
        prompt += "."
    return f"{prompt} {moves}".strip() or None


def as_prompt(params: Mapping[str, Any]) -> dict[str, Any]:
    """The params with all that is spoken put into `prompt`."""
    # Without a motion the strength is that of something else.
    kept = () if "motion" in params else ("strength",)
    rest = {n: v for n, v in params.items() if n not in SPOKEN or n in kept}
    return {"prompt": spoken(params), **rest}
