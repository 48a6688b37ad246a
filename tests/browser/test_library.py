"""The library by hand: hearts, trash and undo, upload, previews, editing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.assets import make
from tests.browser.conftest import bring

Visit = Callable[..., Page]


@pytest.fixture
def library(visit: Visit, picture: Callable[..., bytes]) -> Page:
    """The library, with one more picture in it."""
    page = visit("/library/")
    bring(page, ("harbor.png", picture((320, 200))))
    return page


@pytest.mark.quick
def test_a_heart_answers_at_once_and_can_be_undone(library: Page) -> None:
    first = library.locator(".tile", has_text="Harbor").first
    first.hover()
    heart = first.get_by_role("button", name=re.compile("Favorite"))
    with library.expect_response("**/favorite/"):  # a reload would cut it off
        heart.click()
        expect(heart).to_have_attribute("aria-pressed", "true")
    library.reload()
    expect(heart).to_have_attribute("aria-pressed", "true")
    with library.expect_response("**/favorite/"):
        heart.click()
    with library.expect_response("**/favorite/"):
        library.get_by_role("button", name="Undo").click()
        expect(heart).to_have_attribute("aria-pressed", "true")
    library.reload()
    expect(heart).to_have_attribute("aria-pressed", "true")


def test_a_heart_that_is_not_saved_goes_back(library: Page) -> None:
    first = library.locator(".tile", has_text="Harbor").first
    heart = first.get_by_role("button", name=re.compile("Favorite"))
    library.route("**/favorite/", lambda route: route.abort())
    first.hover()
    heart.click()
    expect(library.locator(".toast.bad")).to_be_visible()
    expect(heart).to_have_attribute("aria-pressed", "false")


def test_trash_is_undone_with_title_and_tags(library: Page) -> None:
    library.locator(".tile", has_text="Harbor").first.get_by_role("link").click()
    address = library.url
    library.get_by_text("Edit title").click()
    library.get_by_label("Title").fill("Harbor at night")
    library.get_by_role("textbox", name="Tags").fill("sea, night")
    library.get_by_role("button", name="Save").click()
    expect(library.get_by_role("heading", name="Harbor at night")).to_be_visible()
    library.get_by_role("button", name="Move to the trash").click()
    expect(library.locator(".tile", has_text="Harbor at night")).to_have_count(0)
    library.get_by_role("button", name="Undo").click()
    expect(library).to_have_url(address)
    expect(library.get_by_label("Tags", exact=True)).to_contain_text("night")


def test_a_facet_is_chosen_and_comes_off(library: Page) -> None:
    library.locator("#facets").get_by_role("link", name=re.compile("^Picture")).click()
    expect(library).to_have_url(re.compile("type%3Aimage"))
    expect(library.locator("#q")).to_have_value("type:image")
    library.get_by_role("link", name="Remove the filter type:image").click()
    expect(library).not_to_have_url(re.compile("type"))
    expect(library.locator("#q")).to_have_value("")


def test_a_facet_is_pressed_while_they_are_counted_anew(library: Page) -> None:
    """As after an upload: what it asks for is shown, though it is gone itself by then."""
    held: list[Route] = []
    library.route(re.compile(r"/library/\?q="), lambda route: held.append(route))
    library.locator("#facets").get_by_role("link", name=re.compile("^Picture")).click()
    with library.expect_response("**/library/facets/**"):
        library.evaluate("() => htmx.ajax('GET', '/library/facets/', '#facets')")
    library.wait_for_timeout(200)
    for route in held:
        route.continue_()
    assert held
    expect(library.locator("#q")).to_have_value("type:image")
    expect(library).to_have_url(re.compile("type%3Aimage"))


def test_what_is_refused_is_said_by_name(library: Page) -> None:
    files = [{"name": "notes.pdf", "mimeType": "text/plain", "buffer": b"%PDF-1.7 milk"}]
    library.locator("#upload-file").set_input_files(files)
    refused = library.locator("#tray li[data-state=failed]")
    expect(refused).to_contain_text("notes.pdf")
    expect(refused).to_contain_text("a PDF document")


def test_a_page_works_without_scripts(visit: Visit) -> None:
    page = visit("/library/", java_script_enabled=False)
    page.locator("#facet-sheet > summary").click()
    page.get_by_role("link", name="Choose filters").click()
    page.get_by_role("link", name=re.compile("^Picture")).click()
    expect(page.locator("#q")).to_have_value("type:image")
    page.locator("#q").fill("type:image harbor")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page).to_have_url(re.compile("harbor"))
    page.goto("/transform/image-to-video/")
    expect(page.locator('[type="file"][name="image"]')).to_be_visible()


def test_a_press_on_the_drawing_of_a_sound_goes_there(visit: Visit, tmp_path: Path) -> None:
    page = visit("/library/?kind=audio")
    page.locator("#upload-file").set_input_files(make.tone(tmp_path / "siren.wav", 4))
    page.locator(".tile", has_text="Siren").first.locator("a.link-cover").click()
    player, wave = page.locator(".sound audio"), page.locator(".sound-wave.live")
    expect(wave.locator(".now")).to_be_visible()
    box = wave.bounding_box()
    assert box
    wave.click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    at = player.evaluate("player => player.currentTime")
    assert at == pytest.approx(4 * (0.25 - 0.02) / 0.96, abs=0.1)
    mark = wave.locator(".now").bounding_box()
    assert mark
    assert mark["x"] - box["x"] == pytest.approx(box["width"] / 4, abs=3)
