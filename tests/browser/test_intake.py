"""Ways into the library: many files, folders, paste, large files in parts, copies."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import SIZES, link, listen
from tests.cluster.harness import Studio

Visit = Callable[..., Page]
MB = 1024 * 1024
PASTE = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 90, height: 60 });
  const pen = canvas.getContext("2d");
  for (let n = 0; n < 9; n++) {
    pen.fillStyle = `hsl(${n * 77} 80% ${20 + n * 7}%)`;
    pen.fillRect(n % 3 * 30, (n / 3 | 0) * 20, 30, 20);
  }
  const blob = await new Promise((done) => canvas.toBlob(done));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([blob], "image.png", { type: "image/png" }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""


def spots(path: Path, seed: int) -> Path:
    """A picture like no other."""
    rough = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rough).resize((240, 180), Image.Resampling.BICUBIC).save(path)
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound of 25 MB."""
    path = tmp_path_factory.mktemp("large") / "a long sound.wav"
    size = 25 * MB
    head = b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt "
    head += (
        struct.pack("<IHHIIHH", 16, 1, 1, 48000, 96000, 2, 16) + b"data" + struct.pack("<I", size)
    )
    path.write_bytes(head + np.random.default_rng(3).bytes(size))
    return path


def test_many_files_and_one_that_cannot_be_used(visit: Visit, tmp_path: Path) -> None:
    page = visit("/library/")
    files = [spots(tmp_path / f"spots {n}.png", 500 + n) for n in range(5)]
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7 nothing")
    page.locator("#upload-file").set_input_files([*files, tmp_path / "paper.pdf"])
    tray = page.locator("#tray")
    expect(tray.locator("[data-head]")).to_have_text("5 of 6 in the library")
    expect(tray.locator("li[data-state=failed]")).to_contain_text("a PDF document")
    expect(page.locator(".tile", has_text="Spots 4")).to_be_visible()
    tray.get_by_role("button", name="Try again").click()
    expect(tray.locator("li[data-state=failed]")).to_contain_text("a PDF document")
    tray.get_by_role("button", name="Close").click()
    expect(tray).to_be_hidden()


def test_what_came_is_counted_and_what_is_chosen_stays(visit: Visit, tmp_path: Path) -> None:
    page = visit("/library/")
    page.locator("#upload-file").set_input_files(spots(tmp_path / "one.png", 730))
    expect(page.locator("#tray [data-head]")).to_have_text("1 of 1 in the library")
    page.goto("/library/")
    files = page.locator(".found-bar > p")
    before = int(files.inner_text().split()[0])
    pictures = page.locator("#facets li", has_text="Picture").first
    expect(pictures).to_contain_text(re.compile(r"\d"))
    counted = int(re.findall(r"\d+", pictures.inner_text())[-1])
    page.locator(".choose input").first.check()
    chosen = page.locator(".tile").first.get_attribute("data-asset")
    page.locator("#upload-file").set_input_files(
        [spots(tmp_path / "two.png", 731), spots(tmp_path / "three.png", 732)]
    )
    expect(files).to_have_text(f"{before + 2} files")
    expect(page.locator("#bulk")).to_have_attribute("data-total", str(before + 2))
    expect(pictures).to_contain_text(str(counted + 2))
    expect(page.locator(f'[data-asset="{chosen}"] .choose input')).to_be_checked()
    expect(page.locator("#bulk-count")).to_have_text("1 chosen")
    titles = page.locator(".tile figcaption").all_inner_texts()[:3]
    assert [title.strip() for title in titles[:2]] in (["Three", "Two"], ["Two", "Three"])
    assert titles[2].strip() == "One"


def test_filters_come_back_after_a_search_that_could_not_be_read(visit: Visit) -> None:
    page = visit("/library/?q=modle:x")
    page.locator("#q").fill("type:image")
    page.locator("#q").press("Enter")
    chosen = page.locator("#facets [aria-current], #facets [aria-pressed=true]").first
    expect(chosen).to_contain_text("Picture")


def test_a_folder_gives_its_names_as_tags(visit: Visit, tmp_path: Path) -> None:
    spots(tmp_path / "Summer" / "a.png", 600)
    spots(tmp_path / "Summer" / "Berlin" / "b.png", 601)
    (tmp_path / "Summer" / ".DS_Store").write_bytes(b"nothing")
    page = visit("/library/")
    page.locator("#upload-folder").set_input_files(tmp_path / "Summer")
    tray = page.locator("#tray")
    expect(tray).to_contain_text("2 files from the folders")
    tray.get_by_role("button", name="With tags").click()
    expect(tray.locator("[data-head]")).to_have_text("2 of 2 in the library")
    page.goto("/library/?tag=summer,berlin")
    expect(page.locator(".tile")).to_have_count(1)


def test_a_picture_is_pasted(visit: Visit) -> None:
    page = visit("/library/")
    page.evaluate(PASTE)
    expect(page.locator("#tray li")).to_contain_text("Pasted 20")
    expect(page.locator(".tile", has_text="Pasted 20").first).to_be_visible()


def test_a_copy_is_told_and_given_back(visit: Visit, tmp_path: Path) -> None:
    page = visit("/library/")
    first = spots(tmp_path / "first.png", 700)
    page.locator("#upload-file").set_input_files(first)
    expect(page.locator("#tray [data-head]")).to_have_text("1 of 1 in the library")
    (tmp_path / "second.png").write_bytes(first.read_bytes())
    page.locator("#upload-file").set_input_files(tmp_path / "second.png")
    row = page.locator("#tray li[data-state=twin]")
    expect(row).to_contain_text("The same file is here already: “First”")
    expect(page.locator(".tile", has_text="Second")).to_be_visible()
    row.get_by_role("button", name="Use that one").click()
    expect(page.locator(".tile", has_text="Second")).to_have_count(0)


def test_a_large_file_survives_a_broken_connection(visit: Visit, large: Path) -> None:
    page = visit("/library/")
    failed = []

    def once(route: Route) -> None:
        if "parts/2/" in route.request.url and not failed:
            failed.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/parts/**", once)
    page.locator("#upload-file").set_input_files(large)
    expect(page.locator("#tray [data-head]")).to_have_text("1 of 1 in the library", timeout=60_000)
    assert failed
    expect(page.locator(".tile", has_text="A long sound")).to_be_visible()


def test_a_large_file_goes_on_after_the_page_was_closed(visit: Visit, large: Path) -> None:
    page = visit("/library/")
    page.route(re.compile("parts/3/"), lambda route: None)
    page.locator("#upload-file").set_input_files(large)
    with page.expect_request("**/parts/3/", timeout=60_000):
        pass
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()  # before the part is let go: it would arrive while the page still is there
    page.unroute_all(behavior="ignoreErrors")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/parts/" in request.url else 0)
    page.locator("#upload-file").set_input_files(large)
    expect(page.locator("#tray [data-head]")).to_have_text("1 of 1 in the library", timeout=60_000)
    numbers = {url.split("/parts/")[1] for url in sent}
    assert "4/" in numbers
    assert numbers <= {"3/", "4/"}, "what was there already was sent again"


def test_a_large_file_is_canceled(visit: Visit, large: Path) -> None:
    page = visit("/library/")
    page.route(re.compile("parts/2/"), lambda route: None)
    page.locator("#upload-file").set_input_files(large)
    with page.expect_request("**/parts/2/", timeout=60_000):
        pass
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as gone:
        page.locator("#tray").get_by_role("button", name="Cancel", exact=True).click()
    assert gone.value.status == 204
    expect(page.locator("#tray li")).to_contain_text("Canceled")
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_on_a_phone(visit: Visit, tmp_path: Path, scheme: str) -> None:
    page = visit("/library/", size="phone", color_scheme=scheme, has_touch=True, is_mobile=True)
    expect(page.get_by_role("button", name="Take a picture")).to_be_visible()
    page.locator("#upload-camera").set_input_files(spots(tmp_path / "photo.png", 800))
    expect(page.locator("#tray [data-head]")).to_contain_text("1 of 1")
    box = page.locator("#tray").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375


def test_the_first_file_brings_the_search_and_the_filters(
    prepared: Path, tmp_path: Path, chromium: Browser
) -> None:
    complaints: list[str] = []
    with (
        Studio(tmp_path / "new", prepared) as studio,
        chromium.new_context(viewport=SIZES["wide"]) as context,
    ):
        studio.start()
        page = context.new_page()
        listen(page, complaints)
        page.goto(link(studio))
        page.goto(f"http://127.0.0.1:{studio.port}/library/")
        expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
        expect(page.get_by_role("link", name="Animate a picture")).to_be_visible()
        box = page.get_by_role("combobox", name="Search the library")
        expect(box).to_be_hidden()
        expect(page.locator("#facet-sheet")).to_be_hidden()
        page.evaluate("window.stays = true")
        page.locator("#upload-file").set_input_files(spots(tmp_path / "first.png", 900))
        expect(page.locator(".tile")).to_have_count(1)
        expect(box).to_be_visible()
        expect(page.locator("#facets li", has_text="Picture").first).to_contain_text("1")
        expect(page.locator(".storage")).to_contain_text("1 file")
        expect(page.get_by_role("heading", name="Nothing here yet")).to_have_count(0)
        box.press_sequentially("ty")
        expect(page.get_by_role("option", name="type:")).to_be_visible()
        box.fill("type:video")
        box.press("Enter")
        expect(page.get_by_role("heading", name="Nothing fits all of this")).to_be_visible()
        box.fill("")
        box.press("Enter")
        page.locator(".choose input").check()
        expect(page.locator("#bulk-count")).to_have_text("1 chosen")
        assert page.evaluate("window.stays")
    assert complaints == []
