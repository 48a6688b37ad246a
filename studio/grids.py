"""A grid of values: what may vary, examples of it, and what a result of one is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from studio import catalogue
from studio.fields import exact, spoken
from studio.models import Job
from studio.spec import Param

Varied = Iterable[tuple[str, Any]]


def free(spec: Mapping[str, Param]) -> list[Param]:
    """The params whose values a page can list: neither files nor texts, nor pairs of numbers."""
    return [p for p in spec.values() if not p.is_asset and p.kind not in ("text", "point")]


def choices(param: Param) -> list[tuple[str, str]]:
    """(value, label) of each, where they can be ticked."""
    if param.kind == "boolean":
        return [("true", "Yes"), ("false", "No")]
    return [(str(c), param.label_of(c)) for c in param.choices]


def example(param: Param) -> str:
    """Three values, as they are typed: around the usual one, or spread over what is possible."""
    if param.kind == "color":
        return "#c0392b, #2f6fed, #27ae60"
    if param.choices or param.kind == "boolean":
        return ", ".join(label for _, label in choices(param)[:3])
    low, high, usual = param.low, param.high, param.default
    if param.kind == "seed" or low is None or high is None:
        return "1, 2, 3"
    if usual and low <= usual / 2 and usual * 2 <= high:
        values = [usual / 2, usual, usual * 2]
    else:
        values = [low + (high - low) * share for share in (0.25, 0.5, 0.75)]
    step = param.step or 1
    return ", ".join(exact(round(round(value / step) * step, 6)) for value in values)


def called(spec: Mapping[str, Param], varied: Varied) -> list[tuple[str, str]]:
    """(label, value in words) of what is special to one result."""
    return [
        (spec[name].label, spoken(spec[name], value))
        if name in spec
        else (name.replace("_", " ").capitalize(), str(value).capitalize())
        for name, value in varied
    ]


def of_job(job: Job) -> list[tuple[str, str]]:
    """The same of a job; in plain words where its model is not known any more."""
    operation, offer = (
        catalogue.operations().get(job.operation),
        catalogue.all_offers().get(job.offer),
    )
    spec = {p.name: p for p in operation.params} if operation else {}
    if operation and offer:
        spec |= {p.name: p for p in offer.params(operation)}
    return called(spec, [(name, value) for name, value in job.varied])
