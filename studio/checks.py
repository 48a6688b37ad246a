"""A mistake in the catalogue or in the surroundings stops start-up, with an id and a way out."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from studio import catalogue, secrets, writer
from studio.fields import FIELDS
from studio.operations.create import QUALITIES
from studio.presets import STYLES, TEMPLATES
from studio.presets.templates import CATEGORIES, PLATFORMS
from studio.spec import Offer, Operation, Param

# Pixels that a side of a picture may have, as the operations declare it.
SMALLEST, LARGEST = 64, 4096


@register
def check_catalogue(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(problem, hint="Mend the entry in studio/operations, providers or presets.", id=id_)
        for id_, problem in catalogue_problems()
    ]


def catalogue_problems() -> Iterator[tuple[str, str]]:
    """(id, what is wrong) for each mistake in the declarations."""
    operations, offers = catalogue.operations(), catalogue.declared_offers()
    declared = [o.key for p in catalogue.providers().values() for o in p.offers]
    for key in {k for k in declared if declared.count(k) > 1}:
        yield "studio.E001", f"Two offers have the key {key!r}."
    for operation in operations.values():
        yield from _operation_problems(operation)
        if not any(o.operation == operation.key for o in offers.values()):
            yield "studio.E002", f"Nobody offers {operation.key!r}."
    for offer in offers.values():
        yield from offer_problems(offer, operations)
    yield from template_problems()


def template_problems() -> Iterator[tuple[str, str]]:
    """(id, what is wrong) for each mistake in the templates."""
    styles = {style.key for style in STYLES}
    keys = [template.key for template in TEMPLATES]
    for key in {k for k in keys if keys.count(k) > 1}:
        yield "studio.E016", f"Two templates have the key {key!r}."
    for row in TEMPLATES:
        where = f"template {row.key!r}"
        if row.style and row.style not in styles:
            yield "studio.E017", f"{where} has the style {row.style!r}, which does not exist."
        if row.quality not in QUALITIES:
            yield "studio.E017", f"{where} has the quality {row.quality!r}, which does not exist."
        if row.platform not in PLATFORMS or row.category not in CATEGORIES:
            yield "studio.E017", f"{where} is of an unknown platform or category."
        if not all(SMALLEST <= side <= LARGEST for side in (row.width, row.height)):
            yield "studio.E018", f"{where} has sides outside {SMALLEST} to {LARGEST} pixels."


def _operation_problems(operation: Operation) -> Iterator[tuple[str, str]]:
    names = [p.name for p in operation.params]
    if len(names) != len(set(names)):
        yield "studio.E003", f"{operation.key!r} declares a param twice."
    for param in operation.params:
        yield from _param_problems(f"{operation.key}.{param.name}", param, set(names))


def _param_problems(where: str, param: Param, names: set[str]) -> Iterator[tuple[str, str]]:
    if param.kind not in FIELDS:
        yield "studio.E004", f"{where}: no field for the kind {param.kind!r}."
    if param.kind in ("choice", "style") and not param.choices:
        yield "studio.E005", f"{where} has no choices."
    if param.choices and param.default is not None and param.default not in param.choices:
        yield "studio.E006", f"{where}: the default {param.default!r} is no choice."
    if param.kind in ("integer", "number"):
        low, high, default = param.low, param.high, param.default
        if low is None or high is None or low > high:
            yield "studio.E007", f"{where} needs low and high limits."
        elif default is not None and not low <= default <= high:
            yield "studio.E006", f"{where}: the default {default!r} is outside its limits."
    if param.kind == "mask" and param.of not in names:
        yield "studio.E015", f"{where} is a mask of {param.of!r}, which does not exist."
    for named in filter(None, (param.measures, *(param.cut or ()))):
        if named not in names:
            yield "studio.E026", f"{where} goes by {named!r}, which does not exist."
    chosen = param.sets.values()
    if not set(param.sets) <= set(param.choices) or len({frozenset(c) for c in chosen}) > 1:
        yield "studio.E019", f"{where}: its choices do not all set the same params."
    if not {name for sets in chosen for name in sets} <= names:
        yield "studio.E019", f"{where} sets params that do not exist."
    if param.depends:
        if param.depends.on not in names:
            yield "studio.E008", f"{where} depends on {param.depends.on!r}, which does not exist."
        if not {c for cs in param.depends.choices.values() for c in cs} <= set(param.choices):
            yield "studio.E009", f"{where} depends on choices that it does not have."


def offer_problems(offer: Offer, operations: dict[str, Operation]) -> Iterator[tuple[str, str]]:
    where = f"offer {offer.key!r}"
    operation = operations.get(offer.operation)
    if operation is None:
        yield "studio.E010", f"{where} is for {offer.operation!r}, which does not exist."
        return
    known = {p.name: p for p in operation.params}
    for name, rule in offer.accepts.items():
        if name not in known:
            yield "studio.E011", f"{where} accepts {name!r}, which {operation.key!r} lacks."
        elif isinstance(rule, tuple) and not set(rule) <= set(known[name].choices):
            yield "studio.E012", f"{where}: {name!r} is widened, not narrowed."
    if any(name not in known for name in offer.accepts):
        return
    params = offer.params(operation)
    for param in params:
        yield from _param_problems(f"{where}.{param.name}", param, {p.name for p in params})
    for param in (p for p in operation.params if p.required and p.name not in offer.accepts):
        yield "studio.E013", f"{where} does not take {param.name!r}, which is required."
    yield from _price_problems(where, operation, offer)


def _price_problems(where: str, operation: Operation, offer: Offer) -> Iterator[tuple[str, str]]:
    try:
        amount = offer.price.quote(catalogue.usual(operation, offer)).amount
    except (KeyError, TypeError, ArithmeticError) as error:
        yield "studio.E014", f"{where}: its price fails on the defaults: {error!r}."
        return
    if type(amount) is not int or amount < 0:
        yield "studio.E014", f"{where}: its price is {amount!r}; whole units of 0 or more."


@register
def check_encoders(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    missing = [c for c in ("libx264", "aac", "libvpx-vp9", "libopus", "gif") if not _has(c)]
    hint = "Install the wheel of PyAV from requirements.txt, not a build of your own."
    return [Error(f"PyAV has no encoder {c!r}.", hint=hint, id="studio.E020") for c in missing]


def _has(codec: str) -> bool:
    try:
        av.Codec(codec, "w")
    except av.codec.codec.UnknownCodecError:
        return False
    return True


@register
def check_folders(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    folder = Path(settings.DATA_DIR)
    if os.access(folder, os.W_OK):
        return []
    hint = "Give its user the right to write there, or set DATA_DIR."
    return [Error(f"The data folder {folder} cannot be written.", hint=hint, id="studio.E021")]


@register
def check_queue(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    conf = settings.Q_CLUSTER
    found: list[CheckMessage] = []
    for name, cluster in {"engine": conf, **conf["ALT_CLUSTERS"]}.items():
        both = {**conf, **cluster}
        rounds = 1 + math.ceil((both["queue_limit"] + 1) / both["workers"])
        if both["retry"] <= both["timeout"] * rounds:
            found.append(
                Error(
                    f"Cluster {name!r}: retry {both['retry']} s lets a task start twice.",
                    hint=f"Set retry above {both['timeout'] * rounds} s.",
                    id="studio.E022",
                )
            )
        # The hard kill compares a 32-bit float with zero: only these steps ever reach it.
        if both["guard_cycle"] not in (0.25, 0.5, 1):
            hint = "Use 0.25, 0.5 or 1."
            found.append(
                Warning(
                    f"guard_cycle {both['guard_cycle']} never kills.", hint=hint, id="studio.W001"
                )
            )
    return found


@register
def check_writer(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    said, address = settings.WRITER, settings.WRITER_URL
    if said not in writer.WRITERS:
        hint = "Use rules or gemini, or leave it empty."
        return [Error(f"WRITER is {said!r}.", hint=hint, id="studio.E024")]
    if address and not address.startswith(("http://", "https://")):
        hint = "Begin it with http:// or https://, and end it with the server's /v1."
        return [Error(f"WRITER_URL is {address!r}.", hint=hint, id="studio.E024")]
    if address and not said and not settings.WRITER_MODEL:
        hint = "Name a model that the server at WRITER_URL has."
        return [Error("WRITER_MODEL is empty.", hint=hint, id="studio.E024")]
    return []


@register
def check_encryption(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.ENCRYPTION_KEYS:
        return []
    try:
        secrets.encrypt("")
    except ImproperlyConfigured as error:
        hint = "Mend ENCRYPTION_KEYS, or leave it out: a key is then made and kept in DATA_DIR."
        return [Error(str(error), hint=hint, id="studio.E023")]
    return []


@register
def check_sale(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.STRIPE_KEY:
        return []
    found: list[CheckMessage] = []
    if settings.PLANS_BY_OWNER:
        hint = "Leave PLANS_BY_OWNER out: what is sold is chosen on the page where it is paid."
        said = "With STRIPE_KEY and PLANS_BY_OWNER owners would take paid plans without paying."
        found.append(Error(said, hint=hint, id="studio.E025"))
    if not settings.STRIPE_WEBHOOK_SECRET:
        hint = "Copy the signing secret (whsec_…) of the endpoint …/hooks/stripe from Stripe."
        said = "STRIPE_WEBHOOK_SECRET is empty: what Stripe tells of payments would be refused."
        found.append(Error(said, hint=hint, id="studio.E025"))
    return found
