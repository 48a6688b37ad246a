"""The wall of the Social Optimizer: every place in its shape, one point for all, one cut alone."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

SAMPLES = Path(__file__).resolve().parents[2] / "static" / "samples"
Visit = Callable[..., Page]
PAGE = "/social/social-pictures/"


@pytest.fixture
def wall(visit: Visit) -> Page:
    page = visit(f"{PAGE}?sample=astronaut")
    expect(page.locator("social-wall[aria-busy=false]")).to_be_visible(timeout=30_000)
    return page


def chosen(page: Page) -> list[Any]:
    return list(json.loads(page.locator("[data-places]").input_value() or "[]"))


def place(page: Page, key: str) -> Any:
    return page.locator(f'[data-format="{key}"]')


def drawn(page: Page, key: str) -> str:
    """What a preview shows, as a number that changes with it."""
    return str(place(page, key).locator("canvas").evaluate("canvas => canvas.toDataURL().length"))


def test_every_place_has_its_shape(wall: Page) -> None:
    expect(wall.locator("[data-format]")).to_have_count(20)
    for key, ratio in (
        ("instagram-story", 9 / 16),
        ("twitter-header", 3),
        ("pinterest-pin", 2 / 3),
    ):
        box = place(wall, key).locator("canvas").bounding_box()
        assert box
        assert box["width"] / box["height"] == pytest.approx(ratio, rel=0.02)


def test_all_platforms_in_one_press(wall: Page) -> None:
    assert len(chosen(wall)) == 20
    wall.get_by_role("button", name=re.compile("Make the pictures")).click()
    card = wall.locator("#results [data-job-card]").first
    expect(card.locator(".set-piece")).to_have_count(20, timeout=60_000)
    card.get_by_role("link", name="In the library").click()
    expect(wall.locator(".tile")).to_have_count(20)
    expect(wall.locator(".tile", has_text="Pinterest: Pin 1000x1500")).to_be_visible()


@pytest.fixture
def two(wall: Page) -> Page:
    """Two places are made."""
    wall.get_by_role("button", name="None", exact=True).click()
    wall.get_by_role("checkbox", name="Pin", exact=True).check()
    wall.get_by_role("button", name="All of TikTok").click()
    wall.get_by_role("button", name=re.compile("Make the pictures")).click()
    expect(newest(wall).locator(".set-piece")).to_have_count(2, timeout=60_000)
    return wall


def newest(page: Page) -> Any:
    return page.locator("#results [data-job-card]").first


def test_each_result_says_what_was_checked_and_is_downloaded(two: Page) -> None:
    pin = newest(two).locator(".set-piece", has_text="Pinterest: Pin")
    pin.locator("summary").click()
    for words in ("1000 × 1500 px", "JPEG by its first bytes", "sRGB", "of 20 MB at most"):
        expect(pin.locator(".set-proof")).to_contain_text(words)
    box = pin.locator("img").bounding_box()
    assert box
    assert box["width"] / box["height"] == pytest.approx(2 / 3, rel=0.03)
    with two.expect_download() as got:
        pin.get_by_role("link", name=re.compile("^Download")).click()
    assert got.value.suggested_filename == "astronaut-pinterest-pin-1000x1500.jpg"


def test_all_are_packed_collected_and_shared(two: Page) -> None:
    here = two.url
    newest(two).get_by_role("button", name="Collect").click()
    expect(two).to_have_url(re.compile("collection="))
    # Earlier ones of that name are in it as well.
    for name in ("Pinterest: Pin 1000x1500", "TikTok: Video cover 1080x1920"):
        expect(two.locator(".tile", has_text=name).first).to_be_visible()
    two.goto(here)
    newest(two).get_by_role("link", name="Share", exact=True).click()
    expect(two.get_by_text("2 files will be on it.")).to_be_visible()
    two.goto(here)
    newest(two).get_by_role("button", name="All as ZIP").click()
    with two.expect_download(timeout=60_000) as got:
        two.get_by_role("link", name=re.compile("Download")).first.click(timeout=60_000)
    with zipfile.ZipFile(got.value.path()) as packed:
        names = packed.namelist()
    assert sorted(names) == [
        "astronaut-pinterest-pin-1000x1500.jpg",
        "astronaut-tiktok-video-cover-1080x1920.jpg",
    ]


def test_a_platform_is_chosen_and_left_out_as_a_whole(wall: Page) -> None:
    button = wall.get_by_role("button", name="All of X (Twitter)")
    wall.get_by_role("button", name="None", exact=True).click()
    button.click()
    assert chosen(wall) == ["twitter-post", "twitter-card", "twitter-header"]
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    assert chosen(wall) == []


def test_one_is_cut_alone_and_says_so(wall: Page) -> None:
    wall.get_by_role("button", name="None", exact=True).click()
    story = place(wall, "instagram-story")
    before, other = drawn(wall, "instagram-story"), drawn(wall, "tiktok-video-cover")
    story.locator("[data-part=view]").focus()
    for _ in range(6):
        wall.keyboard.press("ArrowRight")
    expect(story.get_by_role("button", name="Custom")).to_be_visible()
    wall.wait_for_timeout(100)  # for the next frame
    assert drawn(wall, "instagram-story") != before
    assert drawn(wall, "tiktok-video-cover") == other
    (one,) = chosen(wall)
    assert one["format"] == "instagram-story"
    assert one["focus"][0] > 0.5
    story.get_by_role("button", name="Custom").click()
    assert chosen(wall) == ["instagram-story"]
    expect(story.get_by_role("button", name="Custom")).to_be_hidden()


def test_the_point_moves_all_and_is_there_again(wall: Page) -> None:
    before = drawn(wall, "tiktok-video-cover")
    with wall.expect_response("**/focus/") as answer:
        wall.locator("focus-point").click(position={"x": 4, "y": 40})
    assert answer.value.status == 200
    assert drawn(wall, "tiktok-video-cover") != before
    asset = wall.locator("asset-drop input[type=hidden]").first.input_value()
    wall.goto(wall.url.split("?")[0] + f"?image={asset}")
    expect(wall.locator("#id_focus")).to_have_value(re.compile(r"^0\.0"))


def test_safe_zones_are_in_the_page_only(wall: Page) -> None:
    zone = place(wall, "instagram-story").locator(".wall-safe")
    expect(zone).to_be_hidden()
    wall.locator("h2").first.click()
    wall.keyboard.press("z")
    expect(zone).to_be_visible()
    wall.keyboard.press("z")
    expect(zone).to_be_hidden()
    expect(place(wall, "instagram-reel-cover").locator("[data-part=warning]")).to_contain_text(
        "A face reaches"
    )


def test_a_reload_keeps_what_is_chosen_and_how(wall: Page) -> None:
    wall.get_by_role("button", name="None", exact=True).click()
    story = place(wall, "instagram-story")
    story.get_by_role("combobox").select_option("fit")
    wall.reload()
    expect(story.get_by_role("checkbox")).to_be_checked()
    expect(story.get_by_role("combobox")).to_have_value("fit")
    expect(wall.locator(".wall-bar")).to_contain_text("1 of 20 formats chosen")
    assert chosen(wall) == [{"format": "instagram-story", "mode": "fit"}]


def test_another_picture_has_a_point_of_its_own(wall: Page) -> None:
    with wall.expect_response("**/focus/"):
        wall.locator("focus-point").click(position={"x": 20, "y": 40})
    place(wall, "instagram-story").locator("[data-part=view]").focus()
    wall.keyboard.press("ArrowRight")
    wall.locator("asset-drop input[type=file]").set_input_files(SAMPLES / "coffee.jpg")
    expect(wall.locator("asset-drop")).to_contain_text("600 × 400")
    expect(wall.locator("#id_focus")).to_have_value("")
    expect(place(wall, "instagram-story").get_by_role("button", name="Custom")).to_be_hidden()
    expect(wall.get_by_role("button", name="Automatic point")).to_be_hidden()


def test_a_point_is_taken_back(wall: Page) -> None:
    with wall.expect_response("**/focus/"):
        wall.locator("focus-point").click(position={"x": 30, "y": 40})
    with wall.expect_response("**/focus/") as answer:
        wall.get_by_role("button", name="Automatic point").click()
    assert answer.value.json() == {"focus": None}
    expect(wall.locator("#id_focus")).to_have_value("")
    expect(wall.locator("focus-point")).to_have_attribute("data-auto", "")


@pytest.mark.parametrize("query", ["[1,null]", '{"a":1}', "bogus,instagram-story", "[[[", "7"])
def test_an_address_with_odd_formats_breaks_nothing(visit: Visit, query: str) -> None:
    page = visit(f"{PAGE}?sample=astronaut&formats={query}")
    expect(page.locator("social-wall[aria-busy=false]")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="None", exact=True).click()
    expect(page.locator(".wall-bar")).to_contain_text("0 of 20 formats chosen")


def touch(finger: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    at = [{"x": x, "y": y} for x, y in points]
    finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})


def test_a_finger_scrolls_and_changes_nothing(visit: Visit) -> None:
    phone = visit(f"{PAGE}?sample=astronaut", size="phone", has_touch=True, is_mobile=True)
    expect(phone.locator("social-wall[aria-busy=false]")).to_be_visible(timeout=30_000)
    view = place(phone, "instagram-story").locator("[data-part=view]")
    view.evaluate("view => view.scrollIntoView({block: 'center'})")
    box = view.bounding_box()
    assert box
    before, asked = phone.evaluate("scrollY"), chosen(phone)
    x, y = box["x"] + 40, box["y"] + 150
    finger = phone.context.new_cdp_session(phone)
    touch(finger, "touchStart", (x, y))
    for number in range(20):
        touch(finger, "touchMove", (x, y - 12 * number))
        phone.wait_for_timeout(16)
    touch(finger, "touchEnd")
    assert phone.evaluate("scrollY") > before + 100
    assert chosen(phone) == asked
    assert phone.evaluate("document.documentElement.scrollWidth") == 375
    expect(phone.get_by_role("button", name=re.compile("Make the pictures"))).to_be_in_viewport()


def test_nothing_chosen_is_said(wall: Page) -> None:
    wall.get_by_role("button", name="None", exact=True).click()
    wall.get_by_role("button", name=re.compile("Make the pictures")).click()
    expect(wall.locator("#operation-form .error", has_text="Formats is missing")).to_be_visible()
    expect(wall.locator("[data-places]")).to_be_hidden()
    expect(wall.locator("#operation-form [data-places-total]")).to_contain_text("0 of 20")
