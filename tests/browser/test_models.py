"""Choosing a model: what was typed stays, the price follows, motion becomes words, words a card."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import link
from tests.browser.test_orders import OPERATION, SHORT, fill, generate, ready
from tests.cluster.harness import Studio

Visit = Callable[..., Page]
TEXT = "/transform/text-to-video/"
KLING = "fal-kling-2.6-pro"
OWN_KEY = """
from billing.models import Account
from studio import secrets
from studio.models import ProviderKey
ProviderKey.objects.create(
    account=Account.objects.get(), provider="fal", cipher=secrets.encrypt("k" * 20), tail="kkkk"
)
"""
QUICK = """() => {
  document.querySelector('[name="duration"][value="10"]').click();
  document.querySelector(".go .primary").click();
}"""
WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture(scope="module")
def studio(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio with keys of two providers. Nobody answers there; nothing is ordered of them."""
    nowhere = "http://127.0.0.1:9"
    variables = {"FAL_KEY": "test", "FAL_URL": nowhere}
    variables |= {"RUNWAYML_API_SECRET": "test", "RUNWAY_URL": nowhere}
    with Studio(tmp_path_factory.mktemp("models"), prepared, **variables) as studio:
        yield studio.start()


@pytest.fixture(scope="module")
def cookies(studio: Studio, chromium: Browser) -> list[object]:
    with chromium.new_context() as context:
        context.new_page().goto(link(studio))
        return context.cookies()


def choose(page: Page, model: str) -> None:
    page.locator("#models > summary").click()
    page.locator("#models a.model", has_text=model).click()
    expect(page.locator("#models > summary")).to_contain_text(model)


def test_the_menu_says_who_can_do_what_is_said(visit: Visit) -> None:
    page = visit(OPERATION)
    kling = page.locator("#models .model-list a.model", has_text="Kling 2.6 Pro")
    expect(kling.locator(".problem")).to_have_count(0)
    fill(page, {"#id_duration": "7"})
    expect(kling.locator(".problem")).to_contain_text("7")
    page.locator("#models > summary").click()
    expect(kling.locator(".problem")).to_be_visible()


def test_another_model_keeps_what_was_typed_and_says_what_it_does_not_take(visit: Visit) -> None:
    page = fill(ready(visit(OPERATION)), {"#id_duration": "7"})
    page.get_by_role("radio", name="Soft end").check()
    page.get_by_role("radio", name="Pan").check()
    choose(page, "Kling 2.6 Pro")
    expect(page.locator("asset-drop").first).to_contain_text("Coffee")
    notice = page.locator("#switched")
    expect(notice).to_contain_text(re.compile("Easing.* are not taken"))
    expect(notice).to_contain_text("Duration is 5 instead of 7")
    expect(page.get_by_role("radio", name="Pan")).to_be_checked()
    page.locator("#id_prompt").fill("The cup steams")
    page.reload()
    expect(page.locator("#id_prompt")).to_have_value("The cup steams")
    choose(page, "Motion engine")
    expect(page.locator("#id_duration")).to_have_value("7")
    expect(page.get_by_role("radio", name="Soft end")).to_be_checked()
    expect(notice).to_contain_text("Prompt is not taken")
    notice.get_by_role("link", name="Back to Kling 2.6 Pro").click()
    expect(page.locator("#id_prompt")).to_have_value("The cup steams")


def test_the_defaults_of_a_model_do_not_come_along(visit: Visit) -> None:
    page = ready(visit(OPERATION))
    choose(page, "Kling 2.6 Pro")
    expect(page.get_by_role("radio", name="None")).to_be_checked()
    expect(page.locator("#switched")).to_contain_text("Width, Height are not taken")
    expect(page.locator("#switched")).not_to_contain_text("Motion is")


def test_the_price_follows_on_the_card_and_on_the_button(visit: Visit) -> None:
    page = visit(f"{OPERATION}?offer={KLING}")
    button, card = page.locator(".go .primary"), page.locator("#model-price")
    expect(button).to_have_text("Generate · 35 cr")
    expect(card).to_have_text("35 cr")
    page.get_by_role("radio", name="10 s").check()
    page.get_by_role("checkbox", name="Make sound").check()
    expect(button).to_have_text("Generate · 140 cr")
    expect(card).to_have_text("140 cr")
    expect(page.locator("#sent")).to_contain_text("10 s × $0.14 with sound = $1.40")
    expect(page.locator("#price-words")).to_contain_text("Not enough credits")


def test_nothing_is_ordered_at_a_price_that_was_not_shown(visit: Visit, studio: Studio) -> None:
    studio.manage("shell", "-c", OWN_KEY)
    page = ready(visit(f"{OPERATION}?offer={KLING}"), **{"#id_prompt": "The cup steams"})
    button, form = page.locator(".go .primary"), page.locator("#operation-form")
    expect(button).to_have_text("Generate · your key")
    expect(page.locator("#sent")).to_contain_text("The cup steams")
    studio.manage("shell", "-c", "from studio.models import *; ProviderKey.objects.all().delete()")
    button.click()
    expect(form).to_contain_text("The price has changed: 35 cr instead of your key. Press again")
    expect(button).to_have_text("Generate · 35 cr")
    # A press that is quicker than the answer about the price.
    page.wait_for_timeout(800)
    page.evaluate(QUICK)
    expect(form).to_contain_text("The price has changed: 70 cr instead of 35 cr. Press again")
    expect(button).to_have_text("Generate · 70 cr")
    expect(page.locator("#id_prompt")).to_have_value("The cup steams")
    assert studio.rows("SELECT count(*) FROM studio_job WHERE provider = 'fal'")[0][0] == 0


def test_motion_becomes_words_until_somebody_writes_there(visit: Visit) -> None:
    page = ready(visit(f"{OPERATION}?offer={KLING}"), **{"#id_prompt": "The cup steams"})
    words, sent = page.locator("#id_motion_words"), page.locator("#sent")
    sketch = page.locator('[data-part="sketch"]')
    expect(words).to_be_hidden()
    expect(sketch).to_be_hidden()
    page.get_by_role("radio", name="Pan").check()
    expect(words).to_have_value("The camera steadily pans to the left.")
    expect(sketch).to_have_text("A sketch of the camera move; the model decides.")
    page.locator("#id_strength").fill("90")
    expect(words).to_have_value("The camera dramatically pans to the left.")
    expect(sent).to_contain_text("The cup steams. The camera dramatically pans to the left.")
    words.fill("It glides.")
    page.get_by_role("radio", name="Up").check()
    expect(sent).to_contain_text("The cup steams. It glides.")
    expect(words).to_have_value("It glides.")
    words.fill("")
    words.blur()
    expect(words).to_have_value("The camera dramatically pans up.")
    page.get_by_role("radio", name="None").check()
    expect(words).to_be_hidden()
    expect(sent).not_to_contain_text("camera")


def test_a_shape_follows_from_the_size_and_is_shown(visit: Visit) -> None:
    page = visit(f"{OPERATION}?offer=runway-gen4-turbo-image")
    page.locator("#id_width").fill("1080")
    page.locator("#id_height").fill("1920")
    expect(page.locator("#id_ratio option").first).to_have_text("Automatic: 720 × 1280")
    expect(page.locator("#sent")).to_contain_text("720 × 1280")
    page.locator("#id_ratio").select_option("960:960")
    expect(page.locator("#sent")).to_contain_text("960 × 960")


def test_words_become_a_card_at_once_and_a_film_in_the_end(visit: Visit) -> None:
    page = visit(TEXT)
    preview = page.locator("title-preview")
    expect(preview).to_be_hidden()
    page.get_by_role("button", name="Open on Sunday").click()
    expect(page.locator("#id_prompt")).to_have_value("Open on Sunday")
    page.locator("#id_prompt").fill("Open on Sunday\nuntil five")
    expect(preview.locator(".headline")).to_have_text("Open on Sunday ")
    expect(preview.locator(".further")).to_have_text("until five ")
    page.get_by_role("radio", name="Paper").check()
    expect(preview.locator(".card-sky")).to_have_attribute("data-style", "paper")
    card = generate(fill(page, SHORT))
    expect(page.locator(f"#{card} .state")).to_have_text("Done")
    expect(page.locator(f"#{card} video")).to_have_count(1)


def test_words_that_the_font_lacks_are_named(visit: Visit) -> None:
    page = fill(visit(TEXT), {**SHORT, "#id_prompt": "雨の日"})
    before = page.locator("#results .job").count()
    page.locator(".go .primary").click()
    expect(page.locator("#prompt-errors")).to_contain_text("“雨” (U+96E8)")
    expect(page.locator("#results .job")).to_have_count(before)


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("path", [OPERATION, TEXT, f"{OPERATION}?offer=fal-ltx-2"])
def test_nothing_sticks_out_and_the_list_of_models_can_be_closed(
    path: str, size: str, visit: Visit
) -> None:
    page = visit(path, size)
    if more := page.locator("summary", has_text="Advanced").all():
        more[0].click()
    page.locator("#models > summary").click()
    last = page.locator("#models a.model").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    assert page.evaluate(WIDTH) <= page.viewport_size["width"]  # type: ignore[index]
    page.keyboard.press("Escape")
    expect(last).to_be_hidden()
    expect(page.locator("#models > summary")).to_be_focused()
