"""The files of a board, for people with its link."""

from __future__ import annotations

import hashlib

from django.http import HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from assets.media import Refused
from assets.models import Board, BoardItem
from assets.services import Gone, boards, shared
from assets.services.files import Variant
from assets.services.usage import count
from assets.views import files
from assets.views.shares import HEADERS, Visit, outside, plays
from billing import audit_log

STILLS: dict[str, Variant] = {"thumbnail": "thumbnail", "poster": "poster"}
FILE_HEADERS = files.HEADERS | {
    # After the link is closed nothing comes out of a cache without a question.
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": HEADERS["X-Robots-Tag"],
    "Referrer-Policy": "no-referrer",
}


@require_safe
@outside
def file(request: Visit, key: str, variant: str) -> HttpResponseBase:
    """A still, `view` (what is played), or `download` where the board allows it."""
    found = boards.shown_items(request.board).filter(key=key).first()
    wanted = {*STILLS, "view", "download"}
    if found is None or variant not in wanted or not _may_have(request.board, found, variant):
        return _no_file("There is no such file.")
    mark = f"{key}:{variant}:{request.board.metadata}:{found.asset.sha256}"
    etag = f'"{hashlib.sha256(mark.encode()).hexdigest()[:32]}"'
    try:
        return _file(request, found, variant, etag)
    except Gone:
        return _no_file("There is no such file.")
    except Refused as error:
        return _no_file(str(error))


def _no_file(words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", "text/plain", 404)


def _may_have(board: Board, item: BoardItem, variant: str) -> bool:
    if variant == "view":
        return board.downloads or plays(item.asset) != "still"
    return variant != "download" or board.downloads


def _file(request: Visit, found: BoardItem, variant: str, etag: str) -> HttpResponseBase:
    headers = FILE_HEADERS | {"ETag": etag}
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    if variant in STILLS:
        data, format = shared.still(found.asset, STILLS[variant])
        return HttpResponse(data, format.mime, headers=headers)
    content, name, mime = shared.original(request.board, found.asset)
    if variant == "download" and files.is_beginning(request) and not request.member:
        count(found.asset_id, "downloads")
        title, board = found.asset.title, request.board
        audit_log.write(board.account, "sharing.downloaded", title, board=board.title)
    put = content_disposition_header(variant == "download", files.one_line(name))
    headers |= {"Content-Type": mime, "Content-Disposition": put or "attachment"}
    return files.send_file(request, content, content.size, headers)
