"""What dead work leaves behind goes, and nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from assets.models import Asset
from assets.services import remove_orphans
from billing.ids import uuid7
from studio import jobs, tasks
from studio.models import Beat, Job, State

Order = Callable[..., Job]
OLD = time.time() - 25 * 60 * 60


@pytest.fixture
def root(settings: pytest.FixtureRequest) -> Path:
    folder = Path(settings.WORK_DIR)  # type: ignore[attr-defined]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_folders_of_jobs_that_are_over_go(order: Order, root: Path) -> None:
    over, at_work = order(), order()
    Job.objects.filter(pk=at_work.pk).update(state=State.RUNNING)
    for job in (over, at_work):
        (root / str(job.pk) / "1").mkdir(parents=True)
    jobs.tidy()
    assert [entry.name for entry in root.iterdir()] == [str(at_work.pk)]


def test_cut_off_uploads_go_after_a_day(db: None, root: Path) -> None:
    for name in ("intake-old", "intake-new"):
        (root / name).mkdir()
        (root / f"{name}.upload.jpg").touch()
    for entry in ("intake-old", "intake-old.upload.jpg"):
        os.utime(root / entry, (OLD, OLD))
    jobs.tidy()
    left = sorted(entry.name for entry in root.iterdir())
    assert left == ["intake-new", "intake-new.upload.jpg"]


def test_files_without_a_row_go_after_a_day(cat: Asset) -> None:
    month = f"{timezone.now():%Y/%m}"
    names = [
        default_storage.save(
            f"accounts/{cat.account_id}/{month}/{uuid7()}/original.png", ContentFile(b"x")
        )
        for _ in range(2)
    ]
    for name in (names[0], cat.file.name):
        os.utime(default_storage.path(name), (OLD, OLD))
    assert remove_orphans(timezone.now() - timedelta(days=1)) == 1
    assert [default_storage.exists(name) for name in names] == [False, True]
    assert default_storage.exists(cat.file.name)


def test_the_engine_tidies_once_an_hour(
    db: None, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    monkeypatch.setattr(tasks, "tidy", lambda: done.append(1))
    for _ in range(3):
        tasks.beat("engine@here")
    tasks.beat("work@here")
    assert len(done) == 1
    Beat.objects.filter(name="tidy").update(seen=timezone.now() - timedelta(minutes=61))
    tasks.beat("engine@here")
    assert len(done) == 2
