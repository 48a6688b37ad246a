"""`manage.py catalogue`: what can be asked, who can do it, for how much."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from studio import catalogue
from studio.spec import Offer, Operation, Param


def limits(param: Param) -> str:
    """'1–30 s', 'mp4, mov, webm, gif', 'a picture'."""
    if param.choices:
        return ", ".join(str(c) for c in param.choices)
    if param.low is not None and param.high is not None:
        unit = f" {param.unit}" if param.unit else ""
        return f"{param.low:g}–{param.high:g}{unit}"
    return param.kind


def price_words(operation: Operation, offer: Offer) -> str:
    defaults = {p.name: p.default for p in offer.params(operation)}
    return offer.price.quote(defaults).words


def markdown() -> str:
    """The feature table of the README."""
    rows = ["| Operation | Offered by | Parameters | Price |", "|---|---|---|---|"]
    for operation in catalogue.operations().values():
        for offer in (o for o in catalogue.all_offers().values() if o.operation == operation.key):
            params = "; ".join(f"{p.label.lower()} ({limits(p)})" for p in offer.params(operation))
            provider = catalogue.provider_of(offer)
            who = f"{offer.label} ({provider.label.lower()})"
            rows.append(
                f"| {operation.label} | {who} | {params} | {price_words(operation, offer)} |"
            )
    return "\n".join(rows)


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
            for offer in catalogue.offers(operation.key):
                self.stdout.write(f"  {offer.key}: {price_words(operation, offer)}")
                for param in offer.params(operation):
                    self.stdout.write(f"    {param.name}: {limits(param)}")
