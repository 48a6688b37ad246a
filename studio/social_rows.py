"""The social formats that the studio brings along: put into the table where they are missing, each
time that the database is set up. What is there stays as operators left it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.apps import apps as installed

from studio.presets.social import FORMATS, PLATFORMS, Format


def fill(apps: Any = installed, using: str = "default", **_: Any) -> None:
    """Receives post_migrate. `apps` may be of a time before the table."""
    try:
        models = [apps.get_model("studio", name) for name in ("SocialPlatform", "SocialFormat")]
    except LookupError:
        return
    platforms, formats = (model._default_manager.using(using) for model in models)
    keys = set(platforms.values_list("key", flat=True))
    places = {key: place for place, key in enumerate(PLATFORMS, start=1)}
    platforms.bulk_create(
        models[0](key=key, name=name, order=places[key])
        for key, name in PLATFORMS.items()
        if key not in keys
    )
    there = set(formats.values_list("key", flat=True))
    ids = dict(platforms.values_list("key", "pk"))
    formats.bulk_create(
        models[1](platform_id=ids[row.platform], order=order, **_fields(row))
        for order, row in enumerate(FORMATS, start=1)
        if row.key not in there
    )


def _fields(row: Format) -> dict[str, Any]:
    told = asdict(row) | {"types": ", ".join(row.types), "media": row.media}
    del told["platform"]
    for side, percent in zip(("top", "bottom", "left", "right"), told.pop("safe"), strict=True):
        told[f"safe_{side}"] = percent
    return told
