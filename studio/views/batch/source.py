"""A new batch: where its rows come from, and what is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from assets.models import Asset
from assets.search import BadFilter
from assets.services import Refused, bulk
from assets.views.bulk import ids_of
from assets.views.guard import MemberRequest, is_htmx, writer
from studio import batches, catalogue, sending
from studio.batches import sheet
from studio.batches.sheet import Row, Sheet
from studio.batches.step_problems import StepProblem
from studio.models import Batch
from studio.views.batch import chain
from studio.views.batch.shown import NO, go, words_of

THUMBS = 12
# So many rows are checked before the page comes; more are checked while it is looked at.
AT_ONCE = 200
SAMPLE = """title,prompt,palette
Harbor,A quiet harbor at dawn,sea
Market,The night market,ember
Ridge,First snow on the ridge,mono
Garden,A garden after the rain,forest
Dunes,Wind over the dunes,sandy
"""
# What is proposed for chosen files, by their kind.
PROPOSED = {"image": "upscale", "video": "compress-video"}


@dataclass(frozen=True)
class Source:
    """A sheet, the bytes of its file, and what that is called; of files of the library their
    kind."""

    sheet: Sheet
    data: bytes = b""
    name: str = ""
    kind: str = ""
    is_file: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@writer
def new(request: MemberRequest) -> HttpResponseBase:
    """The form; a POST makes a draft of it, or with `choose` fills it with files of the library."""
    given = request.POST if request.method == "POST" else request.GET
    if request.method == "POST" and "choose" not in given:
        return _make(request)
    problem, assets = "", []
    if given.get("ids") or given.get("filter"):
        try:
            assets = _chosen(request, given)
        except (Refused, BadFilter) as error:
            problem = str(error)
    first = {"operation": _proposed(request, assets), "offer": request.GET.get("offer", "")}
    return _page(request, [first], assets, problem=problem)


def _proposed(request: MemberRequest, assets: Sequence[Asset]) -> str:
    wanted = request.GET.get("operation", "")
    if wanted in catalogue.operations():
        return wanted
    return PROPOSED.get(assets[0].kind, chain.USUAL) if assets else chain.USUAL


def _page(
    request: MemberRequest,
    found: chain.Said,
    assets: Sequence[Asset] = (),
    status: int = 200,
    problems: Sequence[StepProblem] = (),
    **more: Any,
) -> HttpResponse:
    sample = "sample" in request.GET
    given = request.POST
    source = given.get("source") or ("library" if assets or request.GET.get("ids") else "sheet")
    context = {
        "source": source,
        "text": given.get("text") or (SAMPLE if sample else ""),
        "prompts": given.get("prompts", ""),
        "q": given.get("q", ""),
        "assets": assets[:THUMBS],
        "more": max(len(assets) - THUMBS, 0),
        "counted": sending.counted(assets) if assets else "",
        "ids": ",".join(str(asset.pk) for asset in assets),
        "sample": SAMPLE,
        "most": f"{sheet.MOST_ROWS:,}",
        **chain.context(request, found, problems),
        **more,
    }
    return render(request, "studio/batch/new.html", context, status=status)


# --- reading ------------------------------------------------------------------------------------


def _chosen(request: MemberRequest, given: QueryDict) -> list[Asset]:
    """The files that are meant, in the order in which they were named. Raises Refused and
    BadFilter."""
    account, most = request.account, sheet.MOST_ROWS
    if ids := ids_of(given):
        pks = bulk.chosen(account, ids=ids, most=most)
    else:
        query = given.get("filter")
        params = dict(parse_qsl(query.removeprefix("?"))) if query else {"q": given.get("q", "")}
        pks = bulk.chosen(account, params=params, most=most)
    rows: dict[Any, Asset] = {}
    for at in range(0, len(pks), 500):
        rows |= Asset.objects.for_account(account).in_bulk(pks[at : at + 500])
    found = sending.usable(rows[pk] for pk in pks if pk in rows)
    if not found:
        raise Refused(
            "None of these files can be worked on: they are gone, in the trash, or were not "
            "chosen at all. Choose some in the library and send them to a batch."
        )
    return found


def _read(request: MemberRequest) -> Source:
    """Raises Refused and BadFilter."""
    given, source = request.POST, request.POST.get("source", "sheet")
    if source == "prompts":
        text = given.get("prompts", "")
        return Source(sheet.prompts(text), text.encode(), "a list of prompts")
    if source == "library":
        if not given.get("ids") and not given.get("q", "").strip():
            raise Refused("No file is chosen. Say what the library is to be searched for.")
        return _of_files(_chosen(request, given))
    if source == "files":
        if not given.get("ids"):
            raise Refused("No file has come yet. Choose files or a folder, and wait for them.")
        return _of_files(_chosen(request, given))
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        if (file.size or 0) > sheet.MOST_BYTES:
            raise Refused(
                f"The file has {(file.size or 0) / 1024**2:,.1f} MB; the most is "
                f"{sheet.MOST_BYTES // 1024**2} MB. Divide it into several files."
            )
        data = file.read()
        return Source(sheet.read(data, file.name or ""), data, file.name or "Sheet", is_file=True)
    data = given.get("text", "").encode()
    if not data.strip():
        raise Refused("There is no sheet yet. Paste one, or choose a file.")
    return Source(sheet.read(data), data, "a pasted sheet")


def _of_files(assets: Sequence[Asset]) -> Source:
    """A row for each file."""
    kinds = {asset.kind for asset in assets}
    if len(kinds) > 1:
        raise Refused(
            f"There are {sending.counted(assets)}. A row takes files of one kind: choose those, or "
            "make a sheet in which each row says its operation."
        )
    (kind,) = kinds
    rows = [Row(at, (str(a.pk), a.title)) for at, a in enumerate(assets, start=1)]
    name = sending.counted(assets)
    return Source(Sheet((kind, "title"), rows), b"", name, kind)


# --- making -------------------------------------------------------------------------------------


def _make(request: MemberRequest) -> HttpResponseBase:
    found = chain.fitting(request.account, chain.said(request.POST))
    try:
        source = _read(request)
        found = chain.check(request.account, found)
        _check_kind(source, found)
        batch = _draft(request, source, found)
    except chain.Unsound as error:
        if is_htmx(request):
            return chain.unsound(request, found, error)
        return _page(request, found, status=422, problems=error.problems)
    except (*NO, Refused, BadFilter) as error:
        if is_htmx(request):
            context = {"problem": words_of(error)}
            return render(request, "studio/batch/problem.html", context, status=422)
        return _page(request, found, status=422, problem=words_of(error))
    return go(request, reverse("batch", args=[batch.pk]))


def _check_kind(source: Source, found: chain.Said) -> None:
    """Files for an operation that takes none would be wrong in every row."""
    operation = catalogue.operations()[found[0]["operation"]]
    offer = catalogue.all_offers()[found[0]["offer"]]
    takes = {p.asset_kind for p in offer.params(operation) if p.is_asset}
    if source.kind and source.kind not in takes:
        raise batches.Wrong(
            "steps",
            f"{operation.label} by {offer.label} takes no {source.kind}. Choose what else is to "
            "be done with the files.",
        )


def _draft(request: MemberRequest, source: Source, found: chain.Said) -> Batch:
    data, many = source.data, len(source.sheet.rows)
    label = catalogue.operations()[found[0]["operation"]].label
    usual = source.name if source.is_file else f"{label}, {many:,} row{'' if many == 1 else 's'}"
    batch = batches.create(
        request.account,
        request.user,
        request.POST.get("title", "").strip() or usual,
        source.sheet,
        steps=found,
        source=batches.digest(data) if data else "",
        source_name=source.name,
    )
    if many <= AT_ONCE:
        batches.check_some(batch)
    return batch
