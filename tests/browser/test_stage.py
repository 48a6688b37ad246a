"""What surrounds the work on a picture: its lines, the phone, the weight of the page, names."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, Route, expect

from tests.browser.test_pictures import drag, marked, sample

Visit = Callable[..., Page]
STATIC = Path(__file__).resolve().parents[2] / "static"
PAGES = ("/edit/erase/", "/edit/outpaint/", "/edit/crop/", "/control/sketch/", "/upscale/upscale/")


DRAWN = """document.querySelector("mask-editor.lines").mask.bytes
  .reduce((n, v) => n + (v > 127), 0)"""


def lines(route: Route) -> None:
    """A drawing of the picture's size, black on white."""
    picture = Image.new("L", (451, 300), 255)
    ImageDraw.Draw(picture).line((0, 150, 450, 150), fill=0, width=5)
    out = io.BytesIO()
    picture.save(out, "PNG")
    route.fulfill(body=out.getvalue(), content_type="image/png")


def test_lines_are_shown_drawn_over_and_become_the_picture(visit: Visit) -> None:
    page = visit("/control/sketch/")
    page.route(re.compile("/edges/"), lines)
    stage = page.locator("picture-stage")
    stage.evaluate("e => e.dataset.lines = '/library/{id}/edges/?manner=ink&detail=50'")
    sample(page)
    source = page.locator('[name="image"][type="hidden"]')
    before = source.input_value()
    page.get_by_role("button", name="Lines", exact=True).click()
    editor = page.locator("mask-editor.lines")
    expect(editor).to_be_visible()
    expect(editor.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "true")
    assert page.evaluate(DRAWN) == 451 * 5
    box = editor.locator(".canvas-box").bounding_box()
    assert box
    page.mouse.move(box["x"] + 250, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 330, box["y"] + 90, steps=5)
    page.mouse.up()
    assert page.evaluate(DRAWN) > 451 * 5 + 300
    editor.get_by_role("button", name="Use these lines").click()
    expect(source).not_to_have_value(before)
    expect(page.locator(".stage-name")).to_contain_text("Lines of Chelsea")


def test_without_an_address_there_are_no_lines(visit: Visit) -> None:
    page = visit("/control/sketch/")
    page.locator("picture-stage").evaluate("e => e.removeAttribute('data-lines')")
    sample(page)
    expect(page.locator('[data-view="lines"]')).to_be_hidden()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_fits_on_a_phone_and_targets_are_large_and_named(
    path: str, visit: Visit
) -> None:
    page = sample(visit(path, "phone"))
    if page.locator("mask-editor[data-surface]").count():
        drag(page, (0, 0), (30, 0))
        assert marked(page) > 0
    inside = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert inside[0] <= inside[1]
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, summary, select, input")]
          .filter((e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
          .filter((e) => !e.closest(".skip") && !(e.type === "checkbox" && e.closest("label")))
          .map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
          .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
          .map(([html, box]) => `${html} ${box.width}×${box.height}`)"""
    )
    assert small == []
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("main button, main input, main [tabindex='0']")]
          .filter((e) => e.checkVisibility() && e.type !== "hidden")
          .filter((e) => !(e.ariaLabel || e.title || e.textContent.trim() || e.labels?.length))
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


@pytest.mark.quick
def test_the_bar_of_a_phone_has_five_places_and_the_rest_is_under_more(visit: Visit) -> None:
    page = visit("/edit/erase/", "phone")
    bar = page.get_by_role("navigation", name="Main")
    expect(bar.locator(".rail-list > li:visible")).to_have_count(5)
    expect(bar.get_by_role("link", name="Edit")).to_have_attribute("aria-current", "page")
    expect(bar.get_by_role("link", name="Upscale")).to_be_hidden()
    bar.locator("summary").click()
    bar.get_by_role("link", name="Upscale").click()
    expect(page).to_have_url(re.compile("/upscale/upscale/"))
    expect(bar.get_by_role("link", name="Upscale")).to_be_visible()


@pytest.mark.quick
def test_scripts_and_styles_of_the_heaviest_page_stay_light(visit: Visit) -> None:
    page = visit("/control/sketch/")
    page.wait_for_load_state("networkidle")
    names = page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    weight = {".js": 0, ".css": 0}
    for name in names:
        found = re.search(r"/static/(.+?)(?:\.[0-9a-f]{12})?(\.(?:js|css))$", name)
        if found:
            content = (STATIC / f"{found[1]}{found[2]}").read_bytes()
            weight[found[2]] += len(gzip.compress(content))
    assert 20_000 < weight[".js"] < 60_000
    assert 5_000 < weight[".css"] < 30_000
