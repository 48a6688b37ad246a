"""A board from the library to the client and back: link, mark, comment, verdict, answer, close."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SIZES, bring, listen
from tests.cluster.harness import Studio

Visit = Callable[..., Page]


@pytest.fixture
def client(
    chromium: Browser, studio: Studio, complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """client(address, size) → the page of somebody who has never been here."""
    contexts = []

    def open_page(address: str, size: str = "wide", **options: object) -> Page:
        context = chromium.new_context(viewport=SIZES[size], **options)
        contexts.append(context)
        page = context.new_page()
        listen(page, complaints)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def board(visit: Visit, picture: Callable[..., bytes]) -> Page:
    """The page of a new board with one picture."""
    page = visit("/library/")
    bring(page, ("pier.png", picture((640, 400))))
    page.locator(".tile", has_text="Pier").first.get_by_role("link").click()
    page.get_by_role("link", name="Share").click()
    page.get_by_label("Title").fill("For the client")
    page.get_by_role("button", name="Make the board").click()
    expect(page.get_by_role("heading", name="For the client")).to_be_visible()
    return page


def address(board: Page) -> str:
    return board.locator("#board-link").inner_text()


@pytest.mark.quick
def test_a_client_marks_a_place_and_the_studio_answers(board: Page, client: Visit) -> None:
    page = client(address(board))
    page.get_by_role("link", name="Pier").click()
    held = page.locator("[data-markable]")
    box = held.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, steps=4)
    page.mouse.up()
    expect(page.get_by_text("A place is marked")).to_be_visible()
    page.get_by_label("Your name").fill("Zoe")
    page.get_by_label("Comment", exact=True).fill("Brighter here")
    page.get_by_role("button", name="Comment").click()
    mark = page.locator(".marks rect")
    expect(mark).to_have_count(1)
    assert 24 < float((mark.get_attribute("width") or "").rstrip("%")) < 26
    page.get_by_role("button", name="Ask for changes").click()
    expect(page.get_by_text("Changes wanted")).to_be_visible()
    board.reload()
    expect(board.get_by_text("Brighter here")).to_be_visible()
    board.get_by_label("Answer Zoe").fill("Done, look again")
    board.get_by_role("button", name="Answer").click()
    page.reload()
    expect(page.get_by_text("Done, look again")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved")).to_be_visible()
    board.get_by_role("button", name="Close the link").click()
    expect(board.get_by_text("Closed since")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_a_mark_by_keys(board: Page, client: Visit) -> None:
    page = client(address(board))
    page.get_by_role("link", name="Pier").click()
    page.locator("[data-markable]").focus()
    page.keyboard.press("Enter")
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert page.locator("[name=x]").input_value() == "0.54000"
    assert page.locator("[name=h]").input_value() == "0.02000"
    page.keyboard.press("Escape")
    assert page.locator("[name=x]").input_value() == ""
    expect(page).to_have_url(re.compile(r"/s/[\w-]+/[\w-]+/$"))


def test_a_phone_and_a_password(board: Page, client: Visit) -> None:
    board.get_by_text("Title, end, password, files").click()
    board.get_by_label("Password").fill("open sesame")
    board.get_by_role("button", name="Save").click()
    expect(board.get_by_text("with a password")).to_be_visible()
    page = client(address(board), "phone")
    page.get_by_label("Password").fill("open barley")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_contain_text("not the password")
    page.get_by_label("Password").fill("open sesame")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="For the client")).to_be_visible()
    page.get_by_role("link", name="Pier").click()
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_it_works_without_scripts(board: Page, client: Visit) -> None:
    page = client(address(board), java_script_enabled=False)
    page.get_by_role("link", name="Pier").click()
    page.get_by_label("Your name").fill("Zoe")
    page.get_by_label("Comment", exact=True).fill("Lovely")
    page.get_by_label("Comment", exact=True).press("Tab")
    page.get_by_role("button", name="Comment").click()
    expect(page.get_by_text("Lovely")).to_be_visible()
