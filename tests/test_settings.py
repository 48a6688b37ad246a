"""What the settings do before anything else runs."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRINT = "from config import settings; print(settings.SECRET_KEY)"


def key_of(folder: Path) -> str:
    """The key that a fresh process finds or makes."""
    clean = {
        k: v for k, v in os.environ.items() if k not in ("SECRET_KEY", "DJANGO_SETTINGS_MODULE")
    }
    told = {**clean, "DATA_DIR": str(folder), "ENV_FILE": os.devnull}
    done = subprocess.run(
        [sys.executable, "-c", PRINT],
        cwd=ROOT,
        env=told,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = key_of(tmp_path)
    assert len(first) >= 50
    assert key_of(tmp_path) == first
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["secret-key", "work"]


def test_an_empty_key_of_a_power_cut_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secret-key").touch()
    assert len(key_of(tmp_path)) >= 50


def test_first_starts_at_the_same_moment_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(key_of, [tmp_path] * 4))) == 1


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "http", "whole number"),
        ("DEBUG", "maybe", "use 1 or 0"),
        ("PORT", "0", "1 to 65535"),
    ],
)
def test_a_bad_value_stops_the_start_with_its_name(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    told = {**os.environ, "DATA_DIR": str(tmp_path), name: value, "ENV_FILE": os.devnull}
    done = subprocess.run(
        [sys.executable, "-c", PRINT], cwd=ROOT, env=told, capture_output=True, text=True
    )
    assert done.returncode
    assert name in done.stderr
    assert words in done.stderr
