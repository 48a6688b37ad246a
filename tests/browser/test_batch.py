"""A batch in a real browser: a sheet is pasted, mended by keyboard, started and watched."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import bring
from tests.browser.test_intake import spots

Visit = Callable[..., Page]
SIZE = "width,height"
SHEET = f"title,prompt,palette,{SIZE}\nHarbor,A harbor,sea,96,96\nDunes,Wind,sandy,96,96\n"
DROP = """async ([bytes, name, type]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
}"""
PASTE = """([element, text]) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const how = { clipboardData, bubbles: true, cancelable: true };
  element.dispatchEvent(new ClipboardEvent("paste", how));
}"""


def to_rows(page: Page) -> None:
    page.get_by_role("button", name="Look at the rows").click()
    page.wait_for_url(re.compile(r"/batch/[0-9a-f-]{36}/"))
    expect(page.locator("#plan table, #plan .notice")).to_be_visible()


def pasted(page: Page, text: str) -> None:
    page.get_by_label("Paste a sheet").fill(text)
    to_rows(page)


def ended(page: Page) -> None:
    expect(page.locator("#live .state.ok")).to_have_text(re.compile("Done"), timeout=60_000)


def test_a_sheet_is_pasted_mended_started_and_done(visit: Visit, tmp_path: Path) -> None:
    page = visit("/batch/new/")
    pasted(page, SHEET)
    wrong = page.locator('#row-2 td[data-c="2"]')
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_contain_text("Colors is “sandy”, which is not known")
    expect(page.locator("#start")).to_have_text(re.compile("Start 1 row, leave 1 out · free"))
    # By keys alone: to the cell, another word, down and back.
    page.locator('#row-1 td[data-c="0"]').focus()
    for key in ("ArrowDown", "ArrowRight", "Tab", "Enter"):
        page.keyboard.press(key)
    field = wrong.locator("input")
    expect(field).to_be_focused()
    expect(field).to_have_value("sandy")
    page.keyboard.type("nothing")
    page.keyboard.press("Escape")
    expect(wrong).to_be_focused()
    expect(wrong).to_contain_text("sandy")
    page.keyboard.type("sand")
    page.keyboard.press("Enter")
    expect(page.locator("#row-2")).to_have_attribute("data-state", "ready")
    expect(page.locator('#row-2 td[data-c="2"]')).to_be_focused()
    expect(page.locator("#start")).to_have_text(re.compile("Start 2 rows · free"))
    page.locator("#start").dblclick()
    expect(page.locator("#live")).to_be_visible()
    ended(page)
    expect(page.locator(".came li")).to_have_count(2)
    expect(page.locator("#row-2 .row-results img")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Results CSV").click()
    download.value.save_as(tmp_path / "results.csv")
    rows = list(csv.DictReader((tmp_path / "results.csv").open(encoding="utf-8-sig")))
    assert [(row["title"], row["state"]) for row in rows] == [("Harbor", "done"), ("Dunes", "done")]
    assert all(len(row["assets"]) == 36 for row in rows)
    page.get_by_role("button", name="In the library").click()
    expect(page.locator(".tile")).to_have_count(2)
    # The same once more is not paid for without a word.
    page.goto("/batch/new/")
    pasted(page, SHEET.replace("sandy", "sand"))
    expect(page.locator("#plan")).to_contain_text("2 you have already")
    page.get_by_role("button", name="Leave those out").click()
    expect(page.locator("#plan")).to_contain_text("No row is ready")
    expect(page.locator("#row-1")).to_have_attribute("data-state", "skipped")
    page.locator("#skip-1").click()
    expect(page.locator("#row-1")).to_have_attribute("data-state", "ready")


def test_a_list_of_prompts_in_a_chain(visit: Visit) -> None:
    page = visit("/batch/new/")
    page.get_by_role("radio", name="Prompts").check()
    page.get_by_label("One prompt on each line").fill("- A red pear\n- A green pear")
    for name in ("width", "height"):
        if not page.locator(f"#s1-p-{name}").is_visible():
            page.get_by_text("Settings for all rows").click()
        page.locator(f"#s1-p-{name}").fill("96")
    page.get_by_role("button", name="Then…").click()
    page.locator("#s2-operation").select_option("watermark")
    expect(page.locator("#s1-p-width")).to_have_value("96")
    to_rows(page)
    expect(page.locator("#checking")).to_contain_text("Step 2, Watermark: Words and logo")
    expect(page.locator("#row-1")).to_have_attribute("data-state", "new")
    words = page.locator("#s2-p-text")
    expect(words).to_have_attribute("aria-invalid", "true")
    words.fill("Mine")
    page.get_by_role("button", name="Use this for all rows").click()
    expect(page.locator("#start")).to_have_text(re.compile("Start 2 rows"))
    expect(page.locator("#plan tfoot")).to_contain_text("4")
    page.locator("#start").click()
    ended(page)
    expect(page.locator("#live")).to_contain_text("2 done")


def test_a_wrong_setting_is_shown_at_its_step(visit: Visit) -> None:
    page = visit("/batch/new/?operation=watermark")
    page.get_by_label("Paste a sheet").fill("image\nnobody.png\n")
    page.get_by_text("Settings for all rows").click()
    size = page.locator("#s1-p-size")
    size.fill("900")
    page.get_by_role("button", name="Look at the rows").click()
    expect(size).to_have_attribute("aria-invalid", "true")
    expect(size).to_be_focused()
    expect(page.locator("#s1-p-size-error")).to_contain_text("the most is 100 %")
    expect(page.get_by_label("Paste a sheet")).to_have_value("image\nnobody.png\n")
    size.fill("20")
    to_rows(page)


def test_bad_rows_become_a_new_draft(visit: Visit) -> None:
    page = visit("/batch/new/")
    pasted(page, SHEET.replace("Harbor", "Pier"))
    page.locator("#start").click()
    expect(page.locator("#live .state.warn")).to_have_text(
        re.compile("Done, not all of it"), timeout=60_000
    )
    page.get_by_text("Bad rows").click()
    page.get_by_role("button", name="Correct them in a new batch").click()
    expect(page.get_by_role("heading", name=re.compile(", to correct"))).to_be_visible()
    expect(page.locator("#sheet tbody tr")).to_have_count(1)
    page.get_by_role("button", name="“palette”").click()
    page.locator(".cell-edit").fill("sand")
    page.locator(".cell-edit").press("Enter")
    expect(page.locator("#start")).to_have_text(re.compile("Start 1 row"))


def test_a_refused_address_is_told_at_its_field(visit: Visit) -> None:
    page = visit("/batch/new/")
    pasted(page, SHEET)
    page.get_by_text("Limits and messages").click()
    field = page.get_by_label("Webhook at the end")
    field.fill("http://example.com/hook")
    field.blur()
    expect(page.locator("#webhook-error")).to_contain_text("https")
    field.fill("")
    field.blur()
    expect(page.locator("#webhook-error")).to_be_hidden()


def test_a_file_that_falls_anywhere_is_the_sheet(visit: Visit) -> None:
    page = visit("/batch/new/")
    page.get_by_role("radio", name="Files").check()
    page.evaluate(DROP, [list(SHEET.encode()), "shop.csv", "text/csv"])
    expect(page.get_by_label("Or a file")).to_be_visible()
    to_rows(page)
    expect(page.get_by_role("heading", name="shop.csv")).to_be_visible()
    expect(page.locator("#sheet tbody tr")).to_have_count(2)


def test_pictures_that_are_dropped_become_rows(visit: Visit, tmp_path: Path) -> None:
    page = visit("/batch/new/?operation=upscale")
    page.evaluate(DROP, [list(spots(tmp_path / "plum.png", 950).read_bytes()), "plum.png", ""])
    expect(page.locator("[data-came]")).to_have_text("1 file in the library, a row for each.")
    to_rows(page)
    expect(page.locator("#row-1 .cell img")).to_be_visible()
    expect(page.locator("#row-1")).to_have_attribute("data-state", "ready")


def test_cells_of_a_spreadsheet_are_pasted(visit: Visit) -> None:
    page = visit("/batch/new/")
    pasted(page, "title,prompt\na,A\nb,B\nc,C\n")
    start = page.locator('#row-2 td[data-c="0"]')
    start.focus()
    page.evaluate(PASTE, [start.element_handle(), 'x\t"two\nlines"\ny\tY\nz\tZ\n'])
    expect(page.locator('#row-3 td[data-c="1"]')).to_have_text("Y")
    assert page.locator('#row-2 td[data-c="1"]').get_attribute("data-text") == "two\nlines"
    expect(page.locator("#toasts")).to_contain_text("2 cells had no place")
    expect(page.locator("[data-saving]")).to_have_count(0)
    page.reload()
    expect(page.locator('#row-3 td[data-c="0"]')).to_have_text("y")
    page.get_by_label("What “prompt” is").select_option("")
    expect(page.locator("#row-1")).to_have_attribute("data-state", "wrong")


def test_it_may_wait_for_a_night_and_be_begun_now(visit: Visit) -> None:
    page = visit("/batch/new/")
    pasted(page, f"prompt,{SIZE}\nA lamp,96,96\n")
    page.get_by_text("At a time").click()
    expect(page.locator("#when-said")).to_contain_text("Choose the day and the time")
    page.locator("#start").click()
    expect(page.locator("#plan .notice.bad")).to_contain_text("Choose the day and the time")
    page.get_by_label("Day and time").fill("2020-01-01T22:00")
    page.get_by_label("Day and time").blur()
    expect(page.locator("#when-said")).to_contain_text("which is over")
    soon = page.evaluate("new Date(Date.now() + 864e5).toISOString().slice(0, 16)")
    page.get_by_label("Day and time").fill(soon)
    page.get_by_label("Day and time").blur()
    expect(page.locator("#start")).to_have_text(re.compile("Schedule 1 row · free"))
    page.locator("#start").click()
    expect(page.locator("#live .state")).to_have_text(re.compile("Scheduled"))
    page.get_by_role("button", name="Begin now").click()
    ended(page)


def test_the_rest_is_canceled_after_a_word_of_what_that_means(visit: Visit) -> None:
    page = visit("/batch/new/")
    rows = "".join(f"Lamp {n},1024,1024\n" for n in range(12))
    pasted(page, f"prompt,{SIZE}\n{rows}")
    page.locator("#start").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#live .state").first).to_have_text(re.compile("Paused"))
    page.get_by_text("Cancel the rest").click()
    cancel = page.get_by_role("button", name=re.compile(r"Cancel \d+ rows"))
    expect(cancel).to_be_visible()
    page.wait_for_timeout(6000)  # it is asked again meanwhile, and the question stays
    cancel.click()
    expect(page.locator("#live .state").first).to_have_text(re.compile("Canceled"))
    expect(page.locator("#pills")).to_contain_text("Canceled")
    again = page.get_by_text(re.compile(r"Try \d+ canceled again"))
    expect(again).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_on_a_phone(visit: Visit, scheme: str) -> None:
    page = visit("/batch/", size="phone", color_scheme=scheme, has_touch=True, is_mobile=True)
    page.locator(".rail-more summary").click()
    expect(page.locator(".rail-sheet").get_by_role("link", name="Batch")).to_be_visible()
    for address in ("/batch/", "/batch/new/", "/batch/new/?sample=1"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
    to_rows(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    # What is wrong is read without a look to the side, and one tap is in the cell.
    wrong = page.locator("#row-5 .wrong-in")
    box = wrong.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
    expect(wrong).to_contain_text("Colors is “sandy”, which is not known")
    expect(page.get_by_text("Tap a cell")).to_be_visible()
    expect(page.get_by_text("Arrows move")).to_be_hidden()
    wrong.get_by_role("button").tap()
    cell = page.locator('#row-5 td[data-c="2"]')
    expect(cell.locator(".cell-edit")).to_be_focused()
    expect(cell.locator(".error")).to_be_in_viewport(ratio=0.9)
    cell.locator(".cell-edit").fill("sand")
    cell.locator(".cell-edit").press("Enter")
    expect(page.locator("#row-5")).to_have_attribute("data-state", "ready")
    page.locator('#row-5 td[data-c="0"]').tap()
    page.locator(".cell-edit").fill("Sahara")
    page.locator(".cell-edit").press("Enter")
    expect(page.locator('#row-5 td[data-c="0"]')).to_have_text("Sahara")


@pytest.mark.parametrize("path", ["/batch/", "/batch/new/", "draft"])
def test_a_page_is_light(visit: Visit, path: str) -> None:
    page = visit("/batch/new/?sample=1" if path == "draft" else path)
    weight = {"script": 0, "stylesheet": 0}

    def heard(response: object) -> None:
        kind = response.request.resource_type  # type: ignore[attr-defined]
        if kind in weight:
            weight[kind] += len(gzip.compress(response.body()))  # type: ignore[attr-defined]

    page.on("response", heard)
    if path == "draft":
        to_rows(page)
    else:
        page.goto(path)
    page.wait_for_load_state("networkidle")
    assert weight["script"] < 60_000
    assert weight["stylesheet"] < 30_000


def test_what_is_chosen_in_the_library_is_a_row_each(visit: Visit, tmp_path: Path) -> None:
    page = visit("/library/")
    files = [(f"fig {n}.png", spots(tmp_path / f"{n}.png", 960 + n).read_bytes()) for n in (1, 2)]
    bring(page, *files)
    for tile in page.locator(".tile").all()[:2]:
        tile.locator(".choose input").check()
    page.locator('#bulk [data-do="batch"]').click()
    expect(page.get_by_text("2 pictures, a row for each")).to_be_visible()
    expect(page.locator("#s1-operation")).to_have_value("upscale")
    to_rows(page)
    expect(page.locator("#sheet tbody tr[data-state=ready]")).to_have_count(2)
