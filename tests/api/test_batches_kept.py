"""Steps and mappings that are kept for other tables, by whom, and for whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from assets.models import Asset
from billing import access, clients
from billing.models import Account, Membership, Role, User
from studio.models import BatchMapping, BatchTemplate
from tests.api.conftest import post, refused

V1 = "/api/v1/batches/"
MARK = {"operation": "watermark", "params": {"text": "© Alice"}}
UPSCALE = {"operation": "upscale", "params": {"size": "2x"}}


def test_steps_are_kept_used_and_forgotten(api: Client, cat: Asset) -> None:
    said = {"name": " Large and  marked ", "steps": [UPSCALE, MARK]}
    answer = post(api, f"{V1}templates/", said)
    assert answer.status_code == 201, answer.content
    kept = answer.json()
    assert kept["name"] == "Large and marked"
    assert [step["offer"] for step in kept["steps"]] == ["local-upscale", "local-watermark"]
    assert api.get(answer["Location"]).json() == kept
    said = {"template": kept["id"], "rows": [{"image": str(cat.pk)}]}
    batch = post(api, V1, said).json()
    assert batch["steps"] == kept["steps"]
    assert batch["rows"]["ready"] == 1
    again = post(api, f"{V1}templates/", {"name": "Large and marked", "steps": [MARK]}).json()
    assert (again["id"], len(again["steps"])) == (kept["id"], 1)
    assert len(api.get(f"{V1}templates/").json()["results"]) == 1
    assert api.delete(answer["Location"]).status_code == 204
    assert api.delete(answer["Location"]).status_code == 404
    assert api.get(f"{V1}{batch['id']}/").json()["steps"] == kept["steps"]


def test_a_mapping_is_kept_for_tables_with_the_same_columns(api: Client, cat: Asset) -> None:
    said = {"name": "Shop", "mapping": {"Foto": "image", "Spruch": "text", "Nr": ""}}
    answer = post(api, f"{V1}mappings/", said)
    assert answer.status_code == 201, answer.content
    rows = [{"Foto": str(cat.pk), "Spruch": "© A", "Other": "x"}]
    batch = post(
        api, V1, {"operation": "watermark", "rows": rows, "saved_mapping": answer.json()["id"]}
    ).json()
    assert batch["mapping"] == {"Foto": "image", "Spruch": "text"}
    assert batch["rows"]["ready"] == 1
    assert api.get(answer["Location"]).json()["mapping"] == said["mapping"]
    assert api.delete(answer["Location"]).status_code == 204


@pytest.mark.parametrize(
    ("where", "said", "field", "words"),
    [
        ("templates", {"name": "A", "steps": []}, "steps", ["no step"]),
        ("templates", {"name": "A", "steps": {}}, "steps", ["not a list"]),
        ("templates", {"name": "A", "steps": [{"operation": "x"}]}, "steps", ["“x”"]),
        ("templates", {"name": "", "steps": [MARK]}, "name", ["empty"]),
        ("templates", {"name": "x" * 101, "steps": [MARK]}, "name", ["100"]),
        ("templates", {"name": "A"}, "steps", ["required"]),
        (
            "templates",
            {"name": "A", "steps": [{**MARK, "params": {"text": "\0"}}]},
            "steps",
            ["NUL"],
        ),
        ("mappings", {"name": "A", "mapping": {"a": 5}}, "mapping", ["not text"]),
        ("mappings", {"name": "A", "mapping": {"a\0": "text"}}, "mapping", ["NUL"]),
        ("mappings", {"name": "A", "mapping": []}, "mapping", []),
        ("mappings", {"name": "A", "mapping": {}, "steps": []}, "steps", ["not known"]),
    ],
)
def test_what_cannot_be_kept(
    api: Client, where: str, said: dict[str, Any], field: str, words: list[str]
) -> None:
    refused(post(api, f"{V1}{where}/", said), field, *words)
    assert not BatchTemplate.objects.exists()
    assert not BatchMapping.objects.exists()


def test_who_sees_one_client_only_does_not_replace_what_serves_all(
    api: Client, account: Account, db: None
) -> None:
    shared = post(api, f"{V1}templates/", {"name": "House", "steps": [MARK]}).json()
    lara = User.objects.create_user("lara")
    membership = Membership.objects.create(account=account, user=lara, role=Role.MEMBER)
    acme = clients.make(account, "Acme")
    clients.limit(membership, [acme])
    _, secret = access.create_key(account, lara, "test")
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    address = f"{V1}templates/"
    assert [one["id"] for one in program.get(address).json()["results"]] == [shared["id"]]
    for answer in (
        post(program, address, {"name": "House", "steps": [UPSCALE]}),
        program.delete(f"{address}{shared['id']}/"),
    ):
        assert answer.status_code == 403
        assert "serves all clients" in answer.json()["message"]
    assert BatchTemplate.objects.get().steps[0]["operation"] == "watermark"
    own = post(program, address, {"name": "Acme's", "steps": [UPSCALE]}).json()
    assert own["client"] == str(acme.pk)
    assert program.delete(f"{address}{own['id']}/").status_code == 204
