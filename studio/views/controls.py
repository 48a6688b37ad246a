"""The form of an operation as groups of controls, each drawn by the widget of its kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.forms import BoundField

from assets.models import Asset
from studio.fields import exact
from studio.forms import OperationForm
from studio.spec import Param

# A whole number with more steps than this is typed, not slid.
SLIDER_STEPS = 400
SEGMENTS = 8
SEGMENT_LETTERS = 44
# A text of more characters gets a higher field, and a counter.
LONG = 150
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
    half of a pair (width and height); `gone` says that another value leaves nothing to choose;
    `turn_on` names the param that ends what is wrong."""

    name: str
    param: Param
    widget: str
    value: str
    errors: list[str]
    gone: bool = False
    choices: tuple[Choice, ...] = ()
    asset: Asset | None = None
    partner: Control | None = None
    turn_on: str = ""

    @property
    def id(self) -> str:
        return f"id_{self.name}"

    @property
    def low(self) -> str:
        return "" if self.param.low is None else exact(self.param.low)

    @property
    def high(self) -> str:
        return "" if self.param.high is None else exact(self.param.high)

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
        rule = None if self.param.is_asset else self.param.depends
        return json.dumps({"on": rule.on, "choices": rule.choices}) if rule else ""

    @property
    def sets(self) -> str:
        """What its choices say of other params, for the page's script."""
        return json.dumps(self.param.sets) if self.param.sets else ""

    @property
    def may_be_empty(self) -> bool:
        return self.param.default is None and not self.param.required and not self.param.depends

    @property
    def both_ways(self) -> bool:
        """Whether nothing happens at 0, which lies between the ends."""
        low, high = self.param.low, self.param.high
        return low is not None and high is not None and low < 0 < high

    @property
    def reset(self) -> str:
        """What a slider goes back to."""
        return text(self.param.default)

    @property
    def derives(self) -> bool:
        """Whether it is proposed from the others until somebody writes there."""
        return self.param.derive is not None

    @property
    def rows(self) -> int:
        """How high a text field is at first."""
        return 4 if self.param.required or self.param.max_length > LONG else 2

    @property
    def sizes(self) -> tuple[tuple[str, int, int], ...]:
        return SIZES


ADVANCED = "advanced"


@dataclass
class Group:
    """Controls that belong together, under one heading."""

    key: str
    controls: list[Control] = field(default_factory=list)

    @property
    def advanced(self) -> bool:
        return self.key == ADVANCED

    @property
    def wrong(self) -> bool:
        return any(c.errors for c in self.controls)

    @property
    def label(self) -> str:
        return self.key.replace("-", " ").capitalize()


def groups(form: OperationForm) -> list[Group]:
    """The controls in the order of the params, by group; what few people change comes last."""
    values = {name: text(form[name].value()) for name in form.spec}
    found: dict[str, Group] = {}
    advanced = Group(ADVANCED)
    for name, param in form.spec.items():
        if param.measures or (name == "height" and "width" in form.spec):
            continue
        group = advanced if param.advanced else found.setdefault(param.group, Group(param.group))
        group.controls.append(_control(form, param, values))
    return [*found.values(), *([advanced] if advanced.controls else [])]


def _control(form: OperationForm, param: Param, values: dict[str, str]) -> Control:
    paired = param.name == "width" and "height" in form.spec
    value = values[param.name]
    asset = asset_of(form, value) if param.is_asset else None
    if param.is_asset and asset is None:
        value = ""
    errors = _errors(form[param.name])
    return Control(
        name=param.name,
        param=param,
        widget="size" if paired else widget(param),
        value=value,
        errors=errors,
        turn_on=next((form.ways_out[e] for e in errors if e in form.ways_out), ""),
        gone=_gone(form.spec, param, values),
        choices=_choices(form, param, values),
        asset=asset,
        partner=_control(form, form.spec["height"], values) if paired else None,
    )


def _errors(bound: BoundField) -> list[str]:
    return [str(e) for e in bound.errors] if bound.form.is_bound else []


def widget(param: Param) -> str:
    """The name of the template that draws it; it follows from the kind alone."""
    if param.is_asset:
        return "mask" if param.kind == "mask" else "asset"
    if param.kind == "choice":
        if param.default is None and not param.depends:
            return "select"  # only there nothing can be chosen again
        letters = sum(len(param.label_of(c)) for c in param.choices)
        few = len(param.choices) <= SEGMENTS and letters <= SEGMENT_LETTERS
        return "segments" if few else "select"
    if param.kind in ("integer", "number"):
        if param.low is None or param.high is None:
            return "number"
        steps = (param.high - param.low) / (param.step or 1)
        # A slider cannot say nothing.
        return "slider" if steps <= SLIDER_STEPS and param.default is not None else "number"
    return param.kind


def text(value: Any) -> str:
    """A value as it stands in a form field."""
    if value is None:
        return ""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return json.dumps(value)
    if isinstance(value, list | tuple):
        return ",".join(str(v) for v in value)
    return str(value)


def _choices(form: OperationForm, param: Param, values: dict[str, str]) -> tuple[Choice, ...]:
    fitting = _fitting(param, values)
    value = values[param.name]
    if param.depends and not value:
        value = fitting[0] if fitting else ""
    return tuple(
        Choice(str(c), param.label_of(c), str(c) == value, str(c) in fitting) for c in param.choices
    )


def _fitting(param: Param, values: dict[str, str]) -> list[str]:
    """The choices that go with what the other param says; all of them when that says nothing."""
    rule = param.depends
    if rule is None:
        return [str(c) for c in param.choices]
    by_text = {str(k): v for k, v in rule.choices.items()}
    return [str(c) for c in by_text.get(values.get(rule.on, ""), param.choices)]


def _gone(spec: Mapping[str, Param], param: Param, values: dict[str, str]) -> bool:
    """Whether what the other param says leaves nothing to say here."""
    if param.depends is None or param.is_asset:
        return False
    if _gone(spec, spec[param.depends.on], values):
        return True
    chosen = values.get(param.depends.on, "")
    return any(str(v) == chosen and not choices for v, choices in param.depends.choices.items())


def asset_of(form: OperationForm, value: str) -> Asset | None:
    """The asset that a field names, if the account has it."""
    try:
        pk = UUID(value)
    except ValueError:
        return None
    assert form.account
    return Asset.objects.for_account(form.account).live().filter(pk=pk).first()
