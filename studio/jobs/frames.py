"""The last frame of a video as a picture of the library."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings

from assets import services as assets
from assets.models import Asset
from billing.models import User
from studio.engine import EngineError
from studio.engine.film import extract


def last_frame(video: Asset, user: User | None) -> Asset:
    """The same picture every time. Raises assets.Refused where none can be had."""
    origin = f"frame:{video.pk}"
    if known := Asset.objects.for_account(video.account).live().filter(origin=origin).first():
        return known
    Path(settings.WORK_DIR).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="frame-", dir=settings.WORK_DIR) as folder:
        target = Path(folder) / "last-frame.png"
        try:
            extract.still(assets.local_copy(video, Path(folder)), target, at=None, format="png")
        except EngineError as error:
            raise assets.Refused(f"“{video.title}” has no last frame: {error}") from error
        found = assets.ingest(
            target,
            account=video.account,
            filename=target.name,
            limits=assets.result_limits(),
            user=user,
            title=f"{video.title[:180]} · last frame",
            origin=origin,
            module="film",
            parents=(video,),
            tags=("frame",),
        )
    if found.trashed:
        assets.restore(found)
    return found
