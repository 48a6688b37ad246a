"""What the templates need beyond Django: icons, plain numbers, recipes and states in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import template
from django.contrib.staticfiles import finders
from django.template.base import FilterExpression, Parser, Token
from django.template.context import Context
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assets.models import Asset, SavedSearch
from assets.search.write import quoted
from assets.views.searches import address
from billing.models import CREDIT, Client
from studio import catalogue, sending
from studio.engine.weight import weight
from studio.fields import spoken
from studio.models import State
from studio.spec import Operation
from studio.told import redacted

register = template.Library()
register.filter("redacted", redacted)


@register.filter
def json_lines(text: str) -> str:
    """JSON as people read it."""
    return json.dumps(json.loads(text), indent=2, ensure_ascii=False)


@register.filter
def client_search(client: Client) -> str:
    """The address of the library with what belongs to the client."""
    query = urlencode({"q": f"client:{quoted(client.name)}"})
    return f"{reverse('library')}?{query}"


# Icons of choices, by the word: the same word looks the same in every operation.
CHOICE_ICONS = {
    "none": "circle-slash",
    "zoom": "zoom-in",
    "pan": "move",
    "rotation": "rotate-cw",
    "complex": "sparkles",
    "in": "maximize-2",
    "out": "minimize-2",
    "left": "arrow-left",
    "right": "arrow-right",
    "up": "arrow-up",
    "down": "arrow-down",
    "linear": "linear",
    "ease-in": "ease-in",
    "ease-out": "ease-out",
    "ease-in-out": "ease-in-out",
}
MODULE_ICONS = {
    "transform": "clapperboard",
    "avatar": "circle-user",
    "create": "sparkles",
    "edit": "brush",
    "story": "book-open",
    "film": "film",
    "upscale": "scaling",
    "control": "pen-tool",
    "social": "share-2",
    "model": "box",
}
# What a module does, as the words of a button.
INVITATIONS = {
    "transform": "Animate a picture",
    "avatar": "Make a face talk",
    "create": "Create a picture",
    "edit": "Edit a picture",
    "story": "Write a story",
    "film": "Cut a film",
    "upscale": "Upscale a picture",
    "control": "Turn a sketch into a picture",
    "social": "Fit every platform",
    "model": "Make a 3D model",
}
KIND_ICONS = {
    "image": "image",
    "video": "film",
    "audio": "music",
    "model": "box",
    "text": "file-text",
}
STATE_LOOKS: dict[str, tuple[str, str]] = {
    State.QUEUED: ("", "clock"),
    State.SUBMITTING: ("wait", "loader-circle"),
    State.RUNNING: ("wait", "loader-circle"),
    State.FETCHING: ("wait", "loader-circle"),
    State.UNKNOWN: ("warn", "clock"),
    State.REVIEW: ("warn", "triangle-alert"),
    State.SUCCEEDED: ("ok", "circle-check"),
    State.FAILED: ("bad", "circle-x"),
    State.CANCELED: ("", "circle-slash"),
}
# Width divided by height up to which a picture counts as that shape.
SHAPES = ((0.68, "tall"), (0.9, "portrait"), (1.15, "square"), (1.55, "landscape"))


class _Drawn(template.Node):
    """An icon whose name is written in the template: drawn once, not once a page."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.drawing = SafeString()

    def render(self, context: Context) -> SafeString:
        self.drawing = self.drawing or icon(*self.words)
        return self.drawing


class _Icon(template.Node):
    def __init__(self, *words: FilterExpression) -> None:
        self.words = words

    def render(self, context: Context) -> SafeString:
        return icon(*(str(word.resolve(context)) for word in self.words))


@register.tag("icon")
def icon_tag(parser: Parser, token: Token) -> template.Node:
    """{% icon name extra %}: see `icon`."""
    _, *words = token.split_contents()
    if all(word[0] in "\"'" and word[-1] == word[0] for word in words):
        return _Drawn(*(word[1:-1] for word in words))
    return _Icon(*(parser.compile_filter(word) for word in words))


@lru_cache(maxsize=1_000)
def icon(name: str, extra: str = "") -> SafeString:
    """A drawing of the sprite; always beside words or inside something that is labelled."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>',
        extra,
        static("icons/sprite.svg"),
        name,
    )


# Stands for a file in addresses that are made for many at once.
_ANY = UUID(int=0)


@register.filter
def at(asset: Asset, place: str) -> str:
    """The address of a page of a file, or of a file of it: `asset`, `asset-favorite`, or
    `asset-file original`."""
    return _pattern(place, get_script_prefix()).replace(str(_ANY), str(asset.pk))


@cache
def _pattern(place: str, prefix: str) -> str:
    name, *more = place.split()
    return reverse(name, args=[_ANY, *more])


@register.simple_tag
@cache
def style_picture(key: str) -> str:
    """The address of the thumbnail of a style; empty when it has none."""
    path = f"styles/{key}.webp"
    return static(path) if finders.find(path) else ""


@register.filter
def choice_icon(choice: Any) -> str:
    return CHOICE_ICONS.get(str(choice), "")


@register.filter
def kind_icon(kind: str) -> str:
    return KIND_ICONS.get(kind, "file-warning")


@register.simple_tag
def shape_rect(width: int, height: int) -> SafeString:
    """An outline of that shape for a 16 by 16 drawing."""
    unit = 13 / max(width, height)
    w, h = round(width * unit, 1), round(height * unit, 1)
    x, y = round(8 - w / 2, 2), round(8 - h / 2, 2)
    return format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="1.5"/>', *map(str, (x, y, w, h))
    )


@register.simple_tag
def state_chip(state: str, label: str) -> SafeString:
    """The state of a job in a word, with a sign that does not depend on color."""
    look, sign = STATE_LOOKS[state]
    turning = "spin" if sign == "loader-circle" else ""
    return format_html('<span class="state {}">{}{}</span>', look, icon(sign, turning), label)


@register.filter
def state_look(state: str) -> str:
    return STATE_LOOKS[state][0]


@register.filter
def credits(units: int | None) -> str:
    """Ledger units as credits: 12,500,000 → '12.5'."""
    return f"{(units or 0) / CREDIT:,.2f}".rstrip("0").rstrip(".")


@register.filter
def cents(amount: int) -> str:
    """US cents as a price: 1900 → '$19', 1950 → '$19.50'."""
    return f"${amount / 100:,.2f}".removesuffix(".00")


@register.filter
def many(count: int) -> str:
    """A number of things: 10000 → '10,000'."""
    return f"{count:,}"


@register.filter
def clock(seconds: float | None) -> str:
    """Seconds of playing time: 65 → '1:05'."""
    whole = round(seconds or 0)
    return f"{whole // 60}:{whole % 60:02}"


@register.filter
def seconds_of(delta: Any) -> float:
    """A timedelta as seconds."""
    return float(delta.total_seconds()) if delta is not None else 0.0


@register.filter
def spell(seconds: float) -> str:
    """A length of time as people say it: '4.2 s', '3 min 5 s'."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


register.filter("weight", weight)


@register.filter
def shape(asset: Asset) -> str:
    """The nearest of five shapes: the box of a tile is known before its picture is loaded."""
    if asset.kind == "model":
        return "landscape"  # its poster
    if not asset.width or not asset.height:
        return "wide"
    ratio = asset.width / asset.height
    return next((name for limit, name in SHAPES if ratio <= limit), "wide")


@register.filter
def tile_ratio(asset: Asset) -> str:
    """Width to height of the box of a tile; what is longer than that is cut."""
    if asset.kind == "model" or not asset.width or not asset.height:
        return "1.36" if asset.kind == "model" else "1.74"
    return f"{min(3.0, max(0.5, asset.width / asset.height)):.3f}"


@register.filter
def search_address(row: SavedSearch) -> str:
    return address(row)


@register.filter
def percent(fraction: float | None) -> int:
    return round((fraction or 0) * 100)


@register.filter
def module_label(module: str) -> str:
    return "Uploads" if module == "upload" else module.replace("-", " ").capitalize()


def spoken_params(operation: Operation, params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, value in words) of each param that is not a file, in the order of the form; last
    those that only one model has."""
    declared = [
        (p.label, spoken(p, params[p.name]))
        for p in operation.params
        if params.get(p.name) is not None and not p.is_asset
    ]
    known = {p.name for p in operation.params}
    more = [
        (name.replace("_", " ").capitalize(), str(value))
        for name, value in params.items()
        if name not in known and value is not None
    ]
    return declared + more


@register.simple_tag
def recipe_rows(operation_key: str, params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What made it, in words; as it was stored where the operation is not known any more."""
    operation = catalogue.operations().get(operation_key)
    if operation is None:
        return [(name, str(value)) for name, value in params.items()]
    return spoken_params(operation, params)


@register.simple_tag
def operation_of(key: str) -> Operation | None:
    return catalogue.operations().get(key)


@register.simple_tag
def uses_of(asset: Asset) -> list[tuple[str, str, str]]:
    """(label, address, module) of each operation that can take this asset, and that its account can
    use."""
    ways = sending.together(asset.account, [asset])
    return [(way.operation.label, way.url, way.operation.module) for way in ways]


@register.filter
def operation_path(operation: Operation) -> str:
    return reverse("operation", args=[operation.module, operation.key])


@register.filter
def module_icon(module: str) -> str:
    return MODULE_ICONS.get(module, "sparkles")


@register.simple_tag
def origin_job(asset: Asset) -> str:
    """The id of the job that made it, or nothing."""
    kind, _, key = asset.origin.partition(":")
    return key if kind == "job" else ""


@register.filter
def as_vals(text: str) -> str:
    """A text as what htmx sends along: {"text": …}."""
    return json.dumps({"text": text})


@register.filter
def as_json(value: Any) -> str:
    """For people to read and copy."""
    return json.dumps(value, indent=2, ensure_ascii=False)
