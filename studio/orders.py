"""A checked request as an order: for one result or several, by one model or the cheapest that can.

OperationForm   what one result is to be
OrderForm       how many, a grid of values, and who: Wanted results for jobs.create_run
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

from assets.models import Asset
from assets.services import Refused
from billing.purpose import Asked
from studio import catalogue, grids, jobs, keys
from studio.fields import nearest, shown
from studio.forecasts import foreseen
from studio.forms import OperationForm
from studio.jobs import Doer, Terms, Wanted
from studio.jobs.money import asked
from studio.models import Job
from studio.providers.automatic import KEY as AUTOMATIC
from studio.spec import Offer, Operation, Param

MOST = 24  # results of one press
GRID_PARAMS = 2
Grid = Mapping[str, list[Any]]


class OrderForm(OperationForm):
    """`count` results of the same, each with another seed, and of each cell of `grid` ({param:
    values}, two at most). After `is_valid()`: `wanted` is ready for jobs.create_run, `terms` is
    what all of it costs."""

    def __init__(self, *args: Any, count: Any = 1, grid: Grid | None = None, **kwargs: Any) -> None:
        self.count, self.grid = count, dict(grid or {})
        self.wanted: list[Wanted] = []
        # Whom it is for, where that is not said by the account or its files.
        self.client: UUID | None = None
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not (self.errors or self.resolve or self.grid):
            self.notes += foreseen(self.offer, self.params, self.seen)
        if not self.errors:
            self._check_number()
        if not self.errors:
            self.wanted = list(self._all_wanted())
            self._check_client()
        if self.errors:
            self.forget_uploads()
        return cleaned

    def _check_client(self) -> None:
        if self.errors or self.account is None:
            return
        try:
            files = jobs.files_of(self.operation, self.wanted)
            jobs.client_of(self.account, files, self.client)
        except Refused as error:
            self._problem(None, str(error))

    @property
    def terms(self) -> Terms:
        return jobs.together([jobs.terms_of(one, self.account) for one in self.wanted])

    @property
    def asked(self) -> list[Asked]:
        """What it would hold, and for what."""
        assert self.account
        each = [jobs.terms_of(one, self.account) for one in self.wanted]
        return asked(self.account, self.user, self.operation, self.wanted, each, self.client)

    @property
    def chosen(self) -> Offer:
        """Who does it first."""
        return self.wanted[0].doers[0].offer

    # --- how many ------------------------------------------------------------------------------

    def _check_number(self) -> None:
        most = self.operation.most
        try:
            count = int(str(self.count))
        except ValueError:
            count = 0
        if not 1 <= count <= most:
            words = (
                f"Count is {shown(self.count)}. {self.operation.label} makes 1 to {most} at once."
            )
            self._problem(None, words, about="count", value=self.count)
            return
        self.count = count
        if len(self.grid) > GRID_PARAMS:
            words = f"The grid has {len(self.grid)} parameters; the most is {GRID_PARAMS}."
            self._problem(None, words, about="grid", value=", ".join(self.grid))
        for name, values in self.grid.items():
            self._check_axis(name, values)
        cells = self.count
        for values in self.grid.values():
            cells *= len(values) if isinstance(values, list) else 1
        if cells > MOST:
            words = (
                f"That would be {cells} results; the most at once is {MOST}. Leave some out, or "
                "order them one after the other."
            )
            self._problem(None, words, about="grid" if self.grid else "count", value=cells)

    def _check_axis(self, name: str, values: Any) -> None:
        param = self.spec.get(name)
        if param is None or param.is_asset:
            free = tuple(p.name for p in self.spec.values() if not p.is_asset)
            words = f"The grid cannot vary “{shown(name)}”. It takes {nearest(free, name)}."
            self._problem(None, words, about="grid", value=name)
        elif not isinstance(values, list) or not values:
            words = f"The grid needs values for {param.label}, such as {grids.example(param)}."
            self._problem(None, words, about=name, value=values)

    # --- which ---------------------------------------------------------------------------------

    def _all_wanted(self) -> Iterator[Wanted]:
        for form in self._cells():
            doers = tuple(self._doers(form))
            varied = [(name, form.cleaned_data[name]) for name in self.grid]
            title = self._title(form, varied)
            for number in range(self.count):
                each = tuple(self._seeded(d, number) for d in doers) if self.count > 1 else doers
                if each:
                    yield Wanted(each, title, varied)

    @staticmethod
    def _title(form: OperationForm, varied: list[tuple[str, Any]]) -> str:
        """Its name, with what sets it apart in the grid."""
        apart = [words for _, words in grids.called(form.spec, varied)]
        return " · ".join([form.titled(without=[name for name, _ in varied]), *apart])

    def _cells(self) -> Iterator[OperationForm]:
        """A form for each combination of the grid; without one, this."""
        if not self.grid:
            yield self
            return
        seen: list[list[tuple[str, Any]]] = []
        for values in product(*self.grid.values()):
            said = dict(zip(self.grid, values, strict=True))
            form = self._other(self.offer, {**self._said(), **said})
            if not form.is_valid():
                self._refuse_cell(said, form)
                return
            cell = [(name, form.cleaned_data[name]) for name in self.grid]
            if cell in seen:
                where = ", ".join(words for _, words in grids.called(form.spec, cell))
                words = f"The grid has {where} twice. Leave one of them out."
                self._problem(None, words, about="grid", value=where)
                return
            seen.append(cell)
            yield form

    def _refuse_cell(self, said: Mapping[str, Any], form: OperationForm) -> None:
        """Of an axis when it is wrong by itself, else of the grid."""
        where = ", ".join(f"{name} {shown(value)}" for name, value in said.items())
        problems = form.problems()
        words = " ".join(str(p["message"]) for p in problems)
        name = next((p["field"] for p in problems if p["field"] in said), "")
        value = said[name] if name else where
        self._problem(None, f"Grid, {where}: {words}", about=name or "grid", value=value)

    def _said(self) -> dict[str, Any]:
        """What was sent, with its files as they are known by now."""
        ids = {n: self.params.get(n) for n, p in self.spec.items() if p.is_asset}
        said = {n: v for n, v in self.data.items() if n not in ids}
        return said | {n: pk for n, pk in ids.items() if pk}

    def _other(self, offer: Offer, said: Mapping[str, Any]) -> OperationForm:
        other = OperationForm(
            self.operation,
            offer,
            said,
            account=self.account,
            user=self.user,
            resolve=self.resolve,
        )
        for name in self.fields.keys() & other.fields.keys():
            if not self.fields[name].required:  # what is not yet said here is no mistake there
                other.fields[name].required &= bool(self.resolve)
        return other

    def _seeded(self, doer: Doer, number: int) -> Doer:
        """The same with another seed, where it takes one: those after the one that was said, or
        some that follow from the request."""
        param = next((p for p in doer.offer.params(self.operation) if p.kind == "seed"), None)
        if param is None or param.high is None or "seed" in self.grid:
            return doer
        said = doer.params.get(param.name)
        if said is None:
            text = repr(sorted((n, str(v)) for n, v in doer.params.items()))
            said = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
        seed = (int(said) + number) % (int(param.high) + 1)
        return replace(doer, params={**doer.params, param.name: seed})

    # --- who -----------------------------------------------------------------------------------

    def _doers(self, form: OperationForm) -> Iterable[Doer]:
        if self.offer.provider != AUTOMATIC:
            return [Doer(form.offer, form.params, form.notes)]
        quality = form.params.get("quality")
        models = tiered(self.operation, self.account, quality)
        found, refused = self._candidates(form, models, *self._taken(form, models, quality))
        if not found:
            self._nobody(quality, refused)
        return found

    def _taken(
        self, form: OperationForm, models: list[Offer], quality: Any
    ) -> tuple[dict[str, Any], list[str]]:
        """What was said that some of the models take, and words for what none does. A file is never
        left out in silence."""
        known = {p.name for offer in models for p in offer.params(self.operation)}
        taken, notes = {}, []
        for name, value in only_said(form).items():
            if name in known or form.spec[name].is_asset:
                taken[name] = value
            elif name != "quality":
                label = form.spec[name].label
                notes.append(f"{label} is left out: no model of quality “{quality}” takes it.")
        return taken, notes

    def _candidates(
        self, form: OperationForm, models: list[Offer], said: Mapping[str, Any], left_out: list[str]
    ) -> tuple[list[Doer], list[OperationForm]]:
        """Those who can do exactly what was said, the cheapest first, those who do not answer at
        the moment last; and what was refused by the others."""
        found: list[tuple[tuple[bool, int], Doer]] = []
        refused = []
        for offer in models:
            other = self._other(offer, said)
            if not other.is_valid():
                refused.append(other)
                continue
            amount = jobs.quote(offer, other.params, self.account).amount
            slow = bool(self.account and keys.delay(self.account, offer))
            taken = f"{offer.label} by {catalogue.provider_of(offer).label} was chosen."
            notes = [*left_out, *other.notes, taken]
            found.append(((slow, amount), Doer(offer, other.params, notes)))
        return [doer for _, doer in sorted(found, key=lambda pair: pair[0])], refused

    def _nobody(self, quality: Any, refused: list[OperationForm]) -> None:
        """Why none can: beside the control where all of them stumble over the same."""
        if not refused:
            words = f"No model of quality “{quality}” can be used here now. Choose another quality."
            self._problem(None, words, about="quality", value=quality)
            return
        first = [(form, form.problems()[0]) for form in refused]
        reasons = [f"{form.offer.label}: {p['message']}" for form, p in first[:3]]
        words = f"No model of quality “{quality}” can do all of this. {' '.join(reasons)}"
        names = {p["field"] for _, p in first}
        name = names.pop() if len(names) == 1 else ""
        self._problem(name if name in self.spec else None, words)
        if name in self.spec and all(form.ways_out for form in refused):
            self.ways_out[words] = next(iter(refused[0].ways_out.values()))

    # --- the order -----------------------------------------------------------------------------

    def create_jobs(
        self,
        *,
        key: str | None = None,
        request: str = "",
        change: bool = False,
        agreed: str | None = None,
    ) -> tuple[list[Job], bool]:
        """Order what was checked: (the jobs, whether they are new). What was uploaded with a
        request that is refused or repeated is removed again. With `change` a key that stands for
        another request makes a new order instead of KeyReused. `agreed` are the terms shown."""
        try:
            try:
                made, created = self._order(key, request, agreed)
            except jobs.KeyReused as error:
                if not change or not key:
                    raise
                made, created = self._order(jobs.changed_key(key, error), request, agreed)
        except Exception:
            self.forget_uploads()
            raise
        if not created:
            self.forget_uploads()
        return made, created

    def create_job(self, **how: Any) -> tuple[Job, bool]:
        """The first of them."""
        made, created = self.create_jobs(**how)
        return made[0], created

    def _order(self, key: str | None, request: str, agreed: str | None) -> tuple[list[Job], bool]:
        assert self.account
        return jobs.create_run(
            self.account,
            self.user,
            self.operation,
            self.wanted,
            key=key,
            request=request,
            agreed=agreed,
            client=self.client,
        )


def tiered(operation: Operation, account: Any, quality: Any) -> list[Offer]:
    """The real models of that quality that the account may use."""
    usable = catalogue.offers(operation.key, keys.usable(account))
    shut = catalogue.off()
    return [o for o in usable if o.quality and o.quality == quality and o.key not in shut]


def only_said(form: OperationForm) -> dict[str, Any]:
    """What differs from what a form has by itself: a model need not take what nobody said."""
    said = {}
    for name, param in form.spec.items():
        value = form.cleaned_data.get(name)
        if isinstance(value, Asset | UUID):
            said[name] = str(value.pk if isinstance(value, Asset) else value)
        elif value is not None and (not usual(param, value) or name in ("width", "height")):
            said[name] = value
    return said


def usual(param: Param, value: Any) -> bool:
    """Whether it is what the param is when nobody says anything. A point is read as a list."""
    return bool(
        value == (list(param.default) if isinstance(param.default, tuple) else param.default)
    )
