"""A provider that lies, and studios of real processes that talk to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import needs
from tests.cluster.harness import ROOT, Studio
from tests.fakes.media import HUES, movie
from tests.fakes.plain import MODULES, FakePlain

Prepare = Callable[..., Studio]


class Tiny(FakePlain):
    """Results that are quick to take into the library."""

    def film(self, name: str) -> bytes:
        return movie("", hash(name) % HUES, (64, 48), 0.25)


class Place(Studio):
    """A studio whose only way out is the fake; its parts may be run one by one."""

    def __init__(self, folder: Path, ready: Path | None, fake: FakePlain, **variables: str) -> None:
        more = {"EXTRA_PROVIDERS": ",".join(MODULES), "SETTLE_SECONDS": "3", **fake.variables()}
        super().__init__(folder, ready, **more | variables)
        self.fake = fake

    def hand(self, *lines: str, timeout: float = 200, **variables: str) -> Any:
        """The answer of tests.faults.hand."""
        done = self.try_hand(*lines, timeout=timeout, **variables)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    def try_hand(
        self, *lines: str, timeout: float = 200, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tests.faults.hand", *lines],
            cwd=ROOT,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def paid_twice(self) -> dict[str, int]:
        """Jobs that were bought more than once; the reference is job.start."""
        seen: dict[str, int] = {}
        for prediction in list(self.fake.predictions.values()):
            job = prediction.input["reference"].partition(".")[0]
            seen[job] = seen.get(job, 0) + 1
        return {job: count for job, count in seen.items() if count > 1}


@pytest.fixture
def fake() -> Iterator[Tiny]:
    with Tiny(seconds=1.0) as fake:
        yield fake


@pytest.fixture
def place(prepared: Path, tmp_path: Path, fake: Tiny) -> Iterator[Place]:
    """A studio that is set up and not started, on SQLite."""
    with Place(tmp_path / "studio", prepared, fake) as place:
        yield place


@pytest.fixture
def either(
    request: pytest.FixtureRequest,
    prepared: Path,
    tmp_path: Path,
    fake: Tiny,
) -> Iterator[Place]:
    """The same on a kind of database, "sqlite" or "postgres"."""
    if request.param == "sqlite":
        with Place(tmp_path / "studio", prepared, fake) as place:
            yield place
        return
    with (
        needs.new_postgres() as address,
        Place(tmp_path / "studio", None, fake, DATABASE_URL=address) as place,
    ):
        yield place
