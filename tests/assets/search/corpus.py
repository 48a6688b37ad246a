"""A small library in which every key finds something, made without files, and a plain reading of
the search language to compare the databases with."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

from assets.models import Asset, Tag
from assets.search import index
from assets.search.tree import And, Key, Node, Not, Or, Phrase, Word
from billing.models import Account

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
JOB = "f10f4d42-ecec-4816-942e-22f64754a434"

# title, tags, prompt, and columns that are not as they usually are
ROWS: list[tuple[str, tuple[str, ...], str, dict[str, Any]]] = [
    ("Red boat at sunset", ("sea", "holiday"), "", {}),
    ("Sunflower field", ("flower",), "a field of sunflowers, golden hour", {"rating": 5}),
    ("Weiße Klippe am Meer", ("sea",), "", {"width": 900, "height": 1600, "color": "#fafafa"}),
    ("City street at night", ("city", "red car"), "neon rain, slow motion", {"kind": "video"}),
    ("Interview", (), "", {"kind": "audio", "duration": 95.5, "width": None, "height": None}),
    ("Übergröße Straße", ("ümlaut",), "", {"rating": 3, "flag": "pick"}),
    ("日本語のタイトル", ("東京",), "桜の木", {"favorite": True}),
    ("Cliff_1 (final)", ("sea/cliff",), "", {"flag": "reject", "size": 20_000_000}),
    ("Old boat", ("sea",), "a red old boat in fog", {"trashed": NOW}),
    ("Sun", (), "", {"favorite": True, "width": 500, "height": 500, "color": "#1e90ff"}),
    ("Boat of a job", (), "boat", {"origin": f"job:{JOB}", "module": "create", "cost": 5_000_000}),
    ("Flux picture", (), "", {"provider": "fal", "model": "flux-dev", "seed": 7}),
    ("Flux picture two", (), "", {"provider": "fal", "model": "flux-pro", "seed": 1234567890123}),
    ("AND NOT NEAR OR", (), "NEAR(a b)", {"kind": "model", "width": None, "height": None}),
    ("Clip", ("city",), "", {"kind": "video", "duration": 7.5, "created": NOW - timedelta(40)}),
    ("Stacked boat", (), "", {"stacked": True}),
]


def make(account: Account, slot: int = 0) -> list[Asset]:
    assets = []
    for at, (title, tags, prompt, changed) in enumerate(ROWS):
        facts: dict[str, Any] = {
            "kind": "image", "filename": f"file{at}.png", "file": "none", "mime": "image/png",
            "size": 1_000_000 + at, "sha256": "0" * 64, "width": 1600, "height": 900,
            "color": "#c02020",
        }  # fmt: skip
        if prompt:
            facts["recipe"] = {"params": {"prompt": prompt}}
        created = changed.get("created", NOW - timedelta(hours=at))
        asset = Asset.objects.create(
            account=account, title=title, slot=slot, **{**facts, **changed}
        )
        Asset.objects.filter(pk=asset.pk).update(created=created, updated=created)
        for tag in tags:
            asset.tags.add(Tag.objects.get_or_create(account=account, name=tag)[0])
        assets.append(asset)
    fresh = list(Asset.objects.filter(account=account).order_by("-created"))
    index.write(fresh)
    return list(Asset.objects.filter(account=account).order_by("-created", "-pk"))


# --- a plain reading ----------------------------------------------------------------------------


def plain(text: str) -> list[str]:
    """The words of a text, letter by letter."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not "\u0300" <= c <= "\u036f")
    bare = unicodedata.normalize("NFKC", bare.casefold()).casefold()
    found, word = [], ""
    for letter in [*bare, " "]:
        alone = "\u3040" <= letter <= "\u30ff" or "\u3400" <= letter <= "\u9fff"
        if letter.isalnum() and not alone:
            word += letter
            continue
        if word:
            found.append(word)
        word = ""
        if alone and letter.isalnum():
            found.append(letter)
    return found


def texts(asset: Asset, *fields: str) -> list[list[str]]:
    prompt = asset.recipe.get("params", {}).get("prompt", "")
    every = {
        "title": [asset.title],
        "tags": [tag.name for tag in asset.tags.all()],
        "prompt": [prompt],
        "other": [asset.filename, asset.alt, asset.provider, asset.model],
    }
    return [plain(text) for name in fields or every for text in every[name]]


def has(asset: Asset, text: str, whole: bool, *fields: str) -> bool:
    words = plain(text)

    def at(row: list[str], place: int) -> bool:
        part = row[place : place + len(words)]
        if len(part) < len(words) or part[:-1] != words[:-1]:
            return False
        return part[-1] == words[-1] if whole else part[-1].startswith(words[-1])

    return any(at(row, place) for row in texts(asset, *fields) for place in range(len(row)))


def fits(asset: Asset, node: Node | None) -> bool:
    if node is None:
        return True
    if isinstance(node, Not):
        return not fits(asset, node.item)
    if isinstance(node, And):
        return all(fits(asset, item) for item in node.items)
    if isinstance(node, Or):
        return any(fits(asset, item) for item in node.items)
    if isinstance(node, Word):
        return has(asset, node.text, False)
    if isinstance(node, Phrase):
        return has(asset, node.text, True)
    return any(key_fits(asset, node, value) for value in node.values)


def key_fits(asset: Asset, node: Key, value: str) -> bool:
    match node.name:
        case "type":
            return asset.kind == value
        case "tag":
            names = [tag.name for tag in asset.tags.all()]
            return any(name == value or name.startswith(f"{value}/") for name in names)
        case "rating":
            return compares(asset.rating, node.op, value)
        case "is":
            return {"favorite": asset.favorite, "untagged": not asset.tags.exists()}[value]
        case "title" | "prompt":
            return has(asset, value, " " in value.strip(), node.name)
        case "provider":
            return asset.provider == value
    raise AssertionError(node.name)


def compares(number: float, op: str, value: str) -> bool:
    other = float(value)
    return {
        ":": number == other,
        "<": number < other,
        "<=": number <= other,
        ">": number > other,
        ">=": number >= other,
    }[op]
