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
from studio.batches import limits, mixed, steps
from studio.batches.sheet import Sheet, prompts, read
from studio.fields import listed, shown
from studio.models import BatchMapping, BatchTemplate

SOURCES = ("file", "rows", "prompts", "assets")
DOING = ("operation", "steps", "template")
# Fields of a form that are lists or objects, or numbers, in the JSON.
OBJECTS = ("params", "steps", "mapping")
NUMBERS = ("at_once", "stop_failures", "stop_units")
CHUNK = 500

Said = Mapping[str, Any]
Steps = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Source:
    """A table. `mapping` says what its columns are, where that is known; `digest` is by what the
    same file is known again, `makes` what kind the files are that it lists."""

    sheet: Sheet
    mapping: dict[str, str] | None = None
    digest: str = ""
    name: str = ""
    kind: str = ""
    makes: str = ""


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


def source_of(said: Said, account: Account) -> Source:
    """Raises Invalid."""
    kind = one_of(said, SOURCES, "Nothing says what the rows are.")
    with telling(kind):
        if kind == "file":
            return _file(said["file"])
        if kind == "prompts":
            return Source(prompts(said["prompts"]), kind=kind)
        if kind == "assets":
            return _files(account, said["assets"])
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
    try:
        operation = mixed.usual(source.sheet, said.get("mapping"))
    except batches.Wrong as error:
        words = f"{error.message.removesuffix('.')}: give {listed(DOING)}."
        raise Invalid([problem("operation", None, words)]) from None
    more = {name: said[name] for name in ("offer", "params") if name in said}
    return [{"operation": operation, **more}]


def mapping_of(
    said: Said, source: Source, account: Account, said_steps: Steps
) -> dict[str, str] | None:
    """What the columns are; None when that is to be guessed. Raises Invalid and Wrong."""
    if "mapping" in said and "saved_mapping" not in said:
        return said["mapping"]  # type: ignore[no-any-return]
    if "saved_mapping" not in said:
        if source.kind == "assets":
            return files_mapping(account, source, said_steps)
        return None
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


def _files(account: Account, ids: Sequence[UUID]) -> Source:
    mine = Asset.objects.for_account(account).live().only("pk", "filename", "kind", "account")
    found: dict[UUID, Asset] = {}
    for start in range(0, len(ids), CHUNK):
        found |= {asset.pk: asset for asset in mine.filter(pk__in=ids[start : start + CHUNK])}
    for pk in ids:
        if pk not in found:
            words = f"assets: There is no asset {pk} in your library. Give the id of another."
            raise Invalid([problem("assets", pk, words)], 404)
    kinds = sorted({str(asset.kind) for asset in found.values()})
    if len(kinds) > 1:
        words = f"These are files of several kinds: {listed(tuple(kinds)).replace(' or ', ' and ')}"
        raise Invalid([problem("assets", None, f"{words}. Make a batch of each kind.")])
    sheet = batches.of_files([found[pk] for pk in ids])
    return Source(sheet, kind="assets", makes=kinds[0])


def files_mapping(account: Account, source: Source, said_steps: Steps) -> dict[str, str]:
    """Which param of the first step takes these files. Raises Wrong."""
    first = steps.read(account, said_steps)[0]
    files = [p for p in steps.params_of(first).values() if p.is_asset and p.kind != "mask"]
    files.sort(key=lambda p: not p.required)
    fitting = next((p for p in files if p.asset_kind == source.makes), None)
    if fitting is None:
        takes = listed(tuple(dict.fromkeys(p.asset_kind for p in files))) or "no file"
        words = f"{first.operation.label} takes {takes}, and these are {source.makes} files."
        raise batches.Wrong("assets", f"{words} Choose another operation.")
    return {source.sheet.columns[0]: fitting.name}
