"""A whole studio and a real browser that looks at it. The tests touch no database themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests import needs
from tests.cluster.harness import Studio

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]
SECONDS = 15
SIZES = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 375, "height": 812}}


expect.set_options(timeout=SECONDS * 1000)


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups after it
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(needs.chromium())
            if not item.get_closest_marker("quick"):
                item.add_marker(pytest.mark.slow)
            # One studio and one browser for all of them.
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def studio(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A running studio that renders one job at a time; Darkroom works on pictures in it."""
    more = {"RENDER_SLOTS": "1", "EXTRA_PROVIDERS": "tests.browser.darkroom", "SIGN_UP": "open"}
    with Studio(tmp_path_factory.mktemp("studio"), prepared, **more) as studio:
        yield studio.start()


# Package, not session: while its loop runs, Django takes this thread for an asynchronous one.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needs.chromium_path(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def cookies(studio: Studio, chromium: Browser) -> list[object]:
    """What a browser holds after its sign-in link was opened."""
    with chromium.new_context() as context:
        context.new_page().goto(link(studio))
        return context.cookies()


def link(studio: Studio) -> str:
    found = re.search(r"http\S+/sign-in/\S+", studio.manage("sign_in_link").stdout)
    assert found
    return found[0]


_TILES = "[...document.querySelectorAll('.tile')].map((tile) => tile.dataset.asset)"


def bring(page: Page, *files: tuple[str, bytes]) -> None:
    """Uploads pictures in the library, and waits for them: they are its first, however many there
    are from other tests."""
    before = page.evaluate(_TILES)
    rows = [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in files]
    fresh = f"([before, many]) => {_TILES}.filter((pk) => !before.includes(pk)).length === many"
    with page.expect_response("**/library/facets/**"):  # the filters beside them are counted anew
        page.locator("#upload-file").set_input_files(rows)
        page.wait_for_function(fresh, arg=[before, len(rows)])
    page.wait_for_function("() => !document.querySelector('.htmx-request')")


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of; empty at the end of every test that opens pages with it."""
    return []


def listen(page: Page, complaints: list[str]) -> None:
    def heard(message: ConsoleMessage) -> None:
        # An answer of 4xx is what the page asked for and deals with; a question that a new page, or
        # a newer question, cuts off is noted by htmx as well.
        noise = ("Failed to load resource", "htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")
        if message.type == "error" and not any(word in message.text for word in noise):
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))


@pytest.fixture
def visit(
    studio: Studio, chromium: Browser, cookies: list[object], complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """visit("/library/", size="phone", color_scheme="light") → the page, signed in."""
    contexts: list[BrowserContext] = []

    def open_page(path: str, size: str = "wide", **options: object) -> Page:
        address = f"http://127.0.0.1:{studio.port}"
        context = chromium.new_context(base_url=address, viewport=SIZES[size], **options)
        contexts.append(context)
        context.set_default_timeout(SECONDS * 1000)
        context.add_cookies(cookies)
        page = context.new_page()
        listen(page, complaints)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
