"""Whom one works for: the choice in the bar, and two windows that do not mix."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
SWITCH = ".switch summary"


@pytest.mark.quick
def test_two_windows_work_for_two_clients(visit: Visit) -> None:
    page = visit("/clients/")
    for name in ("Acme", "Zen"):
        page.get_by_label("Name").last.fill(name)
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator(".client-rows b", has_text=name)).to_be_visible()
    page.goto(page.url.replace("/clients/", "/library/collections/"))
    page.locator(SWITCH).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(SWITCH)).to_contain_text("Acme")
    other = page.context.new_page()
    other.goto(page.url)
    other.locator(SWITCH).click()
    other.locator("#switch-list button", has_text="Zen").click()
    expect(other.locator(SWITCH)).to_contain_text("Zen")
    # The first window sends its form, and asks for its parts, for its own client still.
    acme = page.locator('meta[name="client"]').get_attribute("content")
    with page.expect_request("**/jobs/status/") as asked:
        pass
    assert asked.value.headers["x-client"] == acme
    page.get_by_label("Name of a new collection").fill("For Acme")
    page.get_by_role("button", name="Make", exact=True).click()
    page.wait_for_load_state()
    other.reload()
    expect(other.locator(".folder-name", has_text="For Acme")).to_have_count(0)
    other.locator(SWITCH).click()
    other.locator("#switch-list button", has_text="Acme").click()
    expect(other.locator(".folder-name", has_text="For Acme")).to_have_count(1)
    # Left as it was for the tests that follow.
    other.locator(SWITCH).click()
    other.get_by_role("button", name="All clients").click()
    _put_in_order(other)
    other.goto(other.url.replace("/library/collections/", "/clients/"))
    for _ in range(2):
        other.get_by_role("button", name="Archive").first.click()
    expect(other.locator(SWITCH)).to_have_count(0)


def _put_in_order(page: Page) -> None:
    """Among those of all clients, which are shown together."""
    row = {}
    for name in ("Reef", "Tide"):
        page.locator("#new-collection").fill(name)
        page.get_by_role("button", name="Make", exact=True).click()
        row[name] = page.locator(f'.folder:has(b:text-is("{name}"))')
        expect(row[name]).to_be_visible()
    with page.expect_navigation():
        row["Tide"].drag_to(row["Reef"], target_position={"x": 200, "y": 3})
    shown = page.locator(".folder b").all_inner_texts()
    assert [name for name in shown if name in row] == ["Tide", "Reef"]


def test_the_bar_fits_a_phone_with_all_that_it_may_show(visit: Visit) -> None:
    page = visit("/clients/", size="phone")
    page.get_by_label("Name").last.fill("A client with a very long name indeed")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(SWITCH)).to_be_visible()
    page.evaluate(
        """() => {
            document.querySelector("#credits-pill b").textContent = "123,456";
            const badge = document.querySelector("#bell .badge") ?? document.createElement("span");
            badge.className = "badge";
            badge.textContent = "12";
            document.querySelector("#bell").append(badge);
        }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    ends = "all => all.map((one) => [one.getBoundingClientRect().left, one.offsetWidth])"
    pills = page.locator(".topbar .pill:visible").evaluate_all(ends)
    assert all(left + width <= after for (left, width), (after, _) in pairwise(pills))
