"""Links between pages of the admin."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assets.models import Asset
from studio.models import Job


def link(page: str, row: Any, words: str) -> SafeString | str:
    """To the page of a row: its words alone where there is no such page, nothing without a row."""
    if row is None:
        return ""
    try:
        address = reverse(f"admin:{page}_change", args=[row.pk])
    except NoReverseMatch:
        return words
    return format_html('<a href="{}">{}</a>', address, words)


def asset_link(asset: Asset | None) -> SafeString | str:
    return link("assets_asset", asset, asset.title or str(asset.pk)) if asset else ""


def job_link(job: Job | None) -> SafeString | str:
    return link("studio_job", job, f"{job.get_state_display()}: {job.title}") if job else ""
