"""What is wrong with a step itself, whatever the rows say: told once, at the step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from billing.models import Account
from billing.scope import Scope
from studio.batches import steps
from studio.batches.library import Coming, Library, NoFile
from studio.batches.steps import Step
from studio.batches.wrong import Wrong
from studio.forms import OperationForm
from studio.models import Batch

NAMED_BY_ROWS = {"module", "operation", "model"}


@dataclass(frozen=True)
class StepProblem:
    """`name` is the param that the message is about; empty where it is none."""

    step: Step
    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.step.label}: {self.message}"


class _StepForm(OperationForm):
    """Checks settings without a row: of files only the kind, and nothing comes into the library.
    `needs` may not be left out; with `together` they say all there is."""

    def __init__(
        self,
        step: Step,
        params: Mapping[str, Any],
        account: Account,
        needs: Collection[str],
        *,
        together: bool,
    ) -> None:
        super().__init__(step.operation, step.offer, params, account=account, resolve=False)
        self.step, self.together = step, together
        for name, field in self.fields.items():
            field.required = name in needs

    def _check_together(self) -> None:
        wrong = self.operation.check(self._given()) if self.operation.check else None
        if self.together and wrong and wrong[0] != self.step.takes:
            self._refuse(wrong)

    def is_wrong(self, name: str) -> bool:
        """Whether it is so beside any other value."""
        field = self.fields.get(name)
        if field is None:
            return True
        try:
            field.clean(self.data.get(name))
        except forms.ValidationError:
            return True
        return False


def of_batch(batch: Batch) -> list[StepProblem]:
    """Of a draft. Raises Wrong when its steps cannot be read at all."""
    account = seen_by(batch)
    return find(account, steps.read(account, batch.steps), set(batch.mapping.values()), batch)


def words_of(batch: Batch) -> str:
    """Why none of its rows can be checked; empty when they can be."""
    try:
        return " ".join(map(str, of_batch(batch)))
    except Wrong as error:
        return error.message


def seen_by(batch: Batch) -> Account:
    """What is done for a client takes files of that client only."""
    account = batch.account
    if account.scope.is_everything and batch.client_id:
        return account.seen(Scope(batch.client_id))
    return account


def find(
    account: Account,
    chain: Sequence[Step],
    targets: Collection[str] | None = None,
    batch: Batch | None = None,
) -> list[StepProblem]:
    """`targets` are what the columns of the sheet say; without a sheet nothing is missing."""
    said = set(targets or ())
    found: list[StepProblem] = []
    for step in chain:
        if step.number == 1 and said & NAMED_BY_ROWS:
            continue  # each row has its own
        start = "" if step.number == 1 else f"{step.number}."
        by_rows = {name for name in steps.params_of(step) if f"{start}{name}" in said}
        # What the first step needs is what a row is about.
        found += _Look(account, step, by_rows, targets is not None and step.number > 1).at(batch)
    return found


@dataclass(frozen=True)
class _Look:
    """At one step. `by_rows` are the params that columns say; with `whole` nothing else is said."""

    account: Account
    step: Step
    by_rows: set[str]
    whole: bool

    def at(self, batch: Batch | None) -> list[StepProblem]:
        params = {n: v for n, v in self.step.params.items() if n not in self.by_rows}
        found = self._name_files(params, batch)
        needs = self._needs() - {problem.name for problem in found}
        together = self.whole and not self.by_rows
        form = _StepForm(self.step, params, self.account, needs, together=together)
        form.is_valid()
        for problem in form.problems():
            name = str(problem["field"] or "")
            # What is wrong only together with a column is for the rows to tell.
            if not self.by_rows or form.is_wrong(name):
                found.append(StepProblem(self.step, name, str(problem["message"])))
        return found

    def _needs(self) -> set[str]:
        params = steps.params_of(self.step).values() if self.whole else ()
        taken = self.by_rows | {self.step.takes}
        return {p.name for p in params if p.required and not p.measures} - taken

    def _name_files(self, params: dict[str, Any], batch: Batch | None) -> list[StepProblem]:
        """Put the files in the place of what names them."""
        files = [p for p in steps.params_of(self.step).values() if p.is_asset]
        named = {p.name: p for p in files if isinstance(params.get(p.name), str)}
        if not named:
            return []
        library, found = Library(self.account, batch), []
        library.learn(params[name] for name in named)
        for name, param in named.items():
            said = params.pop(name)
            try:
                params[name] = str(library.file(said).pk)
            except Coming:
                continue  # the rows wait for it
            except NoFile as error:
                found.append(StepProblem(self.step, name, f"{param.label}: {error}"))
        return found
