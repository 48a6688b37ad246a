"""The examples of docs/api.md are run as they stand there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from assets.models import Asset
from billing import access
from billing.models import Account, User
from studio.api.schema import REFUSALS, WRONG
from studio.models import Batch, Job
from tests.api.conftest import post
from tests.assets.zips import foreign

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed; apt-get install curl")
@pytest.mark.django_db(transaction=True)
def test_the_commands(
    live_server: Any, alice: User, account: Account, picture: Any, tmp_path: Path
) -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```", TEXT, re.S | re.M)
    assert len(blocks) >= 7
    _, secret = access.create_key(account, alice, "docs")
    (tmp_path / "photo.jpg").write_bytes(picture((200, 100), format="JPEG"))
    (tmp_path / "library.zip").write_bytes(foreign(("sea.png", picture())))
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=tmp_path,
        env={**os.environ, "ZOETROPE": live_server.url, "KEY": secret},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    films = Job.objects.filter(operation="image-to-video")
    assert {job.params["motion"] for job in films} == {"pan", "zoom"}
    grid = Job.objects.filter(operation="background", batch=None)
    assert (grid.count(), grid.values("run").distinct().count()) == (4, 1)
    made = Batch.objects.get()
    assert (made.state, made.jobs.count()) == ("canceled", 3)
    assert b"Blobs" in (tmp_path / "results.csv").read_bytes()
    harbour = Asset.objects.get(title="The old harbour")
    assert harbour.favorite
    assert harbour.trashed is None
    assert (tmp_path / "harbour.jpg").read_bytes()[:3] == b"\xff\xd8\xff"


def test_the_refusal_that_is_shown(api: Client) -> None:
    (shown,) = re.findall(r"^```json\n(.*?)^```", TEXT, re.S | re.M)
    body = {"operation": "image-to-video", "params": {"duration": 31}}
    refused = post(api, "/api/v1/estimate/", body).json()
    assert refused == json.loads(shown) == WRONG.value


def test_every_status_is_in_the_table() -> None:
    table = "\n".join(line for line in TEXT.splitlines() if line.startswith("|"))
    for status in REFUSALS:
        assert str(status) in table
