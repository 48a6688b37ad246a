"""What a new batch is made of: the table that a request brings, and what is done with its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from rest_framework.exceptions import ParseError

from assets.models import Asset
from billing.models import Account
from studio import batches
from studio.api.batches.base import telling
from studio.api.errors import Invalid, problem
from studio.api.parsers import JsonParser
from studio.batches import columns, limits, steps
from studio.batches.sheet import Row, Sheet, prompts, read
from studio.fields import listed, shown
from studio.models import BatchMapping, BatchTemplate

SOURCES = ("file", "rows", "prompts", "assets")
DOING = ("operation", "steps", "template")
# Fields of a form that are lists or objects, or numbers, in the JSON.
OBJECTS = ("params", "steps", "mapping")
NUMBERS = ("at_once", "stop_failures", "stop_units")
FILE = "file"
CHUNK = 500

Said = Mapping[str, Any]
Steps = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Source:
    """A table. `mapping` says what its columns are, where that is known; `digest` is by what the
    same file is known again."""

    sheet: Sheet
    mapping: dict[str, str] | None = None
    digest: str = ""
    name: str = ""
    kind: str = ""


def unfolded(form: QueryDict) -> dict[str, Any]:
    """The fields of a form in the shape of the JSON. An empty one was left out."""
    for name, values in form.lists():
        if len(values) > 1:
            words = f"“{shown(name)}” is given twice. Give it once."
            raise Invalid([problem(shown(name), None, words)])
    sent = {n: v for n, v in form.dict().items() if isinstance(v, UploadedFile) or v != ""}
    return {name: _plain(name, value) for name, value in sent.items()}


def _plain(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    is_object = name == "window" and value.lstrip().startswith("{")
    if name in OBJECTS or is_object:
        try:
            return JsonParser().parse(BytesIO(value.encode("utf-8", "surrogatepass")))
        except (ParseError, UnicodeDecodeError) as error:
            words = f"{name} is not good JSON. {error}"
            raise Invalid([problem(name, value, words)]) from None
    if name in NUMBERS and value.strip().isdecimal() and len(value) < 30:
        return int(value)
    return value


def one_of(said: Said, names: Sequence[str], what: str) -> str:
    """The one of these fields that is given. Raises Invalid."""
    given = [name for name in names if name in said]
    if len(given) > 1:
        words = f"“{given[0]}” and “{given[1]}” are both given. Give one of them."
        raise Invalid([problem(given[1], None, words)])
    if not given:
        raise Invalid([problem("", None, f"{what} Give {listed(tuple(names))}.")])
    return given[0]


# --- the table ----------------------------------------------------------------------------------


def source_of(said: Said) -> Source:
    """Raises Invalid."""
    kind = one_of(said, SOURCES, "Nothing says what the rows are.")
    with telling(kind):
        if kind == "file":
            return _file(said["file"])
        if kind == "prompts":
            return Source(prompts(said["prompts"]), kind=kind)
        if kind == "assets":
            rows = [Row(at, (str(pk),)) for at, pk in enumerate(said["assets"], start=1)]
            return Source(Sheet((FILE,), rows), kind=kind)
        return Source(sheet_of(said["rows"]), kind=kind)


def _file(file: UploadedFile[bytes]) -> Source:
    if (file.size or 0) > limits.MOST_BYTES:
        raise limits.too_large("The sheet", file.size or 0, limits.MOST_BYTES)
    data, name = file.read(), file.name or ""
    return Source(read(data, name), digest=batches.digest(data), name=name, kind="file")


def sheet_of(rows: Sequence[Any]) -> Sheet:
    """Objects as a table: one on each line, so that their numbers are those of the rows. Raises
    Refused."""
    if len(rows) > limits.MOST_ROWS:
        raise limits.too_many_rows(len(rows))
    if not rows:
        raise limits.Refused("There is no row. Give at least one, as an object.")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            words = f"Row {number} is “{shown(row)}”, which is no object."
            raise limits.Refused(f"{words} Give the cells by the names of their columns.")
    return read("\n".join(json.dumps(row) for row in rows).encode(), "rows.jsonl")


# --- what is done -------------------------------------------------------------------------------


def steps_of(said: Said, source: Source, account: Account) -> Steps:
    """What is done with each row. Raises Invalid."""
    given = [name for name in DOING if name in said]
    extra = [name for name in ("offer", "params") if name in said]
    if not given:
        return _named_in_rows(said, source)
    kind = one_of(said, DOING, "")
    if extra and kind != "operation":
        words = f"“{extra[0]}” is for an “operation”. A step of “{kind}” has its own; leave it out."
        raise Invalid([problem(extra[0], None, words)])
    if kind == "steps":
        return said["steps"]  # type: ignore[no-any-return]
    if kind == "template":
        mine = BatchTemplate.objects.for_account(account).filter(pk=said["template"])
        return _kept(mine.first(), "template", said["template"]).steps  # type: ignore[no-any-return]
    return [{name: said[name] for name in ("operation", "offer", "params") if name in said}]


def _named_in_rows(said: Said, source: Source) -> Steps:
    """The first operation that a row names, when each of them names one."""
    column = _column(said, source, "operation")
    if column is None:
        words = "Nothing says what is to be done with the rows. "
        raise Invalid([problem("operation", None, f"{words}Give {listed(DOING)}.")])
    at = source.sheet.columns.index(column)
    cells = [row.cells[at].strip() if at < len(row.cells) else "" for row in source.sheet.rows]
    if "" in cells:
        line = source.sheet.rows[cells.index("")].line
        words = (
            f"The row on line {line} names no operation. Name one in “{shown(column)}”, or give "
            "“operation” for the rows that name none."
        )
        raise Invalid([problem("operation", None, words)])
    more = {name: said[name] for name in ("offer", "params") if name in said}
    for cell in dict.fromkeys(cells):
        try:
            return [{"operation": steps.operation_of(cell, "").key, **more}]
        except batches.Wrong:
            continue
    return [{"operation": cells[0], **more}]


def _column(said: Said, source: Source, target: str) -> str | None:
    """The column that is the operation: as the mapping says, or as it is called."""
    mapping = said.get("mapping")
    if mapping is None:
        mapping = columns.guess(source.sheet.columns, columns.RESERVED)
    found = (c for c, t in mapping.items() if t == target and c in source.sheet.columns)
    return next(found, None)


def mapping_of(said: Said, source: Source, account: Account) -> dict[str, str] | None:
    """What is said of the columns; None when they are to be guessed. Raises Invalid."""
    if "saved_mapping" not in said:
        return said.get("mapping")
    if "mapping" in said:
        one_of(said, ("mapping", "saved_mapping"), "")
    mine = BatchMapping.objects.for_account(account).filter(pk=said["saved_mapping"])
    kept: Mapping[str, str] = _kept(mine.first(), "mapping", said["saved_mapping"]).mapping
    return {c: target for c, target in kept.items() if c in source.sheet.columns}


def _kept(found: Any, what: str, pk: UUID) -> Any:
    if found is None:
        field = "template" if what == "template" else "saved_mapping"
        raise Invalid([problem(field, pk, f"{field}: There is no {what} {pk}.")], 404)
    return found


# --- files of the library -----------------------------------------------------------------------


def files_mapping(account: Account, ids: Sequence[UUID], said_steps: Steps) -> dict[str, str]:
    """Which param of the first step takes these files. Raises Invalid and Wrong."""
    kinds = _kinds(account, ids)
    if len(kinds) > 1:
        words = f"These are files of several kinds: {listed(tuple(sorted(kinds)))}."
        words = f"{words.replace(' or ', ' and ')} Make a batch of each kind."
        raise Invalid([problem("assets", None, words)])
    (kind,) = kinds
    first = steps.read(account, said_steps)[0]
    files = [p for p in steps.params_of(first).values() if p.is_asset and p.kind != "mask"]
    files.sort(key=lambda p: not p.required)
    fitting = next((p for p in files if p.asset_kind == kind), None)
    if fitting is None:
        takes = listed(tuple(dict.fromkeys(p.asset_kind for p in files))) or "no file"
        words = f"{first.operation.label} takes {takes}, and these are {kind} files."
        raise Invalid([problem("assets", None, f"{words} Choose another operation.")])
    return {FILE: fitting.name}


def _kinds(account: Account, ids: Sequence[UUID]) -> set[str]:
    mine = Asset.objects.for_account(account).live()
    found: dict[UUID, str] = {}
    for start in range(0, len(ids), CHUNK):
        some = mine.filter(pk__in=ids[start : start + CHUNK])
        found |= dict(some.values_list("pk", "kind"))
    for pk in ids:
        if pk not in found:
            words = f"assets: There is no asset {pk} in your library. Give the id of another."
            raise Invalid([problem("assets", pk, words)], 404)
    return set(found.values())
