"""`manage.py batch` against a studio that runs: its clusters do the work, the terminal watches."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.cluster.harness import ROOT, Studio, wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.xdist_group("cluster")]

HEAD = "pattern,width,height,seed\n"


def test_a_table_is_done_by_the_clusters(running: Studio, tmp_path: Path) -> None:
    file, out = tmp_path / "patterns.csv", tmp_path / "results.csv"
    file.write_text(HEAD + "".join(f"mesh,64,64,{n}\n" for n in range(6)))
    ended = running.manage(
        "batch", str(file), "--operation", "background", "--yes", "--out", str(out), check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "All 6 rows are done." in ended.stdout
    assert "6 of 6 done" in ended.stderr
    assert out.read_text("utf-8-sig").count("done") == 6


def test_who_goes_away_and_comes_back(running: Studio, tmp_path: Path) -> None:
    file = tmp_path / "patterns.csv"
    file.write_text(HEAD + "".join(f"waves,640,640,{n}\n" for n in range(40)))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, ROOT / "manage.py", "batch", file, "--operation=background", "--yes"],
        env=running.environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        # Where tests run behind a shell's back, that has everything in them ignore Ctrl+C.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    os.close(theirs)
    seen = ""

    def begun() -> bool:
        nonlocal seen
        seen += os.read(ours, 4096).decode(errors="replace")
        return " of 40 done" in seen

    wait_for(begun, 60, "the bar")
    process.send_signal(signal.SIGINT)
    seen += _rest(ours)
    assert process.wait(timeout=30) == 130
    os.close(ours)
    found = re.search(r"manage\.py batch --resume ([0-9a-f-]{36})", seen)
    assert found, seen
    assert "░" in seen
    ended = running.manage("batch", "--resume", found[1], check=False)
    assert ended.returncode == 0, ended.stderr
    assert "All 40 rows are done." in ended.stdout


def _rest(terminal: int) -> str:
    """What is written until the other end is closed."""
    said = b""
    while True:
        try:
            some = os.read(terminal, 4096)
        except OSError:  # nobody holds the other end any more
            some = b""
        if not some:
            return said.decode(errors="replace")
        said += some
