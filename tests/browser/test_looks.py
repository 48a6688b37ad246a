"""Every page in both sizes and both themes: nothing complains, nothing sticks out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_orders import OPERATION, cards, generate, ready
from tests.cluster.harness import Studio

Visit = Callable[..., Page]
SHOTS = Path(__file__).resolve().parent.parent / "shots"
PAGES = {
    "home": "/",
    "operation": OPERATION,
    "library": "/library/",
    "nothing-found": "/library/?q=nothing+like+this&kind=video",
    "trash": "/library/?status=trashed",
    "asset": "asset",
    "jobs": "/jobs/",
    "job": "job",
    "account": "/account/",
    "not-found": "/nowhere/",
    "sign-in": "/sign-in/",
}


@pytest.fixture(scope="module", autouse=True)
def _folder() -> None:
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir()


def address(name: str, studio: Studio) -> str:
    tables = {
        "asset": ("library", "assets_asset WHERE kind = 'video'"),
        "job": ("jobs", "studio_job WHERE state = 'succeeded'"),
    }
    if name not in tables:
        return name
    folder, table = tables[name]
    return f"/{folder}/{UUID(studio.rows(f'SELECT id FROM {table} LIMIT 1')[0][0])}/"


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.slow)])
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_every_page_fits_and_nothing_complains(
    size: str, theme: str, visit: Visit, studio: Studio
) -> None:
    page = ready(visit(OPERATION, size, color_scheme=theme))
    done = generate(page)
    expect(page.locator(f"#{done} .state")).to_have_text("Done")
    assert cards(page)
    keep(page, f"operation-done-{size}-{theme}")
    for name, path in PAGES.items():
        if name == "sign-in":
            page.context.clear_cookies()
        page.goto(address(path, studio))
        page.wait_for_timeout(300)
        keep(page, f"{name}-{size}-{theme}")


def keep(page: Page, name: str) -> None:
    inside = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert inside[0] <= inside[1], f"{name} is wider than the window"
    # "initial": else a style is put into the page, which its policy forbids.
    page.screenshot(path=SHOTS / f"{name}.png", caret="initial")


def test_small_targets_are_large_enough(visit: Visit) -> None:
    page = ready(visit(OPERATION, "phone"))
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, summary, select, input")]
          .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".skip"))
          .map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
          .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
          .map(([html, box]) => `${html} ${box.width}×${box.height}`)"""
    )
    assert small == []
