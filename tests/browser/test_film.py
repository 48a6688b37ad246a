"""A film on the stage: played and trimmed by keys alone, its result beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes import films

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "Harbor.mp4"
    return films.ours(path, 90, size=(320, 192), sound=films.clicks(3))


def with_film(visit: Visit, operation: str, *paths: Path, size: str = "wide") -> Page:
    page = visit(f"/film/{operation}/", size)
    for number, path in enumerate(paths):
        drop = page.locator("asset-drop").nth(number)
        drop.locator("input[type=file]").set_input_files(path)
        expect(drop).to_contain_text("320 × 192", timeout=30_000)
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(250)


@pytest.mark.quick
def test_trimmed_by_keys(visit: Visit, film: Path) -> None:
    page = with_film(visit, "trim", film)
    stage = page.locator("film-stage")
    time = stage.locator("[data-part=time]")
    expect(time).to_contain_text("/ 0:03.000")
    page.locator("#main").focus()
    press(page, "Shift+ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "i")
    expect(time).to_contain_text("0:00.367 /")
    expect(page.locator("#id_start")).to_have_value("0.367")
    press(page, "Shift+ArrowRight", "Shift+ArrowRight", "o")
    expect(page.locator("#id_end")).to_have_value("1.067")
    expect(page.locator("#details")).to_contain_text("1.067 s")
    page.keyboard.press("Space")
    expect(stage.get_by_role("button", name="Pause")).to_be_visible()
    expect(stage.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("Control+Enter")
    made = stage.locator("[data-part=made] video")
    expect(made).to_be_visible(timeout=60_000)
    page.wait_for_timeout(500)
    assert abs(made.evaluate("(video) => video.duration") - 21 / 30) < 0.05


def test_only_the_next_empty_place_is_shown(visit: Visit, film: Path) -> None:
    page = with_film(visit, "join", film)
    places = page.locator("asset-drop:visible")
    expect(places).to_have_count(2)
    places.nth(1).locator("input[type=file]").set_input_files(film)
    expect(places).to_have_count(3)
    expect(page.get_by_text("Clip 3 (optional)")).to_be_visible()
    expect(page.get_by_text("Clip 4 (optional)")).to_be_hidden()


def test_a_phone_shows_it_all(visit: Visit, film: Path) -> None:
    page = with_film(visit, "trim", film, size="phone")
    expect(page.get_by_role("button", name="Begins here")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_the_last_frame_goes_on_as_a_video(visit: Visit, film: Path) -> None:
    page = with_film(visit, "video-frame", film)
    page.keyboard.press("Control+Enter")
    link = page.get_by_role("link", name="Go on from it")
    expect(link).to_be_visible(timeout=60_000)
    link.click()
    expect(page.locator("motion-preview")).to_be_visible(timeout=30_000)
