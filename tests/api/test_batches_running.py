"""Batches over the API at work: priced, begun once or not at all, stopped, tried again, paid."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assets.models import Asset
from assets.services import archives
from billing.models import CREDIT, Account, Entry, User
from billing.services import verify_ledger
from studio import batches, jobs
from studio.batches.sheet import read
from studio.jobs.state import end
from studio.models import Batch, Job, State
from tests.api.conftest import SMALL, post, refused
from tests.batches.sheets import work_off

V1 = "/api/v1/batches/"
PRICE = 10 * CREDIT
Make = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def the_ledger_adds_up(db: None) -> Iterator[None]:
    yield
    assert verify_ledger() == []


@pytest.fixture
def make(api: Client, cat: Asset, priced: str) -> Make:
    """make(3) → a draft of so many rows that cost 10 credits each; make(3, wrong=1) has wrong ones
    besides."""

    def draft(count: int = 2, wrong: int = 0, **said: Any) -> dict[str, Any]:
        rows = [{"image": str(cat.pk), "strength": n + 1} for n in range(count)]
        rows += [{"image": "nobody.png"}] * wrong
        step = {"operation": "image-to-video", "offer": priced, "params": SMALL}
        answer = post(api, V1, {"title": "Cats", "steps": [step], "rows": rows, **said})
        assert answer.status_code == 201, answer.content
        return dict(answer.json())

    return draft


def start(api: Client, batch: dict[str, Any], key: str = "", **said: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return post(api, f"{V1}{batch['id']}/start/", said, **headers)


def ask(api: Client, batch: dict[str, Any], what: str, said: Any = None) -> Any:
    return post(api, f"{V1}{batch['id']}/{what}/", said)


def look(api: Client, batch: dict[str, Any]) -> dict[str, Any]:
    return dict(api.get(f"{V1}{batch['id']}/").json())


def fail(batch: dict[str, Any], number: int, error: str = "It broke.") -> None:
    job = Job.objects.filter(batch=batch["id"], row__number=number).order_by("created").last()
    assert job
    assert end(job, State.FAILED, note=error, error=error)


# --- price --------------------------------------------------------------------------------------


def test_the_plan_says_it_all_and_holds_nothing(api: Client, make: Make, rich: Account) -> None:
    batch = make(3, wrong=1)
    plan = api.get(f"{V1}{batch['id']}/plan/").json()
    assert (plan["ready"], plan["wrong"], plan["jobs"], plan["blocked"]) == (3, 1, 3, "")
    assert (plan["amount"], plan["credits"], plan["most"]) == (3 * PRICE, 30.0, 3 * PRICE)
    assert (plan["available"], plan["balance_after"]) == (100 * CREDIT, 70 * CREDIT)
    (model,) = plan["models"]
    assert (model["offer"], model["jobs"], model["amount"]) == ("priced-motion", 3, 3 * PRICE)
    assert not Entry.objects.filter(account=rich, kind="hold").exists()


def test_all_or_nothing(api: Client, make: Make, rich: Account) -> None:
    batch = make(11)
    plan = api.get(f"{V1}{batch['id']}/plan/").json()
    assert plan["balance_after"] == -10 * CREDIT
    assert "110 credits" in plan["blocked"]
    answer = start(api, batch)
    assert answer.status_code == 402
    for words in ("110 credits", "100 credits", "Nothing was begun"):
        assert words in answer.json()["message"]
    refused(start(api, make(2, wrong=1)), "rows", "1 row is wrong", "Nothing was begun", status=409)
    rich.refresh_from_db()
    assert (rich.held, Job.objects.count()) == (0, 0)
    assert look(api, batch)["state"] == "draft"


def test_another_price_than_was_agreed(api: Client, make: Make, rich: Account) -> None:
    batch = make(2)
    agreed = api.get(f"{V1}{batch['id']}/plan/").json()["agreed"]
    assert api.delete(f"{V1}{batch['id']}/rows/2/").status_code == 204
    told = refused(start(api, batch, agreed=agreed), "agreed", "Nothing was begun", status=409)
    now = api.get(f"{V1}{batch['id']}/plan/").json()["agreed"]
    assert now in told["message"]
    assert not Job.objects.exists()
    assert start(api, batch, agreed=now).json()["state"] == "running"


# --- once ---------------------------------------------------------------------------------------


def test_a_key_begins_it_once(api: Client, make: Make, rich: Account) -> None:
    batch, other = make(2), make(1)
    first = start(api, batch, "press-1")
    assert (first.status_code, first.json()["state"]) == (200, "running")
    assert "Idempotent-Replayed" not in first
    again = start(api, batch, "press-1")
    assert (again.status_code, again["Idempotent-Replayed"]) == (200, "true")
    assert again.json()["id"] == batch["id"]
    rich.refresh_from_db()
    assert (rich.held, Job.objects.count()) == (2 * PRICE, 2)
    answer = start(api, batch, "press-2")
    assert (answer.status_code, Job.objects.count()) == (409, 2)
    refused(start(api, other, "x" * 101), "Idempotency-Key", "100")
    assert look(api, other)["state"] == "draft"
    refused(start(api, other, agreed=5), "agreed", "not text")
    refused(start(api, other, wrong=True), "wrong", "not known")
    another = start(api, other, "press-1")
    assert "Idempotent-Replayed" not in another
    assert another.json()["state"] == "running", "a key counts for its own batch"


def test_without_the_wrong_rows(api: Client, make: Make, rich: Account) -> None:
    batch = make(2, wrong=3)
    told = start(api, batch, without_wrong=True).json()
    assert (told["rows"]["waiting"], told["rows"]["wrong"], told["rows"]["total"]) == (2, 3, 5)
    assert told["money"] == {"spent": 0, "held": 2 * PRICE, "returned": 0}


# --- at work ------------------------------------------------------------------------------------


def test_pause_resume_cancel(api: Client, make: Make, rich: Account) -> None:
    batch = make(3)
    for what in ("pause", "resume", "cancel"):
        answer = ask(api, batch, what)
        assert answer.status_code == 409, what
        assert "This batch is a draft" in answer.json()["message"]
    told = start(api, batch).json()
    assert {name for name, link in told["links"].items() if link} == {
        *("self", "rows", "jobs", "results", "bad_rows", "pause", "cancel", "retry")
    }
    assert ask(api, batch, "pause").json()["state"] == "paused"
    assert ask(api, batch, "pause").json()["state"] == "paused"
    assert ask(api, batch, "resume").json()["state"] == "running"
    jobs.dispatch()
    fail(batch, 1)
    told = ask(api, batch, "cancel").json()
    assert told["state"] == "canceled"
    assert (told["rows"]["canceled"], told["rows"]["failed"], told["rows"]["running"]) == (1, 1, 1)
    assert told["money"] == {"spent": 0, "held": PRICE, "returned": 2 * PRICE}
    fail(batch, 2)
    rich.refresh_from_db()
    assert (rich.held, rich.available) == (0, 100 * CREDIT)


def test_trying_again_what_failed(api: Client, make: Make, rich: Account) -> None:
    batch = make(2)
    retry = f"{V1}{batch['id']}/retry/"
    assert api.get(retry).status_code == 409
    start(api, batch)
    fail(batch, 1)
    plan = api.get(retry).json()
    assert (plan["rows"], plan["amount"], plan["refused"], plan["blocked"]) == (1, PRICE, [], "")
    refused(post(api, retry, {"agreed": "nonsense"}), "agreed", status=409)
    told = post(api, retry, {"agreed": plan["agreed"]}).json()
    assert told["rows"] == 1
    assert post(api, retry, {}).json()["rows"] == 0
    assert look(api, batch)["rows"]["failed"] == 0
    rich.refresh_from_db()
    assert rich.held == 2 * PRICE


def test_another_model_for_what_failed(api: Client, make: Make, rich: Account) -> None:
    batch = make(2)
    start(api, batch)
    fail(batch, 2)
    one = f"{V1}{batch['id']}/"
    refused(api.get(f"{one}retry/?offer=dall-e"), "offer", "not offered here")
    refused(ask(api, batch, "change-model", {"offer": "dall-e"}), "offer", "not offered here")
    refused(ask(api, batch, "change-model", {}), "offer")
    plan = api.get(f"{one}retry/?offer=local-motion").json()
    assert (plan["rows"], plan["amount"]) == (1, 0)
    said = {"offer": "local-motion", "agreed": plan["agreed"]}
    assert ask(api, batch, "change-model", said).json()["rows"] == 1
    row = api.get(f"{one}rows/2/").json()
    assert (row["offer"], row["state"]) == ("local-motion", "waiting")
    assert api.get(f"{one}rows/1/").json()["offer"] == "priced-motion"


def test_a_scheduled_one_and_what_comes_again(api: Client, make: Make, rich: Account) -> None:
    later = timezone.now() + timedelta(hours=5)
    batch = make(1, starts_at=later.isoformat(), repeats="weekly")
    told = start(api, batch).json()
    assert (told["state"], told["started"]) == ("scheduled", None)
    assert told["next_at"] is not None
    assert ask(api, batch, "stop-repeating").json()["next_at"] is None
    assert ask(api, batch, "resume").json()["state"] == "running"


# --- after --------------------------------------------------------------------------------------


def test_a_whole_one_from_rows_to_files(
    api: Client, cat: Asset, rich: Account, settings: Any
) -> None:
    settings.RENDER_SLOTS = 4
    said = {
        "title": "Patterns",
        "operation": "background",
        "params": {"width": 64, "height": 64},
        "rows": [{"pattern": "mesh", "note": "=A1"}, {"pattern": "waves", "note": "two"}],
    }
    batch = post(api, V1, said).json()
    answer = ask(api, batch, "zip")
    assert answer.status_code == 409
    assert "No row has a result yet" in answer.json()["message"]
    assert start(api, batch, "go").status_code == 200
    assert work_off() == 2
    told = look(api, batch)
    assert (told["state"], told["rows"]["done"], told["eta"]) == ("done", 2, None)
    assert told["ended"]
    first, second = api.get(f"{V1}{batch['id']}/rows/").json()["results"]
    assert len(first["assets"]) == len(first["jobs"]) == 1
    assert api.get(f"/api/v1/assets/{first['assets'][0]}/").status_code == 200
    table = read(b"".join(api.get(f"{V1}{batch['id']}/results.csv").streaming_content))
    results = [table.said(row) for row in table.rows]
    assert [one["assets"] for one in results] == [first["assets"][0], second["assets"][0]]
    assert [one["state"] for one in results] == ["done", "done"]
    assert results[0]["note"] == "=A1"
    assert float(results[0]["seconds"]) > 0
    assert results[0]["credits"] == "0"
    packed = ask(api, batch, "zip")
    assert packed.status_code == 201, packed.content
    archives.pack(packed.json()["id"])
    ready = api.get(packed["Location"]).json()
    assert (ready["state"], ready["done"]) == ("ready", 2)
    content = b"".join(api.get(f"{packed['Location']}file/").streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as zip_file:
        assert sum(name.lower().endswith((".png", ".webp")) for name in zip_file.namelist()) == 2
    (notice,) = api.get(f"{V1}notices/").json()["results"]
    assert (notice["batch"], notice["kind"]) == (batch["id"], "done")
    assert "“Patterns” is done" in notice["message"]
    assert ask(api, batch, "seen").status_code == 204
    assert api.get(f"{V1}notices/").json()["results"] == []


def test_what_a_program_is_never_told(api: Client, make: Make, alice: User) -> None:
    """The secret is shown once, when it is made."""
    batch = make(1)
    refused(ask(api, batch, "secret"), "webhook", "no address")
    assert (
        api.patch(
            f"{V1}{batch['id']}/",
            {"webhook": "https://hooks.example.com/zoe"},
            content_type="application/json",
        ).status_code
        == 200
    )
    secret = ask(api, batch, "secret").json()["secret"]
    assert secret.startswith("whsec_")
    assert ask(api, batch, "secret").json()["secret"] != secret
    assert b"whsec_" not in api.get(f"{V1}{batch['id']}/").content
    assert Batch.objects.get().secret != secret


def test_many_addresses_are_not_there(api: Client) -> None:
    for path in ("", "plan/", "rows/", "rows/1/", "results.csv", "bad-rows.csv", "retry/"):
        assert api.get(f"{V1}{uuid.uuid4()}/{path}").status_code == 404


def test_other_work_at_the_same_price_is_not_what_was_agreed(
    api: Client, make: Make, rich: Account
) -> None:
    batch = make(2)
    agreed = api.get(f"{V1}{batch['id']}/plan/").json()["agreed"]
    row = f"{V1}{batch['id']}/rows/1/"
    changed = api.patch(row, {"cells": {"strength": "7"}}, content_type="application/json")
    assert changed.status_code == 200, changed.content
    answer = start(api, batch, agreed=agreed)
    assert answer.status_code == 409
    assert "The rows, or what is to be done with them, have changed." in answer.json()["message"]
    assert not Job.objects.exists()
    agreed = api.get(f"{V1}{batch['id']}/plan/").json()["agreed"]
    assert start(api, batch, agreed=agreed).status_code == 200


def test_a_time_without_a_zone_is_refused(api: Client, make: Make) -> None:
    batch = make(1)
    said = {"starts_at": f"{timezone.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"}
    answer = api.patch(f"{V1}{batch['id']}/", said, content_type="application/json")
    assert answer.status_code == 400
    assert "has no time zone" in answer.json()["message"]


def test_a_sheet_of_which_no_column_is_used_does_not_begin(api: Client, cat: Asset) -> None:
    step = {"operation": "background", "params": {"width": 64, "height": 64}}
    rows = [{"fuel": "coal"}, {"fuel": "gas"}]
    batch = post(api, V1, {"title": "Odd", "steps": [step], "rows": rows}).json()
    plan = api.get(f"{V1}{batch['id']}/plan/").json()
    assert "No column of the sheet is used" in plan["blocked"]
    answer = start(api, batch)
    assert answer.status_code == 409
    assert "No column of the sheet is used" in answer.json()["message"]
    assert not Job.objects.exists()


# --- what went wrong, and what was said elsewhere -----------------------------------------------


def test_bad_rows_are_corrected_as_a_new_draft(api: Client, make: Make, rich: Account) -> None:
    batch = make(2, wrong=1)
    assert batch["links"]["correct"] is None, "a draft is corrected where it is"
    early = ask(api, batch, "correct")
    assert (early.status_code, "is a draft" in early.json()["message"]) == (409, True)
    start(api, batch, without_wrong=True)
    fail(batch, 2)
    bad = b"".join(api.get(f"{V1}{batch['id']}/bad-rows.csv"))
    assert bad.count(b"\r\n") == 3
    assert b"It broke." in bad
    told = api.get(f"{V1}{batch['id']}/rows/?bad=true").json()["results"]
    assert [row["number"] for row in told] == [2, 3]
    answer = post(api, look(api, batch)["links"]["correct"], None)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["state"], made["rows"]["ready"], made["rows"]["wrong"]) == ("draft", 1, 1)
    assert (made["steps"], made["mapping"]) == (batch["steps"], batch["mapping"])
    assert look(api, batch)["rows"]["total"] == 3


def test_rows_have_the_same_states_everywhere(api: Client, make: Make, rich: Account) -> None:
    batch = make(3, at_once=1)
    start(api, batch)
    jobs.dispatch()
    rows = api.get(f"{V1}{batch['id']}/rows/").json()["results"]
    assert [row["state"] for row in rows] == ["running", "waiting", "waiting"]
    for state, count in (("running", 1), ("waiting", 2)):
        found = api.get(f"{V1}{batch['id']}/rows/?state={state}").json()["results"]
        assert len(found) == count == look(api, batch)["rows"][state]
    table = b"".join(api.get(f"{V1}{batch['id']}/results.csv")).decode()
    assert [line.split(",")[3] for line in table.split("\r\n")[1:4]] == [r["state"] for r in rows]


def test_the_way_to_stop_a_repeat_is_named(api: Client, make: Make, rich: Account) -> None:
    batch = make(1, repeats="weekly")
    start(api, batch)
    address = f"{V1}{batch['id']}/"
    answer = api.patch(address, {"repeats": ""}, content_type="application/json")
    assert (answer.status_code, f"{address}stop-repeating/" in answer.json()["message"]) == (
        409,
        True,
    )
    told = post(api, look(api, batch)["links"]["stop_repeating"], None).json()
    assert (told["repeats"], told["next_at"], told["links"]["stop_repeating"]) == ("", None, None)


def test_jobs_are_listed_by_batch(api: Client, make: Make, rich: Account) -> None:
    one, other = make(1), make(2)
    for batch in (one, other):
        start(api, batch)
    found = api.get(look(api, other)["links"]["jobs"]).json()["results"]
    assert len(found) == 2
    assert len(api.get("/api/v1/jobs/").json()["results"]) == 3
    refused(api.get("/api/v1/jobs/?batch=7"), "batch", "7")


def test_what_the_webhook_answered_is_told(
    api: Client, make: Make, rich: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = make(1, webhook="https://example.com/hook")
    assert batch["webhook_said"] is None
    start(api, batch)
    fail(batch, 1)
    assert look(api, batch)["webhook_said"]["state"] == "waiting"

    def refuse(*args: object, **more: object) -> None:
        raise OSError("nobody is at home")

    monkeypatch.setattr("studio.http.call", refuse)
    batches.send_due()
    told = look(api, batch)["webhook_said"]
    assert (told["state"], told["tries"], told["most_tries"]) == ("again", 1, 10)
    assert "nobody is at home" in told["error"]
