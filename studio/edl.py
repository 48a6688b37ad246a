"""Edit lists: the cuts of a film in their order, as the value of a param of the kind "edl".

[{"name": "Shot 1", "asset": its id (none is black), "seconds": 3.5 (none is all of a video),
  "start": 0, "motion": {"type": "zoom", "direction": "in", "strength": 40,
  "focus": [0.5, 0.5]}, "muted": false,
  "voice": the id of a sound, "voice_start": 0, "voice_end": 4.2, "text": "what is said",
  "spoken": seconds that this takes, where no voice tells}]
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from assets import services as assets
from assets.models import Asset, AssetKind, Status
from billing.models import Account
from studio.operations.transform import MOTION_DIRECTIONS

MOST = 200
LONGEST = 7200.0
NUMBERS = {
    "seconds": (0.04, LONGEST),
    "start": (0.0, LONGEST),
    "voice_start": (0.0, LONGEST),
    "voice_end": (0.0, LONGEST),
    "spoken": (0.04, LONGEST),
}
TEXTS = {"name": 200, "text": 10_000}
IDS = ("asset", "voice")
MOTION = ("type", "direction", "strength", "focus")
UNFIT = re.compile("[\x00\ud800-\udfff]")
KNOWN = (*TEXTS, *IDS, *NUMBERS, "motion", "muted")

SCHEMA: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "maxItems": MOST,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{n: {"type": "string", "maxLength": most} for n, most in TEXTS.items()},
            **{n: {"type": "string", "format": "uuid"} for n in IDS},
            **{n: {"type": "number", "minimum": a, "maximum": b} for n, (a, b) in NUMBERS.items()},
            "muted": {"type": "boolean"},
            "motion": {
                "type": "object",
                "additionalProperties": False,
                "required": ["type"],
                "properties": {
                    "type": {"enum": list(MOTION_DIRECTIONS)},
                    "direction": {"type": "string"},
                    "strength": {"type": "integer", "minimum": 1, "maximum": 100},
                    "focus": {
                        "type": "array",
                        "items": {"type": "number", "minimum": 0, "maximum": 1},
                        "minItems": 2,
                        "maxItems": 2,
                    },
                },
            },
        },
    },
}


class Wrong(ValueError):
    """It is no edit list; the message says where and why."""


def read(value: Any) -> list[dict[str, Any]]:
    """The list in one form: names given, what is not said left out. Raises Wrong."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise Wrong(f"is not JSON ({error}). Give a list of cuts.") from None
    if not isinstance(value, list) or not value:
        raise Wrong("has no cuts. Give a list of them, such as [{“asset”: …, “seconds”: 3}].")
    if len(value) > MOST:
        raise Wrong(f"has {len(value)} cuts; the most is {MOST}. Make two films and join them.")
    return [_cut(number, cut) for number, cut in enumerate(value, 1)]


def _cut(number: int, cut: Any) -> dict[str, Any]:
    if not isinstance(cut, Mapping):
        raise Wrong(f"cut {number} is “{str(cut)[:40]}”. Give an object with asset and seconds.")
    if unknown := [name for name in cut if name not in KNOWN]:
        raise Wrong(f"cut {number} has “{str(unknown[0])[:40]}”. It takes {', '.join(KNOWN)}.")
    said = {name: value for name, value in cut.items() if value is not None and value != ""}
    found: dict[str, Any] = {"name": f"Shot {number}"}
    for name, value in said.items():
        found[name] = _value(f"cut {number}, {name}", name, value)
    if "asset" not in found and "seconds" not in found:
        raise Wrong(f"cut {number} is black and has no seconds. Say how long it lasts.")
    if found.get("voice_end", LONGEST) <= found.get("voice_start", 0):
        raise Wrong(f"cut {number}: the voice ends before it begins. Choose a later voice_end.")
    return found


def _value(where: str, name: str, value: Any) -> Any:
    if name in NUMBERS:
        return _number(where, value, *NUMBERS[name])
    if name in IDS:
        try:
            return str(UUID(str(value)))
        except ValueError:
            raise Wrong(f"{where} is “{str(value)[:40]}”. Give the id of an asset.") from None
    if name == "muted":
        if not isinstance(value, bool):
            raise Wrong(f"{where} is “{str(value)[:40]}”. Give true or false.")
        return value
    if name == "motion":
        return _motion(where, value)
    if not isinstance(value, str):
        raise Wrong(f"{where} is no text. Give text.")
    if UNFIT.search(value):
        raise Wrong(f"{where} has a character that cannot be kept in it. Leave it out.")
    if len(value) > TEXTS[name]:
        raise Wrong(f"{where} has {len(value)} characters; the most is {TEXTS[name]}.")
    return value


def _number(where: str, value: Any, low: float, high: float) -> float:
    sound = isinstance(value, int | float) and not isinstance(value, bool)
    if not sound or not low <= value <= high:
        raise Wrong(f"{where} is “{str(value)[:40]}”. Give seconds from {low:g} to {high:g}.")
    return float(value)


def _motion(where: str, value: Any) -> dict[str, Any]:
    kinds = MOTION_DIRECTIONS
    kind = value.get("type") if isinstance(value, Mapping) else None
    if not isinstance(kind, str) or kind not in kinds:
        raise Wrong(f"{where} has no known type. Give type {', '.join(kinds)}.")
    if unknown := [name for name in value if name not in MOTION]:
        raise Wrong(f"{where} has “{str(unknown[0])[:40]}”. It takes {', '.join(MOTION)}.")
    direction = value.get("direction", kinds[kind][0])
    if direction not in kinds[kind]:
        raise Wrong(f"{where}: {kind} goes {', '.join(kinds[kind])}.")
    strength = _number(f"{where}, strength", value.get("strength", 50), 1, 100)
    found: dict[str, Any] = {"type": kind, "direction": direction, "strength": round(strength)}
    if (focus := value.get("focus")) is not None:
        found["focus"] = _focus(f"{where}, focus", focus)
    return found


def _focus(where: str, value: Any) -> list[float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Wrong(f"{where} is “{str(value)[:40]}”. Give two numbers from 0 to 1.")
    return [_number(where, part, 0, 1) for part in value]


def ids(value: Any) -> Iterator[tuple[str, str, str]]:
    """(the name of the file, what it is called, its id) of every file; names are "0" and
    "0.voice" for the first cut."""
    for number, cut in enumerate(value or ()):
        if cut.get("asset"):
            yield f"{number}", cut["name"], cut["asset"]
        if cut.get("voice"):
            yield f"{number}.voice", f"{cut['name']}, voice", cut["voice"]


def checked(account: Account, cuts: list[dict[str, Any]]) -> None:
    """Every file is there and of the right kind, and what has no length of its own is given one.
    Raises assets.Refused."""
    wanted = {pk for _, _, pk in ids(cuts)}
    found = {str(a.pk): a for a in Asset.objects.for_account(account).live().filter(pk__in=wanted)}
    for name, called, pk in ids(cuts):
        kinds = (AssetKind.AUDIO,) if name.endswith("voice") else (AssetKind.IMAGE, AssetKind.VIDEO)
        _check(account, called, pk, found.get(pk), kinds)
    for cut in cuts:
        asset = found.get(cut.get("asset", ""))
        if asset and asset.kind == AssetKind.IMAGE and "seconds" not in cut:
            raise assets.Refused(f"{cut['name']} is a picture without seconds. Say how long.")
        start, length = cut.get("start", 0.0), asset.duration if asset else None
        if length and start >= length:
            raise assets.Refused(
                f"{cut['name']} starts at {start:g} s, and “{asset.title}” is {length:.2f} s long. "  # type: ignore[union-attr]
                "Choose an earlier start."
            )


def _check(
    account: Account, called: str, pk: str, asset: Asset | None, kinds: tuple[str, ...]
) -> None:
    if asset is None:
        assets.not_in_trash(account, pk, f"{called}: ")
        raise assets.Refused(f"{called}: there is no asset {pk} in your library. Choose another.")
    if asset.status == Status.DAMAGED:
        raise assets.Refused(
            f"{called}: the file of “{asset.title}” is missing from the storage. Choose another."
        )
    if asset.kind not in kinds:
        raise assets.Refused(
            f"{called}: “{asset.title}” is {asset.get_kind_display().lower()}; "
            f"{' or '.join(kinds)} is needed. Choose another."
        )
