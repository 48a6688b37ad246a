"""A batch before it begins: made from a sheet, and changed like one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction
from django.utils import timezone

from billing.models import Account, User
from billing.owned import check_own
from studio import catalogue, http
from studio.batches import columns, mixed, news
from studio.batches import steps as chain
from studio.batches.check import MODULE, OPERATION, check
from studio.batches.drafting import drafting
from studio.batches.limits import MOST_ROWS, too_many_rows
from studio.batches.table import Line, Table
from studio.batches.wrong import Wrong
from studio.fields import nearest, shown
from studio.models import (
    Batch,
    BatchFile,
    BatchMapping,
    BatchRow,
    BatchState,
    BatchTemplate,
    RowState,
)
from studio.spec import Param

K = TypeVar("K", BatchMapping, BatchTemplate)
CHUNK = 1_000
MOST_AT_ONCE = 50
MOST_NAME = 100
MOST_CELL = 20_000


def digest(data: bytes) -> str:
    """By which the same file is known again."""
    return hashlib.sha256(data).hexdigest()


def create(
    account: Account,
    user: User | None,
    title: str,
    sheet: Table,
    *,
    steps: Sequence[Mapping[str, Any]],
    mapping: Mapping[str, str] | None = None,
    source: str = "",
    source_name: str = "",
    client: UUID | None = None,
) -> Batch:
    """A draft with the rows of a sheet, not checked yet. Without a `mapping` it is guessed from the
    names of the columns. `source` is the digest of its file. Raises Wrong."""
    if len(sheet.rows) > MOST_ROWS:
        raise too_many_rows()
    found = chain.read(account, steps)
    batch = Batch(
        account=account,
        user=user,
        client_id=client or account.scope.client,
        title=_title(title or source_name or found[0].operation.label),
        columns=list(sheet.columns),
        steps=chain.kept(found),
        source=source,
        source_name=source_name[:200],
        notes=list(sheet.notes),
        zone=account.zone,
        at_once=settings.BATCH_AT_ONCE,
    )
    if mapping is None:
        mapping = columns.guess(batch.columns, targets(batch, mixed.params_of(sheet)))
        batch.notes += filter(None, [columns.unknown(batch.columns, mapping)])
    batch.mapping = _mapping(batch, mapping)
    if source and (earlier := _earlier(account, source)):
        batch.notes.append(
            f"The same file was brought before, on {earlier.created:%d %b %Y}: “{earlier.title}”."
        )
    with transaction.atomic():
        batch.save(force_insert=True)
        _append(batch, sheet.rows, 0)
    return batch


def _earlier(account: Account, source: str) -> Batch | None:
    mine = Batch.objects.for_account(account).filter(source=source)
    return mine.exclude(state=BatchState.DRAFT).first() or mine.first()


def _append(batch: Batch, rows: Sequence[Line], last: int) -> None:
    for start in range(0, len(rows), CHUNK):
        BatchRow.objects.bulk_create(
            BatchRow(
                batch=batch,
                number=last + start + at,
                line=row.line,
                cells=list(row.cells),
                unreadable=row.problem[:300],
            )
            for at, row in enumerate(rows[start : start + CHUNK], start=1)
        )


def _title(title: str) -> str:
    words = " ".join(title.split())
    if len(words) > 200:
        raise Wrong("title", f"The title has {len(words)} letters; the most is 200. Shorten it.")
    return words


# --- what the columns are, and what is done -----------------------------------------------------


# With `checks` False these leave the rows to check_some: a request may not take long.


def set_mapping(batch: Batch, mapping: Mapping[str, str], *, checks: bool = True) -> int:
    """Say which column is which param, and check all rows anew. How many were checked."""
    with drafting(batch):
        batch.mapping = _mapping(batch, mapping)
        _anew(batch, "mapping")
    return check(batch) if checks else 0


def targets(batch: Batch, more: Iterable[Param] = ()) -> tuple[columns.Target, ...]:
    """What a column may be: a param of the first step, or one `more`, a word about the row, or as
    “2.text” a param of a later step."""
    found = chain.read(batch.account, batch.steps)
    later = [
        columns.Target(f"{step.number}.{p.name}", f"{step.label}: {p.label}", p.kind)
        for step in found[1:]
        for p in chain.params_of(step).values()
        if p.name != step.takes and not p.measures
    ]
    return (*columns.targets_of([*chain.params_of(found[0]).values(), *more]), *later)


def every_target(
    batch: Batch, mapping: Mapping[str, str] | None = None
) -> tuple[columns.Target, ...]:
    """As targets, and where each row says its own operation the params of all others."""
    said = (batch.mapping if mapping is None else mapping).values()
    if not {MODULE, OPERATION} & set(said):
        return targets(batch)
    known = catalogue.operations().values()
    return targets(batch, (p for o in known if not o.elsewhere for p in o.params))


def _mapping(batch: Batch, mapping: Mapping[str, str]) -> dict[str, str]:
    taken: dict[str, str] = {}
    known = {target.name for target in every_target(batch, mapping)}
    for column, target in mapping.items():
        if column not in batch.columns:
            raise Wrong(column, f"There is no column “{shown(column)}” in this sheet.")
        if not isinstance(target, str):
            raise Wrong(column, f"“{shown(column)}” is “{shown(target)}”, which is no param.")
        if target and target not in known:
            words = f"“{shown(column)}” is “{shown(target)}”, which is no param here."
            raise Wrong(column, f"{words} Choose {nearest(tuple(known), target)}.")
        if target and target in taken.values():
            other = next(c for c, t in taken.items() if t == target)
            words = f"“{shown(other)}” and “{shown(column)}” are both “{shown(target)}”."
            raise Wrong(column, f"{words} Choose one.")
        if target:
            taken[column] = target
    return taken


def set_steps(
    batch: Batch,
    said: Sequence[Mapping[str, Any]],
    mapping: Mapping[str, str] | None = None,
    *,
    checks: bool = True,
) -> int:
    """Say what is done with each row, and check all of them anew. Without a `mapping` columns keep
    what they are where that is known of the new steps; others are guessed. How many were
    checked."""
    with drafting(batch):
        batch.steps = chain.kept(chain.read(batch.account, said))
        known = every_target(batch)
        names = {target.name for target in known}
        kept = {column: name for column, name in batch.mapping.items() if name in names}
        left = [column for column in batch.columns if column not in kept]
        free = [target for target in known if target.name not in kept.values()]
        guessed = kept | columns.guess(left, free)
        batch.mapping = guessed if mapping is None else _mapping(batch, mapping)
        _anew(batch, "steps", "mapping")
    return check(batch) if checks else 0


def recheck(batch: Batch, *, checks: bool = True) -> int:
    """Check all rows anew, with the library as it is now; addresses that failed are asked once
    more. How many were checked."""
    with drafting(batch):
        failed = BatchFile.objects.filter(batch=batch).exclude(problem="")
        failed.update(problem="", tries=0, next_at=timezone.now())
        _anew(batch)
    return check(batch) if checks else 0


def _anew(batch: Batch, *fields: str) -> None:
    if fields:
        batch.save(update_fields=list(fields))
    kept = BatchRow.objects.filter(batch=batch).exclude(state=RowState.SKIPPED)
    kept.update(state=RowState.NEW)


def set_options(batch: Batch, **said: Any) -> Batch:
    """How it runs and who is told: title, at_once, stop_failures, stop_units, email, webhook. Also
    while it runs. Raises Wrong."""
    for name in said:
        if name not in OPTIONS:
            words = f"“{shown(name)}” is no option. Choose {nearest(tuple(OPTIONS), name)}."
            raise Wrong(name, words)
    before = batch.webhook
    for name, value in said.items():
        setattr(batch, name, OPTIONS[name](value))
    is_new = batch.webhook != before
    if is_new and batch.webhook:
        _check_listener(batch.webhook)
    batch.save(update_fields=list(said))
    if is_new:
        news.call_again(batch)
    return batch


def _number(name: str, label: str, high: int, *, may_be_empty: bool = False) -> Any:
    def read(value: Any) -> int | None:
        if value in (None, "") and may_be_empty:
            return None
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not 1 <= value <= high:
            words = f"{label} is “{shown(value)}”. Give a whole number from 1 to {high:,}."
            raise Wrong(name, words)
        return int(value)

    return read


def _email(value: Any) -> str:
    text = str(value or "").strip()
    if text:
        try:
            EmailValidator()(text)
        except ValidationError:
            words = f"“{shown(text)}” is no e-mail address. Write it as name@example.com."
            raise Wrong("email", words) from None
    return text


def _webhook(value: Any) -> str:
    text = str(value or "").strip()
    if len(text) > 500:
        raise Wrong("webhook", f"The address has {len(text)} letters; the most is 500.")
    return text


def _check_listener(address: str) -> None:
    try:
        http.check_address(address, settings.FETCH_ALLOWED_HOSTS)
    except http.FetchRefused as error:
        raise Wrong("webhook", error.message) from None


OPTIONS: dict[str, Any] = {
    "title": lambda value: _title(str(value)),
    "at_once": _number("at_once", "At once", MOST_AT_ONCE),
    "stop_failures": _number("stop_failures", "Failures", MOST_ROWS, may_be_empty=True),
    "stop_units": _number("stop_units", "The limit of units", 2**62, may_be_empty=True),
    "email": _email,
    "webhook": _webhook,
}


# --- what is kept for other sheets --------------------------------------------------------------


def save_mapping(account: Account, name: str, mapping: Mapping[str, str]) -> BatchMapping:
    """Keep it under a name, in place of what had that name. Raises Wrong, and PermissionDenied
    for what is not theirs to replace."""
    found = _named(BatchMapping, account, name)
    found.mapping = {str(column): str(target) for column, target in mapping.items()}
    found.save()
    return found


def save_template(account: Account, name: str, steps: Sequence[Mapping[str, Any]]) -> BatchTemplate:
    """Keep steps under a name, in place of those that had it. Raises Wrong, and PermissionDenied
    for those that are not theirs to replace."""
    found = _named(BatchTemplate, account, name)
    found.steps = chain.kept(chain.read(account, steps))
    found.save()
    return found


def _named(model: type[K], account: Account, name: str) -> K:
    """What has that name already, or a new one."""
    words = _name(name)
    mine: Any = model._default_manager
    found: K | None = mine.for_account(account).filter(name=words).first()
    if found is None:
        return model(account=account, name=words)
    check_own(account, found)
    return found


def _name(name: str) -> str:
    words = " ".join(str(name).split())
    if not 1 <= len(words) <= MOST_NAME:
        raise Wrong("name", f"The name has {len(words)} letters. Give it 1 to {MOST_NAME}.")
    return words
