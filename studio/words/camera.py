"""What a camera is told in words, as the motion controls of this computer's engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypedDict

from studio.words.facts import any_of


class Move(TypedDict):
    """The params of the operation *image to video* that say how the camera moves."""

    motion: str
    direction: str
    strength: int


# What stands first in the words counts; of two at the same place the first of these.
STILL = any_of(
    *("static", "still", "locked", "lock off", "locked off", "fixed", "tripod", "motionless"),
    *("no movement", "no motion", "no camera movement", "does not move"),
)
_BY = r"(?:pan|track|truck|slid|sweep|swoosh|whip|drift|glid|mov|travel|dolly|scroll)\w*"
_UP_BY = r"(?:pan|tilt|crane|boom|pedestal|mov|drift|glid|fly|rais)\w*"
_ROUND = r"(?:orbit|arc|circl|revolv)\w*"
_TURN = r"(?:roll|rotat|spin|twist|dutch)\w*"


def _toward(verbs: str, way: str) -> str:
    return rf"\b{verbs}(?:\W+\w+){{0,3}}?\W+{way}(?:wards?)?\b"


RULES: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(look, re.IGNORECASE), motion, direction)
    for look, motion, direction in (
        (_toward(_ROUND, "left"), "complex", "left"),
        (rf"\b{_ROUND}|\baround\b", "complex", "right"),
        (_toward(_TURN, "(?:right|clockwise)"), "rotation", "right"),
        (rf"\b{_TURN}", "rotation", "left"),
        (_toward(_UP_BY, "up") + r"|\b(?:rises?|rising|ascend\w*|lifts?)\b", "pan", "up"),
        (_toward(_UP_BY, "down") + r"|\b(?:sinks?|sinking|descend\w*|lowers?)\b", "pan", "down"),
        (_toward(_BY, "left"), "pan", "left"),
        (_toward(_BY, "right"), "pan", "right"),
        (
            r"\b(?:push|dolly|zoom|mov|track|creep|ease|punch)\w*(?:\W+\w+){0,2}?\W+(?:in|into"
            r"|closer|towards?|forwards?)\b|\bclos(?:es|ing)\W+in\b|\bpush-?ins?\b",
            "zoom",
            "in",
        ),
        (
            r"\b(?:pull|dolly|zoom|mov|track|widen|eas)\w*(?:\W+\w+){0,2}?\W+(?:out|back"
            r"|away|backwards?)\b|\bpull-?backs?\b|\breveal\w*",
            "zoom",
            "out",
        ),
        (r"\b(?:hand-?held|shak\w+|steadicam|follow\w*|gimbal)", "complex", "in"),
        (r"\b(?:pan|track|truck|slid|sweep|drift)\w*", "pan", "right"),
        (r"\btilt\w*|\bcrane\w*", "pan", "up"),
        (r"\b(?:zoom|dolly|push)\w*", "zoom", "in"),
        (r"\bpull\w*", "zoom", "out"),
    )
)
NEGATED = re.compile(
    r"\b(?:no|without|never|not|avoid)\s+\w+(?:\s+(?:or|and)\s+\w+)*", re.IGNORECASE
)
SHAKY = re.compile(r"\b(?:hand-?held|shak\w+)", re.IGNORECASE)
PACES = (
    (any_of("barely", "imperceptibl*", "hardly"), 0.3),
    (any_of("slow*", "subtl*", "gentl*", "soft*", "slight*", "calm*", "smooth*"), 0.6),
    (any_of("fast*", "quick*", "rapid*", "whip*", "sudden*", "dramatic*", "crash"), 1.5),
)
# Where nothing is said: neighbors differ, so that a film of stills does not drift one way.
TURNS = (("zoom", "in"), ("pan", "right"), ("zoom", "out"), ("pan", "left"))
USUAL, AT_REST, MOST_SHAKE = 50, 1, 30


def local_motion(shot: Mapping[str, Any], number: int) -> Move:
    """How the engine moves the still of the shot with this number, counted from 0: from the words
    for the camera; the energy and words like “slow” scale the strength.

    >>> local_motion({"camera_language": "slow pan left", "energy": 0.5}, 0)
    {'motion': 'pan', 'direction': 'left', 'strength': 30}
    """
    words = " ".join(str(shot.get("camera_language") or "").split())
    told = NEGATED.sub(" ", words)
    found = [(m.start(), at) for at, rule in enumerate(RULES) if (m := rule[0].search(told))]
    if not found and STILL.search(words):
        return {"motion": "zoom", "direction": "in", "strength": AT_REST}
    if found:
        _, motion, direction = RULES[min(found)[1]]
    else:
        motion, direction = TURNS[number % len(TURNS)]
    return {"motion": motion, "direction": direction, "strength": _strength(shot, told)}


def _strength(shot: Mapping[str, Any], words: str) -> int:
    """Energy 0 to 1 as 20 to 80, slower or faster by the words."""
    energy = shot.get("energy")
    is_said = isinstance(energy, int | float) and not isinstance(energy, bool)
    strength: float = 20 + 60 * min(max(float(energy), 0), 1) if is_said else USUAL  # type: ignore[arg-type]
    for look, factor in PACES:
        if look.search(words):
            strength *= factor
            break
    if SHAKY.search(words):
        strength = min(strength, MOST_SHAKE)
    return min(max(round(strength), 1), 100)
