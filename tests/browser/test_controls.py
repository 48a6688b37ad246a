"""The controls of an operation: the source, the focus point, the preview, the draft, the keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from studio.engine import path
from tests.browser.test_orders import OPERATION, SHORT, fill, ready

Visit = Callable[..., Page]
GIVE = """([type, name, target]) => {
  const file = new File([window.bytes], name, { type: "image/png" });
  const data = new DataTransfer();
  data.items.add(file);
  const event = type === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
  document.querySelector(target).dispatchEvent(event);
}"""


@pytest.fixture
def bytes_of(picture: Callable[..., bytes]) -> Callable[[Page], None]:
    """Put a small picture where the page's scripts find it."""

    def put(page: Page) -> None:
        content = list(picture((160, 90)))
        page.evaluate("content => { window.bytes = new Uint8Array(content) }", content)

    return put


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_picture_may_be_pasted_or_dropped_anywhere(
    way: str, visit: Visit, bytes_of: Callable[[Page], None]
) -> None:
    page = visit(OPERATION)
    bytes_of(page)
    page.evaluate(GIVE, [way, f"{way}.png", "#details"])
    source = page.locator("asset-drop").first
    expect(source).to_contain_text("160 × 90")
    expect(page.locator("motion-preview")).to_be_visible()
    page.reload()
    # The draft still has it.
    expect(source).to_contain_text("160 × 90")


def test_a_picture_is_chosen_from_the_library(visit: Visit) -> None:
    page = ready(visit(OPERATION))
    page.get_by_role("button", name="Remove").first.click()
    expect(page.locator("motion-preview")).to_be_hidden()
    page.get_by_role("button", name="Library").first.click()
    choice = page.locator("#picker [data-asset]", has_text="Coffee").first
    choice.click()
    expect(page.locator("#picker")).to_be_hidden()
    expect(page.locator("asset-drop").first).to_contain_text("600 × 400")


# The poster of a very long picture is not quite of its shape.
@pytest.mark.parametrize("source", [(600, 400), (400, 9000), (51, 40000)])
def test_the_preview_is_where_the_renderer_will_be(
    source: tuple[int, int], visit: Visit, picture: Callable[..., bytes]
) -> None:
    page = visit(OPERATION)
    file = {"name": "long.png", "mimeType": "image/png", "buffer": picture(source)}
    page.locator('asset-drop [type="file"]').first.set_input_files(file)  # type: ignore[arg-type]
    expect(page.locator("asset-drop").first).to_contain_text("{} × {}".format(*source))
    fill(page, {**SHORT, "#id_width": "640", "#id_height": "360"})
    page.get_by_role("radio", name="Complex").check()
    page.get_by_role("radio", name="Right").check()
    page.locator("motion-preview [type=range]").fill("250")
    page.wait_for_function("document.querySelector('.frame img').naturalWidth")
    page.locator("motion-preview [type=range]").fill("251")
    shown = page.evaluate(
        """() => {
          const picture = document.querySelector(".frame img");
          const [, text] = picture.style.transform.match(/\\((.*)\\)/);
          const frame = document.querySelector(".frame").clientWidth;
          const numbers = text.split(",").map((n) => Number(n) / (frame / 640));
          return [...numbers, picture.naturalWidth, picture.naturalHeight];
        }"""
    )
    *numbers, width, height = shown
    view = path.view("complex", "right", 50, "ease-in-out", source, (640, 360), (0.5, 0.5), 0.251)
    matrix = path.matrix(view, (640, 360))
    across, down = source[0] / width, source[1] / height
    expected = [n * across for n in matrix[:2]] + [n * down for n in matrix[2:4]] + [*matrix[4:]]
    assert numbers == pytest.approx(expected, abs=0.01, rel=1e-5)


@pytest.mark.quick
def test_directions_follow_the_motion(visit: Visit) -> None:
    page = visit(OPERATION)
    directions = page.locator("[data-depends] label:visible")
    shown = page.locator('label:has([name="direction"]):visible')
    expect(shown).to_have_text(["In", "Out"])
    page.get_by_role("radio", name="Pan").check()
    expect(shown).to_have_text(["Left", "Right", "Up", "Down"])
    assert directions.count() >= 4
    expect(page.get_by_role("radio", name="Left")).to_be_checked()
    page.get_by_role("radio", name="GIF").check()
    expect(page.locator('label:has([name="fps"]):visible')).to_have_text(["24", "25", "30"])


def test_the_focus_point_moves_by_keys_and_by_clicks(visit: Visit) -> None:
    page = ready(visit(OPERATION))
    field = page.locator('[name="focus"]')
    handle = page.get_by_role("button", name=re.compile("Focus point"))
    handle.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    expect(field).to_have_value("0.480,0.480")
    box = page.locator("focus-point").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    x, y = map(float, field.input_value().split(","))
    assert (x, y) == pytest.approx((0.25, 0.75), abs=0.01)
    expect(page.locator("#sent")).to_contain_text("25% × 75%")


def test_sizes_fill_both_fields_and_the_server_tells_what_it_will_do(visit: Visit) -> None:
    page = ready(visit(OPERATION))
    page.get_by_role("button", name="Story").click()
    assert values(page, "width", "height") == ["1080", "1920"]
    page.get_by_role("button", name="As picture").click()
    assert values(page, "width", "height") == ["600", "400"]
    page.locator("#id_width").fill("601")
    expect(page.locator("#sent")).to_contain_text("Width 601 was made even: 602 px.")


def values(page: Page, *names: str) -> list[Any]:
    return [page.locator(f'[name="{name}"]').input_value() for name in names]


@pytest.mark.quick
def test_a_draft_survives_leaving_the_page(visit: Visit) -> None:
    page = ready(visit(OPERATION))
    page.get_by_role("radio", name="Rotation").check()
    page.locator("#id_strength").fill("83")
    page.wait_for_timeout(400)
    page.goto("/")
    page.go_back()
    expect(page.get_by_role("radio", name="Rotation")).to_be_checked()
    assert values(page, "strength", "duration") == ["83", "1"]
    expect(page.locator("asset-drop").first).to_contain_text("Coffee")


def test_somebody_who_wants_no_movement_gets_a_still_preview(visit: Visit) -> None:
    page = ready(visit(OPERATION, reduced_motion="reduce"))
    expect(page.get_by_role("button", name="Play the preview")).to_be_visible()
    position = page.locator("motion-preview [type=range]")
    before = position.input_value()
    page.wait_for_timeout(500)
    assert position.input_value() == before


def test_keys_search_and_play(visit: Visit) -> None:
    page = ready(visit(OPERATION))
    page.locator("main").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play the preview")).to_be_visible()
    page.keyboard.press("i")
    expect(page.locator("#details")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_label("Search the library")).to_be_focused()
    page.keyboard.type("coffee")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/library/\?q=coffee"))


def test_an_explanation_is_a_small_sign_until_it_is_asked_for(visit: Visit) -> None:
    page = visit("/edit/crop/")
    sign = page.locator("details.hint").first
    assert sign.evaluate("sign => getComputedStyle(sign).borderTopWidth") == "0px"
    assert sign.evaluate("sign => getComputedStyle(sign).borderTopStyle") == "none"
    expect(sign.locator("p")).to_be_hidden()
    sign.locator("summary").click()
    expect(sign.locator("p")).to_be_visible()
