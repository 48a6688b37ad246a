"""Ordering: one press is one job, a mistake is said in place, and a reload changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.cluster.harness import Studio

Visit = Callable[..., Page]
OPERATION = "/transform/image-to-video/"
LONG = {"#id_duration": "30", "#id_width": "1920", "#id_height": "1080"}
SHORT = {"#id_duration": "1", "#id_width": "128", "#id_height": "128"}


def ready(page: Page, **values: str) -> Page:
    """The form with a sample picture in it."""
    page.get_by_role("button", name="Coffee").click()
    page.locator("motion-preview").wait_for()
    return fill(page, values or SHORT)


def fill(page: Page, values: dict[str, str]) -> Page:
    for selector, value in values.items():
        page.locator(selector).fill(value)
    return page


def jobs(studio: Studio) -> int:
    return int(studio.rows("SELECT count(*) FROM studio_job")[0][0])


def cards(page: Page) -> list[str]:
    """What the cards of the page say, without what moves."""
    return [
        f"{card.get_attribute('id')} {card.locator('.state').inner_text()}"
        for card in page.locator("#results .job").all()
    ]


def generate(page: Page) -> str:
    """Press the button; the id of the new card."""
    before = page.locator("#results .job").count()
    page.locator(".go .primary").click()
    expect(page.locator("#results .job")).to_have_count(before + 1)
    return page.locator("#results .job").first.get_attribute("id") or ""


@pytest.mark.quick
def test_a_double_click_is_one_job(visit: Visit, studio: Studio) -> None:
    page = ready(visit(OPERATION))
    before, cards_before = jobs(studio), page.locator("#results .job").count()
    page.locator(".go .primary").click(click_count=3)
    expect(page.locator("#results .job")).to_have_count(cards_before + 1)
    expect(page.locator("#results .job").first.locator(".state")).to_have_text("Done")
    assert jobs(studio) == before + 1
    # A press that is meant is another job.
    page.wait_for_timeout(800)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#results .job")).to_have_count(cards_before + 2)
    assert jobs(studio) == before + 2


def test_a_reload_shows_the_same_truth_in_every_state(visit: Visit) -> None:
    page = ready(visit(OPERATION))
    done = generate(page)
    expect(page.locator(f"#{done} .state")).to_have_text("Done")
    running = generate(fill(page, LONG))
    expect(page.locator(f"#{running} .state")).to_have_text("Running")
    page.wait_for_timeout(800)
    queued = generate(page)
    expect(page.locator(f"#{queued} .job-body")).to_contain_text("Waiting")

    shown = cards(page)
    assert shown[:3] == [f"{queued} Queued", f"{running} Running", f"{done} Done"]
    page.reload()
    assert cards(page) == shown

    page.locator(f"#{queued}").get_by_role("button", name="Cancel").click()
    expect(page.locator(f"#{queued} .state")).to_have_text("Canceled")
    page.locator(f"#{running}").get_by_role("button", name="Cancel").click()
    expect(page.locator(f"#{running} .state")).to_have_text("Canceled")
    page.reload()
    assert cards(page)[:3] == [f"{queued} Canceled", f"{running} Canceled", f"{done} Done"]


def test_a_failed_job_says_why_and_can_be_tried_again(visit: Visit, studio: Studio) -> None:
    page = ready(visit(OPERATION))
    file = studio.rows("SELECT file FROM assets_asset WHERE filename LIKE 'coffee.%'")[0][0]
    path = studio.folder / "media" / file
    content = path.read_bytes()
    path.unlink()
    failed = generate(page)
    card = page.locator(f"#{failed}")
    expect(card.locator(".state")).to_have_text("Failed")
    expect(card).to_contain_text("Cost nothing")
    page.reload()
    expect(card.locator(".state")).to_have_text("Failed")
    path.write_bytes(content)
    studio.rows("SELECT 1")
    card.get_by_role("link", name="Change").click()
    expect(page.locator("#id_duration")).to_have_value("1")


def test_the_elapsed_time_and_the_bar_move_without_a_reload(visit: Visit) -> None:
    page = ready(visit(OPERATION), **LONG)
    card = page.locator(f"#{generate(page)}")
    bar = card.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]"), timeout=40_000)
    first = int(bar.get_attribute("aria-valuenow") or 0)
    larger = "([id, n]) => document.querySelector(`#${id} .progress`)?.ariaValueNow > n"
    page.wait_for_function(larger, arg=[card.get_attribute("id"), first])
    card.get_by_role("button", name="Cancel").click()
    expect(card.locator(".state")).to_have_text("Canceled")


# --- a person in a hurry ------------------------------------------------------------------------


@pytest.mark.quick
def test_a_wrong_file_is_refused_in_words_and_the_picture_stays(visit: Visit) -> None:
    page = ready(visit(OPERATION))
    source = page.locator('asset-drop[data-kind="image"]')
    source.locator('[type="file"]').set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"buy milk"}
    )
    expect(source.locator('[data-part="error"]')).to_contain_text("This is a text file")
    expect(source).to_have_attribute("data-state", "full")
    assert source.locator('[type="hidden"]').input_value()


@pytest.mark.parametrize(
    ("selector", "value", "words"),
    [
        ("#id_duration", "31", "the most is 30 s"),
        ("#id_duration", "", ""),
        ("#id_width", "100000", "the most is 3840 px"),
        ("#id_strength", "1e999", "not a whole number"),
    ],
)
def test_a_bad_value_is_said_beside_its_control(
    selector: str, value: str, words: str, visit: Visit, studio: Studio
) -> None:
    page = ready(visit(OPERATION))
    before = jobs(studio)
    write = "(field, value) => { field.type = 'text'; field.value = value }"
    page.eval_on_selector(selector, write, value)
    if not words:
        generate(page)
        assert jobs(studio) == before + 1
        return
    page.locator(".go .primary").click()
    field = page.locator(".field", has=page.locator(selector))
    expect(field.locator(".error")).to_contain_text(words)
    expect(page.locator(selector)).to_be_focused()
    expect(page.locator("asset-drop").first).to_have_attribute("data-state", "full")
    expect(page.locator("motion-preview")).to_be_visible()
    assert jobs(studio) == before
    page.locator(selector).fill("5" if "width" not in selector else "128")
    expect(field.locator(".error")).to_have_count(0)


def test_without_a_picture_the_source_says_so(visit: Visit) -> None:
    page = visit(OPERATION)
    page.locator(".go .primary").click()
    expect(page.locator("asset-drop .error").first).to_contain_text("Picture is missing")
    expect(page.get_by_role("button", name="Browse").first).to_be_focused()


def test_a_private_address_is_refused(visit: Visit) -> None:
    page = visit(OPERATION)
    page.get_by_role("button", name="Address").first.click()
    page.get_by_label("Address of picture").fill("http://127.0.0.1:1/cat.png")
    page.get_by_role("button", name="Fetch").first.click()
    expect(page.locator("asset-drop .error").first).not_to_be_empty()
