"""Ordering work, and what is told of it."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from assets import services as library
from assets.models import Asset
from billing.models import CREDIT, Account, User
from studio import jobs
from studio.models import Job
from tests.api.conftest import SMALL, post

JOBS = "/api/v1/jobs/"


def test_an_order_is_a_queued_job(api: Client, body: Any, cat: Asset) -> None:
    answer = post(api, JOBS, body(motion="pan"))
    assert answer.status_code == 201
    told = answer.json()
    assert answer["Location"] == told["links"]["self"]
    assert told["operation"] == "image-to-video"
    assert told["offer"] == "local-motion"
    assert (told["state"], told["state_label"]) == ("queued", "Queued")
    assert told["params"]["image"] == str(cat.pk)
    # The rest is filled in, also what depends on another param.
    assert (told["params"]["direction"], told["params"]["format"]) == ("left", "mp4")
    assert told["queued_at"]
    assert told["started_at"] is told["finished_at"] is told["ran_seconds"] is None
    assert told["price"] == {
        "estimate": 0,
        "held": 0,
        "charged": None,
        "words": "drawn on this computer",
    }
    assert told["error"] is None
    assert told["outputs"] == []
    assert told["links"]["cancel"]
    assert told["links"]["retry"] is None


def test_the_result_of_a_job(api: Client, body: Any, cat: Asset) -> None:
    address = post(api, JOBS, body())["Location"]
    jobs.start(Job.objects.get().pk)
    told = api.get(address).json()
    assert told["state"] == "succeeded"
    assert told["progress"] == 1
    assert told["price"]["charged"] == 0
    assert told["ran_seconds"] > 0
    assert told["waited_seconds"] >= 0
    assert told["queued_at"] < told["started_at"] < told["finished_at"]
    assert told["links"]["cancel"] is told["links"]["retry"] is None
    (video,) = told["outputs"]
    assert (video["kind"], video["width"], video["height"]) == ("video", 64, 64)
    assert video["job"] == told["id"]
    assert video["parents"] == [str(cat.pk)]
    file = api.get(video["files"]["original"])
    assert file["Content-Type"] == "video/mp4"
    assert b"ftyp" in b"".join(file.streaming_content)[:16]


def test_what_was_charged(api: Client, body: Any, rich: Account, priced: str) -> None:
    address = post(api, JOBS, body(priced))["Location"]
    assert api.get(address).json()["price"]["estimate"] == 10 * CREDIT
    rich.refresh_from_db()
    assert (rich.balance, rich.held) == (100 * CREDIT, 10 * CREDIT)
    Job.objects.update(state="running")
    job = Job.objects.get()
    from studio.jobs.state import end, move

    move(job, "fetching")
    end(job, "succeeded")
    assert api.get(address).json()["price"]["charged"] == 10 * CREDIT


def test_not_enough_credits(api: Client, body: Any, rich: Account, priced: str) -> None:
    answer = post(api, JOBS, body(priced, duration=20))
    assert answer.status_code == 402
    assert "200 credits" in answer.json()["message"]
    assert "100 credits" in answer.json()["message"]
    assert not Job.objects.exists()


def test_not_enough_credits_for_an_upload_leaves_no_upload(
    api: Client, picture: Any, priced: str, media: Any, django_capture_on_commit_callbacks: Any
) -> None:
    form = {"operation": "image-to-video", "offer": priced}
    with django_capture_on_commit_callbacks(execute=True):
        answer = api.post(JOBS, form | {"image": SimpleUploadedFile("a.png", picture())})
    assert answer.status_code == 402
    assert not Asset.objects.exists()
    assert not [f for f in media.rglob("*") if f.is_file()]


def test_a_form_with_a_file(api: Client, picture: Any) -> None:
    form = {"operation": "image-to-video", "focus": "0.25,0.75", "fps": "24", "duration": "2.5"}
    answer = api.post(JOBS, form | {"image": SimpleUploadedFile("Sea.png", picture())})
    assert answer.status_code == 201
    told = answer.json()["params"]
    assert (told["focus"], told["fps"], told["duration"]) == ([0.25, 0.75], 24, 2.5)
    assert Asset.objects.get(pk=told["image"]).filename == "Sea.png"


def test_a_data_url(api: Client, body: Any, picture: Any) -> None:
    text = "data:image/png;base64," + base64.b64encode(picture((50, 40))).decode()
    answer = post(api, JOBS, body(image=text))
    assert answer.status_code == 201
    asset = Asset.objects.get(pk=answer.json()["params"]["image"])
    assert (asset.width, asset.height) == (50, 40)


def test_an_odd_size_is_accepted_with_a_note(api: Client, body: Any) -> None:
    told = post(api, JOBS, body(width=641)).json()
    assert told["params"]["width"] == 642
    assert "641" in told["notes"][0]
    assert "642" in told["notes"][0]


def test_cancel_and_try_again(api: Client, body: Any) -> None:
    first = post(api, JOBS, body()).json()
    canceled = post(api, first["links"]["cancel"], None)
    assert canceled.status_code == 200
    assert canceled.json()["state"] == "canceled"
    again = post(api, first["links"]["cancel"], None)
    assert again.status_code == 409
    assert "ended" in again.json()["message"]

    retry = post(api, canceled.json()["links"]["retry"], None)
    assert retry.status_code == 201
    assert retry.json()["retry_of"] == first["id"]
    assert retry.json()["params"] == first["params"]
    repeat = post(api, canceled.json()["links"]["retry"], None)
    assert repeat.status_code == 200
    assert repeat["Idempotent-Replayed"] == "true"
    assert repeat.json()["id"] == retry.json()["id"]
    another = post(api, canceled.json()["links"]["retry"], None, **{"Idempotency-Key": "other"})
    assert another.status_code == 201


def test_only_what_failed_is_tried_again(api: Client, body: Any) -> None:
    told = post(api, JOBS, body()).json()
    answer = post(api, f"{JOBS}{told['id']}/retry/", None)
    assert answer.status_code == 409
    assert "queued" in answer.json()["message"]


def test_an_error_is_told_without_the_addresses_of_a_provider(api: Client, body: Any) -> None:
    address = post(api, JOBS, body())["Location"]
    secret = "https://cdn.provider.example/out.mp4?token=abc"
    said = {"error": f"No: {secret}", "error_detail": f"GET {secret} 403"}
    Job.objects.update(state="failed", error_kind="refused", **said)
    answer = api.get(address)
    assert answer.json()["error"]["kind"] == "refused"
    assert answer.json()["error"]["message"].startswith("No: ")
    assert "provider.example" not in answer.content.decode()


def test_a_trashed_result_is_not_an_output(api: Client, body: Any) -> None:
    address = post(api, JOBS, body())["Location"]
    jobs.start(Job.objects.get().pk)
    library.trash(Asset.objects.get(kind="video"))
    assert api.get(address).json()["outputs"] == []


class TestList:
    @pytest.fixture
    def several(self, api: Client, body: Any) -> list[str]:
        """Seven jobs, the oldest first, an hour apart; the last two failed."""
        ids = [post(api, JOBS, body(strength=n + 1)).json()["id"] for n in range(7)]
        for place, pk in enumerate(ids):
            Job.objects.filter(pk=pk).update(
                created=timezone.now() - timedelta(hours=10 - place),
                state="failed" if place >= 5 else "queued",
            )
        return ids

    def test_pages_follow_each_other(self, api: Client, several: list[str]) -> None:
        seen, address = [], f"{JOBS}?page_size=3"
        while address:
            page = api.get(address).json()
            seen.append([job["id"] for job in page["results"]])
            address = page["next"]
        newest_first = several[::-1]
        assert seen == [newest_first[:3], newest_first[3:6], newest_first[6:]]

    def test_a_new_job_does_not_shift_the_pages(
        self, api: Client, several: list[str], body: Any
    ) -> None:
        page = api.get(f"{JOBS}?page_size=3").json()
        post(api, JOBS, body(strength=99))
        rest = api.get(page["next"]).json()["results"]
        assert [job["id"] for job in rest] == several[::-1][3:6]

    def test_jobs_of_the_same_moment_are_not_lost(self, api: Client, several: list[str]) -> None:
        Job.objects.update(created=timezone.now())
        seen, address = [], f"{JOBS}?page_size=2"
        while address:
            page = api.get(address).json()
            seen += [job["id"] for job in page["results"]]
            address = page["next"]
        assert sorted(seen) == sorted(several)

    def test_filters(self, api: Client, several: list[str]) -> None:
        def found(query: str) -> int:
            answer = api.get(f"{JOBS}?{query}")
            assert answer.status_code == 200, answer.content
            return len(answer.json()["results"])

        assert found("state=failed") == 2
        assert found("state=failed&operation=image-to-video&module=transform") == 2
        assert found("state=succeeded") == 0
        assert found("state=") == 7
        # A "+" in an address is a space, so the zone is written as Z.
        middle = (timezone.now() - timedelta(hours=6, minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert found(f"created_after={middle}") == 3
        assert found(f"created_before={middle}") == 4
        assert found("created_after=2020-01-01&created_before=2020-01-02") == 0

    @pytest.mark.parametrize(
        ("query", "field", "words"),
        [
            ("stat=failed", "stat", "not known"),
            ("state=done", "state", "succeeded"),
            ("operation=bake", "operation", "image-to-video"),
            ("module=bake", "module", "transform"),
            ("state=failed&state=queued", "state", "twice"),
            ("page_size=101", "page_size", "1 to 100"),
            ("page_size=0", "page_size", "1 to 100"),
            ("page_size=-1", "page_size", "1 to 100"),
            ("page_size=1e3", "page_size", "1 to 100"),
            ("page_size=" + "9" * 5000, "page_size", "1 to 100"),
            ("page_size=%D9%A1", "page_size", "1 to 100"),
            ("cursor=abc", "cursor", "next"),
            ("cursor=%00", "cursor", "code 0"),
            ("created_after=yesterday", "created_after", "2026-01-31"),
            ("created_after=2026-02-30", "created_after", "2026-01-31"),
            ("created_after=0001-01-01T00:00:00%2B14:00", "created_after", "2026-01-31"),
            ("created_before=9999-12-31T23:59:59-14:00", "created_before", "2026-01-31"),
            ("format=xml", "format", "not known"),
            ("%00=1", "", "not known"),
        ],
    )
    def test_a_query_that_cannot_be(self, api: Client, query: str, field: str, words: str) -> None:
        answer = api.get(f"{JOBS}?{query}")
        assert answer.status_code == 400
        (wrong,) = answer.json()["errors"]
        assert wrong["field"].strip("\x00") == field
        assert words in wrong["message"]

    def test_a_cursor_of_another_list(self, api: Client, several: list[str]) -> None:
        following = api.get(f"{JOBS}?page_size=1").json()["next"]
        cursor = following.split("cursor=")[1].split("&")[0]
        assert api.get(f"/api/v1/assets/?ordering=title&cursor={cursor}").status_code == 400

    def test_the_number_of_queries_does_not_grow(
        self, api: Client, several: list[str], django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(6):
            assert len(api.get(JOBS).json()["results"]) == 7


def test_an_order_needs_no_accept_header(api: Client) -> None:
    for accept in ("text/html", "application/xml", "nonsense"):
        assert api.get(JOBS, headers={"Accept": accept})["Content-Type"] == "application/json"


def test_nobody_on_the_way_keeps_an_answer(api: Client) -> None:
    assert api.get(JOBS)["Cache-Control"] == "no-store"


def test_two_members_see_the_same_jobs(api: Client, bob: User, client_of: Any, body: Any) -> None:
    told = post(api, JOBS, body()).json()
    assert client_of(bob).get(JOBS).json()["results"][0]["id"] == told["id"]


def test_small_is_what_was_asked(api: Client, body: Any) -> None:
    assert post(api, JOBS, body()).json()["params"].items() >= SMALL.items()
