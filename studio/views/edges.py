"""The lines of a picture, as they would steer another one: shown and drawn over in the page."""

from __future__ import annotations

import tempfile
from pathlib import Path
from uuid import UUID

import cv2
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from assets import services as assets
from assets.models import Asset, AssetKind
from assets.views.guard import MemberRequest, member
from studio.engine import EngineError
from studio.engine.stills import edges, files
from studio.operations.control import EDGES

# The longer side in pixels; models that follow lines work on about a million pixels.
LONGEST = 1536


@require_safe
@member
def lines(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """A PNG of the picture's lines: ?manner= and ?detail= as the operation “edge-map” has them."""
    asset = get_object_or_404(Asset.objects.for_account(request.account), pk=pk)
    if asset.kind != AssetKind.IMAGE:
        raise Http404
    try:
        png = _drawn(asset, *_asked(request))
    except (EngineError, assets.Refused) as error:
        return JsonResponse({"message": str(error)}, status=422)
    response = HttpResponse(png, content_type="image/png")
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _asked(request: MemberRequest) -> tuple[str, int]:
    manner = request.GET.get("manner") or str(EDGES.param("manner").default)
    detail = request.GET.get("detail", "")
    known = detail.isascii() and detail.isdigit() and len(detail) < 4
    return manner, int(detail) if known else int(EDGES.param("detail").default)


def _drawn(asset: Asset, manner: str, detail: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="lines-", dir=settings.WORK_DIR) as folder:
        rgb = files.load_rgb(assets.local_copy(asset, Path(folder)))
    scale = min(1.0, LONGEST / max(rgb.shape[:2]))
    if scale < 1:
        size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
        rgb = files.as_pixels(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
    return files.encoded(edges.draw(rgb, manner, detail), "png")
