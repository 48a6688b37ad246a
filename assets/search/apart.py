"""The facets that are no column with one value: tags, clients, and when something was added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from django.db.models import Count, Q

from assets.models import AssetQuerySet, Tag
from assets.search import keys, toggle, values
from assets.search.facet import Choice, Chosen, Facet
from assets.search.parse import parse
from assets.search.traits import Codes
from assets.search.tree import Key, Node
from billing.models import Account

MOST_TAGS = 40
# Of an account with more tags only those that are found most are read.
MOST_READ = 500
ADDED = {"today": "Today", "7d": "Last 7 days", "30d": "Last 30 days"}


def tags(account: Account, codes: Codes, chosen: Chosen) -> Facet:
    """`codes` are those of what is found with any tags."""
    mine = Tag.objects.for_account(account).order_by("name").values_list("pk", "name")
    named = dict(mine[:MOST_READ])
    all_read = len(named) < MOST_READ
    nested = dict(named)
    if not all_read:
        nested |= dict(mine.filter(name__contains="/")[:MOST_READ])
        around = {outer for name in nested.values() for outer in _above(name)}
        nested |= dict(mine.filter(name__in=around))
    counts = codes.tags(codes.fitting(chosen.columns), _outer(nested))
    on = {_spelled(word) for word in chosen.words.get("tag", ())}
    if not all_read:
        most = [pk for pk, _ in counts.most_common(MOST_TAGS)]
        named |= dict(mine.filter(Q(pk__in=most) | Q(name__in=on)))
    rows = sorted(named.items(), key=lambda row: (-counts[row[0]], row[1]))
    kept = [row for at, row in enumerate(rows) if at < MOST_TAGS or row[1] in on]
    return Facet("tag", "Tags", [_tag(name, counts[pk], chosen) for pk, name in kept])


def _spelled(word: str) -> str:
    return " ".join(word.split()).lower()


def _outer(named: Mapping[int, str]) -> dict[int, list[int]]:
    """For each tag that is inside others (`a/b/c`): those that are there (`a/b`, `a`)."""
    ids = {name: pk for pk, name in named.items()}
    above = {pk: _above(name) for pk, name in named.items() if "/" in name}
    return {pk: [ids[name] for name in names if name in ids] for pk, names in above.items()}


def _above(name: str) -> list[str]:
    """`a/b/c` → `a/b`, `a`."""
    parts = name.split("/")
    return ["/".join(parts[:at]) for at in range(len(parts) - 1, 0, -1)]


def _tag(name: str, count: int, chosen: Chosen) -> Choice:
    gone = frozenset(word for word in chosen.words.get("tag", ()) if _spelled(word) == name)
    query = chosen.off("tag", gone) if gone else chosen.on("tag", name)
    return Choice(name, name, count, bool(gone), query)


def clients(mine: AssetQuerySet, chosen: Chosen) -> Facet:
    """Whom it was made for: only where there are clients."""
    found = mine.filter(chosen.without("client")).order_by()
    counts = Counter(dict(found.values_list("client").annotate(Count("pk"))))
    named: dict[UUID | None, str] = dict(chosen.ask.clients().items())
    if chosen.ask.scope.is_everything:
        named[None] = "none"
    told = []
    for pk, name in sorted(named.items(), key=lambda row: (-counts[row[0]], row[1].casefold())):
        words = chosen.words.get("client", ())
        gone = frozenset(word for word in words if pk in keys.clients_named(chosen.ask, word))
        query = chosen.off("client", gone) if gone else chosen.on("client", name)
        label = "No client" if pk is None else name
        told.append(Choice(name, label, counts[pk], bool(gone), query))
    return Facet("client", "Client", told)


def added(mine: AssetQuerySet, chosen: Chosen) -> Facet:
    """When it came in: one of these at a time, for each has those before it in it."""
    when = {word: values.when("created", ":", word, chosen.ask.now) for word in ADDED}
    longest = [*when.values()][-1]
    found = mine.filter(chosen.without("added") & longest)
    counts = found.aggregate(**{f"_{word}": Count("pk", filter=q) for word, q in when.items()})
    words = chosen.words.get("added", [])
    without = chosen.off("added", frozenset(words))
    alone = {_only(item) for item in toggle.top(chosen.tree) if isinstance(item, Key)}
    told = []
    for word, label in ADDED.items():
        on = word in alone
        query = without if on else toggle.with_value(without, _read(without), "added", word)
        told.append(Choice(word, label, counts[f"_{word}"], on, query))
    return Facet("added", "Added", told)


def _read(text: str) -> Node | None:
    return parse(text, keys.names())


def _only(item: Key) -> str:
    """The moment of `added:…` that stands alone in it."""
    of_added = item.op == ":" and keys.key_of(item.name).name == "added"
    return item.values[0] if of_added and len(item.values) == 1 else ""
