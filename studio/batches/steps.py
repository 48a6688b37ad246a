"""What is done with a row: one operation, or a chain of them in which each takes what the one
before it made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from billing.models import Account
from studio import catalogue, keys
from studio.batches.wrong import Wrong
from studio.fields import nearest, shown
from studio.spec import Offer, Operation, Param

MOST_STEPS = 8
KNOWN = ("operation", "offer", "params", "takes")


@dataclass(frozen=True)
class Step:
    """`takes` is the param that the result of the step before becomes; the first takes nothing."""

    number: int
    operation: Operation
    offer: Offer
    params: Mapping[str, Any] = field(default_factory=dict)
    takes: str = ""

    @property
    def label(self) -> str:
        return f"Step {self.number}, {self.operation.label}"


def read(account: Account, said: Sequence[Mapping[str, Any]]) -> list[Step]:
    """The steps of a chain. Raises Wrong."""
    if not isinstance(said, list | tuple) or not said:
        raise Wrong("steps", "There is no step. Say what is to be done with each row.")
    if len(said) > MOST_STEPS:
        words = f"There are {len(said)} steps; the most is {MOST_STEPS}. Leave some out."
        raise Wrong("steps", words)
    found: list[Step] = []
    for number, one in enumerate(said, start=1):
        found.append(_step(account, number, one, found[-1] if found else None))
    return found


def kept(found: Sequence[Step]) -> list[dict[str, Any]]:
    """The same as it is stored."""
    return [
        {"operation": s.operation.key, "offer": s.offer.key, "params": dict(s.params)}
        | ({"takes": s.takes} if s.takes else {})
        for s in found
    ]


def _step(account: Account, number: int, one: Any, before: Step | None) -> Step:
    where = f"Step {number}"
    if not isinstance(one, Mapping):
        raise Wrong("steps", f"{where} is “{shown(one)}”, which is no step.")
    if unknown := [name for name in one if name not in KNOWN]:
        raise Wrong(
            "steps", f"{where} has “{shown(unknown[0])}”. It takes {nearest(KNOWN, unknown[0])}."
        )
    operation = operation_of(one.get("operation"), where)
    offer = offer_of(account, operation, one.get("offer"), where)
    params = one.get("params") or {}
    if not isinstance(params, Mapping):
        raise Wrong("steps", f"{where}: params is not an object of params by name.")
    takes = chained(operation, offer, before.operation, one.get("takes"), where) if before else ""
    return Step(number, operation, offer, dict(params), takes)


def operation_of(said: Any, where: str) -> Operation:
    """By its key or its name. Raises Wrong."""
    known = catalogue.operations()
    text = str(said or "").strip()
    called = {o.label.casefold(): o for o in known.values()}
    found = known.get(text) or known.get(text.casefold()) or called.get(text.casefold())
    if found is None:
        what = f"“{shown(text)}” is no operation" if text else "no operation is named"
        raise Wrong("operation", f"{where}: {what}. Choose {nearest(tuple(known), text)}.")
    if found.elsewhere:
        raise Wrong("operation", f"{where}: {found.label} cannot be made from a sheet.")
    return found


def first_of(module: str) -> Operation:
    """What a module does first. Raises Wrong."""
    known = [o for o in catalogue.operations().values() if not o.elsewhere]
    for operation in known:
        if operation.module == module.casefold():
            return operation
    modules = tuple(dict.fromkeys(o.module for o in known))
    words = f"Module: “{shown(module)}” is no module. Choose {nearest(modules, module)}."
    raise Wrong("module", words)


def offer_of(account: Account, operation: Operation, said: Any, where: str) -> Offer:
    """By its key or its name; the first of the operation where nothing is said. Raises Wrong."""
    offers = {o.key: o for o in catalogue.offers(operation.key, keys.usable(account))}
    if not offers:
        raise Wrong("model", f"{where}: nobody can do “{operation.label}” in this studio now.")
    text = str(said or "").strip()
    if not text:
        return next(iter(offers.values()))
    called = {o.label.casefold(): o for o in reversed(offers.values())}
    found = offers.get(text) or offers.get(text.casefold()) or called.get(text.casefold())
    if found is None:
        words = f"{where}: “{shown(text)}” is no model of {operation.label.lower()} here"
        raise Wrong("model", f"{words}. Choose {nearest(tuple(offers), text)}.")
    return found


def chained(operation: Operation, offer: Offer, before: Operation, said: Any, where: str) -> str:
    """The param that the result of `before` becomes. Raises Wrong."""
    takers = [p for p in offer.params(operation) if p.is_asset and p.kind != "mask"]
    fitting = [p.name for p in takers if p.asset_kind == before.makes]
    if said:
        if said not in fitting:
            words = f"{where}: “{shown(said)}” does not take what {before.label.lower()} makes"
            way_out = f"Choose {nearest(tuple(fitting), said)}." if fitting else "Leave it out."
            raise Wrong("steps", f"{words}. {way_out}")
        return str(said)
    if not fitting:
        raise Wrong(
            "steps",
            f"{where}: {operation.label} does not take the {before.makes} that "
            f"{before.label.lower()} makes. Put another step between, or leave it out.",
        )
    return fitting[0]


def makes(operation: Operation, params: Mapping[str, Any]) -> int:
    """How many results of its own kind one job of it has."""
    packs = [p.name for p in operation.params if p.kind == "places"]
    return max([len(params.get(name) or [0]) for name in packs] or [1])


def params_of(step: Step) -> dict[str, Param]:
    return {p.name: p for p in step.offer.params(step.operation)}
