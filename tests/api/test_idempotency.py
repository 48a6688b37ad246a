"""The same key and the same request is one job, however often and at whatever moment it comes."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from assets.models import Asset
from assets.services import trash
from billing.models import CREDIT, Account, Entry
from billing.services import verify_ledger
from studio.models import Job
from tests.api.conftest import post

JOBS = "/api/v1/jobs/"
KEY = {"Idempotency-Key": "holiday-1"}


def test_a_repeat_returns_the_first_job(api: Client, body: Any) -> None:
    first = post(api, JOBS, body(), **KEY)
    second = post(api, JOBS, body(), **KEY)
    assert (first.status_code, second.status_code) == (201, 200)
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert second["Location"] == first["Location"]
    assert first.json()["id"] == second.json()["id"]
    assert Job.objects.count() == 1


def test_a_repeat_with_the_defaults_written_out_is_the_same_request(api: Client, body: Any) -> None:
    first = post(api, JOBS, body(), **KEY)
    second = post(api, JOBS, body("local-motion", motion="zoom", direction="in"), **KEY)
    assert second.status_code == 200
    assert first.json()["id"] == second.json()["id"]


def test_another_request_is_refused_and_the_first_job_is_named(api: Client, body: Any) -> None:
    first = post(api, JOBS, body(), **KEY).json()
    answer = post(api, JOBS, body(strength=51), **KEY)
    assert answer.status_code == 422
    assert first["id"] in answer.json()["message"]
    assert "holiday-1" in answer.json()["message"]
    (error,) = answer.json()["errors"]
    assert (error["field"], error["value"]) == ("Idempotency-Key", "holiday-1")
    assert error["message"] == answer.json()["message"]
    assert Job.objects.count() == 1


def test_without_a_key_each_request_is_a_new_one(api: Client, body: Any) -> None:
    assert [post(api, JOBS, body()).status_code for _ in range(2)] == [201, 201]
    assert Job.objects.count() == 2


def test_a_repeated_upload_is_the_same_request_and_leaves_no_second_asset(
    api: Client, picture: Any
) -> None:
    def send(content: bytes) -> Any:
        form = {"operation": "image-to-video", "image": SimpleUploadedFile("a.png", content)}
        return api.post(JOBS, form, headers=KEY)

    first, second = send(picture()), send(picture())
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert Asset.objects.count() == 1
    assert send(picture((65, 48))).status_code == 422
    assert Asset.objects.count() == 1


def test_a_key_belongs_to_its_account(
    api: Client, charlie: Any, client_of: Any, body: Any, picture: Any
) -> None:
    first = post(api, JOBS, body(), **KEY).json()
    form = {"operation": "image-to-video", "image": SimpleUploadedFile("a.png", picture())}
    theirs = client_of(charlie).post(JOBS, form, headers=KEY)
    assert theirs.status_code == 201
    assert theirs.json()["id"] != first["id"]


@pytest.mark.parametrize("key", ["", "x" * 101, "a\tb", "ключ"])
def test_a_key_that_cannot_be(api: Client, body: Any, key: str) -> None:
    answer = post(api, JOBS, body(), **{"Idempotency-Key": key})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert not Job.objects.exists()


def together(client: Client, data: Any, times: int = 20) -> list[Any]:
    """The same request from as many threads at the same moment."""
    gate = threading.Barrier(times)

    def send(_: int) -> Any:
        gate.wait()
        try:
            return post(client, JOBS, data, **KEY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(send, range(times)))


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_one_job_and_one_hold(
    api: Client, body: Any, rich: Account, priced: str
) -> None:
    answers = together(api, body(priced))
    assert sorted({a.status_code for a in answers}) == [200, 201]
    assert [a.status_code for a in answers].count(201) == 1
    assert len({a.json()["id"] for a in answers}) == Job.objects.count() == 1
    assert Entry.objects.filter(kind="hold").count() == 1
    rich.refresh_from_db()
    assert rich.held == 10 * CREDIT
    assert verify_ledger() == []


@pytest.mark.django_db(transaction=True)
def test_twenty_uploads_at_once_are_one_job_and_one_asset(
    api: Client, body: Any, picture: Any
) -> None:
    text = "data:image/png;base64," + base64.b64encode(picture()).decode()
    answers = together(api, body(image=text))
    assert [a.status_code for a in answers].count(201) == 1
    assert len({a.json()["id"] for a in answers}) == 1
    # The cat that the fixture made, and the picture of the one job.
    assert Asset.objects.count() == 2


def test_the_repeat_needs_nothing_that_the_first_request_needed(
    api: Client, body: Any, cat: Asset
) -> None:
    """The picture was deleted meanwhile: the answer is still the first job."""
    first = post(api, JOBS, body(), **KEY)
    trash(cat)
    again = post(api, JOBS, body(), **KEY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert post(api, JOBS, body(strength=3), **KEY).status_code == 404
