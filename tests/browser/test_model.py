"""A picture becomes a relief, and the relief can be turned on its page, without anybody else."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.cluster.harness import Studio

Visit = Callable[..., Page]
Shot = npt.NDArray[np.int64]
# Without a graphics card the first picture of a model takes long.
DRAWN = 60_000


@pytest.fixture(scope="module")
def relief(studio: Studio, chromium: Browser, cookies: list[object]) -> str:
    """The address of a relief that this studio made of a sample."""
    address = f"http://127.0.0.1:{studio.port}"
    with chromium.new_context(base_url=address) as context:
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/transform/image-to-3d/")
        page.get_by_role("button", name="Coffee").click()
        expect(page.locator("asset-drop")).to_have_attribute("data-state", "full")
        page.locator(".go .primary").click()
        card = page.locator("#results .job").first
        expect(card.locator(".state")).to_have_text("Done", timeout=DRAWN)
        # The card shows its picture and a sign; the viewer is not loaded for it.
        expect(card.locator(".length")).to_have_text("3D")
        expect(card.locator(".job-body")).to_contain_text("3D model")
        poster = card.locator(".open-model img")
        assert poster.evaluate("image => image.decode().then(() => image.naturalWidth)") == 960
        assert page.evaluate("customElements.get('model-viewer') === undefined")
        return str(card.locator(".open-model").get_attribute("href"))


def shot(page: Page) -> Shot:
    """What the viewer shows, height x width x 3."""
    image = Image.open(io.BytesIO(page.locator("model-viewer").screenshot()))
    return np.asarray(image.convert("RGB"), np.int64)


def shown(page: Page) -> Page:
    expect(page.locator("[data-model]")).to_have_attribute("data-state", "shown", timeout=DRAWN)
    page.wait_for_timeout(800)  # The poster fades.
    return page


def changed(one: Shot, other: Shot) -> float:
    """The share of the pixels that differ visibly."""
    return float((np.abs(one - other).max(-1) > 24).mean())


def test_a_digit_opens_it_on_its_page(relief: str, visit: Visit) -> None:
    page = visit("/transform/image-to-3d/")
    page.locator(".open-model").first.focus()
    page.keyboard.press("1")
    page.wait_for_url(f"**{relief}")


def asks(page: Page) -> list[str]:
    heard: list[str] = []
    page.on("request", lambda request: heard.append(request.url))
    return heard


def orange(picture: Shot) -> float:
    """The share of the pixels that have the color of the saucer and the table."""
    return float(((picture[..., 0] > 120) & (picture[..., 0] > picture[..., 2] + 60)).mean())


def test_from_the_library_to_its_page(visit: Visit, studio: Studio, relief: str) -> None:
    """Drawn there without anybody else being asked, turned with the keyboard, and kept."""
    page = visit("/library/?kind=model", reduced_motion="reduce")
    tile = page.locator(".tile", has=page.locator(f'a[href="{relief}"]'))
    expect(tile.locator(".length")).to_have_text("3D")
    assert tile.locator(".thumb img").evaluate("i => i.decode().then(() => i.naturalWidth)") > 200
    assert page.evaluate("customElements.get('model-viewer') === undefined")

    heard = asks(page)
    tile.locator("a").click()
    shown(page)
    hosts = {urlsplit(url.removeprefix("blob:")).netloc for url in heard if url[:5] != "data:"}
    assert hosts == {f"127.0.0.1:{studio.port}"}
    assert any("model-viewer" in url for url in heard)

    first = shot(page)
    assert orange(first) > 0.08, "the saucer and the table are not to be seen"
    page.wait_for_timeout(1500)
    assert changed(first, shot(page)) < 0.005, "it moves by itself"
    turn_and_return(page, first)
    download(page)


def turn_and_return(page: Page, first: Shot) -> None:
    page.get_by_role("link", name="Download GLB").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.localName") == "model-viewer"
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(1500)
    assert changed(first, shot(page)) > 0.05
    page.get_by_role("button", name="Back to the first view").click()
    page.wait_for_timeout(1500)
    assert changed(first, shot(page)) < 0.02


def download(page: Page) -> None:
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download GLB").click()
    assert waiting.value.suggested_filename == "coffee-in-3d.glb"
    data = Path(waiting.value.path()).read_bytes()
    assert struct.unpack_from("<4sII", data) == (b"glTF", 2, len(data))
    (length,) = struct.unpack_from("<I", data, 12)
    assert json.loads(data[20 : 20 + length])["asset"]["version"] == "2.0"


def test_on_a_phone_it_turns_by_itself_until_it_is_stopped(visit: Visit, relief: str) -> None:
    page = shown(visit(relief, size="phone", reduced_motion="no-preference"))
    stop = page.get_by_role("button", name="Stop turning")
    first = shot(page)
    assert orange(first) > 0.08
    page.wait_for_timeout(2500)
    assert changed(first, shot(page)) > 0.02
    stop.click()
    expect(page.get_by_role("button", name="Turn by itself")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_its_picture_stays_with_words_where_it_cannot_be_drawn(
    visit: Visit, relief: str, complaints: list[str]
) -> None:
    page = visit("/library/")
    page.route("**/original/", lambda route: route.abort())
    page.goto(relief)
    poster = page.locator("model-viewer img")
    expect(poster).to_be_visible()
    assert poster.get_attribute("alt")
    expect(page.locator(".model .say")).to_be_visible(timeout=DRAWN)
    assert page.locator("model-viewer").get_attribute("alt")
    assert all("Failed to fetch" in words for words in complaints)
    complaints.clear()
