"""The only validation of a request, for pages, API and command line alike."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.files.uploadedfile import UploadedFile

from assets import services as assets
from assets.models import Asset, Status
from billing.access import PROOF
from billing.models import Account, User
from studio import cuts, edl, file_checks, file_limits, http, intake, keys
from studio.fields import FIELDS, listed, shown
from studio.spec import Depends, Offer, Operation, Param
from studio.titles import Titled


class OperationForm(Titled, forms.Form):
    """Checks a request for one operation by one offer.

    `data` is a QueryDict or a JSON object, `files` maps names to uploads. With `resolve=False`
    (estimates) assets may be missing and are not looked at. After `is_valid()`: `params` is ready
    for jobs.create (assets as ids), `notes` says in words what was changed, `derived` holds what
    was proposed where nothing was said. `ways_out` names, by message, the param that ends the
    problem when it is turned on.
    """

    def __init__(
        self,
        operation: Operation,
        offer: Offer,
        data: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        *,
        account: Account | None = None,
        user: User | None = None,
        resolve: bool = True,
        **kwargs: Any,
    ) -> None:
        self.operation, self.offer = operation, offer
        self.account, self.user, self.resolve = account, user, resolve
        self.spec = {p.name: p for p in offer.params(operation)}
        self.params: dict[str, Any] = {}
        self.notes: list[str] = []
        self.uploads: list[Asset] = []
        self.derived: dict[str, Any] = {}
        self.sizes: dict[str, tuple[int, int]] = {}
        self.seen: dict[str, Asset] = {}  # for an estimate, of those that are there already
        self._about: dict[str, tuple[str, Any]] = {}
        self.ways_out: dict[str, str] = {}
        self.not_found = False
        merged = None if data is None else {**self._plain(data), **self._plain(files or {})}
        super().__init__(data=merged, **kwargs)
        for param in self.spec.values():
            self.fields[param.name] = FIELDS[param.kind](param)
            if not resolve and param.is_asset:
                self.fields[param.name].required = False

    @staticmethod
    def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
        return {k: data[k] for k in data if k not in PROOF and k != "key"}

    def _clean_fields(self) -> None:
        """The data is taken as it is: JSON numbers stay numbers, whatever a widget would make."""
        for name, field in self.fields.items():
            try:
                self.cleaned_data[name] = field.clean(self.data.get(name))
            except forms.ValidationError as error:
                self.add_error(name, error)

    def clean(self) -> dict[str, Any]:
        for name in self.data:
            if name not in self.spec:
                takes = listed(tuple(self.spec)).replace(" or ", " and ")
                message = (
                    f"“{shown(name)}” is not a parameter of {self.offer.label}. It takes {takes}."
                )
                self._problem(None, message, about=shown(name), value=self.data[name])
        if not self.errors:
            self._fill()
            self._check_key()
            self._check_together()
        if not self.errors and self.resolve:
            self._resolve()
            self._check_room()
        else:
            self._glance()
        self._check_files()
        if not self.errors and self.offer.check:
            self._refuse(self.offer.check(self._given(), self.sizes))
        if not self.errors and self.offer.advice:
            self.notes += self.offer.advice(self.params, self.sizes)
        if self.errors:
            self.forget_uploads()
        return self.cleaned_data

    def _problem(
        self, name: str | None, message: str, *, about: str = "", value: Any = None
    ) -> None:
        """`about` and `value` name, for programs, what was said that is no param."""
        self._about[message] = (about, value)
        self.add_error(name, forms.ValidationError(message))

    def _refuse(self, wrong: tuple[str, str] | None) -> None:
        if wrong:
            name, words = wrong
            self._problem(name if name in self.spec else None, words)

    def _fill(self) -> None:
        """Defaults, choices that depend on another param, proposals, and what is rounded."""
        usual = {p.name: p.default for p in self.spec.values()} | self._set_by_choices()
        for name, param in self.spec.items():
            value = self.cleaned_data.get(name)
            if value is not None and param.step:
                self._note_rounding(param, value)
            value = usual[name] if value is None else value
            if param.depends and self._gone(param, param.depends):
                value = self._left_out(param, param.depends, value)
            else:
                value = self._fitted(param, value)
            self.cleaned_data[name] = value
            if value is not None and not param.is_asset:
                self.params[name] = list(value) if isinstance(value, tuple) else value

    def _set_by_choices(self) -> dict[str, Any]:
        """What choices say of other params."""
        found: dict[str, Any] = {}
        for name, param in ((n, p) for n, p in self.spec.items() if p.sets):
            chosen = self.cleaned_data.get(name)
            found |= param.sets.get(param.default if chosen is None else chosen, {})
        return found

    def _fitted(self, param: Param, value: Any) -> Any:
        """The value as it goes with the other ones."""
        if param.depends and param.choices:
            return self._fit(param, param.depends, value)
        if param.derive and value is None:
            value = self.derived[param.name] = param.derive(self.params)
        elif param.multiple > 1 and value is not None:
            return self._rounded(param, value)
        return value

    def _chosen(self, rule: Depends) -> Any:
        """The value of the param that `rule` looks at."""
        chosen = self.cleaned_data.get(rule.on)
        return self.spec[rule.on].default if chosen is None else chosen

    def _fitting(self, param: Param, rule: Depends) -> tuple[Any, ...] | None:
        """The choices that go with the other param; None where that leaves everything open."""
        return rule.choices.get(self._chosen(rule), param.choices or None)

    def _gone(self, param: Param, rule: Depends) -> bool:
        """Whether another value leaves nothing to say here, itself or along the way."""
        on = self.spec[rule.on]
        if on.depends and not on.is_asset and self._gone(on, on.depends):
            return True
        return self._fitting(param, rule) == ()

    def _left_out(self, param: Param, rule: Depends, value: Any) -> Any:
        """A param that does not go with another value: a file is refused, a word left out."""
        if param.is_asset and value is not None:
            self._problem(param.name, f"{param.label} cannot be used. {rule.words}")
            return value
        if value is not None and value != param.default:
            while (on := self.spec[rule.on]).depends and self._gone(on, on.depends):
                rule = on.depends
            chosen = on.label_of(self._chosen(rule))
            self.notes.append(
                f"{param.label} does not go with {on.label.lower()} “{chosen}” and is left out."
            )
        return None

    def _fit(self, param: Param, rule: Depends, value: Any) -> Any:
        on, chosen = self.spec[rule.on], self._chosen(rule)
        possible = self._fitting(param, rule) or ()
        if value in possible:
            return value
        if self.data.get(param.name) not in (None, ""):
            words = rule.words.format(on=on.label_of(chosen), choices=listed(possible))
            self._problem(
                param.name,
                f"{param.label} is “{shown(value)}”, which does not fit "
                f"{on.label.lower()} “{chosen}”. {words}.",
            )
        return possible[0]

    def _note_rounding(self, param: Param, value: float) -> None:
        given = float(self.data[param.name])
        if abs(given - value) > 1e-9:
            self.notes.append(
                f"{param.label} {given:g} was rounded to {value:g} {param.unit}".rstrip()
                + f"; it goes in steps of {param.step:g}."
            )

    def _rounded(self, param: Param, value: int) -> int:
        up = math.ceil(value / param.multiple) * param.multiple
        if up != value:
            self.notes.append(f"{param.label} {value} was made even: {up} {param.unit}.".strip())
        return up

    def _check_together(self) -> None:
        """What only shows when all params are seen. An estimate may still lack some."""
        if not self.errors and self.resolve and self.operation.check:
            self._refuse(self.operation.check(self._given()))

    def is_complete(self) -> bool:
        """Whether it may be ordered as it is, which an estimate does not ask."""
        check = self.operation.check
        return self.is_valid() and not (check and check(self._given()))

    def _given(self) -> dict[str, Any]:
        given = {n: v for n, v in self.cleaned_data.items() if v is not None and n in self.spec}
        return {**given, **self.params}

    def _check_files(self) -> None:
        """What only shows in the files themselves, and what follows from how long they are."""
        if self.errors:
            return
        files = {n: v for n, v in self.cleaned_data.items() if isinstance(v, Asset)} | self.seen
        if self.operation.inspect:
            self._refuse(self.operation.inspect(self.params, file_limits.known(files)))
        self.derived |= file_checks.measured(self.spec, files, self.params)
        self.derived |= file_checks.remembered(dict(self._unsaid()), files, self.params)
        follow = (n for n, p in self.spec.items() if p.measures or p.kind == "point")
        self.params |= {n: self.derived[n] for n in follow if n in self.derived}
        for finding in file_checks.findings(self.spec, files, self.params, glance=not self.resolve):
            if finding.stops:
                self._problem(finding.name, finding.words)
            else:
                self.notes.append(finding.words)

    def _unsaid(self) -> Iterator[tuple[str, Param]]:
        """What may be filled in. An explicit null wants it left open."""
        for name, param in self.spec.items():
            null = name in self.data and self.data[name] is None
            if not null and not (param.depends and self._gone(param, param.depends)):
                yield name, param

    def _check_key(self) -> None:
        """What is known to stop it before anything is uploaded or held. An estimate still tells
        the price."""
        if self.account is None:
            return
        problem = keys.problem(self.account, self.offer)
        if problem and self.resolve:
            self._problem(None, problem)
        elif note := problem or keys.delay(self.account, self.offer):
            self.notes.append(note)

    def _glance(self) -> None:
        """What can be said of files that are in the library already: in an estimate, and beside
        what else is wrong."""
        for name, param in self.spec.items():
            value = self.cleaned_data.get(name)
            if param.is_asset and self.account and isinstance(value, UUID | Asset):
                found = self._there(value)
                if found and found.kind != param.asset_kind:
                    words = file_limits.of_another_kind(found, param)
                    self._problem(name, f"{param.label}: {words}")
                elif found:
                    self.seen[name] = found
                    self._check_limits(param, found)
                    self._note_picture(param, found)

    def _there(self, value: UUID | Asset) -> Asset | None:
        """What was read already is not read again."""
        if isinstance(value, Asset):
            mine = self.account and value.account_id == self.account.pk
            return value if mine and not value.trashed else None
        return self._find(value)

    def _check_limits(self, param: Param, asset: Asset) -> None:
        if param.limits is None:
            return
        taker, shrink = self.offer.label, self.spec.get("shrink")
        unless = shrink.label if shrink and not self.cleaned_data.get("shrink") else ""
        wrong = partial(
            file_limits.problem,
            param,
            param.limits,
            asset,
            taker,
            part=cuts.part(param, self.params, asset),
        )
        if problem := wrong(unless=unless):
            self._problem(param.name, problem)
            if not wrong():
                self.ways_out[problem] = "shrink"
        elif note := file_limits.note(param, param.limits, asset, taker):
            self.notes.append(note)

    def _resolve(self) -> None:
        if self.errors:
            return
        for name, param in self.spec.items():
            value = self.cleaned_data.get(name)
            if value is None or not (param.is_asset or param.kind == "edl"):
                continue
            try:
                if param.kind == "edl":
                    edl.checked(self._owner, value)
                    continue
                asset = self._asset(param, value)
            except (assets.Refused, http.FetchRefused) as error:
                self._problem(name, f"{param.label}: {error}")
                continue
            self.cleaned_data[name] = asset
            self.params[name] = str(asset.pk)
            self._check_limits(param, asset)
            self._note_picture(param, asset)

    def _note_picture(self, param: Param, asset: Asset) -> None:
        """What becomes of a picture that is no plain one, or a small one."""
        if asset.width and asset.height:
            self.sizes[param.name] = (asset.width, asset.height)
        self.notes += file_checks.looks(asset, self.operation, self.params)

    def _check_room(self) -> None:
        try:
            assets.check_disk()
        except assets.NoRoom as error:
            self._problem(None, str(error))

    def _asset(self, param: Param, value: Any) -> Asset:
        """The asset behind what was given; an upload or an address becomes one."""
        if isinstance(value, UUID | Asset):
            return self._known(param, value.pk if isinstance(value, Asset) else value)
        asset = self._uploaded(value, (param.asset_kind,))
        self.uploads.append(asset)
        return asset

    def _uploaded(self, value: UploadedFile[bytes] | str, kinds: tuple[str, ...]) -> Asset:
        who: dict[str, Any] = {"account": self.account, "user": self.user, "kinds": kinds}
        if isinstance(value, UploadedFile):
            return assets.ingest(value, filename=value.name or "upload", **who)
        if value.startswith("data:"):
            return assets.from_data_url(value, **who)
        return intake.from_address(value, **who)

    @property
    def _owner(self) -> Account:
        assert self.account
        return self.account

    def _find(self, pk: UUID) -> Asset | None:
        return Asset.objects.for_account(self._owner).live().filter(pk=pk).first()

    def _known(self, param: Param, pk: UUID) -> Asset:
        asset = self._find(pk)
        if asset is None:
            self.not_found = True
            assets.not_in_trash(self._owner, pk)
            raise assets.Refused(
                f"there is no asset {pk} in your library. Upload it, or give the id of another."
            )
        if asset.status == Status.DAMAGED:
            raise assets.Refused(
                f"the file of “{shown(asset.title)}” is missing from the storage. Choose another."
            )
        if asset.kind != param.asset_kind:
            raise assets.Refused(file_limits.of_another_kind(asset, param))
        return asset

    def forget_uploads(self) -> None:
        """A refused request leaves nothing behind in the library."""
        for asset in self.uploads:
            assets.purge(asset)
        self.uploads = []

    def subject(self, message: str) -> str:
        """What a problem is about that belongs to no param; empty when it is all of it."""
        return self._about.get(message, ("", None))[0]

    def problems(self) -> list[dict[str, Any]]:
        """The errors for programs: field, the value given, the message."""
        found = []
        for name, messages in self.errors.items():
            for message in messages:
                field, value = name, self.data.get(name)
                if name == NON_FIELD_ERRORS:
                    field, value = self._about.get(str(message), ("", None))
                said = None if value is None else shown(value)
                found.append({"field": field, "value": said, "message": message})
        return found
