"""The form of a single job, for thousands of rows: its fields are made once for each model, what
the rows have in common is read once, and files come from the chunk that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any
from uuid import UUID

from django import forms

from assets import services as assets
from assets.models import Asset
from billing.models import Account, User
from studio.batches.library import Library
from studio.batches.steps import Step
from studio.forms import OperationForm
from studio.orders import OrderForm
from studio.spec import Offer

MOST_KEPT = 20_000


class RowForm(OrderForm):
    """`maker` gives the forms of other models their files, too. What `later` names comes from the
    step before, so it is not there yet."""

    maker: Maker
    later: str = ""

    @staticmethod
    def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
        return dict(data)

    def again(self, data: Mapping[str, Any]) -> RowForm:
        """The same form for other data."""
        form = copy(self)
        fresh: dict[str, Any] = {"params": {}, "notes": [], "uploads": [], "derived": {}}
        fresh |= {"sizes": {}, "seen": {}, "_about": {}, "ways_out": {}, "wanted": []}
        fresh |= {"not_found": False, "data": data, "_errors": None, "is_bound": True}
        form.__dict__.update(fresh)
        return form

    def _clean_fields(self) -> None:
        """As the form does it; the same value of the same param is read once."""
        kept = self.maker.kept
        for name, field in self.fields.items():
            value = self.data.get(name)
            if isinstance(value, Asset):
                self.cleaned_data[name] = value
                continue
            key = (self.offer.key, self.later, name, type(value), repr(value))
            if key not in kept:
                if len(kept) >= MOST_KEPT:
                    kept.clear()
                try:
                    kept[key] = field.clean(value)
                except forms.ValidationError as error:
                    kept[key] = error
            if isinstance(kept[key], forms.ValidationError):
                self.add_error(name, kept[key])
            else:
                self.cleaned_data[name] = kept[key]

    def _check_room(self) -> None:
        """Asked once for the sheet."""

    def _find(self, pk: UUID) -> Asset | None:
        return self.maker.library.found.get(pk) or super()._find(pk)

    def _check_client(self) -> None:
        if self.errors or self.account is None:
            return
        files = [v for v in self.cleaned_data.values() if isinstance(v, Asset)]
        try:
            self.client = assets.common_client(files, self.maker.client)
        except assets.Refused as error:
            self._problem(None, str(error))

    def _other(self, offer: Offer, said: Mapping[str, Any]) -> OperationForm:
        files = {n: v for n, v in self.cleaned_data.items() if isinstance(v, Asset) and n in said}
        step = Step(0, self.operation, offer, takes=self.later)
        return self.maker.form(step, {**said, **files})


class Maker:
    """Makes the forms of one sheet."""

    def __init__(
        self, account: Account, user: User | None, library: Library, client: UUID | None
    ) -> None:
        self.account, self.user, self.library, self.client = account, user, library, client
        self.kept: dict[Any, Any] = {}
        self._forms: dict[tuple[str, str, str], RowForm] = {}

    def form(self, step: Step, said: Mapping[str, Any]) -> RowForm:
        key = (step.operation.key, step.offer.key, step.takes)
        if key not in self._forms:
            self._forms[key] = self._made(step)
        return self._forms[key].again(said)

    def _made(self, step: Step) -> RowForm:
        form = RowForm(step.operation, step.offer, {}, account=self.account, user=self.user)
        form.maker, form.later = self, step.takes
        if step.takes:
            form.fields[step.takes].required = False
        return form
