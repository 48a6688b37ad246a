"""Signing up, a second step and a passkey, as a person does it in a browser."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SECONDS, SIZES, listen
from tests.cluster.harness import Studio

PASSWORD = "a password of a browser"
Visitor = Callable[..., Page]


@pytest.fixture
def visitor(studio: Studio, chromium: Browser, complaints: list[str]) -> Iterator[Visitor]:
    """visitor("/sign-up/") → the page, of somebody who is not signed in. A passkey needs a name in
    the address."""
    contexts = []

    def come(path: str, size: str = "wide") -> Page:
        address = f"http://localhost:{studio.port}"
        contexts.append(chromium.new_context(base_url=address, viewport=SIZES[size]))
        contexts[-1].set_default_timeout(SECONDS * 1000)
        page = contexts[-1].new_page()
        listen(page, complaints)
        page.goto(path)
        return page

    yield come
    for context in contexts:
        context.close()
    assert complaints == []


def sign_up(page: Page, name: str) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("E-mail address").fill(f"{name}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def sign_out(page: Page) -> None:
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Name or e-mail address").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def code(secret: str, ahead: int = 0) -> str:
    """The six digits that an app shows, or will show after half a minute."""
    counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_from_signing_up_to_signing_in_with_an_app(visitor: Visitor, size: str) -> None:
    name = f"zoe-{size}"
    page = visitor("/sign-in/", size)
    page.get_by_role("link", name="Sign up").click()
    sign_up(page, name)
    page.goto("/account/")
    page.get_by_role("link", name="Sign-in safety").click()
    page.get_by_role("link", name="Set up").click()
    confirm(page)
    secret = page.locator("#totp-secret").inner_text()
    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Turn on").click()
    recovery = page.locator("#recovery_codes li").all_inner_texts()
    assert len(set(recovery)) == 10
    sign_out(page)
    sign_in(page, f"{name}@example.com")
    second = page.get_by_label("Code of your authenticator app")
    second.fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_contain_text("Incorrect code")
    second.fill(code(secret, ahead=1))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    sign_out(page)
    sign_in(page, name)
    second.fill(recovery[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def with_authenticator(page: Page) -> None:
    """A device that has passkeys and says yes."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_signs_in_without_the_password(visitor: Visitor) -> None:
    page = visitor("/sign-up/")
    with_authenticator(page)
    sign_up(page, "yara")
    page.goto("/account/safety/")
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page)
    page.get_by_label("Name").fill("Laptop")
    expect(page.get_by_label("without the password")).to_be_checked()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/account/safety/passkeys/")
    expect(page.get_by_role("link", name="Rename Laptop")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto("/account/")
    expect(page.get_by_text("yara · Owner")).to_be_visible()


def test_without_a_passkey_it_says_why(visitor: Visitor) -> None:
    page = visitor("/sign-in/")
    refuses = "() => Promise.reject(new DOMException('', 'NotAllowedError'))"
    page.evaluate(f"() => {{ navigator.credentials.get = {refuses} }}")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#passkey-error")).to_contain_text("no passkey for this studio")
