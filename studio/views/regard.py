"""What is seen in a picture, or in the still of a video: where each shape would be cut from it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from assets import services as assets
from assets.models import Asset, AssetKind
from assets.views.guard import MemberRequest, member
from studio.engine import EngineError, social
from studio.models import SocialFormat

KEPT = 24 * 3600  # seconds; a picture does not change
KEPT_THERE = 3600


@require_safe
@member
def regard(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The point that a person chose, faces and words, and the smart crop of every shape that there
    is a format of; all in parts of the picture: left, top, right, bottom."""
    asset = get_object_or_404(Asset.objects.for_account(request.account), pk=pk)
    if asset.kind not in (AssetKind.IMAGE, AssetKind.VIDEO):
        raise Http404
    shapes = sorted({row.shape for row in SocialFormat.objects.filter(shown=True)})
    key = f"regard:{asset.sha256}:{asset.poster.name}:{hash(tuple(shapes))}"
    try:
        seen = caches["local"].get(key) or _seen(asset, shapes)
    except (EngineError, assets.Refused) as error:
        return JsonResponse({"message": str(error)}, status=422)
    caches["local"].set(key, seen, KEPT)
    return JsonResponse({"focus": asset.focus, **seen})


def _seen(asset: Asset, shapes: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="regard-", dir=settings.WORK_DIR) as folder:
        seen = social.look(_still(asset, Path(folder)))
    boxes = social.boxes(seen, [float(shape) for shape in shapes])
    return {
        "faces": seen.faces,
        "texts": seen.texts,
        "boxes": dict(zip(shapes, boxes, strict=True)),
    }


def _still(asset: Asset, folder: Path) -> Path:
    """The picture itself, so that what is shown is cut as the file will be; a video's still."""
    if asset.kind == AssetKind.IMAGE:
        return assets.local_copy(asset, folder)
    return _poster(asset, folder)


def _poster(asset: Asset, folder: Path) -> Path:
    path = folder / "still"
    with assets.open_file(asset, "poster") as file:
        path.write_bytes(file.read())
    return path


@require_safe
@member
def fitted(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """All of a picture in a `shape` with a `fill` beside it, small, as the file will have it."""
    asset = get_object_or_404(Asset.objects.for_account(request.account), pk=pk)
    shape, fill = request.GET.get("shape", ""), request.GET.get("fill", "")
    shapes = {row.shape for row in SocialFormat.objects.filter(shown=True)}
    if asset.kind not in (AssetKind.IMAGE, AssetKind.VIDEO) or not asset.poster:
        raise Http404
    if shape not in shapes or fill not in ("blur", "extend"):
        raise Http404
    try:
        with tempfile.TemporaryDirectory(prefix="fitted-", dir=settings.WORK_DIR) as folder:
            drawn = social.preview(_poster(asset, Path(folder)), float(shape), fill)
    except (EngineError, assets.Refused) as error:
        return JsonResponse({"message": str(error)}, status=422)
    headers = {"Cache-Control": f"private, max-age={KEPT_THERE}"}
    return HttpResponse(drawn, content_type="image/jpeg", headers=headers)
