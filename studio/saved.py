"""Settings of an operation that are kept under a name: what may be kept, and how it comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from assets import services as assets
from billing.models import Account, User
from billing.owned import OwnedQuerySet
from studio.forms import OperationForm
from studio.models import SavedSettings
from studio.spec import Offer, Operation, Param

MOST = 50  # of one operation
LONGEST = 60  # characters of a name


class NotKept(Exception):
    """The settings cannot be kept; `field` is what the message is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def keepable(param: Param) -> bool:
    """Whether it is a setting: neither what the work is done on, nor a place in that."""
    return not (param.is_asset and (param.required or param.kind == "mask"))


class SettingsForm(OperationForm):
    """Checks settings alone: the source may be missing, and nothing new comes into the library."""

    def __init__(
        self, operation: Operation, offer: Offer, data: Mapping[str, Any], account: Account
    ) -> None:
        super().__init__(operation, offer, data, account=account, resolve=False)
        for field in self.fields.values():
            field.required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in [n for n, p in self.spec.items() if p.is_asset and cleaned.get(n) is not None]:
            self._check_asset(self.spec[name], cleaned[name])
        return cleaned

    def _check_asset(self, param: Param, value: Any) -> None:
        if not keepable(param):
            way_out = "Leave it out: settings go with any picture."
            self._problem(param.name, f"{param.label} is what the work is done on. {way_out}")
            return
        try:
            if isinstance(value, str):
                raise assets.Refused(
                    "settings name a file by the id of its asset. Upload it first."
                )
            self.params[param.name] = str(self._known(param, value).pk)
        except assets.Refused as error:
            self._problem(param.name, f"{param.label}: {error}")

    @property
    def kept(self) -> dict[str, Any]:
        """What was said, without what was only proposed."""
        return {name: value for name, value in self.params.items() if name not in self.derived}


def of(account: Account, operation: str) -> OwnedQuerySet[SavedSettings]:
    return SavedSettings.objects.for_account(account).filter(operation=operation)


def keep(user: User, form: SettingsForm, name: str) -> SavedSettings:
    """Keep the settings of a valid form. Raises NotKept."""
    assert form.account
    name, operation = " ".join(name.split()), form.operation.key
    if not name or not name.isprintable():
        raise NotKept("name", "The settings have no name. Give them one, such as “Shop logo”.")
    if len(name) > LONGEST:
        raise NotKept(
            "name",
            f"The name has {len(name)} characters; the most is {LONGEST}. Make it shorter.",
        )
    if of(form.account, operation).count() >= MOST:
        raise NotKept(
            "operation",
            f"There are {MOST} saved settings of this kind, which is the most. Delete one first.",
        )
    try:
        with transaction.atomic():
            return SavedSettings.objects.create(
                account=form.account,
                user=user,
                operation=operation,
                offer=form.offer.key,
                name=name,
                params=form.kept,
            )
    except IntegrityError:
        words = f"There are settings “{name}” already. Give another name, or delete those first."
        raise NotKept("name", words) from None
