"""A story from a pasted script to a film that plays, with no key; and its mishaps."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import av
import pytest
from playwright.sync_api import Page, expect

from tests.engine.portrait.make import ASTRONAUT

Visit = Callable[..., Page]
SCRIPT = """Title: A tiny storm

SCENE 1: The sea
A wave breaks over a black rock.
seconds: 0.6
camera: slow push in

A gull turns in the wind.
seconds: 0.8
camera: pan left
"""
LONG = 180_000  # ms for work on a busy machine


def paste(page: Page, text: str) -> None:
    page.locator("#story-text").fill(text)
    expect(page.locator("#preview")).not_to_be_empty()


def new_story(visit: Visit, size: str = "wide", script: str = SCRIPT) -> Page:
    page = visit("/story/", size)
    paste(page, script)
    expect(page.locator("#preview")).to_contain_text("1 scene, 2 shots")
    page.get_by_role("button", name="Make the story").click()
    expect(page.locator("article.shot")).to_have_count(2)
    page.wait_for_load_state()  # a click before the scripts are there is lost
    return page


def drawn(page: Page) -> None:
    """Every shot with its picture."""
    page.get_by_role("button", name=re.compile(r"Make 2 pictures")).click()
    expect(page.locator("article.shot img")).to_have_count(2, timeout=LONG)


def test_from_a_script_to_a_film(visit: Visit) -> None:
    page = visit("/story/")
    paste(page, SCRIPT)
    preview = page.locator("#preview")
    for words in ("A tiny storm", "1 scene, 2 shots", "read as script", "A wave breaks", "0.6 s"):
        expect(preview).to_contain_text(words)
    page.get_by_role("button", name="Make the story").click()
    expect(page.get_by_role("heading", name="A tiny storm")).to_be_visible()
    make = page.locator("#make")
    expect(make).to_contain_text("0 of 2")
    expect(make).to_contain_text("2 cannot be made yet")
    drawn(page)

    page.get_by_role("button", name="Generate missing · free").click()
    expect(page.locator("article.shot video")).to_have_count(2, timeout=LONG)
    expect(make).to_contain_text("2 of 2")
    expect(make).to_contain_text("Every shot has its film")

    form = page.locator("#film-form")
    form.get_by_label("Of its shot").check()
    expect(form.locator("[name=width]")).to_be_hidden()
    form.locator("[name=size]").select_option("custom")
    form.locator("[name=width]").fill("320")
    form.locator("[name=height]").fill("180")
    page.get_by_role("button", name="Make the film · free").click()
    card = page.locator("#films .job").first
    download = card.get_by_role("link", name="Download")
    expect(download).to_be_visible(timeout=LONG)
    answer = page.request.get(download.get_attribute("href") or "")
    assert answer.ok
    assert "attachment" in answer.headers["content-disposition"]
    with av.open(io.BytesIO(answer.body())) as film:
        stream = film.streams.video[0]
        frames = sum(1 for _ in film.decode(stream))
        assert (stream.width, stream.height) == (320, 180)
        assert (frames, float(stream.average_rate or 0)) == (42, 30)
    # It is there after a reload, and in the library.
    page.reload()
    expect(page.locator("#films").get_by_role("link", name="Download")).to_be_visible()


TALK = """SCENE 1: A talk
kind: voice-over

She looks up.
narration: Hello
"""


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_what_may_move_is_painted_from_the_board(visit: Visit, size: str) -> None:
    page = visit("/story/", size)
    paste(page, TALK)
    page.get_by_role("button", name="Make the story").click()
    expect(page.locator("article.shot")).to_have_count(1)
    page.wait_for_load_state()
    page.get_by_role("button", name="Edit").last.click()
    files = page.locator("#editor input[type=file]")
    files.first.set_input_files(str(ASTRONAUT))
    page.locator("#editor").get_by_role("link", name="Paint what may move").click()
    expect(page.locator(".mask-words")).to_contain_text("Nothing is painted yet.")
    box = page.locator("mask-editor .canvas-box").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 20, steps=4)
    page.mouse.up()
    expect(page.locator(".mask-words")).to_contain_text("It is saved with the shot.")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    page.get_by_role("button", name="Use it in the shot").click()
    page.wait_for_url(re.compile(r"/story/[\w-]+/#shot-"))
    page.get_by_role("button", name="Edit").last.click()
    link = page.locator("#editor").get_by_role("link", name="Change what may move")
    expect(page.locator("#shot-mask img")).to_be_visible()
    link.click()
    expect(page.locator(".mask-words")).to_contain_text("In the library.")


def test_words_at_the_edge_do_not_pile_up(visit: Visit) -> None:
    page = visit("/story/")
    tell = "(text) => document.dispatchEvent(new CustomEvent('toast', { detail: { text } }))"
    for text in ("One", "Two", "Two", "One", "Three", "Four", "Five", "Five"):
        page.evaluate(tell, text)
    expect(page.locator(".toast > span")).to_have_text(["Three", "Four", "Five"])


@pytest.mark.quick
def test_json_with_a_wrong_field_tells_where(visit: Visit) -> None:
    page = visit("/story/")
    shot = {"description": "A wave", "energy": 3}
    paste(page, json.dumps({"title": "Storm", "scenes": [{"shots": [shot]}]}, indent=1))
    notice = page.locator("#preview [role=alert]")
    expect(notice).to_contain_text("1 thing to put right")
    expect(notice).to_contain_text("Energy is 3; the most is 1")
    line = notice.get_by_role("button", name=re.compile(r"Line \d+"))
    line.click()
    chosen = "(t) => t.value.slice(t.selectionStart, t.selectionEnd)"
    assert '"energy": 3' in page.locator("#story-text").evaluate(chosen)
    page.get_by_role("button", name="Make the story").click()
    expect(page.locator("#preview [role=alert]")).to_contain_text("Energy is 3")
    expect(page.locator("#story-text")).to_have_value(re.compile('"energy": 3'))


@pytest.mark.parametrize("where", ["list", "board"])
def test_a_phone_shows_it_all(visit: Visit, where: str) -> None:
    page = new_story(visit, "phone") if where == "board" else visit("/story/", "phone")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    if where == "board":
        page.locator("article.shot").first.get_by_role("button", name="Edit").click()
        expect(page.locator("#editor")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 375


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.innerText || ''")).strip()


def tab_to(page: Page, words: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page).startswith(words):
            return
    raise AssertionError(f"{most} times Tab, and “{words}” is not reached")


def test_keys_alone_reach_the_button(visit: Visit) -> None:
    page = new_story(visit)
    drawn(page)
    page.locator("#main").focus()
    tab_to(page, "Generate missing")
    page.keyboard.press("Enter")
    expect(page.locator("#make")).to_contain_text("being made")
    expect(page.locator("article.shot video")).to_have_count(2, timeout=LONG)


def test_a_press_right_after_a_part_has_come_is_not_lost(visit: Visit) -> None:
    """What arrives is alive at once: no press in its first moments sends the plain form."""
    page = new_story(visit)
    drawn(page)
    page.evaluate(
        """() => document.addEventListener("htmx:afterSwap", ({ target }) => {
          const form = target.querySelector?.('form[hx-post$="/generate/"]');
          if (!form || window.pressed) return;
          window.pressed = true;
          queueMicrotask(() => form.requestSubmit());
        })"""
    )
    page.evaluate("document.body.dispatchEvent(new Event('story-changed'))")
    expect(page.locator("article.shot video")).to_have_count(2, timeout=LONG)
    assert "?" not in page.url


def test_what_is_changed_is_kept(visit: Visit) -> None:
    page = new_story(visit)
    page.locator("article.shot").first.get_by_role("button", name="Edit").click()
    page.locator("#shot-camera_language").fill("orbit right")
    expect(page.locator("#shot-saved")).not_to_contain_text("as you make them")
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator("article.shot").first).to_contain_text("rbit right")


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_what_a_sheet_refuses_is_said_over_it(visit: Visit, size: str) -> None:
    """An open sheet covers all that stands outside of it; the words can be put away as well."""
    page = new_story(visit, size)
    page.locator("article.shot").first.get_by_role("button", name="Edit").click()
    page.locator("#shot-seconds").fill("999")
    page.locator("#shot-seconds").blur()
    toast = page.locator(".toast", has_text="Duration is 999 s; the most is 60 s.")
    toast.get_by_role("button").click(timeout=5000)
    expect(toast).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("body > #toasts")).to_have_count(1)
