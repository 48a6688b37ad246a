"""Thousands of made-up requests from the API's own description: whatever comes, an answer that the
description knows, and never a failure of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from assets.models import Asset, BoardComment, BoardItem, Tag
from assets.services import imports
from billing import access
from billing.models import Account, Membership, User
from billing.services import verify_ledger
from studio.api.base import AccountView
from studio.api.urls import v1
from studio.models import Job
from tests.api.conftest import post, shots_of

schemathesis = pytest.importorskip("schemathesis", reason="pip install schemathesis")

from schemathesis import GenerationMode  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi import checks  # noqa: E402

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
EXAMPLES = 20
BELOW = ("batches/templates", "batches/mappings")
GOES = ("stories", "scenes", "shots", "boards", "board-comments", "uploads", "batches", "webhooks")
made_up = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@pytest.fixture
def real(
    api: Client, cat: Asset, body: Callable[..., Any], story: Any, charlie: User
) -> dict[str, Any]:
    """Ids of things that are there; made-up ones never hit."""
    persona = post(api, "/api/v1/personas/", {"name": "Acme Tea", "look": "terracotta"})
    large = {"name": "large.mp4", "size": 30_000_000}
    rated = {"verb": "rate", "rating": 3, "filter": {}}
    kept = {"name": "Shop", "operation": "watermark", "params": {"text": "© Acme"}}
    board = post(api, "/api/v1/boards/", {"title": "For Acme", "assets": [str(cat.pk)]}).json()
    marks = {"operation": "watermark", "rows": [{"image": str(cat.pk), "text": "© Acme"}]}
    batch = post(api, "/api/v1/batches/", marks).json()
    steps = {"name": "Kept", "steps": [{"operation": "watermark"}]}
    mapping = {"name": "Kept", "mapping": {"words": "text"}}
    item = BoardItem.objects.get(board=board["id"])
    said = BoardComment.objects.create(item=item, name="Zoe", text="Brighter")
    shop = {"name": "Shop", "url": "https://93.184.216.34/", "events": ["job.failed"]}
    hook = post(api, "/api/v1/webhooks/", shop).json()["id"]
    asked = {"email": "zoe@example.com", "role": "viewer"}
    return {
        "webhooks": hook,
        "deliveries": post(api, f"/api/v1/webhooks/{hook}/test/", {}).json()["id"],
        "invitations": post(api, "/api/v1/invitations/", asked).json()["id"],
        "budgets": post(api, "/api/v1/budgets/", {"of": "account", "soft": 5}).json()["id"],
        "boards": board["id"],
        "board-comments": str(said.pk),
        "jobs": post(api, "/api/v1/jobs/", body()).json()["id"],
        "assets": str(cat.pk),
        "personas": persona.json()["id"],
        "searches": post(api, "/api/v1/searches/", {"name": "Kept"}).json()["id"],
        "uploads": post(api, "/api/v1/uploads/", large).json()["id"],
        "bulk": post(api, "/api/v1/bulk/", rated).json()["change"],
        "collections": post(api, "/api/v1/collections/", {"name": "Box"}).json()["id"],
        "tags": Tag.objects.create(account=cat.account, name="sea").pk,
        "archives": post(api, "/api/v1/archives/", {"filter": {}}).json()["id"],
        "imports": str(imports.order(cat.account, None, ContentFile(b"PK\3\4nothing"), "a.zip").pk),
        "settings": post(api, "/api/v1/settings/", kept).json()["id"],
        "stories": story["id"],
        "scenes": story["scenes"][0]["id"],
        "shots": shots_of(story)[0]["id"],
        "clients": post(api, "/api/v1/clients/", {"name": "Acme"}).json()["id"],
        "batches": batch["id"],
        "batches/templates": post(api, "/api/v1/batches/templates/", steps).json()["id"],
        "batches/mappings": post(api, "/api/v1/batches/mappings/", mapping).json()["id"],
        "members": Membership.objects.create(account=cat.account, user=charlie).pk,
    }


def kind_of(path: str) -> str:
    """What an address is about; some are kept below another one."""
    parts = path.split("/")[3:]
    return "/".join(parts[:2]) if "/".join(parts[:2]) in BELOW else parts[0]


@pytest.fixture
def operations(real: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The API in this process, without limits of rate; its requests must not close the connection
    of the test. (Django's own client would undo that, so it must be done by now.)"""
    monkeypatch.setattr(AccountView, "throttle_classes", [])
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    found = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    yield [result.ok() for result in found.get_all_operations()]
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.slow
def test_whatever_comes(
    operations: list[Any], alice: User, account: Account, real: dict[str, Any]
) -> None:
    _, secret = access.create_key(account, alice, "made up")
    asked: list[str] = []

    def ask(case: Any) -> None:
        kind = kind_of(case.path)
        # A story or a board that is deleted, or its parts, could not be asked about any more.
        gone = case.method == "DELETE" and case.path.count("/") == 5 and kind in GOES
        if "id" in (case.path_parameters or {}) and not gone:
            case.path_parameters["id"] = real[kind]
        # Deleted for good, it could not be asked about any more.
        (case.query or {}).pop("forever", None)
        if kind != "clients":  # with a client that is not there nothing else would be looked at
            (case.headers or {}).pop("X-Client", None)
        headers = {"Authorization": f"Bearer {secret}"}
        asked.append(case.operation.label)
        case.call_and_validate(headers=headers, checks=CHECKS)

    assert len(operations) >= len(v1)
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            made_up(given(case=operation.as_strategy(generation_mode=mode))(ask))()
    assert len(set(asked)) == len(operations)
    assert Job.objects.filter(pk=real["jobs"]).exists()
    assert Asset.objects.filter(pk=real["assets"]).exists()
    assert verify_ledger() == []
