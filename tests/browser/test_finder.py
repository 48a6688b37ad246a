"""The box of the library, its facets and its views, by hand."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import bring

Visit = Callable[..., Page]


@pytest.fixture
def library(visit: Visit, picture: Callable[..., bytes]) -> Page:
    """The library, with one more picture in it."""
    page = visit("/library/")
    bring(page, ("harbor.png", picture((320, 200))))
    return page


def test_a_search_is_written_by_keyboard(library: Page) -> None:
    box = library.get_by_role("combobox", name="Search the library")
    library.keyboard.press("/")
    expect(box).to_be_focused()
    box.press_sequentially("ty")
    expect(library.get_by_role("option", name="type:")).to_be_visible()
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "q-option-0")
    box.press("Enter")
    expect(box).to_have_value("type:")
    expect(library.get_by_role("option", name="video")).to_be_visible()
    box.press("Escape")
    expect(library.locator("#q-list")).to_be_hidden()
    expect(box).to_have_value("type:")
    box.press_sequentially("ima")
    expect(library.get_by_role("option", name="image")).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("type:image ")
    box.press("Enter")
    expect(library).to_have_url(re.compile("type%3Aimage"))
    expect(library.get_by_role("link", name="Remove the filter type:image")).to_be_visible()


def test_an_answer_that_comes_late_is_dropped(library: Page) -> None:
    held: list[Route] = []
    library.route("**/suggest/?q=t&*", lambda route: held.append(route))
    box = library.get_by_role("combobox", name="Search the library")
    box.press_sequentially("t")
    library.wait_for_timeout(300)
    box.press_sequentially("i")
    expect(library.get_by_role("option", name="title:")).to_be_visible()
    assert held
    late = {"start": 0, "end": 1, "insert": "x", "label": "late", "hint": ""}
    held[0].fulfill(json={"suggestions": [late]})
    library.wait_for_timeout(300)
    expect(library.get_by_role("option", name="late")).to_have_count(0)


def test_what_is_wrong_is_pointed_at(library: Page) -> None:
    box = library.get_by_role("combobox", name="Search the library")
    box.fill("harbor modle:x")
    box.press("Enter")
    expect(library.locator("#q-problem mark")).to_contain_text("modle")
    expect(box).to_have_attribute("aria-invalid", "true")
    box.fill("harbor")
    box.press("Enter")
    expect(library.locator("#q-problem")).to_have_count(0)
    expect(library.locator(".tile").first).to_be_visible()


def test_size_and_columns_are_remembered(library: Page) -> None:
    slider = library.get_by_role("slider", name="Size of the pictures")
    slider.press("ArrowRight")
    expect(library.locator("#tiles")).to_have_attribute("data-step", "4")
    library.reload()
    expect(library.locator("#tiles")).to_have_attribute("data-step", "4")
    library.get_by_role("link", name="List", exact=True).click()
    expect(library).to_have_url(re.compile("view=list"))
    library.get_by_text("Columns").click()
    library.get_by_role("checkbox", name="Model", exact=True).check()
    library.get_by_role("button", name="Show these").click()
    expect(library.get_by_role("columnheader", name="Model")).to_be_visible()
    library.goto("/library/?view=list")
    expect(library.get_by_role("columnheader", name="Model")).to_be_visible()


def test_the_timeline_jumps_to_a_month(library: Page) -> None:
    library.get_by_role("link", name="Timeline").click()
    expect(library.locator("h2.day")).not_to_have_count(0)
    library.get_by_role("link", name="Jump to a month").click()
    library.locator("#months a").first.click()
    expect(library).to_have_url(re.compile(r"at=\d{4}-\d\d"))
    library.get_by_role("link", name="Back to the beginning").click()
    expect(library).not_to_have_url(re.compile("at="))


def test_a_saved_search_is_pinned_to_home(library: Page) -> None:
    library.goto("/library/?q=harbor")
    library.get_by_text("Saved", exact=True).click()
    library.get_by_label("Save this search").fill("All harbors")
    library.get_by_label("Pin it to Home").check()
    library.get_by_role("button", name="Save", exact=True).click()
    expect(library.get_by_text("“All harbors” is saved")).to_be_visible()
    library.goto("/")
    library.get_by_role("link", name=re.compile("All harbors")).click()
    expect(library).to_have_url(re.compile(r"\?q=harbor"))
    library.goto("/library/searches/")
    library.get_by_role("button", name="Delete All harbors").click()
    expect(library.get_by_role("heading", name="No saved searches")).to_be_visible()


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_nothing_scrolls_sideways(visit: Visit, library: Page, size: str) -> None:
    for path in ("", "?view=list", "?view=timeline", "?q=modle:x", "search-help/", "searches/"):
        page = visit(f"/library/{path}", size=size)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
