"""The way into the library for pages: a file, a sample picture or an address."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from assets import services
from assets.models import Asset, AssetKind, PartUpload, Status
from assets.views.guard import MemberRequest, wants_json, writer
from assets.views.toast import say
from studio import http, intake, jobs
from studio.operations.transform import IMAGE_TO_VIDEO
from studio.views.samples import SAMPLES, Sample


@require_POST
@writer
def upload(request: MemberRequest) -> HttpResponseBase:
    """Take `file`, `sample`, `url`, or the `upload` that came in parts; `kind` narrows what may
    come, `title` and `tags` (with commas) are for a file. JSON for scripts."""
    try:
        asset = _take(request)
    except services.Busy as error:
        return JsonResponse({"message": str(error)}, status=409)
    except (services.Refused, http.FetchRefused) as error:
        if wants_json(request):
            return JsonResponse({"message": str(error)}, status=422)
        messages.error(request, str(error))
        return redirect("library")
    if wants_json(request):
        return JsonResponse(described(asset) | twin_of(asset), status=201)
    twin = services.twin_of(asset)
    words = (
        f"{twin.words}, which was there before. Both are kept." if twin else "is in the library."
    )
    undo = reverse("asset-trash", args=[asset.pk]) if twin else ""
    say(request, f"“{asset.title}” {words}", undo=undo)
    return redirect("asset", asset.pk)


def described(asset: Asset) -> dict[str, object]:
    """What a page needs to show an asset that it did not draw itself."""
    return {
        "id": str(asset.pk),
        "kind": asset.kind,
        "title": asset.title,
        "url": reverse("asset", args=[asset.pk]),
        "thumbnail": reverse("asset-file", args=[asset.pk, "thumbnail"]),
        "poster": reverse("asset-file", args=[asset.pk, "poster"]),
        "width": asset.width,
        "height": asset.height,
        "duration": asset.duration,
    }


def twin_of(asset: Asset) -> dict[str, object]:
    """What a new asset equals, for a page: the words, and the address of the other."""
    twin = services.twin_of(asset)
    if twin is None:
        return {"twin": None}
    other = twin.asset
    told = {"title": other.title, "url": reverse("asset", args=[other.pk]), "exact": twin.exact}
    return {"twin": told | {"words": twin.words, "undo": reverse("asset-trash", args=[asset.pk])}}


def _take(request: MemberRequest) -> Asset:
    kind = request.POST.get("kind", "")
    kinds = (kind,) if kind in AssetKind.values else None
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        return _ingest(request, file, file.name or "upload", kinds)
    if pk := request.POST.get("upload", ""):
        return services.complete_upload(_upload(request, pk))
    if sample := SAMPLES.get(request.POST.get("sample", "")):
        return _sample(request, sample)
    if url := request.POST.get("url", "").strip():
        return intake.from_address(url, account=request.account, user=request.user, kinds=kinds)
    raise services.Refused("Nothing was sent. Choose a file, a sample or an https address.")


def _upload(request: MemberRequest, pk: str) -> PartUpload:
    """An upload of the account that has not expired; anybody else's is a 404."""
    try:
        wanted = UUID(pk)
    except ValueError:
        raise Http404 from None
    mine = PartUpload.objects.for_account(request.account.widest()).filter(
        expires__gt=timezone.now()
    )
    return get_object_or_404(mine, pk=wanted)


def _ingest(
    request: MemberRequest, source: UploadedFile[bytes], name: str, kinds: tuple[str, ...] | None
) -> Asset:
    return services.ingest(
        source,
        account=request.account,
        user=request.user,
        filename=name,
        kinds=kinds,
        title=request.POST.get("title", "").strip(),
        tags=tuple(filter(None, request.POST.get("tags", "").split(","))),
    )


def _sample(request: MemberRequest, sample: Sample) -> Asset:
    """An account has a sample once, however often and at the same time it is tried; out of the
    trash if need be. One whose file is lost stays as it is beside the new one."""
    origin = f"sample:{request.account.pk}:{sample.key}"
    had = list(Asset.objects.for_account(request.account).filter(origin=origin))
    if known := next((asset for asset in had if asset.status == Status.READY), None):
        return services.restore(known) if known.trashed else known
    path = finders.find(sample.path)
    if not isinstance(path, str):
        raise services.Refused(f"The sample “{sample.title}” is missing on this server.")
    asset = services.ingest(
        Path(path),
        account=request.account,
        filename=f"{sample.key}.jpg",
        kinds=("image",),
        user=request.user,
        title=sample.title,
        origin=origin,
        slot=1 + max((asset.slot for asset in had), default=-1),
        tags=("sample",),
    )
    return services.update(asset, alt=sample.alt)


@require_POST
@writer
def go_on(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The last frame of a video as what the next one begins with."""
    video = get_object_or_404(Asset.objects.for_account(request.account).live(), pk=pk)
    if video.kind != AssetKind.VIDEO:
        raise Http404
    try:
        frame = jobs.last_frame(video, request.user)
    except services.Refused as error:
        messages.error(request, str(error))
        return redirect("asset", video.pk)
    return redirect(
        f"{reverse('operation', args=['transform', IMAGE_TO_VIDEO.key])}?from={frame.pk}"
    )
