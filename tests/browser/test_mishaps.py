"""What goes wrong beside the work: quick reloads, double clicks, a session that ends, a role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import SECONDS, bring, link, listen
from tests.browser.test_controls import GIVE, bytes_of
from tests.browser.test_orders import OPERATION, jobs, ready
from tests.cluster.harness import Studio

__all__ = ["bytes_of"]

Visit = Callable[..., Page]
VIEWER = """
from billing import access
from billing.models import Account, Membership, Role, User
user, _ = User.objects.get_or_create(username="vera")
Membership.objects.get_or_create(account=Account.objects.get(), user=user, role=Role.VIEWER)
print(access.make_sign_in_link(user))
"""


def test_a_draft_keeps_its_picture_while_that_is_being_looked_for(
    visit: Visit, complaints: list[str]
) -> None:
    page = ready(visit(OPERATION))
    source = page.locator("asset-drop").first
    expect(source).to_contain_text("Coffee")

    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if route.request.method == "HEAD" and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/poster/", hold_first)
    page.reload()
    page.locator("#id_strength").fill("83")
    page.wait_for_timeout(300)
    assert held
    page.reload()
    expect(source).to_contain_text("Coffee")
    expect(page.locator("#id_strength")).to_have_value("83")
    # A look-up that a reload cuts off may be noted by the browser.
    complaints.clear()


def test_a_picture_that_was_taken_out_stays_out(visit: Visit) -> None:
    page = ready(visit(OPERATION))
    page.reload()
    source = page.locator("asset-drop").first
    expect(source).to_have_attribute("data-state", "full")
    page.get_by_role("button", name="Remove").first.click()
    page.reload()
    page.wait_for_timeout(300)
    expect(source).to_have_attribute("data-state", "empty")


def test_a_sample_is_one_picture_however_it_is_pressed(visit: Visit, studio: Studio) -> None:
    page = visit(OPERATION)
    page.get_by_role("button", name="Deep field").dblclick()
    expect(page.locator("asset-drop").first).to_contain_text("Deep field")
    sent = """async (key) => {
      const token = document.querySelector('[name="csrf-token"]').content;
      const headers = { Accept: "application/json", "X-CSRFToken": token };
      const body = new URLSearchParams({ sample: key, kind: "image" });
      const post = () => fetch("/library/upload/", { method: "POST", headers, body });
      const answers = await Promise.all(Array.from({ length: 6 }, post));
      return new Set(await Promise.all(answers.map(async (a) => (await a.json()).id))).size;
    }"""
    assert page.evaluate(sent, "astronaut") == 1
    for key in ("hubble", "astronaut"):
        found = studio.rows("SELECT id FROM assets_asset WHERE filename LIKE ?", f"{key}.%")
        assert len(found) == 1, key


@pytest.mark.parametrize("cookies_kept", [(), ("csrftoken",)], ids=["none left", "session over"])
def test_who_is_signed_out_comes_back_to_the_draft(
    cookies_kept: tuple[str, ...], visit: Visit, studio: Studio
) -> None:
    page = ready(visit(OPERATION))
    page.locator("#id_strength").fill("82")
    page.wait_for_timeout(400)
    before = jobs(studio)
    kept = [c for c in page.context.cookies() if c["name"] in cookies_kept]
    page.context.clear_cookies()
    page.context.add_cookies(kept)  # type: ignore[arg-type]
    page.locator(".go .primary").click()
    expect(page).to_have_url(re.compile(rf"/sign-in/\?next={OPERATION}$"))
    assert jobs(studio) == before
    page.goto(link(studio))
    page.goto(OPERATION)
    expect(page.locator("asset-drop").first).to_contain_text("Coffee")
    expect(page.locator("#id_strength")).to_have_value("82")


def test_a_form_from_an_address_is_a_draft_once_it_is_changed(visit: Visit) -> None:
    page = visit(f"{OPERATION}?strength=12&duration=3")
    expect(page.locator("#id_strength")).to_have_value("12")
    page.locator("#id_strength").fill("34")
    page.reload()
    expect(page.locator("#id_strength")).to_have_value("34")
    expect(page.locator("#id_duration")).to_have_value("3")


def test_a_file_of_somebody_signed_out_is_refused_with_the_way_in(
    visit: Visit, bytes_of: Callable[[Page], None]
) -> None:
    page = visit(OPERATION)
    bytes_of(page)
    page.context.clear_cookies()
    page.evaluate(GIVE, ["paste", "late.png", "body"])
    error = page.locator("asset-drop .error").first
    expect(error).to_contain_text("Your session is over")
    way_in = error.get_by_role("link", name="Sign in")
    expect(way_in).to_have_attribute("href", re.compile(r"^/sign-in/\?next="))


def test_a_page_older_than_its_sign_in_says_so(visit: Visit, complaints: list[str]) -> None:
    page = ready(visit(OPERATION))
    page.context.clear_cookies(name="csrftoken")
    page.locator(".go .primary").click()
    expect(page.locator("#toasts")).to_contain_text("Reload it")
    expect(page.locator("#toasts")).not_to_contain_text("You may not do this")
    assert [text for text in complaints if "403" not in text] == []
    complaints.clear()


@pytest.fixture
def vera(studio: Studio, chromium: Browser, complaints: list[str]) -> Iterator[Page]:
    """The page of a viewer."""
    token = studio.manage("shell", "-c", VIEWER).stdout.split()[-1]
    with chromium.new_context(base_url=f"http://127.0.0.1:{studio.port}") as context:
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        listen(page, complaints)
        page.goto(f"/sign-in/{token}/")
        yield page
    assert complaints == []


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_viewer_is_told_before_anything_is_sent(
    way: str, vera: Page, bytes_of: Callable[[Page], None]
) -> None:
    vera.goto(OPERATION)
    bytes_of(vera)
    sent: list[str] = []
    vera.on("request", lambda request: sent.append(request.url))
    vera.evaluate(GIVE, [way, "no.png", "body"])
    expect(vera.locator("asset-drop .error").first).to_contain_text("Your role here is viewer")
    vera.wait_for_timeout(300)
    assert [address for address in sent if "upload" in address] == []


@pytest.mark.quick
def test_a_press_before_the_scripts_are_there_is_kept(
    visit: Visit, picture: Callable[..., bytes]
) -> None:
    page = visit("/library/")
    bring(page, ("early.png", picture((320, 210))))
    held: list[Route] = []
    page.route(re.compile(r"/js/app[^/]*\.js"), lambda route: held.append(route))
    page.goto("/library/", wait_until="commit")
    tile = page.locator(".tile").first
    heart = tile.get_by_role("button", name=re.compile("Favorite"))
    tile.hover()
    heart.click()
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "false")
    with page.expect_response("**/favorite/"):
        for route in held:
            route.continue_()
    expect(heart).to_have_attribute("aria-pressed", "true")
