"""The API describes itself truly, and its documentation works under the studio's own policy."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from billing import access
from billing.models import Account, User
from studio import catalogue, keys
from tests import needs

METHODS = ("get", "post", "put", "patch", "delete")


def described() -> dict[str, Any]:
    """The description; a mistake or a warning in it is an error."""
    out, form = io.StringIO(), "openapi-json"
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", form, stdout=out)
    return dict(json.loads(out.getvalue()))


@pytest.fixture(scope="module")
def schema(django_db_setup: None, django_db_blocker: Any) -> dict[str, Any]:
    with django_db_blocker.unblock():
        return described()


def endpoints(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def test_it_is_valid_and_complete(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    names = [e["operationId"] for _, _, e in endpoints(schema)]
    assert len(names) == len(set(names)) > 80
    for path, method, endpoint in endpoints(schema):
        assert endpoint["summary"], (path, method)
        assert endpoint["description"], (path, method)
        assert endpoint["security"] == [{"ApiKey": []}, {"cookieAuth": []}]
        assert {"401", "403", "429"} <= set(endpoint["responses"])


def test_the_header_of_the_client_is_described_once_and_taken_everywhere(
    schema: dict[str, Any],
) -> None:
    described = schema["components"]["parameters"]["Client"]
    assert (described["name"], described["in"]) == ("X-Client", "header")
    assert described["required"] is False
    for path, method, endpoint in endpoints(schema):
        named = [one for one in endpoint["parameters"] if "$ref" in one]
        assert named == [{"$ref": "#/components/parameters/Client"}], (path, method)


def test_every_refusal_has_the_one_shape(schema: dict[str, Any]) -> None:
    for _, _, endpoint in endpoints(schema):
        for status, answer in endpoint["responses"].items():
            if status[0] == "4" and status != "416":
                ref = answer["content"]["application/json"]["schema"]["$ref"]
                assert ref == "#/components/schemas/Error"


def test_each_offer_is_a_variant_of_the_order(db: None, schema: dict[str, Any]) -> None:
    body = schema["paths"]["/api/v1/jobs/"]["post"]["requestBody"]["content"]
    assert body["application/json"]["examples"]
    parts = schema["components"]["schemas"]
    variants = parts["OrderRequest"]["oneOf"]
    named = [(v["properties"]["operation"], v["properties"]["offer"]) for v in variants]
    assert {(o["const"], f["const"]) for o, f in named} == {
        (o, f.key) for o in catalogue.operations() for f in catalogue.offers(o, keys.usable(None))
    }
    for variant in variants:
        params = parts[variant["properties"]["params"]["$ref"].rsplit("/", 1)[1]]
        assert params["additionalProperties"] is False
    form = parts["OrderFormRequest"]["properties"]
    assert form["image"]["format"] == "binary"
    assert {"operation", "offer", "duration"} <= set(form)


def test_a_second_offer_must_be_named(db: None, priced: str) -> None:
    parts = described()["components"]["schemas"]
    needed = {
        v["properties"]["offer"]["const"]: "offer" in v["required"]
        for v in parts["OrderRequest"]["oneOf"]
    }
    expected = {"local-motion": False, "local-title-card": False, priced: True}
    assert expected.items() <= needed.items()


def test_the_marks_of_the_generator_stay_out(schema: dict[str, Any]) -> None:
    assert "x-spec" not in json.dumps(schema)


def test_it_is_served(db: None) -> None:
    answer = Client().get("/api/schema/")
    assert answer.status_code == 200
    assert b"openapi: 3.1" in answer.content


def test_the_page_has_no_code_of_its_own_and_nothing_from_elsewhere(db: None) -> None:
    page = Client().get("/api/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "'unsafe" not in page["Content-Security-Policy"]
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*src=)", text)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert len(addresses) == 5
    assert all(address.startswith("/") for address in addresses)
    script = Client().get(addresses[-1])
    assert script["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in script.content


@pytest.mark.browser
@needs.chromium()
@pytest.mark.django_db(transaction=True)
def test_a_call_from_the_page_with_a_key(
    live_server: Any, alice: User, account: Account, cat: Any
) -> None:
    from playwright.sync_api import sync_playwright

    _, secret = access.create_key(account, alice, "docs")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=needs.chromium_path(), args=["--no-sandbox"])
        page = browser.new_page()
        problems: list[str] = []
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: problems.append(str(e)))
        page.goto(f"{live_server.url}/api/docs/")
        page.get_by_role("button", name="Authorize").first.click()
        page.locator("input[aria-label='auth-bearer-value']").fill(secret)
        page.locator(".auth-btn-wrapper button.authorize").first.click()
        page.get_by_role("button", name="Close").first.click()
        # Of many calls the page draws those that are in sight.
        page.locator("#operations-tag-assets").scroll_into_view_if_needed()
        page.mouse.move(400, 400)
        page.mouse.wheel(0, 300)
        page.locator("#operations-assets-assets_list").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        page.locator(".live-responses-table").wait_for()
        answer = page.locator(".live-responses-table").inner_text()
        browser.close()
    assert "The cat" in answer
    assert problems == []
