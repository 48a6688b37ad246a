"""What chosen files can be sent to: all of them together into one form, or one result of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from assets.models import Asset, Status
from assets.services import Refused
from billing.models import Account, User
from studio import catalogue, keys
from studio.forms import OperationForm
from studio.jobs import Wanted
from studio.orders import OrderForm
from studio.spec import Offer, Operation, Param


@dataclass(frozen=True)
class Way:
    """An operation, by one of its offers, with the files in their places."""

    operation: Operation
    offer: Offer
    params: Mapping[str, str]

    @property
    def url(self) -> str:
        page = reverse("operation", args=[self.operation.module, self.operation.key])
        return f"{page}?{urlencode({'offer': self.offer.key, **self.params})}"

    @property
    def places(self) -> str:
        """`Picture and Last picture`: where the files go."""
        labels = {p.name: p.label for p in self.offer.params(self.operation)}
        *first, last = [labels[name] for name in self.params]
        return f"{', '.join(first)} and {last}" if first else last


def usable(assets: Iterable[Asset]) -> list[Asset]:
    """Those that can be worked on: neither in the trash nor without their file."""
    return [a for a in assets if a.trashed is None and a.status == Status.READY]


def together(account: Account, assets: Sequence[Asset]) -> list[Way]:
    """The operations that take exactly these files at once, in their order; each by the first of
    its offers that does."""
    if not assets:
        return []
    may = keys.usable(account)
    ways = (_way(operation, may, assets) for operation in _ordered_here())
    return [way for way in ways if way]


def _ordered_here() -> list[Operation]:
    return [o for o in catalogue.operations().values() if not o.elsewhere]


def _way(operation: Operation, may: Collection[str], assets: Sequence[Asset]) -> Way | None:
    for offer in catalogue.offers(operation.key, may):
        places = _placed(offer.params(operation), assets)
        if places:
            return Way(operation, offer, places)
    return None


def _placed(params: Iterable[Param], assets: Sequence[Asset]) -> dict[str, str] | None:
    """{param: id}, each file in the next free place for its kind; None when one has no place. A
    mask belongs to one picture, and is never meant."""
    free = [p for p in params if p.is_asset and p.kind != "mask"]
    placed: dict[str, str] = {}
    for asset in assets:
        place = next((p for p in free if p.asset_kind == asset.kind), None)
        if place is None:
            return None
        free.remove(place)
        placed[place.name] = str(asset.pk)
    return placed


def one_each(account: Account, assets: Sequence[Asset]) -> list[Way]:
    """The operations that make something of each file by itself and need nothing else to be said;
    the place is that of the first file. Empty where the files are of several kinds."""
    if len({asset.kind for asset in assets}) != 1:
        return []
    return [way for way in together(account, assets[:1]) if _says_enough(way, account)]


def _says_enough(way: Way, account: Account) -> bool:
    params = way.offer.params(way.operation)
    if any(p.required and p.is_asset and p.name not in way.params for p in params):
        return False
    form = OperationForm(way.operation, way.offer, way.params, account=account, resolve=False)
    return form.is_complete()


def need_words(account: Account, assets: Sequence[Asset]) -> list[Operation]:
    """Those that take each file, but need more to be said: one by one, on their page."""
    if len({asset.kind for asset in assets}) != 1:
        return []
    ways = together(account, assets[:1])
    return [w.operation for w in ways if not _says_enough(w, account)]


def wanted(
    way: Way, account: Account, user: User | None, assets: Sequence[Asset], *, resolve: bool = True
) -> list[Wanted]:
    """One result of each file, as the operation does it when nothing else is said; with `resolve`
    False only as far as its price. Raises Refused, with the name of the file that it cannot be
    made of."""
    found: list[Wanted] = []
    (name,) = way.params
    for asset in assets:
        said = {name: str(asset.pk)}
        form = OrderForm(
            way.operation, way.offer, said, account=account, user=user, resolve=resolve
        )
        if not form.is_valid():
            words = " ".join(str(problem["message"]) for problem in form.problems())
            raise Refused(f"“{asset.title}”: {words} Leave it out, or send it by itself.")
        found += form.wanted
    return found


def way_of(account: Account, key: str, assets: Sequence[Asset]) -> Way | None:
    """The one of `one_each` with that operation."""
    return next((w for w in one_each(account, assets) if w.operation.key == key), None)


def counted(assets: Iterable[Asset]) -> str:
    """`2 pictures and 1 sound`."""
    words = {"image": "picture", "video": "video", "audio": "sound", "model": "3D model"}
    kinds = Counter(words.get(asset.kind, asset.kind) for asset in assets)
    *first, last = [f"{n} {kind}{'' if n == 1 else 's'}" for kind, n in kinds.items()]
    return f"{', '.join(first)} and {last}" if first else last
