"""A made-up library of any size: titles, prompts, tags, dates and sizes as real ones have them."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from assets.media.likeness import bands
from assets.models import Asset, Collection, CollectionItem, Look, Tag
from assets.search import colors, index, loading, seed_words
from assets.search.traits import traits_of
from billing.models import Account

BATCH = 2_000
# The share of the largest account is about a twentieth when there are 500.
_FLATTENED = 3
_END = datetime(2026, 11, 1, tzinfo=UTC)
_DAYS = 900
_MIMES = {"image": "image/png", "video": "video/mp4", "audio": "audio/wav"}
_SIGN = 1 << 63
_THROUGH: Any = Asset.tags.through
_Asset = loading.plain_row(Asset)
_Look = loading.plain_row(Look)
_Item = loading.plain_row(CollectionItem)
_Link = loading.plain_row(_THROUGH)


def accounts_with_assets(names: list[str]) -> list[str]:
    found = Account.objects.filter(name__in=names, assets__isnull=False)
    return list(found.values_list("name", flat=True).distinct()[:1])


@dataclass
class _Owner:
    account: Account
    tags: list[Tag]
    collections: list[Collection]
    hashes: list[int] = field(default_factory=list)


class Seeding:
    """`run` makes the accounts and their assets, in the order of time as they come in, and yields
    how many are there so far. It is done whole or not at all."""

    def __init__(self, assets: int, accounts: int, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.names = [f"Seeded {at:04}" for at in range(1, accounts + 1)]
        weights = [1 / (at + 1 + _FLATTENED) for at in range(accounts)]
        self.shares = [max(1, round(assets * w / sum(weights))) for w in weights]
        self.shares[0] += assets - sum(self.shares)

    def run(self) -> Iterator[int]:
        with loading.without_indexes(Asset, Look, CollectionItem, _THROUGH):
            owners = [self._owner(*pair) for pair in zip(self.names, self.shares, strict=True)]
            order = [at for at, share in enumerate(self.shares) for _ in range(share)]
            self.random.shuffle(order)
            moments = sorted(self.random.random() for _ in order)
            for at in range(0, len(order), BATCH):
                some = zip(order[at : at + BATCH], moments[at : at + BATCH], strict=True)
                self._batch([(owners[owner], moment) for owner, moment in some])
                yield min(at + BATCH, len(order))

    def _owner(self, name: str, share: int) -> _Owner:
        account = Account.objects.filter(name=name).first() or Account.objects.create(name=name)
        names = self.random.sample(seed_words.TAGS, 24)
        Tag.objects.bulk_create(
            [Tag(account=account, name=name) for name in names], ignore_conflicts=True
        )
        collections = []
        for at in range(1, min(40, share // 400) + 1):
            called = f"{self._words(2).capitalize()} {at}"
            collections.append(Collection(account=account, name=called, key=called.casefold()))
        Collection.objects.bulk_create(collections)
        tags = Tag.objects.filter(account=account).order_by("name")
        return _Owner(account, list(tags), collections)

    def _batch(self, wanted: list[tuple[_Owner, float]]) -> None:
        made = [(owner, *self._asset(owner, moment)) for owner, moment in wanted]
        tagged = [(asset, [(tag.pk, tag.name) for tag in own]) for _, asset, own in made]
        words = loading.index_words([(asset, index.Entry(asset, own)) for asset, own in tagged])
        loading.insert(Asset, [asset for asset, _ in tagged], words)
        loading.insert(
            _THROUGH, [_Link(asset_id=a.pk, tag_id=tag) for a, own in tagged for tag, _ in own]
        )
        loading.insert(Look, [self._look(o, a) for o, a, _ in made if a.width])
        items = [self._item(o, a) for o, a, _ in made if o.collections]
        loading.insert(CollectionItem, [item for item in items if self.random.random() < 0.3])

    def _item(self, owner: _Owner, asset: Any) -> Any:
        within = self.random.choice(owner.collections).pk
        return _Item(collection_id=within, asset_id=asset.pk, added=asset.created)

    def _asset(self, owner: _Owner, moment: float) -> tuple[Any, list[Tag]]:
        pick = self.random
        created = _END - timedelta(days=_DAYS * (1 - moment**0.5))
        own = list(set(pick.choices(owner.tags, k=pick.choice((0, 0, 1, 1, 2, 3)))))
        own.sort(key=lambda tag: tag.name)
        kind = pick.choices(("image", "video", "audio", "model"), (70, 22, 6, 2))[0]
        maker = pick.choice(seed_words.MAKERS) if pick.random() < 0.75 else ("upload", "", "")
        title = self._words(pick.randint(2, 5))
        pk = self._id(created)
        asset = _Asset(
            id=pk,
            pk=pk,
            account_id=owner.account.pk,
            kind=kind,
            title=title.capitalize(),
            title_key=title,
            filename=f"{title.replace(' ', '-')[:80]}.{kind}",
            file="seeded/none",
            mime=_MIMES.get(kind, "model/gltf-binary"),
            size=int(pick.lognormvariate(14, 1.2)),
            sha256=f"{pick.getrandbits(256):064x}",
            module=maker[0],
            provider=maker[1],
            model=maker[2],
            created=created,
            updated=created + timedelta(hours=pick.randint(0, 300)),
            rating=pick.choices(range(6), (80, 1, 2, 5, 7, 5))[0],
            flag=pick.choices(("", "pick", "reject"), (88, 7, 5))[0],
            favorite=pick.random() < 0.06,
            trashed=created + timedelta(days=3) if pick.random() < 0.02 else None,
            stacked=pick.random() < 0.03,
            opens=int(pick.expovariate(0.5)),
            tag_ids=" ".join(str(tag.pk) for tag in own),
        )
        self._made(asset)
        self._shape(asset)
        return asset, own

    def _id(self, moment: datetime) -> uuid.UUID:
        """As billing.ids.uuid7 would have made it then."""
        value = int(moment.timestamp() * 1000) << 80 | self.random.getrandbits(80)
        return uuid.UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62)

    def _made(self, asset: Any) -> None:
        if asset.module == "upload":
            return
        pick = self.random
        asset.origin = f"job:{self._id(asset.created)}"
        asset.seed = pick.getrandbits(31)
        asset.cost = pick.choice((0, 1, 2, 5, 8, 20)) * 1_000_000
        asset.recipe = {
            "operation": asset.module,
            "offer": asset.model,
            "provider": asset.provider,
            "params": {"prompt": self._words(pick.randint(6, 24)), "seed": asset.seed},
        }

    def _shape(self, asset: Any) -> None:
        pick = self.random
        if asset.kind in ("image", "video"):
            asset.width, asset.height = pick.choice(seed_words.SIZES)
            asset.ratio = asset.width / asset.height
            asset.color = f"#{pick.getrandbits(24):06x}"
            asset.tint = colors.tint(asset.color)
        if asset.kind in ("video", "audio"):
            asset.duration = round(pick.lognormvariate(2.2, 0.8), 3)
        asset.traits = traits_of(asset)

    def _look(self, owner: _Owner, asset: Any) -> Any:
        """Now and then that of a copy: a few other bits."""
        pick = self.random
        hash = pick.getrandbits(64)
        if owner.hashes and pick.random() < 0.03:
            hash = pick.choice(owner.hashes) ^ 1 << pick.randrange(64) ^ 1 << pick.randrange(64)
        owner.hashes.append(hash)
        pieces = {f"band{at}": band for at, band in enumerate(bands(hash))}
        signed = hash - 2 * _SIGN if hash >= _SIGN else hash
        owner_id, layout = owner.account.pk, pick.randbytes(48)
        return _Look(asset_id=asset.pk, account_id=owner_id, hash=signed, layout=layout, **pieces)

    def _words(self, count: int) -> str:
        return " ".join(
            self.random.choices(seed_words.WORDS, cum_weights=seed_words.WEIGHTS, k=count)
        )
