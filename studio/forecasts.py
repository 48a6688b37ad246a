"""What an offer can tell of its result before it is ordered, by a look into the files."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from assets import services as assets
from assets.models import Asset, Status
from studio.engine import EngineError
from studio.spec import Offer


def foreseen(offer: Offer, params: Mapping[str, Any], seen: Mapping[str, Asset]) -> list[str]:
    """Its lines; none where a file cannot be read, which the order itself will say."""
    ready = {name: asset for name, asset in seen.items() if asset.status == Status.READY}
    if offer.forecast is None or not ready:
        return []
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="forecast-", dir=settings.WORK_DIR) as folder:
        try:
            paths = {n: assets.local_copy(asset, Path(folder)) for n, asset in ready.items()}
            return list(offer.forecast(params, paths))
        except (EngineError, assets.Gone, OSError):
            return []
