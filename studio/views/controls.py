"""The form of an operation as groups of controls, each drawn by the widget of its kind."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.forms import BoundField

from assets.models import Asset
from studio.forms import OperationForm
from studio.spec import Param

# A whole number with more steps than this is typed, not slid.
SLIDER_STEPS = 400
SEGMENTS = 8
# (label, width, height) offered where an operation has both.
SIZES = (
    ("Square", 1080, 1080),
    ("Story", 1080, 1920),
    ("HD", 1920, 1080),
    ("Portrait", 1080, 1350),
    ("4K", 3840, 2160),
)


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    checked: bool
    fits: bool


@dataclass(frozen=True)
class Control:
    """One param as it is drawn. `value` is text as it stands in the page; `partner` is the second
    half of a pair (width and height)."""

    name: str
    param: Param
    widget: str
    value: str
    errors: list[str]
    choices: tuple[Choice, ...] = ()
    asset: Asset | None = None
    partner: Control | None = None

    @property
    def id(self) -> str:
        return f"id_{self.name}"

    @property
    def low(self) -> str:
        return "" if self.param.low is None else f"{self.param.low:g}"

    @property
    def high(self) -> str:
        return "" if self.param.high is None else f"{self.param.high:g}"

    @property
    def step(self) -> str:
        if self.param.kind == "number":
            return f"{self.param.step:g}" if self.param.step else "any"
        return str(self.param.multiple)

    @property
    def described(self) -> str:
        """Ids of what explains it, for assistive technology."""
        parts = [f"{self.name}-help" if self.param.help else "", f"{self.name}-errors"]
        return " ".join(p for p in parts if p and (self.errors or "errors" not in p))

    @property
    def depends(self) -> str:
        """The rule of the choices that fit, for the page's script."""
        rule = self.param.depends if self.param.choices else None
        return json.dumps({"on": rule.on, "choices": rule.choices}) if rule else ""

    @property
    def sizes(self) -> tuple[tuple[str, int, int], ...]:
        return SIZES


@dataclass
class Group:
    """Controls that belong together, under one heading."""

    key: str
    controls: list[Control] = field(default_factory=list)
    advanced: list[Control] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.key.replace("-", " ").capitalize()


def groups(form: OperationForm) -> list[Group]:
    """The controls in the order of the params, by group."""
    values = {name: text(form[name].value()) for name in form.spec}
    found: dict[str, Group] = {}
    for name, param in form.spec.items():
        if name == "height" and "width" in form.spec:
            continue
        group = found.setdefault(param.group, Group(param.group))
        into = group.advanced if param.advanced else group.controls
        into.append(_control(form, param, values))
    return list(found.values())


def _control(form: OperationForm, param: Param, values: dict[str, str]) -> Control:
    paired = param.name == "width" and "height" in form.spec
    value = values[param.name]
    asset = asset_of(form, value) if param.is_asset else None
    if param.is_asset and asset is None:
        value = ""
    return Control(
        name=param.name,
        param=param,
        widget="size" if paired else widget(param),
        value=value,
        errors=_errors(form[param.name]),
        choices=_choices(form, param, values),
        asset=asset,
        partner=_control(form, form.spec["height"], values) if paired else None,
    )


def _errors(bound: BoundField) -> list[str]:
    return [str(e) for e in bound.errors] if bound.form.is_bound else []


def widget(param: Param) -> str:
    """The name of the template that draws it; it follows from the kind alone."""
    if param.is_asset:
        return "asset"
    if param.kind == "choice":
        return "segments" if len(param.choices) <= SEGMENTS else "select"
    if param.kind in ("integer", "number"):
        if param.low is None or param.high is None:
            return "number"
        steps = (param.high - param.low) / (param.step or 1)
        return "slider" if steps <= SLIDER_STEPS else "number"
    return param.kind


def text(value: Any) -> str:
    """A value as it stands in a form field."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ",".join(str(v) for v in value)
    return str(value)


def _choices(form: OperationForm, param: Param, values: dict[str, str]) -> tuple[Choice, ...]:
    if not param.choices:
        return ()
    fitting = [str(c) for c in param.choices]
    if rule := param.depends:
        chosen = {str(k): v for k, v in rule.choices.items()}.get(values.get(rule.on, ""), ())
        fitting = [str(c) for c in chosen] or fitting
    value = values[param.name] or (fitting[0] if param.depends else "")
    return tuple(
        Choice(str(c), param.label_of(c), str(c) == value, str(c) in fitting) for c in param.choices
    )


def asset_of(form: OperationForm, value: str) -> Asset | None:
    """The asset that a field names, if the account has it."""
    try:
        pk = UUID(value)
    except ValueError:
        return None
    assert form.account
    return Asset.objects.for_account(form.account).live().filter(pk=pk).first()
