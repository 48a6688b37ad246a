"""Studios that begin with a copy of a folder that was set up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cluster.harness import Studio


@pytest.fixture(scope="module")
def running(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """One studio for tests that leave it as they found it."""
    with Studio(tmp_path_factory.mktemp("running"), prepared) as studio:
        yield studio.start()


@pytest.fixture
def new_studio(prepared: Path, tmp_path: Path) -> Iterator[Callable[..., Studio]]:
    """Makes studios that are not started yet: new_studio(RENDER_SLOTS="1")."""
    with ExitStack() as studios:

        def make(name: str = "studio", **variables: str) -> Studio:
            return studios.enter_context(Studio(tmp_path / name, prepared, **variables))

        yield make
