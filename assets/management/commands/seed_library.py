"""Fills the library with made-up rows without files, for measuring how fast it is searched."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assets.search.seeding import Seeding, accounts_with_assets

MOST_ASSETS = 5_000_000
MOST_ACCOUNTS = 5_000


class Command(BaseCommand):
    help = "Fill the library with made-up assets (rows without files) to measure the search with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--assets", type=int, default=100_000, help="how many in all")
        parser.add_argument("--accounts", type=int, default=50, help="over how many accounts")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same library")

    def handle(self, *args: Any, **options: Any) -> None:
        assets, accounts = options["assets"], options["accounts"]
        if not 1 <= accounts <= MOST_ACCOUNTS:
            raise CommandError(f"--accounts {accounts}: use 1 to {MOST_ACCOUNTS:,}.")
        if not accounts <= assets <= MOST_ASSETS:
            raise CommandError(f"--assets {assets}: use {accounts:,} to {MOST_ASSETS:,}.")
        seeding = Seeding(assets, accounts, options["seed"])
        if taken := accounts_with_assets(seeding.names):
            raise CommandError(
                f"“{taken[0]}” has assets already, so nothing was done. Use a library of its own: "
                "DATA_DIR=/somewhere/else manage.py setup, then this again."
            )
        begun = time.monotonic()
        for done in seeding.run():
            self.stdout.write(f"{done:,} of {assets:,}", ending="\r")
        self.stdout.write(f"{assets:,} assets in {time.monotonic() - begun:.0f} s.")
