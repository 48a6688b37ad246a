"""Workflows of ComfyUI that an admin stored, as offers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from billing.pricing import Flat, Free
from studio import catalogue, checks, keys
from studio.graphs import FRAMES, filled, problems_of_graph, problems_of_mapping
from studio.models import Workflow
from studio.operations.transform import PROMPTED, choice_of
from studio.spec import Offer, Operation, Param
from studio.words.motion import spoken

PROVIDER = "comfyui"
NARROWS = ("low", "high", "default", "step", "multiple", "max_length", "choices")
PACES = ("fps", "step")  # of frames
KEPT_SECONDS = 2.0

_kept: tuple[float, list[Offer]] = (0.0, [])


def offers() -> list[Offer]:
    """Those that are enabled and sound; none while no server is set."""
    global _kept
    if not keys.variables(catalogue.remote(PROVIDER)).home:
        return []
    until, found = _kept
    if time.monotonic() >= until:
        enabled = Workflow.objects.filter(enabled=True).order_by("label", "key")
        found = [offer_of(workflow) for workflow in enabled if not problems(workflow)]
        _kept = (time.monotonic() + KEPT_SECONDS, found)
    return found


def forget() -> None:
    """Look again at once: something was stored."""
    global _kept
    _kept = (0.0, [])


def offer_of(workflow: Workflow) -> Offer:
    """What a workflow without problems becomes."""
    price = f"{Decimal(workflow.price).normalize():f}"
    return Offer(
        key=f"{PROVIDER}-{workflow.key}",
        provider=PROVIDER,
        operation=workflow.operation,
        label=workflow.label,
        summary=workflow.summary or "A workflow on this studio's own ComfyUI.",
        accepts=_accepts(workflow, catalogue.operations()[workflow.operation]),
        price=Flat(price) if workflow.price else Free("made on this studio's own server"),
        model=workflow.key,
        build=_builder(workflow),
        deadline=workflow.deadline,
    )


def _accepts(workflow: Workflow, operation: Operation) -> dict[str, Any]:
    declared = {param.name: param for param in operation.params}
    names = {"duration" if name == FRAMES else name for name in workflow.mapping}
    taken = {n: _narrowed(declared[n], workflow.limits.get(n)) for n in names if n in declared}
    # What steers the camera reaches a workflow only as words.
    worded = {n: rule for n, rule in PROMPTED.items() if n in declared and n not in taken}
    return {**taken, **worded} if "prompt" in taken else taken


def _narrowed(param: Param, said: Mapping[str, Any] | None) -> Any:
    if not said:
        return True
    rule = {name: said[name] for name in NARROWS if name in said}
    if "choices" not in rule:
        return rule
    default = rule.get("default", param.default)
    chosen = default if default in rule["choices"] else None
    return {**rule, **choice_of(*rule["choices"], default=chosen), "depends": None}


def _builder(
    workflow: Workflow,
) -> Callable[[Mapping[str, Any], Mapping[str, str]], dict[str, Any]]:
    graph, mapping = workflow.graph, workflow.mapping
    pace = workflow.limits.get(FRAMES, {})

    def build(params: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
        values = {**params, **files, "prompt": spoken(params), FRAMES: _frames(params, pace)}
        return {"prompt": filled(graph, mapping, values)}

    return build


def _frames(params: Mapping[str, Any], pace: Mapping[str, Any]) -> int | None:
    """The length as a number of frames; with a step of 4 one of 1, 5, 9 …, as such models want."""
    seconds, fps = params.get("duration"), params.get("fps") or pace.get("fps")
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
    return (
        list(problems_of_graph(workflow.graph))
        or list(problems_of_mapping(workflow.graph, workflow.mapping, operation))
        or list(_problems_of_limits(workflow))
        or [words for _, words in checks.offer_problems(offer_of(workflow), catalogue.operations())]
    )


def _problems_of_limits(workflow: Workflow) -> Iterator[str]:
    limits, mapping = workflow.limits, workflow.mapping
    if not isinstance(limits, dict) or not all(isinstance(v, dict) for v in limits.values()):
        yield 'Limits must look like {"width": {"low": 256, "high": 1024, "default": 512}}.'
        return
    known = {*mapping, "duration"} if FRAMES in mapping else set(mapping)
    for name, said in limits.items():
        if name not in known:
            yield f"Limits speak of “{name}”, which is not in the mapping."
        possible = PACES if name == FRAMES else NARROWS
        for word in said:
            if word not in possible:
                yield f"Limits of “{name}”: “{word}” is unknown. Use {', '.join(possible)}."
        yield from _wrong_values(name, said)
    pace = limits.get(FRAMES, {})
    if FRAMES in mapping and "fps" not in mapping and not pace.get("fps"):
        yield 'The mapping has frames but no fps. Map fps, or set {"frames": {"fps": 24}}.'


def _wrong_values(name: str, said: Mapping[str, Any]) -> Iterator[str]:
    for word, value in said.items():
        if word == "choices":
            if not isinstance(value, list) or not value:
                yield f"Limits of “{name}”: choices is a list of one value or more."
        elif word == "default":
            if isinstance(value, dict | list):
                yield f"Limits of “{name}”: default is one value."
        elif isinstance(value, bool) or not isinstance(value, int | float):
            yield f"Limits of “{name}”: {word} is {json.dumps(value)}; it is a number."
        elif word in ("fps", "step", "multiple", "max_length") and value <= 0:
            yield f"Limits of “{name}”: {word} is {value}; it is more than 0."
