"""Files from an address that a person names, for forms and pages alike."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings

from assets import services as assets
from assets.models import Asset
from billing.models import Account, User
from studio import http


def from_address(
    address: str, *, account: Account, user: User | None, kinds: tuple[str, ...] | None
) -> Asset:
    """Fetch a file and take it into the library. Raises http.FetchRefused or assets.Refused."""
    Path(settings.WORK_DIR).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=settings.WORK_DIR) as folder:
        got = http.fetch(
            address,
            Path(folder) / "download",
            max_bytes=settings.UPLOAD_MAX_BYTES,
            allowed_hosts=settings.FETCH_ALLOWED_HOSTS,
        )
        name = Path(unquote(urlsplit(got.final_url).path)).name or "download"
        return assets.ingest(got.path, filename=name, account=account, user=user, kinds=kinds)
