"""/healthz for whoever watches: alive is one thing, able to work another."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django import db
from django.test import Client
from django.utils import timezone

from studio.broker import QUEUES
from studio.models import Beat

pytestmark = pytest.mark.django_db


@pytest.fixture
def beat() -> Callable[..., None]:
    def seen(seconds_ago: float = 1, host: str = "here") -> None:
        at = timezone.now() - timedelta(seconds=seconds_ago)
        for queue in QUEUES:
            Beat.objects.update_or_create(name=f"{queue}@{host}", defaults={"seen": at})

    return seen


def ready(client: Client) -> tuple[int, list[str]]:
    answer = client.get("/healthz?ready")
    assert answer["Cache-Control"].count("no-store") == 1
    return answer.status_code, answer.json()["problems"]


def test_it_lives_without_a_single_query(
    client: Client, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "problems": []})
    assert not answer.cookies


def test_it_is_ready_when_both_queues_answer(client: Client, beat: Callable[..., None]) -> None:
    beat()
    assert ready(client) == (200, [])


def test_another_host_may_do_the_work(client: Client, beat: Callable[..., None]) -> None:
    beat(seconds_ago=3600, host="gone")
    beat(host="there")
    assert ready(client) == (200, [])


def test_a_silent_queue_is_named(client: Client, beat: Callable[..., None]) -> None:
    beat(seconds_ago=60)
    status, problems = ready(client)
    assert status == 503
    assert [problem.split()[1] for problem in problems] == ["engine", "work"]


def test_a_queue_that_never_answered_is_named(client: Client) -> None:
    assert ready(client)[0] == 503


def test_a_full_disk_is_named(
    client: Client, beat: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    beat()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=100, free=4))
    status, problems = ready(client)
    assert status == 503
    assert "almost full" in problems[0]


def test_a_database_that_cannot_be_written_is_named(
    client: Client, beat: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise db.OperationalError("attempt to write a readonly database")

    beat()
    monkeypatch.setattr("studio.views.health._write_nothing", refuse)
    assert ready(client) == (503, ["The database cannot be written."])


def test_nothing_else_than_looking(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
