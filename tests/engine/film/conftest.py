"""Films that many tests cut and join; made once."""

from pathlib import Path

import pytest

from tests.fakes import films


@pytest.fixture(scope="package")
def reel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """a, b, c: of one kind, by the studio; b and c begin with number 200 and 400, c is silent."""
    folder = tmp_path_factory.mktemp("reel")
    return {
        "a": films.ours(folder / "a.mp4", 90, sound=films.clicks(3)),
        "b": films.ours(folder / "b.mp4", 75, sound=films.clicks(2.5), first=200, hue=1),
        "c": films.ours(folder / "c.mp4", 60, first=400, hue=2),
    }
