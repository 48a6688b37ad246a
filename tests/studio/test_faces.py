"""Faces are counted after the files are in, and become tags by rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.staticfiles import finders
from PIL import Image

from assets import services
from assets.models import Asset, HintState, Look
from assets.services import hints
from billing.models import Account, User
from studio import faces, tasks
from studio.models import Beat


def astronaut() -> Image.Image:
    found = finders.find("samples/astronaut.jpg")
    assert isinstance(found, str)
    return Image.open(found).convert("RGB")


@pytest.fixture
def make(account: Account, alice: User, tmp_path: Path) -> Any:
    """make(number) → a picture in which so many faces are seen."""

    def made(number: int) -> Asset:
        face = np.asarray(astronaut().crop((120, 0, 320, 240)))
        row = np.concatenate([face] * number, axis=1) if number else np.full_like(face, 128)
        path = tmp_path / f"{number}.png"
        Image.fromarray(row).save(path)
        return services.ingest(path, account=account, user=alice, filename=path.name)

    return made


def proposed(asset: Asset) -> set[str]:
    return {hint.name for hint in hints.open_hints(asset)} & {"face", "faces", "group"}


def test_one_some_a_group_and_nobody(make: Any) -> None:
    expected = {0: set(), 1: {"face"}, 2: {"faces"}, 4: {"faces", "group"}}
    assets = {number: make(number) for number in expected}
    assert all(proposed(asset) == set() for asset in assets.values())
    assert faces.count(10) == 4
    assert {number: proposed(asset) for number, asset in assets.items()} == expected
    assert {look.faces for look in Look.objects.all()} == set(expected)
    assert (faces.are_waiting(), faces.count(10)) == (False, 0)


def test_what_was_refused_or_lost_is_not_asked_again(make: Any) -> None:
    asset, lost = make(1), make(2)
    Path(lost.poster.path).unlink()
    faces.count(10)
    hints.refuse(asset, ["face"])
    Look.objects.update(faces=None)
    assert faces.count(10) == 2
    assert asset.hints.get(name="face").state == HintState.REFUSED
    assert proposed(lost) == set()
    assert not faces.are_waiting()


def test_they_become_tags_where_rules_do(make: Any, account: Account) -> None:
    asset = make(1)
    hints.propose(asset, ["by a model"], "ai")
    hints.set_accepts_rules(account, True)
    faces.count(10)
    assert "face" in asset.tags.values_list("name", flat=True)
    assert "by a model" in {hint.name for hint in hints.open_hints(asset)}


def test_the_heartbeat_starts_it_and_what_is_in_the_trash_waits(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tasks, "async_task", lambda name, **options: asked.append(name))
    asset = make(1)
    services.trash(asset)
    tasks.beat("engine")
    assert "studio.tasks.count_faces" not in asked
    services.restore(asset)
    Beat.objects.filter(name="faces").update(seen=None)
    tasks.beat("engine")
    tasks.beat("engine")
    assert asked.count("studio.tasks.count_faces") == 1
    tasks.count_faces()
    assert proposed(asset) == {"face"}
