"""`manage.py catalogue`: what can be asked, who can do it, for how much."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from billing.pricing import about
from studio import catalogue, keys
from studio.file_limits import summary
from studio.spec import Offer, Operation, Param

FEW = 5


def limits(param: Param) -> str:
    """'1–30 s', '5, 10 s', 'mp4, mov, webm, gif', 'image'."""
    unit = f" {param.unit}" if param.unit else ""
    if param.choices:
        return ", ".join(str(c) for c in param.choices) + unit
    if param.kind == "seed":
        return "whole number"
    if param.kind == "text":
        return f"up to {param.max_length:,} characters"
    if param.low is not None and param.high is not None:
        return f"{param.low:g}–{param.high:g}{unit}"
    return f"{param.kind} {summary(param.limits)}".strip() if param.limits else param.kind


def price_words(operation: Operation, offer: Offer) -> str:
    quote = offer.price.quote(catalogue.usual(operation, offer))
    return f"{quote.words} = {about(quote.amount)}" if quote.amount else quote.words


def takes(operation: Operation, offer: Offer) -> str:
    """What it takes, in a few words: the limits of what comes out, the names of the rest."""
    params = offer.params(operation)
    main = [p for p in params if not p.advanced and p.name not in ("direction", "strength")]
    words = [
        f"{p.label.lower()} {few(p)}" if p.group == "output" else p.label.lower() for p in main
    ]
    more = sum(p.advanced for p in params)
    return ", ".join(words) + (f", {more} more" if more else "")


def few(param: Param) -> str:
    """Its limits, as short as can be."""
    unit = f" {param.unit}" if param.unit else ""
    if len(param.choices) > FEW:
        return f"({len(param.choices)} choices)"
    return "/".join(map(str, param.choices)) + unit if param.choices else limits(param)


def markdown() -> str:
    """The feature tables of the README, one for each operation."""
    return "\n\n".join(table(o) for o in catalogue.operations().values())


def table(operation: Operation) -> str:
    rows = ["| Model | By | Takes | Price as it stands |", "|---|---|---|---|"]
    offers = [o for o in catalogue.declared_offers().values() if o.operation == operation.key]
    for offer in sorted(offers, key=lambda o: not catalogue.provider_of(o).local):
        cells = (
            offer.label,
            catalogue.provider_of(offer).label,
            takes(operation, offer),
            price_words(operation, offer),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return f"**{operation.label}**\n\n" + "\n".join(rows)


class Command(BaseCommand):
    help = "Print the catalogue: operations, offers, parameters, prices."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--markdown", action="store_true", help="the table of the README")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["markdown"]:
            self.stdout.write(markdown())
            return
        for operation in catalogue.operations().values():
            self.stdout.write(f"{operation.key}: {operation.summary}")
            for offer in catalogue.offers(operation.key, keys.usable(None)):
                self.stdout.write(f"  {offer.key}: {price_words(operation, offer)}")
                for param in offer.params(operation):
                    self.stdout.write(f"    {param.name}: {limits(param)}")
