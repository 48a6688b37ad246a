"""Versions of one thing: a stack, of which one is shown and the others are kept behind it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q

from assets.media import Refused
from assets.models import Asset, AssetQuerySet


def stack_of(asset: Asset) -> AssetQuerySet:
    """All versions of the thing that this is one of, the first one first; itself when it has no
    others."""
    first = asset.version_of_id or asset.pk
    return Asset.objects.filter(Q(pk=first) | Q(version_of=first)).order_by("version", "created")


def accept_version(result: Asset, source: Asset) -> Asset:
    """Makes `result`, which was made from it, the newest and shown version of what `source` is a
    version of. The source and its file stay as they are, behind it. Accepted twice, it is only
    shown. Raises Refused."""
    _check(result, source)
    with transaction.atomic():
        source = Asset.objects.get(pk=source.pk)
        first = _locked(source.version_of_id or source.pk)
        result = Asset.objects.get(pk=result.pk)
        if result.version_of_id == first.pk:
            return _show(result)
        _check_lineage(result, source, first)
        newest = stack_of(first).aggregate(newest=Max("version"))["newest"]
        result.version_of, result.version = first, newest + 1
        result.save(update_fields=["version_of", "version", "updated"])
        return _show(result)


def _check(result: Asset, source: Asset) -> None:
    if result.account_id != source.account_id:
        raise Refused("The two belong to different accounts.")
    if result.client_id != source.client_id:
        raise Refused(
            f"“{result.title}” and “{source.title}” belong to different clients. Move one of them "
            "first, or leave them beside each other."
        )
    if result.pk == source.pk:
        raise Refused(
            f"“{result.title}” cannot be a version of itself. Name what it was made from."
        )
    if result.kind != source.kind:
        raise Refused(
            f"“{result.title}” is a {result.get_kind_display().lower()}, “{source.title}” a "
            f"{source.get_kind_display().lower()}. Versions are of one kind; it stays beside it."
        )
    if gone := next((asset for asset in (result, source) if asset.trashed), None):
        raise Refused(f"“{gone.title}” is in the trash. Restore it first.")


def _check_lineage(result: Asset, source: Asset, first: Asset) -> None:
    if result.pk == first.pk:
        raise Refused(
            f"“{source.title}” is a version of “{result.title}”, not the other way round. Show "
            "version 1 on its page instead."
        )
    if result.version_of_id or result.versions.exists():
        raise Refused(
            f"“{result.title}” is a version of something else already. Take it out there first."
        )
    if not _made_from(result, stack_of(first)):
        raise Refused(
            f"“{result.title}” was not made from “{source.title}”. Only an edit of a picture can "
            "become its version; this one stays beside it."
        )


def _made_from(asset: Asset, sources: AssetQuerySet) -> bool:
    """Whether one of `sources` is among what it was made from, over any number of steps."""
    wanted, seen = set(sources.values_list("pk", flat=True)), {asset.pk}
    found = set(asset.parents.values_list("pk", flat=True))
    while found - seen:
        if found & wanted:
            return True
        seen |= found
        found = set(Asset.objects.filter(children__in=found).values_list("pk", flat=True))
    return False


def rejoin(first: Asset, others: Iterable[tuple[Asset, int]], shown: Asset | None) -> None:
    """Puts what was a stack elsewhere behind `first` again, with the numbers that it had there; of
    a stack that was not here before `shown` is shown. What is in a stack already stays there, and
    so does what another one is shown for. A repeat changes nothing."""
    with transaction.atomic():
        first = _locked(first.version_of_id or first.pk)
        there = stack_of(first)
        was = there.exclude(pk=first.pk).exists()
        taken = set(there.values_list("version", flat=True))
        for asset, number in others:
            asset = Asset.objects.get(pk=asset.pk)
            if not _may_join(asset, first):
                continue
            number = number if number not in taken else max(taken) + 1
            taken.add(number)
            Asset.objects.filter(pk=asset.pk).update(version_of=first, version=number, stacked=True)
        live = stack_of(first).live()
        stands = live.filter(pk=shown.pk).first() if shown and not was else None
        stands = stands or live.filter(stacked=False).first() or live.last()
        if stands and live[1:]:
            _show(stands)


def _may_join(asset: Asset, first: Asset) -> bool:
    alone = not asset.version_of_id and not asset.versions.exists() and asset.pk != first.pk
    same = (asset.account_id, asset.client_id, asset.kind)
    return alone and not asset.trashed and same == (first.account_id, first.client_id, first.kind)


def show_version(asset: Asset) -> Asset:
    """Makes it the version that is shown; a repeat changes nothing. Raises Refused."""
    if asset.trashed:
        raise Refused(f"“{asset.title}” is in the trash. Restore it first.")
    with transaction.atomic():
        _locked(asset.version_of_id or asset.pk)
        return _show(asset)


def withdraw_version(asset: Asset, shown: Asset | None = None) -> Asset:
    """Takes it out of its stack again, where `shown` (or the newest that is left) stands then. It
    is an asset of its own as before. What is in no stack, or is its first, stays."""
    if not asset.version_of_id:
        return asset
    with transaction.atomic():
        first = _locked(asset.version_of_id)
        asset.version_of, asset.version, asset.stacked = None, 1, False
        asset.save(update_fields=["version_of", "version", "stacked", "updated"])
        left = stack_of(first).live()
        stands = left.filter(pk=shown.pk).first() if shown else None
        if stands := stands or left.last():
            _show(stands)
    return asset


def step_back(asset: Asset) -> None:
    """What is shown goes away: the newest version that is left stands for the thing."""
    if asset.stacked:
        return
    if left := stack_of(asset).live().exclude(pk=asset.pk).last():
        left.stacked = False
        left.save(update_fields=["stacked"])


def step_forward(asset: Asset) -> None:
    """What was shown when it went away is shown again."""
    if not asset.stacked:
        stack_of(asset).exclude(pk=asset.pk).update(stacked=True)


def keep_one_shown(ids: Iterable[UUID]) -> None:
    """What is live and hidden behind nothing is shown again: of its stack the newest."""
    for asset in Asset.objects.filter(pk__in=list(ids), stacked=True).live():
        live = stack_of(asset).live()
        if not live.filter(stacked=False).exists() and (newest := live.last()):
            Asset.objects.filter(pk=newest.pk).update(stacked=False)


def hand_over(asset: Asset) -> None:
    """The first version is deleted for good: the next one is the first, the numbers stay."""
    others = list(asset.versions.order_by("version", "created"))
    if not others:
        return
    first = others[0]
    asset.versions.exclude(pk=first.pk).update(version_of=first)
    Asset.objects.filter(pk=first.pk).update(version_of=None)


def _locked(pk: UUID) -> Asset:
    """The first of a stack, held until the transaction ends: two people who accept at the same
    time get two numbers."""
    Asset.objects.filter(pk=pk).update(version=F("version"))
    return Asset.objects.get(pk=pk)


def _show(asset: Asset) -> Asset:
    stack = stack_of(asset)
    stack.exclude(pk=asset.pk).filter(stacked=False).update(stacked=True)
    stack.filter(pk=asset.pk, stacked=True).update(stacked=False)
    asset.stacked = False
    return asset
