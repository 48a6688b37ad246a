"""Workflows of ComfyUI that an admin stored, as offers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from billing.pricing import Flat, Free
from studio import catalogue, checks, keys
from studio.graphs import (
    FRAMES,
    filled,
    length_of,
    oddity,
    problems_of_graph,
    problems_of_mapping,
)
from studio.models import Workflow
from studio.operations.transform import PROMPTED
from studio.presets import STYLES
from studio.spec import Offer, Operation
from studio.words.style import as_sent
from studio.workflow_limits import narrowed, problems_of_limits

log = logging.getLogger("zoetrope.workflows")

PROVIDER = "comfyui"
KEPT_SECONDS = 2.0
DAY = 24 * 3600
DEADLINES = (30, 7 * DAY)
UNREADABLE = (RecursionError, ValueError)
TOLD = 300  # letters of a line in the log

_kept: tuple[float, list[Offer]] = (0.0, [])
_told: dict[str, str] = {}  # what the log was told of each that is left out


def offers() -> list[Offer]:
    """Those that are enabled and sound; none while no server is set."""
    global _kept
    if not keys.variables(catalogue.remote(PROVIDER)).home:
        return []
    until, found = _kept
    if time.monotonic() >= until:
        found = list(_sound())
        _kept = (time.monotonic() + KEPT_SECONDS, found)
    return found


def _sound() -> Iterator[Offer]:
    """What can be offered; the log is told once of what cannot."""
    wrong: dict[str, str] = {}
    for key, workflow in _enabled():
        found = problems(workflow) if workflow else ["It cannot be read from the database."]
        if workflow and not found:
            yield offer_of(workflow)
        else:
            wrong[key] = " ".join(" ".join(found).split())[:TOLD]
            if _told.get(key) != wrong[key]:
                log.warning("The workflow %s is not offered: %s", key, wrong[key])
    _told.clear()
    _told.update(wrong)


def _enabled() -> Iterator[tuple[str, Workflow | None]]:
    """By key; None for one whose JSON Python cannot read, which is no reason to lose the others."""
    enabled = Workflow.objects.filter(enabled=True).order_by("label", "key")
    try:
        yield from [(workflow.key, workflow) for workflow in enabled]
    except UNREADABLE:
        for key in enabled.values_list("key", flat=True):
            try:
                yield key, enabled.filter(key=key).first()
            except UNREADABLE:
                yield key, None


def forget() -> None:
    """Look again at once: something was stored."""
    global _kept
    _kept = (0.0, [])


def offer_of(workflow: Workflow) -> Offer:
    """What a workflow without problems becomes."""
    operation = catalogue.operations()[workflow.operation]
    price = f"{Decimal(workflow.price).normalize():f}"
    return Offer(
        key=f"{PROVIDER}-{workflow.key}",
        provider=PROVIDER,
        operation=workflow.operation,
        label=workflow.label,
        summary=workflow.summary or "A workflow on this studio's own ComfyUI.",
        accepts=_accepts(workflow, operation),
        here=_trims(workflow, operation),
        price=Flat(price) if workflow.price else Free("made on this studio's own server"),
        model=workflow.key,
        build=_builder(workflow, operation),
        styles=_known(workflow),
        deadline=workflow.deadline,
    )


def _accepts(workflow: Workflow, operation: Operation) -> dict[str, Any]:
    declared = {param.name: param for param in operation.params}
    length = length_of(operation, workflow.mapping)
    names = {length if name == FRAMES else name for name in workflow.mapping}
    names |= {p.name for p in operation.params if p.measures in workflow.mapping}
    names |= set(_trims(workflow, operation))
    taken = {n: narrowed(declared[n], workflow.limits.get(n)) for n in names if n in declared}
    # What steers the camera reaches a workflow only as words, and so does a style.
    steered = PROMPTED if "motion_words" in declared else {}
    worded: dict[str, Any] = {n: rule for n, rule in steered.items() if n not in taken}
    if "style" not in taken and "style" in declared and declared["style"].kind == "style":
        worded["style"] = True
    return {**taken, **worded} if "prompt" in taken else taken


def _trims(workflow: Workflow, operation: Operation) -> tuple[str, ...]:
    """A sound is cut before it is sent, so that the graph need not know how."""
    cut = [p.cut for p in operation.params if p.cut and p.name in workflow.mapping]
    return tuple(name for names in cut for name in names if name not in workflow.mapping)


def _builder(
    workflow: Workflow, operation: Operation
) -> Callable[[Mapping[str, Any], Mapping[str, str]], dict[str, Any]]:
    graph, mapping, known = workflow.graph, workflow.mapping, _known(workflow)
    pace = workflow.limits.get(FRAMES, {})
    length = length_of(operation, mapping) or ""

    def build(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
        values = {**as_sent(params, known), **files, FRAMES: _frames(params, length, pace)}
        return {"prompt": filled(graph, mapping, values)}

    return build


def _known(workflow: Workflow) -> tuple[str, ...]:
    """A style that has a place in the graph goes there, and not into the prompt."""
    return tuple(style.key for style in STYLES) if "style" in workflow.mapping else ()


def _frames(params: Mapping[str, Any], length: str, pace: Mapping[str, Any]) -> int | None:
    """The length as a number of frames; with a step of 4 one of 1, 5, 9 …, as such models want."""
    seconds, fps = params.get(length), params.get("fps") or pace.get("fps")
    if seconds is None or not fps:
        return None
    step = pace.get("step", 1)
    frames = round(seconds * fps / step) * step
    return max(1, int(frames)) if step == 1 else int(frames) + 1


# --- what is wrong ------------------------------------------------------------------------------


def problems(workflow: Workflow) -> list[str]:
    """Why it cannot be offered, in words for the admin who stores it."""
    operation = catalogue.operations().get(workflow.operation)
    if operation is None:
        return [f"There is no operation “{workflow.operation}”."]
    mapping, limits = workflow.mapping, workflow.limits
    found = [*_problems_of_terms(workflow)] + (
        list(_problems_of_json(workflow))
        or list(problems_of_graph(workflow.graph))
        or list(problems_of_mapping(workflow.graph, mapping, operation))
        or list(problems_of_limits(limits, mapping, operation))
    )
    if found:
        return found
    return [words for _, words in checks.offer_problems(offer_of(workflow), catalogue.operations())]


def _problems_of_terms(workflow: Workflow) -> Iterator[str]:
    """Of the price and the deadline."""
    price = Decimal(workflow.price)
    if not price.is_finite() or price < 0:
        yield f"The price is {price}; it is 0 or more."
    least, most = DEADLINES
    if not least <= workflow.deadline <= most:
        yield (
            f"The deadline is {workflow.deadline:,} s; it is {least} s to {most:,} s, which are "
            f"{most // DAY} days."
        )


def _problems_of_json(workflow: Workflow) -> Iterator[str]:
    named = {"The workflow": workflow.graph, "The mapping": workflow.mapping}
    for name, value in {**named, "What is in limits": workflow.limits}.items():
        if problem := oddity(value):
            yield f"{name} {problem}"
