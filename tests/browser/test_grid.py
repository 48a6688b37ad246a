"""A grid from ticking its values to the table of its results; and a problem that a button ends."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
PAGE = "/create/text-to-image/?offer=local-card"


def axis(page: Page, number: int) -> None:
    """Open the grid and choose what is varied there."""
    box = page.locator("details:has([data-axis])")
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    page.locator(f"#id_grid_{number}").select_option(["design", "width"][number - 1])


def grid(page: Page) -> Page:
    page.locator("#id_prompt").fill("A paper boat")
    page.locator("#id_height").fill("128")
    axis(page, 1)
    ticks = page.locator(".ticks")
    ticks.get_by_label("Quotation").check()
    ticks.get_by_label("Badge").check()
    expect(ticks.locator("legend")).to_have_text("Design: 2 chosen")
    axis(page, 2)
    page.locator("#id_grid_2_values").fill("128, 192")
    return page


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_ticked_values_become_a_table_that_fills_itself(visit: Visit, size: str) -> None:
    page = grid(visit(PAGE, size))
    expect(page.locator("#id_grid_1_values")).to_be_hidden()
    expect(page.locator("#id_grid_1_values")).to_have_value("quote, badge")
    tables = page.locator(".matrix").count()
    page.locator(".go .primary").click()
    expect(page.locator(".matrix")).to_have_count(tables + 1)
    table = page.locator(".matrix").first
    expect(table.locator("th[scope=col]")).to_have_text(["128 px", "192 px"])
    expect(table.locator("th[scope=row]")).to_have_text(["Quotation", "Badge"])
    states = table.locator(".job-media .state")
    expect(states).to_have_text(["Done"] * 4)
    widths = [s.split(" ")[0] for s in table.locator(".job-body .number").all_inner_texts()]
    assert widths == ["128", "192", "128", "192"]
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    name = table.get_attribute("id")
    page.reload()
    expect(page.locator(f"#{name} .job")).to_have_count(4)


def test_the_arrows_go_through_the_table(visit: Visit) -> None:
    page = grid(visit(PAGE))
    page.locator(".go .primary").click()
    table = page.locator(".matrix").first
    expect(table.locator(".job-media .state")).to_have_text(["Done"] * 4)
    table.locator("[data-open]").first.focus()
    for key, words in (
        ("ArrowRight", "Quotation · 192"),
        ("ArrowDown", "Badge · 192"),
        ("ArrowLeft", "Badge · 128"),
        ("ArrowUp", "Quotation · 128"),
    ):
        page.keyboard.press(key)
        name = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert words in name, key
    page.keyboard.press("Enter")
    expect(page.locator("picture-stage .stage-name")).to_contain_text("Quotation · 128 px")


def test_a_draft_keeps_what_is_ticked(visit: Visit) -> None:
    page = visit(PAGE)
    axis(page, 1)
    page.locator(".ticks").get_by_label("Badge").check()
    page.wait_for_timeout(300)
    page.reload()
    expect(page.locator(".ticks [value=badge]")).to_be_checked()


def test_many_choices_can_be_searched(visit: Visit) -> None:
    page = visit("/create/background/")
    page.locator("details:has([data-axis]) summary").click()
    page.locator("#id_grid_1").select_option("pattern")
    ticks = page.locator(".ticks")
    ticks.get_by_role("searchbox").fill("lights")
    expect(ticks.locator("label:visible")).to_have_text(["Lights out of focus"])
    ticks.get_by_role("searchbox").press("Enter")
    expect(page.locator(".matrix")).to_have_count(0)


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_picture_too_large_is_said_at_the_button_which_ends_it(visit: Visit, size: str) -> None:
    page = visit("/upscale/upscale/?offer=darkroom-upscale", size)
    file = io.BytesIO()
    Image.new("RGB", (2500, 2000), "#8ac").save(file, "JPEG")
    picture = {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
    page.locator('asset-drop [type="file"]').first.set_input_files(picture)  # type: ignore[arg-type]
    place = page.locator("#notes" if size == "phone" else "#sent")
    expect(place).to_contain_text("takes 4.0 MP at most. Turn on “Shrink the picture")
    page.locator(".go .primary").click()
    error = page.locator("asset-drop .error").first
    expect(error).to_contain_text("2500 × 2000")
    error.get_by_role("button", name="Shrink it").click()
    expect(page.locator("#id_shrink")).to_be_checked()
    expect(page.locator("#id_shrink")).to_be_focused()
    expect(error).to_be_hidden()
    expect(page.locator("#price-words")).not_to_contain_text("corrected")
    expect(page.locator(".go")).to_contain_text(re.compile("Upscale"))
