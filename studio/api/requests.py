"""What a request for work says, read from JSON or from a form with a file, before it is checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from billing.models import Account, User
from studio import catalogue, keys
from studio.api.errors import Invalid, problem
from studio.fields import listed, nearest, shown
from studio.orders import OrderForm
from studio.spec import Offer, Operation

MAX_KEY = 100
FIELDS = ("operation", "offer", "params", "count", "grid")


class ParamsForm(OrderForm):
    """The form without the fields that a page adds: here they are unknown params."""

    @staticmethod
    def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
        return dict(data)


@dataclass(frozen=True)
class Order:
    """The operation, who is to do it, the params as they were sent; how many, and of what grid."""

    operation: Operation
    offer: Offer
    params: Mapping[str, Any]
    count: Any = 1
    grid: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The same for the same request, with its files by content."""
        said = {
            n: _content(v) if isinstance(v, UploadedFile) else v for n, v in self.params.items()
        }
        several = [self.count, self.grid] if (self.count, self.grid) != (1, {}) else []
        text = json.dumps([self.operation.key, self.offer.key, said, *several], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def form(self, account: Account, user: User, *, resolve: bool = True) -> OrderForm:
        """The checked form; raises Invalid with what is wrong."""
        form = ParamsForm(
            self.operation,
            self.offer,
            self.params,
            account=account,
            user=user,
            resolve=resolve,
            count=self.count,
            grid=self.grid,
        )
        if not form.is_valid():
            raise Invalid(form.problems(), 404 if form.not_found else 400)
        return form


def _content(file: UploadedFile[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def order(data: Any, account: Account, known: tuple[str, ...] = FIELDS) -> Order:
    """Read {"operation", "offer"?, "params"?}, or the same as flat fields of a form. `known` are
    the fields that the caller takes."""
    if isinstance(data, QueryDict):
        data = _unflatten(data)
    if not isinstance(data, dict):
        raise Invalid([problem("", data, "Send an object: {“operation”: …, “params”: {…}}.")])
    for name in data:
        if name not in known:
            words = f"“{shown(name)}” is not known here. Known: {listed(known)}."
            raise Invalid([problem(shown(name), data[name], words)])
    operation = _operation(data.get("operation"))
    params = data.get("params", {})
    if not isinstance(params, dict):
        words = "params is not an object. Send the parameters by name: {“duration”: 5, …}."
        raise Invalid([problem("params", params, words)])
    grid = data.get("grid", {})
    if not isinstance(grid, dict):
        words = "grid is not an object. Send lists of values by name: {“guidance”: [3, 5]}."
        raise Invalid([problem("grid", grid, words)])
    offer = _offer(operation, data.get("offer"), account)
    return Order(operation, offer, params, data.get("count", 1), grid)


def _unflatten(form: QueryDict) -> dict[str, Any]:
    """Fields of a form → the shape of the JSON. An empty field was left out."""
    for name, values in form.lists():
        if len(values) > 1:
            words = f"“{shown(name)}” is given twice. Give it once."
            raise Invalid([problem(shown(name), None, words)])
    fields: dict[str, Any] = form.dict()
    sent = {n: v for n, v in fields.items() if isinstance(v, UploadedFile) or v != ""}
    names = ("operation", "offer", "count")
    said: dict[str, Any] = {n: sent.pop(n) for n in names if n in sent}
    return {**said, "params": sent}


def _operation(key: Any) -> Operation:
    known = catalogue.operations()
    if not isinstance(key, str) or key not in known:
        words = "operation is missing." if key is None else f"“{shown(key)}” is not an operation."
        raise Invalid([problem("operation", key, f"{words} Choose {nearest(tuple(known), key)}.")])
    return known[key]


def _offer(operation: Operation, key: Any, account: Account) -> Offer:
    """The offer of that key; the first of the operation when there is none."""
    offers = {o.key: o for o in catalogue.offers(operation.key, keys.usable(account))}
    if not offers:
        words = f"Nobody can do “{operation.label}” in this studio now. Ask its owner."
        raise Invalid([problem("operation", operation.key, words)])
    if key is None:
        return next(iter(offers.values()))
    if not isinstance(key, str) or key not in offers:
        words = f"“{shown(key)}” is not an offer of {operation.key}."
        raise Invalid([problem("offer", key, f"{words} Choose {nearest(tuple(offers), key)}.")])
    return offers[key]


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """The header Idempotency-Key, checked; None when it was not sent."""
    key = headers.get("Idempotency-Key")
    if key is None:
        return None
    if not key or len(key) > MAX_KEY or not (key.isascii() and key.isprintable()):
        words = f"The key must have 1 to {MAX_KEY} letters, digits or signs; a UUID will do."
        raise Invalid([problem("Idempotency-Key", key, words)])
    return key
