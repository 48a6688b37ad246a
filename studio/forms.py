"""The only validation of a request, for pages, API and command line alike."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.files.uploadedfile import UploadedFile

from assets import services as assets
from assets.models import Asset, Status
from billing.models import Account, User
from studio import file_limits, http, intake, jobs, keys, masks
from studio.fields import FIELDS, listed, shown
from studio.models import Job
from studio.spec import Depends, Offer, Operation, Param


class OperationForm(forms.Form):
    """Checks a request for one operation by one offer.

    `data` is a QueryDict or a JSON object, `files` maps names to uploads. With `resolve=False`
    (estimates) assets may be missing and are not looked at. After `is_valid()`: `params` is ready
    for jobs.create (assets as ids), `notes` says in words what was changed, `derived` holds what
    was proposed where nothing was said.
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
        self._unknown: dict[str, str] = {}
        self.not_found = False
        merged = None if data is None else {**self._plain(data), **self._plain(files or {})}
        super().__init__(data=merged, **kwargs)
        for param in self.spec.values():
            self.fields[param.name] = FIELDS[param.kind](param)
            if not resolve and param.is_asset:
                self.fields[param.name].required = False

    @staticmethod
    def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
        return {k: data[k] for k in data if k not in ("csrfmiddlewaretoken", "key")}

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
                self._problem(None, message)
                self._unknown[message] = shown(name)
        if not self.errors:
            self._fill()
            self.notes += self.offer.notes(self.params) if self.offer.notes else ()
            self._check_key()
            self._check_together()
        if not self.errors and self.resolve:
            self._resolve()
            self._check_masks()
            self._check_room()
        elif not self.errors:
            self._glance()
        return self.cleaned_data

    def _problem(self, name: str | None, message: str) -> None:
        self.add_error(name, forms.ValidationError(message))

    def _fill(self) -> None:
        """Defaults, choices that depend on another param, proposals, and what is rounded."""
        for name, param in self.spec.items():
            value = self.cleaned_data.get(name)
            value = param.default if value is None else value
            if param.depends and self._fitting(param, param.depends) == ():
                value = self._left_out(param, param.depends, value)
            else:
                value = self._fitted(param, value)
            self.cleaned_data[name] = value
            if value is not None and not param.is_asset:
                self.params[name] = list(value) if isinstance(value, tuple) else value

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

    def _left_out(self, param: Param, rule: Depends, value: Any) -> Any:
        """A param that does not go with another value: a file is refused, a word left out."""
        if param.is_asset and value is not None:
            self._problem(param.name, f"{param.label} cannot be used. {rule.words}")
            return value
        if value is not None and value != param.default:
            on = self.spec[rule.on]
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

    def _rounded(self, param: Param, value: int) -> int:
        up = math.ceil(value / param.multiple) * param.multiple
        if up != value:
            self.notes.append(f"{param.label} {value} was made even: {up} {param.unit}.".strip())
        return up

    def _check_together(self) -> None:
        """What only shows when all params are seen. An estimate may still lack some."""
        if self.operation.check is None or not self.resolve:
            return
        given = {n: v for n, v in self.cleaned_data.items() if v is not None and n in self.spec}
        if wrong := self.operation.check({**given, **self.params}):
            name, words = wrong
            self._problem(name if name in self.spec else None, words)

    def _check_masks(self) -> None:
        """A mask fits its picture, and marks something."""
        if self.errors:
            return
        for name, param in self.spec.items():
            mask, picture = self.cleaned_data.get(name), self.cleaned_data.get(param.of)
            if param.kind != "mask" or not isinstance(mask, Asset):
                continue
            try:
                problem = masks.problem(param, mask, picture)
            except assets.Refused as error:
                problem = str(error)
            if problem:
                self._problem(name, problem)
        if self.errors:
            self.forget_uploads()

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
        """What an estimate can say of files that are in the library already."""
        for name, param in self.spec.items():
            value = self.cleaned_data.get(name)
            if param.limits and self.account and isinstance(value, UUID):
                found = Asset.objects.for_account(self.account).live().filter(pk=value).first()
                if found:
                    self._check_limits(param, found)

    def _check_limits(self, param: Param, asset: Asset) -> None:
        if param.limits is None:
            return
        taker = self.offer.label
        ask = not self.cleaned_data.get("shrink")
        if problem := file_limits.problem(param, param.limits, asset, taker, ask=ask):
            self._problem(param.name, problem)
        elif note := file_limits.note(param, param.limits, asset, taker):
            self.notes.append(note)

    def _resolve(self) -> None:
        if self.errors:
            return
        for name, param in self.spec.items():
            value = self.cleaned_data.get(name)
            if not param.is_asset or value is None:
                continue
            try:
                asset = self._asset(param, value)
            except (assets.Refused, http.FetchRefused) as error:
                self._problem(name, f"{param.label}: {error}")
                continue
            self.cleaned_data[name] = asset
            self.params[name] = str(asset.pk)
            self._check_limits(param, asset)
            if asset.animated:
                self.notes.append(f"“{shown(asset.title)}” moves; its first frame is used.")
        if self.errors:
            self.forget_uploads()

    def _check_room(self) -> None:
        try:
            assets.check_disk()
        except assets.NoRoom as error:
            self._problem(None, str(error))
            self.forget_uploads()

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

    def _known(self, param: Param, pk: UUID) -> Asset:
        assert self.account
        asset = Asset.objects.for_account(self.account).live().filter(pk=pk).first()
        if asset is None:
            self.not_found = True
            raise assets.Refused(
                f"there is no asset {pk} in your library. Upload it, or give the id of another."
            )
        if asset.status == Status.DAMAGED:
            raise assets.Refused(
                f"the file of “{shown(asset.title)}” is missing from the storage. Choose another."
            )
        if asset.kind != param.asset_kind:
            raise assets.Refused(
                f"“{shown(asset.title)}” is {asset.get_kind_display().lower()}; "
                f"{param.asset_kind} is needed. Choose another."
            )
        return asset

    def forget_uploads(self) -> None:
        """A refused request leaves nothing behind in the library."""
        for asset in self.uploads:
            assets.purge(asset)
        self.uploads = []

    @property
    def title(self) -> str:
        """The name of the job and of its result, from the operation's pattern."""
        said: defaultdict[str, str] = defaultdict(str, label=self.operation.label)
        for name, value in self.cleaned_data.items():
            if value not in (None, "none"):
                said[name] = shown(value.title if isinstance(value, Asset) else value)
        parts = self.operation.title.format_map(said).split(" · ")
        named = [" ".join(part.split()) for part in parts if part.strip()]
        return " · ".join(named) or self.operation.label

    def create_job(
        self,
        *,
        key: str | None = None,
        request: str = "",
        change: bool = False,
        agreed: str | None = None,
    ) -> tuple[Job, bool]:
        """Order what was checked: (the job, whether it is new). What was uploaded with a request
        that is refused or repeated is removed again. With `change` a key that stands for another
        request makes a new order instead of KeyReused. `agreed` are the terms that were shown."""
        try:
            try:
                job, created = self._order(key, request, agreed)
            except jobs.KeyReused as error:
                if not change or not key:
                    raise
                job, created = self._order(jobs.changed_key(key, error), request, agreed)
        except Exception:
            self.forget_uploads()
            raise
        if not created:
            self.forget_uploads()
        return job, created

    def _order(self, key: str | None, request: str, agreed: str | None) -> tuple[Job, bool]:
        assert self.account
        return jobs.create(
            account=self.account,
            user=self.user,
            operation=self.operation,
            offer=self.offer,
            params=self.params,
            notes=self.notes,
            title=self.title,
            key=key,
            request=request,
            agreed=agreed,
        )

    def problems(self) -> list[dict[str, Any]]:
        """The errors for programs: field, the value given, the message."""
        return [
            {
                "field": self._unknown.get(str(message), "") if name == NON_FIELD_ERRORS else name,
                "value": self._given(name, str(message)),
                "message": message,
            }
            for name, messages in self.errors.items()
            for message in messages
        ]

    def _given(self, name: str, message: str) -> str | None:
        name = self._unknown.get(message, name)
        return shown(self.data[name]) if name in self.data else None
