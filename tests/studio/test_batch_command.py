"""`manage.py batch`: a table in, results out, with what was wrong told by line and column."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assets.models import Asset
from billing.models import Account, Entry, User
from studio import batches
from studio.batches.sheet import read
from studio.management import watch
from studio.management.commands import batch as command
from studio.models import Batch, BatchState, Job
from tests.api.conftest import priced  # noqa: F401 - the fixture
from tests.batches.sheets import fail, work_off
from tests.studio.stories import bring

Run = Callable[..., tuple[str, str]]


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        file = tmp_path / "table.csv"
        file.write_text(text)
        return file

    return write


@pytest.fixture
def run(
    account: Account, monkeypatch: pytest.MonkeyPatch, settings: Any, capsys: Any
) -> Callable[..., tuple[str, str]]:
    """run("file.csv", "--yes") → what was printed; the queue is worked off while it waits."""
    settings.RENDER_SLOTS = 4
    monkeypatch.setattr(command, "find_problems", list)
    waiting = partial(watch.Watch, sleep=lambda _: work_off())
    monkeypatch.setattr(command, "Watch", waiting)

    def call(*args: Any) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("batch", *map(str, args), "--account", "alice", stdout=out, stderr=err)
        finally:
            watched = capsys.readouterr().err
        return out.getvalue(), err.getvalue() + watched

    return call


def refusal(run: Run, *args: Any) -> str:
    """The words of a command that was refused, which leaves nothing."""
    with pytest.raises(CommandError) as caught:
        run(*args)
    assert caught.value.returncode == 2
    assert not Batch.objects.exists()
    assert not Job.objects.exists()
    assert not Entry.objects.filter(kind="hold").exists()
    return str(caught.value)


def test_a_table_is_done_and_its_results_are_written(
    run: Run, table: Callable[[str], Path], tmp_path: Path, alice: User
) -> None:
    file = table("pattern,width,height\nmesh,64,64\nwaves,64,64\nmesh,64,64\n")
    target = tmp_path / "results.csv"
    out, err = run(file, "--operation", "background", "--yes", "--out", target, "--at-once", 3)
    assert "(This computer): 3 jobs, 0 credits" in out
    assert "1 row: the same as an earlier one." in out
    assert "In all 3 rows, 0 credits; available: " in out
    assert "All 3 rows are done." in out
    assert "0 of 3 done" in err
    assert "3 of 3 done" in err
    made = Batch.objects.get()
    assert (made.state, made.user, made.at_once) == (BatchState.DONE, alice, 3)
    assert (made.title, made.source_name) == ("table.csv", "table.csv")
    rows = read(target.read_bytes())
    states = [row["state"] for row in map(rows.said, rows.rows)]
    assert states == ["done"] * 3
    assert Asset.objects.filter(pk=rows.said(rows.rows[0])["assets"]).exists()


def test_each_row_may_name_its_own_operation(
    run: Run, table: Callable[[str], Path], cat_file: str
) -> None:
    text = f"operation,pattern,image,text\nbackground,mesh,,\nwatermark,,{cat_file},Mine\n"
    out, _ = run(table(text), "--yes")
    assert "All 2 rows are done." in out
    assert set(Job.objects.values_list("operation", flat=True)) == {"background", "watermark"}


@pytest.fixture
def cat_file(account: Account, alice: User, picture: Callable[..., bytes], tmp_path: Path) -> str:
    path = tmp_path / "cat.png"
    path.write_bytes(picture())
    return bring(path, account, alice).filename


def test_what_is_wrong_is_told_by_line_and_column(
    run: Run, table: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = table("pattern,seed\nmesh,1\ntartan!,2\nwaves,three\n")
    told = io.StringIO()
    with pytest.raises(CommandError, match="2 of 3 rows are wrong") as caught:
        call_command(
            "batch",
            str(file),
            "--operation=background",
            "--yes",
            "--account=alice",
            stdout=io.StringIO(),
            stderr=told,
        )
    assert caught.value.returncode == 2
    lines = told.getvalue().splitlines()
    assert any(line.startswith("line 3, pattern: ") and "“tartan!”" in line for line in lines)
    assert any(line.startswith("line 4, seed: ") for line in lines)
    assert not Batch.objects.exists()
    out, _ = run(file, "--operation", "background", "--yes", "--skip-wrong")
    assert "The row is done." in out


def test_a_cell_does_not_command_the_terminal(run: Run, table: Callable[[str], Path]) -> None:
    said = io.StringIO()
    file = table("pattern,\x1b]0;owned\x07\n\x1b[2Jtartan,x\n")
    words = ["--operation=background", "--yes", "--account=alice"]
    with pytest.raises(CommandError, match="1 of 1 rows is wrong"):
        call_command("batch", str(file), *words, stdout=io.StringIO(), stderr=said)
    assert "tartan" in said.getvalue()
    assert "\x1b" not in said.getvalue()


def test_a_dry_run_begins_nothing(run: Run, table: Callable[[str], Path]) -> None:
    out, _ = run(table("pattern\nmesh\n"), "--operation", "background", "--dry-run")
    assert "In all 1 row, 0 credits" in out
    assert "nothing was begun" in out
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        ("", [], "The sheet is empty"),
        ("pattern\n", ["--operation", "background"], "no row below it"),
        ("pattern\nmesh\n", [], "Name an operation"),
        ("pattern\nmesh\n", ["--operation", "paint"], "“paint” is no operation"),
        ("pattern\nmesh\n", ["--operation", "background", "--model", "x"], "“x” is no model"),
        ("pattern\nmesh\n", ["--operation", "background", "--at-once", "0"], "from 1 to 50"),
        ("pattern\nmesh\n", ["--operation", "background"], "Add --yes"),
        ("pattern\nmesh\n", ["--resume", "01990c1f-7d3a-7000-8000-5b2f6a1c9e10"], "or with"),
        ("pattern\nmesh\n", ["--out", "{file}", "--overwrite"], "is what is read"),
        ("pattern\nmesh\n", ["--out", "nowhere/a.csv"], "no folder nowhere"),
        ("pattern\n" + "mesh\n" * 10_001, ["--operation", "background"], "10,000"),
    ],
)
def test_bad_words_are_explained(
    run: Run,
    table: Callable[[str], Path],
    text: str,
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    file = table(text)
    assert words in refusal(run, file, *(a.format(file=file) for a in arguments))


def test_who_it_is_for(table: Callable[[str], Path], account: Account, vera: User) -> None:
    file = table("pattern\nmesh\n")
    for name, words in (("zoe", "no user and no account “zoe”"), ("vera", "viewer")):
        with pytest.raises(CommandError, match=words) as caught:
            call_command("batch", str(file), "--operation=background", f"--account={name}")
        assert caught.value.returncode == 2
    out = io.StringIO()
    said = ["--operation=background", f"--account={account.pk}", "--dry-run"]
    call_command("batch", str(file), *said, stdout=out)
    assert "In all 1 row" in out.getvalue()


def test_there_is_no_such_file_or_batch(run: Run, tmp_path: Path) -> None:
    assert "There is no file" in refusal(run, tmp_path / "nothing.csv")
    nowhere = "01990c1f-7d3a-7000-8000-5b2f6a1c9e10"
    assert f"no batch {nowhere}" in refusal(run, "--resume", nowhere)
    assert "Name a file" in refusal(run)


class Typing(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_price_is_asked_for(
    run: Run, table: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = table("pattern,width,height\nmesh,64,64\n")
    monkeypatch.setattr(sys, "stdin", Typing("n\n"))
    assert "Nothing was begun" in refusal(run, file, "--operation", "background")
    monkeypatch.setattr(sys, "stdin", Typing("y\n"))
    out, _ = run(file, "--operation", "background")
    assert "Begin 1 row for 0 credits? [y/N]" in out
    assert "The row is done." in out


def test_what_cannot_be_paid_is_refused_whole(
    run: Run,
    table: Callable[[str], Path],
    cat_file: str,
    priced: str,  # noqa: F811 - the fixture
) -> None:
    text = "image\n" + f"{cat_file}\n" * 3
    model = ["--operation", "image-to-video", "--model", priced]
    said = refusal(run, table(text), *model, "--yes")
    assert "Nothing was begun" in said
    assert "3 rows need 150 credits, available: 0 credits" in said


def test_failed_rows_are_told_and_end_with_1(
    run: Run, table: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_breaks(_: float) -> None:
        batch = Batch.objects.get()
        if batches.counts(batch).get("failed"):
            work_off()
        else:
            fail(batch, 1)

    monkeypatch.setattr(command, "Watch", partial(watch.Watch, sleep=one_breaks))
    file = table("pattern,width,height\nmesh,64,64\nwaves,64,64\n")
    with pytest.raises(CommandError, match="1 of 2 rows are done, 1 failed") as caught:
        run(file, "--operation", "background", "--yes")
    assert caught.value.returncode == 1


def test_control_c_leaves_it_running_and_one_comes_back(
    run: Run, table: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def pressed(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "Watch", partial(watch.Watch, sleep=pressed))
    file = table("pattern,width,height\nmesh,64,64\n")
    with pytest.raises(CommandError, match="goes on") as caught:
        run(file, "--operation", "background", "--yes")
    assert caught.value.returncode == 130
    made = Batch.objects.get()
    assert f"--resume {made.pk}" in str(caught.value)
    assert made.state == BatchState.RUNNING
    monkeypatch.setattr(command, "Watch", partial(watch.Watch, sleep=lambda _: work_off()))
    target = tmp_path / "out.csv"
    out, _ = run("--resume", made.pk, "--out", target)
    assert "The row is done." in out
    assert b"done" in target.read_bytes()
    with pytest.raises(CommandError, match="exists") as caught:
        run("--resume", made.pk, "--out", target)
    run("--resume", made.pk, "--out", target, "--overwrite")


def test_control_c_before_it_is_begun_leaves_nothing(
    run: Run, table: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batches, "plan", pressed)
    with pytest.raises(CommandError, match="Nothing was begun") as caught:
        run(table("pattern\nmesh\n"), "--operation", "background", "--yes")
    assert caught.value.returncode == 130
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, "░" * 10),
        ({"waiting": 5}, "░" * 10),
        ({"done": 5, "waiting": 5}, "█████░░░░░"),
        ({"done": 9_999, "failed": 1}, "█" * 9 + "x"),
        ({"done": 1, "running": 2, "waiting": 997}, "█▒" + "░" * 8),
        ({"done": 6, "failed": 2, "canceled": 2}, "██████xx--"),
    ],
)
def test_the_bar(counts: dict[str, int], words: str) -> None:
    assert watch.bar(counts, 10) == words


def test_one_bar_on_a_terminal(account: Account, alice: User, settings: Any) -> None:
    settings.RENDER_SLOTS = 4
    sheet = read(b"pattern,width,height\nmesh,64,64\n")
    made = batches.create(account, alice, "One", sheet, steps=[{"operation": "background"}])
    batches.check(made)
    batches.start(made, alice)
    seen = io.StringIO()
    ended = watch.Watch(made, seen, True, lambda _: work_off() and None).run()
    assert ended["done"] == 1
    assert seen.getvalue().count("\n") == 1
    assert seen.getvalue().count("\r") == 2
    assert "1 of 1 done" in seen.getvalue().rpartition("\r")[2]


def test_a_time_as_people_say_it() -> None:
    assert [watch.about(s) for s in (0.2, 89, 600, 7200)] == ["1 s", "89 s", "10 min", "2.0 h"]
