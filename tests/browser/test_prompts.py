"""Help with a prompt as a person meets it: improve, refuse, accept; a template; what was before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import SECONDS, SIZES, link, listen
from tests.browser.test_looks import SHOTS, keep
from tests.cluster.harness import Studio

CREATE = "/create/text-to-image/?offer=pencil-large"
CAT = "A cat on a wall"
RICH = (
    "from billing import services; from billing.models import Account; "
    "services.grant(Account.objects.get(), 10**9, 'grant:test')"
)
PENCIL = {"EXTRA_PROVIDERS": "tests.studio.pencil", "PENCIL_URL": "http://127.0.0.1:9"}


@pytest.fixture(scope="module")
def drawn(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio with a model that pictures words, and credits for it."""
    SHOTS.mkdir(exist_ok=True)
    with Studio(tmp_path_factory.mktemp("drawn"), prepared, **PENCIL) as studio:
        studio.manage("shell", "-c", RICH)
        yield studio.start()


@pytest.fixture(scope="module")
def entered(drawn: Studio, chromium: Browser) -> list[object]:
    with chromium.new_context() as context:
        context.new_page().goto(link(drawn))
        return context.cookies()


@pytest.fixture
def create(
    drawn: Studio, chromium: Browser, entered: list[object], complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def open_page(size: str = "wide", path: str = CREATE) -> Page:
        home = f"http://127.0.0.1:{drawn.port}"
        context = chromium.new_context(base_url=home, viewport=SIZES[size])
        contexts.append(context)
        context.set_default_timeout(SECONDS * 1000)
        context.add_cookies(entered)
        page = context.new_page()
        listen(page, complaints)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def prompt(page: Page) -> str:
    return page.locator("#id_prompt").input_value()


def improve(page: Page) -> None:
    page.get_by_role("button", name="Improve").click()
    expect(page.locator("[data-proposal]")).to_be_visible()


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_proposal_is_refused_then_accepted_then_taken_back(
    size: str, create: Callable[..., Page]
) -> None:
    page = create(size)
    page.fill("#id_prompt", CAT)
    improve(page)
    added = page.locator(".difference ins").first
    expect(added).to_contain_text("soft natural light")
    assert "underline" in added.evaluate("(e) => getComputedStyle(e).textDecorationLine")
    assert prompt(page) == CAT, "nothing is written before somebody says so"
    keep(page, f"prompt-proposal-{size}")

    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("[data-proposal]")).to_have_count(0)
    assert prompt(page) == CAT
    expect(page.locator("#id_prompt")).to_be_focused()

    improve(page)
    page.get_by_text("Why", exact=True).click()
    expect(page.get_by_text("Nothing was said of the light")).to_be_visible()
    page.get_by_role("button", name="Use it").click()
    better = prompt(page)
    assert better.startswith(f"{CAT}, fine detail")
    # Draft, counter and "what will be sent" follow.
    expect(page.locator("#sent")).to_contain_text("soft natural light")
    page.reload()
    assert prompt(page) == better

    improve(page)
    expect(page.locator("[data-proposal]")).to_contain_text("Nothing to add")


def test_undo_and_a_proposal_that_is_out_of_date(create: Callable[..., Page]) -> None:
    page = create()
    page.fill("#id_prompt", CAT)
    improve(page)
    page.locator("#id_prompt").press("End")
    page.keyboard.type(" at night")
    expect(page.get_by_role("button", name="Use it")).to_be_disabled()
    expect(page.get_by_text("You have changed the prompt since")).to_be_visible()
    improve(page)
    expect(page.get_by_role("button", name="Use it")).to_be_enabled()
    page.get_by_role("button", name="Use it").click()
    assert prompt(page) != f"{CAT} at night"
    page.locator(".toast").get_by_role("button", name="Undo").click()
    assert prompt(page) == f"{CAT} at night"


def test_an_empty_prompt_is_told_what_to_do(create: Callable[..., Page]) -> None:
    page = create()
    page.fill("#id_prompt", "")
    page.get_by_role("button", name="Improve").click()
    expect(page.locator("#prompt-panel .error")).to_contain_text("Write first what is to be seen")


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_template_fills_size_style_and_quality(size: str, create: Callable[..., Page]) -> None:
    page = create(size)
    page.get_by_role("button", name="Templates").click()
    expect(page.locator("#template-search")).to_be_focused()
    page.keyboard.type("pinterest pin")
    expect(page.locator(".template:visible")).to_have_count(3)
    keep(page, f"prompt-templates-{size}")
    page.keyboard.press("Enter")
    chip = page.locator("template-picker [data-chosen]")
    expect(chip).to_contain_text("Pinterest pin · 1000 × 1500")
    assert page.locator("#id_width").input_value() == "1000"
    assert page.locator("#id_height").input_value() == "1500"
    assert page.locator("#id_style").input_value() == "photographic"
    assert page.locator('[name="quality"]:checked').input_value() == "premium"
    page.locator("template-picker").scroll_into_view_if_needed()
    keep(page, f"prompt-chosen-{size}")

    page.fill("#id_prompt", "A mug on a table")
    improve(page)
    expect(page.locator(".difference").first).to_contain_text("composition: upright")
    page.reload()
    expect(chip).to_be_visible()
    page.fill("#id_width", "1001")
    expect(chip).to_be_hidden()
    page.get_by_role("button", name="Templates").click()
    page.fill("#template-search", "zeppelin")
    expect(page.get_by_text("No template fits all of these words.")).to_be_visible()
    page.keyboard.press("Escape")


def test_what_was_ordered_and_what_was_kept_is_found_again(create: Callable[..., Page]) -> None:
    page = create()
    page.fill("#id_prompt", "A lamp & a book")
    page.locator(".go .primary").click()
    expect(page.locator("#results .job")).to_have_count(1)
    page.fill("#id_prompt", "A boat in the fog")
    page.get_by_role("button", name="Save this prompt").click()
    expect(page.locator(".toast")).to_contain_text("Saved for everybody")
    expect(page.locator(".found")).to_contain_text("A lamp & a book")
    keep(page, "prompt-history-wide")
    page.get_by_role("button", name="History").click()
    expect(page.locator(".found")).to_have_count(0)

    page.fill("#id_prompt", "")
    page.locator("#id_prompt").press("ArrowUp")
    page.locator(".reuse", has_text="A lamp & a book").click()
    assert prompt(page) == "A lamp & a book"
    page.get_by_role("button", name="History").click()
    page.locator(".found").get_by_role("button", name="Saved: do not keep it any longer").click()
    expect(page.locator(".found")).to_contain_text("None yet. The star")
    page.locator("#id_prompt").press("Escape")


def test_a_persona_is_made_and_its_look_comes_in(create: Callable[..., Page]) -> None:
    page = create(path="/personas/")
    page.get_by_label("Name").fill("Acme Tea")
    page.get_by_label("Look").fill("terracotta and cream, linen")
    page.get_by_label("Avoid").fill("neon")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("link", name="Acme Tea", exact=True)).to_be_visible()
    keep(page, "personas-wide")
    page.goto(CREATE)
    page.fill("#id_prompt", "A mug on a table")
    page.get_by_label("Persona").select_option(label="Acme Tea")
    improve(page)
    expect(page.locator(".difference").first).to_contain_text("terracotta and cream, linen")
    page.get_by_role("button", name="Use it").click()
    assert page.locator("#id_negative_prompt").input_value() == "neon"
    page.reload()
    expect(page.get_by_label("Persona")).to_have_value(
        page.get_by_role("option", name="Acme Tea").get_attribute("value") or ""
    )
