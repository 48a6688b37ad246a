"""What a ZIP says of a file, put on the asset that it became, or was already."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from assets.models import Asset, Status
from assets.services.imports import limits
from assets.services.imports.about import About
from assets.services.library import refresh_search, set_tags
from assets.services.names import MOST_TAGS, title_of
from billing.models import Account

# What the ZIP says counts where nobody has said anything.
_ONCE = ("alt", "rating", "flag", "favorite", "provider", "model", "seed", "cost")


class Here:
    """The assets of an account that have the content of a file, each given out once: what is in a
    ZIP twice stands for two. `named` are ids that the ZIP names, kept for the files of that id."""

    def __init__(self, account: Account, taken: Iterable[UUID], named: Iterable[UUID]) -> None:
        self.account, self.taken, self.named = account, set(taken), set(named)
        self.free: dict[str, list[UUID]] = {}

    def find(self, sha256: str, id: UUID | None) -> Asset | None:
        free = self._free(sha256)
        fitting = (pk for pk in free if pk == id or pk not in self.named)
        pk = id if id in free else next(fitting, None)
        if pk is None:
            return None
        return Asset.objects.for_account(self.account).filter(pk=pk).first()

    def take(self, asset: Asset) -> None:
        """It is what a file of the ZIP has become."""
        self.taken.add(asset.pk)
        for free in self.free.values():
            if asset.pk in free:
                free.remove(asset.pk)

    def look_again(self, sha256: str) -> None:
        self.free.pop(sha256, None)

    def _free(self, sha256: str) -> list[UUID]:
        if sha256 not in self.free:
            mine = Asset.objects.for_account(self.account).filter(
                sha256=sha256, status=Status.READY
            )
            live = mine.live().order_by("created", "pk").values_list("pk", flat=True)
            gone = mine.exclude(trashed=None).order_by("created", "pk").values_list("pk", flat=True)
            ids = [*live[: limits.MOST_FILES], *gone[: limits.MOST_FILES]]
            self.free[sha256] = [pk for pk in ids if pk not in self.taken]
        return self.free[sha256]


def dress(asset: Asset, about: About) -> None:
    """A new one gets all of it."""
    fields = ["alt", "rating", "flag", "favorite"]
    for name in fields:
        setattr(asset, name, getattr(about, name))
    if about.created:
        asset.created = about.created
        fields.append("created")
    asset.save(update_fields=[*fields, "updated"])
    refresh_search(asset)


def merge(asset: Asset, about: About) -> bool:
    """One that was here gets what it has none of; nothing that somebody has said is overwritten.
    Whether it got the recipe."""
    fields = [name for name in _ONCE if getattr(about, name) and not getattr(asset, name)]
    for name in fields:
        setattr(asset, name, getattr(about, name))
    if about.title and asset.title == title_of(asset.filename) != about.title:
        asset.title = about.title
        fields.append("title")
    cooked = bool(about.recipe) and not asset.recipe
    if cooked:
        asset.recipe = about.recipe
        fields.append("recipe")
    if asset.module == "upload" != about.module:
        asset.module = about.module
        fields.append("module")
    had = [tag.name for tag in asset.tags.all()]
    names = list(dict.fromkeys([*had, *about.tags]))
    if len(names) > MOST_TAGS:
        about.notes.append(
            f"It would have {len(names)} tags; the limit is {MOST_TAGS}. The last ones were left "
            "out."
        )
    if fields:
        asset.save(update_fields=[*fields, "updated"])
    if len(names[:MOST_TAGS]) > len(had):
        set_tags(asset, names[:MOST_TAGS])
    elif fields:
        refresh_search(asset)
    return cooked
