"""What an asset is counted by, in one number: so that tens of thousands are counted in a moment.

The number that is kept (`traits`) is made of what does not change: its maker, kind, color and
shape. A row's `code` has that and what people decide; `Codes` takes codes apart again.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Aggregate, BinaryField, TextField

from assets.models import AssetKind, Flag
from assets.search import colors

KINDS: tuple[str, ...] = tuple(AssetKind.values)
TINTS = ("", *colors.NAMES)
SHAPES = ("", "landscape", "portrait", "square")
WIDE, TALL = 1.02, 0.98


def traits_of(asset: Any) -> int:
    maker = maker_of(asset.module, asset.provider, asset.model)
    # An older library may have a color that has no name any more.
    tint = TINTS.index(asset.tint) if asset.tint in TINTS else 0
    kind, shape = KINDS.index(asset.kind), SHAPES.index(shape_of(asset.ratio))
    return ((maker * 8 + kind) * 16 + tint) * 4 + shape


def maker_of(module: str, provider: str, model: str) -> int:
    """Two of one account are not the same by chance: it would have to have ten thousands."""
    return zlib.crc32("\0".join((module, provider, model)).encode()) >> 2


def shape_of(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return "landscape" if ratio > WIDE else "portrait" if ratio < TALL else "square"


class CodesOf(Aggregate):
    """The codes of all rows in one value: their numbers with spaces between them, or where the
    database can do it their bytes, the highest first. To count them here is several times as fast
    as to have them grouped."""

    output_field = BinaryField()

    def __init__(self) -> None:
        super().__init__("traits", "rating", "flag", "favorite")

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        traits, rating, flag, favorite = (
            compiler.compile(part)[0] for part in self.get_source_expressions() if part
        )
        code = f"{traits} * 128 + {rating} * 16 + LENGTH({flag}) * 2 + "
        if connection.vendor == "postgresql":
            return f"STRING_AGG(INT8SEND({code}{favorite}::int), '')", ()
        return f"GROUP_CONCAT({code}{favorite}, ' ')", ()


class TagsOf(Aggregate):
    """The ids of the tags of all rows as one text, in the same order; -1 ends a row."""

    output_field = TextField()

    def __init__(self) -> None:
        super().__init__("tag_ids")

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.get_source_expressions()[0])
        name = "STRING_AGG" if connection.vendor == "postgresql" else "GROUP_CONCAT"
        return f"{name}({column}, ' -1 ')", params


_FLAGS = {len(flag): flag for flag in ("", *Flag.values)}
_Rows = npt.NDArray[np.bool_]


def _numbers(told: str | bytes) -> npt.NDArray[np.int64]:
    if isinstance(told, bytes):
        return np.frombuffer(told, ">i8").astype(np.int64)
    return np.fromstring(told, np.int64, sep=" ") if told.strip() else np.zeros(0, np.int64)


class Codes:
    """Rows by their codes: for each facet the places of their values in a list. `codes` and `tags`
    as CodesOf and TagsOf tell them, `makers` those of the account as (module, provider, model)."""

    def __init__(
        self, codes: str | bytes, tags: str, makers: Sequence[tuple[str, str, str]]
    ) -> None:
        found, read = _numbers(codes), _numbers(tags)
        ends = read < 0
        self._tags = read[~ends]
        self._tagged = np.cumsum(ends)[~ends]
        named = sorted((maker_of(*maker), *maker) for maker in makers)
        keys = np.array([row[0] for row in named] + [-1], np.int64)
        which = np.searchsorted(keys[:-1], found >> 16)
        # A maker that came in between is not counted.
        which[keys[which] != found >> 16] = len(named)
        self.rows = len(found)
        self._places = {
            "type": (found >> 13 & 7, KINDS),
            "module": (which, [row[1] for row in named]),
            "provider": (which, [row[2] for row in named]),
            "model": (which, [row[3] for row in named]),
            "rating": (found >> 4 & 7, range(6)),
            "flag": (found >> 1 & 7, [_FLAGS.get(length) for length in range(8)]),
            "is": (found & 1, (False, True)),
            "color": (found >> 9 & 15, TINTS),
            "ratio": (found >> 7 & 3, SHAPES),
        }

    def fitting(
        self, chosen: Mapping[str, Sequence[frozenset[Any]]], but: str = ""
    ) -> _Rows | None:
        """Which rows have, in every facet but one, what is chosen there; None are all of them."""
        fit = None
        for name, choices in chosen.items():
            if name != but:
                places, values = self._places[name]
                good = [all(value in some for some in choices) for value in values]
                here = np.array([*good, False])[places]
                fit = here if fit is None else fit & here
        return fit

    def counts(self, name: str, fit: _Rows | None) -> Counter[Any]:
        places, values = self._places[name]
        told = np.bincount(places if fit is None else places[fit], minlength=len(values) + 1)
        counts: Counter[Any] = Counter()
        for value, count in zip(values, told.tolist(), strict=False):
            counts[value] += count
        return +counts

    def tags(self, fit: _Rows | None, outer: Mapping[int, Sequence[int]]) -> Counter[int]:
        """How many rows have each tag or one inside it; `outer` are the tags that one is inside
        of."""
        tags, rows = self._tags, self._tagged
        if fit is not None:
            kept = fit[rows]
            tags, rows = tags[kept], rows[kept]
        found, counted = np.unique(tags, return_counts=True)
        counts = Counter(dict(zip(found.tolist(), counted.tolist(), strict=True)))
        inside: dict[int, list[int]] = {}
        for tag, others in outer.items():
            for one in others:
                inside.setdefault(one, [one]).append(tag)
        for one, those in inside.items():
            counts[one] = len(np.unique(rows[np.isin(tags, those)]))
        return +counts
