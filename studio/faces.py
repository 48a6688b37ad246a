"""Faces in the library: counted by this computer after the files are in, for tags by rule."""

from __future__ import annotations

import logging

import numpy as np
from django.db.models import QuerySet
from PIL import Image

from assets.models import Asset, Look
from assets.services import Gone, hints
from assets.services.files import open_file
from studio.engine.stills import regard

log = logging.getLogger("zoetrope.jobs")


def are_waiting() -> bool:
    return _unknown().exists()


def count(limit: int) -> int:
    """Counts those in so many files of which it is not known, the newest first. Returns how many
    files were looked at."""
    ids = list(_unknown().order_by("-asset_id").values_list("asset_id", flat=True)[:limit])
    for asset in Asset.objects.select_related("account").filter(pk__in=ids):
        hints.faces_counted(asset, _seen(asset))
    return len(ids)


def _unknown() -> QuerySet[Look]:
    return Look.objects.filter(faces=None, asset__trashed=None)


def _seen(asset: Asset) -> int:
    """In its large still. What cannot be read shows nobody, and is not asked again."""
    try:
        with open_file(asset, "poster") as file, Image.open(file) as still:
            return len(regard.faces(np.asarray(still.convert("RGB"))))
    except (Gone, OSError) as error:
        log.warning("no face can be looked for in asset %s: %s", asset.pk, error)
        return 0
