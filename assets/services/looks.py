"""Look-alikes: what an asset looks like is kept with it, and its copies are found by that."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from PIL import Image

from assets.media import Likeness, likeness
from assets.media.likeness import (
    MOST_OTHER_BITS,
    bands,
    is_like,
    is_same,
    layout_distance,
    neighbors,
    other_bits,
)
from assets.models import Asset, AssetKind, Look
from assets.search import keys
from assets.search.ask import Ask
from assets.services.files import Gone, open_file
from billing.models import Account

log = logging.getLogger("zoetrope.assets")

LOOKED_AT = (AssetKind.IMAGE, AssetKind.VIDEO)
MOST_ALIKE = 200
# A picture that is everywhere in a library must not make every look at it slow.
_MOST_CANDIDATES = 5_000
_SIGN = 1 << 63
_ALL = 2 * _SIGN - 1
_NEAR = (
    "SELECT asset_id, hash, layout FROM assets_look "
    "WHERE account_id = %s AND band{number} IN ({near}) LIMIT {most}"
)


@dataclass(frozen=True)
class Twin:
    """An asset of the library that a new one equals: `exact` by the bytes, else by its look."""

    asset: Asset
    exact: bool

    @property
    def words(self) -> str:
        """The end of a sentence about the new one."""
        if self.exact:
            return f"is the same file as “{self.asset.title}”"
        return f"looks the same as “{self.asset.title}”"


def remember(asset: Asset, seen: Likeness) -> Look:
    """Keeps how an asset looks; a repeat replaces it."""
    fields: dict[str, object] = {"account_id": asset.account_id, "layout": seen.layout}
    pieces: tuple[int | None, ...] = (None,) * 4
    if seen.hash is not None:
        pieces = bands(seen.hash)
        fields["hash"] = _signed(seen.hash)
    fields |= {f"band{number}": piece for number, piece in enumerate(pieces)}
    look, _ = Look.objects.update_or_create(asset=asset, defaults=fields)
    return look


def alike(asset: Asset, limit: int = 12) -> list[Asset]:
    """The live assets of the same account that look like it, the most alike first."""
    ids = [pk for pk, _, _ in _copies(asset.account_id, _look_of(asset)) if pk != asset.pk]
    live = Asset.objects.for_account(asset.account).live().in_bulk(ids[:MOST_ALIKE])
    return [live[pk] for pk in ids if pk in live][:limit]


def like(ask: Ask, value: str) -> Q:
    """The condition for `like:<id>`, to be put on the assets of one account: what looks like it,
    and itself. One that is not in sight is like nothing. Raises ValueError for what is no id."""
    try:
        pk = UUID(value)
    except ValueError:
        raise ValueError(
            f"“{value[:40]}” is not the id of an asset. Copy one from the address of its page."
        ) from None
    if (asset := _in_sight(ask, pk)) is None:
        return Q(pk=pk)
    copies = _copies(asset.account_id, _look_of(asset))
    return Q(pk__in=[pk, *[other for other, _, _ in copies][:MOST_ALIKE]])


def _in_sight(ask: Ask, pk: UUID) -> Asset | None:
    return Asset.objects.filter(ask.scope.q(), account=ask.account, pk=pk).first()


keys.add(
    keys.KeyKind(
        "like",
        "What looks like a picture or film, by its id",
        "like:01890f3e-…",
        lambda ask, op, value: like(ask, value),
        knows=lambda ask, value: _in_sight(ask, UUID(value)) is not None,
    )
)


def twin_of(asset: Asset) -> Twin | None:
    """The live asset, older than it, that it equals: in its bytes, or to the eye."""
    others = Asset.objects.for_account(asset.account).live().exclude(pk=asset.pk)
    older = others.filter(created__lte=asset.created)
    if exact := older.filter(sha256=asset.sha256).order_by("created").first():
        return Twin(exact, exact=True)
    if asset.kind != AssetKind.IMAGE or (mine := _look_of(asset)) is None:
        return None
    same = [pk for pk, _, seen in _copies(asset.account_id, mine) if is_same(mine, seen)]
    found = older.filter(kind=asset.kind).in_bulk(same[:MOST_ALIKE])
    shape = _shape(asset)
    twins = [found[pk] for pk in same if pk in found and abs(_shape(found[pk]) - shape) < 0.03]
    return Twin(twins[0], exact=False) if twins else None


def catch_up(limit: int = 200) -> int:
    """Looks at assets of which it is not known yet how they look. Returns how many."""
    unseen = Asset.objects.filter(look=None, kind__in=LOOKED_AT).exclude(thumbnail="")
    done = 0
    for asset in unseen.order_by("pk")[:limit]:
        done += _catch_up(asset)
    return done


def _catch_up(asset: Asset) -> bool:
    try:
        with open_file(asset, "thumbnail") as file, Image.open(file) as still:
            seen = likeness(still.convert("RGBA" if still.mode == "RGBA" else "RGB"))
    except (Gone, OSError) as error:
        log.warning("the thumbnail of asset %s cannot be read: %s", asset.pk, error)
        seen = Likeness(None, bytes(48))
    with transaction.atomic():
        if not Asset.objects.filter(pk=asset.pk).exists():
            return False
        remember(asset, seen)
    return True


def _look_of(asset: Asset) -> Likeness | None:
    row = Look.objects.filter(asset=asset).values_list("hash", "layout").first()
    return _told(*row) if row else None


def _copies(account: UUID, seen: Likeness | None) -> list[tuple[UUID, float, Likeness]]:
    """(asset id, how far it is, its look) of all that are copies of it, the nearest first."""
    if seen is None or seen.hash is None:
        return []
    found = {}
    for pk, hash, layout in _candidates(account, seen.hash):
        # Most of them share a band by chance: the cheapest question comes first.
        if hash is None or other_bits(seen.hash, hash & _ALL) > MOST_OTHER_BITS:
            continue
        other = _told(hash, bytes(layout))
        if is_like(seen, other):
            found[pk] = (UUID(str(pk)), _distance(seen, other), other)
    return sorted(found.values(), key=lambda copy: copy[1])


def _candidates(account: UUID, hash: int) -> Iterator[tuple[Any, int | None, Any]]:
    """Rows with a band that is nearly equal: no hash with up to 11 other bits can hide, and few
    with up to 15."""
    for number, band in enumerate(bands(hash)):
        near = ",".join(map(str, neighbors(band)))
        with connection.cursor() as cursor:
            # Numbers of our own: as parameters, 137 of them would take longer than the search.
            cursor.execute(
                _NEAR.format(number=number, near=near, most=_MOST_CANDIDATES), [_plain(account)]
            )
            yield from cursor.fetchall()


def _plain(account: UUID) -> Any:
    """An id as the database in use has it."""
    return Account._meta.pk.get_db_prep_value(account, connection)


def _distance(a: Likeness, b: Likeness) -> float:
    return other_bits(a.hash or 0, b.hash or 0) + layout_distance(a.layout, b.layout) / 4


def _told(hash: int | None, layout: bytes | memoryview) -> Likeness:
    return Likeness(None if hash is None else hash & _ALL, bytes(layout))


def _signed(hash: int) -> int:
    return hash - 2 * _SIGN if hash >= _SIGN else hash


def _shape(asset: Asset) -> float:
    """Width by height."""
    return (asset.width or 1) / (asset.height or 1)
