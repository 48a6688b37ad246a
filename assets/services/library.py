"""What a person does with an asset. Every change keeps the words up to date that find it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from assets.media import Refused
from assets.models import Asset, Flag, Tag
from assets.search import index
from assets.services import files, shared, versions
from assets.services.names import checked_title, clean, tag_names
from billing import audit_log
from billing.models import Account

MOST_STARS = 5
_ALT_LENGTH = 300
_AT_ONCE = 500


def update(
    asset: Asset,
    *,
    title: str | None = None,
    tags: Iterable[str] | None = None,
    alt: str | None = None,
) -> Asset:
    """Changes what is given; None leaves it as it is. Raises Refused."""
    names = None if tags is None else tag_names(tags)
    changes = {}
    if title is not None:
        changes["title"] = checked_title(title)
    if alt is not None:
        changes["alt"] = _checked_alt(alt)
    for field, value in changes.items():
        setattr(asset, field, value)
    with transaction.atomic():
        asset.save(update_fields=[*changes, "updated"])
        if names is None:
            refresh_search(asset)
        else:
            set_tags(asset, names)
    return asset


def _checked_alt(alt: str) -> str:
    words = clean(alt)
    if len(words) > _ALT_LENGTH:
        raise Refused(
            f"The description has {len(words)} letters; the limit is {_ALT_LENGTH}. Shorten it."
        )
    return words


def set_tags(asset: Asset, names: list[str]) -> None:
    """`names` as `tag_names` gives them; tags that the account does not have yet are made."""
    Tag.objects.bulk_create(
        [Tag(account_id=asset.account_id, name=name) for name in names], ignore_conflicts=True
    )
    asset.tags.set(Tag.objects.filter(account_id=asset.account_id, name__in=names))
    refresh_search(asset)


def refresh_search(asset: Asset) -> None:
    """What the asset is found and sorted by, as it is now; after every change of its title, tags,
    description or recipe."""
    index.write([asset])


def refresh_search_of(ids: Iterable[UUID]) -> None:
    """The same for many, whose rows were changed without their objects."""
    wanted = list(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        index.write(Asset.objects.filter(pk__in=wanted[start : start + _AT_ONCE]))


def set_favorite(asset: Asset, favorite: bool) -> Asset:
    return judge(asset, favorite=favorite)


def set_focus(asset: Asset, focus: tuple[float, float] | None) -> None:
    """The spot that stays in view wherever it is cut, as parts of the width and height; None lets
    every cut find its own. Raises Refused."""
    if focus is not None and not all(0 <= part <= 1 for part in focus):
        raise Refused(
            f"The focus {focus} lies outside of the picture. Give two numbers from 0 to 1."
        )
    x, y = focus or (None, None)
    Asset.objects.filter(pk=asset.pk).update(focus_x=x, focus_y=y, updated=timezone.now())
    asset.focus_x, asset.focus_y = x, y


def judge(
    asset: Asset,
    *,
    favorite: bool | None = None,
    rating: int | None = None,
    flag: str | None = None,
) -> Asset:
    """What somebody thinks of it: `rating` 0 (none) to 5, `flag` pick, reject or "". None leaves
    it as it is. Raises Refused."""
    said = {
        "favorite": favorite,
        "rating": None if rating is None else checked_rating(rating),
        "flag": None if flag is None else checked_flag(flag),
    }
    changes = {field: value for field, value in said.items() if value is not None}
    for field, value in changes.items():
        setattr(asset, field, value)
    if changes:
        asset.save(update_fields=[*changes, "updated"])
    return asset


def checked_rating(rating: int) -> int:
    if not 0 <= rating <= MOST_STARS:
        raise Refused(f"The rating is {rating}; it goes from 0 (none) to {MOST_STARS}.")
    return rating


def checked_flag(flag: str) -> str:
    if flag and flag not in Flag.values:
        raise Refused(f"The flag “{clean(flag)[:20]}” is unknown. Use pick, reject or nothing.")
    return flag


def trash(asset: Asset) -> Asset:
    """Out of sight, with everything kept; trashed twice keeps the first time."""
    if asset.trashed is None:
        asset.trashed = timezone.now()
        with transaction.atomic():
            asset.save(update_fields=["trashed", "updated"])
            versions.step_back(asset)
            audit_log.write(asset.account, "deleting.trashed", asset.title, asset=asset.pk)
    return asset


def not_in_trash(account: Account, pk: UUID | str, called: str = "") -> None:
    """Raises Refused, with the way out, for an asset of the account that is in the trash; the
    message begins with what it is `called`."""
    found = Asset.objects.for_account(account).filter(pk=pk, trashed__isnull=False).first()
    if found:
        raise Refused(f"{called}“{found.title}” is in the trash. Restore it, or choose another.")


def restore(asset: Asset) -> Asset:
    with transaction.atomic():
        if asset.trashed:
            versions.step_forward(asset)
            audit_log.write(asset.account, "deleting.restored", asset.title, asset=asset.pk)
        asset.trashed = None
        asset.save(update_fields=["trashed", "updated"])
        versions.keep_one_shown([asset.pk])
    return asset


def purge(asset: Asset) -> None:
    """For good: the row now, the files once that is certain."""
    names, pk = files.names_of(asset), str(asset.pk)
    with transaction.atomic():
        versions.hand_over(asset)
        index.forget([asset])
        asset.delete()
        transaction.on_commit(lambda: files.remove(names))
        transaction.on_commit(lambda: shared.forget([pk]))
