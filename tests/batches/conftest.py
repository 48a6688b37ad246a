"""Batches, and the queue by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from assets.models import Asset
from billing.models import Account, User
from studio import batches, jobs
from studio.models import Batch
from tests.batches.sheets import table
from tests.studio.conftest import (  # noqa: F401 - fixtures
    Paper,
    adds_up,
    cat,
    film,
    other,
    paper,
    rich,
    still,
)
from tests.studio.stories import bring

MOVE = {"operation": "image-to-video", "offer": "paper-motion"}
SMALL = {"width": 64, "height": 64, "duration": 1, "fps": 24, "format": "mp4"}
MARK = {"operation": "watermark", "params": {"text": "© Alice"}}
UPSCALE = {"operation": "upscale", "params": {"size": "2x"}}


@pytest.fixture
def draft(
    account: Account,
    alice: User,
    cat: Asset,  # noqa: F811 - the fixture
    paper: Paper,  # noqa: F811
) -> Callable[..., Batch]:
    """draft(3) → a checked batch of as many rows that Paper animates."""

    def make(
        count: int = 3,
        *,
        steps: Sequence[dict[str, Any]] = ({**MOVE, "params": SMALL},),
        rows: Sequence[Sequence[str]] | None = None,
        columns: Sequence[str] = ("image", "strength"),
        mapping: dict[str, str] | None = None,
        **options: Any,
    ) -> Batch:
        lines = rows or [(str(cat.pk), str(number % 100 + 1)) for number in range(count)]
        made = batches.create(
            account,
            alice,
            "Many cats",
            table(columns, lines),
            steps=steps,
            mapping=mapping,
        )
        if options:
            batches.set_options(made, **options)
        batches.check(made)
        return made

    return make


@pytest.fixture
def pictures(
    account: Account, alice: User, picture: Callable[..., bytes], tmp_path: Path
) -> list[Asset]:
    """Three different pictures with names."""
    made = []
    for number, name in enumerate(("pear", "fig", "plum"), start=1):
        path = tmp_path / f"{name}.png"
        path.write_bytes(picture((64 + 16 * number, 64)))
        made.append(bring(path, account, alice, title=name.capitalize()))
    return made


@pytest.fixture
def begun(draft: Callable[..., Batch], alice: User) -> Callable[..., Batch]:
    """begun(4, at_once=1) → a batch that runs."""

    def make(*args: Any, **kwargs: Any) -> Batch:
        batch = draft(*args, **kwargs)
        batches.start(batch, alice)
        jobs.dispatch()
        return batch

    return make
