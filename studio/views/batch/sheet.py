"""The rows of a batch as a sheet: a page of them at a time, changed cell by cell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from assets.models import Asset
from assets.views.guard import MemberRequest, member, writer
from studio import batches
from studio.batches import steps, written
from studio.batches.columns import Target
from studio.batches.results import rows_at_work, word_of
from studio.batches.step_problems import StepProblem
from studio.batches.step_problems import of_batch as find_problems
from studio.models import Batch, BatchMapping, BatchRow, BatchState, RowState
from studio.spec import Param
from studio.views.batch.shown import ROWS, find, number, refused, says_no, to_page

PAGE = 50
RUNNING = ("wait", "loader-circle")
MOST_CELLS = 2_000  # of one paste
CUT = 300  # letters of a cell that are shown
SHOWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("All", tuple(RowState)),
    "wrong": ("Wrong", (RowState.WRONG,)),
    "ready": ("Ready", (RowState.READY,)),
    "coming": ("Wait for files", (RowState.COMING,)),
    "double": ("Made before", (RowState.READY,)),
    "skipped": ("Left out", (RowState.SKIPPED,)),
    "open": ("To do", (RowState.OPEN,)),
    "done": ("Done", (RowState.DONE,)),
    "failed": ("Failed", (RowState.FAILED,)),
    "canceled": ("Canceled", (RowState.CANCELED,)),
}


@dataclass(frozen=True)
class Column:
    """Of the sheet: what it is taken for, and what its cells may be where that is a list."""

    at: int
    name: str
    target: str
    choices: list[str]
    is_file: bool


@dataclass(frozen=True)
class Cell:
    at: int
    column: str
    text: str
    problems: list[str]
    asset: Asset | None = None

    @property
    def cut(self) -> str:
        return self.text[:CUT] + "…" if len(self.text) > CUT else self.text


@dataclass
class Line:
    """A row as the sheet shows it; `about` are problems of no cell."""

    row: BatchRow
    look: tuple[str, str]
    word: str
    cells: list[Cell]
    about: list[str] = field(default_factory=list)
    result: batches.Result | None = None
    assets: list[Asset] = field(default_factory=list)
    twin: str = ""

    @property
    def wrong(self) -> list[Cell]:
        """Its cells with a problem, which may be out of sight."""
        return [cell for cell in self.cells if cell.problems]


# --- what is shown ------------------------------------------------------------------------------


def columns_of(batch: Batch) -> list[Column]:
    spec = params_by_target(batch)
    found = []
    for at, name in enumerate(batch.columns):
        param = spec.get(batch.mapping.get(name, ""))
        choices = [param.label_of(c) for c in param.choices] if param else []
        if param and param.kind == "boolean":
            choices = ["yes", "no"]
        is_file = bool(param and param.is_asset)
        found.append(Column(at, name, batch.mapping.get(name, ""), choices, is_file))
    return found


def params_by_target(batch: Batch) -> dict[str, Param]:
    found: dict[str, Param] = {}
    try:
        chain = steps.read(batch.account, batch.steps)
    except batches.Wrong:  # its model is not offered any more; it is told at the step
        return {}
    for step in chain:
        start = "" if step.number == 1 else f"{step.number}."
        found |= {f"{start}{name}": param for name, param in steps.params_of(step).items()}
    return found


def step_problems(batch: Batch) -> tuple[list[StepProblem], str]:
    """What is wrong with the steps themselves, so that no row can be checked; and in words."""
    try:
        found = find_problems(batch)
    except batches.Wrong as error:
        return [], error.message
    return found, " ".join(map(str, found))


def chosen(batch: Batch, show: str) -> QuerySet[BatchRow]:
    mine = BatchRow.objects.filter(batch=batch).order_by("number")
    states = SHOWS[show][1]
    mine = mine.filter(state__in=states) if show else mine
    return mine.exclude(duplicate_of=None) if show == "double" else mine


def lines(batch: Batch, rows: Sequence[BatchRow], columns: Sequence[Column]) -> list[Line]:
    """With one query for each kind of thing."""
    files = _files(batch, rows, columns)
    begun = batch.state != BatchState.DRAFT
    at_work = rows_at_work(rows) if begun else set()
    results = {r.number: r for r in batches.of_rows(rows)} if begun else {}
    made = _made(batch, [pk for r in results.values() for pk in r.assets])
    return [
        Line(
            row=row,
            look=RUNNING if row.pk in at_work else ROWS[row.state],
            word=_word(row, row.pk in at_work),
            cells=[_cell(row, c, files) for c in columns],
            about=[p["message"] for p in row.problems if not p["column"]],
            result=results.get(row.number),
            assets=[made[p] for p in getattr(results.get(row.number), "assets", ()) if p in made],
            twin=str(row.duplicate_of_id or ""),
        )
        for row in rows
    ]


def _word(row: BatchRow, at_work: bool) -> str:
    is_open = row.state == RowState.OPEN
    return word_of(row, at_work).capitalize() if is_open else str(row.get_state_display())


def _cell(row: BatchRow, column: Column, files: dict[str, Asset]) -> Cell:
    text = str(row.cells[column.at]) if column.at < len(row.cells) else ""
    problems = [p["message"] for p in row.problems if p["column"] == column.name]
    asset = files.get(text.strip()) if column.is_file else None
    return Cell(column.at, column.name, text, problems, asset)


def _files(batch: Batch, rows: Sequence[BatchRow], columns: Sequence[Column]) -> dict[str, Asset]:
    """The assets that cells name by their id, for their pictures."""
    said = {
        str(row.cells[c.at]).strip()
        for c in columns
        if c.is_file
        for row in rows
        if c.at < len(row.cells)
    }
    return _made(batch, said)


def _made(batch: Batch, ids: Iterable[str]) -> dict[str, Asset]:
    wanted = []
    for text in ids:
        try:
            wanted.append(UUID(text))
        except ValueError:
            continue
    found = Asset.objects.for_account(batch.account).filter(pk__in=wanted)
    return {str(asset.pk): asset for asset in found} if wanted else {}


def context(request: MemberRequest, batch: Batch) -> dict[str, Any]:
    """Everything that studio/batch/sheet.html shows."""
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    columns = columns_of(batch)
    page = Paginator(chosen(batch, show).defer("work"), PAGE).get_page(request.GET.get("page"))
    return {
        "batch": batch,
        "draft": batch.state == BatchState.DRAFT,
        "columns": columns,
        "lines": lines(batch, list(page.object_list), columns),
        "page": page,
        "show": show,
        "mappings": BatchMapping.objects.for_account(request.account),
        "groups": target_groups(batch) if batch.state == BatchState.DRAFT else [],
        **pills(batch, show),
    }


def pills(batch: Batch, show: str) -> dict[str, Any]:
    """The filters with their numbers; those that find nothing are left out."""
    states = batches.counts(batch)
    states["open"] = states.pop("waiting", 0) + states.pop("running", 0)
    double = chosen(batch, "double").count() if batch.state == BatchState.DRAFT else 0
    many = {"": sum(states.values()), "double": double}
    found = [(key, label, many.get(key, states.get(key, 0))) for key, (label, _) in SHOWS.items()]
    return {"pills": [p for p in found if p[2] or p[0] in ("", show)], "show": show}


def target_groups(batch: Batch) -> list[tuple[str, list[Target]]]:
    """What a column may be, with what is most likely first."""
    try:
        found = batches.every_target(batch)
        first = {t.name for t in batches.targets(batch)}
    except batches.Wrong:
        return []
    plain = [t for t in found if t.kind != "reserved"]
    groups = [
        ("Parameters", [t for t in plain if t.name in first and "." not in t.name]),
        ("Later steps", [t for t in plain if "." in t.name]),
        ("Of other operations", [t for t in plain if t.name not in first]),
        ("About the row", [t for t in found if t.kind == "reserved"]),
    ]
    return [(label, some) for label, some in groups if some]


# --- answers ------------------------------------------------------------------------------------


@require_safe
@member
@says_no
def show(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """A page of the sheet alone."""
    return render(request, "studio/batch/sheet.html", context(request, find(request, pk)))


@require_POST
@writer
@says_no
def check(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Check some more rows; asked again by what it answers until all are."""
    batch = find(request, pk)
    wrong = step_problems(batch)[1]
    left = batches.counts(batch).get("new", 0) if wrong else batches.check_some(batch)
    total = BatchRow.objects.filter(batch=batch).count()
    context = {"batch": batch, "left": left, "checked": total - left, "total": total}
    context["wrong_steps"] = wrong
    response = render(request, "studio/batch/check.html", context)
    if not left:
        response.headers["HX-Trigger"] = '{"rows-changed": "", "sheet-changed": ""}'
    return response


@require_POST
@writer
@says_no
def cells(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Change cells: `changes` is a list of [row, column, text], of which each row is checked anew.
    Answers with those rows."""
    batch = find(request, pk)
    wanted = _changes(batch, request.POST.get("changes", ""))
    if isinstance(wanted, str):
        return refused(wanted)
    rows = [batches.edit_row(batch, at, some) for at, some in wanted.items()]
    columns = columns_of(batch)
    told = {"batch": batch, "draft": True, "columns": columns, "lines": lines(batch, rows, columns)}
    return render(request, "studio/batch/rows.html", told)


def _changes(batch: Batch, text: str) -> dict[int, dict[str, str]] | str:
    """{row: {column: text}}, or what is wrong with it."""
    words = "What was changed could not be read. Reload the page and try again."
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return words
    if not isinstance(said, list) or not said:
        return words
    if len(said) > MOST_CELLS:
        return f"These are {len(said):,} cells; the most at once is {MOST_CELLS:,}. Paste fewer."
    found: dict[int, dict[str, str]] = {}
    for one in said:
        if not isinstance(one, list) or len(one) != 3:
            return words
        row, column, cell = one
        sound = type(row) is int and type(column) is int and isinstance(cell, str)
        if not sound or not 0 <= column < len(batch.columns):
            return words
        found.setdefault(row, {})[batch.columns[column]] = cell
    return found


@require_POST
@writer
@says_no
def rows(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Leave rows out, take them in again, delete one, add one, check all of them anew: `do` says
    what, with the number of a row or with which rows."""
    batch = find(request, pk)
    verb, _, about = request.POST.get("do", "").partition(":")
    if verb == "add":
        batches.add_rows(batch, [{}])
    elif verb == "delete":
        batches.delete_row(batch, number(about))
    elif verb == "recheck":
        batches.recheck(batch, checks=False)
        return to_page(request, batch)
    elif verb in ("skip", "take"):
        batches.skip_rows(batch, _meant(batch, about), skipped=verb == "skip")
    else:
        return refused("That is not known here. Reload the page and try again.")
    response = HttpResponse(status=204)
    response.headers["HX-Trigger"] = '{"rows-changed": "", "sheet-changed": ""}'
    return response


def _meant(batch: Batch, about: str) -> list[int]:
    """The numbers of a row, or of all that are wrong, done before, the same as an earlier one."""
    if about.isdecimal():
        return [number(about)]
    mine = BatchRow.objects.filter(batch=batch).order_by("number")
    if about == "wrong":
        return list(mine.filter(state=RowState.WRONG).values_list("number", flat=True))
    ready = mine.filter(state=RowState.READY)
    if about == "double":
        return list(ready.exclude(duplicate_of=None).values_list("number", flat=True))
    seen: set[str] = set()
    found = []
    for at, mark in ready.values_list("number", "print"):
        if about == "repeated" and mark in seen:
            found.append(at)
        seen.add(mark)
    return found


@require_safe
@member
def bad(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The rows that are wrong or failed as a sheet to correct and bring again."""
    batch = find(request, pk)
    return download(written.bad_rows_csv(batch), batch, "bad rows")


def download(content: Iterable[bytes], batch: Batch, what: str) -> StreamingHttpResponse:
    """A CSV that is written while it is sent."""
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    plain = (
        "".join(c for c in batch.title if c.isprintable() and c not in '/\\"').strip() or "Batch"
    )
    name = f"{plain[:80]} - {what}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
