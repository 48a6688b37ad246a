"""What lies at providers already, by content: a picture is brought there once."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import timedelta

from django.utils import timezone

from assets.models import Asset
from studio import file_limits
from studio.cuts import Part
from studio.keys import Access
from studio.models import Upload
from studio.pump.errands import Brought
from studio.spec import FileLimits

# A link that ends while the provider reads it is no use.
MARGIN = timedelta(minutes=30)


def name_of(asset: Asset, limits: FileLimits | None, part: Part | None = None) -> str:
    """Stands for the content that is sent: the file itself, or what limits or a cut make of it."""
    if part:
        return hashlib.sha256(f"{asset.sha256} {part!r}".encode()).hexdigest()
    if limits is None or file_limits.fits(limits, asset):
        return asset.sha256
    return hashlib.sha256(f"{asset.sha256} {limits!r}".encode()).hexdigest()


def known(access: Access, name: str) -> str:
    """Its address there; empty when it has to be brought."""
    found = Upload.objects.filter(
        provider=access.provider.key,
        whose=access.print,
        sha256=name,
        expires__gt=timezone.now() + MARGIN,
    )
    return found.values_list("url", flat=True).first() or ""


def remember(news: Brought) -> None:
    expires = timezone.now() + timedelta(seconds=news.seconds)
    Upload.objects.update_or_create(
        provider=news.access.provider.key,
        whose=news.access.print,
        sha256=news.name,
        defaults={"url": news.url, "expires": expires},
    )


def forget(access: Access, names: Collection[str]) -> None:
    """They are to be brought anew: the provider may not have them any more."""
    mine = Upload.objects.filter(provider=access.provider.key, whose=access.print)
    mine.filter(sha256__in=names).delete()
