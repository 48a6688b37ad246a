"""Places: the formats of platforms that a picture or a video is made for, as the value of a param
of the kind "places".

Asked for as keys, or with what one of them has of its own:

["instagram-story", {"format": "youtube-thumbnail", "mode": "fit"},
 {"format": "pinterest-pin", "focus": [0.3, 0.5]},
 {"format": "twitter-header", "box": [0, 0.25, 1, 0.5]}]

Kept with the rules as they are at that moment, so that an order means the same later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from studio.models import SocialFormat
from studio.wording import nearest

MOST = 100
MODES = ("smart", "center", "fit")
POINT, BOX = 2, 4
OWN = ("mode", "focus", "box")
# What is kept beside it, and may come back with it; the rules of today count then.
RULES = (
    "platform",
    "name",
    "width",
    "height",
    "types",
    "max_bytes",
    "max_seconds",
    "loudness",
    "safe",
)

_FRACTION = {"type": "number", "minimum": 0, "maximum": 1}
SCHEMA: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "maxItems": MOST,
    "items": {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "required": ["format"],
                "properties": {
                    "format": {"type": "string"},
                    "mode": {"enum": list(MODES)},
                    "focus": {
                        "type": "array",
                        "items": _FRACTION,
                        "minItems": POINT,
                        "maxItems": POINT,
                    },
                    "box": {"type": "array", "items": _FRACTION, "minItems": BOX, "maxItems": BOX},
                },
            },
        ]
    },
}


class Wrong(ValueError):
    """It is no list of places; the message says where and why."""


def read(value: Any, media: str) -> list[dict[str, Any]]:
    """The places in one form, each once, with the rules of today. `media` is "image" or "video".
    Raises Wrong."""
    asked = [_asked(one) for one in _listed(value)]
    keys = [one["format"] for one in asked]
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        raise Wrong(f"has “{twice[0][:60]}” twice. Name each format once.")
    rows = SocialFormat.objects.filter(key__in=keys, shown=True).select_related("platform")
    known = {row.key: row for row in rows}
    unknown = [key for key in keys if key not in known]
    if unknown:
        every = SocialFormat.objects.filter(media=media, shown=True).values_list("key", flat=True)
        words = f"has “{unknown[0][:60]}”, which is no format here"
        raise Wrong(f"{words}. Choose {nearest(tuple(every), unknown[0])}.")
    other = [key for key in keys if known[key].media != media]
    if other:
        what = {"image": "videos", "video": "pictures"}[media]
        raise Wrong(f"has “{other[0]}”, which is for {what}. Take it out.")
    boxed = [one["format"] for one in asked if "box" in one]
    if boxed and media == "video":
        raise Wrong(f"{boxed[0]}: box is for pictures. Give the focus that stays in view.")
    return [_kept(known[one["format"]], one) for one in asked]


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        text = value.strip()
        value = _read(text) if text[:1] in ("[", "{") else text.replace(",", " ").split()
    if isinstance(value, Mapping):
        raise Wrong("is an object. Give a list of formats, such as [“instagram-story”].")
    if not isinstance(value, list | tuple) or not value:
        raise Wrong("names no format. Choose at least one, such as [“instagram-story”].")
    if len(value) > MOST:
        raise Wrong(f"has {len(value)} formats; the most is {MOST}. Order them in two parts.")
    return list(value)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Wrong(f"is not JSON ({error}). Give a list of formats.") from None


def _asked(one: Any) -> dict[str, Any]:
    if isinstance(one, str):
        return {"format": one}
    if not isinstance(one, Mapping) or not isinstance(one.get("format"), str):
        raise Wrong(f"has “{str(one)[:60]}”. Give the key of a format, or an object with one.")
    own = {name: one[name] for name in OWN if one.get(name) is not None}
    where = one["format"][:60]
    if odd := [str(name) for name in one if name not in ("format", *OWN, *RULES)]:
        takes = f"format, {', '.join(OWN)}"
        raise Wrong(f"{where}: “{odd[0][:40]}” is not known. A format takes {takes}.")
    if own.get("mode", MODES[0]) not in MODES:
        raise Wrong(f"{where}: mode is “{str(own['mode'])[:40]}”. Choose {', '.join(MODES)}.")
    if "focus" in own and own.get("mode", MODES[0]) != MODES[0]:
        raise Wrong(f"{where}: focus does not go with the mode “{own['mode']}”. Give one of them.")
    for name, count in (("focus", POINT), ("box", BOX)):
        if name in own:
            own[name] = _fractions(f"{where}: {name}", own[name], count)
    if "box" in own and not (own["box"][0] < own["box"][2] and own["box"][1] < own["box"][3]):
        raise Wrong(f"{where}: box holds nothing. Give left, top, right and bottom from 0 to 1.")
    return {"format": one["format"], **own}


def _fractions(where: str, value: Any, count: int) -> list[float]:
    sound = (
        isinstance(value, list | tuple)
        and len(value) == count
        and all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
        and all(0 <= v <= 1 for v in value)
    )
    if not sound:
        raise Wrong(f"{where} is “{str(value)[:40]}”. Give {count} numbers from 0 to 1.")
    return [round(float(v), 6) for v in value]


def _kept(row: SocialFormat, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **asked,
        "platform": row.platform.key,
        "name": str(row),
        "width": row.width,
        "height": row.height,
        "types": row.type_list,
        "max_bytes": row.max_bytes,
        "max_seconds": row.max_seconds,
        "loudness": row.loudness,
        "safe": list(row.safe_zone),
    }
