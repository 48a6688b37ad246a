"""A photograph of 12 megapixels into the library, and the look-alikes of one among very many."""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

from tests.benchmarks.common import photograph, ratio, table

ROUNDS = 15
ACCOUNTS = 500
LARGEST = 0.05  # of all assets
SEARCHES = 200


def run() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        _photograph(Path(folder))
        _alike(Path(folder), int(os.environ.get("LOOKS", 1_000_000)))


def _photograph(folder: Path) -> None:
    """As long as a person waits for it, until its files are on the disk."""
    from assets import media
    from assets.services import files, intake
    from billing.models import Account

    path, account = photograph(folder / "photo.jpg"), Account(name="Nobody")

    def ours() -> None:
        limits = media.Limits()
        draft = intake.prepare(path, account=account, filename="photo.jpg", limits=limits)
        files.remove(draft.stored.values())

    def decode() -> None:
        cv2.imread(str(path))

    def look() -> None:
        media.likeness(still)

    format = media.identify(path, media.Limits())
    still = media.examine(path, format, media.Limits()).still
    ours()
    took = _waited({"ours": ours, "decode": decode, "look": look})
    middle = {name: statistics.median(seconds) * 1000 for name, seconds in took.items()}
    share = ratio(took["ours"], took["decode"])
    row = ("12-MP JPEG taken in", f"{middle['ours']:.0f} ms", f"{middle['decode']:.0f} ms")
    rows = [
        (*row, f"{share:.2f}", "< 120 ms"),
        ("of it the look", f"{middle['look']:.1f} ms", "", "", ""),
    ]
    table("Intake (what one waits; the peer is one full decode by OpenCV)", rows)


def _waited(cases: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    """Seconds of every case, in turns."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, work in cases.items():
            begun = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - begun)
    return seconds


def _alike(folder: Path, assets: int) -> None:
    """The rows and the index of the table, filled without Django; the search is the real one."""
    from django.db import connections

    from assets.services import looks

    path = folder / "looks.sqlite3"
    accounts = _fill(path, assets)
    connections["default"].close()
    settings = connections["default"].settings_dict
    before, settings["NAME"] = settings["NAME"], str(path)
    took = []
    try:
        for _ in range(SEARCHES):
            seen = looks.Likeness(_hash(), bytes(48))
            begun = time.perf_counter()
            looks._copies(accounts[0], seen)
            took.append((time.perf_counter() - begun) * 1000)
    finally:
        connections["default"].close()
        settings["NAME"] = before
    took.sort()
    middle, most = statistics.median(took), took[int(len(took) * 0.95)]
    name = f"look-alikes, {assets:,} assets, {int(assets * LARGEST):,} in the account"
    table("Look-alikes", [(name, f"{middle:.1f} ms", "", f"p95 {most:.1f} ms", "< 10 ms")])


RANDOM = np.random.default_rng(11)


def _hash() -> int:
    """Half of the bits are set, as the median of the frequencies makes it; low bands lean."""
    bits = np.zeros(64, np.uint8)
    bits[RANDOM.permutation(64)[:32]] = 1
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def _fill(path: Path, assets: int) -> list[object]:
    from django.db import connection

    from assets.media.likeness import bands
    from assets.models import Look
    from assets.services.looks import _signed
    from billing.ids import uuid7

    accounts = [uuid7() for _ in range(ACCOUNTS)]
    statements: list[str] = []
    with connection.schema_editor(collect_sql=True) as editor:
        editor.create_model(Look)
        statements = [s for s in editor.collected_sql if not s.startswith("--")]
        statements += [str(s) for s in editor.deferred_sql]

    def rows() -> Iterator[tuple[object, ...]]:
        large = int(assets * LARGEST)
        for number in range(assets):
            owner = accounts[0 if number < large else 1 + number % (ACCOUNTS - 1)]
            hash = _hash()
            key = (uuid7().hex, owner.hex, _signed(hash), bytes(48), *bands(hash))
            yield key

    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode = WAL")
        for statement in statements[:1]:
            database.execute(statement)
        fields = "asset_id, account_id, hash, layout, band0, band1, band2, band3"
        database.executemany(
            f"INSERT INTO {Look._meta.db_table} ({fields}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows(),
        )
        for statement in statements[1:]:
            database.execute(statement)
    return list(accounts)
