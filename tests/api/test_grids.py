"""Several results over the API: what sets each apart, and what is wrong with a grid."""

from __future__ import annotations

from django.test import Client


def test_over_the_api_each_job_says_it(api: Client) -> None:
    body = {
        "operation": "text-to-image",
        "offer": "local-card",
        "params": {"prompt": "Boat"},
        "grid": {"design": ["Quotation", "badge"]},
    }
    answer = api.post("/api/v1/jobs/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["varied"] == {"design": "quote"}
    run = answer.json()["run"]
    told = api.get(f"/api/v1/jobs/?run={run}").json()["results"]
    assert sorted(job["varied"]["design"] for job in told) == ["badge", "quote"]


def test_a_wrong_number_is_named(api: Client) -> None:
    body = {"operation": "text-to-image", "params": {"prompt": "Boat"}, "count": 11}
    answer = api.post("/api/v1/jobs/", body, content_type="application/json")
    assert answer.status_code == 400
    assert [(e["field"], e["value"]) for e in answer.json()["errors"]] == [("count", "11")]
