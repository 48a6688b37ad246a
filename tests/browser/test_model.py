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


def asks(page: Page) -> list[str]:
    heard: list[str] = []
    page.on("request", lambda request: heard.append(request.url))
    return heard


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_it_is_drawn_and_turned_with_the_keyboard(visit: Visit, relief: str, size: str) -> None:
    page = shown(visit(relief, size=size, reduced_motion="reduce"))
    drawn = page.evaluate("document.querySelector('model-viewer').modelIsVisible")
    before = shot(page)
    orange = (before[..., 0] > 120) & (before[..., 0] > before[..., 2] + 60)
    assert drawn
    assert orange.mean() > 0.08, "the saucer and the table are not to be seen"
    page.get_by_role("link", name="Download GLB").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.localName") == "model-viewer"
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(1500)
    after = shot(page)
    assert changed(before, after) > 0.05
    page.get_by_role("button", name="Back to the first view").click()
    page.wait_for_timeout(1500)
    assert changed(before, shot(page)) < 0.02


def test_nobody_else_is_asked(visit: Visit, studio: Studio, relief: str) -> None:
    page = visit("/library/")
    heard = asks(page)
    page.goto(relief)
    shown(page)
    hosts = {urlsplit(url.removeprefix("blob:")).netloc for url in heard if url[:5] != "data:"}
    assert hosts == {f"127.0.0.1:{studio.port}"}
    assert any("model-viewer" in url for url in heard)


def test_it_turns_by_itself_only_where_movement_is_welcome(visit: Visit, relief: str) -> None:
    still = shown(visit(relief, reduced_motion="reduce"))
    first = shot(still)
    still.wait_for_timeout(1500)
    assert changed(first, shot(still)) < 0.005
    assert still.get_by_role("button", name="Turn by itself").is_visible()

    moving = shown(visit(relief, reduced_motion="no-preference"))
    stop = moving.get_by_role("button", name="Stop turning")
    first = shot(moving)
    moving.wait_for_timeout(2500)
    assert changed(first, shot(moving)) > 0.02
    stop.click()
    expect(moving.get_by_role("button", name="Turn by itself")).to_be_visible()


def test_its_picture_stands_there_until_it_is_drawn(
    visit: Visit, relief: str, complaints: list[str]
) -> None:
    """And stays, with words, where the browser cannot show it."""
    page = visit("/library/")
    page.route("**/original/", lambda route: route.abort())
    page.goto(relief)
    poster = page.locator("model-viewer img")
    expect(poster).to_be_visible()
    assert poster.get_attribute("alt")
    expect(page.locator(".model .say")).to_be_visible()
    assert page.locator("model-viewer").get_attribute("alt")
    assert all("Failed to fetch" in words for words in complaints)
    complaints.clear()


def test_the_download_is_a_glb_of_its_name(visit: Visit, relief: str) -> None:
    page = visit(relief, reduced_motion="reduce")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download GLB").click()
    assert waiting.value.suggested_filename == "coffee-in-3d.glb"
    data = Path(waiting.value.path()).read_bytes()
    assert struct.unpack_from("<4sII", data) == (b"glTF", 2, len(data))
    (length,) = struct.unpack_from("<I", data, 12)
    assert json.loads(data[20 : 20 + length])["asset"]["version"] == "2.0"
    answer = page.request.head(f"/files/{relief.strip('/').rpartition('/')[2]}/original/")
    assert answer.headers["content-type"] == "model/gltf-binary"


def test_the_library_shows_its_picture_and_never_loads_the_viewer(
    visit: Visit, relief: str
) -> None:
    page = visit("/library/?kind=model")
    tile = page.locator(".tile", has=page.locator(f'a[href="{relief}"]'))
    expect(tile.locator(".length")).to_have_text("3D")
    assert tile.locator(".thumb img").evaluate("i => i.decode().then(() => i.naturalWidth)") > 200
    assert page.evaluate("customElements.get('model-viewer') === undefined")
