"""Files leave here and nowhere else: only for their account, by ranges, and never as a document."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import PurePosixPath
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.handlers.asgi import ASGIRequest
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header, parse_etags
from django.views.decorators.http import require_safe

from assets.media import MIMES, TEXT_MIMES
from assets.models import Archive, Asset
from assets.services import Gone, count, open_file
from assets.services.files import Variant
from assets.views.guard import sign_in_first
from billing import access, clients
from billing.models import Account

_CHUNK = 256 * 1024
_VARIANTS: dict[str, Variant] = {
    "original": "original",
    "thumbnail": "thumbnail",
    "poster": "poster",
}
_STILLS = {".webp": "image/webp", ".jpg": "image/jpeg"}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    # What lies at an address never changes: another file is another asset.
    "Cache-Control": "private, max-age=31536000, immutable",
    "Accept-Ranges": "bytes",
}
_BEARER = {"WWW-Authenticate": 'Bearer realm="Zoetrope"'}


@require_safe
def serve(request: HttpRequest, pk: UUID, variant: str) -> HttpResponseBase:
    """The original, thumbnail or poster of an asset; `?download=1` to keep it.

    Somebody else's asset is a 404 like one that is not there. A range of bytes gives 206.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        key = access.find_key(secret.strip())
        if key is None:
            return HttpResponse("This API key is not known.\n", "text/plain", 401, headers=_BEARER)
        try:
            account: Account | None = access.open_with(key, _client_of(request))[0]
        except clients.NoClient as error:
            return HttpResponse(f"{error}\n", "text/plain", 400)
    elif not request.user.is_authenticated:
        return sign_in_first(request)
    else:
        account = getattr(request, "account", None)
    # The pictures of a page stay, whomever somebody works for in another window meanwhile.
    response = _answer(request, account and account.widest(), pk, variant)
    patch_vary_headers(response, ("Authorization", "Cookie"))
    return response


def _client_of(request: HttpRequest) -> str | None:
    return request.headers.get(access.CLIENT_HEADER)


def _answer(request: HttpRequest, account: Account | None, pk: UUID, name: str) -> HttpResponseBase:
    asset = Asset.objects.for_account(account).filter(pk=pk).first() if account else None
    response = send_asset(request, asset, name)
    is_kept = name == "original" and request.GET.get("download") and is_beginning(request)
    if asset and is_kept and response.status_code in (200, 206):
        count(asset.pk, "downloads")
    return response


def send_asset(request: HttpRequest, asset: Asset | None, name: str) -> HttpResponseBase:
    """A variant of an asset, to somebody who may have it: the caller has made sure."""
    variant = _VARIANTS.get(name)
    if asset is None or variant is None:
        return _missing()
    etag = f'"{asset.sha256[:32]}-{variant}"'
    if _matches(request.headers.get("If-None-Match", ""), etag):
        return HttpResponse(status=304, headers=HEADERS | {"ETag": etag})
    try:
        file = open_file(asset, variant)
    except Gone:
        return _missing()
    headers = HEADERS | {"ETag": etag} | _described(request, asset, variant, file)
    return send_file(request, file, file.size, headers)


def is_beginning(request: HttpRequest) -> bool:
    """The later pieces of one download do not count again."""
    return request.method == "GET" and request.headers.get("Range", "bytes=0-").startswith(
        "bytes=0-"
    )


def send_archive(request: HttpRequest, archive: Archive) -> HttpResponseBase:
    """A ZIP that is ready, to somebody who may have it: the caller has made sure."""
    try:
        file = default_storage.open(str(archive.file.name), "rb")
    except FileNotFoundError:
        return _missing()
    name = f"zoetrope-{archive.created:%Y-%m-%d}-{archive.count}-files.zip"
    disposition = content_disposition_header(True, name) or "attachment"
    headers = HEADERS | {
        "ETag": f'"{archive.pk.hex}-{archive.fence}"',
        "Content-Type": "application/zip",
        "Content-Disposition": disposition,
        "Cache-Control": "private, no-store",
    }
    return send_file(request, file, file.size, headers)


def _missing() -> HttpResponse:
    """The same for what is not there and for what is somebody else's."""
    return HttpResponse("There is no such file.\n", "text/plain", 404)


def _described(
    request: HttpRequest, asset: Asset, variant: Variant, file: File[bytes]
) -> dict[str, str]:
    suffix = PurePosixPath(file.name or "").suffix
    mime = asset.mime if variant == "original" else _STILLS.get(suffix, "")
    name = asset.filename
    if variant != "original":
        name = f"{PurePosixPath(name).stem}-{variant}{suffix}"
    keep = bool(request.GET.get("download")) or mime not in MIMES | TEXT_MIMES
    return {
        "Content-Type": _typed(mime),
        "Content-Disposition": content_disposition_header(keep, one_line(name)) or "attachment",
    }


def _typed(mime: str) -> str:
    """What the browser is told: of a text never more than that it is one, so nothing of it can
    run. The mark of UTF-16 at its beginning counts more than the charset."""
    if mime in TEXT_MIMES:
        return "text/plain; charset=utf-8"
    return mime if mime in MIMES else "application/octet-stream"


def one_line(name: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "_", name)


def send_file(
    request: HttpRequest, file: File[bytes], size: int, headers: dict[str, str]
) -> HttpResponseBase:
    """The whole file, the range that was asked for, or the news that there is no such range. The
    headers have an ETag."""
    span, status = _wanted(request, size, headers["ETag"]), 206
    if span is None:
        span, status = range(size), 200
    elif not span:
        file.close()
        return HttpResponse(status=416, headers=HEADERS | {"Content-Range": f"bytes */{size}"})
    else:
        headers |= {"Content-Range": f"bytes {span.start}-{span.stop - 1}/{size}"}
    headers |= {"Content-Length": str(len(span))}
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=status, headers=headers)
    file.seek(span.start)
    stream = _stream_async if isinstance(request, ASGIRequest) else _stream
    return StreamingHttpResponse(stream(file, len(span)), status=status, headers=headers)


def _wanted(request: HttpRequest, size: int, etag: str) -> range | None:
    """The bytes that were asked for, none of them when they lie outside the file; None when no
    single range was asked for, or one of another version."""
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if not found or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _matches(header: str, etag: str) -> bool:
    known = [tag.removeprefix("W/") for tag in parse_etags(header)]
    return etag in known or "*" in known


def _stream(file: File[bytes], left: int) -> Iterator[bytes]:
    with file:
        while left and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk


async def _stream_async(file: File[bytes], left: int) -> AsyncIterator[bytes]:
    """The same for an event loop; a plain iterator would be read into memory as a whole."""
    chunks = _stream(file, left)
    try:
        while chunk := await asyncio.to_thread(next, chunks, b""):
            yield chunk
    finally:
        file.close()
