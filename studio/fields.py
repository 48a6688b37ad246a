"""Param kind → form field: how each kind of value is read, and what a person is told otherwise.

A message names the field, the value, the limit and the way out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile

from assets.models import Asset
from studio import edl, places
from studio.spec import Param
from studio.wording import SHOWN
from studio.wording import exact as exact
from studio.wording import listed as listed
from studio.wording import nearest as nearest
from studio.wording import shown as shown
from studio.wording import spelled as spelled

COLOR = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", re.ASCII)


def spoken(param: Param, value: Any) -> str:
    """A value as the form shows it: the label of a choice, the unit of a number."""
    if param.kind == "point":
        return " × ".join(f"{float(v):.0%}" for v in value)
    if param.kind in ("choice", "style"):
        return param.label_of(value)
    if param.kind == "edl":
        return f"{len(value)} cuts"
    if param.kind == "places":
        return f"{len(value)} format{'s' if len(value) != 1 else ''}"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return f"{exact(value)} {param.unit}".strip() if isinstance(value, int | float) else str(value)


class ParamField(forms.Field):
    """A field made from a Param. `None` means not sent; 0 and False are values."""

    def __init__(self, param: Param) -> None:
        self.param = param
        super().__init__(
            required=param.required,
            label=param.label,
            help_text=param.help,
            initial=param.default,
            error_messages={"required": f"{param.label} is missing. {param.help}".strip()},
        )

    def fail(self, problem: str, way_out: str) -> forms.ValidationError:
        return forms.ValidationError(f"{self.param.label} {problem}. {way_out}")

    def to_python(self, value: Any) -> Any:
        found = None if value is None or value == "" else self.read(value)
        check = self.param.check
        if check and found is not None and (problem := check(found)):
            raise forms.ValidationError(f"{self.param.label}: {problem}")
        return found

    def read(self, value: Any) -> Any:
        raise NotImplementedError

    def range_words(self) -> str:
        p = self.param
        unit = f" {p.unit}" if p.unit else ""
        low, high = (None if end is None else spelled(end) for end in (p.low, p.high))
        return f"{low} to {high}{unit}"


class NumberField(ParamField):
    """Whole numbers and decimals with limits; a bool, NaN or infinity is not a number."""

    whole = False

    def read(self, value: Any) -> Any:
        kind = "whole number" if self.whole else "number"
        way_out = f"Give a {kind} from {self.range_words()}."
        try:
            if isinstance(value, bool):
                raise ValueError
            # Python would read "1_0" as 10.
            if isinstance(value, str) and (len(value) > SHOWN or "_" in value):
                raise ValueError
            number = float(value)
            if not math.isfinite(number) or (self.whole and number != int(number)):
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            raise self.fail(f"is “{shown(value)}”, which is not a {kind}", way_out) from None
        low, high = self.param.low, self.param.high
        if (low is not None and number < low) or (high is not None and number > high):
            unit = f" {self.param.unit}" if self.param.unit else ""
            under = low is not None and number < low
            limit = f"least is {spelled(low or 0)}" if under else f"most is {spelled(high or 0)}"
            raise self.fail(f"is {spelled(number)}{unit}; the {limit}{unit}", way_out)
        return self._fine(number)

    def _fine(self, number: float) -> int | float:
        if self.whole:
            return int(number)
        step = self.param.step
        number = round(round(number / step) * step, 6) if step else number
        return int(number) if number == int(number) else number


class IntegerField(NumberField):
    whole = True


class ChoiceField(ParamField):
    """One of the choices, compared as text, so that '30' from a page and 30 from JSON agree. What
    it is called on the page will do as well."""

    def read(self, value: Any) -> Any:
        choices = self.param.choices
        called = {self.param.label_of(c).lower(): c for c in choices}
        found = {**called, **{str(c).lower(): c for c in choices}, **{str(c): c for c in choices}}
        for text in (str(value), str(value).strip().lower()):
            if not isinstance(value, bool) and text in found:
                return found[text]
        raise self.fail(
            f"is “{shown(value)}”, which is not known", f"Choose {nearest(choices, value)}."
        )


class ColorField(ParamField):
    """Six digits of red, green and blue: '#2f6fed'; three digits are doubled."""

    def read(self, value: Any) -> Any:
        found = COLOR.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            way_out = "Give it like #2f6fed: red, green and blue, each from 00 to ff."
            raise self.fail(f"is “{shown(value)}”, which is not a color", way_out)
        digits = found[1].lower()
        return "#" + (digits if len(digits) == 6 else "".join(d * 2 for d in digits))


class TextField(ParamField):
    def read(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise self.fail(f"is “{shown(value)}”, which is not text", "Give text.")
        if "\x00" in value:
            raise self.fail("has a character of code 0 in it", "Leave that character out.")
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise self.fail("has half a character in it", "Leave that half out.")
        # Pages end a line with two characters, where people see one.
        text = value.replace("\r\n", "\n").strip()
        if len(text) > self.param.max_length:
            raise self.fail(
                f"has {len(text):,} characters; the most is {self.param.max_length:,}",
                "Make it shorter.",
            )
        return text or None


class BooleanField(ParamField):
    WORDS = {
        **dict.fromkeys(("true", "on", "1", "yes", "y"), True),
        **dict.fromkeys(("false", "off", "0", "no", "n"), False),
    }

    def read(self, value: Any) -> Any:
        if isinstance(value, bool):
            return value
        if str(value).strip().lower() not in self.WORDS:
            raise self.fail(
                f"is “{shown(value)}”, which is neither yes nor no", "Use true or false."
            )
        return self.WORDS[str(value).strip().lower()]


class PointField(ParamField):
    """Two fractions, from the left and from the top: [0.5, 0.3] or '0.5,0.3'."""

    def read(self, value: Any) -> Any:
        way_out = "Give two numbers from 0 to 1, such as 0.5,0.5."
        parts = value.split(",") if isinstance(value, str) else value
        try:
            if isinstance(parts, bool | Mapping) or len(parts) != 2:
                raise ValueError
            if any(isinstance(p, bool) for p in parts):
                raise ValueError
            if any("_" in str(p) for p in parts):
                raise ValueError
            point = [round(float(p), 4) for p in parts]
        except (TypeError, ValueError, OverflowError):
            raise self.fail(f"is “{shown(value)}”, which is not a point", way_out) from None
        if not all(0 <= p <= 1 for p in point):
            raise self.fail(f"is {shown(value)}, which lies outside the picture", way_out)
        return point


class EdlField(ParamField):
    """The cuts of a film, as JSON."""

    def read(self, value: Any) -> Any:
        try:
            return edl.read(value)
        except edl.Wrong as error:
            raise forms.ValidationError(f"{self.param.label}: {error}") from None


class PlacesField(ParamField):
    """Formats of platforms: their keys, or JSON."""

    def read(self, value: Any) -> Any:
        try:
            return places.read(value, self.param.of)
        except places.Wrong as error:
            raise forms.ValidationError(f"{self.param.label}: {error}") from None


class AssetField(ParamField):
    """An upload, the id of an asset, a data URL or an https address. Turned into an Asset only
    after everything else is right (OperationForm.resolve)."""

    def read(self, value: Any) -> Any:
        if isinstance(value, UploadedFile | Asset):
            return value
        if not isinstance(value, str):
            raise self.fail(f"is “{shown(value)}”", self.way_out)
        if value.startswith("data:") or "://" in value[:20]:
            return value
        try:
            return UUID(value)
        except ValueError:
            raise self.fail(f"is “{shown(value)}”, which is no asset", self.way_out) from None

    @property
    def way_out(self) -> str:
        return "Upload a file, or give the id of an asset, a data URL or an https address."


FIELDS: dict[str, type[ParamField]] = {
    "integer": IntegerField,
    "seed": IntegerField,
    "number": NumberField,
    "choice": ChoiceField,
    "style": ChoiceField,
    "color": ColorField,
    "text": TextField,
    "boolean": BooleanField,
    "point": PointField,
    "edl": EdlField,
    "places": PlacesField,
    "image": AssetField,
    "mask": AssetField,
    "audio": AssetField,
    "video": AssetField,
}
