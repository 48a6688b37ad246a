"""A made-up library of any size: titles, prompts, tags, dates and sizes as real ones have them."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.fields.files import FieldFile

from assets.models import Asset, Tag
from assets.search import index, seed_words
from billing.models import Account

BATCH = 2_000
# The share of the largest account is about a twentieth when there are 500.
_FLATTENED = 3
_END = datetime(2026, 11, 1, tzinfo=UTC)
_DAYS = 900


def accounts_with_assets(names: list[str]) -> list[str]:
    found = Account.objects.filter(name__in=names, assets__isnull=False)
    return list(found.values_list("name", flat=True).distinct()[:1])


def _insert(cursor: Any, model: Any, rows: list[Any]) -> None:
    """As bulk_create, in a fraction of its time."""
    fields = [
        field for field in model._meta.concrete_fields if field.name != "id" or model is Asset
    ]
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})"  # noqa: S608
    values = [[_plain(getattr(row, field.attname)) for field in fields] for row in rows]
    cursor.executemany(statement, values)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return json.dumps(value)
    if connection.vendor == "postgresql":
        return str(value) if isinstance(value, FieldFile) else value
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return str(value) if isinstance(value, FieldFile) else value


class Seeding:
    """`run` makes the accounts and their assets and yields how many are there so far."""

    def __init__(self, assets: int, accounts: int, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.names = [f"Seeded {at:04}" for at in range(1, accounts + 1)]
        weights = [1 / (at + 1 + _FLATTENED) for at in range(accounts)]
        self.shares = [max(1, round(assets * w / sum(weights))) for w in weights]
        self.shares[0] += assets - sum(self.shares)

    def run(self) -> Iterator[int]:
        for name in ("created", "updated"):
            field: Any = Asset._meta.get_field(name)
            field.auto_now = field.auto_now_add = False
        done = 0
        for name, share in zip(self.names, self.shares, strict=True):
            account = Account.objects.filter(name=name).first() or Account.objects.create(name=name)
            tags = self._tags(account)
            moments = sorted(self.random.random() for _ in range(share))
            for at in range(0, share, BATCH):
                self._batch(account, tags, moments[at : at + BATCH])
                done += len(moments[at : at + BATCH])
                yield done
        self._settle()

    def _tags(self, account: Account) -> list[Tag]:
        names = self.random.sample(seed_words.TAGS, 24)
        Tag.objects.bulk_create(
            [Tag(account=account, name=name) for name in names], ignore_conflicts=True
        )
        return list(Tag.objects.filter(account=account))

    def _batch(self, account: Account, tags: list[Tag], moments: list[float]) -> None:
        made = [self._asset(account, tags, moment) for moment in moments]
        entries = [
            (asset, index.Entry(asset, [(tag.pk, tag.name) for tag in own])) for asset, own in made
        ]
        through: Any = Asset.tags.through
        links = [through(asset_id=a.pk, tag_id=t.pk) for a, own in made for t in own]
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                index.enter(cursor, entries)
            _insert(cursor, Asset, [asset for asset, _ in made])
            _insert(cursor, through, links)
            if connection.vendor != "sqlite":
                index.store(connection, entries)

    def _asset(self, account: Account, tags: list[Tag], moment: float) -> tuple[Asset, list[Tag]]:
        pick = self.random
        created = _END - timedelta(days=_DAYS * (1 - moment**0.5))
        own = list(set(pick.choices(tags, k=pick.choice((0, 0, 1, 1, 2, 3)))))
        own.sort(key=lambda tag: tag.name)
        kind = pick.choices(("image", "video", "audio", "model"), (70, 22, 6, 2))[0]
        maker = pick.choice(seed_words.MAKERS) if pick.random() < 0.75 else ("upload", "", "")
        title = self._words(pick.randint(2, 5))
        asset = Asset(
            id=uuid.UUID(int=pick.getrandbits(128), version=4),
            account=account,
            kind=kind,
            title=title.capitalize(),
            filename=f"{title.replace(' ', '-')[:80]}.{kind}",
            file="seeded/none",
            mime={"image": "image/png", "video": "video/mp4", "audio": "audio/wav"}.get(
                kind, "model/gltf-binary"
            ),
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
            tag_ids=" ".join(str(tag.pk) for tag in own),
        )
        self._made(asset)
        self._shape(asset)
        return asset, own

    def _made(self, asset: Asset) -> None:
        if asset.module == "upload":
            return
        pick = self.random
        asset.origin = f"job:{uuid.UUID(int=pick.getrandbits(128), version=4)}"
        asset.seed = pick.getrandbits(31)
        asset.cost = pick.choice((0, 1, 2, 5, 8, 20)) * 1_000_000
        asset.recipe = {
            "operation": asset.module,
            "offer": asset.model,
            "provider": asset.provider,
            "params": {"prompt": self._words(pick.randint(6, 24)), "seed": asset.seed},
        }

    def _shape(self, asset: Asset) -> None:
        pick = self.random
        if asset.kind in ("image", "video"):
            asset.width, asset.height = pick.choice(seed_words.SIZES)
            asset.ratio = asset.width / asset.height
            asset.color = f"#{pick.getrandbits(24):06x}"
            asset.tint = index.tint_of(asset)
        if asset.kind in ("video", "audio"):
            asset.duration = round(pick.lognormvariate(2.2, 0.8), 3)
        asset.title_key = index.title_key(asset.title)

    def _words(self, count: int) -> str:
        return " ".join(
            self.random.choices(seed_words.WORDS, cum_weights=seed_words.WEIGHTS, k=count)
        )

    def _settle(self) -> None:
        """So that the plans of queries are those of a library that has been there for a while."""
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("INSERT INTO assets_words(assets_words) VALUES ('optimize')")
            else:
                cursor.execute("ANALYZE assets_asset")
