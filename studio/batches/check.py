"""Checking rows: what each of them is to be, by the form of a single job, and what it costs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assets import services as assets
from assets.models import Asset
from studio import jobs, keys
from studio.batches import cells_said, step_problems, steps
from studio.batches.drafting import drafting
from studio.batches.library import Coming, Library, NoFile
from studio.batches.rowform import Maker, RowForm
from studio.batches.steps import Step
from studio.batches.wrong import Wrong, settled
from studio.fields import shown
from studio.jobs import Doer
from studio.models import Batch, BatchRow, BatchState, Job, RowState, State
from studio.spec import Param

CHUNK = 500
MOST_JOBS = 100
"""Of one row: a pack of pictures with steps behind it grows fast."""
# What a column may be besides a param.
MODULE, OPERATION, MODEL, TITLE, ROW = "module", "operation", "model", "title", "row"
RESERVED = (MODULE, OPERATION, MODEL, TITLE, ROW)
WRITTEN = [
    "state",
    "offer",
    "title",
    "work",
    "costs",
    "problems",
    "notes",
    "quote",
    "most",
    "print",
    "duplicate_of",
    "error",
    "cost",
    "ended",
]
Problem = dict[str, Any]


def check(batch: Batch, rows: Sequence[BatchRow] | None = None) -> int:
    """Check the rows that were not checked, or these. How many were: none while a step itself is
    wrong, which no row can mend. Raises NotNow."""
    if batch.state != BatchState.DRAFT:
        raise settled(batch)
    checker = Checker(batch)
    if step_problems.of_batch(batch):
        return 0
    done = 0
    with keys.seen_once():
        for some in _chunks(batch) if rows is None else [rows]:
            checker.check(some)
            done += len(some)
    return done


def check_some(batch: Batch, most: int = CHUNK) -> int:
    """Check the next rows that were not checked, so that no request takes long. How many are left.
    Raises NotNow."""
    new = BatchRow.objects.filter(batch=batch, state=RowState.NEW)
    check(batch, list(new.order_by("number")[:most]))
    return new.count()


def _chunks(batch: Batch) -> Iterator[list[BatchRow]]:
    after = 0
    while True:
        mine = BatchRow.objects.filter(batch=batch, state=RowState.NEW, number__gt=after)
        some = list(mine.order_by("number")[:CHUNK])
        if not some:
            return
        yield some
        after = some[-1].number


@dataclass
class Said:
    """What a row says, before it is checked: the steps, and for each the params."""

    steps: list[Step]
    params: list[dict[str, Any]]
    title: str = ""
    problems: list[Problem] = field(default_factory=list)


class Checker:
    """Checks the rows of one batch. Raises Wrong when nothing of it can be checked."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.account = account = step_problems.seen_by(batch)
        try:
            assets.check_disk()
        except assets.NoRoom as error:
            raise Wrong("", str(error)) from error
        self.library = Library(account, batch)
        self.maker = Maker(account, batch.user, self.library, batch.client_id)
        self.steps = steps.read(account, batch.steps)
        self.columns = {name: at for at, name in enumerate(batch.columns)}
        self.by_target = {target: column for column, target in batch.mapping.items()}
        self._firsts: dict[tuple[str, str, str], Step | Wrong] = {}
        self._specs: dict[tuple[str, str], dict[str, Param]] = {}

    def check(self, rows: Sequence[BatchRow]) -> None:
        before = {row.pk: (row.state, row.cells) for row in rows}
        self.library.forget()
        said = [self.said(row) for row in rows]
        self.learn(said)
        for row, its in zip(rows, said, strict=True):
            self.fill(row, its)
        self._find_duplicates(rows)
        with drafting(self.batch) as now:
            if (now.mapping, now.steps) != (self.batch.mapping, self.batch.steps):
                return  # who changed that checks all of them
            # Files may take long to look at: what was edited or taken out meanwhile stays so.
            mine = BatchRow.objects.filter(pk__in=before).values_list("pk", "state", "cells")
            same = {pk for pk, *read in mine if tuple(read) == before[pk]}
            BatchRow.objects.bulk_create(
                [row for row in rows if row.pk in same],
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=WRITTEN,
            )

    # --- what is said ---------------------------------------------------------------------------

    def cell(self, row: BatchRow, target: str) -> str:
        at = self.columns.get(self.by_target.get(target, ""))
        return str(row.cells[at]).strip() if at is not None and at < len(row.cells) else ""

    def said(self, row: BatchRow) -> Said:
        problems: list[Problem] = []
        if row.unreadable:
            problems.append({"column": "", "message": row.unreadable})
        first = self._first(*(self.cell(row, name) for name in (MODULE, OPERATION, MODEL)))
        if isinstance(first, Wrong):
            column = self.by_target.get(first.field, "")
            problems.append({"column": column, "message": first.message})
            return Said([], [], problems=problems)
        chain = self._chain(first, problems)
        its = Said(chain, [dict(s.params) for s in chain], self.cell(row, TITLE), problems)
        for target in self.by_target:
            if target not in RESERVED and (text := self.cell(row, target)):
                self._take(its, target, text)
        return its

    def _first(self, module: str, operation: str, model: str) -> Step | Wrong:
        """The first step as a row has it."""
        key = (module, operation, model)
        if key not in self._firsts:
            try:
                self._firsts[key] = self._named(module, operation, model)
            except Wrong as error:
                self._firsts[key] = error
        return self._firsts[key]

    def _named(self, module: str, operation: str, model: str) -> Step:
        usual = self.steps[0]
        if operation:
            its = steps.operation_of(operation, "Operation")
        elif module and module.casefold() != usual.operation.module:
            its = steps.first_of(module)
        else:
            its = usual.operation
        if its.key == usual.operation.key and not model:
            return usual
        same = its.key == usual.operation.key
        offer = (
            usual.offer if same and not model else steps.offer_of(self.account, its, model, "Model")
        )
        spec = {p.name for p in offer.params(its)}
        return Step(1, its, offer, {n: v for n, v in usual.params.items() if n in spec})

    def _chain(self, first: Step, problems: list[Problem]) -> list[Step]:
        if len(self.steps) > 1 and first.operation.key != self.steps[0].operation.key:
            second = self.steps[1]
            try:
                steps.chained(second.operation, second.offer, first.operation, None, "Step 2")
            except Wrong as error:
                column = self.by_target.get(OPERATION, "")
                problems.append({"column": column, "message": error.message})
        return [first, *self.steps[1:]]

    def _take(self, its: Said, target: str, text: str) -> None:
        number, _, name = target.rpartition(".")
        at = int(number) - 1 if number.isdecimal() else 0
        column = self.by_target[target]
        step = its.steps[at] if at < len(its.steps) else None
        param = self.spec(step).get(name) if step else None
        if step is None or param is None:
            label = step.offer.label if step else f"step {number}"
            words = f"“{shown(name)}” is not a parameter of {label}. Leave the cell empty."
            its.problems.append({"column": column, "message": words})
            return
        try:
            its.params[at][name] = cells_said.read(param, text)
        except cells_said.Unclear as error:
            its.problems.append({"column": column, "message": str(error)})

    def spec(self, step: Step) -> dict[str, Param]:
        key = (step.operation.key, step.offer.key)
        if key not in self._specs:
            self._specs[key] = steps.params_of(step)
        return self._specs[key]

    def learn(self, said: Sequence[Said]) -> None:
        """Read the files of some rows with few queries."""
        self.library.learn(self._files(said))

    def _files(self, said: Sequence[Said]) -> Iterator[str]:
        for its in said:
            for step, params in zip(its.steps, its.params, strict=True):
                spec = self.spec(step)
                for name, value in params.items():
                    if name in spec and spec[name].is_asset and isinstance(value, str):
                        yield value

    # --- what comes of it -----------------------------------------------------------------------

    def fill(self, row: BatchRow, its: Said) -> None:
        """Write into the row what came of it."""
        row.work, row.notes, row.problems = [], [], its.problems
        row.quote, row.most, row.print, row.duplicate_of_id = 0, 0, "", None
        row.offer = its.steps[0].offer.key if its.steps else ""
        row.title = its.title[:200]
        count, print_ = 1, ""
        for step, params in zip(its.steps, its.params, strict=True):
            work = self._work(row, step, params, count, print_)
            if work is None or row.problems:
                continue
            row.work.append(work)
            row.quote += work["quote"] * count
            row.most += work["most"] * count
            count, print_ = count * work["makes"], work["print"]
        if not row.problems and sum(w["count"] for w in row.work) > MOST_JOBS:
            words = f"The steps of this row make more than {MOST_JOBS} jobs. Choose fewer formats."
            row.problems.append({"column": "", "message": words})
        row.print = print_
        if row.work:  # who does it first, where the model is chosen automatically
            row.offer = row.work[0]["doers"][0]["offer"]
        row.state = self._state(row)
        if row.problems:
            row.work, row.quote, row.most, row.print = [], 0, 0, ""
        row.costs = _costs(row.work)

    @staticmethod
    def _state(row: BatchRow) -> str:
        if not row.problems:
            return RowState.READY
        return RowState.COMING if all(p.get("waits") for p in row.problems) else RowState.WRONG

    def _work(
        self, row: BatchRow, step: Step, params: Mapping[str, Any], count: int, before: str
    ) -> dict[str, Any] | None:
        said = self._with_files(row, step, params)
        if said is None:
            return None
        form = self.maker.form(step, said)
        if not form.is_valid():
            row.problems += [self._problem(step, p) for p in form.problems()]
            return None
        wanted = form.wanted[0]
        its = jobs.terms_of(wanted, self.account)
        if not row.title:
            row.title = wanted.title[:200]
        row.notes += [n for d in wanted.doers[:1] for n in d.notes if n not in row.notes]
        first = step.number <= 1
        return {
            "operation": step.operation.key,
            "takes": step.takes,
            "doers": [
                {"offer": d.offer.key, "params": dict(d.params), "notes": list(d.notes)}
                for d in wanted.doers
            ],
            "title": row.title if first else f"{row.title[:150]} · {step.operation.label}"[:200],
            "count": count,
            "makes": steps.makes(step.operation, wanted.doers[0].params),
            "quote": its.price.amount,
            "most": its.most,
            "words": its.price.words,
            "client": str(form.client) if form.client else None,
            "print": self._print(step, form, wanted.doers[0], before),
        }

    def _print(self, step: Step, form: RowForm, doer: Doer, before: str) -> str:
        files = [v for v in form.cleaned_data.values() if isinstance(v, Asset)]
        content = {str(asset.pk): asset.sha256 for asset in files}
        mine = jobs.digest([(step.operation, doer)], content)
        return hashlib.sha256(f"{before} {mine}".encode()).hexdigest() if before else mine

    def _with_files(
        self, row: BatchRow, step: Step, params: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The params with the files that they name; None where one is not there."""
        said, spec, whole = dict(params), self.spec(step), True
        for name, value in params.items():
            param = spec.get(name)
            if param is None or not param.is_asset or not isinstance(value, str):
                continue
            try:
                said[name] = self.library.file(value)
            except NoFile as error:
                whole = False
                problem = {
                    "column": self._column(step, name),
                    "message": f"{param.label}: {error}",
                }
                row.problems.append(
                    problem | ({"waits": True} if isinstance(error, Coming) else {})
                )
        return said if whole else None

    def _column(self, step: Step, name: str) -> str:
        own = self.by_target.get(f"{step.number}.{name}", "")
        return own or (self.by_target.get(name, "") if step.number <= 1 else "")

    def _problem(self, step: Step, problem: Mapping[str, Any]) -> Problem:
        message = str(problem["message"])
        if len(self.steps) > 1:
            message = f"{step.label}: {message}"
        return {"column": self._column(step, str(problem["field"] or "")), "message": message}

    def _find_duplicates(self, rows: Sequence[BatchRow]) -> None:
        prints = {row.print for row in rows if row.print}
        done = Job.objects.for_account(self.account).filter(
            fingerprint__in=prints, state=State.SUCCEEDED
        )
        found = dict(done.order_by("created").values_list("fingerprint", "pk"))
        for row in rows:
            row.duplicate_of_id = found.get(row.print)


def _costs(work: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Of a row by the model that does it first: jobs, price, and what is held."""
    found: dict[str, list[Any]] = {}
    for one in work:
        offer, count = one["doers"][0]["offer"], one["count"]
        its = found.setdefault(offer, [offer, 0, 0, 0])
        its[1:] = its[1] + count, its[2] + one["quote"] * count, its[3] + one["most"] * count
    return sorted(found.values())
