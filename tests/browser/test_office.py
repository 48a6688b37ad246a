"""The operator's pages in a browser: they fit, they obey the policy, they read themselves anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

Visit = Callable[..., Page]
PAGES = ("/admin/", "/admin/usage/", "/admin/presets/", "/admin/studio/offerswitch/")
ANEW = 40_000  # milliseconds; it is read every fifteen seconds


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("phone", "dark")])
def test_pages_fit_in_both_themes(visit: Visit, path: str, size: str, scheme: str) -> None:
    page = visit(path, size, color_scheme=scheme)
    expect(page.locator(".panel").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_overview_is_read_anew_while_nothing_in_it_is_used(visit: Visit) -> None:
    page = visit("/admin/")
    told = page.locator("#reloaded")
    before = told.inner_text()
    page.evaluate("document.querySelector('.panel').dataset.old = 'yes'")
    expect(told).not_to_have_text(before, timeout=ANEW)
    expect(page.locator(".panel[data-old]")).to_have_count(0)


def test_an_offer_is_switched_off_and_on_by_hand(visit: Visit) -> None:
    page = visit("/admin/studio/offerswitch/?provider=local")
    row_of(page).get_by_role("button", name="Switch off…").click()
    page.get_by_label("Reason").fill("It is being repaired.")
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Typographic card is off.")).to_be_visible()
    expect(row_of(page)).to_contain_text("It is being repaired.")
    row_of(page).get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Typographic card is on again.")).to_be_visible()


def row_of(page: Page) -> Locator:
    return page.get_by_role("row", name="Typographic card")
