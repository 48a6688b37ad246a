"""What a sidecar says of its file, read with mistrust: what is not as it has to be is left out, and
the reason is noted."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypedDict
from uuid import UUID

from django.utils import timezone

from assets.media import Refused
from assets.models import Flag
from assets.services.imports import limits
from assets.services.library import MOST_STARS
from assets.services.names import MOST_TAGS, TITLE_LENGTH, clean, tag_names

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_LARGEST = 2**63
_PATH = 700
_WORDS = ("operation", "offer", "provider", "imported")
_OLDEST = datetime(1970, 1, 2, tzinfo=UTC)


class Place(TypedDict):
    """That a file is in a collection: the names from the top with slashes, and its place there."""

    path: str
    place: int
    client: str


@dataclass
class About:
    """`notes` are the reasons for what was left out, for people."""

    id: UUID | None = None
    title: str = ""
    alt: str = ""
    filename: str = ""
    tags: list[str] = field(default_factory=list)
    rating: int = 0
    flag: str = ""
    favorite: bool = False
    collections: list[Place] = field(default_factory=list)
    client: str = ""
    module: str = "upload"
    provider: str = ""
    model: str = ""
    seed: int | None = None
    cost: int = 0
    recipe: dict[str, Any] = field(default_factory=dict)
    created: datetime | None = None
    parents: list[UUID] = field(default_factory=list)
    version_of: UUID | None = None
    version: int = 1
    shown: bool = True
    notes: list[str] = field(default_factory=list)

    def links(self) -> dict[str, Any]:
        """What is to be tied when the neighbors are there."""
        return {
            "id": str(self.id) if self.id else "",
            "parents": [str(pk) for pk in self.parents],
            "version_of": str(self.version_of) if self.version_of else "",
            "version": self.version,
            "shown": self.shown,
            "collections": list(self.collections),
        }


def read(value: Any) -> About:
    """What is sound in it."""
    if not isinstance(value, dict):
        return About(notes=["Its JSON file is no object, so only the file was taken."])
    said = _Said(value)
    about = About(
        id=said.id("id"),
        title=said.text("title", TITLE_LENGTH),
        alt=said.text("alt", 300),
        filename=said.text("filename", 200),
        tags=_tags(said),
        rating=said.number("rating", 0, MOST_STARS) or 0,
        flag=_flag(said),
        favorite=value.get("favorite") is True,
        collections=_places(said),
        client=said.text("client", 60),
        module=_module(said),
        provider=said.text("provider", 40),
        model=said.text("model", 120),
        seed=said.number("seed", -_LARGEST, _LARGEST - 1),
        cost=said.number("cost", 0, _LARGEST - 1) or 0,
        recipe=_recipe(said),
        created=_moment(said),
        parents=_parents(said),
        version_of=said.id("version_of"),
        version=said.number("version", 1, 2**31 - 1) or 1,
        shown=value.get("shown") is not False,
    )
    about.notes = said.notes
    return about


class _Said:
    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value = value
        self.notes: list[str] = []

    def wrong(self, name: str, wanted: str) -> None:
        told = _shown(self.value.get(name))
        self.notes.append(f"{name} is {told}; it has to be {wanted}. It was left out.")

    def text(self, name: str, most: int) -> str:
        value = self.value.get(name)
        if value in (None, ""):
            return ""
        words = clean(_CONTROLS.sub(" ", value)) if isinstance(value, str) else ""
        if words and len(words) <= most:
            return words
        self.wrong(name, f"a text of at most {most} letters")
        return ""

    def number(self, name: str, least: int, most: int) -> int | None:
        value = self.value.get(name)
        if value is None:
            return None
        if type(value) is int and least <= value <= most:
            return value
        self.wrong(name, f"a whole number from {least} to {most}")
        return None

    def id(self, name: str) -> UUID | None:
        value = self.value.get(name)
        if value is None:
            return None
        if (found := as_id(value)) is None:
            self.wrong(name, "an id")
        return found

    def list(self, name: str) -> list[Any]:
        value = self.value.get(name)
        if isinstance(value, list):
            return value
        if value is not None:
            self.wrong(name, "a list")
        return []


def _shown(value: Any) -> str:
    text = _CONTROLS.sub(" ", json.dumps(value, ensure_ascii=False, default=str)[:60])
    return f"{text}…" if len(text) == 60 else text


def as_id(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) and len(value) <= 36 else None
    except ValueError:
        return None


def _tags(said: _Said) -> list[str]:
    names: list[str] = []
    for value in said.list("tags"):
        try:
            if not isinstance(value, str):
                raise Refused("A tag is no text.")
            names += tag_names([_CONTROLS.sub(" ", value)])
        except Refused as error:
            said.notes.append(f"A tag was left out. {error}")
            if len(said.notes) > 5:
                break
    names = list(dict.fromkeys(names))
    if len(names) > MOST_TAGS:
        said.notes.append(
            f"It has {len(names)} tags; the limit is {MOST_TAGS}. The last ones were left out."
        )
    return names[:MOST_TAGS]


def _flag(said: _Said) -> str:
    value = said.value.get("flag") or ""
    if value and value not in list(Flag.values):
        said.wrong("flag", f"one of {', '.join(Flag.values)} or empty")
        return ""
    return str(value)


def _places(said: _Said) -> list[Place]:
    found: list[Place] = []
    for value in said.list("collections")[: limits.MOST_COLLECTIONS]:
        path = value.get("path") if isinstance(value, dict) else None
        if not isinstance(path, str) or not path.strip("/ ") or len(path) > _PATH:
            said.notes.append(
                f"A collection was left out: its path is no text of at most {_PATH} letters."
            )
            break
        place, client = value.get("place"), value.get("client")
        found.append(
            {
                "path": "/".join(clean(_CONTROLS.sub(" ", name)) for name in path.split("/")),
                "place": place if type(place) is int and 0 <= place < 2**31 else 0,
                "client": clean(_CONTROLS.sub(" ", client))[:60] if isinstance(client, str) else "",
            }
        )
    return found


def _module(said: _Said) -> str:
    value = said.value.get("module")
    if value is None:
        return "upload"
    if isinstance(value, str) and _SLUG.fullmatch(value):
        return value
    said.wrong("module", "a word of at most 40 small letters")
    return "upload"


def _moment(said: _Said) -> datetime | None:
    value = said.value.get("created")
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        moment = moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        moment = _OLDEST
    if _OLDEST < moment <= timezone.now():
        return moment
    said.wrong("created", "a moment like 2026-05-01T12:00:00+00:00 that is over")
    return None


def _parents(said: _Said) -> list[UUID]:
    values = said.list("parents")
    if len(values) > limits.MOST_PARENTS:
        said.notes.append(
            f"It has {len(values):,} sources; the limit is {limits.MOST_PARENTS}. The last ones "
            "were left out."
        )
    return [pk for value in values[: limits.MOST_PARENTS] if (pk := as_id(value))]


# --- recipes ------------------------------------------------------------------------------------


def _recipe(said: _Said) -> dict[str, Any]:
    value = said.value.get("recipe")
    if not value:
        return {}
    try:
        if not isinstance(value, dict):
            raise ValueError
        recipe: dict[str, Any] = _sound(value, 0)
        if len(json.dumps(recipe)) > limits.RECIPE_BYTES or not _is_usable(recipe):
            raise ValueError
    except ValueError:
        said.notes.append(
            "Its recipe is not one: it has to have operation, offer and provider as texts and "
            f"params by name, in at most {limits.RECIPE_BYTES // 1024} kB. It was left out."
        )
        return {}
    return recipe


def _sound(value: Any, depth: int) -> Any:
    """The same with texts and numbers that every database can keep. Raises ValueError."""
    if depth > limits.DEEPEST:
        raise ValueError
    if isinstance(value, dict):
        return {_CONTROLS.sub(" ", k)[:200]: _sound(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [_sound(item, depth + 1) for item in value]
    if isinstance(value, str):
        return _CONTROLS.sub(" ", value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError
    if isinstance(value, int) and abs(value) >= _LARGEST:
        raise ValueError
    return value


def _is_usable(recipe: dict[str, Any]) -> bool:
    """Whether pages can show it: what they go by has the types that they count on."""
    params, notes = recipe.setdefault("params", {}), recipe.get("notes", [])
    if not isinstance(params, dict) or not isinstance(notes, list):
        return False
    if not all(isinstance(recipe.get(name, ""), str) for name in _WORDS):
        return False
    if "imported" in recipe:
        # The page lists them one by one.
        return "items" not in params and not any(
            isinstance(value, dict | list) for value in params.values()
        )
    return all(isinstance(note, str) for note in notes)
