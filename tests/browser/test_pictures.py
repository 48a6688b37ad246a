"""Work on a picture: paint a mask, order, see the result on the stage, compare, accept."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.cluster.harness import Studio, wait_for

Visit = Callable[..., Page]
ERASE = "/edit/erase/"
MARKED = """(document.querySelector("mask-editor").mask?.bytes ?? new Uint8Array())
  .reduce((n, v) => n + (v > 127), 0)"""


def sample(page: Page, name: str = "Chelsea") -> Page:
    """The page with a sample picture on its stage."""
    page.get_by_role("button", name=name).first.click()
    page.locator("picture-stage [data-surface][data-full]").wait_for()
    # The policy of the page forbids functions made of text, which waiting in it would need.
    loaded = "document.querySelector('[data-surface] img').naturalWidth"
    wait_for(lambda: page.evaluate(loaded), what="the picture to be loaded")
    return page


def middle(page: Page, selector: str = "[data-surface] .canvas-box") -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, *points: tuple[float, float]) -> None:
    """Press in the middle of the picture plus the first point, move through the others."""
    x, y = middle(page)
    page.mouse.move(x + points[0][0], y + points[0][1])
    page.mouse.down()
    for dx, dy in points[1:]:
        page.mouse.move(x + dx, y + dy, steps=6)
    page.mouse.up()


def marked(page: Page) -> int:
    return int(page.evaluate(MARKED))


def apply(page: Page) -> str:
    """Order; the id of the card, once it is done and its result is on the stage."""
    before = page.locator("#results .job").count()
    page.locator(".go .primary").click()
    expect(page.locator("#results .job")).to_have_count(before + 1)
    card = page.locator("#results .job").first
    expect(card.locator(".state").first).to_have_text("Done")
    expect(card).to_have_attribute("data-on-stage", "")
    return card.get_attribute("id") or ""


def picture_at(page: Page, address: str) -> Any:
    return np.asarray(Image.open(io.BytesIO(page.request.get(address).body())))


@pytest.mark.quick
def test_what_is_painted_is_erased_compared_and_accepted(visit: Visit, studio: Studio) -> None:
    page = sample(visit(ERASE))
    drag(page, (-60, -20), (30, 10), (60, -30))
    painted = marked(page)
    assert painted > 2000
    drag(page, (-100, 60), (100, 60))
    assert marked(page) > painted
    page.keyboard.press("Control+z")
    assert marked(page) == painted
    page.keyboard.press("Control+z")
    assert marked(page) == 0
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+Shift+z")
    assert marked(page) > painted
    page.keyboard.press("Control+z")
    apply(page)
    # The mask went into the library before the order, at the size of the picture.
    mask = page.locator('[name="mask"][type="hidden"]').input_value()
    saved = picture_at(page, f"/files/{mask}/original/")
    assert saved.shape == (300, 451)
    assert int((saved > 127).sum()) == painted
    page.goto(f"/library/{mask}/")
    expect(page.locator("h1")).to_have_text("Mask of Chelsea")
    page.go_back()
    # It is there for the next try.
    wait_for(lambda: marked(page) == painted, what="the mask to come back")
    page.locator("#results [data-open]").first.click()
    compare = page.locator("picture-compare")
    expect(compare).to_be_visible()
    line = page.get_by_role("slider", name="Line between before and after")
    expect(line).to_have_value("500")
    line.press("ArrowLeft")
    expect(line).to_have_value("480")
    x, y = middle(page, "picture-compare .canvas-box")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y, steps=4)
    page.mouse.up()
    assert int(line.input_value()) > 600
    page.get_by_role("button", name="Accept as new version").click()
    expect(page.locator(".toast")).to_contain_text("Version 2 is shown now.")
    expect(page.get_by_role("button", name="Version 2")).to_be_disabled()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Accept as new version")).to_be_enabled()
    assert studio.rows("SELECT count(*) FROM assets_asset WHERE version > 1")[0][0] == 0


def test_an_empty_mask_is_said_at_once_and_nothing_is_ordered(visit: Visit, studio: Studio) -> None:
    page = sample(visit(ERASE), "Coffee")
    before = studio.rows("SELECT count(*) FROM studio_job")
    page.locator(".go .primary").click()
    expect(page.locator("asset-drop.mask .error")).to_contain_text("Mask is empty. Paint over")
    assert studio.rows("SELECT count(*) FROM studio_job") == before
    drag(page, (0, 0), (20, 0))
    expect(page.locator("asset-drop.mask .error")).to_be_hidden()


@pytest.mark.parametrize(
    ("tool", "way", "area"),
    [
        ("Rectangle", [(-80, -60), (80, 60)], 160 * 120),
        ("Lasso", [(-80, -60), (80, -60), (80, 60)], 160 * 120 / 2),
        ("Fill up to what is painted", [(0, 0)], None),
    ],
)
def test_every_tool_marks_what_it_says_and_takes_it_away_with_alt(
    tool: str, way: list[tuple[float, float]], area: float | None, visit: Visit
) -> None:
    page = sample(visit("/edit/recolor/"))
    page.get_by_role("button", name=tool).click()
    expect(page.get_by_role("button", name=tool)).to_have_attribute("aria-pressed", "true")
    drag(page, *way)
    scale = page.evaluate("document.querySelector('mask-editor').viewport.scale")
    expected = area / scale**2 if area else 451 * 300
    assert marked(page) == pytest.approx(expected, rel=0.03)
    page.keyboard.down("Alt")
    drag(page, *way)
    page.keyboard.up("Alt")
    assert marked(page) == 0


def test_the_bucket_stops_at_what_is_painted(visit: Visit) -> None:
    page = sample(visit("/edit/recolor/"))
    drag(page, (-80, -60), (80, -60), (80, 60), (-80, 60), (-80, -60))
    page.keyboard.press("g")
    drag(page, (0, 0))
    inside = marked(page)
    scale = page.evaluate("document.querySelector('mask-editor').viewport.scale")
    assert 160 * 120 / scale**2 < inside < 200 * 160 / scale**2


def test_invert_grow_shrink_feather_and_the_way_back(visit: Visit) -> None:
    page = sample(visit("/edit/recolor/"))
    drag(page, (-20, 0), (20, 0))
    painted = marked(page)
    steps = ["Grow", "Shrink", "Feather", "Invert", "Everything", "Nothing"]
    counts = []
    for name in steps:
        if not page.locator(".tool-menu").is_visible():
            page.get_by_label("More tools").click()
        page.locator(".tool-menu").get_by_role("button", name=name).click()
        counts.append(marked(page))
    grown, shrunk, soft, turned, everything, nothing = counts
    assert grown > painted * 1.3
    assert shrunk == pytest.approx(painted, rel=0.05)
    assert soft == pytest.approx(shrunk, rel=0.35)
    assert turned == pytest.approx(451 * 300 - soft, abs=300)
    assert (everything, nothing) == (451 * 300, 0)
    for _ in steps:
        page.get_by_role("button", name="Undo").click()
    assert marked(page) == painted
    expect(page.get_by_role("button", name="Redo")).to_have_attribute("aria-disabled", "false")


def test_a_mask_is_painted_by_keys_alone(visit: Visit) -> None:
    page = sample(visit("/edit/recolor/"))
    box = page.get_by_role("application")
    box.focus()
    for key in ("ArrowRight", "Space", *["ArrowRight"] * 6, "ArrowDown", "Space"):
        page.keyboard.press(key)
    stroke = marked(page)
    assert stroke > 500
    page.keyboard.press("]")
    page.keyboard.press("r")
    for key in ("Space", *["Shift+ArrowDown"] * 2, *["Shift+ArrowLeft"] * 2, "Space"):
        page.keyboard.press(key)
    assert marked(page) > stroke
    page.keyboard.press("Control+z")
    assert marked(page) == stroke
    page.keyboard.press("h")
    expect(page.get_by_role("button", name="Hide the mask")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_another_size_puts_the_mask_aside_and_brings_it_back(visit: Visit) -> None:
    page = sample(visit("/edit/recolor/"))
    drag(page, (-20, 0), (20, 0))
    painted = marked(page)
    page.get_by_role("button", name="Remove", exact=True).first.click()
    sample(page, "Coffee")
    expect(page.locator(".toast")).to_contain_text("451 × 300 px; this picture has 600 × 400")
    assert marked(page) == 0
    page.get_by_role("button", name="Remove", exact=True).first.click()
    sample(page, "Chelsea")
    assert marked(page) == painted


def test_a_mask_comes_from_a_file_and_one_of_another_size_is_refused(visit: Visit) -> None:
    page = sample(visit("/edit/recolor/"))
    field = page.locator("asset-drop.mask")
    for size, words in (((451, 300), "In the library."), ((90, 60), "")):
        picture = Image.new("L", size, 0)
        picture.paste(255, (10, 10, 40, 40))
        out = io.BytesIO()
        picture.save(out, "PNG")
        file = {"name": "m.png", "mimeType": "image/png", "buffer": out.getvalue()}
        field.locator('[type="file"]').set_input_files(file)  # type: ignore[arg-type]
        if words:
            expect(field).to_contain_text(words)
            assert marked(page) == 900
        else:
            expect(field.locator(".error")).to_contain_text("is 90 × 60, the picture is 451 × 300")
    drag(page, (0, 0), (9, 0))
    with page.expect_download() as found:
        page.get_by_role("button", name="Export").click()
    assert found.value.suggested_filename == "mask-chelsea.png"


def test_unsaved_paint_outlives_the_page(visit: Visit) -> None:
    page = sample(visit("/edit/adjust/"))
    drag(page, (-20, 0), (20, 0))
    painted = marked(page)
    page.wait_for_timeout(1200)
    page.reload()
    wait_for(lambda: marked(page) == painted, what="the mask to come back")


def test_fingers_paint_and_two_of_them_move(visit: Visit) -> None:
    page = sample(visit(ERASE, "phone", has_touch=True))
    x, y = middle(page)
    client = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x + px, "y": y + py, "id": i} for i, (px, py) in enumerate(points)]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", (-50, 0))
    touch("touchMove", (50, 10))
    touch("touchEnd")
    painted = marked(page)
    assert painted > 500
    scale = "document.querySelector('mask-editor').viewport.scale"
    before = page.evaluate(scale)
    touch("touchStart", (-20, 30))
    touch("touchStart", (-20, 30), (20, 30))
    for reach in (40, 60, 80):
        touch("touchMove", (-reach, 30), (reach, 30))
    touch("touchEnd")
    assert page.evaluate(scale) > before * 2
    assert marked(page) == painted
    expect(page.get_by_role("button", name="Brush", exact=True)).to_be_visible()


def test_the_frame_is_dragged_and_the_numbers_follow_both_ways(visit: Visit) -> None:
    page = sample(visit("/edit/outpaint/"))
    grip = page.get_by_role("button", name=re.compile("^Edge: right"))
    box = grip.bounding_box()
    assert box
    page.mouse.move(box["x"] + 16, box["y"] + 16)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + 16, steps=5)
    page.mouse.up()
    assert int(page.locator("#id_right").input_value()) > 30
    page.locator("#id_up").fill("120")
    expect(page.get_by_role("button", name=re.compile("^Edge: up 120 px"))).to_be_visible()
    grip.focus()
    page.locator("#id_right").fill("40")
    grip.press("ArrowRight")
    grip.press("Shift+ArrowLeft")
    expect(page.locator("#id_right")).to_have_value("0")
    apply(page)
    # The source lies in the result where it was: nothing but the new rim differs.
    expect(page.locator('picture-compare [data-part="sizes"]')).to_have_text(
        "451 × 300 → 451 × 420"
    )
    shown = page.locator(".pane.before img").evaluate("e => new DOMMatrix(e.style.transform)")
    assert shown["f"] > 100 * shown["a"]


def test_a_color_is_taken_from_the_picture(visit: Visit) -> None:
    page = sample(visit("/edit/recolor/"))
    page.get_by_role("button", name="Take color to change from the picture").click()
    x, y = middle(page)
    page.mouse.click(x - 40, y - 10)
    assert re.fullmatch("#[0-9a-f]{6}", page.locator("#id_from_color").input_value())
    assert marked(page) == 0
    page.locator("#id_color").fill("abc")
    page.locator("#id_color").blur()
    expect(page.locator("#id_color")).to_have_value("#aabbcc")
    expect(page.locator('[data-color="id_color"]')).to_have_value("#aabbcc")
    page.get_by_role("button", name="No color to change").click()
    expect(page.locator("#id_from_color")).to_have_value("")


def test_a_slider_around_zero_goes_back_with_a_double_click(visit: Visit) -> None:
    page = sample(visit("/edit/adjust/"))
    page.locator("#id_saturation").fill("-60")
    slider = page.locator('[data-for="id_saturation"]')
    expect(slider).to_have_value("-60")
    slider.dblclick(position={"x": 4, "y": 12})
    expect(page.locator("#id_saturation")).to_have_value("0")


def test_results_are_opened_by_digits_and_walked_by_arrows(visit: Visit) -> None:
    page = visit("/create/text-to-image/")
    for words in ("First", "Second"):
        page.locator("#id_prompt").fill(words)
        apply(page)
        page.wait_for_timeout(750)
    name = page.locator(".stage-name")
    expect(name).to_contain_text("Second")
    page.locator("main").focus()
    page.keyboard.press("2")
    expect(name).to_contain_text("First")
    page.locator("#results [data-open]").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(name).to_contain_text("Second")


def test_the_comparison_keeps_both_sides_together(visit: Visit) -> None:
    page = sample(visit("/upscale/upscale/"))
    apply(page)
    transforms = "[...document.querySelectorAll('.pane img')].map((e) => e.style.transform)"
    page.keyboard.press("1")
    expect(page.locator("picture-compare [data-part=share]")).to_have_text("100 %")
    page.keyboard.press("2")
    expect(page.locator("picture-compare [data-part=share]")).to_have_text("200 %")
    x, y = middle(page, "picture-compare .canvas-box")
    page.mouse.move(x - 150, y)
    page.mouse.down()
    page.mouse.move(x - 100, y + 40)
    page.mouse.up()
    first, second = page.evaluate(transforms)
    assert first == second
    for name in ("Beside", "Difference", "Blink"):
        page.get_by_role("button", name=name).click()
        expect(page.locator("picture-compare")).to_have_attribute(
            "data-mode", {"Beside": "side"}.get(name, name.lower())
        )
    page.keyboard.press("b")
    expect(page.locator("picture-compare")).to_have_attribute("data-mode", "slider")
    page.keyboard.press("s")
    expect(page.locator("picture-compare")).to_have_attribute("data-swapped", "")
    page.keyboard.press("0")


def test_a_mask_is_painted_with_the_keyboard_alone(visit: Visit) -> None:
    page = sample(visit(ERASE))
    page.locator("mask-editor .canvas-box").focus()
    told = page.locator('mask-editor [data-part="said"]')
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("50 % from the top")
    page.keyboard.press("Space")
    expect(told).to_contain_text(", painting")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")
    expect(told).not_to_contain_text("painting")
    painted = marked(page)
    assert painted > 1000
    page.keyboard.press("Control+z")
    assert marked(page) == 0
