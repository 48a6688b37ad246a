"""Sign-in with another service, against one that is played here."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client as Browser
from django.urls import reverse

from billing import invitations
from billing.models import Account, AuditEvent, Membership, Role, User
from tests.studio.test_session import is_in

PERSON = {"sub": "42", "email": "zoe@example.com", "name": "Zoe", "preferred_username": "zoe"}


class _Service(BaseHTTPRequestHandler):
    """Knows one person and lets them in."""

    def do_GET(self) -> None:
        base = f"http://{self.headers['Host']}"
        about = {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/keys",
        }
        self._say(PERSON if self.path == "/userinfo" else about)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say({"access_token": "let me in", "token_type": "Bearer"})

    def _say(self, data: dict[str, str]) -> None:
        body = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service(settings: Any, db: None) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    app = {"provider_id": "oidc", "name": "Acme ID", "client_id": "studio", "secret": "s"}
    app["settings"] = {"server_url": address}  # type: ignore[assignment]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield address
    server.shutdown()
    server.server_close()


def come(browser: Browser, service: str, process: str = "login") -> Any:
    """The button is pressed, the service says yes and sends the person back."""
    begun = browser.post(f"{reverse('openid_connect_login', args=['oidc'])}?process={process}")
    assert begun.headers["Location"].startswith(f"{service}/authorize?")
    asked = parse_qs(urlsplit(begun.headers["Location"]).query)
    assert asked["redirect_uri"] == ["http://testserver/sign-in/with/oidc/back/"]
    there = reverse("openid_connect_callback", args=["oidc"])
    return browser.get(there, {"code": "yes", "state": asked["state"][0]}, follow=True)


def test_it_is_off_without_an_address(db: None) -> None:
    assert "/sign-in/with/" not in Browser().get(reverse("sign-in")).content.decode()
    assert Browser().post(reverse("openid_connect_login", args=["oidc"])).status_code == 404


def test_where_sign_up_is_open_who_is_new_gets_an_account(service: str, settings: Any) -> None:
    settings.SIGN_UP = "open"
    browser = Browser()
    assert "Acme ID" in browser.get(reverse("sign-in")).content.decode()
    for _ in range(2):  # the second time it is the same person
        come(browser, service)
        assert is_in(browser)
        browser.logout()
    made = Membership.objects.get()
    assert (made.user.username, made.user.email, made.role) == ("zoe", PERSON["email"], "owner")
    assert not made.user.has_usable_password()


def test_where_it_is_closed_who_is_new_stays_outside(service: str, settings: Any) -> None:
    settings.SIGN_UP = "closed"
    browser = Browser()
    assert "Sign-up is closed" in come(browser, service).content.decode()
    assert not is_in(browser)
    assert not User.objects.exists()


def test_who_is_invited_comes_into_the_account(
    service: str, settings: Any, alice: User, account: Account
) -> None:
    settings.SIGN_UP = "invited"
    by = Membership.objects.get(user=alice)
    _, token = invitations.invite(account, by, email="zoe@example.com", role="viewer")
    browser = Browser()
    browser.get(reverse("invitation", args=[token]))
    come(browser, service)
    assert is_in(browser)
    made = Membership.objects.get(user__username="zoe")
    assert (made.account, made.role) == (account, Role.VIEWER)


def test_who_has_a_sign_in_links_it(
    service: str, alice: User, account: Account, sign_in: Callable[[User], Browser]
) -> None:
    come(sign_in(alice), service, "connect")
    browser = Browser()
    come(browser, service)
    assert browser.session["_auth_user_id"] == str(alice.pk)
    told = AuditEvent.objects.filter(account=account, action="sign-in.second")
    assert [row.details for row in told] == [{"change": "added"}]


def test_nobody_gets_in_as_who_merely_has_the_same_address(
    service: str, settings: Any, alice: User
) -> None:
    """The service did not say that it has looked at the address."""
    settings.SIGN_UP = "closed"
    User.objects.filter(pk=alice.pk).update(email=PERSON["email"])
    browser = Browser()
    come(browser, service)
    assert not is_in(browser)
