"""The keys of the search language: one table. A key is one entry; others add theirs with `add`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from django.db.models import BigIntegerField, F, Q
from django.db.models.functions import Cast

from assets.models import AssetKind, Collection, Flag, Status, Tag
from assets.search import colors, fold, match, moments, values
from assets.search.ask import Ask
from assets.search.collections import found, in_collection, unfiled
from assets.search.ids import id_in
from assets.search.match import Match
from assets.search.traits import TALL, WIDE
from billing.clients import normal

Build: TypeAlias = Callable[[Ask, str, str], "Match | Q"]
Values: TypeAlias = Callable[[Ask], Iterable[str]]


def _none(ask: Ask) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class KeyKind:
    """`build(ask, op, value)` is the condition of one value and raises ValueError for one that
    cannot be; `fixed` are values that may be suggested to everybody, `values(ask)` those that the
    account has; `compares` says whether `<` and its
    like are understood. `trash` are the values that ask for what is in the trash, too. Of a key
    whose values are names of a `noun` (without one: ids of files), `knows(ask, value)` says
    whether one in sight has it."""

    name: str
    help: str
    example: str
    build: Build
    fixed: tuple[str, ...] = ()
    values: Values = _none
    aliases: tuple[str, ...] = ()
    compares: bool = False
    trash: tuple[str, ...] = ()
    noun: str = ""
    knows: Callable[[Ask, str], bool] | None = None


KEYS: dict[str, KeyKind] = {}
NAMES: set[str] = set()


def add(*kinds: KeyKind) -> None:
    """Makes keys known under all their names. Raises ValueError for a name that is taken."""
    for kind in kinds:
        for name in (kind.name, *kind.aliases):
            if name in KEYS:
                raise ValueError(f"The key {name} is there already.")
            KEYS[name] = kind
            NAMES.add(name)


def key_of(name: str) -> KeyKind:
    return KEYS[name]


def names() -> frozenset[str]:
    return frozenset(NAMES)


def one_of(value: str, choices: Iterable[str], same: dict[str, str] | None = None) -> str:
    word = value.strip().lower()
    word = (same or {}).get(word, word)
    if word not in (allowed := list(choices)):
        raise ValueError(f"“{value[:40]}” is unknown. Use one of: {', '.join(allowed)}.")
    return word


# --- what it is ---------------------------------------------------------------------------------

KINDS = {"picture": "image", "photo": "image", "film": "video", "sound": "audio", "3d": "model"}
KINDS |= {f"{name}s": name for name in ("image", "video", "model")} | {"pictures": "image"}
STATUSES = [*Status.values, "trashed"]
STATES: dict[str, Q | Callable[[UUID], Q]] = {
    "favorite": Q(favorite=True),
    "trashed": Q(trashed__isnull=False),
    "damaged": Q(status=Status.DAMAGED),
    "picked": Q(flag=Flag.PICK),
    "rejected": Q(flag=Flag.REJECT),
    "rated": Q(rating__gt=0),
    "unrated": Q(rating=0),
    "tagged": ~Q(tag_ids=""),
    "untagged": Q(tag_ids=""),
    "unfiled": unfiled,
    "upload": Q(module="upload"),
    "transparent": Q(has_alpha=True),
    "animated": Q(animated=True),
}
SAME_STATES = {"favourite": "favorite", "fav": "favorite", "trash": "trashed", "deleted": "trashed"}


def _kind(ask: Ask, op: str, value: str) -> Q:
    return Q(kind=one_of(value, AssetKind.values, KINDS))


def _status(ask: Ask, op: str, value: str) -> Q:
    if one_of(value, STATUSES) == "trashed":
        return Q(trashed__isnull=False)
    return Q(trashed__isnull=True, status=value.strip().lower())


def _is(ask: Ask, op: str, value: str) -> Q:
    state = STATES[one_of(value, STATES, SAME_STATES)]
    return state if isinstance(state, Q) else state(ask.account)


def _flag(ask: Ask, op: str, value: str) -> Q:
    same = {"picked": "pick", "rejected": "reject"}
    word = one_of(value, [*Flag.values, "none"], same)
    return Q(flag="" if word == "none" else word)


def _rating(ask: Ask, op: str, value: str) -> Q:
    low, dots, high = value.partition("..")
    for part in (low, high) if dots else (value,):
        if part.strip() and part.strip().lower() != "none" and not 0 <= values.whole(part) <= 5:
            raise ValueError(f"“{part[:40]}” is not a rating. Use 0 to 5.")
    return values.compare("rating", op, "0" if value.lower() == "none" else value, values.whole)


def _color(ask: Ask, op: str, value: str) -> Q:
    return Q(tint=colors.named(value))


# --- who and what made it -----------------------------------------------------------------------


def _exact(column: str) -> Build:
    def build(ask: Ask, op: str, value: str) -> Q:
        return Q(**{column: value.strip().lower()})

    return build


def _model(ask: Ask, op: str, value: str) -> Q:
    """One model when the account has one of this name, otherwise all whose names have it in."""
    return Q(model__in=models_named(ask, value))


def models_named(ask: Ask, value: str) -> list[str]:
    word, known = value.strip().casefold(), ask.known("model")
    same = [name for name in known if name.casefold() == word]
    return same or [name for name in known if word in name.casefold()]


def _id(*kinds: str) -> Build:
    def build(ask: Ask, op: str, value: str) -> Match:
        if not (pk := id_in(value)):
            raise ValueError(f"“{value[:40]}” is not an id. Copy a whole one.")
        return match.Any(tuple(match.Mark(kind, pk) for kind in kinds))

    return build


def _tag(ask: Ask, op: str, value: str) -> Match | Q:
    ids = tag_ids(ask.account, value)
    return match.Any(tuple(match.Mark("t", str(pk)) for pk in ids)) if ids else Q(pk__in=[])


def tag_ids(account: UUID, name: str) -> list[int]:
    """The tag of this name and those inside it."""
    rows = Tag.objects.filter(_tag_named(name), account=account).order_by("name")
    return list(rows.values_list("pk", flat=True)[:200])


def _tag_named(name: str) -> Q:
    name = " ".join(name.split()).lower()[:60]
    return Q(name=name) | Q(name__startswith=f"{name}/")


def _text(*fields: str) -> Build:
    def build(ask: Ask, op: str, value: str) -> Match:
        words = fold.words(value)
        if not words:
            raise ValueError(f"“{value[:40]}” has no letter or digit to look for. Write a word.")
        if any(letter.isspace() for letter in value.strip()):
            return match.Words(tuple(words), True, fields)
        return match.Words(tuple(words), False, fields)

    return build


# --- how large, how long, when ------------------------------------------------------------------

RATIOS = {
    "landscape": Q(ratio__gt=WIDE),
    "portrait": Q(ratio__lt=TALL),
    "square": Q(ratio__gte=TALL, ratio__lte=WIDE),
}
COMMON_RATIOS = ("landscape", "portrait", "square", "16:9", "9:16", "4:3", "3:4", "1:1", "4:5")


def _sides(text: str) -> float:
    wide, colon, high = text.partition(":")
    if colon and (below := values.plain(high)):
        return values.plain(wide) / below
    return values.plain(text)


def _ratio(ask: Ask, op: str, value: str) -> Q:
    if made := RATIOS.get(value.strip().lower()):
        return made
    try:
        asked = 0.0 if ".." in value or op != ":" else _sides(value)
        return values.compare("ratio", op, value, _sides, near=asked * 0.01)
    except ValueError:
        raise ValueError(
            f"“{value[:40]}” is not a ratio. Write it like 16:9, portrait, landscape or square."
        ) from None


def _number(column: str, read: values.Reader) -> Build:
    return lambda ask, op, value: values.compare(column, op, value, read)


def _duration(ask: Ask, op: str, value: str) -> Q:
    return values.compare("duration", op, value, values.seconds, near=0.5)


def _pixels(ask: Ask, op: str, value: str) -> Q:
    """Width times height; `_area` is annotated where assets are filtered."""
    return values.compare("_area", op, value, values.pixels)


AREA = Cast("width", BigIntegerField()) * F("height")


def _time(column: str) -> Build:
    return lambda ask, op, value: values.when(column, op, value, ask.now)


def _tag_names(ask: Ask) -> list[str]:
    mine = Tag.objects.in_sight(ask.account, ask.scope)
    return list(mine.values_list("name", flat=True)[:500])


def _collection_names(ask: Ask) -> list[str]:
    mine = Collection.objects.filter(ask.scope.q(), account=ask.account).order_by("name")
    return list(mine.values_list("name", flat=True)[:500])


def _client(ask: Ask, op: str, value: str) -> Q:
    """Of a client by its name, or a part of it; `none` is what belongs to no client."""
    named = clients_named(ask, value)
    return Q(client=None) if named == [None] else Q(client__in=named)


def clients_named(ask: Ask, value: str) -> Sequence[UUID | None]:
    """The client of this name, or all that have it in their names; [None] for none of them."""
    word = normal(value).casefold()
    if word == "none":
        return [None]
    # A search cannot write quotation marks inside a value.
    mine = {pk: name.casefold().replace('"', "") for pk, name in ask.clients().items()}
    same = [pk for pk, name in mine.items() if name == word]
    return same or [pk for pk, name in mine.items() if word in name]


def _knows_client(ask: Ask, value: str) -> bool:
    return bool(clients_named(ask, value))


def _knows_tag(ask: Ask, value: str) -> bool:
    return Tag.objects.in_sight(ask.account, ask.scope).filter(_tag_named(value)).exists()


def _known(column: str) -> Values:
    return lambda ask: ask.known(column)


add(
    KeyKind("type", "What kind of file it is", "type:image,video", _kind,
            tuple(AssetKind.values), aliases=("kind",)),
    KeyKind("tag", "A tag, with the tags inside it", 'tag:"red car"', _tag, values=_tag_names,
            noun="tag", knows=_knows_tag),
    KeyKind("in", "A collection, with those inside it", 'in:"Summer/Beach"',
            lambda ask, op, value: in_collection(ask.account, value, ask.scope),
            values=_collection_names, aliases=("collection",), noun="collection",
            knows=lambda ask, value: bool(found(ask.account, value, ask.scope))),
    KeyKind("is", "A state it is in", "is:favorite", _is, tuple(STATES),
            trash=("trashed", "trash", "deleted")),
    KeyKind("status", "Whether its file is there", "status:damaged", _status,
            tuple(STATUSES), trash=("trashed",)),
    KeyKind("rating", "How many stars it has", "rating>=4", _rating,
            ("5", ">=4", ">=3", "none"), aliases=("stars",), compares=True),
    KeyKind("flag", "Picked or rejected", "flag:pick", _flag,
            (*Flag.values, "none")),
    KeyKind("module", "The part of the studio that made it", "module:transform",
            _exact("module"), values=_known("module")),
    KeyKind("provider", "Who made it", "provider:fal", _exact("provider"),
            values=_known("provider")),
    KeyKind("model", "What made it, or a part of its name", "model:flux", _model,
            values=_known("model")),
    KeyKind("client", "Whom it was made for", "client:acme", _client, ("none",),
            values=lambda ask: sorted(ask.clients().values(), key=str.casefold), noun="client",
            knows=_knows_client),
    KeyKind("prompt", "Words of its prompt", 'prompt:"golden hour"', _text("prompt")),
    KeyKind("title", "Words of its title", "title:harbor", _text("title")),
    KeyKind("color", "Its main color, by name or as #hex", "color:teal", _color,
            tuple(colors.NAMES), aliases=("colour",)),
    KeyKind("ratio", "Width to height", "ratio:9:16", _ratio, COMMON_RATIOS,
            aliases=("orientation",), compares=True),
    KeyKind("added", "When it came into the library", "added:this-week", _time("created"),
            (*moments.WORDS, "7d", "30d"), aliases=("created", "date"), compares=True),
    KeyKind("updated", "When it was last changed", "updated:today", _time("updated"),
            tuple(moments.WORDS), compares=True),
    KeyKind("duration", "How long it runs", "duration:5..10", _duration,
            ("<5", "5..10", ">30", ">1:00"), aliases=("length",), compares=True),
    KeyKind("size", "How large its file is", "size>5MB", _number("size", values.size),
            ("<1MB", ">5MB", ">50MB"), compares=True),
    KeyKind("width", "Its width in pixels", "width>=1920", _number("width", values.whole),
            compares=True),
    KeyKind("height", "Its height in pixels", "height:1080", _number("height", values.whole),
            compares=True),
    KeyKind("pixels", "Width times height", "pixels>2mp", _pixels,
            (">2mp", ">8mp"), compares=True),
    KeyKind("cost", "What it cost, in credits", "cost<20", _number("cost", values.credits),
            ("<1", "0"), compares=True),
    KeyKind("seed", "The seed it was made with", "seed:1234",
            lambda ask, op, value: values.compare("seed", op, value, values.exact_whole),
            compares=True),
    KeyKind("job", "The job that made it", "job:01890f3e-…", _id("o")),
    KeyKind("id", "The id of an asset or a job", "id:01890f3e-…", _id("i", "o")),
)  # fmt: skip


@dataclass(frozen=True)
class KeyHelp:
    """A row of the help page."""

    name: str
    aliases: tuple[str, ...]
    help: str
    example: str
    values: tuple[str, ...]


def help() -> list[KeyHelp]:
    """All keys for the help page, with the values that are the same for everybody."""
    return [
        KeyHelp(kind.name, kind.aliases, kind.help, kind.example, tuple(kind.fixed))
        for kind in dict.fromkeys(KEYS.values())
    ]
