"""What each answer tells the browser about what a page may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from billing.models import User
from studio.security import HEADER, ContentSecurityPolicyMiddleware, header


def policy(response: Any) -> dict[str, str]:
    parts = response.headers[HEADER].split("; ")
    return {name: sources for name, _, sources in (part.partition(" ") for part in parts)}


def answer(response: HttpResponse) -> HttpResponse:
    middleware = ContentSecurityPolicyMiddleware(lambda request: response)
    return middleware(RequestFactory().get("/"))  # type: ignore[return-value]


def test_the_header_is_written_as_browsers_read_it() -> None:
    policy = {"img-src": ["'self'", "data:"], "upgrade-insecure-requests": []}
    assert header(policy) == "img-src 'self' data:; upgrade-insecure-requests"


@pytest.mark.parametrize("page", ["sign-in", "api-docs", "admin:login", "health"])
def test_every_page_forbids_what_is_not_ours(db: None, client: Client, page: str) -> None:
    response = client.get(reverse(page))
    said = policy(response)
    assert said["script-src"] == "'self'"
    assert said["style-src"] == "'self'"
    assert said["object-src"] == said["base-uri"] == said["frame-ancestors"] == "'none'"
    assert said["form-action"] == "'self'"
    assert "unsafe" not in response.headers[HEADER]
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("address", ["/nothing/here/at/all/", "/admin/nothing/"])
def test_error_pages_too(address: str, alice: User, sign_in: Callable[[User], Client]) -> None:
    response = sign_in(alice).get(address)
    assert response.status_code in (302, 404)
    assert "script-src" in policy(response)


def test_a_view_that_says_it_better_has_its_way() -> None:
    strict = HttpResponse(headers={HEADER: "default-src 'none'; sandbox"})
    assert answer(strict).headers[HEADER] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("debug", "status", "there"),
    [(True, 500, False), (True, 404, False), (True, 200, True), (False, 500, True)],
)
def test_only_the_error_pages_of_the_developer_go_without(
    settings: Any, debug: bool, status: int, there: bool
) -> None:
    settings.DEBUG = debug
    assert (HEADER in answer(HttpResponse(status=status)).headers) is there
