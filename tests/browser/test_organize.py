"""Many at once by hand: ranges, undo, culling by keyboard, a ZIP."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import bring

Visit = Callable[..., Page]
BAR = "#bulk-count"


@pytest.fixture
def library(visit: Visit, picture: Callable[..., bytes]) -> Page:
    """The library with four more pictures, which are its first."""
    page = visit("/library/")
    bring(page, *((f"pier {n}.png", picture((320, 200 + n))) for n in range(4)))
    expect(page.locator("#tray [data-head]")).not_to_contain_text("Uploading")
    page.wait_for_load_state("networkidle")
    return page


def ratings(page: Page) -> list[str | None]:
    return [page.locator(".tile").nth(n).get_attribute("data-rating") for n in range(4)]


@pytest.mark.quick
def test_a_range_is_rated_by_key_and_undone(library: Page) -> None:
    library.locator(".choose input").nth(0).check()
    library.locator(".tile").nth(2).click(modifiers=["Shift"])
    expect(library.locator(BAR)).to_have_text("3 chosen")
    with library.expect_response("**/library/bulk/"):
        library.keyboard.press("4")
    expect(library.locator(".toast")).to_contain_text("3 files are rated")
    assert ratings(library) == ["4", "4", "4", "0"]
    with library.expect_response("**/undo/"):
        library.get_by_role("button", name="Undo").click()
    expect(library.locator(".tile").first).to_have_attribute("data-rating", "0")
    library.reload()
    assert ratings(library) == ["0"] * 4
    library.keyboard.press("Escape")
    expect(library.locator("#bulk")).not_to_be_visible()


def test_trash_of_many_is_undone(library: Page) -> None:
    for n in (0, 1):
        library.locator(".choose input").nth(n).check()
    library.get_by_role("button", name="Trash").click()
    expect(library.locator(".toast")).to_contain_text("2 files are in the trash")
    expect(library.locator(".tile").first).to_be_hidden()
    library.get_by_role("button", name="Undo").click()
    expect(library.locator(".tile").first).to_be_visible()


def test_everything_that_fits_is_counted_and_asked_for(visit: Visit, library: Page) -> None:
    page = visit("/library/?q=pier")
    page.keyboard.press("Control+a")
    expect(page.locator(BAR)).to_have_text(re.compile(r"All \d+"))
    with page.expect_event("dialog") as waiting:
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.keyboard.press("f")
    assert "files that fit" in waiting.value.message


@pytest.mark.quick
def test_culling_by_keyboard_alone(visit: Visit, library: Page) -> None:
    for n in range(4):
        library.locator(".choose input").nth(n).check()
    library.keyboard.press("q")
    place = library.locator("#cull-place")
    expect(place).to_have_text("1 of 4")
    for key, then in (("p", "2 of 4"), ("x", "3 of 4"), ("Backspace", "2 of 4"), ("x", "3 of 4")):
        with library.expect_response("**/judge/"):
            library.keyboard.press(key)
            expect(place).to_have_text(then)
    library.reload()
    expect(place).to_have_text("3 of 4")
    with library.expect_response("**/judge/"):
        library.keyboard.press("5")
    library.keyboard.press("ArrowRight")
    expect(library.locator("#cull-sum")).to_have_text("1 picked, 1 rejected, 2 undecided.")
    library.get_by_role("button", name="Trash the rejected").click()
    expect(library.locator(".toast")).to_contain_text("1 file is in the trash")
    with library.expect_response("**/undo/"):
        library.get_by_role("button", name="Undo").click()


def test_a_decision_that_is_not_saved_is_told_and_sent_again(library: Page) -> None:
    library.locator(".choose input").first.check()
    # What somebody else has left in this browser, in an account of theirs.
    left = "localStorage.setItem('verdicts:0:0', JSON.stringify({ x: { flag: 'reject' } }))"
    library.evaluate(left)
    library.keyboard.press("q")
    expect(library.locator("#cull-title")).to_have_text(re.compile("Pier"))
    library.route("**/judge/", lambda route: route.abort())
    library.keyboard.press("p")
    expect(library.locator("#cull-saving")).to_have_text("1 not saved yet, trying again")
    kept = library.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('verdicts'))")
    who = library.locator("#cull").get_attribute("data-who")
    assert sorted(kept) == ["verdicts:0:0", f"verdicts:{who}"]
    library.unroute("**/judge/")
    expect(library.locator("#cull-saving")).to_be_hidden()


def test_the_list_of_a_culling_comes_in_parts_each_once(library: Page) -> None:
    held: list[Route] = []

    def in_parts(route: Route) -> None:
        if "json" not in route.request.headers["accept"]:
            return route.continue_()
        if "after=" in route.request.url:
            return held.append(route)
        told = route.fetch().json()
        parts.append(told["results"])
        return route.fulfill(json={"results": told["results"][:2], "next": "here"})

    parts: list[list[object]] = []
    for n in range(4):
        library.locator(".choose input").nth(n).check()
    library.route("**/library/cull/**", in_parts)
    library.keyboard.press("q")
    place = library.locator("#cull-place")
    expect(place).to_have_text("1 of 4")
    for _ in range(3):  # further than what is there
        library.keyboard.press("ArrowRight")
    expect(place).to_have_text("2 of 4")
    assert len(held) == 1
    held[0].fulfill(json={"results": parts[0][2:], "next": ""})
    expect(place).to_have_text("3 of 4")
    library.keyboard.press("ArrowRight")
    library.keyboard.press("ArrowRight")
    expect(library.locator("#cull-sum")).to_contain_text("4 undecided")
    assert len(held) == 1


def test_a_new_collection_by_typing(library: Page) -> None:
    library.locator(".choose input").first.check()
    library.keyboard.press("a")
    library.locator("#collect-name").fill("Harbor walk")
    library.keyboard.press("Enter")
    expect(library.locator(".toast")).to_contain_text("collected")
    library.goto("/library/collections/")
    library.get_by_role("link", name=re.compile("Harbor walk")).click()
    expect(library.locator(".tile")).to_have_count(1)


def test_collections_are_put_in_order_by_dragging_and_by_button(visit: Visit) -> None:
    page = visit("/library/collections/")
    for name in ("Dune", "Fjord", "Grove"):
        page.locator("#new-collection").fill(name)
        page.locator("#new-collection").press("Enter")
        expect(page.locator(f'.folder:has(b:text-is("{name}"))')).to_be_visible()
    names = ("Dune", "Fjord", "Grove")
    row = {name: page.locator(f'.folder:has(b:text-is("{name}"))') for name in names}

    def order() -> list[str]:
        shown = page.locator(".folder b").all_inner_texts()
        return [name for name in shown if name in row]

    with page.expect_navigation():
        row["Grove"].drag_to(row["Dune"], target_position={"x": 200, "y": 3})
    assert order() == ["Grove", "Dune", "Fjord"]
    with page.expect_navigation():
        row["Grove"].drag_to(row["Fjord"], target_position={"x": 200, "y": 25})
    assert order() == ["Dune", "Fjord", "Grove"]
    expect(row["Grove"]).to_have_attribute("data-depth", "1")
    row["Fjord"].drag_to(row["Grove"], target_position={"x": 200, "y": 25})  # into itself
    assert order() == ["Dune", "Fjord", "Grove"]
    page.get_by_role("button", name="Move Fjord up").press("Enter")
    page.wait_for_load_state()
    assert order() == ["Fjord", "Grove", "Dune"]


def test_files_are_put_in_order_by_arrows_and_by_dragging(visit: Visit, library: Page) -> None:
    for n in range(3):
        library.locator(".choose input").nth(n).check()
    library.keyboard.press("a")
    library.locator("#collect-name").fill("By hand")
    library.keyboard.press("Enter")
    expect(library.locator(".toast")).to_contain_text("collected")
    page = visit('/library/?q=in:"By hand"')
    page.get_by_role("combobox", name="Order").select_option("Manual")
    tiles = page.locator("#tiles > .tile")
    expect(page.locator("#tiles[data-arrange]")).to_be_visible()
    expect(page).to_have_url(re.compile("sort=manual"))

    def order() -> list[str]:
        titles = page.locator("#tiles .link-cover").all_inner_texts()
        return [title.strip()[-1] for title in titles]

    first, second, third = order()
    later = tiles.nth(0).get_by_role("button", name="later")
    later.focus()
    with page.expect_response("**/order/"):
        page.keyboard.press("Enter")
    expect(page.locator("#place-said")).to_contain_text("is at place 2 of 3")
    assert order() == [second, first, third]
    assert "later" in str(page.evaluate("document.activeElement.ariaLabel"))
    with page.expect_response("**/order/"):
        tiles.nth(2).drag_to(tiles.nth(0), target_position={"x": 5, "y": 40})
    expect(page.locator("#place-said")).to_contain_text("is at place 1 of 3")
    assert order() == [third, second, first]
    page.goto(page.url + "&view=list")
    assert order() == [third, second, first]
    for n in (0, 1):
        tiles.nth(n).locator(".choose input").check()
    with page.expect_response("**/order/"):
        tiles.nth(0).drag_to(tiles.nth(2), target_position={"x": 300, "y": 45})
    expect(page.locator("#place-said")).to_contain_text("2 files are moved")
    assert order() == [first, third, second]
    page.reload()
    assert order() == [first, third, second]


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_deeply_nested_collection_keeps_its_pencil(visit: Visit, size: str) -> None:
    page = visit("/library/collections/", size=size)
    made = page.evaluate(
        """async (size) => {
          let parent = "";
          for (let depth = 0; depth < 6; depth++) {
            const body = new FormData(document.querySelector("form.new-one"));
            body.set("name", `Collection ${depth} of ${size}`);
            body.set("parent", parent);
            const headers = { Accept: "application/json" };
            const answer = await fetch(location.href, { method: "POST", body, headers });
            parent = (await answer.json()).id;
          }
          return parent;
        }""",
        size,
    )
    page.reload()
    row = page.locator(f'[data-folder="{made}"]')
    outer = row.bounding_box()
    assert outer
    tops = []
    for inner in (row.locator(".folder-open"), row.locator("summary").first):
        box = inner.bounding_box()
        assert box
        assert box["x"] >= outer["x"]
        assert box["x"] + box["width"] <= outer["x"] + outer["width"]
        tops.append(box["y"] + box["height"] / 2)
    assert abs(tops[0] - tops[1]) < 8
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_zip_is_packed_and_fetched(library: Page) -> None:
    for n in (0, 1):
        library.locator(".choose input").nth(n).check()
    library.get_by_role("button", name="ZIP", exact=True).click()
    link = library.get_by_role("link", name="Download").first
    expect(link).to_be_visible()
    with library.expect_download() as waiting:
        link.click()
    with zipfile.ZipFile(waiting.value.path()) as zip:
        assert len(zip.namelist()) == 5


def test_on_a_phone_the_bar_fits(visit: Visit, library: Page) -> None:
    page = visit("/library/", size="phone", has_touch=True)
    page.locator(".choose input").first.check()
    expect(page.locator("#bulk")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.goto("/library/cull/")
    expect(page.locator("#cull-place")).to_contain_text("1 of")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_two_are_sent_to_a_module(library: Page) -> None:
    for n in (1, 0):
        library.locator(".choose input").nth(n).check()
    chosen = [library.locator(".tile").nth(n).get_attribute("data-asset") for n in (1, 0)]
    library.get_by_role("button", name="Send to…").click()
    library.get_by_role("link", name="Style transfer").click()
    for name, pk in zip(("image", "style_image"), chosen, strict=True):
        expect(library.locator(f'input[type="hidden"][name="{name}"]')).to_have_value(str(pk))


def test_a_file_is_collected_on_its_own_page(library: Page) -> None:
    library.locator(".tile a.link-cover").first.click()
    expect(library.get_by_role("button", name="Collect", exact=True)).to_be_visible()
    library.keyboard.press("a")
    library.get_by_label("Find a collection").fill("Piers")
    with library.expect_response("**/library/bulk/"):
        library.keyboard.press("Enter")
    pill = library.locator("#in-collections a", has_text="Piers")
    expect(pill).to_be_visible()
    library.reload()
    expect(pill).to_be_visible()
